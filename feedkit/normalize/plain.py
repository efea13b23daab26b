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
from html import unescape
from operator import itemgetter

from feedkit.normalize.cleaner import ATTRIBUTES, Desk, known_frame
from feedkit.normalize.lazy import is_placeholder
from feedkit.normalize.links import VALID_IN_HTML, is_valid
from feedkit.normalize.nesting import ENDS, STARTS, TEXT, kinds_of
from feedkit.normalize.spelling import (
    REFERENCE,
    NotPlainError,
    References,
    attribute_spelt,
    texts_spelt,
)
from feedkit.normalize.stand_ins import with_stand_ins
from feedkit.normalize.tracking import has_tracking
from feedkit.normalize.words import words

_LEFT_OUT = words("math noscript script style svg")

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
    for name in STARTS
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

_MOST_REMEMBERED = 8_192
_MOST_RECENT = 500
_LONGEST_REMEMBERED = 400
"""Characters of a run."""
_MOST_TAGS = 50_000
_MOST_BY_NH3 = 64
# For how long a replacement holds.
_NOW, _SOON, _ALWAYS = range(3)

_replaced: Callable[[tuple[str, str]], str] = itemgetter(0)
_code: Callable[[tuple[str, str]], str] = itemgetter(1)


class _LeftOutError(NotPlainError):
    """There is an element that is dropped with its content."""


class Plain(dict[str, tuple[str, str]]):
    """A run of tags → what it is replaced by, and the codes of its elements.

    Remembered are the runs whose replacement is the same in every text.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._tags: dict[str, tuple[str, str]] = {}
        self._references = References()
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
        except NotPlainError:
            return None
        try:
            return self._sanitized(html, base)
        except NotPlainError:
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
            raise NotPlainError
        if self._leaves_out and "\ufeff" in html:  # the parser drops one after a script
            raise NotPlainError
        if "\xa0" in html:
            html = html.replace("\xa0", "&nbsp;")
        if "&" in html:
            pieces = REFERENCE.split(html)
            pieces[1::2] = map(self._references.__getitem__, pieces[1::2])
            html = "".join(pieces)
        parts = _RUN.split(html)
        self._desk.start(base)
        self._by_nh3 = 0
        if len(parts) == 1:
            return texts_spelt(parts)[0]
        replaced, codes = zip(*map(self.__getitem__, parts[1::2]), strict=True)
        kinds = kinds_of(codes, html)
        if kinds is None or self._desk.has_pixels() or self._desk.may_be_lazy():
            raise NotPlainError
        texts = parts[::2]
        spelt = texts_spelt(texts)
        if spelt is not texts:
            parts[::2] = spelt
        parts[1::2] = replaced
        out = "".join(parts)
        if STARTS["pre"] in kinds and _LINE_IN_PRE.search(out):
            raise NotPlainError
        return out

    def __missing__(self, run: str) -> tuple[str, str]:
        link = _LINK.fullmatch(run)
        if link and ("?" not in link[1] or not has_tracking(link[1])):
            found = f'<a href="{link[1]}"{_OF_LINK}>', STARTS["a"]
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
            raise _LeftOutError if tag.startswith("<!--") else NotPlainError
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
        code = STARTS.get(name)
        if code is None:
            raise _LeftOutError if name in _LEFT_OUT else NotPlainError
        if (slash and name in ENDS) or (name in ("iframe", "pre") and not tag.startswith(name, 1)):
            raise NotPlainError
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
            return self._by_nh3_alone(tag, "img"), TEXT
        if not found or is_placeholder(found[0]) or self._desk.has_pixels():
            raise NotPlainError  # a lazy image, or one that is there to be counted, maybe
        return f"<img{kept}>", TEXT

    def _by_nh3_alone(self, tag: str, name: str) -> str:
        self._lasts = _NOW
        self._by_nh3 += 1
        if self._by_nh3 > _MOST_BY_NH3 or not _TAG.fullmatch(tag):
            raise NotPlainError
        return self._desk.clean_more(tag).removesuffix(f"</{name}>")

    def _attributes(self, name: str, attributes: str) -> str | None:
        """What is allowed of the attributes of a start tag; None where nh3 should say."""
        kinds = _KINDS[name]
        kept: dict[str, str] = {}
        for written, double, single, bare, other in _EACH_ATTRIBUTE.findall(attributes):
            if other:
                raise NotPlainError
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
                kept[attribute] = attribute_spelt(attribute, value)
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
            return "" if left is None else attribute_spelt(attribute, left)
        if kind == _POLICY:
            return attribute_spelt(attribute, value) if value == "no-referrer" else None
        if kind == _LAZY:
            raise NotPlainError
        if kind in (_PLAYER, _CANDIDATES):
            self._lasts = _NOW
            left = desk.attribute(name, attribute, value)
            return "" if left is None else attribute_spelt(attribute, left)
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
        return "" if left is None else attribute_spelt(attribute, left)


def _leave_out(values: list[str]) -> None:
    """Takes out the empty values, in the way that nh3 does: the last takes its place."""
    for index in range(len(values) - 1, -1, -1):
        if not values[index]:
            values[index] = values[-1]
            values.pop()


def _end_tag(name: str) -> tuple[str, str]:
    code = ENDS.get(name)
    if code is None:
        raise NotPlainError
    # A frame was replaced as a whole where it began.
    return "" if name == "iframe" else f"</{name}>", code
