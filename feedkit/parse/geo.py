"""Where an entry is about: GeoRSS, Simple and GML (OGC 17-002r1), and W3C's geo:lat and geo:long
(https://www.w3.org/2003/01/geo/)."""

from lxml import etree

from feedkit.parse.draft import EntryDraft
from feedkit.parse.markup import text_of
from feedkit.parse.modules import EntryReader
from feedkit.parse.names import canonical
from feedkit.parse.places import read_shape

GML_SHAPES = {"point": "point", "linestring": "line", "polygon": "polygon", "envelope": "box"}
"""What GML calls the shapes of GeoRSS Simple, in lower case."""

_GML_NUMBERS = ("gml:pos", "gml:poslist", "gml:lowercorner", "gml:uppercorner")


def _read_simple(draft: EntryDraft, element: etree._Element) -> None:
    """``georss:point``, ``georss:line``, ``georss:polygon``, ``georss:box``."""
    shape = canonical(element.tag).rpartition(":")[2]
    extra = draft.extra()
    extra.place = extra.place or read_shape(shape, text_of(element))


def _read_gml(draft: EntryDraft, element: etree._Element) -> None:
    """``georss:where``, which holds a shape of GML."""
    extra = draft.extra()
    for child in element:
        prefix, _, name = canonical(child.tag).rpartition(":")
        if prefix == "gml" and (shape := GML_SHAPES.get(name)):
            texts = (
                text_of(inner) for inner in child.iter() if canonical(inner.tag) in _GML_NUMBERS
            )
            extra.place = extra.place or read_shape(shape, " ".join(texts))


def _read_latitude(draft: EntryDraft, element: etree._Element) -> None:
    extra = draft.extra()
    extra.latitude = extra.latitude or text_of(element).strip()


def _read_longitude(draft: EntryDraft, element: etree._Element) -> None:
    extra = draft.extra()
    extra.longitude = extra.longitude or text_of(element).strip()


def _read_point(draft: EntryDraft, element: etree._Element) -> None:
    """``geo:Point``, around ``geo:lat`` and ``geo:long``."""
    for child in element:
        if read := ENTRY.get(canonical(child.tag)):
            read(draft, child)


ENTRY: dict[str, EntryReader] = {
    "georss:box": _read_simple,
    "georss:line": _read_simple,
    "georss:point": _read_simple,
    "georss:polygon": _read_simple,
    "georss:where": _read_gml,
    "geo:lat": _read_latitude,
    "geo:long": _read_longitude,
    "geo:point": _read_point,
}
