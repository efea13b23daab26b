"""Which reader a document gets, and what is said of one that gets none."""

import re

import msgspec
from lxml import etree

from feedkit.errors import ParseError
from feedkit.model import Feed
from feedkit.parse.atom import read_atom
from feedkit.parse.autodiscovery import html_page
from feedkit.parse.document import Document, read_document
from feedkit.parse.encoding import declared_encodings, decode
from feedkit.parse.names import ATOM_DRAFTS, ATOM_URI, canonical, normal_uri, prefix_of
from feedkit.parse.rss import read_rss
from feedkit.parse.sniff import binary_kind, has_no_element, is_binary, is_html, root_name
from feedkit.parse.text import HTML_NAMES

MAX_SIZE = 100_000_000
"""Bytes. A run reads far less (`fetch.max_bytes`); this keeps the memory of who parses within
bounds."""

MISPLACED = "has its entries where no entry belongs"

_ATOM_VERSIONS = {"0.1": "atom01", "0.2": "atom02", "0.3": "atom03"}
_BLANK = b" \t\r\n\0\xef\xbb\xbf"
_BEFORE_JSON = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"
"""Byte order marks, the zeros of wide characters, and white space."""
_RSS_ROOTS = ("rss", "rdf:rdf", "rdf", "channel")
_RDF = ("channel", "item")
_OPENERS = ("<item", "<entry")
_ENTRY_TAG = re.compile(r"<(/?)(?:[\w.-]{1,40}:)?(?:item|entry)\b", re.IGNORECASE)
_ROOT_END = re.compile(r"</(?:[\w.-]{1,40}:)?(?:rss|feed|rdf|channel)\b", re.IGNORECASE)


def read_feed(data: bytes, url: str | None, content_type: str | None) -> Feed:
    """The feed in `data`; raises ParseError saying, without naming the document, what it is."""
    if not data[:512].strip(_BLANK) and not data.strip(_BLANK):
        raise ParseError("it is empty" if not data else "it holds nothing but white space")
    if len(data) > MAX_SIZE:
        size, most = len(data) // 1_000_000, MAX_SIZE // 1_000_000
        raise ParseError(f"it is {size} MB large, more than the {most} MB that any feed needs")
    if kind := binary_kind(data):
        raise ParseError(f"it is {kind}")
    if data[:512].lstrip(_BEFORE_JSON)[:1] in (b"{", b"["):
        from feedkit.parse.jsonfeed import read_json_feed

        return read_json_feed(data, url, content_type)
    document = read_document(data, content_type)
    if document.root is None:
        return _read_broken(document, url)
    feed = _read_tree(document, url)
    if not feed.entries and next(document.root.iter("{*}item", "{*}entry"), None) is not None:
        text = document.text or decode(data, declared_encodings(data, content_type))[0]
        return _with_misplaced_entries(feed, text, url)
    return feed


def _with_misplaced_entries(feed: Feed, text: str, url: str | None) -> Feed:
    """What feedparser makes of a feed whose entries are where no entry belongs: inside of another
    element, in a namespace of their own, or Atom's in RSS. It looks for them anywhere."""
    try:
        return _tolerate(text, url, f"the document {MISPLACED}")
    except ParseError:
        return feed


def _read_tree(document: Document, url: str | None) -> Feed:
    root = document.root
    assert root is not None  # noqa: S101
    # Before the names are mended, for they say which version it is.
    format_ = _atom_format(root)
    _mend_names(root)
    name = canonical(root.tag)
    if name in ("atom:feed", "atom:entry"):
        return _with_notes(read_atom(root, url, format_), document.notes)
    if name in ("rdf:rdf", "rdf") and not any(canonical(child.tag) in _RDF for child in root):
        raise ParseError("it is RDF, but no RSS 1.0: it has neither a channel nor an item")
    if name in _RSS_ROOTS:
        return _with_notes(read_rss(root, url), document.notes)
    if root.tag.rpartition("}")[2].lower() == "svg":
        raise ParseError("it is an SVG image")
    if name.removeprefix("xhtml:") in HTML_NAMES:
        raise ParseError(html_page(etree.tostring(root, encoding="unicode"), url))
    name = root.tag.rpartition("}")[2]
    if name == "opml":
        raise ParseError("it is a list of feeds (OPML), which [[opml]] takes")
    raise ParseError(f"it is XML whose root element is <{name[:80]}>")


def _atom_format(root: etree._Element) -> str:
    """The version of what is Atom: by its namespace, and by the ``version`` that it had before."""
    namespace = normal_uri(root.tag.rpartition("}")[0].removeprefix("{"))
    if prefix_of(namespace) == "atom" and not namespace.startswith(ATOM_DRAFTS):
        return "atom10"
    return _ATOM_VERSIONS.get(root.get("version", "").strip(), "atom")


def _mend_names(root: etree._Element) -> None:
    """Gives a feed whose root is in no namespace, or in one that is not its own, the names that it
    should have. What its other prefixes mean is left as it is."""
    name = canonical(root.tag)
    uri, _, local = root.tag.rpartition("}")
    kind = local.lower()
    if kind in ("feed", "entry") and name != f"atom:{kind}":
        _rename(root, uri[1:], root.prefix, ATOM_URI)
    elif kind in ("rss", "channel") and name != kind:
        _rename(root, uri[1:], root.prefix, "")
    elif kind == "rdf":
        child = next(
            (child for child in root if canonical(child.tag) in ("?", "atom:channel")), None
        )
        if child is not None and child.tag.endswith("}channel"):
            _rename(root, child.tag[1:].rpartition("}")[0], child.prefix, "")


def _rename(root: etree._Element, uri: str, prefix: str | None, wanted: str) -> None:
    start = f"{{{uri}}}" if uri else ""
    instead = f"{{{wanted}}}" if wanted else ""
    for element in root.iter():
        if element.prefix == prefix and element.tag.rpartition("}")[0] == start[:-1]:
            element.tag = instead + element.tag[len(start) :]


def _read_broken(document: Document, url: str | None) -> Feed:
    text = document.text or ""
    if is_html(text):
        raise ParseError(html_page(text, url))
    if has_no_element(text):
        raise ParseError("it has no element")
    if "<" not in text and not is_binary(text):
        raise ParseError(f"it is plain text that starts with {text.strip()[:40]!r}")
    if is_binary(text):
        raise ParseError("it is binary data, of no kind that feedkit knows")
    if root_name(text) is None and not any(opener in text for opener in _OPENERS):
        raise ParseError(f"it is neither XML nor JSON and starts with {text.strip()[:40]!r}")
    if _is_cut_off(text):
        raise ParseError("it ends in the middle, as a download that was cut off does")
    reasons = [*_sentences(document.notes), f"it is not well-formed XML: {document.error}"]
    return _tolerate(text, url, "; ".join(reasons))


def _tolerate(text: str, url: str | None, reason: str) -> Feed:
    from feedkit.parse.tolerant.reader import read_tolerantly  # 60 ms, for what lxml cannot read

    return read_tolerantly(text, url, reason)


def _with_notes(feed: Feed, notes: tuple[str, ...]) -> Feed:
    return msgspec.structs.replace(feed, bozo="; ".join(_sentences(notes))) if notes else feed


def _sentences(notes: tuple[str, ...]) -> list[str]:
    return [f"the document {note}" for note in notes]


def _is_cut_off(text: str) -> bool:
    """Whether the end is missing, and with it a part of an entry or all of them.

    A document that only forgets to close its root element has all of its entries.
    """
    if _ROOT_END.search(text):
        return False
    last = None
    for last in _ENTRY_TAG.finditer(text):  # noqa: B007 - the last one is wanted
        pass
    return last is None or not last[1]
