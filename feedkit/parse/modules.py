"""Elements that Atom and RSS share: Dublin Core, Media RSS, the podcast namespaces, FeedBurner,
and Atom's links, people and dates, which RSS feeds borrow.

Each function reads one element into a draft; `ENTRY` and `FEED` say which one reads which.
"""

from collections.abc import Callable

from lxml import etree

from feedkit.model import Enclosure, Person, Resource
from feedkit.parse.draft import EntryDraft, FeedDraft, add_enclosure, first_date
from feedkit.parse.markup import text_of
from feedkit.parse.names import XML_BASE, canonical
from feedkit.parse.text import (
    add_person,
    collapse,
    html_title,
    plain_title,
    read_duration,
    read_flag,
    read_language,
    read_number,
    read_person,
    text_to_html,
)
from feedkit.parse.urls import enter, resolve

EntryReader = Callable[[EntryDraft, etree._Element], None]
FeedReader = Callable[[FeedDraft, etree._Element], None]

_IANA = "http://www.iana.org/assignments/relation/"
_PAGE_TYPES = ("", "text/html", "application/xhtml+xml")


# ------------------------------------------------------------------------------------------ links


def relation(element: etree._Element) -> str:
    """What a link is for, in lower case; "alternate" where it does not say (RFC 4287, 4.2.7.2)."""
    return (element.get("rel") or "alternate").strip().lower().removeprefix(_IANA)


def is_page(element: etree._Element) -> bool:
    """Whether a link may lead to a page for people: HTML, or of no stated type."""
    kind = element.get("type", "")
    return kind.partition(";")[0].strip().lower() in _PAGE_TYPES


def target(element: etree._Element, name: str, base: str | None) -> str | None:
    """The URL in an attribute, against the ``xml:base`` of its element."""
    return resolve(enter(base, element.get(XML_BASE)), element.get(name))


def read_entry_link(draft: EntryDraft, element: etree._Element) -> None:
    """``atom:link`` in an entry or in an RSS item."""
    href = target(element, "href", draft.base)
    if not href:
        return
    match relation(element):
        case "alternate" if is_page(element):
            draft.url = draft.url or href
        case "alternate":
            draft.other_url = draft.other_url or href
        case "enclosure":
            kind, length = element.get("type"), read_number(element.get("length"))
            add_enclosure(draft.enclosures, Enclosure(url=href, type=kind or None, length=length))
        case "replies" if is_page(element):  # RFC 4685, 4; others are feeds of comments
            draft.comments_url = draft.comments_url or href
        case "related":
            draft.external_url = draft.external_url or href


def read_feed_link(draft: FeedDraft, element: etree._Element) -> None:
    """``atom:link`` in a feed or in an RSS channel (RFC 4287, RFC 5005, WebSub)."""
    href = target(element, "href", draft.base)
    if not href:
        return
    match relation(element):
        case "alternate" if is_page(element):
            draft.url = draft.url or href
        case "alternate":
            draft.other_url = draft.other_url or href
        case "self":
            draft.self_url = draft.self_url or href
        case "hub":
            draft.hub = draft.hub or href
        case "prev-archive":
            draft.prev_archive = draft.prev_archive or href
        case "next":
            draft.next_page = draft.next_page or href


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
    """``dc:creator`` and RSS's ``author``."""
    add_person(draft.authors, read_person(text_of(element)))


def read_named_contributor(draft: EntryDraft, element: etree._Element) -> None:
    """``dc:contributor``."""
    add_person(draft.contributors, read_person(text_of(element)))


def read_podcast_author(draft: EntryDraft | FeedDraft, element: etree._Element) -> None:
    """``itunes:author``."""
    add_person(draft.other_authors, read_person(text_of(element)))


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


# ------------------------------------------------------------------------------------------ media


def read_thumbnail(draft: EntryDraft, element: etree._Element) -> None:
    """``media:thumbnail``: the first is the most important (Media RSS 1.5.1)."""
    draft.thumbnail = draft.thumbnail or target(element, "url", draft.base)


def read_media_description(draft: EntryDraft, element: etree._Element) -> None:
    """``media:description``: a summary for entries that have no other."""
    text = text_of(element).strip()
    kind = element.get("type", "plain").lower()
    html = text if kind in ("html", "text/html") else text_to_html(text)
    draft.other_summary = draft.other_summary or html or None


def read_media_content(draft: EntryDraft, element: etree._Element) -> None:
    """``media:content``: a picture, or a recording beside the enclosures."""
    url = target(element, "url", draft.base)
    kind = element.get("type")
    medium = element.get("medium", "").lower() or (kind or "").partition("/")[0].lower()
    if url and medium == "image":
        draft.picture = draft.picture or url
    elif url and _is_playable(element):
        enclosure = Enclosure(
            url=url,
            type=kind or None,
            length=read_number(element.get("fileSize")),
            duration=read_duration(element.get("duration")),
        )
        add_enclosure(draft.enclosures, enclosure)
    read_media_children(draft, element)


def read_media_group(draft: EntryDraft, element: etree._Element) -> None:
    """``media:group``: the same recording in several forms, of which the default one is taken."""
    forms = [child for child in element if canonical(child.tag) == "media:content"]
    playable = [form for form in forms if _is_playable(form)]
    chosen = next((form for form in playable if form.get("isDefault") == "true"), None)
    if chosen is None and playable:
        chosen = playable[0]
    for form in forms:
        if form is chosen or form not in playable:
            read_media_content(draft, form)
    read_media_children(draft, element)


def read_media_children(draft: EntryDraft, element: etree._Element) -> None:
    """What a group, and a content, may hold beside contents."""
    for child in element:
        match canonical(child.tag):
            case "media:thumbnail":
                read_thumbnail(draft, child)
            case "media:description":
                read_media_description(draft, child)


def _is_playable(element: etree._Element) -> bool:
    kind = element.get("type", "").lower()
    if "flash" in kind:  # YouTube's, which no one can play any more
        return False
    return element.get("medium", "").lower() in ("audio", "video") or kind.startswith(
        ("audio/", "video/")
    )


# --------------------------------------------------------------------------------------- podcasts


def read_cover(draft: EntryDraft, element: etree._Element) -> None:
    """``itunes:image`` of an episode."""
    url = target(element, "href", draft.base) or target(element, "url", draft.base)
    draft.cover = draft.cover or url


def read_feed_cover(draft: FeedDraft, element: etree._Element) -> None:
    """``itunes:image`` of a show."""
    url = target(element, "href", draft.base) or target(element, "url", draft.base)
    draft.other_image = draft.other_image or url


def read_episode_duration(draft: EntryDraft, element: etree._Element) -> None:
    """``itunes:duration``, in seconds or as a clock shows them."""
    draft.duration = read_duration(element.text)


def read_episode(draft: EntryDraft, element: etree._Element) -> None:
    """``itunes:episode``, ``podcast:episode``."""
    draft.episode = read_number(element.text) if draft.episode is None else draft.episode


def read_season(draft: EntryDraft, element: etree._Element) -> None:
    """``itunes:season``, ``podcast:season``."""
    draft.season = read_number(element.text) if draft.season is None else draft.season


def read_explicit(draft: EntryDraft, element: etree._Element) -> None:
    """``itunes:explicit``."""
    draft.explicit = read_flag(element.text)


def read_show_notes(draft: EntryDraft, element: etree._Element) -> None:
    """``itunes:summary``: HTML as practice has it; a summary for episodes that have no other."""
    draft.other_summary = draft.other_summary or text_of(element).strip() or None


def read_transcript(draft: EntryDraft, element: etree._Element) -> None:
    """``podcast:transcript``."""
    if resource := _resource(draft, element):
        draft.transcripts.append(resource)


def read_chapters(draft: EntryDraft, element: etree._Element) -> None:
    """``podcast:chapters``."""
    draft.chapters = draft.chapters or _resource(draft, element)


def _resource(draft: EntryDraft, element: etree._Element) -> Resource | None:
    url = target(element, "url", draft.base)
    if not url:
        return None
    language = read_language(element.get("language"))
    return Resource(url=url, type=element.get("type") or None, language=language)


def read_original_link(draft: EntryDraft, element: etree._Element) -> None:
    """``feedburner:origLink``: where the counting redirect in ``link`` leads."""
    draft.original_url = draft.original_url or resolve(draft.base, element.text)


ENTRY: dict[str, EntryReader] = {
    "dc:creator": read_named_author,
    "dc:contributor": read_named_contributor,
    "dc:date": read_dated,
    "dc:language": read_language_of,
    "dc:rights": read_rights,
    "dc:subject": read_category,
    "dcterms:created": read_other_published,
    "dcterms:issued": read_other_published,
    "dcterms:modified": read_updated,
    "media:content": read_media_content,
    "media:description": read_media_description,
    "media:group": read_media_group,
    "media:thumbnail": read_thumbnail,
    "itunes:author": read_podcast_author,
    "itunes:duration": read_episode_duration,
    "itunes:episode": read_episode,
    "itunes:explicit": read_explicit,
    "itunes:image": read_cover,
    "itunes:season": read_season,
    "itunes:summary": read_show_notes,
    "podcast:chapters": read_chapters,
    "podcast:episode": read_episode,
    "podcast:season": read_season,
    "podcast:transcript": read_transcript,
    "feedburner:origlink": read_original_link,
}

FEED: dict[str, FeedReader] = {
    "dc:creator": read_named_author,
    "dc:date": read_other_updated,
    "dc:language": read_language_of,
    "dc:rights": read_rights,
    "itunes:author": read_podcast_author,
    "itunes:image": read_feed_cover,
}
