"""HTML and text out of XML elements: what an element holds, as a reader would see it."""

from collections.abc import Iterator

from lxml import etree

from feedkit.parse.names import XML_BASE
from feedkit.parse.text import BREAKS
from feedkit.parse.urls import enter, resolve

_BASED = etree.XPath("descendant-or-self::*[@xml:base]")
_REFERENCES = ("href", "src", "poster", "cite", "data")


def text_of(element: etree._Element) -> str:
    """All text inside `element`, its markup dropped, with a space where that parts words."""
    return (element.text or "") if len(element) == 0 else "".join(_texts(element))


def _texts(element: etree._Element) -> Iterator[str]:
    for event, inner in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            parts_words = inner.tag.rpartition("}")[2].lower() in BREAKS
            yield (" " if parts_words else "") + (inner.text or "")
        elif inner is not element:
            yield inner.tail or ""


def html_of(element: etree._Element, base: str | None) -> str:
    """What RSS-like elements hold: escaped HTML, or elements where they were not escaped."""
    return (element.text or "").strip() if len(element) == 0 else inner_html(element, base)


def inner_html(element: etree._Element, base: str | None) -> str:
    """The content of `element` as HTML, its tags freed of prefixes (RFC 4287, 3.1.1.3).

    References below an ``xml:base`` of their own are made absolute, for the one base of an entry
    does not hold for them; all others are left as they are. Changes `element`.
    """
    if _BASED(element):
        _resolve_below(element, base)
    for descendant in element.iter():
        tag = descendant.tag
        if tag[0] == "{":
            descendant.tag = tag.rpartition("}")[2]
    element.tag = "div"
    for name in element.attrib.keys():  # noqa: SIM118 - deleting while iterating
        del element.attrib[name]
    etree.cleanup_namespaces(element)
    html = etree.tostring(element, method="html", encoding="unicode", with_tail=False)
    # The namespaces of its ancestors are still declared on the outer tag, which goes.
    return html[html.index(">") + 1 : html.rindex("<")].strip() if html.endswith("</div>") else ""


def _resolve_below(element: etree._Element, base: str | None) -> None:
    bases = {element: base}
    for descendant in element.iterdescendants():
        parent = descendant.getparent()
        outer = base if parent is None else bases[parent]
        inner = enter(outer, descendant.get(XML_BASE))
        bases[descendant] = inner
        if inner == base:
            continue
        for name in _REFERENCES:
            if absolute := resolve(inner, descendant.get(name)):
                descendant.set(name, absolute)
