"""Media RSS 1.5.1, as feedparser has it: an entry's recordings and pictures."""

from feedkit.model import Enclosure
from feedkit.parse.draft import EntryDraft, add_enclosure
from feedkit.parse.text import add_person, read_duration, read_number, read_person, with_person
from feedkit.parse.tolerant.values import Values, object_of, objects_of, text_of, url_of


def read_media(draft: EntryDraft, entry: Values) -> None:
    """Adds recordings and pictures, and who made them."""
    base = draft.base
    for thumbnail in objects_of(entry, "media_thumbnail"):
        draft.thumbnail = draft.thumbnail or url_of(thumbnail, "url", base)
    for content in _of_groups(objects_of(entry, "media_content")):
        url, kind = url_of(content, "url", base), text_of(content, "type")
        medium = text_of(content, "medium").lower() or kind.partition("/")[0]
        if url and medium == "image":
            draft.picture = draft.picture or url
        elif url and _is_playable(content):
            enclosure = Enclosure(
                url=url,
                type=kind or None,
                length=read_number(text_of(content, "filesize")),
                duration=read_duration(text_of(content, "duration")),
            )
            add_enclosure(draft.enclosures, enclosure)
    for credit in objects_of(entry, "media_credit"):
        person = read_person(text_of(credit, "content"))
        if text_of(credit, "role").lower() == "author":
            draft.hosts = with_person(draft.hosts, person)
        else:
            add_person(draft.contributors, person)
    cover = url_of(object_of(entry, "image"), "href", base)
    draft.cover = cover or url_of(object_of(entry, "googleplay_image"), "href", base)


def _of_groups(contents: list[Values]) -> list[Values]:
    """`contents`, of whose groups the default recording is taken, or the first."""
    chosen: dict[str, Values] = {}
    for content in contents:
        group = text_of(content, "group")
        is_default = text_of(content, "isdefault") == "true"
        if group and _is_playable(content) and (group not in chosen or is_default):
            chosen[group] = content
    return [
        content
        for content in contents
        if not _is_playable(content) or chosen.get(text_of(content, "group"), content) is content
    ]


def _is_playable(content: Values) -> bool:
    kind = text_of(content, "type").lower()
    is_medium = text_of(content, "medium").lower() in ("audio", "video")
    takes_time = bool(read_duration(text_of(content, "duration")))
    is_medium = is_medium or takes_time or kind.startswith(("audio/", "video/"))
    return "flash" not in kind and is_medium
