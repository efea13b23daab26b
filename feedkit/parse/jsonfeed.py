"""JSON Feed 1.0 and 1.1 (jsonfeed.org): bytes to a `Feed`.

Feeds in the wild put null, numbers or single values where the specification has text and lists,
so nothing is decoded into a fixed shape: each value is looked at where it is used. What JSON Feed
has no field for is read where feedkit writes it, in ``_feedkit`` objects (docs/formats.md).
"""

from collections.abc import Callable

from feedkit.errors import ParseError
from feedkit.model import Enclosure, Entry, Feed, Origin, Person, Place, Resource
from feedkit.parse.dates import parse_date
from feedkit.parse.draft import EntryDraft, add_enclosure, finish_entry
from feedkit.parse.encoding import declared_encodings, decode
from feedkit.parse.json_text import decode_json
from feedkit.parse.places import SHAPES, read_shape
from feedkit.parse.podcast import MAX_TRANSCRIPTS
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
_EXTENSION = "_feedkit"
_SPACE = " \t\r\n\f\v\xa0"
"""What is trimmed; an ideographic space is set on purpose."""


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
    _read_extension(draft, _object(item, _EXTENSION))
    return finish_entry(draft, authors)


# -------------------------------------------------------------------------- feedkit's own extension


def _read_extension(draft: EntryDraft, values: Values) -> None:
    """What JSON Feed has no field for, as feedkit writes it."""
    base = draft.base
    draft.summary = _text(values, "summary_html") or draft.summary
    draft.contributors = list(_people(values, base, "contributors"))
    draft.rights = collapse(_text(values, "rights")) or None
    draft.comments_url = _url(values, "comments_url", base)
    draft.origin = _origin(_object(values, "origin"), base)
    if podcast := _object(values, "podcast"):
        extra = draft.extra()
        extra.duration = _number(podcast, "duration", read_duration)
        extra.episode = _number(podcast, "episode", read_number)
        extra.season = _number(podcast, "season", read_number)
        explicit = podcast.get("explicit")
        extra.explicit = explicit if isinstance(explicit, bool) else None
        transcripts = [_resource(one, base) for one in _objects(podcast, "transcripts")]
        extra.transcripts = tuple(filter(None, transcripts))[:MAX_TRANSCRIPTS]
        extra.chapters = _resource(_object(podcast, "chapters"), base)
    if place := _object(values, "place"):
        draft.extra().place = _place(place)


def _origin(values: Values, base: str | None) -> Origin | None:
    author = _object(values, "author")
    name, email = collapse(_text(author, "name")) or None, _text(author, "email") or None
    page = _url(author, "url", base)
    origin = Origin(
        id=_text(values, "id") or None,
        title=collapse(_text(values, "title")) or None,
        url=_url(values, "url", base),
        feed_url=_url(values, "feed_url", base),
        author=Person(name=name, email=email, url=page) if name or email or page else None,
        rights=collapse(_text(values, "rights")) or None,
    )
    return None if origin == Origin() else origin


def _resource(values: Values, base: str | None) -> Resource | None:
    url = _url(values, "url", base)
    if not url:
        return None
    language = read_language(_text(values, "language"))
    return Resource(url=url, type=_text(values, "type") or None, language=language)


def _place(values: Values) -> Place | None:
    shape = _text(values, "shape") or "point"
    numbers = " ".join(map(_decimal, _list(values, "coordinates")))
    return read_shape(shape, numbers) if shape in SHAPES else None


def _decimal(number: object) -> str:
    is_number = isinstance(number, int | float) and not isinstance(number, bool)
    return f"{number:.30f}" if is_number else "?"


# ------------------------------------------------------------------------------------------ values


def _people(values: Values, base: str | None, key: str = "authors") -> tuple[Person, ...]:
    """``authors`` of version 1.1, else the one ``author`` of 1.0; a text is a name."""
    people = []
    for author in _list(values, key) or _list(values, "author"):
        if isinstance(author, str):
            author = {"name": author}
        if isinstance(author, dict) and (person := _person(author, base)):
            people.append(person)
    return tuple(people)


def _person(author: Values, base: str | None) -> Person | None:
    name, url = collapse(_text(author, "name")) or None, _url(author, "url", base)
    email = _text(_object(author, _EXTENSION), "email") or None
    return Person(name=name, email=email, url=url) if name or email or url else None


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
            return strip_forbidden(text).strip(_SPACE)
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


def _object(values: Values, key: str) -> Values:
    value = values.get(key)
    return value if isinstance(value, dict) else {}


def _objects(values: Values, key: str) -> list[Values]:
    return [value for value in _list(values, key) if isinstance(value, dict)]
