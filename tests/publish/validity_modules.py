"""What is wrong with an entry's elements of modules, in Atom and in RSS: Media RSS 1.5.1, the
namespaces of Apple and of Podcasting 2.0, GeoRSS Simple, Dublin Core, and Atom's in RSS."""

import re
from collections.abc import Callable, Iterator

from lxml import etree

URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
MEDIA_TYPE = re.compile(r"[^\s/]+/[^\s/;]+\s*(;.*)?")
LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_NUMBER = re.compile(r"\d+", re.ASCII)
_DEGREES = re.compile(r"-?\d{1,3}(\.\d+)?", re.ASCII)
_COUNTS = {"point": (2, 2), "line": (4, 10**6), "polygon": (8, 10**6), "box": (4, 4)}

PREFIXES = {
    "http://www.w3.org/2005/Atom": "atom",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://www.georss.org/georss": "georss",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://search.yahoo.com/mrss/": "media",
    "https://podcastindex.org/namespace/1.0": "podcast",
}
"""The namespaces that feedkit's documents may use, each by its URI to the letter."""


def modules(element: etree._Element) -> Iterator[str]:
    """What is wrong with the children of an entry that are of some module."""
    seen: set[str] = set()
    for child in element:
        uri, _, name = child.tag.rpartition("}")
        if not uri or (child.tag.startswith("{http://www.w3.org/2005/Atom}") and _is_atom(element)):
            continue
        prefixed = f"{PREFIXES.get(uri[1:], uri)}:{name}"
        check = _CHECKS.get(prefixed)
        if check is None:
            yield f"{prefixed} is unknown"
        elif not check(child):
            yield f"{prefixed} is wrong: {etree.tostring(child, encoding='unicode')}"
        if prefixed in seen and prefixed not in _MANY:
            yield f"{prefixed} comes twice"
        seen.add(prefixed)


def _is_atom(element: etree._Element) -> bool:
    return element.tag.startswith("{http://www.w3.org/2005/Atom}")


def _text(pattern: re.Pattern[str]) -> Callable[[etree._Element], bool]:
    return lambda element: bool(pattern.fullmatch(element.text or "")) and not element.keys()


def _attributes(
    required: dict[str, re.Pattern[str]], optional: dict[str, re.Pattern[str]]
) -> Callable[[etree._Element], bool]:
    known = required | optional

    def check(element: etree._Element) -> bool:
        return required.keys() <= set(element.keys()) <= known.keys() and all(
            known[name].fullmatch(value) for name, value in element.items()
        )

    return check


def _is_shape(element: etree._Element) -> bool:
    words = (element.text or "").split(" ")
    fewest, most = _COUNTS[element.tag.rpartition("}")[2]]
    if len(words) % 2 or not fewest <= len(words) <= most:
        return False
    if not all(_DEGREES.fullmatch(word) for word in words):
        return False
    limits = (90, 180) * (len(words) // 2)
    return all(abs(float(word)) <= limit for word, limit in zip(words, limits, strict=True))


_WORDS = re.compile(r"\S(.*\S)?", re.DOTALL)
_RESOURCE = _attributes({"url": URL}, {"type": _WORDS, "language": LANGUAGE})
_CHECKS: dict[str, Callable[[etree._Element], bool]] = {
    "atom:link": _attributes(
        {"href": URL, "rel": re.compile("related|enclosure")},
        {"type": MEDIA_TYPE, "length": _NUMBER},
    ),
    "atom:updated": _text(RFC_3339),
    "content:encoded": lambda element: not element.keys(),
    "dc:contributor": _text(_WORDS),
    "dc:creator": _text(_WORDS),
    "dc:language": _text(LANGUAGE),
    "dc:rights": _text(_WORDS),
    **{f"georss:{shape}": _is_shape for shape in _COUNTS},
    "itunes:duration": _text(_NUMBER),
    "itunes:episode": _text(_NUMBER),
    "itunes:explicit": _text(re.compile("true|false")),
    "itunes:image": _attributes({"href": URL}, {}),
    "itunes:season": _text(_NUMBER),
    "media:content": _attributes(
        {"url": URL}, {"type": MEDIA_TYPE, "fileSize": _NUMBER, "duration": _NUMBER}
    ),
    "media:thumbnail": _attributes({"url": URL}, {}),
    "podcast:chapters": _RESOURCE,
    "podcast:transcript": _RESOURCE,
}
_MANY = {"atom:link", "dc:creator", "dc:contributor", "media:content", "podcast:transcript"}
