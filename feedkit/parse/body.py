"""An article's body → HTML: Markdown rendered, HTML kept, plain text put in paragraphs.

The HTML is not sanitized here; `feedkit.normalize` does that to every entry alike.
"""

import re
from functools import cache
from html import escape, unescape
from typing import Literal

from markdown_it import MarkdownIt
from msgspec import Struct


class Body(Struct, frozen=True):
    """A rendered body."""

    html: str
    excerpt: str | None = None
    """HTML of what stands before ``<!-- more -->``."""
    title: str | None = None
    """The ``<title>`` of an HTML document, plain text."""


_MORE = re.compile(r"<!--\s*more\s*-->")
_TAG_FIRST = re.compile(r"<(?:[A-Za-z][A-Za-z0-9-]*[\s/>]|/[A-Za-z]|!)")
_BLANK_LINE = re.compile(r"\n[ \t]*\n\s*")
_VERBATIM = re.compile(r"<(pre|script|style|textarea)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_HEADING = re.compile(r"<h[1-3]\b[^>]*>(.*?)</h[1-3]\s*>", re.DOTALL | re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^>]*>")


def read_body(text: str, kind: Literal["markdown", "html", "text"]) -> Body:
    """Render `text`. A Markdown body that is HTML throughout is taken as HTML."""
    text = text.strip()
    title = None
    if kind == "html":
        title, text = _document(text)
    elif kind == "markdown" and is_html_throughout(text):
        kind = "html"
    more = _MORE.search(text)
    if more is None:
        return Body(_render(text, kind), None, title)
    before, after = text[: more.start()], text[more.end() :]
    # HTML may be open where the marker stands, so the whole is rendered as one.
    separator = "" if kind == "html" else "\n\n"
    return Body(
        _render(f"{before.rstrip()}{separator}{after.lstrip()}", kind),
        _render(before, kind) or None,
        title,
    )


def is_html_throughout(text: str) -> bool:
    """Whether each block of `text` (blank lines between, `<pre>` apart) is HTML from tag to tag.

    CommonMark ends an HTML block at a blank line and would read the next as Markdown; an author
    who wrote nothing but HTML means none of it.
    """
    if not (text.startswith("<") and text.endswith(">") and _TAG_FIRST.match(text)):
        return False
    if not _BLANK_LINE.search(text):
        return True
    blocks = _BLANK_LINE.split(_VERBATIM.sub("<pre></pre>", text))
    return all(_TAG_FIRST.match(block) and block.rstrip().endswith(">") for block in blocks)


def heading(html: str) -> str | None:
    """The text of the first heading of levels 1 to 3, or None."""
    match = _HEADING.search(html)
    return _plain(match[1]) or None if match else None


def _render(text: str, kind: str) -> str:
    if kind == "html":
        return text
    if kind == "text":
        paragraphs = (escape(block.strip(), quote=False) for block in _BLANK_LINE.split(text))
        return "\n".join(
            "<p>" + paragraph.replace("\n", "<br>\n") + "</p>"
            for paragraph in paragraphs
            if paragraph
        )
    rendered: str = _markdown().render(text)
    return rendered


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def _document(text: str) -> tuple[str | None, str]:
    """The title and the body of an HTML document; a fragment is all body."""
    lower = text.lower()
    if lower.find("<body") < 0 and lower.find("<head") < 0 and lower.find("<html") < 0:
        return None, text
    title = None
    if (start := lower.find("<title")) >= 0 and (end := lower.find("</title", start)) >= 0:
        title = _plain(text[text.find(">", start) + 1 : end]) or None
    if (start := lower.find("<body")) >= 0 and (open_end := text.find(">", start)) >= 0:
        end = lower.rfind("</body")
        return title, text[open_end + 1 : end if end > open_end else None].strip()
    if (start := lower.find("<head")) >= 0 and (end := lower.find("</head", start)) >= 0:
        text = text[:start] + text[text.find(">", end) + 1 :]
    return title, text.strip()


def _plain(html: str) -> str:
    return " ".join(unescape(_ANY_TAG.sub("", html)).split())
