"""Tags of plain HTML, each replaced by what is allowed of it."""

import re
from html import unescape

from feedkit.normalize.cleaner import ATTRIBUTES, PLAIN_SRCSET, Cleaners, known_frame
from feedkit.normalize.images import HIDDEN, hides, is_beacon
from feedkit.normalize.lazy import is_placeholder
from feedkit.normalize.links import VALID_IN_HTML, absolute, is_valid
from feedkit.normalize.nesting import ENDS, STARTS, TEXT
from feedkit.normalize.spelling import WORDS, NotPlainError, attribute_spelt
from feedkit.normalize.tracking import has_tracking
from feedkit.normalize.words import words

Replacement = tuple[str, str]
"""What a tag, or some, are replaced by, and the codes of their elements (`STARTS`, `ENDS`)."""

NOW, SOON, ALWAYS = range(3)
"""For how long a replacement holds: in this text, and there again, or the same in every text."""
_LEFT_OUT = words("math noscript script style svg")
_UNSEEN = words("area input link meta")
"""Elements without an end that are not kept."""
OF_LINK = ' rel="noopener noreferrer"'
_A = STARTS["a"]
_OWN = {"a": OF_LINK}
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
_BIG = "[1-9][0-9]{1,4}+(?:%|px)?+"
_IS_BIG = re.compile(_BIG)
"""The size of an image that is there to be seen."""

_ATTRIBUTE = r"[\t\n ]++{0}[a-zA-Z_:@][a-zA-Z0-9_:.-]*+{1}"
_ATTRIBUTE += r"(?:=(?:\"{0}[^\"<>]*+{1}\"|'{0}[^'<>]*+{1}'|{0}[^\s\"'<>=`]++{1}))?+"
_EACH_ATTRIBUTE = re.compile(_ATTRIBUTE.format("(", ")") + r"|(.)", re.DOTALL)
ATTRIBUTES_PATTERN = rf"(?:{_ATTRIBUTE.format('', '')})*+"
"""The attributes of a start tag, on which all parsers agree."""
_TAG = re.compile(
    rf"<(?:/([a-zA-Z][a-zA-Z0-9]*+)|([a-zA-Z][a-zA-Z0-9]*+)({ATTRIBUTES_PATTERN})[\t\n ]*+(/?))>"
    r"|<(?:!--(?:[^<>-]++|-(?!-))*+--|[?!](?!--)[^<>]*+)>"
)
_PATH = r"A-Za-z0-9._~=&+%,!/?#-"
_SIMPLE = re.compile(
    rf"(?:[/?#]|\.\.?/)[{_PATH}:]*+|[{_PATH}]++|mailto:[A-Za-z0-9._+-]++@[A-Za-z0-9.-]++"
)
_NEARBY = "(?:[A-Za-z0-9._~%+,!/?=#-]++|&amp;)++"
"""References within a site, of characters that are written alike everywhere."""


def _addressed(name: str, address: str) -> re.Pattern[str]:
    """The pattern of the tags of an element, as most are written, whose `address` is its point:
    absolute ("far") or "near". Of the "others", attributes before and after it, it says whether
    any is "kept" and any "idle"."""
    kinds = _KINDS[name]
    plain = "|".join(attribute for attribute, kind in kinds.items() if kind == _PLAIN)
    kept, style = rf'(?:{plain})="{WORDS}"', ""
    if name == "img":
        kept += rf'|(?:height|width)="{_BIG}"|srcset="{PLAIN_SRCSET}"'
        style = r'(?:[\n ]++style="(?P<style>[^"&<>]*+)")?+'
    idle = rf'(?!(?:{"|".join(kinds)})=)[a-z][a-z-]*+="[^"<>]*+"'

    def others(number: int) -> str:
        either = f"(?:{kept})(?P<kept{number}>)|{idle}(?P<idle{number}>)"
        return rf"(?P<others{number}>(?:[\n ]++(?:{either}))*+)"

    url = rf'"(?:(?P<far>{VALID_IN_HTML})|(?P<near>{_NEARBY}))"'
    end = "" if name in ENDS else "/?"
    return re.compile(rf"<{name}{others(1)}[\n ]++{address}={url}{others(2)}{style}[\n ]*+{end}>")


_IDLE = r'(?:[\n ]++(?:class|data-[a-z-]++|id|rel|style|target)="[^"<>]*+")*+'
FAR_LINK = re.compile(rf'<a{_IDLE}[\n ]++href="({VALID_IN_HTML})"{_IDLE}[\n ]*+>')
"""As most links are written: of an absolute address, the group, and nothing else that is kept."""
_LINK, _PICTURE = _addressed("a", "href"), _addressed("img", "src")
_QUOTED = re.compile(r'[\n ]++([a-z-]++)="([^"]*+)"')
_NAME = re.compile(r' ([a-z]++)="')

_MOST_REMEMBERED = 8_192
_LONGEST_REMEMBERED = 400
"""Characters of a tag."""
_MOST_BY_NH3 = 64


class LeftOutError(NotPlainError):
    """There is an element that is dropped with its content."""


class Tags:
    """What tags are replaced by, in the text that the desk of the `cleaners` was told of.

    Raises `NotPlainError` for tags of which only a parser of the whole text can say.
    """

    def __init__(self, cleaners: Cleaners) -> None:
        self._cleaners = cleaners
        self._desk = cleaners.desk
        self._known: dict[str, Replacement] = {}
        self._by_nh3 = 0
        self.lasts = ALWAYS
        """How long the replacement given last holds."""

    def start(self, base: str | None) -> None:
        """A new text, whose references are relative to `base`."""
        self._desk.start(base)
        self._by_nh3 = 0

    def single(self, tag: str) -> Replacement:
        """A tag, or a comment, that stands alone."""
        if link := _LINK.fullmatch(tag):
            found = self._link(link)
        elif picture := _PICTURE.fullmatch(tag):
            found = self._picture(picture)
        else:
            found = None
        if found is None:
            self.lasts = ALWAYS
            return self._replaced(tag)
        return found

    def several(self, pieces: list[str]) -> Replacement:
        """Tags, and the white space between them."""
        self.lasts = ALWAYS
        known = self._known
        found = [
            (piece, "") if piece[0] != "<" else known.get(piece) or self._replaced(piece)
            for piece in pieces
        ]
        html, codes = zip(*found, strict=True)
        return "".join(html), "".join(codes)

    def _link(self, link: re.Match[str]) -> Replacement | None:
        far, near = link.group("far", "near")
        others = _others("a", link)
        if others is None or ("?" in (far or near) and has_tracking(far or near)):
            return None
        url = far or self._desk.resolve(near.replace("&amp;", "&"))
        if url is None:
            return None
        self.lasts = SOON if far else NOW
        before, after = others
        return f'<a{before} href="{far or url.replace("&", "&amp;")}"{after}{OF_LINK}>', _A

    def _picture(self, picture: re.Match[str]) -> Replacement | None:
        far, near = picture.group("far", "near")
        others = _others("img", picture)
        written = (far or near).replace("&amp;", "&")
        url = written if far else absolute(written, self._desk.base)
        if others is None or url is None:
            return None
        style = picture["style"]
        if (
            (style and (style == HIDDEN or hides(style)))
            or is_placeholder(written)
            or is_beacon(url)
        ):
            raise NotPlainError  # a lazy image, or one that is there to be counted, maybe
        self.lasts = SOON if far else NOW
        before, after = others
        return f'<img{before} src="{far or url.replace("&", "&amp;")}"{after}>', TEXT

    def _replaced(self, tag: str) -> Replacement:
        match = _TAG.fullmatch(tag)
        if match is None:
            raise LeftOutError if tag.startswith("<!--") else NotPlainError
        closed, name, attributes, slash = match.groups()
        if closed:
            found = _end_tag(closed.lower())
        elif name:
            before, self.lasts = self.lasts, ALWAYS
            found = self._start_tag(tag, name.lower(), attributes, slash)
            if self.lasts < ALWAYS:
                self.lasts = min(self.lasts, before)
                return found
            self.lasts = before
        else:
            found = "", ""
        if len(self._known) > _MOST_REMEMBERED:
            self._known.clear()
        if len(tag) <= _LONGEST_REMEMBERED:
            self._known[tag] = found
        return found

    def _start_tag(self, tag: str, name: str, attributes: str, slash: str) -> Replacement:
        code = STARTS.get(name)
        if code is None:
            if name in _UNSEEN:
                return "", TEXT
            raise LeftOutError if name in _LEFT_OUT else NotPlainError
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

    def _image(self, tag: str) -> Replacement:
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
        self.lasts = NOW
        self._by_nh3 += 1
        if self._by_nh3 > _MOST_BY_NH3 or not _TAG.fullmatch(tag):
            raise NotPlainError
        return self._cleaners.clean_more(tag).removesuffix(f"</{name}>")

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
            self.lasts = NOW
            left = desk.attribute(name, attribute, value)
            return "" if left is None else attribute_spelt(attribute, left)
        if is_valid(value):
            self.lasts = min(self.lasts, SOON)
        elif _SIMPLE.fullmatch(value):
            self.lasts = NOW
        else:
            return None
        if kind == _IMAGE:
            left = desk.image(value)
        else:
            link = desk.attribute(name, attribute, value)
            left = None if link is None else desk.resolve(link)
        return "" if left is None else attribute_spelt(attribute, left)


def _others(name: str, tag: re.Match[str]) -> tuple[str, str] | None:
    """What is kept of the attributes before and after the address; None where one of them is there
    twice (WHATWG HTML, 13.2.5.33)."""
    kept, also_kept = tag.group("kept1", "kept2")
    if kept is None and also_kept is None:
        return "", ""
    before, idle, after, also_idle = tag.group("others1", "idle1", "others2", "idle2")
    before = "" if kept is None else _tidied(name, before, is_mixed=idle is not None)
    after = "" if also_kept is None else _tidied(name, after, is_mixed=also_idle is not None)
    names = _NAME.findall(before + after)
    return (before, after) if len(names) < 2 or len(set(names)) == len(names) else None


def _tidied(name: str, attributes: str, *, is_mixed: bool) -> str:
    """Of attributes with quoted values, those that an element may have, a space before each."""
    if not is_mixed and "\n" not in attributes and "  " not in attributes:
        return attributes
    kinds = _KINDS[name]
    pairs = _QUOTED.findall(attributes)
    return "".join([f' {name}="{value}"' for name, value in pairs if name in kinds])


def _leave_out(values: list[str]) -> None:
    """Takes out the empty values, in the way that nh3 does: the last takes its place."""
    for index in range(len(values) - 1, -1, -1):
        if not values[index]:
            values[index] = values[-1]
            values.pop()


def _end_tag(name: str) -> Replacement:
    code = ENDS.get(name)
    if code is None:
        raise NotPlainError
    # A frame was replaced as a whole where it began.
    return "" if name == "iframe" else f"</{name}>", code
