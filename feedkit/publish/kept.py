"""What a process that publishes again and again keeps from one time to the next."""

from collections import OrderedDict
from collections.abc import Collection
from hashlib import blake2b

import msgspec

from feedkit.publish.jobs import Form, RenderedEntry, RenderJob

_MOST = 8_000_000
"""Bytes of rendered entries."""
_LOOK = 24 * 3_600_000_000
"""Microseconds from one look at every document to the next."""
_OVERHEAD = 500
"""Bytes that Python takes for a rendered entry."""


class Kept:
    """Entries as they were rendered, those that were used last; and when every document was looked
    at. What comes goes to the top of the feed of everything, so most of what is in there is what
    was there before."""

    def __init__(self) -> None:
        self._looked_at: int | None = None
        self._made_by = ""
        self._entries: OrderedDict[bytes, RenderedEntry] = OrderedDict()
        self._size = 0

    def is_look_due(self, now: int) -> bool:
        """Whether every document is to be looked at: it is the first time, or was not for a day."""
        return self._looked_at is None or not 0 <= now - self._looked_at < _LOOK

    def looked(self, now: int) -> None:
        """Every document was looked at."""
        self._looked_at = now

    def begin(self, made_by: str) -> None:
        """Forget what was made by something else: `made_by` stands for all that entries are
        rendered by, but for their own jobs."""
        if self._made_by != made_by:
            self._made_by = made_by
            self._entries.clear()
            self._size = 0

    def find(self, key: bytes, forms: Collection[Form]) -> RenderedEntry | None:
        """The entry of the job with that key, if it is kept in all of these forms."""
        found = self._entries.get(key)
        return found if found is not None and found.forms.keys() >= {*forms} else None

    def keep(self, key: bytes, rendered: RenderedEntry) -> None:
        """Keep what was rendered for the job with that key, in place of what was used before."""
        if rendered.problem or rendered.broken or rendered.finished is not None:
            return
        before = self._entries.pop(key, None)
        if before is not None:
            self._size -= size_of(before)
        self._entries[key] = rendered
        self._size += size_of(rendered)
        while self._size > _MOST:
            self._size -= size_of(self._entries.popitem(last=False)[1])


def key_of(job: RenderJob) -> bytes:
    """16 bytes that stand for the entry of a job, whatever its forms."""
    row = job.row
    about = (*row._replace(data=b"", body=None), job.origin, job.author, job.given)
    key = blake2b(msgspec.json.encode(about), digest_size=16)
    for part in (row.data, row.body or b""):
        key.update(len(part).to_bytes(8, "big"))
        key.update(part)
    return key.digest()


def size_of(rendered: RenderedEntry) -> int:
    """Bytes of memory that a rendered entry takes."""
    return _OVERHEAD + sum(map(len, rendered.forms.values()))
