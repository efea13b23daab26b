"""What the path of a document says: which it may be, its media type, its coding. Pure."""

import re

_NO_PATH = re.compile(r"(?:^|/)\.{0,2}(?:/|\Z)|\0")
"""A part of a path that is empty, or leads to where it is, or above."""
COPIES = {".gz": "gzip", ".br": "br"}
"""What is appended to the path of a compressed copy, and its content coding (RFC 9110, 8.4.1)."""

_ATOM = "application/atom+xml; charset=utf-8"  # RFC 4287, 7
_MEDIA_TYPES = {
    "atom.xml": _ATOM,
    "rss.xml": "application/rss+xml; charset=utf-8",
    "feed.json": "application/feed+json; charset=utf-8",  # JSON Feed 1.1
    ".atom.xml": _ATOM,
    ".opml": "text/x-opml; charset=utf-8",  # OPML 2.0
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".json": "application/json",
    ".xml": "application/xml",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".ico": "image/vnd.microsoft.icon",
    ".woff2": "font/woff2",
}
"""By the file's name, or how it ends; the first that fits holds."""


def is_path(path: str) -> bool:
    """Whether `path` names a file below the root, and leads nowhere else."""
    return _NO_PATH.search(path) is None


def media_type(path: str) -> str:
    """The media type of what is at `path`; a copy's is that of the document (RFC 9110, 8.4)."""
    name, _ = _without_copy(path.rpartition("/")[2])
    for known, kind in _MEDIA_TYPES.items():
        if name == known or (known.startswith(".") and name.endswith(known)):
            return kind
    return "application/octet-stream"


def content_coding(path: str) -> str | None:
    """The coding of a compressed copy; None for a document itself."""
    return _without_copy(path)[1]


def _without_copy(path: str) -> tuple[str, str | None]:
    for suffix, coding in COPIES.items():
        if path.endswith(suffix):
            return path.removesuffix(suffix), coding
    return path, None
