"""RSS 2.0, and 0.91 to 0.94, which share its shape: a tree to a `Feed`."""

from lxml import etree

from feedkit.model import Enclosure, Entry, Feed, Origin
from feedkit.parse import modules
from feedkit.parse.atom import read_source as read_atom_source
from feedkit.parse.draft import EntryDraft, FeedDraft, add_enclosure, finish_entry, finish_feed
from feedkit.parse.markup import html_of, text_of
from feedkit.parse.modules import EntryReader, FeedReader, target
from feedkit.parse.names import XML_BASE, XML_LANG, canonical
from feedkit.parse.text import plain_title, read_language, read_number
from feedkit.parse.urls import document_base, enter, resolve

_FORMATS = {"0.91": "rss091", "0.92": "rss092", "0.93": "rss093", "0.94": "rss094"}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def read_rss(root: etree._Element, url: str | None) -> Feed:
    """The feed below `root`, an ``rss`` element; `url` is where the document was found."""
    channel = next((child for child in root if canonical(child.tag) == "channel"), root)
    base = enter(document_base(url, _site(channel)), root.get(XML_BASE))
    draft = FeedDraft(base=enter(base, channel.get(XML_BASE)))
    draft.language = read_language(channel.get(XML_LANG) or root.get(XML_LANG))
    items = []
    for child in channel:
        name = canonical(child.tag)
        if name == "item":
            items.append(child)
        elif read := _CHANNEL.get(name):
            read(draft, child)
    if channel is not root:  # items beside their channel, as RSS 1.0 has them
        items += [child for child in root if canonical(child.tag) == "item"]
    entries = [_read_item(item, draft) for item in items]
    return finish_feed(draft, _format(root.get("version", "")), entries)


def _format(version: str) -> str:
    version = version.strip()
    return _FORMATS.get(version) or ("rss20" if version.startswith("2") else "rss")


def _site(channel: etree._Element) -> str | None:
    """The channel's ``link``, before anything else is read: it may be the base of it all."""
    for child in channel:
        if canonical(child.tag) == "link":
            return (child.text or "").strip() or None
    return None


def _read_item(element: etree._Element, feed: FeedDraft) -> Entry:
    draft = EntryDraft(base=enter(feed.base, element.get(XML_BASE)))
    draft.language = read_language(element.get(XML_LANG)) or feed.language
    for child in element:
        if read := _ITEM.get(canonical(child.tag)):
            read(draft, child)
    return finish_entry(draft)


def _text_url(element: etree._Element, base: str | None) -> str | None:
    return resolve(enter(base, element.get(XML_BASE)), text_of(element))


# ------------------------------------------------------------------------------------------- items


def _read_title(draft: EntryDraft | FeedDraft, element: etree._Element) -> None:
    draft.title = draft.title or plain_title(text_of(element))


def _read_link(draft: EntryDraft | FeedDraft, element: etree._Element) -> None:
    """``link``, which goes before an ``atom:link``; an empty one may be Atom's by mistake."""
    url = _text_url(element, draft.base) or target(element, "href", draft.base)
    draft.url = url or draft.url


def _read_guid(draft: EntryDraft, element: etree._Element) -> None:
    """``guid``, which is also the link unless it says that it is not (RSS 2.0)."""
    text = (element.text or "").strip()
    draft.id = draft.id or text
    permanent = element.get("isPermaLink") or element.get("ispermalink") or "true"
    if permanent.strip().lower() == "true" and text.startswith(("http://", "https://")):
        draft.other_url = draft.other_url or text


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
    if url := target(element, "url", draft.base) or target(element, "href", draft.base):
        kind, length = element.get("type"), read_number(element.get("length"))
        add_enclosure(draft.enclosures, Enclosure(url=url, type=kind or None, length=length))


def _read_source(draft: EntryDraft, element: etree._Element) -> None:
    """``source``: the title of the feed that the item came from, and its URL."""
    title = plain_title(text_of(element)) or None
    feed_url = target(element, "url", draft.base)
    if title or feed_url:
        draft.origin = draft.origin or Origin(title=title, feed_url=feed_url)


def _read_comments(draft: EntryDraft, element: etree._Element) -> None:
    draft.comments_url = draft.comments_url or _text_url(element, draft.base)


# ---------------------------------------------------------------------------------------- channels


def _read_subtitle(draft: FeedDraft, element: etree._Element) -> None:
    draft.subtitle = draft.subtitle or plain_title(text_of(element)) or None


def _read_other_subtitle(draft: FeedDraft, element: etree._Element) -> None:
    draft.other_subtitle = draft.other_subtitle or plain_title(text_of(element)) or None


def _read_image(draft: FeedDraft, element: etree._Element) -> None:
    for child in element:
        if canonical(child.tag) == "url":
            draft.image = draft.image or _text_url(child, draft.base)


def _read_ttl(draft: FeedDraft, element: etree._Element) -> None:
    draft.ttl = read_number(element.text)


def _read_skip_hours(draft: FeedDraft, element: etree._Element) -> None:
    hours = (read_number(child.text) for child in element)
    # RSS 0.91 counted from 1 to 24, where 24 is midnight.
    draft.skip_hours = tuple(
        sorted({hour % 24 for hour in hours if hour is not None and hour <= 24})
    )


def _read_skip_days(draft: FeedDraft, element: etree._Element) -> None:
    named = {(child.text or "").strip().capitalize() for child in element}
    draft.skip_days = tuple(day for day in _DAYS if day in named)


_ITEM: dict[str, EntryReader] = modules.ENTRY | {
    "title": _read_title,
    "link": _read_link,
    "guid": _read_guid,
    "description": _read_description,
    "content:encoded": _read_content,
    "xhtml:body": _read_content,
    "author": modules.read_named_author,
    "category": modules.read_category,
    "pubdate": modules.read_published,
    "updated": modules.read_updated,  # Atom's, without its namespace: some CMSs write it so
    "enclosure": _read_enclosure,
    "source": _read_source,
    "comments": _read_comments,
    "atom:link": modules.read_entry_link,
    "atom:author": modules.read_author,
    "atom:contributor": modules.read_contributor,
    "atom:published": modules.read_other_published,
    "atom:updated": modules.read_updated,
    "atom:source": read_atom_source,
}

_CHANNEL: dict[str, FeedReader] = modules.FEED | {
    "title": _read_title,
    "link": _read_link,
    "description": _read_subtitle,
    "language": modules.read_language_of,
    "copyright": modules.read_rights,
    "managingeditor": modules.read_named_author,
    "lastbuilddate": modules.read_updated,
    "pubdate": modules.read_other_updated,
    "image": _read_image,
    "ttl": _read_ttl,
    "skiphours": _read_skip_hours,
    "skipdays": _read_skip_days,
    "itunes:subtitle": _read_other_subtitle,
    "itunes:summary": _read_other_subtitle,
    "atom:link": modules.read_feed_link,
    "atom:author": modules.read_author,
    "atom:updated": modules.read_updated,
}
