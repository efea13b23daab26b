"""HTML cut down to what a tree builder can read in linear time.

An HTML5 parser is quadratic, by its specification, in the depth of nesting (each ``<p>``
or ``<div>`` searches the stack of open elements), in the attributes of one tag, and in formatting
elements left open (each is opened again in every later block, with its attributes). 20 MB of
``<div>`` keep html5ever busy for hours, and 100 kB can become gigabytes of output. Nothing here
sanitizes: what comes out goes to nh3, and what goes in unharmed is what people write.
"""

import re
from collections import Counter
from functools import cache

from feedkit.normalize.words import words

ALLOWED_TAGS = words(
    """a abbr acronym address article aside audio b bdi bdo big blockquote br caption center cite
    code col colgroup dd del details dfn dir div dl dt em figcaption figure font footer h1 h2 h3 h4
    h5 h6 header hgroup hr i iframe img ins kbd li main mark menu nav ol p picture pre q rb rp rt
    rtc ruby s samp section small source span strike strong sub summary sup table tbody td tfoot th
    thead time tr track tt u ul var video wbr"""
)
"""What an article may be marked up with: what feedparser and Miniflux allow, taken together."""

DROPPED_WITH_CONTENT = words(
    "datalist math noembed noframes noscript script select style svg template textarea title"
)
"""Tags whose content is code, a control's state or a copy: not words of the article."""

_NOT_RAW = frozenset(("datalist", "math", "select", "svg", "template"))
_VOID = words("br col hr img source track wbr")
_FORMATTING = words("a b big code em font i s small strike strong tt u")
_PHRASING = (
    words(
        """abbr acronym audio bdi bdo cite del dfn ins kbd mark picture q rb rp rt rtc ruby samp
        span sub sup time var video"""
    )
    | _FORMATTING
    | _VOID
)

_SIBLINGS = {
    "li": frozenset(("li",)),
    "dt": frozenset(("dt", "dd")),
    "dd": frozenset(("dt", "dd")),
}
_ROWS = ("caption", "colgroup", "tr", "tbody", "thead", "tfoot")
_TABLE_PARTS = {
    "td": ("td", "th"),
    "th": ("td", "th"),
    "tr": ("caption", "colgroup", "tr"),
    **dict.fromkeys(("tbody", "thead", "tfoot", "caption", "colgroup"), _ROWS),
}

_FREE_TAGS = 250
_FREE_LENGTH = 32_768
"""A text below both bounds is not looked at: the worst of them takes 20 ms (measured)."""
_DEPTH = 200
_OPEN_FORMATTING = 8
_MOST_MISNESTED = 100
"""End tags that do not close the element opened last."""
_BLOCKS_IN_FORMATTING = 1_000
_MOST_ATTRIBUTES = 24
_LONGEST_VALUE = 32_768
_TEXT_NODE = 8_192
_MOST_AMPERSAND_WORK = 20_000_000_000
"""Ampersands times characters: 0.1 s, measured."""
_MOST_COPIED = 20_000_000
"""Characters of attributes that blocks within formatting elements may repeat."""
_LINK_ATTRIBUTES_LENGTH = 4_096
_FORMATTING_ATTRIBUTES_LENGTH = 256

# WHATWG HTML, 13.2.5 (tokenization). Quantifiers are possessive, so that every pattern is linear.
_TOKEN = re.compile(
    r"<(?:(?P<close>/?)(?P<name>[a-zA-Z][^\t\n\f\r />]*+)"
    r"|(?P<comment>!--)|(?P<bogus>[!?]|/[^a-zA-Z])|(?P<text>))"
)
_PLAIN_VALUE = r"[ \t\n]*+=[ \t\n]*+(?:\"[^\"<]*+\"|'[^'<]*+'|[^\s\"'<>][^\s<>]*+)"
_PLAIN_TAG = re.compile(
    r"<(?:!--(?:[^<>-]++|-(?!->))*+-->|[?!](?!--)[^<>]*+>|(/?[a-zA-Z][a-zA-Z0-9-]*+)"
    rf"(?:[ \t\n]++[a-zA-Z_:@][\w:.-]*+(?:{_PLAIN_VALUE})?+){{0,40}}+[ \t\n]*+/?>)"
)
_COMMENT_END = re.compile(r"(?<=<!--)-?>|--!?>")
_NAME = r"[\t\n\f\r /]*+{0}[^\t\n\f\r />][^\t\n\f\r />=]*+{1}"
_VALUE = (
    r"(?:[\t\n\f\r ]*+=[\t\n\f\r ]*+"
    r"(?:\"{0}[^\"]*+{1}\"|'{0}[^']*+{1}'|{0}[^\t\n\f\r \"'>][^\t\n\f\r >]*+{1}|(?=>)))?+"
)
ATTRIBUTE = re.compile((_NAME + _VALUE).format("(", ")"))
"""One attribute of a start tag: its name, and its value in one of three groups by its quoting."""
_ATTRIBUTES = re.compile(rf"(?:{(_NAME + _VALUE).format('', '')})*+[\t\n\f\r /]*+")
_ATTRIBUTE_NAME = re.compile(r"[a-z][a-z0-9_-]*")


def bounded(html: str) -> str:
    """`html`, or, when it is long or has many tags, an equal text that parses in linear time.

    Equal but for what no reader would miss: tags that are not in `ALLOWED_TAGS`, comments, end
    tags that close nothing, nesting deeper than 200, attributes beyond the 24th of a tag, and in
    a document full of formatting elements around blocks, the formatting of those blocks.
    """
    if len(html) < _FREE_LENGTH and html.count("<") < _FREE_TAGS:
        return html
    return html if _is_tame(html) else _Rewriter(html).run()


def _is_tame(html: str) -> bool:
    """Whether `html`, however long, is so plainly written that a parser is linear in it.

    True only where every ``<`` begins a tag or comment on which all tokenizers agree, with few
    attributes, elements are not deeply nested and few are misnested or left open, and neither
    ampersands nor blocks within formatting elements are many for the length.
    """
    if html.count("&") * len(html) > _MOST_AMPERSAND_WORK:
        return False
    tags = _PLAIN_TAG.findall(html)
    if len(tags) != html.count("<"):
        return False
    opened: list[str] = []
    formatting = copied = misnested = 0
    for tag in tags:
        if tag[:1] == "/":
            name = tag[1:].lower()
            if opened and opened[-1] == name:
                opened.pop()
                formatting -= name in _FORMATTING
                continue
            misnested += 1
            if misnested > _MOST_MISNESTED:
                return False
            # Formatting that is closed with another element is opened again by what follows, so
            # it is counted on.
            if name in opened:
                while opened.pop() != name:
                    pass
                formatting -= name in _FORMATTING
        elif tag:
            name = tag.lower()
            if name in _VOID:
                continue
            opened.append(name)
            if name in _FORMATTING:
                formatting += 1
            elif formatting and name not in _PHRASING:
                copied += 1
            if len(opened) > _DEPTH or formatting > _OPEN_FORMATTING:
                return False
    return copied * len(html) <= _MOST_COPIED


def attributes_end(html: str, start: int) -> int:
    """Where the ``>`` of the tag stands whose attributes begin at `start`; -1 when it has none."""
    match = _ATTRIBUTES.match(html, start)
    end = match.end() if match else start
    return end if html[end : end + 1] == ">" else -1


@cache
def _edges(name: str) -> re.Pattern[str]:
    return re.compile(rf"<(/?){name}(?=[\t\n\f\r />])", re.IGNORECASE)


class _Rewriter:
    """One pass over a fragment: tags come out canonical, properly nested, and bounded."""

    def __init__(self, html: str) -> None:
        self.html = html
        self.out: list[str] = []
        self.open: list[str] = []
        self.count: Counter[str] = Counter()
        self.formatting = 0
        self.blocks_in_formatting = 0
        self.unclosed: set[str] = set()
        self.text_length = 0

    def run(self) -> str:
        position = 0
        while match := _TOKEN.search(self.html, position):
            self.text(position, match.start())
            position = self.token(match)
        self.text(position, len(self.html))
        self.out.extend(f"</{name}>" for name in reversed(self.open))
        return "".join(self.out)

    def text(self, start: int, end: int) -> None:
        """Writes text, with an empty comment before an ``&`` now and then.

        html5ever is quadratic in the ampersands of one text node; nh3 drops the comments again.
        """
        html = self.html
        while self.text_length + end - start > _TEXT_NODE:
            cut = html.find("&", start + max(0, _TEXT_NODE - self.text_length), end)
            if cut < 0:
                break
            self.out += (html[start:cut], "<!---->")
            start, self.text_length = cut, 0
        self.out.append(html[start:end])
        self.text_length += end - start

    def token(self, match: re.Match[str]) -> int:
        """Writes one token and gives back where the next begins."""
        html, end = self.html, match.end()
        if match["name"] is None:
            if match["text"] is not None:
                self.out.append("&lt;")
                self.text_length += 1
                return end
            if match["comment"]:
                found = _COMMENT_END.search(html, end)
                return found.end() if found else len(html)
            closing = html.find(">", match.start())
            return closing + 1 if closing >= 0 else len(html)
        name = match["name"].lower()
        after = attributes_end(html, end)
        if after < 0:  # the text ends within a tag, which is then no tag (13.2.5.32 ff.)
            return len(html)
        if match["close"]:
            self.end_tag(name)
        elif name in DROPPED_WITH_CONTENT:
            return self.skip_content(name, after + 1)
        elif name in ALLOWED_TAGS or name == "image":
            self.start_tag("img" if name == "image" else name, end, after)
            if name == "iframe":
                return self.skip_content(name, after + 1)
        return after + 1

    def skip_content(self, name: str, position: int) -> int:
        """Where the end tag of an element without words is over.

        Without one, raw text runs to the end of the text; the others hold ordinary markup.
        """
        if name in self.unclosed:
            return position
        depth = 1
        for found in _edges(name).finditer(self.html, position):
            if not found[1]:
                depth += name in _NOT_RAW
                continue
            depth -= 1
            if depth == 0:
                end = attributes_end(self.html, found.end())
                if name == "iframe" and self.open and self.open[-1] == name:
                    self.close_to(name)
                return end + 1 if end >= 0 else len(self.html)
        self.unclosed.add(name)
        return position if name in _NOT_RAW else len(self.html)

    def start_tag(self, name: str, start: int, end: int) -> None:
        if name in _TABLE_PARTS and not self.count["table"]:
            return  # ignored by a parser too
        self.close_implied(name)
        if name not in _PHRASING and self.formatting:
            self.blocks_in_formatting += 1
            if self.blocks_in_formatting > _BLOCKS_IN_FORMATTING:
                self.close_formatting()
        if name not in _VOID:
            if len(self.open) >= _DEPTH:
                return
            if name in _FORMATTING:
                if self.formatting >= _OPEN_FORMATTING:
                    return
                self.formatting += 1
            self.open.append(name)
            self.count[name] += 1
        self.text_length = 0
        self.out.append(f"<{name}{self.attributes(name, start, end)}>")

    def close_implied(self, name: str) -> None:
        """Closes what the start tag `name` closes without an end tag (13.2.6.4.7, 13.2.6.4.13)."""
        if name == "a" and self.count["a"]:
            self.close_to("a")
        if name in _TABLE_PARTS:
            parts = _TABLE_PARTS[name]
            for part in parts:
                if self.count[part] and part in self.in_table():
                    self.close_to(part)
            return
        if name in _PHRASING or name in ("img", "iframe"):
            return
        if self.innermost_block() == "p":
            self.close_to("p")
        siblings = _SIBLINGS.get(name)
        if siblings and (block := self.innermost_block()) in siblings:
            self.close_to(block)

    def innermost_block(self) -> str:
        return next((name for name in reversed(self.open) if name not in _PHRASING), "")

    def in_table(self) -> list[str]:
        """The open elements within the innermost open table, innermost first."""
        inward = self.open[::-1]
        return inward[: inward.index("table")] if "table" in inward else inward

    def attributes(self, name: str, start: int, end: int) -> str:
        if start == end:
            return ""
        written: list[str] = []
        seen: set[str] = set()
        for position, match in enumerate(ATTRIBUTE.finditer(self.html, start, end)):
            if position >= 4 * _MOST_ATTRIBUTES or len(written) >= _MOST_ATTRIBUTES:
                break
            attribute = match[1].lower()
            if attribute in seen or not _ATTRIBUTE_NAME.fullmatch(attribute):
                continue
            seen.add(attribute)
            value = match[2] or match[3] or match[4] or ""
            if len(value) > _LONGEST_VALUE:
                continue
            written.append(f' {attribute}="{value.replace(chr(34), "&quot;")}"')
        text = "".join(written)
        if name not in _FORMATTING:
            return text
        most = _LINK_ATTRIBUTES_LENGTH if name == "a" else _FORMATTING_ATTRIBUTES_LENGTH
        return text if len(text) <= most else ""

    def end_tag(self, name: str) -> None:
        if self.count[name]:
            self.close_to(name)

    def close_to(self, name: str) -> None:
        """Closes open elements up to and including the innermost `name`, which is open."""
        while True:
            closed = self.open.pop()
            self.count[closed] -= 1
            self.formatting -= closed in _FORMATTING
            self.out.append(f"</{closed}>")
            if closed == name:
                return

    def close_formatting(self) -> None:
        """Closes every element from the outermost formatting element on."""
        outermost = next(i for i, name in enumerate(self.open) if name in _FORMATTING)
        while len(self.open) > outermost:
            self.close_to(self.open[-1])
