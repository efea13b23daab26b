"""Which categories had feeds and have none any more, as the store knows it."""

import time

from feedkit.config import Settings
from feedkit.errors import StoreError
from feedkit.publish.topics import choose_topics
from feedkit.store import Store

_SECONDS = 10.0
_CATEGORIES = "categories/"


class Gone:
    """Asked of the store every few seconds at most; call it in a thread."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._slugs: frozenset[str] = frozenset()
        self._until = 0.0

    def has(self, path: str) -> bool:
        """Whether the path below the output folder is of a category that is gone.

        That is so if it was published, for it was given this folder then, and is not to be now. A
        file that is merely missing is no such thing: who is told 410 does not come back.
        """
        folder = path.removeprefix(_CATEGORIES).partition("/")[0]
        if not path.startswith(_CATEGORIES) or not folder:
            return False
        if time.monotonic() >= self._until:
            self._slugs = self._found()
            self._until = time.monotonic() + _SECONDS
        return folder in self._slugs

    def _found(self) -> frozenset[str]:
        try:
            with Store(self._settings.store.url) as store:
                if store.is_new:
                    return frozenset()
                with store.read() as transaction:
                    rows = transaction.categories.all()
                    is_all = self._settings.publish.categories == "all"
                    sizes = transaction.categories.sizes() if is_all else {}
        except StoreError:
            return frozenset()  # what cannot be known is not claimed
        topics, _ = choose_topics(self._settings, rows, sizes)
        published = {topic.folder.removeprefix(_CATEGORIES).rstrip("/") for topic in topics}
        return frozenset({row.slug for row in rows if row.slug is not None} - published)
