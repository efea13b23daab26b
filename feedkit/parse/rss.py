"""RSS in all its versions: 2.0 and 0.91 to 0.94, and those of RDF: 0.90, 1.0 and 1.1. A tree to a
`Feed`.

The versions differ in where a channel has its items and its image; what is in them is the same.
"""

from lxml import etree

from feedkit.model import Enclosure, Entry, Feed, Origin
from feedkit.parse import geo, media, modules, podcast
from feedkit.parse.atom import html_and_base, plain_text
from feedkit.parse.atom import read_source as read_atom_source
from feedkit.parse.draft import (
    EntryDraft,
    FeedDraft,
    add_enclosure,
    finish_entry,
    finish_feed,
    first_date,
)
from feedkit.parse.markup import html_of, text_of
from feedkit.parse.modules import EntryReaders, FeedReader, target
from feedkit.parse.names import RDF_ABOUT, RDF_RESOURCE, XML_BASE, XML_LANG, canonical, normal_uri
from feedkit.parse.text import plain_title, read_days, read_hours, read_language, read_number
from feedkit.parse.urls import document_base, enter, resolve

_FORMATS = {"0.91": "rss091", "0.92": "rss092", "0.93": "rss093", "0.94": "rss094"}
_RDF_NAMESPACES = {
    "purl.org/rss/1.0": "rss10",
    "purl.org/net/rss1.1": "rss11",
    "my.netscape.com/rdf/simple/0.9": "rss090",
    "channel.netscape.com/rdf/simple/0.9": "rss090",
}
_RDF_FORMATS = ("rss10", "rss11", "rss090")


def read_rss(root: etree._Element, url: str | None) -> Feed:
    """The feed below `root`, an ``rss``, ``rdf:RDF`` or ``channel`` element; `url` is where the
    document was found."""
    is_bare = canonical(root.tag) == "channel"
    channels = [] if is_bare else [child for child in root if canonical(child.tag) == "channel"]
    channel = channels[0] if channels else root
    base = enter(document_base(url, _site(channel)), root.get(XML_BASE))
    draft = FeedDraft(base=base if channel is root else enter(base, channel.get(XML_BASE)))
    draft.language = read_language(channel.get(XML_LANG) or root.get(XML_LANG))
    if is_bare:
        _read_cdf(draft, root)
    items: list[etree._Element] = []
    for child in channel:
        name = canonical(child.tag)
        if name == "item":
            items.append(child)
        elif name == "items":  # RSS 1.1; in RSS 1.0 they are a list of references
            items += [item for item in child if canonical(item.tag) == "item"]
        elif read := _CHANNEL.get(name):
            read(draft, child)
    if channel is not root:  # what RSS 0.90 and 1.0 have beside their channel
        for child in root:
            match canonical(child.tag):
                case "item":
                    items.append(child)
                case "channel" if child is not channel:  # RSS has one, but no item shall be lost
                    items += [item for item in child if canonical(item.tag) == "item"]
                case "image":
                    _read_image(draft, child)
    format_ = _format(root)
    has_more = is_bare or format_ in _RDF_FORMATS
    entries = [_read_item(item, draft, has_more) for item in items]
    return finish_feed(draft, format_, entries)


def _format(root: etree._Element) -> str:
    """The version, by the attribute that says so or, of what is RDF, by the namespace."""
    name = canonical(root.tag)
    if name == "rss":
        version = root.get("version", "").strip()
        return _FORMATS.get(version) or ("rss20" if version.startswith("2") else "rss")
    for element in (root, *root):
        namespace = normal_uri(element.tag.rpartition("}")[0].removeprefix("{"))
        if format_ := _RDF_NAMESPACES.get(namespace):
            return format_
    return "rss" if name == "channel" else "rss10"


def _site(channel: etree._Element) -> str | None:
    """The channel's ``link``, before anything else is read: it may be the base of it all."""
    for child in channel:
        if canonical(child.tag) == "link":
            return (child.text or "").strip() or None
    return None


def _read_item(element: etree._Element, feed: FeedDraft, has_more: bool) -> Entry:
    """The item; `has_more` says whether its own attributes may tell of it, too."""
    draft = EntryDraft(base=feed.base, language=feed.language)
    if element.keys():  # of attributes, of which most items have none
        draft.base = enter(feed.base, element.get(XML_BASE))
        draft.language = read_language(element.get(XML_LANG)) or feed.language
    for child in element:
        if read := _ITEM[child.tag]:
            read(draft, child)
    if has_more:
        _read_about(draft, element)
        _read_cdf(draft, element)
    return finish_entry(draft)


def _read_about(draft: EntryDraft, element: etree._Element) -> None:
    """``rdf:about``, the item's identifier, which should be its link too (RSS 1.0, 5.5)."""
    about = (element.get(RDF_ABOUT) or element.get("about") or "").strip()
    draft.id = draft.id or about
    if about.startswith(("http://", "https://")):
        draft.other_url = draft.other_url or about


def _read_cdf(draft: EntryDraft | FeedDraft, element: etree._Element) -> None:
    """The attributes of CDF, which has a channel for its root (https://www.w3.org/TR/NOTE-CDFsubmit)."""
    for name, value in element.attrib.items():
        match name.lower():
            case "href":
                draft.url = draft.url or resolve(draft.base, value)
            case "lastmod":
                draft.updated = first_date(draft.updated, value)


def _text_url(element: etree._Element, base: str | None) -> str | None:
    return resolve(enter(base, element.get(XML_BASE)), text_of(element))


# ------------------------------------------------------------------------------------------- items


def _read_title(draft: EntryDraft | FeedDraft, element: etree._Element) -> None:
    draft.title = draft.title or plain_title(text_of(element))


def _read_link(draft: EntryDraft, element: etree._Element) -> None:
    """``link``, which goes before an ``atom:link``; an empty one may be Atom's by mistake."""
    if url := _text_url(element, draft.base):
        draft.link = draft.link or url
    elif element.get("href"):
        modules.read_entry_link(draft, element)


def _read_channel_link(draft: FeedDraft, element: etree._Element) -> None:
    if url := _text_url(element, draft.base):
        draft.link = draft.link or url
    elif element.get("href"):
        modules.read_feed_link(draft, element)


def _read_guid(draft: EntryDraft, element: etree._Element) -> None:
    """``guid``, which is also the link unless it says that it is not (RSS 2.0)."""
    text = (element.text or "").strip()
    draft.id = draft.id or text
    if text.startswith(("http://", "https://")) and _is_permanent(element):
        draft.other_url = draft.other_url or text


def _is_permanent(guid: etree._Element) -> bool:
    """``isPermaLink``, however it is spelt; true where it is not said."""
    for name in guid.keys():  # noqa: SIM118 - lxml's elements hold their children, not these
        if name.lower() == "ispermalink":
            return guid.get(name, "").strip().lower() in ("", "true", "yes", "1")
    return True


def _read_description(draft: EntryDraft, element: etree._Element) -> None:
    if not draft.summary:
        draft.summary_base = enter(draft.base, element.get(XML_BASE))
        draft.summary = html_of(element, draft.summary_base) or None


def _read_content(draft: EntryDraft, element: etree._Element) -> None:
    """``content:encoded``, ``xhtml:body``."""
    if not draft.content:
        draft.content_base = enter(draft.base, element.get(XML_BASE))
        draft.content = html_of(element, draft.content_base) or None


def _read_enclosure(draft: EntryDraft, element: etree._Element) -> None:
    """``enclosure``; its length is 0 where nobody knows it (RSS Best Practices Profile)."""
    if url := target(element, "url", draft.base) or target(element, "href", draft.base):
        kind, length = element.get("type"), read_number(element.get("length")) or None
        add_enclosure(draft.enclosures, Enclosure(url=url, type=kind or None, length=length))


def _read_source(draft: EntryDraft, element: etree._Element) -> None:
    """``source``: the title of the feed that the item came from, and its URL."""
    title = plain_title(text_of(element)) or None
    feed_url = target(element, "url", draft.base)
    if title or feed_url:
        draft.origin = draft.origin or Origin(title=title, feed_url=feed_url)


def _read_comments(draft: EntryDraft, element: etree._Element) -> None:
    draft.comments_url = draft.comments_url or _text_url(element, draft.base)


def _read_item_image(draft: EntryDraft, element: etree._Element) -> None:
    """``image``, which RSS knows in channels only, as practice has it in items."""
    urls = [text_of(child) for child in element if canonical(child.tag) == "url"]
    url = urls[0] if urls else element.text or element.get("href") or element.get("url")
    draft.cover = draft.cover or resolve(draft.base, url)


# ------------------------------------------------------------------------- Atom's elements in items


def _read_atom_title(draft: EntryDraft | FeedDraft, element: etree._Element) -> None:
    draft.other_title = draft.other_title or plain_text(element)


def _read_atom_summary(draft: EntryDraft, element: etree._Element) -> None:
    draft.other_summary = draft.other_summary or html_and_base(element, draft.base)[0]


def _read_atom_content(draft: EntryDraft, element: etree._Element) -> None:
    if not draft.content:
        draft.content, draft.content_base = html_and_base(element, draft.base)


def _read_atom_subtitle(draft: FeedDraft, element: etree._Element) -> None:
    draft.other_subtitle = draft.other_subtitle or plain_text(element) or None


def _read_atom_rights(draft: EntryDraft | FeedDraft, element: etree._Element) -> None:
    draft.rights = draft.rights or plain_text(element) or None


def _read_atom_id(draft: EntryDraft, element: etree._Element) -> None:
    draft.other_id = draft.other_id or (element.text or "").strip()


def _read_channel_id(draft: FeedDraft, element: etree._Element) -> None:
    draft.id = draft.id or (element.text or "").strip() or None


def _read_atom_image(draft: FeedDraft, element: etree._Element) -> None:
    draft.other_image = draft.other_image or _text_url(element, draft.base)


# ---------------------------------------------------------------------------------------- channels


def _read_subtitle(draft: FeedDraft, element: etree._Element) -> None:
    draft.subtitle = draft.subtitle or plain_title(text_of(element)) or None


def _read_image(draft: FeedDraft, element: etree._Element) -> None:
    for child in element:
        if canonical(child.tag) == "url":
            draft.image = draft.image or _text_url(child, draft.base)
    if len(element) == 0:
        draft.image = draft.image or resolve(draft.base, element.text)
    if reference := element.get(RDF_RESOURCE):  # RSS 1.0: the identifier of the image elsewhere
        draft.other_image = draft.other_image or resolve(draft.base, reference)


def _read_ttl(draft: FeedDraft, element: etree._Element) -> None:
    draft.ttl = read_number(element.text)


def _read_skip_hours(draft: FeedDraft, element: etree._Element) -> None:
    draft.skip_hours = read_hours(child.text for child in element)


def _read_skip_days(draft: FeedDraft, element: etree._Element) -> None:
    draft.skip_days = read_days(child.text for child in element)


_ITEM = EntryReaders(
    {
        **modules.ENTRY,
        **geo.ENTRY,
        **media.ENTRY,
        **podcast.ENTRY,
        "title": _read_title,
        "link": _read_link,
        "guid": _read_guid,
        "description": _read_description,
        "abstract": _read_description,  # CDF's
        "content:encoded": _read_content,
        "xhtml:body": _read_content,
        "author": modules.read_named_author,
        "category": modules.read_category,
        "pubdate": modules.read_published,
        # Atom's, without its namespace: some CMSs write it so.
        "content": _read_content,
        "id": _read_atom_id,
        "published": modules.read_other_published,
        "summary": modules.read_other_summary,
        "updated": modules.read_updated,
        "enclosure": _read_enclosure,
        "source": _read_source,
        "comments": _read_comments,
        "image": _read_item_image,
        "atom:category": modules.read_category,
        "atom:content": _read_atom_content,
        "atom:id": _read_atom_id,
        "atom:rights": _read_atom_rights,
        "atom:summary": _read_atom_summary,
        "atom:title": _read_atom_title,
        "atom:link": modules.read_entry_link,
        "atom:author": modules.read_author,
        "atom:contributor": modules.read_contributor,
        "atom:published": modules.read_other_published,
        "atom:updated": modules.read_updated,
        "atom:source": read_atom_source,
    }
)

_CHANNEL: dict[str, FeedReader] = {
    **modules.FEED,
    **podcast.FEED,
    "title": _read_title,
    "link": _read_channel_link,
    "description": _read_subtitle,
    "abstract": _read_subtitle,
    "language": modules.read_language_of,
    "copyright": modules.read_rights,
    "managingeditor": modules.read_named_author,
    "lastbuilddate": modules.read_updated,
    "pubdate": modules.read_other_updated,
    "image": _read_image,
    "ttl": _read_ttl,
    "skiphours": _read_skip_hours,
    "skipdays": _read_skip_days,
    "itunes:subtitle": modules.read_feed_tagline,
    "itunes:summary": modules.read_other_subtitle,
    "googleplay:description": modules.read_other_subtitle,
    "atom:icon": _read_atom_image,
    "atom:id": _read_channel_id,
    "atom:logo": _read_atom_image,
    "atom:rights": _read_atom_rights,
    "atom:subtitle": _read_atom_subtitle,
    "atom:title": _read_atom_title,
    "atom:link": modules.read_feed_link,
    "atom:author": modules.read_author,
    "atom:updated": modules.read_updated,
}
