"""Article file → `Article`: front matter as Hexo, Jekyll and Hugo write it, and a body.

Reading leaves the body as it is written; `with_body` renders it. Of ten thousand articles a few
hundred are in documents, and rendering Markdown takes a hundred times as long as reading it.

Each field is typed here, where it is known what it should be. What cannot be read in one field
costs that field and makes a note; only bytes that hold no readable article raise `ParseError`.
"""

import codecs
import datetime
import json
import posixpath
import re
from collections.abc import Iterable
from html import escape
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from feedkit.errors import ParseError
from feedkit.model import Entry, Person
from feedkit.parse.body import heading, render
from feedkit.parse.dates import parse_date
from feedkit.parse.encoding import declared_encodings, decode
from feedkit.parse.front_matter import Fields, split_front_matter


class Article(Struct, frozen=True):
    """What an article file says: an entry as written, and what is not the entry's."""

    entry: Entry
    """Not normalized, and without content. `url` is relative to the folder's address,
    `categories` holds tags too."""
    body: bytes
    """What `with_body` makes the content of."""
    categories: tuple[str, ...] = ()
    """The categories that the author put the article in, without its tags."""
    draft: bool = False
    notes: tuple[str, ...] = ()
    """What could not be read or had to be guessed, a clause each."""


_MAX_CATEGORIES = 100
_MOST_BITS = 1000
"""Of a number that is shown. Python refuses to write one of many thousand digits."""

_IMAGE_KEYS = ("headimg", "thumbnail", "cover", "image", "banner", "featured_image", "images")
_DATE_KEYS = ("date", "publishdate", "pubdate", "published", "created")
_UPDATED_KEYS = ("updated", "lastmod", "modified", "last_modified_at")
_MAILBOX = re.compile(r"([^<>]*)<([^<>\s@]+@[^<>\s@]+)>")
_COMMA = re.compile("[,，、،]")
_FILE_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[-_ ]|$)")
_TRUE = ("true", "yes", "on", "1")
_FALSE = ("false", "no", "off", "0")


def read_article(data: bytes, path: str) -> Article:
    """The article in `data`; `path` is its place below the folder, "/" between names.

    Raises `ParseError` (a clause that follows the file's name) when the front matter is not
    closed, is no mapping, or cannot be read.
    """
    text, raw, note = _decode(data)
    notes = [note] if note else []
    fields, rest = split_front_matter(text)
    kind = _BODY_KINDS.get(posixpath.splitext(path)[1].lower(), "markdown")
    reader = _FieldReader(fields, notes)
    categories = reader.names("categories", "category")
    entry = Entry(
        id=reader.text("id", "guid") or "",
        url=_url(reader, path),
        title=reader.text("title") or _title_of_body(rest, kind, path, notes),
        summary=_summary(reader),
        authors=reader.people("authors", "author"),
        categories=(*categories, *reader.names("tags", "tag")),
        published=reader.date(*_DATE_KEYS) or _date_of_name(path),
        updated=reader.date(*_UPDATED_KEYS),
        image=reader.url(*_IMAGE_KEYS),
        language=reader.text("lang", "language", "locale"),
        rights=reader.text("rights", "copyright"),
    )
    draft = reader.flag("draft") is True or reader.flag("published") is False
    body = kind.encode() + b"\n" + _tail(text, raw, rest)
    return Article(entry, body, categories, draft, tuple(notes))


def with_body(entry: Entry, body: bytes) -> Entry:
    """`entry` with the content that `Article.body` makes, and the summary it marks, if any.

    Neither is normalized.
    """
    kind, _, text = body.decode(errors="surrogatepass").partition("\n")
    rendered = render(text, kind)
    return replace(entry, content=rendered.html or None, summary=entry.summary or rendered.excerpt)


def is_slow_to_render(body: bytes) -> bool:
    """Whether what `with_body` makes of `body` is worth keeping: Markdown takes milliseconds,
    what is HTML from its first sign to its last as long as looking it up."""
    return len(body) > _LONG or not (body.startswith(_HTML_BEGINS) and body.rstrip().endswith(b">"))


_LONG = 50_000
_HTML_BEGINS = (b"markdown\n<", b"markdown\n\n<", b"html\n")
_BODY_KINDS = {".html": "html", ".txt": "text"}


def _decode(data: bytes) -> tuple[str, bytes | None, str | None]:
    """The text with "\\n" line ends; the bytes that are this text in UTF-8, if there are such; and
    a note where it is in no Unicode encoding."""
    raw, note = None, None
    try:
        utf8 = data.removeprefix(codecs.BOM_UTF8)
        text, raw = utf8.decode(), utf8
    except UnicodeDecodeError:
        text, why = decode(data, declared_encodings(data, None))
        note = f"{why}; save it as UTF-8" if why else None
    if "\0" in text:
        raise ParseError("holds binary data, no article")
    if "\r" in text:
        text, raw = text.replace("\r\n", "\n").replace("\r", "\n"), None
    return text, raw, note


def _tail(text: str, raw: bytes | None, rest: str) -> bytes:
    """`rest`, the end of `text`, in UTF-8: cut from `raw`, which takes a tenth of encoding it."""
    if raw is None:
        return rest.encode(errors="surrogatepass")
    return raw[len(text[: len(text) - len(rest)].encode()) :]


# Fields


class _FieldReader:
    """Types one field at a time, by the first of several names that holds something."""

    def __init__(self, fields: Fields, notes: list[str]) -> None:
        self.fields = fields
        self.notes = notes

    def text(self, *names: str) -> str | None:
        for name in names:
            value = self.fields.get(name)
            if value is not None and (text := _as_text(value)):
                return text
        return None

    def flag(self, name: str) -> bool | None:
        word = (_as_text(self.fields.get(name)) or "").lower()
        return True if word in _TRUE else False if word in _FALSE else None

    def date(self, *names: str) -> datetime.datetime | None:
        for name in names:
            value = self.fields.get(name)
            if (
                value is None
                or value == ""
                or (name == "published" and self.flag(name) is not None)
            ):
                continue
            date = _as_date(value)
            if date is not None:
                return date
            found = _as_text(value) or "something else"
            self.notes.append(f"has {_a(name)} that is no date: {found[:60]}")
        return None

    def url(self, *names: str) -> str | None:
        for name in names:
            value = self.fields.get(name)
            while isinstance(value, list) and value:
                value = value[0]
            if isinstance(value, dict):
                value = next((value[key] for key in ("url", "src", "image") if key in value), None)
            if isinstance(value, str) and value.strip():
                return value.strip()
        return None

    def names(self, *names: str) -> tuple[str, ...]:
        """Categories or tags: a list, nested lists, one text, or one with texts between commas."""
        found: dict[str, None] = {}
        for name in names:
            value = self.fields.get(name)
            if value is None:
                continue
            texts = _COMMA.split(value) if isinstance(value, str) else _flat(value)
            for text in texts:
                if text := text.strip():
                    found[text] = None
        if len(found) > _MAX_CATEGORIES:
            self.notes.append(f"has {len(found)} {names[0]}; the first {_MAX_CATEGORIES} count")
        return tuple(found)[:_MAX_CATEGORIES]

    def people(self, *names: str) -> tuple[Person, ...]:
        for name in names:
            value = self.fields.get(name)
            if value is None:
                continue
            people = [_as_person(item) for item in (value if isinstance(value, list) else [value])]
            found = tuple(person for person in people if person is not None)
            if found:
                return found
        return ()


def _a(name: str) -> str:
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"


def _as_text(value: object) -> str | None:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        return None
    if isinstance(value, bool | int | float | datetime.date):
        return json.dumps(value) if isinstance(value, bool) else str(value)
    return None


def _as_date(value: object) -> datetime.datetime | None:
    """Aware, in UTC; a time without a zone counts as UTC, a bare date as its midnight."""
    if isinstance(value, datetime.datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=datetime.UTC)
        try:
            return aware.astimezone(datetime.UTC)
        except OverflowError:
            return None
    if isinstance(value, datetime.date):
        return datetime.datetime(value.year, value.month, value.day, tzinfo=datetime.UTC)
    return parse_date(value) if isinstance(value, str) else None


def _as_person(value: object) -> Person | None:
    """From a name, from ``Name <mail>``, or from a mapping with name, email and url."""
    if isinstance(value, dict):
        fields = {str(key).lower(): _as_text(item) for key, item in value.items()}
        name = fields.get("name") or fields.get("title")
        url = next((fields[key] for key in ("url", "uri", "link") if fields.get(key)), None)
        person = Person(name=name or None, email=fields.get("email") or None, url=url)
        return person if person != Person() else None
    text = _as_text(value)
    if not text:
        return None
    match = _MAILBOX.fullmatch(text) if text[-1] == ">" else None
    return Person(name=match[1].strip() or None, email=match[2]) if match else Person(name=text)


def _flat(value: object) -> Iterable[str]:
    """The texts in nested lists, in order (Hexo writes a hierarchy as a list of lists)."""
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            stack.extend(reversed(item))
        elif isinstance(item, dict):
            stack.append(item.get("name") or item.get("title"))
        else:
            text = _as_text(item)
            if text:
                yield text


# What follows from the front matter and the body together


def _title_of_body(text: str, kind: str, path: str, notes: list[str]) -> str:
    body = render(text, kind)
    found = body.title or heading(body.html)
    if found:
        return found
    name = posixpath.splitext(posixpath.basename(path))[0]
    name = _FILE_DATE.sub("", name) or name
    notes.append(f'has no title; published as "{name}"')
    return name


def _summary(reader: _FieldReader) -> str | None:
    text = reader.text("description", "excerpt", "summary")
    if not text:
        return None
    return text if re.search(r"<[a-zA-Z][^<>]*>", text) else escape(text, quote=False)


def _url(reader: _FieldReader, path: str) -> str:
    """The article's address, relative to the folder's: its permalink, or made of its path.

    A page is a folder of its own name (``posts/hello.md`` is at ``posts/hello/``), as static site
    generators do; an HTML file stands where it is.
    """
    permalink = reader.text("permalink", "url", "link")
    if permalink and "/:" not in permalink:  # "/:year/:title/" is a pattern, not an address
        try:
            urlsplit(permalink)
        except ValueError as error:
            reader.notes.append(f"has a permalink that is no address: {permalink[:60]} ({error})")
        else:
            return permalink
    folder, name = posixpath.split(path)
    stem, suffix = posixpath.splitext(name)
    slug = reader.text("slug")
    if slug:
        parts = [folder, slug.strip("/"), ""]
    elif suffix.lower() == ".html":
        parts = [folder, name]
    elif stem.lower() == "index":
        parts = [folder, ""]
    else:
        parts = [folder, stem, ""]
    return "./" + _quote("/".join(parts).lstrip("/"))


def _quote(path: str) -> str:
    """Keep a "?", "#" or "%" of a file name from changing what the address means."""
    return path.replace("%", "%25").replace("?", "%3F").replace("#", "%23")


def _date_of_name(path: str) -> datetime.datetime | None:
    match = _FILE_DATE.match(posixpath.basename(path).rsplit(".", 1)[0])
    return parse_date(match[1]) if match else None
