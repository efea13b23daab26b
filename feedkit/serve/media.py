"""What kind of document a file is, and what is said of each kind. Pure."""

import re

ATOM = "application/atom+xml; charset=utf-8"
RSS = "application/rss+xml; charset=utf-8"
JSON_FEED = "application/feed+json; charset=utf-8"
OPML = "text/x-opml; charset=utf-8"
XML = "application/xml; charset=utf-8"
JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"

FEEDS = frozenset({ATOM, RSS, JSON_FEED, OPML})
"""What a page of another site may read (CORS)."""

_IN_XML = frozenset({ATOM, RSS})

TOPICS = frozenset({ATOM, RSS, JSON_FEED})
"""What a hub may be told of."""

_BY_NAME = {
    "html": HTML,
    "css": "text/css; charset=utf-8",
    "txt": TEXT,
    "md": "text/markdown; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "opml": OPML,
    "json": JSON,
    "xml": XML,
    "svg": "image/svg+xml; charset=utf-8",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
    "ico": "image/x-icon",
    "woff2": "font/woff2",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "ogg": "audio/ogg",
    "mp4": "video/mp4",
    "pdf": "application/pdf",
    "gz": "application/gzip",
    "zip": "application/zip",
}
_OTHER = "application/octet-stream"
_ROOT = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?(feed|rss|RDF|opml)[\s>/]")
_BY_ROOT = {b"feed": ATOM, b"rss": RSS, b"RDF": RSS, b"opml": OPML}
_JSON_FEED = re.compile(rb'"version"\s*:\s*"https://jsonfeed\.org/version/')

SNIFFED = 1_024
"""Bytes of a document that `media_type` wants to see."""


def media_type(name: str, beginning: bytes) -> str:
    """The media type of the file `name`, with the charset of what feedkit writes.

    Atom and RSS have one name's ending in common, so the root element decides.
    """
    kind = _BY_NAME.get(name.rpartition(".")[2].lower(), _OTHER) if "." in name else _OTHER
    if kind == XML and (root := _ROOT.search(beginning)):
        return _BY_ROOT[root[1]]
    if kind == JSON and _JSON_FEED.search(beginning):
        return JSON_FEED
    return kind


def shown_as(kind: str, accept: str | None) -> str:
    """The media type of a document of that kind for who sends that ``Accept`` field.

    Browsers show a feed as it looks by its style sheet only if it is called XML: of Atom and RSS
    they show the source, or have it saved. They ask for HTML and do not name either.
    """
    if accept is None or kind not in _IN_XML or "text/html" not in accept:
        return kind
    return kind if "atom+xml" in accept or "rss+xml" in accept else XML


def is_compressible(kind: str) -> bool:
    """Whether a coding makes documents of this kind smaller."""
    return "charset" in kind
