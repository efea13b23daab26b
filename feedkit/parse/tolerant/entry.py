"""What feedparser found of one entry → an `Entry`."""

from feedkit.model import Enclosure, Entry, Origin
from feedkit.parse.draft import EntryDraft, FeedDraft, add_enclosure, finish_entry
from feedkit.parse.links import add_entry_link, is_page, link_relation
from feedkit.parse.places import SHAPES, read_shape
from feedkit.parse.text import (
    add_person,
    collapse,
    media_html,
    plain_title,
    read_language,
    read_number,
    read_person,
)
from feedkit.parse.tolerant.for_feedparser import RSS_LINK, UNREAD
from feedkit.parse.tolerant.media import read_media
from feedkit.parse.tolerant.podcast import add_participants, podcast_texts, read_episode
from feedkit.parse.tolerant.values import (
    Values,
    date_of,
    html_of,
    object_of,
    objects_of,
    people_of,
    text_of,
    title_of,
    url_of,
)
from feedkit.parse.urls import enter


def read_entry(entry: Values, feed: FeedDraft, outer: str, version: str) -> Entry:
    """The entry; `outer` is the ``xml:base`` around it. Links are against the document, for
    feedparser puts the bases of their elements before them."""
    is_atom = version.startswith("atom")
    base = feed.base
    inner = enter(base, text_of(object_of(entry, "title_detail"), "base") or outer)
    draft = EntryDraft(base=inner, id=text_of(entry, "id"))
    draft.title = title_of(entry, "title", is_atom)
    others = (f"media_{UNREAD}title", "itunes_title", "dcterms_title")
    draft.other_title = plain_title(next(filter(None, (text_of(entry, key) for key in others)), ""))
    details = [object_of(entry, "title_detail"), *objects_of(entry, "content")]
    languages = [
        text_of(entry, "language"),
        text_of(entry, "dcterms_language"),
        *(text_of(detail, "language") for detail in details),
    ]
    own = [language for language in map(read_language, languages) if language != feed.language]
    draft.language = next(filter(None, own), feed.language)
    draft.authors = people_of(entry, "authors", base)
    add_person(draft.authors, read_person(text_of(entry, "dcterms_creator")))
    draft.contributors = people_of(entry, "contributors", base)
    add_participants(draft, entry, base)
    draft.published = date_of(entry, "published")
    draft.other_published = date_of(entry, "created")
    draft.updated = date_of(entry, "updated")
    draft.dated = date_of(entry, f"dc_{UNREAD}date")
    draft.rights = title_of(entry, "rights", is_atom) or None
    draft.rights = draft.rights or plain_title(text_of(entry, "dcterms_rights")) or None
    draft.comments_url = url_of(entry, "comments", base)
    _read_origin(draft, entry, base, is_atom)
    draft.categories = _categories(entry, is_atom)
    if subject := plain_title(text_of(entry, "dcterms_subject")):
        draft.categories.append(subject)
    _read_links(draft, entry, base, is_atom)
    if version in ("rss10", "rss090") and draft.id.startswith(("http://", "https://")):
        draft.other_url = draft.other_url or draft.id
    _read_markup(draft, entry, base, version)
    read_media(draft, entry)
    read_episode(draft, entry)
    _read_place(draft, entry)
    return finish_entry(draft, feed.authors if is_atom else ())


def _read_links(draft: EntryDraft, entry: Values, base: str | None, is_atom: bool) -> None:
    for link in objects_of(entry, "links"):
        relation, href = link_relation(text_of(link, "rel")), url_of(link, "href", base)
        if relation == "alternate" and RSS_LINK in link:
            draft.link = draft.link or href
        elif href:
            # feedparser says text/html of a link that says nothing.
            kind = text_of(link, "type")
            length = read_number(text_of(link, "length"))
            length = length or (length if is_atom else None)
            add_entry_link(draft, relation, href, "" if kind == "text/html" else kind, length)
    permanent = text_of(entry, "link")  # feedparser's guess from <guid>, and from <atom:id> too
    if not is_atom and permanent.startswith(("http://", "https://")):
        draft.other_url = draft.other_url or permanent
    original = text_of(entry, "feedburner_origlink")
    if original.startswith(("http://", "https://")):
        draft.original_url = original


def _read_markup(draft: EntryDraft, entry: Values, base: str | None, version: str) -> None:
    """Summary and content. A summary without details is feedparser's copy of the content."""
    detail = object_of(entry, "summary_detail")
    if text_of(detail, "value"):
        draft.summary = html_of(detail, version)
        draft.summary_base = enter(base, text_of(detail, "base") or None)
    for content in objects_of(entry, "content"):
        source = url_of(content, "src", enter(base, text_of(content, "base") or None))
        kind = text_of(content, "type")
        if source and (is_page(kind) or kind == "text/plain"):
            draft.other_url = draft.other_url or source
        elif source:
            add_enclosure(draft.enclosures, Enclosure(url=source, type=kind))
        elif not draft.content:
            draft.content = html_of(content, version)
            draft.content_base = enter(base, text_of(content, "base") or None)
    descriptions = [
        media_html(text_of(entry, f"media_{UNREAD}description{kind}"), kind.strip("-"))
        for kind in ("", "-plain", "-html")
    ]
    terms = (text_of(entry, f"dcterms_{name}") for name in ("description", "abstract"))
    others = filter(None, (*descriptions, *podcast_texts(entry, "summary"), *terms))
    draft.other_summary = next(others, None)
    draft.tagline = text_of(entry, f"itunes_{UNREAD}subtitle") or None


def _read_origin(draft: EntryDraft, entry: Values, base: str | None, is_atom: bool) -> None:
    source = object_of(entry, "source")
    found = objects_of(source, "links")
    links = {link_relation(text_of(link, "rel")): link for link in reversed(found)}
    authors = people_of(source, "authors", base)
    origin = Origin(
        id=text_of(source, "id") or None,
        title=title_of(source, "title", is_atom) or None,
        url=url_of(links.get("alternate", {}), "href", base),
        feed_url=url_of(source, "href", base) or url_of(links.get("self", {}), "href", base),
        author=authors[0] if authors else None,
        rights=title_of(source, "rights", is_atom) or None,
    )
    if origin != Origin():
        draft.origin = origin
        draft.source_authors = tuple(authors)


def _categories(entry: Values, is_atom: bool) -> list[str]:
    names = []
    for tag in objects_of(entry, "tags"):
        term, label = text_of(tag, "term"), text_of(tag, "label")
        if label and (not term or term.startswith(("http://", "https://"))):
            term = label
        names.append(collapse(term) if is_atom else plain_title(term))
    return [name for name in names if name]


def _read_place(draft: EntryDraft, entry: Values) -> None:
    extra = draft.extra()
    shapes = (read_shape(shape, text_of(entry, f"georss_{UNREAD}{shape}")) for shape in SHAPES)
    extra.place = next(filter(None, shapes), None)
    extra.latitude = text_of(entry, f"geo_{UNREAD}lat")
    extra.longitude = text_of(entry, f"geo_{UNREAD}long")
