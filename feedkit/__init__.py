"""feedkit collects article files and remote feeds and publishes a feed per category.

As a library it reads feeds: `parse` makes a normalized `Feed` of any feed's bytes.
"""

from feedkit.errors import FeedkitError, ParseError
from feedkit.model import Enclosure, Entry, Feed, Origin, Person
from feedkit.parse import parse_feed as _parse_feed

__version__ = "0.1.0"

__all__ = [
    "Enclosure",
    "Entry",
    "Feed",
    "FeedkitError",
    "Origin",
    "ParseError",
    "Person",
    "__version__",
    "parse",
]


# The package of the same name is imported above, once and for all, so this name stays.
def parse(data: bytes, *, url: str | None = None, content_type: str | None = None) -> Feed:
    """The feed in `data`, normalized: ids are IRIs, URLs absolute, times UTC, HTML sanitized.

    `url` is where the document came from, for what is relative in it (RFC 3986, 5.1.3), and
    `content_type` its HTTP header, for its encoding (RFC 7303).

    Raises `ParseError` (one sentence: what it is, and where) when the bytes are no feed, and
    nothing else.
    """
    from feedkit.normalize.entry import normalize_feed

    feed = _parse_feed(data, url=url, content_type=content_type)
    return normalize_feed(feed, url=url, is_xml_text=True)
