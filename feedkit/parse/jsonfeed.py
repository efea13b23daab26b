"""JSON Feed 1.0 and 1.1 (jsonfeed.org): bytes to a `Feed`.

Feeds in the wild put null, numbers or single values where the specification has text and lists,
so nothing is decoded into a fixed shape: each value is looked at where it is used.
"""

from collections.abc import Callable

from feedkit.errors import ParseError
from feedkit.model import Enclosure, Entry, Feed, Person
from feedkit.parse.dates import parse_date
from feedkit.parse.draft import EntryDraft, add_enclosure, finish_entry
from feedkit.parse.encoding import declared_encodings, decode
from feedkit.parse.json_text import decode_json
from feedkit.parse.text import (
    collapse,
    lines_to_html,
    read_duration,
    read_language,
    read_number,
    strip_forbidden,
    text_to_html,
)
from feedkit.parse.urls import document_base, resolve

Values = dict[str, object]

_VERSION = "jsonfeed.org/version/"


def read_json_feed(data: bytes, url: str | None, content_type: str | None) -> Feed:
    """The feed in `data`; raises ParseError when it is no JSON, or JSON of another kind."""
    text, note = decode(data, declared_encodings(data, content_type))
    decoded = decode_json(text)
    document = decoded.value
    if not isinstance(document, dict) or _VERSION not in _text(document, "version"):
        raise ParseError("it is JSON, but names no version of JSON Feed")
    notes = [f"the document {words}" for words in (note, decoded.note) if words]
    return _read_document(document, url, "; ".join(notes) or None)


def _read_document(document: Values, url: str | None, bozo: str | None) -> Feed:
    own_url = url or _text(document, "feed_url") or None
    base = document_base(own_url, _text(document, "home_page_url") or None)
    authors = _people(document, base)
    language = read_language(_text(document, "language"))
    version = _text(document, "version").rpartition(_VERSION)[2]
    hubs = [hub for hub in _objects(document, "hubs") if _text(hub, "type").lower() == "websub"]
    return Feed(
        url=_url(document, "home_page_url", base),
        title=collapse(_text(document, "title")),
        subtitle=collapse(_text(document, "description")) or None,
        authors=authors,
        language=language,
        image=_url(document, "icon", base) or _url(document, "favicon", base),
        hub=_url(hubs[0], "url", base) if hubs else None,
        self_url=_url(document, "feed_url", base),
        next_archive_url=_url(document, "next_url", base),
        format="json11" if version.startswith("1.1") else "json10",
        bozo=bozo,
        entries=tuple(
            _read_item(item, base, authors, language) for item in _objects(document, "items")
        ),
    )


def _read_item(
    item: Values, base: str | None, authors: tuple[Person, ...], language: str | None
) -> Entry:
    draft = EntryDraft(base=base, language=read_language(_text(item, "language")) or language)
    draft.id = _text(item, "id")
    draft.url = _url(item, "url", base)
    draft.external_url = _url(item, "external_url", base)
    draft.title = collapse(_text(item, "title"))
    draft.summary = text_to_html(_text(item, "summary")) or None
    plain = lines_to_html(_text(item, "content_text"))
    draft.content = _text(item, "content_html") or plain or None
    draft.authors = list(_people(item, base))
    draft.categories = [name for name in map(_tag, _list(item, "tags")) if name]
    draft.published = parse_date(_text(item, "date_published"))
    draft.updated = parse_date(_text(item, "date_modified"))
    draft.thumbnail = _url(item, "image", base)
    draft.picture = _url(item, "banner_image", base)
    for attachment in _objects(item, "attachments"):
        if enclosure := _enclosure(attachment, base):
            add_enclosure(draft.enclosures, enclosure)
    return finish_entry(draft, authors)


def _people(values: Values, base: str | None) -> tuple[Person, ...]:
    """``authors`` of version 1.1, else the one ``author`` of 1.0; a text is a name."""
    people = []
    for author in _list(values, "authors") or _list(values, "author"):
        if isinstance(author, str):
            author = {"name": author}
        if not isinstance(author, dict):
            continue
        name, url = collapse(_text(author, "name")) or None, _url(author, "url", base)
        if name or url:
            people.append(Person(name=name, url=url))
    return tuple(people)


def _enclosure(attachment: Values, base: str | None) -> Enclosure | None:
    url = _url(attachment, "url", base)
    if not url:
        return None
    return Enclosure(
        url=url,
        type=_text(attachment, "mime_type") or None,
        length=_number(attachment, "size_in_bytes", read_number),
        duration=_number(attachment, "duration_in_seconds", read_duration),
    )


def _text(values: Values, key: str) -> str:
    """The text at `key`; a number is text too, for many ids are written so. "" for all else."""
    return _as_text(values.get(key))


def _tag(value: object) -> str:
    return collapse(_as_text(value))


def _as_text(value: object) -> str:
    match value:
        case str(text):
            return strip_forbidden(text).strip()
        case bool():
            return ""
        case int() | float() as number:
            return str(number)
        case _:
            return ""


def _number(values: Values, key: str, read: Callable[[str], int | None]) -> int | None:
    value = values.get(key)
    if isinstance(value, str):
        return read(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e15:
        return None
    return int(value)


def _url(values: Values, key: str, base: str | None) -> str | None:
    return resolve(base, _text(values, key))


def _list(values: Values, key: str) -> list[object]:
    value = values.get(key)
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def _objects(values: Values, key: str) -> list[Values]:
    return [value for value in _list(values, key) if isinstance(value, dict)]
