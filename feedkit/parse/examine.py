"""A second look at a document that was read: which way it was read, and where its flaws are.

For people who ask (`feedkit check`); reading itself never comes here. It takes the document apart
once more, so it costs what reading costs, and knows the lines that a `Feed` does not.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from lxml import etree
from msgspec import Struct

from feedkit.model import Feed
from feedkit.parse.autodiscovery import linked_feeds
from feedkit.parse.dates import parse_date
from feedkit.parse.document import (
    BARE_REFERENCES,
    bare_references,
    lines_before,
    read_document,
    recover,
)
from feedkit.parse.encoding import declared_encodings, decode
from feedkit.parse.json_text import decode_json
from feedkit.parse.names import canonical
from feedkit.parse.reader import MISPLACED
from feedkit.parse.sniff import is_html
from feedkit.parse.text import strip_forbidden

Path = Literal["lxml", "feedparser", "json"]

MOST_ERRORS = 5
"""Places that are named in a document that is not well-formed: the first is the cause of most."""

_ELEMENTS = "*"
"""What a broken document's tree also holds are references to entities that nothing declares."""
_OWN_DATES = frozenset(("pubdate", "lastbuilddate", "updated"))
_DATES = frozenset(("date", "created", "issued", "modified", "published", "updated"))
_DATE_PREFIXES = frozenset(("atom", "atom03", "dc", "dcterms"))
_JSON_DATES = ("date_published", "date_modified")
_SHOWN = 60
"""Characters of a text that is no date."""
_BROKEN_MARKUP = 300_000
"""Tags. What has more is read by no one, so its flaws are not looked for."""

# How the notes of `Document.notes` begin.
_CODES = {
    "is not ": "encoding",
    "holds bytes": "encoding",
    "holds control": "control-characters",
    "uses names": "html-names",
    "has text before": "text-before",
    "goes on after": "text-after",
    "does not declare": "namespaces",
}

_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]"
    r"|&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01])|x0*(?:[0-8bcef]|1[\da-f]));?",
    re.ASCII | re.IGNORECASE,
)
_HTML_NAME = re.compile(
    r"<!\[CDATA\[(?:[^\]]|\](?!\]>))*+(?:\]\]>|\Z)|&(?!(?:amp|lt|gt|quot|apos);)([a-zA-Z]\w{1,40};)"
)
_END_OF_ROOT = re.compile(r"</(?:rss|feed|rdf:RDF)\s*>", re.IGNORECASE)

# libxml2's words for what goes wrong most often, in words for who writes feeds.
_PLAINER = (
    ("xmlParseEntityRef: no name", 'an "&" that is not written "&amp;"'),
    ("EntityRef: expecting ';'", 'an "&" that is not written "&amp;"'),
    ("StartTag: invalid element name", 'a "<" that is not written "&lt;"'),
    ("AttValue: \" or ' expected", "an attribute whose value has no quotes"),
    ("Specification mandates value for attribute", "an attribute without a value"),
    ("Extra content at the end of the document", "more after the root element's end"),
)


class Flaw(Struct, frozen=True):
    """Something wrong with a document or with one of its entries."""

    code: str
    """A short name that stays: "encoding", "not-well-formed", "bad-date", …"""
    text: str
    """A clause that follows "the document" or the entry's name."""
    line: int | None = None
    """From 1; None where it is not known."""
    entry: int | None = None
    """The entry's place in `Feed.entries`; None for the document."""


class Examined(Struct, frozen=True):
    """What the second look found."""

    path: Path
    """Which reader it was: lxml's, feedparser, or the JSON decoder."""
    encoding: str
    """What the byte order mark, HTTP or the XML declaration name; utf-8 where none does."""
    flaws: tuple[Flaw, ...] = ()
    lines: tuple[int, ...] = ()
    """Where each entry begins; empty where that is not known."""


def examine(data: bytes, feed: Feed, content_type: str | None) -> Examined:
    """The second look at `data`, which was read as `feed`."""
    encoding = declared_encodings(data, content_type)[0]
    if feed.format.startswith("json"):
        return Examined("json", encoding, tuple(_json_flaws(data, content_type)))
    document = read_document(data, content_type)
    is_misplaced = (feed.bozo or "").endswith(MISPLACED)
    path: Path = "feedparser" if document.root is None or is_misplaced else "lxml"
    text, _ = decode(data, declared_encodings(data, content_type))
    blank = len(text) - len(text.lstrip(" \t\r\n"))
    before = text.count("\n", 0, blank) if document.text is None else lines_before(text)
    root, flaws = document.root, list[Flaw]()
    if is_misplaced:
        flaws.append(Flaw("misplaced-entries", MISPLACED))
    for note in document.notes:
        if note == BARE_REFERENCES and root is not None:
            flaws += _errors(_bare(text), 0)
        else:
            flaws.append(_note_flaw(note, text, data, encoding))
    if root is None and (document.text or "").count("<") <= _BROKEN_MARKUP:
        root, errors = recover(document.text or "")
        flaws += _errors(errors, before)
    if root is None:
        return Examined(path, encoding, tuple(flaws))
    entries = list(_entries(root))
    known = len(entries) == len(feed.entries)
    flaws += _bad_dates(root, entries if known else (), before)
    lines = [_line(entry, before) or 0 for entry in entries] if known else []
    return Examined(path, encoding, tuple(flaws), tuple(lines) if all(lines) else ())


def feeds_of_page(data: bytes, url: str | None, content_type: str | None) -> tuple[str, ...]:
    """The feeds that `data`, where it is an HTML page, links to."""
    text, _ = decode(data, declared_encodings(data, content_type))
    return linked_feeds(text, url) if is_html(text) else ()


# ------------------------------------------------------------------------------------- the document


def _note_flaw(note: str, text: str, data: bytes, encoding: str) -> Flaw:
    code = next((code for begin, code in _CODES.items() if note.startswith(begin)), "mended")
    if code == "encoding":
        return _encoding_flaw(note, data, encoding)
    return Flaw(code, note, _line_of_note(code, text))


def _encoding_flaw(note: str, data: bytes, encoding: str) -> Flaw:
    try:
        data.decode(encoding)
    except UnicodeDecodeError as error:
        return Flaw("encoding", note, data.count(b"\n", 0, error.start) + 1)
    return Flaw("encoding", note)


def _line_of_note(code: str, text: str) -> int | None:
    match code:
        case "text-before":
            place = len(text) - len(text.lstrip())
        case "text-after":
            ends = [match.end() for match in _END_OF_ROOT.finditer(text)]
            rest = text[ends[-1] :] if ends else text
            place = len(text) - len(rest.lstrip())
        case "control-characters":
            found = _CONTROL.search(text)
            place = found.start() if found else -1
        case "html-names":
            place = next((m.start() for m in _HTML_NAME.finditer(text) if m[1]), -1)
        case _:
            place = -1
    return None if place < 0 else text.count("\n", 0, place) + 1


def _errors(errors: Sequence[tuple[int, str]], before: int) -> Iterator[Flaw]:
    """The first error of each line; what follows on the same line is mostly its consequence."""
    said: dict[int, str] = {}
    for line, message in errors:
        said.setdefault(line, _plainer(message))
    for line, message in list(said.items())[:MOST_ERRORS]:
        yield Flaw("not-well-formed", f"is not well-formed: {message}", line + before)
    if len(said) > MOST_ERRORS:
        rest = len(said) - MOST_ERRORS
        yield Flaw("not-well-formed", f"is not well-formed in {rest} or more other lines")


def _bare(text: str) -> list[tuple[int, str]]:
    """The lines on which an "&" or "<" stands bare; as many as `_errors` tells, and one more."""
    found: dict[int, str] = {}
    line, position = 1, 0
    for place in bare_references(text):
        line += text.count("\n", position, place)
        position = place
        escaped = "&amp;" if text[place] == "&" else "&lt;"
        found.setdefault(line, f'"{text[place]}" that is not written "{escaped}"')
        if len(found) > MOST_ERRORS:
            break
    return [(line, f"an {what}" if what[1] == "&" else f"a {what}") for line, what in found.items()]


def _plainer(message: str) -> str:
    for words, plain in _PLAINER:
        if message.startswith(words):
            return plain
    return message.strip()


# ------------------------------------------------------------------------------------------ entries


def _entries(root: etree._Element) -> Iterator[etree._Element]:
    """Elements of entries, in the document's order, but none within another."""
    if _is_entry(root):
        yield root
        return
    for child in root.iterchildren(_ELEMENTS):
        if _is_entry(child):
            yield child
        else:
            yield from (item for item in child.iterchildren(_ELEMENTS) if _is_entry(item))


def _is_entry(element: etree._Element) -> bool:
    """Whether it is an entry of any format: RSS's item, in whichever namespace, or Atom's entry."""
    return canonical(element.tag).rpartition(":")[2] in ("item", "entry")


def _is_date(element: etree._Element) -> bool:
    prefix, _, name = canonical(element.tag).rpartition(":")
    return name in _OWN_DATES if not prefix else name in _DATES and prefix in _DATE_PREFIXES


def _bad_dates(
    root: etree._Element, entries: Sequence[etree._Element], before: int
) -> Iterator[Flaw]:
    places = {entry: index for index, entry in enumerate(entries)}
    for element in root.iter(_ELEMENTS):
        text = (element.text or "").strip()
        if not text or not _is_date(element) or parse_date(text):
            continue
        owner: etree._Element | None = element
        while owner is not None and owner not in places:
            owner = owner.getparent()
        entry = None if owner is None else places[owner]
        yield _bad_date(f"<{_written(element)}>", text, _line(element, before), entry)


def _bad_date(name: str, text: str, line: int | None, entry: int | None) -> Flaw:
    shown = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return Flaw("bad-date", f"has a {name} that is no date: {shown}", line, entry)


def _written(element: etree._Element) -> str:
    """The element's name as the document writes it."""
    name = element.tag.rpartition("}")[2]
    return f"{element.prefix}:{name}" if element.prefix else name


def _line(element: etree._Element, before: int) -> int | None:
    return element.sourceline + before if element.sourceline else None


def _json_flaws(data: bytes, content_type: str | None) -> Iterator[Flaw]:
    """What is wrong with a JSON Feed; of values that are none its decoder does not tell lines."""
    encodings = declared_encodings(data, content_type)
    text, note = decode(data, encodings)
    if note:
        yield _encoding_flaw(note, data, encodings[0])
    decoded = decode_json(text)
    if decoded.note:
        yield Flaw("not-well-formed", decoded.note, decoded.line)
    items = decoded.value.get("items") if isinstance(decoded.value, dict) else None
    items = items if isinstance(items, list) else [items]
    for index, item in enumerate(item for item in items if isinstance(item, dict)):
        for name in _JSON_DATES:
            value = item.get(name)
            if isinstance(value, str) and value.strip() and not parse_date(value.strip()):
                yield _bad_date(name, strip_forbidden(value.strip()), None, index)
