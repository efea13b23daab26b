"""What is wrong with a document, by RFC 4287 and by the RSS 2.0 specification.

https://www.rssboard.org/rss-specification; what its text leaves open is as
https://www.rssboard.org/rss-profile has it.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from lxml import etree
from planet import is_well_formed

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
DC = "{http://purl.org/dc/elements/1.1/}"
MEDIA = "{http://search.yahoo.com/mrss/}"

_SCHEMA = etree.RelaxNG(etree.parse(str(Path(__file__).with_name("atom.rng"))))

_DATE = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} "
    r"(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} (GMT|[+-]\d{4})"
)
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")

_CHANNEL_ONCE = {
    "title", "link", "description", "language", "copyright", "managingEditor", "webMaster",
    "pubDate", "lastBuildDate", "generator", "docs", "cloud", "ttl", "image", "rating",
    "textInput", "skipHours", "skipDays",
}  # fmt: skip
_CHANNEL = _CHANNEL_ONCE | {"category", "item", f"{ATOM}link"}
_ITEM_ONCE = {
    "title", "link", "description", "author", "comments", "enclosure", "guid", "pubDate", "source",
    f"{CONTENT}encoded",
}  # fmt: skip
_ITEM = _ITEM_ONCE | {"category", f"{DC}creator", f"{MEDIA}thumbnail"}


def problems(name: str, document: bytes) -> list[str]:
    """What is wrong with the document called `name`."""
    found = [f"{name}: {one}" for one in (atom if name.endswith("atom.xml") else rss)(document)]
    if not is_well_formed(document):
        found.append(f"{name}: feedparser complains")
    return found


def atom(document: bytes) -> Iterator[str]:
    """What RFC 4287 says against an Atom document."""
    root = etree.fromstring(document)
    if not _SCHEMA.validate(root):
        yield str(_SCHEMA.error_log.last_error)
    if len([link for link in root.findall(f"{ATOM}link") if link.get("rel") == "self"]) != 1:
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
        name = entry.findtext(f"{ATOM}id")
        links = [link.get("rel", "alternate") for link in entry.findall(f"{ATOM}link")]
        if entry.find(f"{ATOM}content") is None and "alternate" not in links:
            yield f"{name} has neither content nor an alternate link (4.1.2)"
        if not (entry.findtext(f"{ATOM}title") or "").strip():
            yield f"{name} has an empty title (4.2.14)"
        if _time(entry, "updated") < _time(entry, "published"):
            yield f"{name} was updated before it was published"
    if entries and _time(root, "updated") != max(_time(e, "updated") for e in entries):
        yield "the feed is not of its newest entry's time (4.2.15)"
    ids = Counter(entry.findtext(f"{ATOM}id") for entry in entries)
    yield from (f"the id {one} comes {count} times" for one, count in ids.items() if count > 1)


def _time(element: etree._Element, name: str) -> datetime:
    return datetime.fromisoformat(element.findtext(f"{ATOM}{name}") or "").astimezone(UTC)


def rss(document: bytes) -> Iterator[str]:
    """What the specification of RSS 2.0 says against a document."""
    root = etree.fromstring(document)
    if (root.tag, root.get("version"), len(root)) != ("rss", "2.0", 1) or root[0].tag != "channel":
        yield "not <rss version='2.0'> with one <channel>"
        return
    channel = root[0]
    yield from _counted(channel, _CHANNEL, _CHANNEL_ONCE)
    for name in ("title", "link", "description"):
        if not (channel.findtext(name) or "").strip():
            yield f"<channel> has no {name}"
    links = channel.findall(f"{ATOM}link")
    if [link.get("rel") for link in links] != ["self"]:
        yield "not one atom:link, to itself"
    yield from _date(channel, "lastBuildDate")
    yield from _url(channel, "link")
    items = channel.findall("item")
    for item in items:
        yield from _item(item)
    guids = Counter(item.findtext("guid") for item in items)
    yield from (f"the guid {one} comes {count} times" for one, count in guids.items() if count > 1)


def _item(item: etree._Element) -> Iterator[str]:
    yield from _counted(item, _ITEM, _ITEM_ONCE)
    if not (item.findtext("title") or item.findtext("description")):
        yield "<item> has neither title nor description"
    for name in ("pubDate", "guid"):
        if not item.findtext(name):
            yield f"<item> has no {name}"
    yield from _date(item, "pubDate")
    yield from _url(item, "link")
    yield from _url(item, "comments")
    guid = item.find("guid")
    if guid is not None and guid.get("isPermaLink", "true") != "false":
        yield from _url(item, "guid")
        if not (guid.text or "").startswith(("http://", "https://")):
            yield f"{guid.text} is no permanent link"
    enclosure = item.find("enclosure")
    if enclosure is not None:
        if sorted(enclosure.keys()) != ["length", "type", "url"]:
            yield f"<enclosure> has {enclosure.keys()}"
        if not enclosure.get("length", "").isdecimal() or "/" not in enclosure.get("type", ""):
            yield f"<enclosure> has {enclosure.items()}"
        if not enclosure.get("url", "").startswith(("http://", "https://")):
            yield f"<enclosure> is at {enclosure.get('url')}"
    source = item.find("source")
    if source is not None and not (source.get("url") and source.text):
        yield "<source> has no url or no name"
    if not any((creator.text or "").strip() for creator in item.findall(f"{DC}creator")):
        yield "<item> says nobody's name"
    for category in item.findall("category"):
        if not (category.text or "").strip():
            yield "<category> is empty"


def _counted(element: etree._Element, allowed: set[str], once: set[str]) -> Iterator[str]:
    counts = Counter(child.tag for child in element)
    yield from (f"<{element.tag}> may not hold {tag}" for tag in counts.keys() - allowed)
    yield from (
        f"<{element.tag}> holds {tag} {counts[tag]} times" for tag in once if counts[tag] > 1
    )


def _date(element: etree._Element, name: str) -> Iterator[str]:
    text = element.findtext(name)
    if text is None:
        return
    if not _DATE.fullmatch(text):
        yield f"{name} is no RFC 822 date: {text}"
    elif parsedate_to_datetime(text).strftime("%a") != text[:3]:
        yield f"{name} has a wrong weekday: {text}"


def _url(element: etree._Element, name: str) -> Iterator[str]:
    text = element.findtext(name)
    if text is not None and not _URL.fullmatch(text):
        yield f"{name} is no URL: {text}"


_OPML_HEAD = {
    "title", "dateCreated", "dateModified", "ownerName", "ownerEmail", "ownerId", "docs",
    "expansionState", "vertScrollState", "windowTop", "windowLeft", "windowBottom", "windowRight",
}  # fmt: skip
_OPML_OUTLINE = {
    "text", "type", "isComment", "isBreakpoint", "created", "category", "xmlUrl", "description",
    "htmlUrl", "language", "title", "version", "url",
}  # fmt: skip


def opml(document: bytes) -> Iterator[str]:
    """What the specification of OPML 2.0 says against a subscription list."""
    root = etree.fromstring(document)
    if (root.tag, root.get("version")) != ("opml", "2.0"):
        yield "not <opml version='2.0'>"
    if [child.tag for child in root] != ["head", "body"]:
        yield "not one head and one body"
        return
    head, body = root
    yield from _counted(head, _OPML_HEAD, _OPML_HEAD)
    for name in ("dateCreated", "dateModified"):
        yield from _date(head, name)
    yield from _url(head, "docs")
    if not len(body):
        yield "<body> holds no outline"
    yield from _outlines(body)


def _outlines(parent: etree._Element) -> Iterator[str]:
    for outline in parent:
        if outline.tag != "outline":
            yield f"<{parent.tag}> may not hold {outline.tag}"
            continue
        if not outline.get("text", "").strip():
            yield "<outline> has no text"
        yield from (f"<outline> has {name}" for name in {*outline.keys()} - _OPML_OUTLINE)
        for name in ("xmlUrl", "htmlUrl"):
            url = outline.get(name)
            if url is not None and not (_URL.fullmatch(url) and url.startswith("http")):
                yield f"{name} is no URL: {url}"
        if (outline.get("type") == "rss") != (outline.get("xmlUrl") is not None):
            yield "<outline> is a feed by its type or by its xmlUrl alone"
        if outline.get("type") == "rss" and len(outline):
            yield "<outline> is a feed and a folder"
        yield from _outlines(outline)
