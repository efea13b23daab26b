"""Bytes to values: feeds to `Feed`, article files to `Entry`. No I/O, and nothing normalized.

Importing this costs nothing; `parse_feed` loads lxml when it is first called, and feedparser only
for a document that lxml cannot read.
"""

from feedkit.errors import ParseError
from feedkit.model import Feed


def parse_feed(data: bytes, *, url: str | None = None, content_type: str | None = None) -> Feed:
    """The feed that `data` holds: Atom, RSS or JSON Feed, in whatever encoding.

    `url` is where the document was found, after redirects: relative references are resolved
    against it (RFC 3986, 5.1.3) unless the document says otherwise. `content_type` is the value
    of its HTTP header, whose charset goes before the document's own declaration (RFC 7303, 3).

    Entries come out as their source wrote them: HTML is not sanitized, an `id` may be "", and
    references inside HTML are still relative to the entry's `base`; titles are plain text, and
    every URL that is a field of its own is absolute if there was anything to resolve it against.
    No text holds a character that XML 1.0 (2.2) forbids.
    `Feed.bozo` says what was wrong with a document that could be read all the same.

    Raises ParseError, and nothing else, when the bytes are no feed: one sentence that says what
    they are instead.
    """
    from feedkit.parse.reader import read_feed

    try:
        return read_feed(data, url, content_type)
    except ParseError as error:
        raise ParseError(f"{url or 'the document'} is no feed: {error}") from error.__cause__
