"""Every error that feedkit raises on purpose, in one small tree.

An error's text is one sentence for the person who has to act: what is wrong, where, and what to
do. Nothing here imports anything of feedkit, so that every part may raise and catch these.
"""

from collections.abc import Sequence
from datetime import datetime


class FeedkitError(Exception):
    """The root: whatever feedkit itself raises is one of these."""


class ConfigError(FeedkitError):
    """``config.toml`` cannot be used. `problems` holds one sentence for each thing wrong in it."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems: tuple[str, ...] = tuple(problems)


class CollectError(FeedkitError):
    """A source could not be read: the network, the server, a file or a limit said no."""


class RefusalError(CollectError):
    """A server answered, and the answer was no; or it was not asked, because it had said to wait.

    `status` is that of the answer (RFC 9110, 15), None where nobody was asked. `retry_at` is the
    time in UTC before which the server wants no request (Retry-After: RFC 9110, 10.2.3), None
    where it names none. `host` is the one that answered: its ASCII form in lower case, without
    a port or a dot at its end. With 429 and 503, and without a status, `retry_at` holds for all of
    that host. `is_detour` says that a redirect led there which may lead elsewhere tomorrow (RFC
    9110, 15.4.3).
    """

    def __init__(
        self,
        sentence: str,
        *,
        status: int | None = None,
        retry_at: datetime | None = None,
        host: str = "",
        is_detour: bool = False,
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.retry_at = retry_at
        self.host = host
        self.is_detour = is_detour

    @property
    def is_gone(self) -> bool:
        """410: what was asked for is gone, and will not come back (RFC 9110, 15.5.11)."""
        return self.status == 410 and not self.is_detour


class StoppedError(CollectError):
    """Nobody was asked, because the run is to end."""


class ParseError(FeedkitError):
    """Bytes that are not what they should be: no feed at all, or an article that cannot be read."""


class StoreError(FeedkitError):
    """The store cannot be opened, or was written by a newer feedkit."""


class LockedError(StoreError):
    """Another process is at work on the store, or a daemon runs on it already."""


class PublishError(FeedkitError):
    """A document could not be written."""


class ServeError(FeedkitError):
    """The server cannot begin to serve."""
