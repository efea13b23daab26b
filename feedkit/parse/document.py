"""Bytes to an XML tree, by lxml, safely: the one place that parses XML.

No document type declaration ever reaches the XML parser, so there are no entities to expand, no
attribute defaults and nothing to fetch; what feeds really declare (``&nbsp;``) is put in before.
"""

import re
from collections.abc import Iterator
from html import escape
from html.entities import html5
from itertools import islice

from lxml import etree
from msgspec import Struct
from msgspec.structs import replace

from feedkit.errors import ParseError
from feedkit.parse.encoding import declared_encodings, decode
from feedkit.parse.prefixes import declare_prefixes
from feedkit.parse.sniff import doctype_span, has_doctype

MAX_MARKUP = 1_000_000
"""Tags. A feed of 20 MB with all its HTML unescaped has fewer; an entry of the model that is made
of a single tag takes 400 bytes, so more is an attack."""

_SHORTEST_TAG = 3
"""Bytes: well-formed XML that is shorter than `MAX_MARKUP` of these need not be counted."""
_NAMESPACE_ERRORS = (
    etree.ErrorTypes.NS_ERR_UNDEFINED_NAMESPACE,
    etree.ErrorTypes.NS_ERR_XML_NAMESPACE,
)
_SPACE = b" \t\r\n"
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CHARACTER = re.compile(r"&#(?:(\d+)|[xX]([0-9a-fA-F]+));?", re.ASCII)
_ENTITY = re.compile(r"""<!ENTITY\s+([\w.-]{1,40})\s+(?:"([^"&%<]{1,64})"|'([^'&%<]{1,64})')\s*>""")
_CHARACTER_ENTITY = re.compile(r"""<!ENTITY\s+([\w.-]{1,40})\s+["'](&#\w{1,8};)["']\s*>""")
# What may be no markup, by what to do with it: comments and CDATA are left as they are, a name
# looked up, a number left or closed, and what else starts like markup is text.
_REFERENCE = re.compile(
    r"(?P<apart><!--|<!\[CDATA\[)|&(?P<name>[a-zA-Z][\w.-]{1,40});|&#(?:\d{1,8}|[xX][0-9a-fA-F]{1,8});"
    r"|&(?P<open>#(?:\d{1,8}|[xX][0-9a-fA-F]{1,8}))|(?P<bare>&|<(?=[\s\d=]))"
)
BARE_REFERENCES = 'holds "&" or "<" that should be escaped'
_PREDEFINED = frozenset(("amp", "lt", "gt", "quot", "apos"))
_JUNK_BEFORE = re.compile(r"[^<]*(?=<(?:\?xml\b|rss\b|feed\b|rdf:RDF\b))", re.IGNORECASE)
_PLACE = re.compile(r", line (\d+), column(?= \d+$)")
_END_OF_ROOT = re.compile(r"</(?:rss|feed|rdf:RDF)\s*>", re.IGNORECASE)


MAX_ERRORS = 200
"""That are looked at in one document: one mistake makes many."""


class Document(Struct, frozen=True):
    """A document as read: its tree, or why it has none."""

    root: etree._Element | None
    text: str | None
    """The text, mended; None when the bytes were well-formed as they came."""
    notes: tuple[str, ...] = ()
    """What had to be mended, each in a few words that follow "the document"."""
    error: str | None = None
    """Why the text is not well-formed; None when it is."""


def read_document(data: bytes, content_type: str | None) -> Document:
    """The XML tree of `data`; raises ParseError when it has more markup than a feed can need."""
    encodings = declared_encodings(data, content_type)
    if encodings[0] == "utf-8":
        plain = data.removeprefix(b"\xef\xbb\xbf").lstrip(_SPACE)
        if not has_doctype(plain):
            if len(plain) > _SHORTEST_TAG * MAX_MARKUP:
                _bound_markup(plain)
            try:
                return Document(_pushed(plain), None)
            except etree.XMLSyntaxError:
                pass
    _bound_markup(data)
    text, note = decode(data, encodings)
    document = _mend(text, [note] if note else [])
    if document.error is None:
        return document
    return replace(document, error=_in_place(document.error, lines_before(text)))


def _bound_markup(data: bytes) -> None:
    """Raises ParseError when `data` may hold more tags than `MAX_MARKUP`."""
    if data.count(b"<") > MAX_MARKUP:
        raise ParseError(f"more than {MAX_MARKUP:,} tags, which no feed needs")


def lines_before(text: str) -> int:
    """How many lines of `text`, which had to be mended, the parser does not get to see: what
    precedes the XML declaration, and the document type declaration. lxml counts from there."""
    junk = _JUNK_BEFORE.match(text)
    start = junk.end() if junk else 0
    span = doctype_span(text[start:])
    removed = text.count("\n", start + span[0], start + span[1]) if span else 0
    return text.count("\n", 0, start) + removed


def _in_place(error: str, lines: int) -> str:
    """lxml's words with the document's own line in them."""
    return _PLACE.sub(lambda place: f", line {int(place[1]) + lines}, column", error)


def recover(text: str) -> tuple[etree._Element | None, list[tuple[int, str]]]:
    """What can be made of a mended `text` that is not well-formed, to find places in it: a tree,
    if any, and what lxml found wrong, with lines that count from 1."""
    parser = _parser(recover=True)
    try:
        root: etree._Element | None = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        root = None
    log = islice(parser.error_log, MAX_ERRORS)
    return root, [(entry.line, entry.message) for entry in log]


def _parse(data: bytes) -> etree._Element:
    return etree.fromstring(data, _parser())


def _pushed(data: bytes) -> etree._Element:
    """What `_parse` gives, a tenth faster (measured, libxml2 2.13 and 2.14). Its errors name other
    places than where the mistake is."""
    parser = _parser()
    parser.feed(data)
    return parser.close()


def _parser(*, recover: bool = False) -> etree.XMLParser:
    """Of libxml2's limits those of depth stay (2048 elements) and of entities, which none gets to
    see; the one that `huge_tree` lifts is that of a text, 10 MB, of which an entry may have more.
    """
    return etree.XMLParser(
        recover=recover,
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )


def _mend(text: str, notes: list[str]) -> Document:
    """Tries again with a text freed of what often makes a feed ill-formed, one cause at a time."""
    text = _strip_around(text, notes)
    if span := doctype_span(text):
        entities = _declared_entities(text[span[0] : span[1]])
        text = text[: span[0]] + text[span[1] :]
    else:
        entities = {}
    text = _strip_forbidden(text, notes)
    mended = _put_in_entities(text, entities, notes)
    try:
        return Document(_parse(mended.encode("utf-8", "replace")), mended, tuple(notes))
    except etree.XMLSyntaxError as error:
        if error.code not in _NAMESPACE_ERRORS:
            return Document(None, mended, tuple(notes), _reason(error))
    mended, prefixes = declare_prefixes(mended)
    if prefixes:
        names = ", ".join(prefixes[:5]) + (", …" if len(prefixes) > 5 else "")
        notes.append(f"does not declare the namespaces of {names}")
    try:
        root = _parse(mended.encode("utf-8", "replace"))
    except etree.XMLSyntaxError as error:
        return Document(None, mended, tuple(notes), _reason(error))
    return Document(root, mended, tuple(notes))


def _reason(error: etree.XMLSyntaxError) -> str:
    """lxml's words; its first line is what was found first."""
    return str(error.msg).splitlines()[0] if error.msg else "no element found"


def _strip_around(text: str, notes: list[str]) -> str:
    junk = _JUNK_BEFORE.match(text)
    if junk and junk.end():
        if junk[0].strip():
            notes.append("has text before its XML declaration")
        text = text[junk.end() :]
    tail = text[-4096:]
    end = None
    for end in _END_OF_ROOT.finditer(tail):  # noqa: B007 - the last one is wanted
        pass
    if end and tail[end.end() :].strip():
        notes.append("goes on after its end")
        text = text[: len(text) - len(tail) + end.end()]
    return text


def _strip_forbidden(text: str, notes: list[str]) -> str:
    stripped = _FORBIDDEN.sub("", text)
    if "&#" in stripped:
        stripped = _CHARACTER.sub(_character, stripped)
    if len(stripped) != len(text):
        notes.append("holds control characters that XML forbids")
    return stripped


def _character(match: re.Match[str]) -> str:
    """A character reference as it is, or nothing where it names what XML 1.0 (2.2) forbids."""
    digits = match[1] or match[2]
    if len(digits.lstrip("0")) > 7:
        return ""
    code = int(digits, 10 if match[1] else 16)
    allowed = (
        code in (9, 10, 13)
        or 0x20 <= code < 0xD800
        or 0xE000 <= code <= 0xFFFD
        or 0x10000 <= code <= 0x10FFFF
    )
    return match[0] if allowed else ""


def _declared_entities(declaration: str) -> dict[str, str]:
    """The entities that stand for short plain text. Those built of others are left undefined:
    that is what keeps a billion laughs at three."""
    entities = {
        name: first or second
        for name, first, second in _ENTITY.findall(declaration)
        if first or second
    }
    entities.update(_CHARACTER_ENTITY.findall(declaration))
    return {name: value.replace("]]>", "") for name, value in entities.items()}


def _end_of_apart(text: str, start: re.Match[str]) -> int:
    """Where the comment or the CDATA section that begins with `start` is over."""
    end = text.find("-->" if start["apart"] == "<!--" else "]]>", start.end())
    return len(text) if end < 0 else end + 3


def bare_references(text: str) -> Iterator[int]:
    """Where in `text` an "&" or a "<" stands that should be escaped; comments and CDATA apart."""
    position = 0
    while match := _REFERENCE.search(text, position):
        position = match.end()
        if match["apart"]:
            position = _end_of_apart(text, match)
        elif match["open"] or match["bare"]:
            yield match.start()


def _put_in_entities(text: str, declared: dict[str, str], notes: list[str]) -> str:
    """`text` with declared and HTML's named characters in place of their names, and with "&" and
    "<" escaped where they are text; CDATA apart."""
    pieces: list[str] = []
    position = 0
    has_names = has_bare = False
    while match := _REFERENCE.search(text, position):
        pieces.append(text[position : match.start()])
        position = match.end()
        written = match[0]
        if match["apart"]:
            position = _end_of_apart(text, match)
            pieces.append(text[match.start() : position])
        elif name := match["name"]:
            value = None
            if name not in _PREDEFINED:
                value = declared.get(name) or escape(html5.get(name + ";", "")) or None
            has_names = has_names or (value is not None and name not in declared)
            pieces.append(written if value is None else value)
        elif match["open"] or match["bare"]:
            has_bare = True
            pieces.append(f"{written};" if match["open"] else escape(written))
        else:
            pieces.append(written)
    if has_names:
        notes.append("uses names of HTML characters that XML does not have")
    if has_bare:
        notes.append(BARE_REFERENCES)
    return "".join((*pieces, text[position:])) if pieces else text
