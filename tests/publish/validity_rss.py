"""What is wrong with an RSS document, by the specification of RSS 2.0
(https://www.rssboard.org/rss-specification) and the Best Practices Profile of the RSS Advisory
Board (https://www.rssboard.org/rss-profile). Each problem names the section that says so."""

import re
from collections import Counter
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

from lxml import etree
from validity_modules import LANGUAGE, MEDIA_TYPE, PREFIXES, URL, modules

_ATOM = "{http://www.w3.org/2005/Atom}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_ENCODED = "{http://purl.org/rss/1.0/modules/content/}encoded"
_DATE = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} "
    r"(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} (GMT|[+-]\d{4})"
)
_MAILBOX = re.compile(r"[^\s@()<>]+@[^\s@()<>]+( \(.+\))?", re.DOTALL)
_REFERENCE = re.compile(r"<[a-zA-Z][^<>]*?\s(?:href|src|poster|cite)=\"([^\"]*)\"")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_WEB = ("http://", "https://")

_CHANNEL_ONCE = {
    "title", "link", "description", "language", "copyright", "managingEditor", "webMaster",
    "pubDate", "lastBuildDate", "generator", "docs", "cloud", "ttl", "image", "rating",
    "textInput", "skipHours", "skipDays",
}  # fmt: skip
_CHANNEL = _CHANNEL_ONCE | {"category", "item", f"{_ATOM}link"}
_ITEM_ONCE = {
    "title", "link", "description", "author", "comments", "enclosure", "guid", "pubDate", "source",
}  # fmt: skip
_ITEM = _ITEM_ONCE | {"category"}
_MANY_AUTHORS = {"author"}
"""What the Profile allows an item to have several of, beside categories ("author")."""


def rss(document: bytes) -> Iterator[str]:
    """What the specification of RSS 2.0 and the Profile say against a document."""
    root = etree.fromstring(document)
    if (root.tag, root.get("version"), len(root)) != ("rss", "2.0", 1) or root[0].tag != "channel":
        yield "not <rss version='2.0'> with one <channel> (What is RSS?)"
        return
    for uri in root.nsmap.values():
        if uri not in PREFIXES:
            yield f"the namespace {uri} is unknown (Namespace Elements)"
    yield from _channel(root[0])
    items = root[0].findall("item")
    for item in items:
        for problem in _item(item):
            yield f"{item.findtext('guid') or 'an item'}: {problem}"
    guids = Counter(item.findtext("guid") for item in items)
    for guid, count in guids.items():
        if count > 1:
            yield f"the guid {guid} comes {count} times (guid)"


def _channel(channel: etree._Element) -> Iterator[str]:
    yield from counted(channel, _CHANNEL, _CHANNEL_ONCE)
    for name in ("title", "link", "description"):
        if not (channel.findtext(name) or "").strip():
            yield f"<channel> has no {name} (Required channel elements)"
    for name in ("link", "docs"):
        yield from addressed(channel, name)
    for name in ("lastBuildDate", "pubDate"):
        yield from dated(channel, name)
    for name in ("managingEditor", "webMaster"):
        yield from _mailbox(channel, name)
    if not LANGUAGE.fullmatch(channel.findtext("language", "en")):
        yield f"language is {channel.findtext('language')} (language)"
    if not channel.findtext("ttl", "1").isdecimal():
        yield f"ttl is {channel.findtext('ttl')} (ttl)"
    yield from _categories(channel)
    links = [link for link in channel.findall(f"{_ATOM}link") if link.get("rel") == "self"]
    if len(links) != 1:
        yield "not one atom:link to the feed itself (atom:link)"
    for link in channel.findall(f"{_ATOM}link"):
        if link.get("rel") not in ("self", "hub"):
            yield f"an atom:link is for {link.get('rel')} (atom:link)"
        if not link.get("href", "").startswith(_WEB):
            yield f"an atom:link is to {link.get('href')} (atom:link)"
    if links and links[0].get("type") != "application/rss+xml":
        yield "the atom:link does not name the type of RSS (atom:link)"


def _item(item: etree._Element) -> Iterator[str]:
    plain = [child for child in item if not child.tag.startswith("{")]
    counts = Counter(child.tag for child in plain)
    yield from (f"<item> may not hold {tag} (Elements of <item>)" for tag in counts.keys() - _ITEM)
    for tag in _ITEM_ONCE - _MANY_AUTHORS:
        if counts[tag] > 1:
            yield f"<item> holds {tag} {counts[tag]} times (Elements of <item>)"
    if not (item.findtext("title") or item.findtext("description")):
        yield "neither title nor description (Elements of <item>)"
    for name in ("pubDate", "guid"):
        if not item.findtext(name):
            yield f"no {name} ({name})"
    yield from dated(item, "pubDate")
    for name in ("link", "comments"):
        yield from addressed(item, name)
    yield from _guid(item)
    yield from _mailbox(item, "author")
    yield from _categories(item)
    if (enclosure := item.find("enclosure")) is not None:
        yield from _enclosure(enclosure)
    source = item.find("source")
    if source is not None and not (URL.fullmatch(source.get("url", "")) and source.text):
        yield "<source> has no url or no name (source)"
    if not any((creator.text or "").strip() for creator in item.findall(f"{_DC}creator")):
        yield "nobody's name (dc:creator)"
    encoded = item.find(_ENCODED)
    description = item.find("description")
    if encoded is not None and description is None:
        yield "content:encoded without a description (content:encoded)"
    for html in (description, encoded):
        yield from _relative(html)
    yield from modules(item)


def _guid(item: etree._Element) -> Iterator[str]:
    guid = item.find("guid")
    if guid is None:
        return
    if guid.get("isPermaLink", "true") not in ("true", "false"):
        yield f"isPermaLink is {guid.get('isPermaLink')} (guid)"
    if guid.get("isPermaLink", "true") != "false":
        yield from addressed(item, "guid")
        if not (guid.text or "").startswith(_WEB):
            yield f"{guid.text} is no permanent link (guid)"


def _enclosure(enclosure: etree._Element) -> Iterator[str]:
    if sorted(enclosure.keys()) != ["length", "type", "url"]:
        yield f"<enclosure> has {enclosure.keys()} (enclosure)"
    if not re.fullmatch(r"[0-9]+", enclosure.get("length", "")):
        yield f"<enclosure> is {enclosure.get('length')} long (enclosure)"
    if not MEDIA_TYPE.fullmatch(enclosure.get("type", "")):
        yield f"<enclosure> is of type {enclosure.get('type')} (enclosure)"
    if not enclosure.get("url", "").startswith(_WEB):
        yield f"<enclosure> is at {enclosure.get('url')} (enclosure)"


def _categories(element: etree._Element) -> Iterator[str]:
    for category in element.findall("category"):
        if not (category.text or "").strip():
            yield "<category> is empty (category)"
        if not URL.fullmatch(category.get("domain", "x:y")):
            yield f"<category> is of {category.get('domain')} (category)"


def _relative(element: etree._Element | None) -> Iterator[str]:
    for match in _REFERENCE.finditer((element.text or "") if element is not None else ""):
        if not _ABSOLUTE.match(match[1]):
            yield f"the relative URL {match[1]} in HTML (Relative URLs)"


def counted(element: etree._Element, allowed: set[str], once: set[str]) -> Iterator[str]:
    counts = Counter(child.tag for child in element)
    yield from (f"<{element.tag}> may not hold {tag}" for tag in counts.keys() - allowed)
    yield from (
        f"<{element.tag}> holds {tag} {counts[tag]} times" for tag in once if counts[tag] > 1
    )


def dated(element: etree._Element, name: str) -> Iterator[str]:
    text = element.findtext(name)
    if text is None:
        return
    if not _DATE.fullmatch(text):
        yield f"{name} is no date: {text} (RFC 822 Date-Time)"
    elif parsedate_to_datetime(text).strftime("%a") != text[:3]:
        yield f"{name} has a wrong weekday: {text} (RFC 822 Date-Time)"


def addressed(element: etree._Element, name: str) -> Iterator[str]:
    text = element.findtext(name)
    if text is not None and not URL.fullmatch(text):
        yield f"{name} is no URL: {text} ({name})"


def _mailbox(element: etree._Element, name: str) -> Iterator[str]:
    for one in element.findall(name):
        if not _MAILBOX.fullmatch(one.text or ""):
            yield f"{name} is no e-mail address with a name: {one.text} ({name})"
