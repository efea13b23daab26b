"""Media RSS 1.5.1 (https://www.rssboard.org/media-rss): an entry's recordings and pictures."""

from lxml import etree

from feedkit.model import Enclosure
from feedkit.parse.draft import EntryDraft, add_enclosure
from feedkit.parse.markup import text_of
from feedkit.parse.modules import EntryReader, target
from feedkit.parse.names import canonical
from feedkit.parse.text import (
    add_person,
    media_html,
    plain_title,
    read_duration,
    read_number,
    read_person,
    with_person,
)
from feedkit.parse.urls import resolve


def read_thumbnail(draft: EntryDraft, element: etree._Element) -> None:
    """``media:thumbnail``: the first is the most important (Media RSS 1.5.1)."""
    url = target(element, "url", draft.base) or resolve(draft.base, element.text)
    draft.thumbnail = draft.thumbnail or url


def read_media_description(draft: EntryDraft, element: etree._Element) -> None:
    """``media:description``: a summary for entries that have no other."""
    html = media_html(text_of(element), element.get("type", ""))
    draft.other_summary = draft.other_summary or html


def read_media_title(draft: EntryDraft, element: etree._Element) -> None:
    """``media:title`` of an entry or a group: a title for entries that have no other. That of one
    ``media:content`` is the name of a file, or of a picture of the author."""
    if not draft.other_title:
        draft.other_title = plain_title(text_of(element))


def read_credit(draft: EntryDraft, element: etree._Element) -> None:
    """``media:credit``: who made the recording or the picture, and so contributed to the entry."""
    person = read_person(text_of(element))
    if person and element.get("role", "").strip().lower() == "author":
        draft.hosts = with_person(draft.hosts, person)
    else:
        add_person(draft.contributors, person)


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
    for child in element:
        if canonical(child.tag) == "media:title":
            read_media_title(draft, child)
    read_media_children(draft, element)


def read_media_children(draft: EntryDraft, element: etree._Element) -> None:
    """What a group, and a content, may hold beside contents."""
    for child in element:
        match canonical(child.tag):
            case "media:thumbnail":
                read_thumbnail(draft, child)
            case "media:description":
                read_media_description(draft, child)
            case "media:credit":
                read_credit(draft, child)


def _is_playable(element: etree._Element) -> bool:
    kind = element.get("type", "").lower()
    if "flash" in kind:  # YouTube's, which no one can play any more
        return False
    if element.get("medium", "").lower() in ("audio", "video"):
        return True
    # What takes time is a recording, whatever its type is called ("application/ogg").
    return kind.startswith(("audio/", "video/")) or bool(read_duration(element.get("duration")))


ENTRY: dict[str, EntryReader] = {
    "media:content": read_media_content,
    "media:credit": read_credit,
    "media:description": read_media_description,
    "media:group": read_media_group,
    "media:thumbnail": read_thumbnail,
    "media:title": read_media_title,
}
