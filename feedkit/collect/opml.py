"""OPML → the feeds that it lists (OPML 1.0 and 2.0, http://opml.org/spec2.opml).

Every feed reader writes such files, few by the book: attribute names in any case, ampersands that
are not escaped, folders in folders. What can be read is, and what is left out is told.
"""

import re
from collections.abc import Iterator
from html.entities import html5
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec import Struct

from feedkit.errors import CollectError

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_DEPTH = 32
"""How deep folders may be nested."""


class Subscription(Struct, frozen=True):
    """A feed that an OPML file lists."""

    url: str
    """http or https."""
    title: str | None = None
    categories: tuple[str, ...] = ()
    """The folders it is in, outermost first, then those of its own ``category`` attribute."""


class OpmlFile(Struct, frozen=True):
    """What an OPML file says, in its order."""

    subscriptions: tuple[Subscription, ...]
    skipped: tuple[str, ...]
    """A sentence for each feed that was left out."""


def read_opml(data: bytes) -> OpmlFile:
    """The feeds of an OPML document (OPML 2.0, "Subscription lists"), each URL once.

    Each folder around a feed is a category, as is each name of its ``category`` attribute: comma
    separated, and of a slash-delimited path the last part. A feed listed twice has the categories
    of both. Only http and https URLs are taken: a path never comes from an OPML file.

    Raises `CollectError` when `data` is not OPML.
    """
    root = _root(data)
    if root is None:
        raise CollectError("is no OPML file: no XML could be read in it")
    if _name(root) != "opml":
        raise CollectError(f"is no OPML file: its root element is <{_name(root)[:40]}>, not <opml>")
    found: dict[str, Subscription] = {}
    skipped: list[str] = []
    for body in root.iterchildren("*"):  # "*": elements, and no entity references
        if _name(body) == "body":
            for item in _outlines(body, (), 0):
                if isinstance(item, str):
                    skipped.append(item)
                else:
                    found[item.url] = _merged(found.get(item.url), item)
    return OpmlFile(tuple(found.values()), tuple(skipped))


def _root(data: bytes) -> "_Element | None":
    """The document's element, as far as the document can be read."""
    from lxml import etree  # costs 20 ms, and few commands read OPML

    def parse(data: bytes, *, recover: bool) -> "_Element | None":
        parser = etree.XMLParser(
            recover=recover,
            resolve_entities=False,
            no_network=True,
            huge_tree=False,
            load_dtd=False,
            remove_comments=True,
            remove_pis=True,
        )
        return etree.fromstring(data, parser)

    data = data.lstrip()
    try:
        return parse(data, recover=False)
    except etree.XMLSyntaxError:
        pass
    try:
        # Recovering from a bare ampersand, libxml2 drops it, and with it a part of the URL.
        return parse(_AMPERSAND.sub(_escaped, data), recover=True)
    except etree.XMLSyntaxError:
        return None


_AMPERSAND = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#[0-9]+|#x[0-9A-Fa-f]+);)([A-Za-z0-9]+;)?")


def _escaped(ampersand: re.Match[bytes]) -> bytes:
    """A bare ampersand escaped, and a character that only HTML has a name for by number."""
    name = ampersand[1] or b""
    letters = html5.get(name.decode())
    return f"&#{ord(letters)};".encode() if letters and len(letters) == 1 else b"&amp;" + name


def _outlines(
    parent: "_Element", folders: tuple[str, ...], depth: int
) -> Iterator[Subscription | str]:
    """The subscriptions in `parent`, and a sentence for each outline that cannot be one."""
    for outline in parent.iterchildren("*"):
        if _name(outline) != "outline":
            continue
        attributes = {key.lower(): " ".join(value.split()) for key, value in outline.items()}
        title = attributes.get("text") or attributes.get("title")
        url = attributes.get("xmlurl")
        inside = folders
        if url:
            yield _subscription(url, title, folders, attributes.get("category", "")) or _skipped(
                outline, title, f"{_short(url)} is no http or https address"
            )
        elif attributes.get("type", "").lower() in ("rss", "atom", "include", "link"):
            yield _skipped(outline, title, "it has no xmlUrl, the address of a feed")
        elif title:
            inside = (*folders, title)
        if len(outline) and depth >= MAX_DEPTH:
            yield _skipped(outline, title, f"more than {MAX_DEPTH} folders around what is in it")
        elif len(outline):
            yield from _outlines(outline, inside, depth + 1)


def _subscription(
    url: str, title: str | None, folders: tuple[str, ...], category: str
) -> Subscription | None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and not re.search(r"\s", url)
    except ValueError:
        usable = False
    if not usable:
        return None
    paths = (path.strip("/ ") for path in category.split(","))
    own = (path.rpartition("/")[2].strip() for path in paths if path)
    return Subscription(url, title, tuple(dict.fromkeys((*folders, *own))))


def _merged(first: Subscription | None, second: Subscription) -> Subscription:
    if first is None:
        return second
    categories = tuple(dict.fromkeys(first.categories + second.categories))
    return Subscription(first.url, first.title or second.title, categories)


def _skipped(outline: "_Element", title: str | None, why: str) -> str:
    named = f' "{_short(title)}"' if title else ""
    return f"line {outline.sourceline}: the outline{named} was left out: {why}"


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"


def _name(element: "_Element") -> str:
    """The element's local name, in lower case: some files have a namespace, some shout."""
    return element.tag.rpartition("}")[2].lower()
