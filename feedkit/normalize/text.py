"""Text: out of HTML, free of what XML forbids, cut at a word."""

import re
import unicodedata
from functools import cache
from html import escape, unescape

import nh3

from feedkit.normalize.bounds import DROPPED_WITH_CONTENT, bounded
from feedkit.normalize.words import words

_CONTROLS = bytes(sorted(set(range(0x20)) - {0x09, 0x0A, 0x0D}))
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]+")
_C1 = re.compile("[\x80-\x84\x86-\x9f]")
_SPACE = re.compile("[ \t\n\r\f\v\x1c-\x1f\x85\xa0\u2028\u2029]+")
# Below this length str.isprintable() beats encoding the text (measured: 0.2 µs at 100 characters).
_SHORT = 500

_BLOCKS = words(
    """address article aside audio blockquote br caption center dd details dir div dl dt figcaption
    figure footer h1 h2 h3 h4 h5 h6 header hgroup hr iframe img legend li main menu nav ol p pre
    rt section source summary table tbody td tfoot th thead tr ul video"""
)
_TAG = re.compile("<[^>]*>")
_PARTING = re.compile(rf"</?(?:{'|'.join(sorted(_BLOCKS))})(?: [^>]*)?>")
_HEADING_FIRST = re.compile(
    r"(?:\s|<(?:article|div|header|section)(?: [^<>]*)?>)*+<h([1-6])(?: [^<>]*)?>"
)
SUMMARY_LENGTH = 300
"""Characters: about what WordPress (55 words) and Hugo (70) take."""


def has_forbidden(text: str) -> bool:
    """Whether `text` holds a character that XML 1.0 (2.2) forbids."""
    if len(text) < _SHORT and text.isprintable():
        return False  # "printable" leaves out every control, surrogate and noncharacter
    try:
        # Encoding and dropping bytes from it is the fastest search that CPython has.
        data = text.encode()
    except UnicodeEncodeError:  # a lone surrogate
        return True
    if len(data.translate(None, _CONTROLS)) != len(data):
        return True
    return len(data) != len(text) and ("\ufffe" in text or "\uffff" in text)


def strip_forbidden(text: str) -> str:
    """`text` without the characters that XML 1.0 (2.2) forbids.

    These are the control characters other than tab, line feed and carriage return, lone
    surrogates, U+FFFE and U+FFFF. A text without any is given back as it is, at a third of
    the cost of searching it with a regular expression.
    """
    return _FORBIDDEN.sub("", text) if has_forbidden(text) else text


def one_line(text: str) -> str:
    """`text` without forbidden characters, its white space collapsed to single spaces, trimmed.

    Controls beyond ASCII are what Windows-1252 has in their place, as browsers read ``&#146;``.
    The ideographic space (U+3000) is kept: titles are set with it on purpose.
    """
    if len(text) < _SHORT and text.isprintable() and "  " not in text:
        return text.strip(" ")
    if not text.isascii():
        text = _C1.sub(_as_windows, text)
    return _collapsed(text)


def _as_windows(match: re.Match[str]) -> str:
    return match[0].encode("latin-1").decode("cp1252", "ignore")


def _collapsed(text: str) -> str:
    text = strip_forbidden(_SPACE.sub(" ", text))
    if "  " in text:  # where a forbidden character stood between spaces
        text = _SPACE.sub(" ", text)
    return text.strip(" ")


@cache
def _text_cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(_BLOCKS),
        attributes={},
        clean_content_tags=set(DROPPED_WITH_CONTENT),
        link_rel=None,
    )


def plain_text(html: str) -> str:
    """The text of an HTML fragment on one line.

    Character references are decoded, block tags (and images) separate words, the content of
    scripts and styles is left out, and white space is collapsed.
    """
    if "<" in html or "&" in html:
        html = _text_cleaner().clean(bounded(strip_forbidden(html)))
        html = _TAG.sub(" ", html).replace("&nbsp;", " ")
        html = html.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return _collapsed(html)


def excerpt(html: str, limit: int) -> str:
    """The plain text of `html` in at most `limit` characters, cut at a word, with "…" when cut.

    A script that puts no spaces between words is cut anywhere but inside a character and its
    combining marks. `limit` is at least 1.
    """
    return _cut(plain_text(html), limit)


def below_title(html: str, title: str) -> str:
    """Sanitized `html` from behind a heading at its beginning that says what the `title` does; all
    of it where there is no such heading. It is for reading words from: elements may be open in it.
    """
    start = _HEADING_FIRST.match(html)
    end = html.find(f"</h{start[1]}>", start.end()) if start else -1
    if start is None or end == -1:
        return html
    heading = opening(html[start.end() : end], len(title) + 1)
    return html[end + len("</h1>") :] if heading == title else html


def summary_of(content: str) -> str | None:
    """The first words of an entry's sanitized `content` as HTML, cut as `excerpt` cuts.

    None where there is not much more to read than such a summary would say.
    """
    length = 2 * SUMMARY_LENGTH
    while length < len(content):
        length *= 2
        head = content[:length]
        if head.rfind("<") > head.rfind(">"):
            head = head[: head.rfind("<")]
        text = " ".join(_TAG.sub("", _PARTING.sub(" ", head)).replace("&nbsp;", " ").split())
        if len(text) > 2 * SUMMARY_LENGTH:
            text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
            return escape(_cut(text, SUMMARY_LENGTH), quote=False)
    return None


def opening(html: str, limit: int) -> str:
    """The first words of sanitized `html` as plain text, cut as `excerpt` cuts; "" if it has none.

    Only as much of it is read as that takes, at a tenth of the cost of `excerpt`.
    """
    pieces: list[str] = []
    size = at = 0
    while size <= 2 * limit:  # white space and character references are more than they show
        start = html.find("<", at)
        if start == -1:
            pieces.append(html[at : at + 8 * limit])
            break
        if start > at:
            pieces.append(html[at:start])
            size += len(pieces[-1].strip())
        end = html.find(">", start)
        if end == -1:
            break
        if html[start + 1 : end].strip("/").partition(" ")[0] in _BLOCKS:
            pieces.append(" ")
        at = end + 1
    text = "".join(pieces)
    return _cut(" ".join((unescape(text) if "&" in text else text).split()), limit)


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    end = limit - 1
    space = text.rfind(" ", 0, end + 1)
    if space > limit // 2:
        end = space
    else:
        while end > 0 and unicodedata.combining(text[end]):
            end -= 1
    return text[:end].rstrip(" ,;:.–—-、，；：。") + "…"
