"""Which reader a document gets, and what is said of one that gets none."""

import msgspec
from lxml import etree

from feedkit.errors import ParseError
from feedkit.model import Feed
from feedkit.parse.atom import read_atom
from feedkit.parse.autodiscovery import html_page
from feedkit.parse.document import Document, read_document
from feedkit.parse.names import canonical
from feedkit.parse.rss import read_rss
from feedkit.parse.sniff import binary_kind, is_html, root_name

# Well-formed feeds of formats that feedkit leaves to feedparser, by their root element.
_LEFT_TO_FEEDPARSER = {
    "rdf:rdf": "RSS 1.0",
    "atom03:feed": "Atom 0.3",
    "feed": "Atom without its namespace",
    "channel": "CDF, or RSS without its root element",
}
_OPENERS = ("<item", "<entry")
_CLOSERS = ("</item", "</entry")
_ROOT_CLOSERS = ("</rss", "</feed", "</rdf:rdf", "</channel")


def read_feed(data: bytes, url: str | None, content_type: str | None) -> Feed:
    """The feed in `data`; raises ParseError saying, without naming the document, what it is."""
    if not data.strip(b" \t\r\n\0\xef\xbb\xbf"):
        raise ParseError("it is empty" if not data else "it holds nothing but white space")
    if kind := binary_kind(data):
        raise ParseError(f"it is {kind}")
    if data[:512].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
        from feedkit.parse.jsonfeed import read_json_feed

        return read_json_feed(data, url, content_type)
    document = read_document(data, content_type)
    if document.root is not None:
        return _read_tree(document, data, url)
    return _read_broken(document, url)


def _read_tree(document: Document, data: bytes, url: str | None) -> Feed:
    root = document.root
    assert root is not None  # noqa: S101
    name = canonical(root.tag)
    if name in ("atom:feed", "atom:entry"):
        return _with_notes(read_atom(root, url), document.notes)
    if name == "rss":
        return _with_notes(read_rss(root, url), document.notes)
    if left := _LEFT_TO_FEEDPARSER.get(name):
        text = data.decode("utf-8", "replace") if document.text is None else document.text
        reason = "; ".join([f"{left} is read by feedparser", *_sentences(document.notes)])
        return _tolerate(text, url, reason)
    if name in ("xhtml:html", "html"):
        raise ParseError(html_page(etree.tostring(root, encoding="unicode"), url))
    raise ParseError(f"it is XML whose root element is <{root.tag.rpartition('}')[2][:80]}>")


def _read_broken(document: Document, url: str | None) -> Feed:
    text = document.text or ""
    if is_html(text):
        raise ParseError(html_page(text, url))
    if not text.strip():
        raise ParseError("it has no element")
    if "<" not in text:
        raise ParseError(f"it is plain text that starts with {text.strip()[:40]!r}")
    if root_name(text) is None and not any(opener in text for opener in _OPENERS):
        raise ParseError(f"it is neither XML nor JSON and starts with {text.strip()[:40]!r}")
    if _is_cut_off(text):
        raise ParseError("it ends in the middle, as a download that was cut off does")
    reasons = [*_sentences(document.notes), f"it is not well-formed XML: {document.error}"]
    return _tolerate(text, url, "; ".join(reasons))


def _tolerate(text: str, url: str | None, reason: str) -> Feed:
    from feedkit.parse.tolerant import read_tolerantly  # 60 ms, for what lxml cannot read

    return read_tolerantly(text, url, reason)


def _with_notes(feed: Feed, notes: tuple[str, ...]) -> Feed:
    return msgspec.structs.replace(feed, bozo="; ".join(_sentences(notes))) if notes else feed


def _sentences(notes: tuple[str, ...]) -> list[str]:
    return [f"the document {note}" for note in notes]


def _is_cut_off(text: str) -> bool:
    """Whether the end is missing, and with it a part of an entry or all of them.

    A document that only forgets to close its root element has all of its entries.
    """
    lower = text.lower()
    if any(closer in lower for closer in _ROOT_CLOSERS):
        return False
    opened = max(lower.rfind(opener) for opener in _OPENERS)
    closed = max(lower.rfind(closer) for closer in _CLOSERS)
    return opened > closed or opened < 0
