"""Plainly written HTML, sanitized without building a tree.

Most entries are written by programs: each tag is a known one and closed in its turn, every value
is quoted. Of such a text a parser (WHATWG HTML, 13.2) makes the very tree that is written, so that
each tag can be replaced where it stands by what is allowed of it, and what stands between the
tags only needs its character references spelt one way. Few tags are different ones, and a tag
that was seen needs no second look: this takes half the time of nh3 and of the questions it asks.

All that is not plain beyond doubt is left to nh3, and tests hold both to the same results.
"""

import re
from collections.abc import Callable
from functools import cache
from operator import itemgetter

from feedkit.normalize.cleaner import Cleaners
from feedkit.normalize.implied import mended
from feedkit.normalize.nesting import STARTS, is_nested, moves
from feedkit.normalize.spelling import NotPlainError, Texts, tag_spelt
from feedkit.normalize.stand_ins import with_stand_ins
from feedkit.normalize.tags import (
    ALWAYS,
    ATTRIBUTES_PATTERN,
    FAR_LINK,
    NOW,
    OF_LINK,
    LeftOutError,
    Replacement,
    Tags,
)

# Tags with the white space between them, as far as they stand together; but links and images,
# of which each is another, on their own. Nothing is decided here.
_RUN = re.compile(r"(<(?:a|img)[\n ][^>]*+>|<[^>]*+>(?:[\n ]*+<(?!a[\n ]|img[\n ])[^>]*+>)*+)")
_PIECE = re.compile(r"<[^>]*+>|[\n ]++")
_LINE_IN_PRE = re.compile(r"<pre[^<>]*+>\n")
_MOST_REMEMBERED = 8_192
_MOST_RECENT = 500
_LONGEST_REMEMBERED = 400
"""Characters of a run."""
_MOST_TAGS = 50_000

_A = STARTS["a"]
_html: Callable[[Replacement], str] = itemgetter(0)
_code: Callable[[Replacement], str] = itemgetter(1)


@cache
def _left_out_with_content() -> re.Pattern[str]:
    """Whole scripts, styles, formulas, drawings and comments. (To compile it takes as long as to
    read an entry or two.)

    Drawings and formulas are such that hold no element that ends one, and none in a place where
    HTML may go (WHATWG HTML, 13.2.6.5).
    """
    names = (
        "annotation-xml|b|big|blockquote|body|br|center|code|d[dlt]|desc|div|em|embed|font"
        "|foreignobject|h[1-6r]|head|i|img|li|listing|math|menu|meta|nobr|ol|p|pre|ruby|s|small"
        "|span|strong|strike|su[bp]|svg|table|title|tt|u|ul|var"
    )
    other = rf"[\s/>])[a-zA-Z][\w:-]*+{ATTRIBUTES_PATTERN}[\t\n ]*+/?>"
    word = rf"<(?P<word>m(?:[inos]|text)){ATTRIBUTES_PATTERN}>[^<]*+</(?P=word)>"
    in_math = rf"</?(?!(?i:{names}|m(?:[inos]|text)){other}|{word}"
    in_drawing = rf"</?(?!(?i:{names}){other}|<title{ATTRIBUTES_PATTERN}>[^<]*+</title>"
    drawing = rf"<svg{ATTRIBUTES_PATTERN}>(?:[^<]++|{in_drawing})*+</svg>"
    return re.compile(
        rf"<(script|style){ATTRIBUTES_PATTERN}>[^<]*+</\1>"
        rf"|<math{ATTRIBUTES_PATTERN}>(?:[^<]++|{in_math})*+</math>"
        rf"|<svg{ATTRIBUTES_PATTERN}>(?:[^<]++|{in_drawing}|{drawing})*+</svg>"
        r"|<!--(?!-?>)(?:[^-]++|-(?!-!?>))*+--!?>"
    )


class Plain(dict[str, Replacement]):
    """A run of tags → what it is replaced by, and the codes of its elements.

    Remembered are the runs whose replacement is the same in every text.
    """

    def __init__(self, cleaners: Cleaners) -> None:
        super().__init__()
        self._desk = cleaners.desk
        self._tags = Tags(cleaners)
        self._texts = Texts()
        self._recent: list[str] = []
        self._leaves_out = False
        """Whether there was such an element in the text before, which may be of the same feed."""

    def sanitized(self, html: str, base: str | None) -> str | None:
        """What `feedkit.normalize.html.sanitize` makes of `html`; None where it is not plain.

        No character of `html` may be one that XML forbids.
        """
        if len(self) > _MOST_REMEMBERED:
            self.clear()
            self._recent.clear()
        try:
            if not self._leaves_out:
                try:
                    return self._sanitized(html, base)
                except LeftOutError:
                    pass
            return self._sanitized(self._without_left_out(html), base)
        except NotPlainError:
            return None

    def _without_left_out(self, html: str) -> str:
        # Each comment has its end, or to look for it would take quadratic time.
        if html.rfind("<!--") > max(html.rfind("-->"), html.rfind("--!>")):
            raise NotPlainError
        # A comment keeps apart what the element kept apart.
        rest, count = _left_out_with_content().subn("<!---->", with_stand_ins(html))
        self._leaves_out = count > 0
        return rest

    def _sanitized(self, html: str, base: str | None) -> str:
        # After the last ">" there may be text, but no beginning of a tag. (It also means that
        # every "<" finds a ">", so that splitting is linear.)
        if html.rfind("<") > html.rfind(">") or "\r" in html:
            raise NotPlainError
        if len(html) > _MOST_TAGS and html.count("<") > _MOST_TAGS:
            raise NotPlainError
        if self._leaves_out and "\ufeff" in html:  # the parser drops one after a script
            raise NotPlainError
        parts = _RUN.split(html)
        self._tags.start(base)
        texts = parts[::2]
        spelt = self._texts.spelt(texts)
        if spelt is not texts:
            parts[::2] = spelt
        if len(parts) == 1:
            return parts[0]
        replacements = [*map(self.__getitem__, parts[1::2])]
        runs = [*map(_code, replacements)]
        codes = "".join(runs)
        kinds = frozenset(codes)
        if moves(runs, codes, kinds, html) or self._desk.has_pixels() or self._desk.may_be_lazy():
            raise NotPlainError
        parts[1::2] = map(_html, replacements)
        out = "".join(parts)
        if not is_nested(codes, kinds):
            out = mended(out)
        if STARTS["pre"] in kinds and _LINE_IN_PRE.search(out):
            raise NotPlainError
        return out

    def __missing__(self, run: str) -> Replacement:
        if "?" not in run and (link := FAR_LINK.fullmatch(run)):
            return f'<a href="{link[1]}"{OF_LINK}>', _A
        tag = tag_spelt(run) if "&" in run or "\xa0" in run else run
        is_single = tag.find("<", 1) < 0
        tags = self._tags
        found = tags.single(tag) if is_single else tags.several(_PIECE.findall(tag))
        if tags.lasts != NOW and len(run) <= _LONGEST_REMEMBERED:
            if tags.lasts == ALWAYS:
                self[run] = found
            else:
                self._remember(run, found)
        return found

    def _remember(self, run: str, found: Replacement) -> None:
        """What has an address comes back soon or never."""
        self[run] = found
        self._recent.append(run)
        if len(self._recent) > _MOST_RECENT:
            for each in self._recent:
                del self[each]
            self._recent.clear()
