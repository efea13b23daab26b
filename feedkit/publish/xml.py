"""Entries → Atom 1.0 (RFC 4287) and RSS 2.0 documents, written by feedgen.

A document is a head that feedgen writes for the topic, the entries, and a tail. An entry is the
same bytes in every document of a format, so each is rendered once and put where it belongs.
Dates come from entries, never from the clock: the same entries make the same bytes.
"""

from collections.abc import Sequence
from datetime import datetime

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator
from lxml.etree import Element, _Element, tostring

from feedkit import __version__
from feedkit.config import Site
from feedkit.model import Entry, Person
from feedkit.normalize.text import excerpt, summary_of
from feedkit.publish.extension import NAMESPACES, FeedkitEntryExtension
from feedkit.publish.jobs import Form, Frame, FrameJob, StoredEntry
from feedkit.publish.topics import Topic

_TITLE_LENGTH = 80
"""Characters of an untitled entry's content that stand for its title."""


def render_elements(stored: StoredEntry, forms: Sequence[Form]) -> dict[Form, bytes]:
    """The entry's element in each of the `forms`, which are of Atom and RSS."""
    rendered = {}
    for form in forms:
        element = _feed_entry(stored, is_whole=form.is_whole)
        make = element.atom_entry if form.format_name == "atom" else element.rss_entry
        rendered[form] = _serialize(make())
    return rendered


def render_xml_frame(job: FrameJob) -> Frame:
    """What stands around the entries of an Atom or RSS document."""
    generator = _generator(job.topic, job.format_name, job.site, job.updated)
    if job.format_name == "atom":
        skeleton, end = generator.atom_str(), b"</feed>"
    else:
        skeleton, end = generator.rss_str(), b"</channel></rss>"
    return Frame(skeleton.removesuffix(end) + b"\n", b"\n", b"\n" + end + b"\n")


class _FeedExtension(FeedkitEntryExtension):
    """Declares the entries' namespaces once, at the head of a document."""

    def extend_ns(self) -> dict[str | None, str]:
        """feedgen puts these on the root element."""
        return NAMESPACES


def _generator(topic: Topic, format_name: str, site: Site, updated: datetime) -> FeedGenerator:
    generator = FeedGenerator()
    generator.register_extension("feedkit", _FeedExtension, FeedkitEntryExtension)
    url = topic.url(site.url, format_name)
    generator.id(url)
    generator.title(topic.title)
    generator.subtitle(site.description or topic.title)
    generator.updated(updated)
    generator.author(name=site.author or site.title)
    media_type = "application/atom+xml" if format_name == "atom" else "application/rss+xml"
    generator.link(href=url, rel="self", type=media_type)
    generator.link(href=site.url, rel="alternate")  # the last is the channel's in RSS
    generator.generator("feedkit", version=__version__)
    if topic.name is not None:
        generator.category(term=topic.name)
    if site.language:
        generator.language(site.language)
    return generator


class _FeedEntry(FeedEntry):
    """feedgen's entry, with its extension known to the type checker."""

    feedkit: FeedkitEntryExtension


def _feed_entry(stored: StoredEntry, *, is_whole: bool) -> FeedEntry:
    entry = stored.entry
    element = _FeedEntry()
    element.guid(entry.id, permalink=entry.id == entry.url)
    element.title(_title(entry))
    element.published(stored.published)
    element.updated(stored.updated)
    authors = entry.authors or (stored.author,)
    element.author([_person(person) for person in authors])
    if entry.contributors:
        element.contributor([_person(person) for person in entry.contributors])
    if entry.url:
        element.link(href=entry.url, rel="alternate")
    if (is_whole and entry.content is not None) or entry.url is None:
        # RFC 4287, 4.1.2: an entry without an alternate link must have content
        element.content(entry.content or entry.summary or "", type="html")
    summary = entry.summary or summary_of(entry.content or "")
    if summary is not None:
        element.summary(summary, type="html")
    if entry.categories:
        element.category([{"term": category} for category in entry.categories])
    if entry.rights:
        element.rights(entry.rights)
    if entry.comments_url:
        element.comments(entry.comments_url)
    element.register_extension("feedkit", FeedkitEntryExtension)
    element.feedkit.entry = entry
    element.feedkit.origin = entry.origin or stored.origin
    element.feedkit.creators = tuple(_name(person) for person in authors)
    return element


def _title(entry: Entry) -> str:
    """RFC 4287 and feedgen want a title; a note without one is known by its first words."""
    return (
        entry.title
        or excerpt(entry.content or entry.summary or "", _TITLE_LENGTH)
        or entry.url
        or entry.id
    )


def _person(person: Person) -> dict[str, str]:
    """As feedgen takes it. RFC 4287, 3.2.1: a person has a name."""
    fields = {"name": _name(person), "email": person.email, "uri": person.url}
    return {key: value for key, value in fields.items() if value}


def _name(person: Person) -> str:
    return person.name or person.email or person.url or ""


def _serialize(element: _Element) -> bytes:
    """The element alone, with the prefixes of `NAMESPACES` but without declaring them: inside a
    document its head does."""
    root = Element("root", nsmap=NAMESPACES)
    root.append(element)
    xml = tostring(root, encoding="UTF-8")
    return xml[xml.index(b">") + 1 : -len(b"</root>")]
