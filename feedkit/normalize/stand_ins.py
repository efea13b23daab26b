"""What stands in for markup that is left out: the words of ``noscript``, formulas in HTML's means.

Scripts go, so what a page shows without them comes in their place. MathML goes, for the ways to
hide a script in it are not all known; the formula stays, in letters, ``sub`` and ``sup``.
"""

import re
from collections.abc import Callable
from html import escape, unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml import etree

_StandIn = Callable[[str, str], str]
"""What an element holds, and what stands before it, to what comes in its place."""

_LEFT_OUT = re.compile(r"<(?:noscript|math)\b", re.IGNORECASE)
_NOSCRIPT = re.compile(r"<(/?)noscript\b[^<>]*+>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*+>")
_MATH = re.compile(r"<(/?)(?:[a-z]{1,8}:)?math\b[^<>]*+>", re.IGNORECASE)
# KaTeX and MathJax write each formula twice: in MathML, for screen readers, and in HTML.
_TWIN = re.compile(
    r"<(?:mjx-assistive-mml\b[^<>]*+|span [^<>]*?(?:katex-mathml|MJX_Assistive_MathML)[^<>]*+)>"
    r"\s*\Z"
)
_TWIN_LENGTH = 200
_LONGEST_MESSAGE = 400
"""Characters of words that ask to turn scripts on."""
_LONGEST_FORMULA = 20_000
_DEPTH = 60
_NAMED = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)[a-zA-Z][a-zA-Z0-9]{1,31};")
_SPACED = frozenset("=≠<>≤≥≈≡∼+−±×→⇒∈")
_UNSEEN = ("annotation", "annotation-xml", "mphantom", "mspace", "none", "mprescripts")
_INVISIBLE = {ord(character): None for character in "\u2061\u2062\u2063\u2064"}


def with_stand_ins(html: str) -> str:
    """`html`, not sanitized, with words in place of ``noscript`` and ``math`` elements.

    Nothing comes in place of a ``noscript`` that holds only images, for lazy images have one each
    and would show twice, or that only asks for scripts; nor of a formula that follows in HTML.
    """
    if not _LEFT_OUT.search(html):
        return html
    return _replaced(_replaced(html, _NOSCRIPT, _fallback), _MATH, _formula)


def _replaced(html: str, edges: re.Pattern[str], stand_in: _StandIn) -> str:
    """`html` with what `stand_in` gives for each element between two `edges`."""
    out: list[str] = []
    written = 0
    start: re.Match[str] | None = None
    for edge in edges.finditer(html):
        if not edge[1]:
            start = edge
        elif start is not None:
            before = html[max(0, start.start() - _TWIN_LENGTH) : start.start()]
            out += (
                html[written : start.start()],
                stand_in(html[start.end() : edge.start()], before),
            )
            written = edge.end()
            start = None
    return "".join((*out, html[written:])) if out else html


def _fallback(inside: str, before: str) -> str:
    words = _words(inside)
    is_message = "javascript" in words.lower() and len(words) < _LONGEST_MESSAGE
    return inside if words and not is_message else ""


def _formula(inside: str, before: str) -> str:
    if _TWIN.search(before):
        return ""
    root = _tree(f"<math>{inside}</math>") if len(inside) <= _LONGEST_FORMULA else None
    return escape(unescape(_words(inside))) if root is None else _written(root, 0)


def _words(html: str) -> str:
    return " ".join(_TAG.sub(" ", html).split())


def _tree(math: str) -> "etree._Element | None":
    from lxml import etree

    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
    text = _NAMED.sub(lambda named: escape(unescape(named[0])), math)
    try:
        root: etree._Element | None = etree.fromstring(text.encode(errors="replace"), parser)
    except etree.XMLSyntaxError:
        return None
    return root


def _written(element: "etree._Element", depth: int) -> str:
    """A MathML element (MathML 3, chapter 3) as HTML that any reader shows."""
    name = element.tag.rpartition("}")[2].rpartition(":")[2] if isinstance(element.tag, str) else ""
    if not name or name in _UNSEEN or depth > _DEPTH:
        return ""
    parts = [_written(child, depth + 1) for child in element]
    match name, parts:
        case "semantics", [first, *_]:
            return first
        case "mfrac", [above, below]:
            return f"{_grouped(above)}/{_grouped(below)}"
        case "mroot", [base, index]:
            return f"<sup>{index}</sup>√{_grouped(base)}"
        case "msqrt", _:
            return f"√{_grouped(''.join(parts))}"
        case "mtr", _:
            return ", ".join(parts)
        case "mtable", _:
            return "; ".join(parts)
        case (("msup" | "mover"), [base, above]):
            return f"{base}<sup>{above}</sup>"
        case (("msub" | "munder"), [base, below]):
            return f"{base}<sub>{below}</sub>"
        case (("msubsup" | "munderover"), [base, below, above]):
            return f"{base}<sub>{below}</sub><sup>{above}</sup>"
    text = " ".join((element.text or "").translate(_INVISIBLE).split())
    if name == "mo" and text in _SPACED:
        text = f" {text} "
    return escape(text, quote=False) + "".join(parts)


def _grouped(html: str) -> str:
    return html if len(html) == 1 or html.isalnum() else f"({html})"
