"""Why feedkit and feedparser differ: each rule mends feedparser's reading of one thing.

A difference is explained by the rules that, applied to feedparser's reading, leave none: so a rule
explains nothing but what it is about, and never a difference beside it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from html import unescape
from urllib.parse import urljoin

from documents import URL
from html_words import words
from oracle import Reading

from feedkit.normalize.categories import fold
from feedkit.normalize.identity import name_id
from feedkit.normalize.stand_ins import with_stand_ins
from feedkit.normalize.tracking import without_tracking


class Kind(Enum):
    """Whose doing a difference is."""

    NORMALIZED = "feedkit normalizes"
    MISREAD = "feedparser misreads"
    LOST = "feedkit loses"


@dataclass(frozen=True)
class Rule:
    """A kind of difference in `fields`: what differs and `why`, in one line."""

    kind: Kind
    fields: tuple[str, ...]
    why: str
    mend: Callable[[Reading], Reading]


def _untracked(reading: Reading) -> Reading:
    return replace(reading, link=without_tracking(reading.link))


def _real_date(reading: Reading) -> Reading:
    time = reading.published
    return replace(reading, published=None) if time and time.year == 1 else reading


def _spelled_once(reading: Reading) -> Reading:
    kept: dict[str, str] = {}
    for name in reading.categories:
        kept.setdefault(fold(name), name)
    return replace(reading, categories=tuple(kept.values()))


def _unescaped(reading: Reading) -> Reading:
    return replace(reading, categories=tuple(map(unescape, reading.categories)))


def _guid_as_written(reading: Reading) -> Reading:
    others = reading.oracle.unlocated
    guid = others[reading.position].guid if reading.position < len(others) else ""
    is_resolved = guid != reading.guid and urljoin(URL, guid) == reading.guid
    return replace(reading, guid=guid) if is_resolved else reading


def with_id_of_its_own(reading: Reading) -> Reading:
    """`reading` with the id that feedkit gives to each of those entries that came with one id."""
    if reading.oracle.ids[reading.id] < 2:
        return reading
    own = name_id(URL, reading.id, reading.page or "", words(reading.title))
    return replace(reading, guid=own)


def _without_media_description(reading: Reading) -> Reading:
    others = reading.oracle.without_media_descriptions
    if len(others) != len(reading.oracle.entries):
        return reading
    other = others[reading.position]
    return replace(reading, summary=other.summary, content=other.content)


def _told_once(reading: Reading) -> Reading:
    is_repeated = words(reading.summary) == words(reading.content)
    return replace(reading, summary="") if is_repeated else reading


def _with_formulas_in_html(reading: Reading) -> Reading:
    summary, content = with_stand_ins(reading.summary), with_stand_ins(reading.content)
    return replace(reading, summary=summary, content=content)


def _leaving_out(element: str) -> Callable[[Reading], Reading]:
    def mend(reading: Reading) -> Reading:
        return replace(reading, left_out=reading.left_out | {element})

    return mend


_TEXTS = ("summary", "content")
RULES = (
    Rule(
        Kind.NORMALIZED,
        ("id",),
        "entries that differ and came with one id get ids of their own",
        with_id_of_its_own,
    ),
    Rule(
        Kind.NORMALIZED,
        ("link",),
        "tracking parameters are taken out of links",
        _untracked,
    ),
    Rule(
        Kind.NORMALIZED,
        ("published",),
        "a date in the year 1 is what programs write when they mean none",
        _real_date,
    ),
    Rule(
        Kind.NORMALIZED,
        ("categories",),
        "spellings of one category (case, hyphens) count once, the first",
        _spelled_once,
    ),
    Rule(
        Kind.MISREAD,
        ("categories",),
        "it leaves a reference in what was escaped twice (Food &amp; Drink)",
        _unescaped,
    ),
    Rule(
        Kind.MISREAD,
        ("id",),
        "it resolves a relative guid, which RSS 2.0 says to treat as a string; feedkit makes a "
        "urn:uuid: of it",
        _guid_as_written,
    ),
    Rule(
        Kind.MISREAD,
        _TEXTS,
        "it takes the caption of a picture (media:description) for the entry's own text",
        _without_media_description,
    ),
    Rule(
        Kind.NORMALIZED,
        ("summary",),
        "a summary that repeats the content is left out",
        _told_once,
    ),
    Rule(
        Kind.NORMALIZED,
        _TEXTS,
        "KaTeX writes a formula twice, as MathML and as HTML; the MathML goes",
        _leaving_out("span.katex-mathml"),
    ),
    Rule(
        Kind.LOST,
        _TEXTS,
        "a drawing in SVG goes, with its labels, for what SVG may hold is not vetted",
        _leaving_out("svg"),
    ),
    Rule(
        Kind.NORMALIZED,
        _TEXTS,
        "a formula in MathML is written in the means of HTML: (a + b)/c",
        _with_formulas_in_html,
    ),
)
