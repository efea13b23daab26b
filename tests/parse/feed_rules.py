"""Small feeds, a rule each, and what they should be read as: the words for writing them down.

`rules_*.py` holds the rules; `test_feed_rules.py` holds both readers of feedkit to them.
"""

from datetime import UTC, datetime

from msgspec import Struct, convert
from msgspec.structs import replace

from feedkit.model import Entry, Feed

URL = "https://x.example/blog/feed"

_NAMESPACES = {
    "a": "http://www.w3.org/2005/Atom",
    "cc": "http://web.resource.org/cc/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "creativeCommons": "http://backend.userland.com/creativeCommonsRssModule",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "geo": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "gml": "http://www.opengis.net/gml",
    "pheedo": "http://www.pheedo.com/namespace/pheedo",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "georss": "http://www.georss.org/georss",
    "googleplay": "http://www.google.com/schemas/play-podcasts/1.0",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "podcast": "https://podcastindex.org/namespace/1.0",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "thr": "http://purl.org/syndication/thread/1.0",
    "wfw": "http://wellformedweb.org/CommentAPI/",
    "xhtml": "http://www.w3.org/1999/xhtml",
}
RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
ATOM = 'xmlns="http://www.w3.org/2005/Atom"'
ATOM03 = 'version="0.3" xmlns="http://purl.org/atom/ns#"'
RSS10 = 'xmlns="http://purl.org/rss/1.0/"'


class Rule(Struct, frozen=True):
    """A document, and the feed that it is. What a rule does not name is empty or None."""

    name: str
    document: str
    feed: Feed
    encoding: str = "utf-8"
    """That of the document's bytes."""
    content_type: str | None = None
    """HTTP's."""


def declared(text: str) -> str:
    """Declarations of those prefixes that `text` uses."""
    used = [prefix for prefix in _NAMESPACES if f"{prefix}:" in text]
    return "".join(f' xmlns:{prefix}="{_NAMESPACES[prefix]}"' for prefix in used)


def day(number: int, hour: int = 0) -> datetime:
    """A time in May 2021."""
    return datetime(2021, 5, number, hour, tzinfo=UTC)


def document(name: str, text: str, **fields: object) -> Rule:
    """A rule on a whole document."""
    return Rule(name, text, _feed(fields))


def channel(name: str, inside: str, **fields: object) -> Rule:
    """A rule on an RSS 2.0 channel, whose title is "T"."""
    text = f'<rss version="2.0"{declared(inside)}><channel><title>T</title>{inside}</channel></rss>'
    return document(name, text, **{"format": "rss20", "title": "T", **fields})


def item(name: str, inside: str, **fields: object) -> Rule:
    """A rule on an RSS 2.0 item."""
    return channel(name, f"<item>{inside}</item>", entries=[fields])


def atom(name: str, inside: str, **fields: object) -> Rule:
    """A rule on an Atom feed, whose title is "T"."""
    text = f"<feed {ATOM}{declared(inside)}><title>T</title>{inside}</feed>"
    return document(name, text, **{"format": "atom10", "title": "T", **fields})


def entry(name: str, inside: str, **fields: object) -> Rule:
    """A rule on an Atom entry."""
    return atom(name, f"<entry>{inside}</entry>", entries=[fields])


def entry03(name: str, inside: str, **fields: object) -> Rule:
    """A rule on an Atom 0.3 entry."""
    text = f"<feed {ATOM03}{declared(inside)}><title>T</title><entry>{inside}</entry></feed>"
    return document(name, text, format="atom03", title="T", entries=[fields])


def rdf_item(name: str, inside: str, attributes: str = "", **fields: object) -> Rule:
    """A rule on an RSS 1.0 item."""
    text = (
        f"<rdf:RDF {RDF} {RSS10}{declared(inside)}><channel><title>T</title></channel>"
        f"<item {attributes}>{inside}</item></rdf:RDF>"
    )
    return document(name, text, format="rss10", title="T", entries=[fields])


def _feed(fields: dict[str, object]) -> Feed:
    written = fields.pop("entries", [])
    assert isinstance(written, list)
    entries = tuple(convert({"id": "", "base": URL, **entry}, Entry) for entry in written)
    return replace(convert(fields, Feed), entries=entries)
