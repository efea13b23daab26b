"""Plainly written HTML, sanitized without building a tree.

Most entries are written by programs: each tag is a known one and closed in its turn, every value
is quoted. Of such a text a parser (WHATWG HTML, 13.2) makes the very tree that is written, so that
each tag can be replaced where it stands by what is allowed of it, and what stands between the
tags only needs its character references spelt one way. Few tags are different ones, and a tag
that was seen needs no second look: this takes half the time of nh3 and of the questions it asks.

All that is not plain beyond doubt is left to nh3, and tests hold both to the same results.
"""

import re
from collections.abc import Callable, Iterator, Sequence, Set
from functools import lru_cache
from html import unescape
from html.entities import html5
from operator import itemgetter

from feedkit.normalize.cleaner import ATTRIBUTES, Desk, known_frame
from feedkit.normalize.lazy import is_placeholder
from feedkit.normalize.links import VALID_IN_HTML, is_valid
from feedkit.normalize.stand_ins import with_stand_ins
from feedkit.normalize.text import has_forbidden
from feedkit.normalize.tracking import has_tracking
from feedkit.normalize.words import words

_Rule = tuple[str, str]
"""Codes, and what they are replaced by."""

_INLINE = words(
    """a abbr acronym audio b bdi bdo big cite code del dfn em font i ins kbd mark picture q s samp
    small span strike strong sub sup time tt u var video"""
)
_BLOCK = words(
    """address article aside blockquote center details div figcaption figure footer header hgroup
    main nav pre section summary"""
)
_TEXT_BLOCK = words("p h1 h2 h3 h4 h5 h6")
"""Blocks that a parser ends where another block begins."""
_VOID = words("br img source track wbr")
_LISTS = {"ul": ("li",), "ol": ("li",), "dl": ("dt", "dd")}
_TABLE = {"tr": ("td", "th"), "tbody": ("tr",), "thead": ("tr",), "tfoot": ("tr",)}
_TABLE |= {"table": ("tbody", "thead", "tfoot")}
_LEFT_OUT = words("math noscript script style svg")

# Each element has a code of two characters, one for its start tag and one for its end tag. The
# codes of a text are taken out in pairs, from the inside to the outside: first the elements within
# lines, then the blocks that hold nothing but lines, then all others. Parts of lists and tables
# leave a sign that only the element takes out that they belong to.
_SIGNS = {"li": ",", "dt": ";", "dd": ";", "td": "|", "th": "|", "tr": "-"}
_SIGNS |= dict.fromkeys(("tbody", "thead", "tfoot"), "=")
_IS_BLOCK = "."
_TEXT = " "


def _coded() -> dict[str, tuple[str, str]]:
    numbers = (*range(0x41, 0x5B), *range(0x61, 0x7B), *range(0xA1, 0x100))
    characters = map(chr, numbers)
    names = sorted(_INLINE | _BLOCK | _TEXT_BLOCK | _LISTS.keys() | _TABLE.keys() | _SIGNS.keys())
    return {name: (next(characters), next(characters)) for name in (*names, "iframe", "hr")}


def _rules(name: str, start: str, end: str) -> Iterator[_Rule]:
    sign = _SIGNS.get(name, _IS_BLOCK if name in _TEXT_BLOCK else "")
    yield start + end, sign
    if parts := _LISTS.get(name) or _TABLE.get(name):
        yield start + _SIGNS[parts[0]] + end, sign
    if name in _SIGNS:
        yield sign + sign, sign


_CODES = _coded()
_RULES = {start: tuple(_rules(name, start, end)) for name, (start, end) in _CODES.items()}
_STARTS = {name: start for name, (start, _) in _CODES.items()}
_STARTS |= dict.fromkeys(_VOID, _TEXT) | {"hr": "".join(_CODES["hr"])}
_ENDS = {name: end for name, (_, end) in _CODES.items() if name != "hr"}
_IN_LINES = frozenset(_STARTS[name] for name in (*_INLINE, "iframe"))
_OF_LINES = frozenset(_STARTS[name] for name in _TEXT_BLOCK)

_A, _A_END = _CODES["a"]
_PRE, _FRAME, _OF_TABLE = _STARTS["pre"], _STARTS["iframe"], _STARTS["table"]
_LINK_IN_LINK = re.compile(f"{_A}[^{_A}{_A_END}]*+{_A}")
_PARTS = "".join(_STARTS[name] + _ENDS[name] for name in _SIGNS if name[0] == "t")
_BETWEEN_PARTS = "".join(_STARTS[name] for name in _TABLE)
_BETWEEN_PARTS += "".join(_ENDS[name] for name in ("td", "th", *_TABLE) if name != "table")
_NO_PART = re.compile(f"[{_BETWEEN_PARTS}][^{_PARTS}{_ENDS['table']}]")
"""What a parser puts before a table: what stands in it, but in none of its cells."""

_OF_LINK = ' rel="noopener noreferrer"'
_OWN = {"a": _OF_LINK}
"""Attributes that each element of the name gets."""


# How the value of an attribute is judged. (Members of an Enum take three times as long to look up.)
_PLAIN, _SIZE, _FILTERED, _POLICY, _LAZY = range(5)
_ADDRESS, _IMAGE, _CANDIDATES, _PLAYER = range(5, 9)


def _kind(name: str, attribute: str) -> int:
    match name, attribute:
        case "img", "src":
            return _IMAGE
        case "iframe", "src":
            return _PLAYER
        case "img", "height" | "width":
            return _SIZE
        case _, "href" | "src" | "cite" | "poster":
            return _ADDRESS
        case _, "srcset":
            return _CANDIDATES
        case _, "data-src" | "data-srcset" | "data-lazy-srcset":
            return _LAZY
        case _, "class" | "style":
            return _FILTERED
    return _PLAIN


_KINDS = {
    name: {
        attribute: _kind(name, attribute)
        for attribute in ATTRIBUTES["*"] | ATTRIBUTES.get(name, set())
    }
    for name in _STARTS
}
_KINDS["img"]["referrerpolicy"] = _POLICY
_IS_BIG = re.compile("[1-9][0-9]{1,4}")

# Tags with the white space between them, as far as they stand together; but links and images,
# of which each is another, on their own. Nothing is decided here.
_RUN = re.compile(r"(<(?:a|img) [^>]*+>|<[^>]*+>(?:[\n ]*+<(?!a |img )[^>]*+>)*+)")
_PIECE = re.compile(r"<[^>]*+>|[\n ]++")
_ATTRIBUTE = r"[\t\n ]++{0}[a-zA-Z_:@][a-zA-Z0-9_:.-]*+{1}"
_ATTRIBUTE += r"(?:=(?:\"{0}[^\"<>]*+{1}\"|'{0}[^'<>]*+{1}'|{0}[^\s\"'<>=`]++{1}))?+"
_EACH_ATTRIBUTE = re.compile(_ATTRIBUTE.format("(", ")") + r"|(.)", re.DOTALL)
_ATTRIBUTES = rf"(?:{_ATTRIBUTE.format('', '')})*+"
_TAG = re.compile(
    rf"<(?:/([a-zA-Z][a-zA-Z0-9]*+)|([a-zA-Z][a-zA-Z0-9]*+)({_ATTRIBUTES})[\t\n ]*+(/?))>"
    r"|<(?:!--(?:[^<>-]++|-(?!-))*+--|[?!](?!--)[^<>]*+)>"
)
_IDLE = '(?:[ \n]++(?:class|data-[a-z-]++|id|rel|style|target)="[^"<>]*+")*+'
_LINK = re.compile(rf'<a{_IDLE}[ \n]++href="({VALID_IN_HTML})"{_IDLE}[ \n]*+>')
_PATH = r"A-Za-z0-9._~=&+%,!/?#-"
_SIMPLE = re.compile(
    rf"(?:[/?#]|\.\.?/)[{_PATH}:]*+|[{_PATH}]++|mailto:[A-Za-z0-9._+-]++@[A-Za-z0-9.-]++"
)
_LINE_IN_PRE = re.compile(r"<pre[^<>]*+>\n")
_FRAME_WITH_TEXT = re.compile(r"<iframe[^<>]*+>(?!</iframe>)")
# What ends a drawing or a formula, or lets HTML into it (WHATWG HTML, 13.2.6.5).
_NOT_FOREIGN = (
    "annotation-xml|b|big|blockquote|body|br|center|code|d[dlt]|desc|div|em|embed|font|foreignobject"
    "|h[1-6r]|head|i|img|li|listing|math|menu|meta|nobr|ol|p|pre|ruby|s|small|span|strong|strike|su[bp]"
    "|svg|table|tt|u|ul|var"
)
_FOREIGN = rf"</?(?!(?i:{_NOT_FOREIGN})[\s/>])[a-zA-Z][\w:-]*+{_ATTRIBUTES}[\t\n ]*+/?>"
_WHOLE_LEFT_OUT = re.compile(
    rf"<(script|style){_ATTRIBUTES}>[^<]*+</\1>"
    rf"|<(svg|math){_ATTRIBUTES}>(?:[^<]++|{_FOREIGN})*+</\2>"
    r"|<!--(?!-?>)(?:[^-]++|-(?!-!?>))*+--!?>"
)

_REFERENCE = re.compile(r"(&(?!(?:amp|lt|gt|nbsp);)#?\w*+;?+)")
_SPELT = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\xa0": "&nbsp;", '"': "&quot;", "'": "&#39;"}
_ODD = re.compile('[\x00-\x09\x0b-\x1f"&<>\x7f-\xa0\ud800-\udfff\ufffe\uffff]')
"""What must be looked at before it is written into a value."""
_IN_VALUE = {ord(character): spelt for character, spelt in _SPELT.items() if character != "'"}
_UNENDED = tuple(name for name in html5 if name[-1] != ";")
"""Names that are references without a semicolon (WHATWG HTML, 13.5)."""
_NO_MARKUP = re.compile(r"[#$%()*+,.:;@\[\]^_{|}~]|(?:[^\x00-\x7f](?<!\s))++")
_NUMBER = re.compile(r"#(?:([0-9]{1,7})|[xX]([0-9a-fA-F]{1,6}));")
_MOST_REMEMBERED = 8_192
_MOST_RECENT = 500
_LONGEST_REMEMBERED = 400
"""Characters of a run."""
_MOST_TAGS = 50_000
_MOST_BY_NH3 = 64
_DEPTH = 40
_MOST_REWRITING = 8_000_000
"""Characters times rules."""

# For how long a replacement holds.
_NOW, _SOON, _ALWAYS = range(3)

_replaced: Callable[[tuple[str, str]], str] = itemgetter(0)
_code: Callable[[tuple[str, str]], str] = itemgetter(1)


class _NotPlainError(Exception):
    """Nobody but nh3 should say what becomes of this text."""


class _LeftOutError(_NotPlainError):
    """There is an element that is dropped with its content."""


class _References(dict[str, str]):
    """Character references → how the serializer spells them."""

    def __missing__(self, reference: str) -> str:
        if len(self) > _MOST_REMEMBERED:
            self.clear()
        spelt = self[reference] = _spelt(reference[1:])
        return spelt


class Plain(dict[str, tuple[str, str]]):
    """A run of tags → what it is replaced by, and the codes of its elements.

    Remembered are the runs whose replacement is the same in every text.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._tags: dict[str, tuple[str, str]] = {}
        self._references = _References()
        self._recent: list[str] = []
        self._lasts = _ALWAYS
        self._leaves_out = False
        self._by_nh3 = 0

    def sanitized(self, html: str, base: str | None) -> str | None:
        """What `feedkit.normalize.html.sanitize` makes of `html`; None where it is not plain."""
        if len(self) > _MOST_REMEMBERED:
            self.clear()
            self._recent.clear()
        if self._leaves_out:  # as the text before, which may be of the same feed
            html = self._without_left_out(html)
        try:
            return self._sanitized(html, base)
        except _LeftOutError:
            html = self._without_left_out(html)
        except _NotPlainError:
            return None
        try:
            return self._sanitized(html, base)
        except _NotPlainError:
            return None

    def _without_left_out(self, html: str) -> str:
        # A comment keeps apart what the element kept apart.
        rest, count = _WHOLE_LEFT_OUT.subn("<!---->", with_stand_ins(html))
        self._leaves_out = count > 0
        return rest

    def _sanitized(self, html: str, base: str | None) -> str:
        # After the last ">" there may be text, but no beginning of a tag. (It also means that
        # every "<" finds a ">", so that splitting is linear.)
        if html.rfind("<") > html.rfind(">") or "\r" in html or html.count("<") > _MOST_TAGS:
            raise _NotPlainError
        if self._leaves_out and "\ufeff" in html:  # the parser drops one after a script
            raise _NotPlainError
        if "\xa0" in html:
            html = html.replace("\xa0", "&nbsp;")
        if "&" in html:
            pieces = _REFERENCE.split(html)
            pieces[1::2] = map(self._references.__getitem__, pieces[1::2])
            html = "".join(pieces)
        parts = _RUN.split(html)
        self._desk.start(base)
        self._by_nh3 = 0
        if len(parts) == 1:
            return _texts(parts)[0]
        replaced, codes = zip(*map(self.__getitem__, parts[1::2]), strict=True)
        kinds = _checked(codes, html)
        if self._desk.has_pixels() or self._desk.may_be_lazy():
            raise _NotPlainError
        texts = parts[::2]
        spelt = _texts(texts)
        if spelt is not texts:
            parts[::2] = spelt
        parts[1::2] = replaced
        out = "".join(parts)
        if _PRE in kinds and _LINE_IN_PRE.search(out):
            raise _NotPlainError
        return out

    def __missing__(self, run: str) -> tuple[str, str]:
        link = _LINK.fullmatch(run)
        if link and ("?" not in link[1] or not has_tracking(link[1])):
            found = f'<a href="{link[1]}"{_OF_LINK}>', _A
            self._remember(run, found)
            return found
        self._lasts = _ALWAYS
        if run.startswith("<img "):
            found = self._image(run)
        elif run.find("<", 1) < 0:
            found = self._tag(run)
        else:
            known = self._tags
            pieces = [
                (piece, "") if piece[0] != "<" else known.get(piece) or self._tag(piece)
                for piece in _PIECE.findall(run)
            ]
            found = "".join(map(_replaced, pieces)), "".join(map(_code, pieces))
        if self._lasts and len(run) <= _LONGEST_REMEMBERED:
            if self._lasts == _ALWAYS:
                self[run] = found
            else:
                self._remember(run, found)
        return found

    def _remember(self, run: str, found: tuple[str, str]) -> None:
        """What has an address comes back soon or never."""
        self[run] = found
        self._recent.append(run)
        if len(self._recent) > _MOST_RECENT:
            for each in self._recent:
                del self[each]
            self._recent.clear()

    def _tag(self, tag: str) -> tuple[str, str]:
        """A tag, or a comment, replaced."""
        match = _TAG.fullmatch(tag)
        if match is None:
            raise _LeftOutError if tag.startswith("<!--") else _NotPlainError
        closed, name, attributes, slash = match.groups()
        if closed:
            found = _end_tag(closed.lower())
        elif name:
            before, self._lasts = self._lasts, _ALWAYS
            found = self._start_tag(tag, name.lower(), attributes, slash)
            if self._lasts < _ALWAYS:
                self._lasts = min(self._lasts, before)
                return found
            self._lasts = before
        else:
            found = "", ""
        if len(self._tags) > _MOST_REMEMBERED:
            self._tags.clear()
        if len(tag) <= _LONGEST_REMEMBERED:
            self._tags[tag] = found
        return found

    def _start_tag(self, tag: str, name: str, attributes: str, slash: str) -> tuple[str, str]:
        code = _STARTS.get(name)
        if code is None:
            raise _LeftOutError if name in _LEFT_OUT else _NotPlainError
        if (slash and name in _ENDS) or (name in ("iframe", "pre") and not tag.startswith(name, 1)):
            raise _NotPlainError
        if name == "img":
            return self._image(tag)
        kept = self._attributes(name, attributes) if attributes else _OWN.get(name, "")
        if kept is None:
            return self._by_nh3_alone(tag, name), code
        if name == "iframe":
            return known_frame(kept), code
        return f"<{name}{kept}>", code

    def _image(self, tag: str) -> tuple[str, str]:
        end = -2 if tag.endswith(('"/>', "'/>", " />")) else -1
        sources = self._desk.sources
        count = len(sources)
        kept = self._attributes("img", tag[4:end].rstrip())
        found = sources[count:]
        del sources[count:]
        if kept is None:
            return self._by_nh3_alone(tag, "img"), _TEXT
        if not found or is_placeholder(found[0]) or self._desk.has_pixels():
            raise _NotPlainError  # a lazy image, or one that is there to be counted, maybe
        return f"<img{kept}>", _TEXT

    def _by_nh3_alone(self, tag: str, name: str) -> str:
        self._lasts = _NOW
        self._by_nh3 += 1
        if self._by_nh3 > _MOST_BY_NH3 or not _TAG.fullmatch(tag):
            raise _NotPlainError
        return self._desk.clean_more(tag).removesuffix(f"</{name}>")

    def _attributes(self, name: str, attributes: str) -> str | None:
        """What is allowed of the attributes of a start tag; None where nh3 should say."""
        kinds = _KINDS[name]
        kept: dict[str, str] = {}
        for written, double, single, bare, other in _EACH_ATTRIBUTE.findall(attributes):
            if other:
                raise _NotPlainError
            kind = kinds.get(written)
            attribute = written
            if kind is None:
                attribute = written.lower()
                kind = kinds.get(attribute)
                if kind is None:
                    continue
            if attribute in kept:
                continue
            value = double or single or bare
            if "&" in value:
                value = unescape(value)
            if kind == _PLAIN or (kind == _SIZE and _IS_BIG.fullmatch(value)):
                kept[attribute] = _attribute(attribute, value)
                continue
            judged = self._judged(kind, name, attribute, value)
            if judged is None:
                return None
            kept[attribute] = judged
        values = list(kept.values())
        if name in _OWN:
            values.append(_OWN[name])
        if "" in values:
            _leave_out(values)
        return "".join(values)

    def _judged(self, kind: int, name: str, attribute: str, value: str) -> str | None:
        """An attribute of which not every value is kept; None where nh3 should say."""
        desk = self._desk
        left: str | None
        if kind in (_FILTERED, _SIZE):
            left = desk.attribute(name, attribute, value)
            return "" if left is None else _attribute(attribute, left)
        if kind == _POLICY:
            return _attribute(attribute, value) if value == "no-referrer" else None
        if kind == _LAZY:
            raise _NotPlainError
        if kind in (_PLAYER, _CANDIDATES):
            self._lasts = _NOW
            left = desk.attribute(name, attribute, value)
            return "" if left is None else _attribute(attribute, left)
        if is_valid(value):
            self._lasts = min(self._lasts, _SOON)
        elif _SIMPLE.fullmatch(value):
            self._lasts = _NOW
        else:
            return None
        if kind == _IMAGE:
            left = desk.image(value)
        else:
            link = desk.attribute(name, attribute, value)
            left = None if link is None else desk.resolve(link)
        return "" if left is None else _attribute(attribute, left)


def _leave_out(values: list[str]) -> None:
    """Takes out the empty values, in the way that nh3 does: the last takes its place."""
    for index in range(len(values) - 1, -1, -1):
        if not values[index]:
            values[index] = values[-1]
            values.pop()


def _attribute(name: str, value: str) -> str:
    """An attribute as the serializer spells it (WHATWG HTML, 13.3)."""
    if _ODD.search(value):
        if has_forbidden(value):
            raise _NotPlainError
        value = value.translate(_IN_VALUE)
    return f' {name}="{value}"'


def _end_tag(name: str) -> tuple[str, str]:
    code = _ENDS.get(name)
    if code is None:
        raise _NotPlainError
    # A frame was replaced as a whole where it began.
    return "" if name == "iframe" else f"</{name}>", code


def _spelt(reference: str) -> str:
    """A character reference, which begins after its ``&``, as the serializer spells it."""
    if number := _NUMBER.fullmatch(reference):
        character = _character(int(number[1]) if number[1] else int(number[2], 16))
    elif reference[:1] == "#":
        raise _NotPlainError
    elif reference in html5 and reference[-1] == ";":
        character = html5[reference]
    elif reference.startswith(_UNENDED):
        raise _NotPlainError
    else:  # it is no reference
        return f"&amp;{reference}"
    spelt = _SPELT.get(character, character)
    # Other ASCII could be markup in a place where it was none.
    if spelt is character and not _NO_MARKUP.fullmatch(character):
        raise _NotPlainError
    return spelt


def _character(number: int) -> str:
    """The character of a numeric reference that stands for itself (WHATWG HTML, 13.2.5.80)."""
    is_itself = 0x20 <= number < 0x7F or 0xA0 <= number < 0xD800 or 0xE000 <= number < 0xFDD0
    if not is_itself and not 0xFDF0 <= number < 0xFFFE and not 0x10000 <= number < 0x1FFFE:
        raise _NotPlainError
    return chr(number)


def _texts(texts: list[str]) -> list[str]:
    """What stands between the runs, as the serializer spells it."""
    joined = "".join(texts)
    if has_forbidden(joined):
        raise _NotPlainError
    if ">" in joined:
        texts = [text.replace(">", "&gt;") for text in texts]
    if "&" in joined:
        if "&quot;" in joined:
            texts = [text.replace("&quot;", '"') for text in texts]
        if "&#39;" in joined:
            texts = [text.replace("&#39;", "'") for text in texts]
    return texts


def _checked(runs: Sequence[str], html: str) -> Set[str]:
    """The codes there are; raises unless a parser makes the tree of them that is written."""
    codes = "".join(runs)
    kinds = frozenset(codes)
    if _A in kinds and _LINK_IN_LINK.search(codes):
        raise _NotPlainError
    if _FRAME in kinds and _FRAME_WITH_TEXT.search(html):
        raise _NotPlainError
    if _OF_TABLE in kinds and _NO_PART.search(_TEXT.join(runs)):
        raise _NotPlainError
    if _TEXT in kinds:
        codes = codes.replace(_TEXT, "")
    in_lines, of_lines, others = _plan(kinds)
    if in_lines:
        codes = _taken_out(codes, in_lines)
    if of_lines:
        for pair, sign in of_lines:
            codes = codes.replace(pair, sign)
        codes = codes.replace(_IS_BLOCK, "")
    if codes and _taken_out(codes, others):
        raise _NotPlainError
    return kinds


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
