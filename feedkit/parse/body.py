"""An article's body → HTML: Markdown rendered, HTML kept, plain text put in paragraphs.

The HTML is not sanitized here; `feedkit.normalize` does that to every entry alike.
"""

import re
from functools import cache
from html import escape, unescape
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from markdown_it import MarkdownIt


class Body(Struct, frozen=True):
    """A rendered body."""

    html: str
    excerpt: str | None = None
    """HTML of what stands before ``<!-- more -->``; what was open there is still open."""
    title: str | None = None
    """The ``<title>`` of an HTML document, plain text."""


_MORE = re.compile(r"<!--\s*more\s*-->")
_TAG_FIRST = re.compile(r"<(?:[A-Za-z][A-Za-z0-9-]*[\s/>]|/[A-Za-z]|!)")
_BLANK_LINE = re.compile(r"\n[ \t]*\n\s*")
_MORE_BEFORE_TEXT = re.compile(rf"^( {{0,3}}{_MORE.pattern})[ \t]*(?=\S)", re.MULTILINE)
_VERBATIM = re.compile(r"<(pre|script|style|textarea)\b", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^<>]*>")


def _opening(name: str) -> re.Pattern[str]:
    return re.compile(rf"<{name}(?:\s[^<>]*)?>", re.IGNORECASE)


def _closing(name: str) -> re.Pattern[str]:
    return re.compile(rf"</{name}\s*>", re.IGNORECASE)


_HEADING, _HEADING_END = _opening("h[1-3]"), _closing("h[1-3]")
_DOCUMENT = re.compile(r"<(?:!doctype|html|head|body)(?=[\s>])", re.IGNORECASE)
_HEAD, _HEAD_END = _opening("head"), _closing("head")
_TITLE, _TITLE_END = _opening("title"), _closing("title")
_BODY, _BODY_END = _opening("body"), _closing("body")


def render(text: str, kind: str) -> Body:
    """Render `text`, whose `kind` is "markdown", "html" or "text".

    A Markdown body that is HTML throughout is taken as HTML.
    """
    text = text.strip()
    title = None
    if kind == "html":
        title, text = _document(text)
    elif kind == "text":
        text = _paragraphs(text)
    elif not is_html_throughout(text):
        text = _markdown().render(_MORE_BEFORE_TEXT.sub(r"\1\n\n", text))
    # Looked for in what is rendered, where a marker that is quoted as code is none.
    more = _MORE.search(text)
    if more is None:
        return Body(text, None, title)
    before, after = text[: more.start()], text[more.end() :]
    return Body(before + after, before.strip() or None, title)


def is_html_throughout(text: str) -> bool:
    """Whether each block of `text` (blank lines between, `<pre>` apart) is HTML from tag to tag.

    CommonMark ends an HTML block at a blank line and would read the next as Markdown; an author
    who wrote nothing but HTML means none of it.
    """
    if not (text.startswith("<") and text.endswith(">") and _TAG_FIRST.match(text)):
        return False
    if not _BLANK_LINE.search(text):
        return True
    blocks = _BLANK_LINE.split(_without_verbatim(text))
    return all(_TAG_FIRST.match(block) and block.rstrip().endswith(">") for block in blocks)


def heading(html: str) -> str | None:
    """The text of the first heading of levels 1 to 3, or None."""
    start = _HEADING.search(html)
    end = _HEADING_END.search(html, start.end()) if start else None
    return _plain(html[start.end() : end.start()]) or None if start and end else None


def _without_verbatim(text: str) -> str:
    """`text` with each element whose blank lines are its own made empty; in linear time."""
    pieces: list[str] = []
    position = 0
    unclosed: set[str] = set()
    for start in _VERBATIM.finditer(text):
        name = start[1].lower()
        if start.start() < position or name in unclosed:
            continue
        end = _closing(name).search(text, start.end())
        if end is None:
            unclosed.add(name)
            continue
        pieces += (text[position : start.start()], "<pre></pre>")
        position = end.end()
    return "".join((*pieces, text[position:]))


def _paragraphs(text: str) -> str:
    """Plain text as HTML, its lines kept."""
    blocks = [block.strip() for block in _BLANK_LINE.split(text)]
    return "\n".join(
        block if _MORE.fullmatch(block) else f"<p>{_with_breaks(block)}</p>"
        for block in blocks
        if block
    )


def _with_breaks(lines: str) -> str:
    return escape(lines, quote=False).replace("\n", "<br>\n")


@cache
def _markdown() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # 30 ms, and many folders hold no Markdown

    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def _document(text: str) -> tuple[str | None, str]:
    """The title and the body of an HTML document; a fragment is all body."""
    if not _DOCUMENT.search(text):
        return None, text
    body = _BODY.search(text)
    title = None
    start = _TITLE.search(text, 0, body.start() if body else len(text))
    end = _TITLE_END.search(text, start.end()) if start else None
    if start and end:
        title = _plain(text[start.end() : end.start()]) or None
    if body:
        ends = [match.start() for match in _BODY_END.finditer(text, body.end())]
        return title, text[body.end() : ends[-1] if ends else None].strip()
    if start and end:
        text = text[: start.start()] + text[end.end() :]
    if (start := _HEAD.search(text)) and (end := _HEAD_END.search(text, start.end())):
        text = text[: start.start()] + text[end.end() :]
    return title, text.strip()


def _plain(html: str) -> str:
    return " ".join(unescape(_ANY_TAG.sub("", html)).split())
