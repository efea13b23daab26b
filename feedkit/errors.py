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
    """A server answered, and not with a document."""

    def __init__(
        self,
        sentence: str,
        *,
        status: int | None = None,
        retry_at: datetime | None = None,
        host: str = "",
        is_gone: bool = False,
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.retry_at = retry_at
        """UTC (Retry-After, RFC 9110, 10.2.3)."""
        self.host = host
        """Who answered; a Retry-After on 429 or 503 holds for all of it."""
        self.is_gone = is_gone
        """410 (RFC 9110, 15.5.11)."""


class ParseError(FeedkitError):
    """Bytes that are not what they should be: no feed at all, or an article that cannot be read."""


class StoreError(FeedkitError):
    """The store cannot be opened, or was written by a newer feedkit."""


class PublishError(FeedkitError):
    """A document could not be written."""
