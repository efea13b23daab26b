"""The keys of sources: what a source is and what the configuration calls it, in one text."""

from pathlib import PurePosixPath

_FEED = "feed:"
_FOLDER = "articles:"


def feed_key(url: str) -> str:
    """The key of the feed that the configuration has at `url`, an address or a path."""
    return _FEED + url


def folder_key(path: str) -> str:
    """The key of the article folder that the configuration has at `path`."""
    return f"{_FOLDER}{PurePosixPath(path)}"


def feed_of(key: str) -> str | None:
    """Where the configuration has the feed with this key; None: it is an article folder's."""
    return key.removeprefix(_FEED) if key.startswith(_FEED) else None


def name_of(key: str) -> str:
    """What the configuration calls the source with this key."""
    return key.partition(":")[2]
