"""Autodiscovery: the feeds that a web page links to (RSS Autodiscovery, rssboard.org; WHATWG HTML,
4.6.7.1). A text goes in, addresses come out; nothing is fetched.
"""

import re
from html import unescape
from urllib.parse import urlsplit

from feedkit.parse.text import collapse
from feedkit.parse.urls import resolve

MOST_FEEDS = 20
"""Addresses that are taken of one page."""

_LOOKED_AT = 500_000
"""Characters of a page: its head, however many styles and scripts stand before the links."""
_LONGEST = 2_000
"""Characters of an address."""

_FEED_TYPES = frozenset(("application/rss+xml", "application/atom+xml", "application/feed+json"))

# What is skipped whole, and the two tags that matter. Possessive, and no tag reaches past the next
# "<", so that all of it is one pass.
_TOKEN = re.compile(
    r"<!--(?:[^-]|-(?!->))*+(?:-->|\Z)"
    r"|<(?P<raw>script|style|textarea|noscript)\b(?:[^<]|<(?!/(?P=raw)))*+"
    r"|<(?P<name>link|base)(?=[\s/])(?P<attributes>(?:[^<>\"']|\"[^<\"]*+\"|'[^<']*+'|[\"'])*+)>",
    re.IGNORECASE,
)
_TITLE = re.compile(r"<title(?:\s[^<>]*)?>([^<]{1,300})", re.IGNORECASE)
_SHOWN = 80
"""Characters of a title."""
_ATTRIBUTE = re.compile(
    r"(?<![^\s/\"'])([^\s=/>\"']++)\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s>\"']++))",
    re.IGNORECASE,
)


def linked_feeds(page: str, url: str | None) -> tuple[str, ...]:
    """The absolute http(s) addresses of the feeds that the HTML `page`, found at `url`, says it
    has (``<link rel="alternate" type="application/rss+xml">``, and so on), in its order.

    Without a `url` and a ``<base>``, an address that is relative is left out.
    """
    base, found = url, dict[str, None]()
    has_base = False
    for token in _TOKEN.finditer(page[:_LOOKED_AT]):
        if not token["name"]:
            continue
        attributes = _attributes(token["attributes"])
        href = resolve(base, attributes.get("href"))
        if token["name"].lower() == "base":
            base = base if has_base or not href else href  # the first counts
            has_base = has_base or bool(href)
        elif href and _is_feed(attributes) and _is_usable(href):
            found[href] = None
            if len(found) == MOST_FEEDS:
                break
    return tuple(found)


def html_page(page: str, url: str | None) -> str:
    """The sentence for an HTML page where a feed was wanted: it names the feeds it links to, else
    the page's title, which often says what went wrong."""
    feeds = linked_feeds(page, url)
    if not feeds:
        title = _TITLE.search(page[:_LOOKED_AT])
        words = collapse(unescape(title[1])) if title else ""
        return f"it is an HTML page, {words[:_SHOWN]!r}" if words else "it is an HTML page"
    if len(feeds) == 1:
        return f"it is an HTML page; it links to a feed at {feeds[0]}"
    rest = f" and {len(feeds) - 2} more" if len(feeds) > 2 else ""
    return f"it is an HTML page; it links to feeds at {feeds[0]} and {feeds[1]}{rest}"


def _attributes(text: str) -> dict[str, str]:
    attributes: dict[str, str] = {}
    for name, *values in _ATTRIBUTE.findall(text):
        attributes.setdefault(name.lower(), unescape("".join(values)).strip())
    return attributes


def _is_feed(attributes: dict[str, str]) -> bool:
    relations = attributes.get("rel", "").lower().split()
    kind = attributes.get("type", "").partition(";")[0].strip().lower()
    return "alternate" in relations and kind in _FEED_TYPES


def _is_usable(href: str) -> bool:
    if not href.startswith(("http://", "https://")) or len(href) > _LONGEST:
        return False
    try:
        host = urlsplit(href).hostname
    except ValueError:
        return False
    return bool(host) and href.isprintable() and " " not in href
