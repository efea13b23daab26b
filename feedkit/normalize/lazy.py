"""Lazy images: the address that a script would have moved into ``src`` is moved there."""

import re
from html import escape, unescape

from feedkit.normalize.bounds import ATTRIBUTE, attributes_end

_SOURCES = ("data-src", "_src", "data-original", "data-lazy-src", "data-lazy", "data-actualsrc")
_SETS = ("data-srcset", "data-lazy-srcset")
_OPEN = re.compile(r"<(?:[iI][mM][gG]|[sS][oO][uU][rR][cC][eE]|[iI][fF][rR][aA][mM][eE])(?=[\s/])")
_NO_IMAGE = re.compile(r"\s*+(?:\Z|#|data:|about:|javascript:)", re.IGNORECASE)
_PLACEHOLDER_NAME = re.compile(
    r"(?:(?:ajax|default|image|img|lazy(?:load)?|pre|px|theme|wp)[_-]?)?"
    r"(?:1x1|blank|dot|empty|gr[ae]y|lazy(?:[-_]?load(?:ing)?)?|load(?:ing|er)|pixel|place-?holder"
    r"|spacer|trans(?:parent)?)(?:[._-]?(?:bg|gif|image|img|large|pixel|place-?holder|small|spinner"
    r"|square|trans(?:parent)?|[0-9]{1,4}(?:x[0-9]{1,4})?)){0,3}(?:[.-][0-9a-f]{8,32})?"
    r"\.(?:gif|png|svg|jpe?g|webp)\s*\Z",
    re.IGNORECASE,
)


def is_placeholder(url: str) -> bool:
    """Whether an image address stands for no image: empty, ``data:``, or named blank.gif or so."""
    if not url.startswith("http") and _NO_IMAGE.match(url):
        return True
    path = url.partition("?")[0]
    return _PLACEHOLDER_NAME.match(path, path.rfind("/") + 1) is not None


def repair_lazy_images(html: str) -> str:
    """`html` with the addresses of lazy images where a reader without scripts looks for them.

    ``data-src``, ``_src``, ``data-original`` and their like become ``src`` (and ``data-srcset``
    becomes ``srcset``) of an ``img``, ``source`` or ``iframe`` that has none, or only a
    placeholder: a ``data:`` URI, ``about:blank``, a blank, 1x1, loading or spacer image. A real
    ``src`` stays. Text without such attributes comes back unread: the
    same object, at the cost of a few searches.
    """
    if not (
        "data-src" in html
        or "_src" in html
        or "data-original" in html
        or "data-lazy" in html
        or "data-actualsrc" in html
    ):
        return html
    out: list[str] = []
    written = position = 0
    while match := _OPEN.search(html, position):
        start = match.end()
        position = attributes_end(html, start)
        if position < 0:  # the text ends within the tag: no parser will make an element of it
            break
        repaired = _repaired(html, start, position)
        if repaired is not None:
            out += (html[written:start], repaired)
            written = position
    if not out:
        return html
    out.append(html[written:])
    return "".join(out)


def _repaired(html: str, start: int, end: int) -> str | None:
    """The attributes between `start` and `end`, repaired; None when nothing is to be done."""
    found: dict[str, str] = {}
    kept: list[tuple[str, str]] = []
    for match in ATTRIBUTE.finditer(html, start, end):
        name = match[1].lower()
        if name not in found:
            found[name] = unescape(match[2] or match[3] or match[4] or "")
            kept.append((name, match[0]))
    source = _lazy_value(found, "src", _SOURCES)
    candidates = _lazy_value(found, "srcset", _SETS)
    if source is None and candidates is None:
        return None
    replaced = {"src": source, "srcset": candidates}
    text = "".join(f" {raw.strip()}" for name, raw in kept if not replaced.get(name))
    for name, value in replaced.items():
        if value is not None:
            text += f' {name}="{escape(value)}"'
    return text


def _lazy_value(found: dict[str, str], name: str, lazy: tuple[str, ...]) -> str | None:
    """What `name` should be instead of what it is, or None to leave it."""
    if name in found and not is_placeholder(found[name]):
        return None
    values = [found[other].strip() for other in lazy if other in found]
    named = (value for value in values if not is_placeholder(value))
    # A page of dots and greys may show such images, where there is nothing else to show.
    return next(named, next(filter(_is_address, values), None) if not found.get(name) else None)


def _is_address(value: str) -> bool:
    return not _NO_IMAGE.match(value)
