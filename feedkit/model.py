"""What feedkit talks about: feeds, entries and the people and files they name.

Values only: frozen, slotted, no I/O, and nothing of feedkit imported. An `Entry` comes out of
`feedkit.parse` as its source wrote it and out of `feedkit.normalize` ready to publish; what
"normalized" adds is said at each field.
"""

from datetime import datetime

from msgspec import Struct


class Person(Struct, frozen=True, omit_defaults=True):
    """An author or contributor (RFC 4287, 3.2). At least one of the fields is not empty."""

    name: str | None = None
    email: str | None = None
    url: str | None = None


class Enclosure(Struct, frozen=True, omit_defaults=True):
    """A file that belongs to an entry (RFC 4287, 4.2.7.2; RSS 2.0 ``<enclosure>``)."""

    url: str
    type: str | None = None
    """The media type, as the source gave it."""
    length: int | None = None
    """Bytes."""
    duration: int | None = None
    """Seconds."""


class Origin(Struct, frozen=True, omit_defaults=True):
    """The feed that an entry came from (``atom:source``, RFC 4287, 4.2.11)."""

    id: str | None = None
    title: str | None = None
    url: str | None = None
    """The web site."""
    feed_url: str | None = None
    author: Person | None = None
    rights: str | None = None


class Resource(Struct, frozen=True, omit_defaults=True):
    """A document beside an entry, such as a podcast's transcript or its chapters."""

    url: str
    type: str | None = None
    language: str | None = None


class Place(Struct, frozen=True, omit_defaults=True):
    """Where on Earth something is (GeoRSS Simple, OGC 17-002r1)."""

    coordinates: tuple[float, ...]
    """Latitudes and longitudes in turn, in degrees (WGS 84)."""
    shape: str = "point"
    """"point", "line", "polygon" (which ends where it begins) or "box" (two corners)."""


class Extra(Struct, frozen=True, omit_defaults=True):
    """What podcasts say of an episode (the itunes and podcast namespaces), and where an entry is
    about (GeoRSS)."""

    duration: int | None = None
    """Seconds."""
    episode: int | None = None
    season: int | None = None
    explicit: bool | None = None
    transcripts: tuple[Resource, ...] = ()
    chapters: Resource | None = None
    place: Place | None = None


class Entry(Struct, frozen=True, omit_defaults=True):
    """One entry of a feed, or one article.

    Normalized: `id` is an absolute IRI, all URLs are absolute, all times are UTC, all HTML is
    sanitized, no text holds a character that XML 1.0 forbids, and `base` is None.
    """

    id: str
    """As parsed: the source's own identifier (``atom:id``, ``<guid>``), or ""."""
    url: str | None = None
    external_url: str | None = None
    """What a link post points at (JSON Feed 1.1), where that is not `url`."""
    title: str = ""
    """Plain text."""
    summary: str | None = None
    """HTML."""
    content: str | None = None
    """HTML."""
    authors: tuple[Person, ...] = ()
    contributors: tuple[Person, ...] = ()
    categories: tuple[str, ...] = ()
    """As the source gave them, in its order."""
    published: datetime | None = None
    updated: datetime | None = None
    enclosures: tuple[Enclosure, ...] = ()
    image: str | None = None
    language: str | None = None
    """A language tag (BCP 47)."""
    rights: str | None = None
    comments_url: str | None = None
    origin: Origin | None = None
    extra: Extra | None = None
    base: str | None = None
    """As parsed: what relative references in `summary` and `content` are relative to
    (``xml:base``, RFC 3986, 5.1)."""


class Feed(Struct, frozen=True, omit_defaults=True):
    """A feed document and its entries, in the document's order."""

    id: str | None = None
    url: str | None = None
    """The web site that the feed belongs to."""
    title: str = ""
    subtitle: str | None = None
    authors: tuple[Person, ...] = ()
    language: str | None = None
    image: str | None = None
    updated: datetime | None = None
    rights: str | None = None
    ttl: int | None = None
    """Minutes (RSS 2.0 ``<ttl>``)."""
    skip_hours: tuple[int, ...] = ()
    """Hours of the day, GMT, 0 to 23."""
    skip_days: tuple[str, ...] = ()
    """English day names: "Monday" … "Sunday"."""
    hub: str | None = None
    """A WebSub hub."""
    self_url: str | None = None
    next_archive_url: str | None = None
    """The next older document (RFC 5005: ``prev-archive``, or ``next`` in a paged feed)."""
    format: str = ""
    """"atom10", "rss20", "rss10", "json11", …"""
    bozo: str | None = None
    """None, or why the tolerant path was needed."""
    entries: tuple[Entry, ...] = ()
