"""What OPML 2.0 (http://opml.org/spec2.opml) says against a subscription list."""

from collections.abc import Iterator

from lxml import etree
from validity_modules import URL
from validity_rss import addressed, counted, dated

_HEAD = {
    "title", "dateCreated", "dateModified", "ownerName", "ownerEmail", "ownerId", "docs",
    "expansionState", "vertScrollState", "windowTop", "windowLeft", "windowBottom", "windowRight",
}  # fmt: skip
_OUTLINE = {
    "text", "type", "isComment", "isBreakpoint", "created", "category", "xmlUrl", "description",
    "htmlUrl", "language", "title", "version", "url",
}  # fmt: skip


def opml(document: bytes) -> Iterator[str]:
    """What the specification of OPML 2.0 says against a subscription list."""
    root = etree.fromstring(document)
    if (root.tag, root.get("version")) != ("opml", "2.0"):
        yield "not <opml version='2.0'>"
    if [child.tag for child in root] != ["head", "body"]:
        yield "not one head and one body"
        return
    head, body = root
    yield from counted(head, _HEAD, _HEAD)
    for name in ("dateCreated", "dateModified"):
        yield from dated(head, name)
    yield from addressed(head, "docs")
    if not len(body):
        yield "<body> holds no outline"
    yield from _outlines(body)


def _outlines(parent: etree._Element) -> Iterator[str]:
    for outline in parent:
        if outline.tag != "outline":
            yield f"<{parent.tag}> may not hold {outline.tag}"
            continue
        if not outline.get("text", "").strip():
            yield "<outline> has no text"
        yield from (f"<outline> has {name}" for name in {*outline.keys()} - _OUTLINE)
        for name in ("xmlUrl", "htmlUrl"):
            url = outline.get(name)
            if url is not None and not (URL.fullmatch(url) and url.startswith("http")):
                yield f"{name} is no URL: {url}"
        if (outline.get("type") == "rss") != (outline.get("xmlUrl") is not None):
            yield "<outline> is a feed by its type or by its xmlUrl alone"
        if outline.get("type") == "rss" and len(outline):
            yield "<outline> is a feed and a folder"
        yield from _outlines(outline)
