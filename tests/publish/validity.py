"""What is wrong with a published document: with a feed of any format, by its specification."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from html5lib import HTMLParser
from html5lib.html5parser import ParseError
from lxml import etree
from planet import is_well_formed
from validity_json import json_feed
from validity_modules import modules
from validity_opml import opml
from validity_rss import rss

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
DC = "{http://purl.org/dc/elements/1.1/}"
HISTORY = "{http://purl.org/syndication/history/1.0}"
MEDIA = "{http://search.yahoo.com/mrss/}"
TOMBSTONES = "{http://purl.org/atompub/tombstones/1.0}"

__all__ = [
    "ATOM",
    "CONTENT",
    "DC",
    "HISTORY",
    "MEDIA",
    "TOMBSTONES",
    "atom",
    "json_feed",
    "problems",
    "rss",
]

_SCHEMA = etree.RelaxNG(etree.parse(str(Path(__file__).with_name("atom.rng"))))


def problems(name: str, document: bytes) -> list[str]:
    """What is wrong with the document called `name`: a feed, a page or a list of feeds."""
    if name.endswith("feed.json"):
        return [f"{name}: {one}" for one in json_feed(document)]
    if name.endswith(".opml"):
        return [f"{name}: {one}" for one in opml(document)]
    if name.endswith(".html"):
        try:
            HTMLParser(strict=True).parse(document.decode())
        except ParseError as error:
            return [f"{name}: {error!r}"]
        return []
    if not name.endswith(("atom.xml", "rss.xml")):
        return []
    found = [f"{name}: {one}" for one in (atom if name.endswith("atom.xml") else rss)(document)]
    if not is_well_formed(document):
        found.append(f"{name}: feedparser complains")
    return found


def atom(document: bytes) -> Iterator[str]:
    """What RFC 4287, RFC 5005 and RFC 6721 say against an Atom document."""
    root = etree.fromstring(document)
    if not _SCHEMA.validate(root):
        yield str(_SCHEMA.error_log.last_error)
    if len(_links(root, "self")) != 1:
        yield "not one self link (4.1.1)"
    entries = root.findall(f"{ATOM}entry")
    for parent in (root, *entries):
        alternates = [
            (link.get("type"), link.get("hreflang"))
            for link in parent.findall(f"{ATOM}link")
            if link.get("rel", "alternate") == "alternate"
        ]
        if len(alternates) != len(set(alternates)):
            yield "alternate links of one type and language (4.1.1, 4.1.2)"
    for entry in entries:
        yield from _entry(entry, root)
    stamps = [_time(entry, "updated") for entry in entries]
    if stamps and root.find(f"{HISTORY}archive") is None and _time(root, "updated") != max(stamps):
        yield "the feed is not of its newest entry's time (4.2.15)"
    ids = Counter(entry.findtext(f"{ATOM}id") for entry in entries)
    yield from (f"the id {one} comes {count} times" for one, count in ids.items() if count > 1)
    yield from _history(root)
    for stone in root.findall(f"{TOMBSTONES}deleted-entry"):
        if ":" not in stone.get("ref", ""):
            yield "a tombstone has no id (RFC 6721, 3)"
        if datetime.fromisoformat(stone.get("when", "0001-01-01")).tzinfo is None:
            yield "a tombstone has no time (RFC 6721, 3)"
        if stone.get("ref") in ids:
            yield f"{stone.get('ref')} is deleted and there"


def _entry(entry: etree._Element, root: etree._Element) -> Iterator[str]:
    name = entry.findtext(f"{ATOM}id")
    content = entry.find(f"{ATOM}content")
    if content is None and not _links(entry, "alternate"):
        yield f"{name} has neither content nor an alternate link (4.1.2)"
    if content is not None and content.get("src") and entry.find(f"{ATOM}summary") is None:
        yield f"{name} has its content elsewhere, and no summary (4.1.2)"
    if not (entry.findtext(f"{ATOM}title") or "").strip():
        yield f"{name} has an empty title (4.2.14)"
    named = (entry, entry.find(f"{ATOM}source"), root)
    if all(one is None or one.find(f"{ATOM}author") is None for one in named):
        yield f"{name} has no author (4.2.1)"
    is_dated = entry.find(f"{ATOM}published") is not None
    if is_dated and _time(entry, "updated") < _time(entry, "published"):
        yield f"{name} was updated before it was published"
    terms = [(one.get("term"), one.get("scheme")) for one in entry.findall(f"{ATOM}category")]
    if len(terms) != len(set(terms)):
        yield f"{name} has a category twice (4.1.2)"
    for problem in modules(entry):
        yield f"{name}: {problem}"


def _links(element: etree._Element, relation: str) -> list[etree._Element]:
    links = element.findall(f"{ATOM}link")
    return [link for link in links if link.get("rel", "alternate") == relation]


def _history(root: etree._Element) -> Iterator[str]:
    """RFC 5005, 4: an archive says that it is one, and where the feed is."""
    archive = root.find(f"{HISTORY}archive")
    for relation in ("prev-archive", "next-archive", "current"):
        if len(_links(root, relation)) > 1:
            yield f"more than one {relation}"
    if archive is None and _links(root, "next-archive"):
        yield "the subscription document has an archive after it"
    if archive is None:
        return
    if len(archive) or archive.text:
        yield "fh:archive is not empty"
    if len(_links(root, "current")) != 1:
        yield "an archive does not say where the feed is"


def _time(element: etree._Element, name: str) -> datetime:
    return datetime.fromisoformat(element.findtext(f"{ATOM}{name}") or "").astimezone(UTC)
