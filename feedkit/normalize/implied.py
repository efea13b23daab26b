"""Tags that a parser adds to plain HTML, and those that it passes over (WHATWG HTML, 13.2.6.4).

Programs leave out the end of a paragraph, or write one end too many. Where only that is wrong, the
tree is that of the same text with these tags put right; all else is left to who parses.
"""

import re

from feedkit.normalize.nesting import BLOCK, INLINE, LISTS, TABLE, TEXT_BLOCK, VOID
from feedkit.normalize.spelling import NotPlainError

_TAG = re.compile("<(/?)([a-z][a-z0-9]*+)[^>]*+>")
_IMPLIED = frozenset(("p", "li", "dt", "dd"))
"""Elements that end where the element around them ends (13.2.6.3)."""
_CLOSED_BY_ITEM = {"li": ("li",), "dt": ("dt", "dd"), "dd": ("dt", "dd")}
_PASSED_BY_ITEM = INLINE | {"address", "div", "p"}
"""Elements beyond which a new item looks for the one before."""
_BOUNDARIES = frozenset(("table", "td", "th"))
"""Elements beyond which no tag looks for the element that it closes (13.2.4.2)."""
_LIST_BOUNDARIES = _BOUNDARIES | {"ol", "ul"}
_HEADINGS = TEXT_BLOCK - {"p"}
_BLOCKS = BLOCK | TEXT_BLOCK | LISTS.keys() | {"table", "hr"}
"""Elements that no paragraph holds."""
_INSIDE_TABLE = frozenset(name for name in TABLE if name != "td")
_PARENTS = {part: parent for parent, parts in TABLE.items() for part in parts}
_PARENTS["td"] = _PARENTS["th"] = "tr"
_ROW_GROUPS = frozenset(("tbody", "thead", "tfoot"))
_NO_END = VOID | {"hr"}
_DEPTH = 40
_MOST_CHANGES = 90
"""A text with more of them is left to `feedkit.normalize.bounds`."""


def mended(html: str) -> str:
    """`html` with the tags that a parser adds, without those that it passes over.

    `html` is as `feedkit.normalize.plain` writes it: known elements, quoted values, and no text
    within tables but in their cells. Raises `NotPlainError` where its tree is another one for other
    reasons.
    """
    return _Builder(html).run()


class _Builder:
    """The stack of open elements (13.2.4.2), and what is written."""

    def __init__(self, html: str) -> None:
        self._html = html
        self._open: list[str] = []
        self._written: list[str] = []
        self._done = 0
        self._changes = 0

    def run(self) -> str:
        opened = self._open
        for tag in _TAG.finditer(self._html):
            closes, name = tag.groups()
            if closes:
                if opened and opened[-1] == name:
                    opened.pop()
                else:
                    self._end(name, tag)
                continue
            if name not in INLINE and name not in VOID:
                self._make_room(name, tag.start())
            elif opened and opened[-1] in _INSIDE_TABLE:
                raise NotPlainError
            if name not in _NO_END:
                opened.append(name)
                if len(opened) > _DEPTH:
                    raise NotPlainError
        if not _INSIDE_TABLE.isdisjoint(opened):
            raise NotPlainError
        self._close_down_to(0, len(self._html))
        self._written.append(self._html[self._done :])
        return "".join(self._written)

    def _make_room(self, name: str, position: int) -> None:
        """Closes what cannot hold an element `name`."""
        if name in _PARENTS:
            self._make_room_in_table(name, position)
            return
        if self._open and self._open[-1] in _INSIDE_TABLE:
            raise NotPlainError
        if (siblings := _CLOSED_BY_ITEM.get(name)) is not None:
            for index in range(len(self._open) - 1, -1, -1):
                if self._open[index] in siblings:
                    self._close_implied_down_to(index, position)
                    self._close_down_to(index, position)
                    break
                if self._open[index] not in _PASSED_BY_ITEM:
                    break
            self._close_paragraph(position)
        elif name in _BLOCKS:
            self._close_paragraph(position)
            if name in _HEADINGS and self._open and self._open[-1] in _HEADINGS:
                raise NotPlainError

    def _make_room_in_table(self, name: str, position: int) -> None:
        parent = self._open[-1] if self._open else ""
        if name == "tr" and parent == "table":
            self._write("<tbody>", position)
            self._open.append("tbody")
        elif name in _ROW_GROUPS and parent in _ROW_GROUPS:
            self._close_down_to(len(self._open) - 1, position)
        elif parent not in (_PARENTS[name], *(_ROW_GROUPS if name == "tr" else ())):
            raise NotPlainError

    def _close_paragraph(self, position: int) -> bool:
        """Closes a paragraph that is open; whether there was one."""
        index = self._find(("p",), _BOUNDARIES)
        if index < 0:
            return False
        self._close_implied_down_to(index, position)
        self._close_down_to(index, position)
        return True

    def _end(self, name: str, tag: re.Match[str]) -> None:
        """An end tag that does not close the element opened last."""
        start, end = tag.span()
        if self._open and self._open[-1] in _INSIDE_TABLE:
            if name == "table" and self._open[-2:] == ["table", "tbody"]:
                self._close_down_to(len(self._open) - 1, start)
                self._open.pop()
                return
            raise NotPlainError
        if name == "p":
            if self._find(("p",), _BOUNDARIES) < 0:
                self._write("<p>", start)
                return
        elif name in INLINE:
            if name in self._open:
                raise NotPlainError
            self._pass_over(start, end)
            return
        elif name in _HEADINGS:
            if self._find(tuple(_HEADINGS), _BOUNDARIES) < 0:
                self._pass_over(start, end)
                return
        elif name in _PARENTS or name == "table":
            if name not in ("td", "th"):
                raise NotPlainError
        elif self._find((name,), _LIST_BOUNDARIES if name == "li" else _BOUNDARIES) < 0:
            self._pass_over(start, end)
            return
        index = len(self._open) - 1
        while index >= 0 and self._open[index] != name and self._open[index] in _IMPLIED:
            index -= 1
        if index < 0 or self._open[index] != name:
            raise NotPlainError
        self._close_down_to(index + 1, start)
        self._open.pop()

    def _find(self, names: tuple[str, ...], boundaries: frozenset[str]) -> int:
        """Where the innermost of `names` is among the open elements; -1 when it is not within
        the innermost of `boundaries`."""
        for index in range(len(self._open) - 1, -1, -1):
            if self._open[index] in names:
                return index
            if self._open[index] in boundaries:
                break
        return -1

    def _close_implied_down_to(self, index: int, position: int) -> None:
        """Closes what is in the element at `index`; only that may be which ends by itself."""
        if not _IMPLIED.issuperset(self._open[index + 1 :]):
            raise NotPlainError
        self._close_down_to(index + 1, position)

    def _close_down_to(self, index: int, position: int) -> None:
        while len(self._open) > index:
            self._write(f"</{self._open.pop()}>", position)

    def _write(self, tag: str, position: int) -> None:
        self._written += (self._html[self._done : position], tag)
        self._done = position
        self._count()

    def _pass_over(self, start: int, end: int) -> None:
        self._written.append(self._html[self._done : start])
        self._done = end
        self._count()

    def _count(self) -> None:
        self._changes += 1
        if self._changes > _MOST_CHANGES:
            raise NotPlainError
