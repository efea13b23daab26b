"""Atom (RFC 4287, with the links of RFC 4685, RFC 4946 and RFC 5005, and what it was before, down
to 0.3): a tree to a `Feed`."""

from lxml import etree

from feedkit.model import Enclosure, Entry, Feed, Origin, Person
from feedkit.parse import geo, media, modules, podcast
from feedkit.parse.atom03 import as_atom10
from feedkit.parse.draft import (
    EntryDraft,
    FeedDraft,
    add_enclosure,
    feed_authors,
    finish_entry,
    finish_feed,
)
from feedkit.parse.links import is_page, link_relation
from feedkit.parse.markup import inner_html, text_of
from feedkit.parse.modules import EntryReaders, FeedReader, atom_person, target
from feedkit.parse.names import XML_BASE, XML_LANG, canonical
from feedkit.parse.text import MAX_PEOPLE, collapse, html_title, read_language, text_to_html
from feedkit.parse.urls import enter, resolve

_TEXT = ("", "text", "plain", "text/plain")
_HTML = ("html", "text/html", "escaped")
_XHTML = ("xhtml", "application/xhtml+xml")


def read_atom(root: etree._Element, url: str | None, format_: str = "atom10") -> Feed:
    """The feed below `root`, an ``atom:feed`` or an ``atom:entry`` that stands alone, of the
    version that `format_` names.

    `url` is where the document was found (RFC 3986, 5.1.3); without it, references are relative
    to the feed's ``self`` link, else to its site.
    """
    if format_ != "atom10":
        as_atom10(root)
    is_entry = canonical(root.tag) == "atom:entry"
    base = url or _own_url(root)
    draft = FeedDraft(base=base if is_entry else enter(base, root.get(XML_BASE)))
    draft.language = None if is_entry else read_language(root.get(XML_LANG))
    entries = [root] if is_entry else []
    for child in () if is_entry else root:
        name = canonical(child.tag)
        if name == "atom:entry":
            entries.append(child)
        elif read := _FEED.get(name):
            read(draft, child)
    authors = feed_authors(draft)
    return finish_feed(draft, format_, [_read_entry(entry, draft, authors) for entry in entries])


def _own_url(root: etree._Element) -> str | None:
    links = [child for child in root if canonical(child.tag) == "atom:link"]
    for wanted in ("self", "alternate"):
        for link in links:
            href = (link.get("href") or "").strip()
            if link_relation(link.get("rel")) == wanted and href.startswith(
                ("http://", "https://")
            ):
                return href
    return None


def _read_entry(element: etree._Element, feed: FeedDraft, authors: tuple[Person, ...]) -> Entry:
    draft = EntryDraft(base=enter(feed.base, element.get(XML_BASE)))
    draft.language = read_language(element.get(XML_LANG))
    for child in element:
        if read := _ENTRY[child.tag]:
            read(draft, child)
    draft.language = draft.language or draft.text_language or feed.language
    return finish_entry(draft, authors)


# ------------------------------------------------------------------------------- text constructs


def _type(element: etree._Element) -> str:
    return element.get("type", "").partition(";")[0].strip().lower()


def plain_text(element: etree._Element) -> str:
    """A text construct (RFC 4287, 3.1) as plain text."""
    if _type(element) in _HTML and len(element) == 0:
        return html_title(element.text or "")
    return collapse(text_of(element))


def html_and_base(element: etree._Element, base: str | None) -> tuple[str | None, str | None]:
    """A text construct or content as HTML, and the base of what is in it (RFC 4287, 4.1.3.3)."""
    base = enter(base, element.get(XML_BASE))
    kind = _type(element)
    if kind in _XHTML and len(element) == 1 and canonical(element[0].tag).endswith("div"):
        base = enter(base, element[0].get(XML_BASE))
        return inner_html(element[0], base) or None, base
    if len(element):  # markup that should have been escaped, or XHTML without its div
        shown = kind in _XHTML or kind in _HTML or kind in _TEXT
        return (inner_html(element, base) or None) if shown else None, base
    text = (element.text or "").strip()
    if kind in _HTML or kind in _XHTML:
        return text or None, base
    if kind in _TEXT or kind.startswith("text/"):
        return text_to_html(text) or None, base
    return None, base  # base64 of some file, or XML that is no page


def _read_title(draft: EntryDraft, element: etree._Element) -> None:
    draft.title = draft.title or plain_text(element)
    draft.text_language = draft.text_language or read_language(element.get(XML_LANG))


def _read_feed_title(draft: FeedDraft, element: etree._Element) -> None:
    draft.title = draft.title or plain_text(element)


def _read_subtitle(draft: FeedDraft, element: etree._Element) -> None:
    draft.subtitle = draft.subtitle or plain_text(element) or None


def _read_rights(draft: EntryDraft | FeedDraft, element: etree._Element) -> None:
    draft.rights = draft.rights or plain_text(element) or None


def _read_summary(draft: EntryDraft, element: etree._Element) -> None:
    if not draft.summary:
        draft.summary, draft.summary_base = html_and_base(element, draft.base)


def _read_content(draft: EntryDraft, element: etree._Element) -> None:
    """``atom:content``, in the document or elsewhere (RFC 4287, 4.1.3.2)."""
    source = target(element, "src", draft.base)
    if source is None:
        if not draft.content:
            # Before it is read: reading XHTML takes the attributes of its elements away.
            draft.text_language = read_language(element.get(XML_LANG)) or draft.text_language
            draft.content, draft.content_base = html_and_base(element, draft.base)
    elif is_page(element.get("type", "")) or _type(element) == "text/plain":
        draft.other_url = draft.other_url or source
    else:
        kind = element.get("type")
        add_enclosure(draft.enclosures, Enclosure(url=source, type=kind))


# ---------------------------------------------------------------------------------- other elements


def _read_id(draft: EntryDraft | FeedDraft, element: etree._Element) -> None:
    draft.id = draft.id or (element.text or "").strip()


def _read_category(draft: EntryDraft, element: etree._Element) -> None:
    """The term; the label, which is for people, where there is no term or it is an address."""
    name, label = element.get("term", "").strip(), element.get("label", "").strip()
    if label and (not name or name.startswith(("http://", "https://"))):
        name = label
    if name := collapse(name or text_of(element)):
        draft.categories.append(name)


def _read_image(draft: FeedDraft, element: etree._Element) -> None:
    url = resolve(enter(draft.base, element.get(XML_BASE)), element.text)
    draft.image = draft.image or url


def _read_icon(draft: FeedDraft, element: etree._Element) -> None:
    url = resolve(enter(draft.base, element.get(XML_BASE)), element.text)
    draft.other_image = draft.other_image or url


def read_source(draft: EntryDraft, element: etree._Element) -> None:
    """``atom:source``: the feed that the entry was copied from (RFC 4287, 4.2.11)."""
    source = FeedDraft(base=enter(draft.base, element.get(XML_BASE)))
    for child in element:
        if read := _FEED.get(canonical(child.tag)):
            read(source, child)
    authors = feed_authors(source)
    origin = Origin(
        id=source.id or None,
        title=source.title or None,
        url=source.url or source.other_url,
        feed_url=source.self_url,
        author=authors[0] if authors else None,
        rights=source.rights,
    )
    if origin != Origin():
        draft.origin = origin
        draft.source_authors = authors


def _atom_author(draft: EntryDraft | FeedDraft, element: etree._Element) -> None:
    """Atom's people are as many as its elements, though two may have one name."""
    if (person := atom_person(element, draft.base)) and len(draft.authors) < MAX_PEOPLE:
        draft.authors.append(person)


def _atom_contributor(draft: EntryDraft, element: etree._Element) -> None:
    person = atom_person(element, draft.base)
    if person and len(draft.contributors) < MAX_PEOPLE:
        draft.contributors.append(person)


_ENTRY = EntryReaders(
    {
        **modules.ENTRY,
        **geo.ENTRY,
        **media.ENTRY,
        **podcast.ENTRY,
        "atom:id": _read_id,
        "atom:title": _read_title,
        "atom:link": modules.read_entry_link,
        "atom:summary": _read_summary,
        "atom:content": _read_content,
        "atom:author": _atom_author,
        "atom:contributor": _atom_contributor,
        "atom:category": _read_category,
        "atom:published": modules.read_published,
        "atom:updated": modules.read_updated,
        "atom:rights": _read_rights,
        "atom:source": read_source,
        # Of Atom 0.3, and in feeds that took over its new namespace alone.
        "atom:issued": modules.read_published,
        "atom:modified": modules.read_updated,
        "atom:created": modules.read_other_published,
        "atom:copyright": _read_rights,
    }
)

_FEED: dict[str, FeedReader] = {
    **modules.FEED,
    **podcast.FEED,
    "atom:id": _read_id,
    "atom:title": _read_feed_title,
    "atom:subtitle": _read_subtitle,
    "atom:link": modules.read_feed_link,
    "atom:author": _atom_author,
    "atom:logo": _read_image,
    "atom:icon": _read_icon,
    "atom:updated": modules.read_updated,
    "atom:rights": _read_rights,
    "atom:modified": modules.read_updated,
    "atom:tagline": _read_subtitle,
    "atom:copyright": _read_rights,
}
