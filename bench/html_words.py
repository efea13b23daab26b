"""The words of HTML, told without the code of feedkit, which is judged by them."""

from collections.abc import Set
from html.parser import HTMLParser

_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "br", "caption", "center", "dd", "details", "dir",
    "div", "dl", "dt", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody",
    "td", "tfoot", "th", "thead", "tr", "ul",
))  # fmt: skip
"""Elements whose tags part words."""
_UNSEEN = frozenset(("script", "style"))
_NEVER_CLOSED = frozenset(("area", "br", "col", "embed", "hr", "img", "input", "source", "wbr"))


def words(html: str, left_out: Set[str] = frozenset()) -> str:
    """The text of `html` with its markup removed and its white space collapsed.

    Elements that `left_out` names, by tag or as ``tag.class``, are left out with all they hold.
    """
    reader = _Words(left_out)
    reader.feed(html)
    reader.close()
    return " ".join("".join(reader.texts).split())


class _Words(HTMLParser):
    def __init__(self, left_out: Set[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._left_out = left_out | _UNSEEN
        self._inside: str | None = None
        """The element that is being left out."""
        self._depth = 0
        """How many of its name are open."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._inside is None and tag not in _NEVER_CLOSED and self._is_left_out(tag, attrs):
            self._inside = tag
        if tag == self._inside:
            self._depth += 1
        self._part(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._part(tag)

    def handle_endtag(self, tag: str) -> None:
        self._part(tag)
        if tag == self._inside:
            self._depth -= 1
            if not self._depth:
                self._inside = None

    def handle_data(self, data: str) -> None:
        if self._inside is None:
            self.texts.append(data)

    def _part(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.texts.append(" ")

    def _is_left_out(self, tag: str, attrs: list[tuple[str, str | None]]) -> bool:
        classes = (dict(attrs).get("class") or "").split()
        return tag in self._left_out or any(f"{tag}.{name}" in self._left_out for name in classes)
