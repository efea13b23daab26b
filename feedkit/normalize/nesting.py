"""Elements of plain HTML: whether a parser (WHATWG HTML, 13.2.6) makes the tree of them that is
written."""

import re
from collections.abc import Iterator, Sequence, Set
from functools import lru_cache

from feedkit.normalize.words import words

_Rule = tuple[str, str]
"""Codes, and what they are replaced by."""

INLINE = words(
    """a abbr acronym audio b bdi bdo big cite code del dfn em font i ins kbd mark picture q s samp
    small span strike strong sub sup time tt u var video"""
)
BLOCK = words(
    """address article aside blockquote center details div figcaption figure footer header hgroup
    main nav pre section summary"""
)
TEXT_BLOCK = words("p h1 h2 h3 h4 h5 h6")
"""Blocks that a parser ends where another block begins."""
VOID = words("br img source track wbr")
LISTS = {"ul": ("li",), "ol": ("li",), "dl": ("dt", "dd")}
TABLE = {"tr": ("td", "th"), "tbody": ("tr",), "thead": ("tr",), "tfoot": ("tr",)}
TABLE |= {"table": ("tbody", "thead", "tfoot")}

# Each element has a code of two characters, one for its start tag and one for its end tag. The
# codes of a text are taken out in pairs, from the inside to the outside: first the elements within
# lines, then the blocks that hold nothing but lines, then all others. Parts of lists and tables
# leave a sign that only the element takes out that they belong to.
_SIGNS = {"li": ",", "dt": ";", "dd": ";", "td": "|", "th": "|", "tr": "-"}
_SIGNS |= dict.fromkeys(("tbody", "thead", "tfoot"), "=")
_IS_BLOCK = "."
TEXT = " "
"""What stands for text between tags, and for elements that have no end."""


def _coded() -> dict[str, tuple[str, str]]:
    numbers = (*range(0x41, 0x5B), *range(0x61, 0x7B), *range(0xA1, 0x100))
    characters = map(chr, numbers)
    names = sorted(INLINE | BLOCK | TEXT_BLOCK | LISTS.keys() | TABLE.keys() | _SIGNS.keys())
    return {name: (next(characters), next(characters)) for name in (*names, "iframe", "hr")}


def _rules(name: str, start: str, end: str) -> Iterator[_Rule]:
    sign = _SIGNS.get(name, _IS_BLOCK if name in TEXT_BLOCK else "")
    yield start + end, sign
    if parts := LISTS.get(name) or TABLE.get(name):
        yield start + _SIGNS[parts[0]] + end, sign
    if name in _SIGNS:
        yield sign + sign, sign


_CODES = _coded()
_RULES = {start: tuple(_rules(name, start, end)) for name, (start, end) in _CODES.items()}
STARTS = {name: start for name, (start, _) in _CODES.items()}
"""The code of each element's start tag; elements that are not in it are not plain."""
STARTS |= dict.fromkeys(VOID, TEXT) | {"hr": "".join(_CODES["hr"])}
ENDS = {name: end for name, (_, end) in _CODES.items() if name != "hr"}
_IN_LINES = frozenset(STARTS[name] for name in (*INLINE, "iframe"))
_OF_LINES = frozenset(STARTS[name] for name in TEXT_BLOCK)

_A, _A_END = _CODES["a"]
_FRAME, _OF_TABLE = STARTS["iframe"], STARTS["table"]
_LINK_IN_LINK = re.compile(f"{_A}[^{_A}{_A_END}]*+{_A}")
_PARTS = "".join(STARTS[name] + ENDS[name] for name in _SIGNS if name[0] == "t")
_BETWEEN_PARTS = "".join(STARTS[name] for name in TABLE)
_BETWEEN_PARTS += "".join(ENDS[name] for name in ("td", "th", *TABLE) if name != "table")
_NO_PART = re.compile(f"[{_BETWEEN_PARTS}][^{_PARTS}{ENDS['table']}]")
"""What a parser puts before a table: what stands in it, but in none of its cells."""

_FRAME_WITH_TEXT = re.compile(r"<iframe[^<>]*+>(?!</iframe>)")
_DEPTH = 40
_MOST_REWRITING = 8_000_000
"""Characters times rules."""


def moves(runs: Sequence[str], codes: str, kinds: Set[str], html: str) -> bool:
    """Whether a parser may put something of `html` elsewhere, whose `runs` of tags have these
    `codes`, of these `kinds`: links out of links, text out of tables."""
    return bool(
        (_A in kinds and _LINK_IN_LINK.search(codes))
        or (_FRAME in kinds and _FRAME_WITH_TEXT.search(html))
        or (_OF_TABLE in kinds and _NO_PART.search(TEXT.join(runs)))
    )


def is_nested(codes: str, kinds: Set[str]) -> bool:
    """Whether the elements with these `codes`, of these `kinds`, are closed each in its turn, and
    where a parser leaves them."""
    if TEXT in kinds:
        codes = codes.replace(TEXT, "")
    in_lines, of_lines, others = _plan(kinds)
    if in_lines:
        codes = _taken_out(codes, in_lines)
    if of_lines:
        for pair, sign in of_lines:
            codes = codes.replace(pair, sign)
        codes = codes.replace(_IS_BLOCK, "")
    return not (codes and _taken_out(codes, others))


@lru_cache(maxsize=1024)
def _plan(kinds: Set[str]) -> tuple[list[_Rule], list[_Rule], list[_Rule]]:
    """The rules for elements within lines, for blocks of lines, and for all but those blocks."""

    def rules(starts: Set[str]) -> list[_Rule]:
        return [rule for start in starts for rule in _RULES[start]]

    starts = kinds & _RULES.keys()
    return rules(starts & _IN_LINES), rules(starts & _OF_LINES), rules(starts - _OF_LINES)


def _taken_out(codes: str, rules: list[_Rule]) -> str:
    """What the rules leave of `codes`."""
    work = 0
    for _ in range(_DEPTH):
        length = len(codes)
        work += length * len(rules)
        if work > _MOST_REWRITING:
            break
        for inside, sign in rules:
            codes = codes.replace(inside, sign)
        if not codes or len(codes) == length:
            break
    return codes
