"""An entry and a feed while they are read: each element adds what it knows, the end decides.

Which of several candidates wins is decided here alone, so that it does not depend on the order of
elements nor on the format.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from feedkit.model import Enclosure, Entry, Extra, Feed, Origin, Person, Place, Resource
from feedkit.parse.dates import parse_date
from feedkit.parse.places import read_shape
from feedkit.parse.text import add_person

MAX_ENCLOSURES = 200
"""Files that are taken of one entry: each is compared with all before it."""


class ExtraDraft(Struct):
    """What podcasts' elements and those of places have said so far, which most entries lack."""

    duration: int | None = None
    episode: int | None = None
    season: int | None = None
    explicit: bool | None = None
    transcripts: tuple[Resource, ...] = ()
    chapters: Resource | None = None
    place: Place | None = None
    latitude: str = ""
    longitude: str = ""
    """geo:lat and geo:long, each an element of its own."""


class EntryDraft(Struct):
    """What an entry's elements have said so far."""

    base: str | None = None
    """What references in the entry's elements are relative to."""
    content_base: str | None = None
    summary_base: str | None = None
    language: str | None = None
    text_language: str | None = None
    """``xml:lang`` of the title or the content, where the entry has none."""
    id: str = ""
    other_id: str = ""
    title: str = ""
    other_title: str = ""
    """From dc:title, media:title, itunes:title, or Atom's title in an RSS item."""
    link: str | None = None
    """RSS's own, before Atom's in RSS."""
    url: str | None = None
    other_url: str | None = None
    """An alternate that is no HTML, or a guid that is a permanent link."""
    original_url: str | None = None
    """The page behind a counting redirect (feedburner:origLink)."""
    external_url: str | None = None
    summary: str | None = None
    other_summary: str | None = None
    """From dc:description, media:description, itunes:summary, or Atom's summary in RSS."""
    tagline: str | None = None
    """From itunes:subtitle."""
    content: str | None = None
    authors: list[Person] = []
    hosts: tuple[Person, ...] = ()
    """From podcast:person, and from media:credit where it names the author."""
    other_authors: tuple[Person, ...] = ()
    """From itunes:author: the show's name as often as a person's."""
    source_authors: tuple[Person, ...] = ()
    contributors: list[Person] = []
    categories: list[str] = []
    published: datetime | None = None
    other_published: datetime | None = None
    updated: datetime | None = None
    dated: datetime | None = None
    """dc:date, which means either."""
    enclosures: list[Enclosure] = []
    thumbnail: str | None = None
    picture: str | None = None
    cover: str | None = None
    rights: str | None = None
    license: str | None = None
    """The URL of a licence, for what says nothing else of its rights."""
    comments_url: str | None = None
    origin: Origin | None = None
    known_extra: ExtraDraft | None = None

    def extra(self) -> ExtraDraft:
        """What is known of the entry as an episode and a place, to be added to."""
        if self.known_extra is None:
            self.known_extra = ExtraDraft()
        return self.known_extra


class FeedDraft(Struct):
    """What a feed's own elements have said so far."""

    base: str | None = None
    id: str | None = None
    title: str = ""
    other_title: str = ""
    subtitle: str | None = None
    other_subtitle: str | None = None
    tagline: str | None = None
    """From itunes:subtitle."""
    link: str | None = None
    """RSS's own, before Atom's in RSS."""
    url: str | None = None
    other_url: str | None = None
    self_url: str | None = None
    hub: str | None = None
    prev_archive: str | None = None
    next_page: str | None = None
    language: str | None = None
    authors: list[Person] = []
    hosts: tuple[Person, ...] = ()
    other_authors: tuple[Person, ...] = ()
    owner: Person | None = None
    """From itunes:owner and googleplay:email, for a show that names no author."""
    image: str | None = None
    other_image: str | None = None
    updated: datetime | None = None
    other_updated: datetime | None = None
    rights: str | None = None
    license: str | None = None
    ttl: int | None = None
    period: int | None = None
    """Minutes of sy:updatePeriod."""
    frequency: int = 1
    """sy:updateFrequency: how often in that period."""
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[str, ...] = ()


def first_date(known: datetime | None, text: str | None) -> datetime | None:
    """`known`, or the time that `text` names where nothing is known yet."""
    return known or (parse_date(text.strip()) if text else None)


def add_enclosure(enclosures: list[Enclosure], enclosure: Enclosure) -> None:
    """Appends `enclosure` unless a file of that URL is there (media:content repeats enclosures);
    the one that is there learns what it did not know."""
    for index, known in enumerate(enclosures):
        if known.url == enclosure.url:
            enclosures[index] = Enclosure(
                url=known.url,
                type=known.type or enclosure.type,
                length=known.length or enclosure.length,
                duration=known.duration or enclosure.duration,
            )
            return
    if len(enclosures) < MAX_ENCLOSURES:
        enclosures.append(enclosure)


def finish_entry(draft: EntryDraft, inherited: Sequence[Person] = ()) -> Entry:
    """The entry; `inherited` are the authors of its feed, for an entry that names none itself
    (RFC 4287, 4.2.1)."""
    authors = (
        draft.authors or draft.hosts or draft.other_authors or draft.source_authors or inherited
    )
    published = draft.published or draft.other_published or draft.dated
    updated = draft.updated
    if not updated and draft.dated and published and draft.dated > published:
        updated = draft.dated
    base = draft.base
    if draft.content:
        base = draft.content_base or base
    elif draft.summary:
        base = draft.summary_base or base
    # By position what comes first: of 16 named arguments CPython makes a dict, at four times the
    # cost of the whole call.
    return Entry(
        draft.id or draft.other_id,
        draft.original_url or draft.link or draft.url or draft.other_url,
        draft.external_url,
        draft.title or draft.other_title,
        draft.summary or draft.other_summary or draft.tagline,
        draft.content,
        tuple(authors),
        tuple(draft.contributors),
        categories=tuple(dict.fromkeys(draft.categories)) if draft.categories else (),
        published=published,
        updated=updated,
        enclosures=tuple(draft.enclosures),
        image=draft.thumbnail or draft.picture or draft.cover,
        language=draft.language,
        rights=draft.rights or draft.license,
        comments_url=draft.comments_url,
        origin=draft.origin,
        extra=_extra(draft.known_extra) if draft.known_extra else None,
        base=base,
    )


def _extra(draft: ExtraDraft) -> Extra | None:
    extra = Extra(
        duration=draft.duration,
        episode=draft.episode,
        season=draft.season,
        explicit=draft.explicit,
        transcripts=draft.transcripts,
        chapters=draft.chapters,
        place=_place(draft),
    )
    return None if extra == _NO_EXTRA else extra


def _place(draft: ExtraDraft) -> Place | None:
    """What GeoRSS says, else the point of geo:lat and geo:long."""
    if draft.place or not draft.latitude:
        return draft.place
    return read_shape("point", f"{draft.latitude} {draft.longitude}")


_NO_EXTRA = Extra()


def feed_authors(draft: FeedDraft) -> tuple[Person, ...]:
    """The feed's own authors, else those of its podcast tags."""
    people: list[Person] = []
    for person in draft.authors or draft.hosts or draft.other_authors:
        add_person(people, person)
    return tuple(people) or ((draft.owner,) if draft.owner else ())


def _ttl(draft: FeedDraft) -> int | None:
    """RSS's ttl, else how long the syndication module says that a document stays the newest."""
    if draft.ttl is None and draft.period:
        return max(1, draft.period // max(1, draft.frequency))
    return draft.ttl


def finish_feed(draft: FeedDraft, format_: str, entries: Sequence[Entry]) -> Feed:
    """The feed with its entries, read without the tolerant path."""
    return Feed(
        id=draft.id,
        url=draft.link or draft.url or draft.other_url,
        title=draft.title or draft.other_title,
        subtitle=draft.subtitle or draft.other_subtitle or draft.tagline,
        authors=feed_authors(draft),
        language=draft.language,
        image=draft.image or draft.other_image,
        updated=draft.updated or draft.other_updated,
        rights=draft.rights or draft.license,
        ttl=_ttl(draft),
        skip_hours=draft.skip_hours,
        skip_days=draft.skip_days,
        hub=draft.hub,
        self_url=draft.self_url,
        next_archive_url=draft.prev_archive or draft.next_page,
        format=format_,
        entries=tuple(entries),
    )
