"""HTML whose authors left out end tags, with the end tags written out.

A paragraph may end without its end tag where a block begins, and a list's item where the next one
does (WHATWG HTML, 13.1.2.4). Feeds are full of both, and of the ``</p>`` after a list within a
paragraph, which had ended the paragraph long before.
"""

import re

from feedkit.normalize.words import words

_TAG = re.compile(r"(<[^<>]*+>)")
_NAME = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*+)")
_VOID = words("br img source track wbr")
_IMPLIED = words("dd dt li p tbody td tfoot th thead tr")
_ROWS = words("tbody tfoot thead")
_CELLS = words("td th")
_ENDED_BY = {"li": words("li"), "dd": words("dd dt"), "dt": words("dd dt")}
_ENDED_BY |= {"td": _CELLS, "th": _CELLS, "tr": _CELLS | {"tr"}}
_ENDED_BY |= dict.fromkeys(_ROWS, _CELLS | _ROWS | {"tr"})
_ENDS_PARAGRAPH = words(
    """address article aside blockquote center dd details div dl dt figcaption figure footer h1 h2
    h3 h4 h5 h6 header hgroup hr li main nav ol p pre section summary table ul"""
)
_NOT_SIMPLE = words("caption col colgroup")
_DEPTH = 100


def with_end_tags(html: str) -> str | None:
    """`html` with every end tag that a parser would put in; None where it is not that simple.

    It is simple where what is to be ended is the element opened last.
    """
    parts = _TAG.split(html)
    opened: list[str] = []
    for index in range(1, len(parts), 2):
        match = _NAME.match(parts[index])
        if match is None:
            continue
        name = match[2].lower()
        if match[1]:
            added = _ended(name, opened)
        elif name in _NOT_SIMPLE:
            return None
        else:
            added = _begun(name, opened)
        if added is None or len(opened) > _DEPTH:
            return None
        if added:
            parts[index] = added if name == "p" and match[1] else added + parts[index]
    parts.extend(f"</{name}>" for name in reversed(opened))
    return "".join(parts)


def _begun(name: str, opened: list[str]) -> str | None:
    """The tags before a start tag, which is added to the `opened` elements."""
    added = ""
    ended = _ENDED_BY.get(name, frozenset())
    if opened and (name in _ENDS_PARAGRAPH or ended):
        if opened[-1] == "p":
            opened.pop()
            added = "</p>"
        elif "p" in opened:
            return None
    while opened and opened[-1] in ended:
        added += f"</{opened.pop()}>"
    if name == "tr" and opened and opened[-1] == "table":
        opened.append("tbody")
        added += "<tbody>"
    if name not in _VOID and name != "hr":
        opened.append(name)
    return added


def _ended(name: str, opened: list[str]) -> str | None:
    """The end tags before an end tag, which takes its element from the `opened` ones.

    For a ``</p>`` that ends nothing it is the paragraph that a parser makes of it.
    """
    if opened and opened[-1] == name:
        opened.pop()
        return ""
    if name == "p":
        return None if "p" in opened else "<p></p>"
    added = ""
    while opened and opened[-1] in _IMPLIED and opened[-1] != name:
        added += f"</{opened.pop()}>"
    if not opened or opened.pop() != name:
        return None
    if name not in _ENDS_PARAGRAPH and name not in _IMPLIED:
        return None
    return added
