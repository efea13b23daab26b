"""Lists of feeds that a reader can import (OPML 2.0, http://opml.org/spec2.opml): those that are
published, and the sources they are made of.

There is no time in them: the same feeds make the same bytes.
"""

import re
from collections.abc import Sequence
from urllib.parse import quote, urlsplit

from lxml.etree import Element, SubElement, _Element, tostring

from feedkit.config import Site
from feedkit.normalize.categories import fold
from feedkit.normalize.text import one_line
from feedkit.publish.jobs import PAGE, SourceLine
from feedkit.publish.topics import Topic

_USER = re.compile(r"(?<=//)[^/?#]*@")
_NO_URI = re.compile(r"[<>\"{}|\\^`]")  # RFC 3986, appendix A; letters of any script may be in one


def feeds_opml(site: Site, topics: Sequence[Topic], formats: Sequence[str]) -> bytes:
    """The published feeds: a line for each of `topics`, in their order.

    `formats` are those that each topic is published in. A line is for the Atom document, or for
    that of the first format where there is no Atom, and names the topic's page where `PAGE` is
    one of them.
    """
    feeds = [name for name in formats if name != PAGE]
    root, body = _document(f"Feeds of {site.title}", site.author)
    if feeds:
        name = "atom" if "atom" in feeds else feeds[0]
        for topic in topics:
            page = topic.url(site.url, PAGE) if PAGE in formats else None
            _feed(body, topic.title, topic.url(site.url, name), page)
    return _bytes(root, body)


def sources_opml(site: Site, sources: Sequence[SourceLine]) -> bytes:
    """The sources that are on the web, in a folder for each category that was given to them: one
    in several categories stands in each, one in none stands before the folders.

    Folders are in the order of their names, and named by the first spelling. A user and password
    in an address are left out.
    """
    loose: dict[str, SourceLine] = {}
    folders: dict[str, tuple[str, dict[str, SourceLine]]] = {}
    for source in sources:
        url = _public(source.feed_url)
        if url is None:
            continue
        named = {fold(name): name for name in reversed(source.categories)}
        named.pop("", None)
        if not named:
            loose.setdefault(url, source)
        for key, name in named.items():
            folders.setdefault(key, (name, {}))[1].setdefault(url, source)
    root, body = _document(f"Sources of {site.title}", site.author)
    for url, source in loose.items():
        _feed(body, source.title, url, _public(source.site_url))
    for _, (name, inside) in sorted(folders.items()):
        folder = SubElement(body, "outline", {"text": one_line(name), "title": one_line(name)})
        for url, source in inside.items():
            _feed(folder, source.title, url, _public(source.site_url))
    return _bytes(root, body)


def _document(title: str, owner: str | None) -> tuple[_Element, _Element]:
    root = Element("opml", {"version": "2.0"})
    head = SubElement(root, "head")
    SubElement(head, "title").text = one_line(title)
    if owner:
        SubElement(head, "ownerName").text = one_line(owner)
    SubElement(head, "docs").text = "http://opml.org/spec2.opml"
    return root, SubElement(root, "body")


def _feed(parent: _Element, title: str, feed_url: str, page: str | None) -> None:
    text = one_line(title) or feed_url
    line = {"type": "rss", "text": text, "title": text, "xmlUrl": feed_url}
    if page is not None:
        line["htmlUrl"] = page
    SubElement(parent, "outline", line)


def _public(url: str | None) -> str | None:
    """`url` as a URI without user and password; None where it is not on the web."""
    if url is None or not url.isprintable() or " " in url:
        return None
    url = _USER.sub("", url)
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return None
    except ValueError:
        return None
    if _NO_URI.search(parts.netloc):
        return None
    return _NO_URI.sub(lambda found: quote(found[0]), url)


def _bytes(root: _Element, body: _Element) -> bytes:
    if not len(body):  # it must hold something
        SubElement(body, "outline", {"text": "There is no feed here.", "isComment": "true"})
    return tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
