"""Every error that feedkit raises on purpose, in one small tree.

An error's text is one sentence for the person who has to act: what is wrong, where, and what to
do. Nothing here imports anything of feedkit, so that every part may raise and catch these.
"""

from collections.abc import Sequence


class FeedkitError(Exception):
    """The root: whatever feedkit itself raises is one of these."""


class ConfigError(FeedkitError):
    """``config.toml`` cannot be used. `problems` holds one sentence for each thing wrong in it."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems: tuple[str, ...] = tuple(problems)


class CollectError(FeedkitError):
    """A source could not be read: the network, the server, a file or a limit said no."""


class ParseError(FeedkitError):
    """Bytes that are not what they should be: no feed at all, or an article that cannot be read."""


class StoreError(FeedkitError):
    """The store cannot be opened, or was written by a newer feedkit."""


class PublishError(FeedkitError):
    """A document could not be written."""
