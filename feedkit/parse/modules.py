"""Elements that Atom and RSS share: Dublin Core, licences, the syndication module, FeedBurner, and
Atom's links, people and dates, which RSS feeds borrow.

Each function reads one element into a draft; `ENTRY` and `FEED` say which one reads which.
"""

from collections.abc import Callable

from lxml import etree

from feedkit.model import Person
from feedkit.parse.draft import EntryDraft, FeedDraft, first_date
from feedkit.parse.links import add_entry_link, add_feed_link, link_relation
from feedkit.parse.markup import text_of
from feedkit.parse.names import RDF_RESOURCE, XML_BASE, canonical
from feedkit.parse.text import (
    add_person,
    collapse,
    html_title,
    plain_title,
    read_language,
    read_minutes,
    read_number,
    read_person,
)
from feedkit.parse.urls import enter, resolve

EntryReader = Callable[[EntryDraft, etree._Element], None]
FeedReader = Callable[[FeedDraft, etree._Element], None]


class EntryReaders(dict[str, EntryReader | None]):
    """Which function reads an element of an entry, by lxml's tag. A tag is looked up by its
    canonical name when it is first seen: half of the time of doing so for each element."""

    def __init__(self, by_name: dict[str, EntryReader]) -> None:
        super().__init__()
        self.by_name = by_name

    def __missing__(self, tag: str) -> EntryReader | None:
        read = self.by_name.get(canonical(tag))
        if len(self) < _MAX_TAGS:
            self[tag] = read
        return read


_MAX_TAGS = 4096
"""Tags that are remembered, for a feed may make up any number of them."""


# ------------------------------------------------------------------------------------------ links


def target(element: etree._Element, name: str, base: str | None) -> str | None:
    """The URL in an attribute, against the ``xml:base`` of its element."""
    return resolve(enter(base, element.get(XML_BASE)), element.get(name))


def read_entry_link(draft: EntryDraft, element: etree._Element) -> None:
    """``atom:link`` in an entry or in an RSS item."""
    if href := target(element, "href", draft.base):
        relation, length = link_relation(element.get("rel")), read_number(element.get("length"))
        add_entry_link(draft, relation, href, element.get("type", ""), length)


def read_feed_link(draft: FeedDraft, element: etree._Element) -> None:
    """``atom:link`` in a feed or in an RSS channel."""
    if href := target(element, "href", draft.base):
        add_feed_link(draft, link_relation(element.get("rel")), href, element.get("type", ""))


# ----------------------------------------------------------------------------------------- people


def atom_person(element: etree._Element, base: str | None) -> Person | None:
    """A person construct (RFC 4287, 3.2); text alone is read as RSS would write it."""
    base = enter(base, element.get(XML_BASE))
    name = email = url = None
    for child in element:
        match canonical(child.tag).rpartition(":")[2]:
            case "name":
                name = name or html_title(text_of(child)) or None
            case "email":
                email = email or text_of(child).strip() or None
            case "uri" | "url" | "homepage":
                url = url or resolve(enter(base, child.get(XML_BASE)), text_of(child))
    if name or email or url:
        return Person(name=name, email=email, url=url)
    return None if len(element) else read_person(element.text or "")


def read_author(draft: EntryDraft | FeedDraft, element: etree._Element) -> None:
    """``atom:author``."""
    add_person(draft.authors, atom_person(element, draft.base))


def read_contributor(draft: EntryDraft, element: etree._Element) -> None:
    """``atom:contributor``."""
    add_person(draft.contributors, atom_person(element, draft.base))


def read_named_author(draft: EntryDraft | FeedDraft, element: etree._Element) -> None:
    """``dc:creator`` and RSS's ``author``, which may have a name and an address as Atom's has."""
    person = atom_person(element, draft.base) if len(element) else None
    add_person(draft.authors, person or read_person(text_of(element)))


def read_named_contributor(draft: EntryDraft, element: etree._Element) -> None:
    """``dc:contributor``."""
    add_person(draft.contributors, read_person(text_of(element)))


# --------------------------------------------------------------------------------- dates, subjects


def read_published(draft: EntryDraft, element: etree._Element) -> None:
    """``atom:published``, ``pubDate``."""
    draft.published = first_date(draft.published, element.text)


def read_dated(draft: EntryDraft, element: etree._Element) -> None:
    """``dc:date``: when an item without ``pubDate`` was published, or when another changed."""
    draft.dated = first_date(draft.dated, element.text)


def read_other_published(draft: EntryDraft, element: etree._Element) -> None:
    """``dcterms:created`` and ``dcterms:issued``, for an item without ``pubDate``."""
    draft.other_published = first_date(draft.other_published, element.text)


def read_updated(draft: EntryDraft | FeedDraft, element: etree._Element) -> None:
    """``atom:updated``, ``dcterms:modified``, ``lastBuildDate``."""
    draft.updated = first_date(draft.updated, element.text)


def read_other_updated(draft: FeedDraft, element: etree._Element) -> None:
    """A channel's ``pubDate`` and ``dc:date``."""
    draft.other_updated = first_date(draft.other_updated, element.text)


def read_category(draft: EntryDraft, element: etree._Element) -> None:
    """RSS's ``category`` and ``dc:subject``; Atom's where RSS borrows it."""
    name = plain_title(text_of(element)) or collapse(
        element.get("term", "") or element.get("label", "")
    )
    if name:
        draft.categories.append(name)


def read_rights(draft: EntryDraft | FeedDraft, element: etree._Element) -> None:
    """``copyright``, ``dc:rights``."""
    draft.rights = draft.rights or plain_title(text_of(element)) or None


def read_language_of(draft: EntryDraft | FeedDraft, element: etree._Element) -> None:
    """``language``, ``dc:language``."""
    draft.language = read_language(element.text) or draft.language


def read_license(draft: EntryDraft | FeedDraft, element: etree._Element) -> None:
    """``creativeCommons:license``, which holds the licence's URL; ``cc:license``, which names it in
    an attribute."""
    url = (element.get(RDF_RESOURCE) or element.text or "").strip()
    if url.startswith(("http://", "https://")):
        draft.license = draft.license or url


def read_original_link(draft: EntryDraft, element: etree._Element) -> None:
    """``feedburner:origLink``, ``pheedo:origLink``: where the redirect in ``link`` leads."""
    url = (element.text or "").strip()
    if url.startswith(("http://", "https://")):
        draft.original_url = draft.original_url or url


# ---------------------------------------------------------------------- texts for want of others


def read_other_title(draft: EntryDraft | FeedDraft, element: etree._Element) -> None:
    """``dc:title``."""
    draft.other_title = draft.other_title or plain_title(text_of(element))


def read_other_summary(draft: EntryDraft, element: etree._Element) -> None:
    """``dc:description`` of an entry: HTML as practice has it."""
    draft.other_summary = draft.other_summary or text_of(element).strip() or None


def read_other_subtitle(draft: FeedDraft, element: etree._Element) -> None:
    """``dc:description`` and ``itunes:summary`` of a feed."""
    draft.other_subtitle = draft.other_subtitle or plain_title(text_of(element)) or None


def read_feed_tagline(draft: FeedDraft, element: etree._Element) -> None:
    """``itunes:subtitle`` of a feed, the shortest of all."""
    draft.tagline = draft.tagline or plain_title(text_of(element)) or None


def read_period(draft: FeedDraft, element: etree._Element) -> None:
    """``sy:updatePeriod`` (https://web.resource.org/rss/1.0/modules/syndication/)."""
    draft.period = read_minutes(element.text)


def read_frequency(draft: FeedDraft, element: etree._Element) -> None:
    """``sy:updateFrequency``."""
    draft.frequency = read_number(element.text) or 1


_DUBLIN_CORE: dict[str, EntryReader] = {
    "contributor": read_named_contributor,
    "creator": read_named_author,
    "date": read_dated,
    "description": read_other_summary,
    "language": read_language_of,
    "rights": read_rights,
    "subject": read_category,
    "title": read_other_title,
}

ENTRY: dict[str, EntryReader] = {
    **{f"dc:{name}": read for name, read in _DUBLIN_CORE.items()},
    **{f"dcterms:{name}": read for name, read in _DUBLIN_CORE.items()},
    "dcterms:abstract": read_other_summary,
    "dcterms:created": read_other_published,
    "dcterms:issued": read_other_published,
    "dcterms:license": read_license,
    "dcterms:modified": read_updated,
    "cc:license": read_license,
    "creativecommons:license": read_license,
    "feedburner:origlink": read_original_link,
    "pheedo:origlink": read_original_link,
}

FEED: dict[str, FeedReader] = {
    "dc:creator": read_named_author,
    "dc:date": read_other_updated,
    "dc:description": read_other_subtitle,
    "dc:language": read_language_of,
    "dc:rights": read_rights,
    "dc:title": read_other_title,
    "dcterms:modified": read_updated,
    "cc:license": read_license,
    "creativecommons:license": read_license,
    "sy:updatefrequency": read_frequency,
    "sy:updateperiod": read_period,
}
