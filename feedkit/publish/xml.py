"""Entries → Atom 1.0 (RFC 4287) and RSS 2.0 documents, written by feedgen.

A document is a head that feedgen writes for the topic, the entries, and a tail. An entry is the
same bytes in every document of a form, so each is rendered once and put where it belongs.
Dates come from entries, never from the clock: the same entries make the same bytes.
"""

from collections.abc import Sequence
from threading import local
from urllib.parse import quote
from zlib import crc32

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator
from lxml.etree import Element, _Element, tostring

from feedkit import __version__
from feedkit.model import Person
from feedkit.normalize.categories import fold
from feedkit.publish.extension import NAMESPACES, FeedkitEntryExtension
from feedkit.publish.frames import FeedkitExtension
from feedkit.publish.jobs import PAGE, Form, Frame, FrameJob, StoredEntry
from feedkit.publish.substitutes import name_of, shown_summary, title_of
from feedkit.publish.topics import Topic, archive_path

# ----------------------------------------------------------------------------------------- entries


class _Declaring(local):
    """An element of this thread that declares the namespaces of entries."""

    def __init__(self) -> None:
        self.root = Element("root", nsmap=NAMESPACES)


_declaring = _Declaring()


def render_elements(stored: StoredEntry, forms: Sequence[Form]) -> dict[Form, bytes]:
    """The entry's element in each of the `forms`, which are of Atom and RSS."""
    root = _declaring.root
    rendered = {}
    for is_whole in (True, False):
        wanted = [form for form in forms if form.is_whole == is_whole]
        if not wanted:
            continue
        element, forced = _feed_entry(stored, is_whole=is_whole)
        for form in sorted(wanted, reverse=True):  # RSS first, for what Atom is forced to have
            if form.format_name == "rss":
                rendered[form] = _serialize(element.rss_entry(), root)
                continue
            if forced is not None:
                element.content(forced, type="html")
            rendered[form] = _serialize(element.atom_entry(), root)
    return rendered


class _FeedEntry(FeedEntry):
    """feedgen's entry, with its extension known to the type checker."""

    feedkit: FeedkitEntryExtension


def _feed_entry(stored: StoredEntry, *, is_whole: bool) -> tuple[FeedEntry, str | None]:
    """The entry as feedgen takes it; and the content that it has to have in Atom, where it has
    none and no alternate link (RFC 4287, 4.1.2)."""
    entry = stored.entry
    element = _FeedEntry()
    is_permanent = entry.id == entry.url and entry.id.startswith(("http:", "https:"))
    element.guid(entry.id, permalink=is_permanent)
    element.title(title_of(entry))
    element.updated(stored.updated)
    element.author([_person(person) for person in entry.authors or (stored.author,)])
    if entry.contributors:
        element.contributor([_person(person) for person in entry.contributors])
    if entry.url:
        element.link(href=entry.url, rel="alternate")
    summary = shown_summary(entry, is_whole=is_whole)
    if summary is not None:
        element.summary(summary, type="html")
    forced = None
    if is_whole and entry.content is not None:
        element.content(entry.content, type="html")
    elif entry.url is None:
        forced = summary or ""
    if entry.categories:
        element.category([_category(name, stored) for name in entry.categories])
    if entry.rights:
        element.rights(entry.rights)
    if entry.comments_url:
        element.comments(entry.comments_url)
    element.register_extension("feedkit", FeedkitEntryExtension)
    element.feedkit.stored = stored
    return element, forced


def _person(person: Person) -> dict[str, str]:
    """As feedgen takes it."""
    fields = {"name": name_of(person), "email": person.email, "uri": person.url}
    return {key: value for key, value in fields.items() if value}


def _category(name: str, stored: StoredEntry) -> dict[str, str]:
    """As feedgen takes it: with the page of the category, where it has one, as its scheme."""
    folder = stored.folders.get(fold(name)) if stored.folders else None
    if folder is None:
        return {"term": name}
    return {"term": name, "scheme": stored.site_url + quote(folder), "label": name}


def _serialize(element: _Element, root: _Element) -> bytes:
    """The element alone, with the prefixes of `root` but without declaring them: inside a
    document its head does."""
    root.append(element)
    xml = tostring(root, encoding="UTF-8")
    root.remove(element)
    return xml[xml.index(b">") + 1 : -len(b"</root>")]


# ------------------------------------------------------------------------------------------ frames


def render_xml_frame(job: FrameJob) -> Frame:
    """What stands around the entries of an Atom or RSS document."""
    generator = _generator(job)
    if job.format_name == "atom":
        skeleton, end = generator.atom_str(), b"</feed>"
    else:
        skeleton, end = generator.rss_str(), b"</channel></rss>"
    head = skeleton.removesuffix(end)
    if job.is_styled:
        declaration, line_end, rest = head.partition(b"\n")
        head = declaration + line_end + _stylesheet(job) + line_end + rest
    return Frame(head + b"\n", b"\n", end)


class _Generator(FeedGenerator):
    """feedgen's feed, with its extension known to the type checker."""

    feedkit: FeedkitExtension


def _generator(job: FrameJob) -> FeedGenerator:
    topic, site, is_atom = job.topic, job.site, job.format_name == "atom"
    generator = _Generator()
    generator.register_extension("feedkit", FeedkitExtension, FeedkitEntryExtension)
    generator.feedkit.job = job
    url = site.url + quote(_path(job))
    generator.id(url)
    generator.title(topic.title)
    generator.subtitle(site.description or topic.title)
    generator.updated(job.updated)
    generator.author(name=site.author or site.title)
    media_type = "application/atom+xml" if is_atom else "application/rss+xml"
    generator.link(href=url, rel="self", type=media_type)
    for hub in job.hubs:
        generator.link(href=hub, rel="hub")
    if is_atom:
        for relation, href in _chain_links(job):
            generator.link(href=href, rel=relation, type=media_type)
    page = site.url + quote(topic.folder) if PAGE in job.formats else site.url
    generator.link(href=page, rel="alternate")  # the last is the channel's in RSS
    generator.generator("feedkit", version=__version__)
    if topic.name is not None:
        generator.category(term=topic.name, scheme=site.url + quote(topic.folder), label=topic.name)
    if site.language:
        generator.language(site.language)
    return generator


def _path(job: FrameJob) -> str:
    """The document's own, below the output folder."""
    if job.chain and job.chain.number is not None and job.format_name == "atom":
        return archive_path(job.topic.folder, job.chain.number)
    return job.topic.path(job.format_name)


def _chain_links(job: FrameJob) -> list[tuple[str, str]]:
    """Where the documents around this one are (RFC 5005, 4).

    A reader takes it that an archive which it has fetched once need not be fetched again. The
    feed names the open archive, so the address has a query that changes with what is in it: web
    servers look for the same file, and a reader finds an address that it does not know.
    """
    if job.chain is None:
        return []
    links = []
    for relation, number in (("prev-archive", job.chain.older), ("next-archive", job.chain.newer)):
        if number is not None:
            is_open = job.chain.number is None
            query = f"?{_version(job.topic)}" if is_open else ""
            links.append((relation, quote(archive_path(job.topic.folder, number)) + query))
    if job.chain.number is not None:
        links.append(("current", quote(job.topic.path("atom"))))
    return [(relation, job.site.url + path) for relation, path in links]


def _version(topic: Topic) -> str:
    """Another one whenever what is in the topic changes, be it by an alias that comes or goes."""
    members = ",".join(map(str, topic.category_ids)).encode()
    return f"{topic.revision}-{crc32(members):08x}"


def _stylesheet(job: FrameJob) -> bytes:
    """Browsers show a document by it (https://www.w3.org/TR/xml-stylesheet/)."""
    up = "../" * _path(job).count("/")
    return f'<?xml-stylesheet type="text/css" href="{up}feed.css"?>'.encode()
