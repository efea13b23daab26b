"""What each format that feedkit publishes says of an entry, and says in place of what is missing.

docs/formats.md has the same as a table. Whatever differs from it is a fault of the writer or the
reader: tests/publish/test_read_back.py and bench/roundtrip.py look for that.
"""

from msgspec.structs import replace

from feedkit.model import Enclosure, Entry, Extra, Origin, Person
from feedkit.normalize.entry import categories, people
from feedkit.normalize.text import one_line
from feedkit.parse.text import add_person, html_title, plain_title, read_person
from feedkit.publish.jobs import StoredEntry
from feedkit.publish.substitutes import (
    UNKNOWN_TYPE,
    media_type,
    name_of,
    shown_summary,
    title_of,
)


def carried(stored: StoredEntry, format_name: str) -> Entry:
    """The normalized entry that a reader of a document in that format gets."""
    entry = stored.entry
    common = replace(
        entry,
        authors=entry.authors or (stored.author,),
        published=stored.published,
        updated=stored.updated,
        origin=entry.origin or stored.origin,
        extra=None if entry.extra == Extra() else entry.extra,
    )
    return {"atom": _atom, "rss": _rss, "json": _json}[format_name](common)


def _atom(entry: Entry) -> Entry:
    content, summary = entry.content, shown_summary(entry, is_whole=True)
    if content is None and entry.url is None:  # RFC 4287, 4.1.2
        content = summary
    origin = entry.origin
    if origin and origin.author:
        origin = replace(origin, author=_named((origin.author,))[0])
    return replace(
        entry,
        title=title_of(entry),
        summary=None if summary == content else summary,
        content=content,
        authors=_named(entry.authors),
        contributors=_named(entry.contributors),
        enclosures=tuple(_atom_enclosure(one) for one in entry.enclosures),
        origin=origin,
    )


def _rss(entry: Entry) -> Entry:
    content, summary = entry.content, shown_summary(entry, is_whole=True)
    if summary is None:  # the description is all there is
        content, summary = None, content
    origin = None
    if entry.origin and entry.origin.feed_url:
        title = plain_title(entry.origin.title or entry.origin.feed_url)
        origin = Origin(title=one_line(title), feed_url=entry.origin.feed_url)
    return replace(
        entry,
        title=one_line(plain_title(title_of(entry))),
        summary=summary,
        content=content,
        authors=_rss_people(entry.authors, with_mail=True),
        contributors=_rss_people(entry.contributors),
        categories=categories(map(plain_title, entry.categories)),
        updated=None if entry.updated == entry.published else entry.updated,
        enclosures=_rss_enclosures(entry.enclosures),
        rights=one_line(plain_title(entry.rights or "")) or None,
        origin=origin,
    )


def _json(entry: Entry) -> Entry:
    summary = shown_summary(entry, is_whole=True)
    content = summary if entry.content is None else entry.content
    enclosures = (
        replace(one, type=media_type(one.type) or UNKNOWN_TYPE) for one in entry.enclosures
    )
    return replace(
        entry,
        summary=None if summary == content else summary,
        content=content,
        enclosures=tuple(enclosures),
    )


def _named(persons: tuple[Person, ...]) -> tuple[Person, ...]:
    """A person without a name is called by their address (RFC 4287, 3.2.1)."""
    names = [person.name or html_title(name_of(person)) for person in persons]
    named = (replace(person, name=name) for person, name in zip(persons, names, strict=True))
    return people(tuple(named), None)


def _rss_people(persons: tuple[Person, ...], *, with_mail: bool = False) -> tuple[Person, ...]:
    """Names, and addresses of those who are authors; people of one name are one."""
    found: list[Person] = []
    for person in persons:
        add_person(found, read_person(name_of(person)))
    for person in persons if with_mail else ():
        if person.email:
            named = f"{person.email} ({name_of(person)})"
            add_person(found, read_person(named))
    return people(found, None)


def _atom_enclosure(enclosure: Enclosure) -> Enclosure:
    """A length of 0 is none; a picture that takes time is a picture."""
    is_image = (media_type(enclosure.type) or "").lower().startswith("image/")
    duration = None if is_image else enclosure.duration or None
    return replace(
        enclosure,
        type=media_type(enclosure.type),
        length=enclosure.length or None,
        duration=duration,
    )


def _rss_enclosures(enclosures: tuple[Enclosure, ...]) -> tuple[Enclosure, ...]:
    chosen = next((one for one in enclosures if one.url.startswith(("http:", "https:"))), None)
    read = []
    for one in map(_atom_enclosure, enclosures):
        if chosen is not None and one.url == chosen.url:
            one = replace(one, type=one.type or UNKNOWN_TYPE)
        read.append(one)
    return tuple(read)
