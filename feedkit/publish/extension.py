"""What feedgen lacks, as an extension of its entries.

``xml:lang``, ``atom:source`` (RFC 4287, 4.2.11), every enclosure, ``dc:creator`` for authors
(RSS 2.0's ``<author>`` takes an e-mail address only) and ``media:thumbnail`` (Media RSS).
"""

from feedgen.ext.base import BaseEntryExtension
from lxml.etree import SubElement, _Element

from feedkit.model import Enclosure, Entry, Origin

CONTENT = "http://purl.org/rss/1.0/modules/content/"
DC = "http://purl.org/dc/elements/1.1/"
MEDIA = "http://search.yahoo.com/mrss/"
NAMESPACES: dict[str | None, str] = {"content": CONTENT, "dc": DC, "media": MEDIA}

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


class FeedkitEntryExtension(BaseEntryExtension):
    """Writes the parts of an `Entry` that feedgen has no field for."""

    def __init__(self) -> None:
        self.entry: Entry | None = None
        self.origin: Origin | None = None
        self.creators: tuple[str, ...] = ()

    def extend_atom(self, entry: _Element) -> _Element:
        """Add to an ``atom:entry``, whose elements feedgen leaves without a namespace."""
        if self.entry is None:
            return entry
        if self.entry.language:
            entry.set(_XML_LANG, self.entry.language)
        if self.entry.external_url:  # feedgen loses every `rel` of an entry's links
            SubElement(entry, "link", rel="related", href=self.entry.external_url)
        for enclosure in self.entry.enclosures:
            link = SubElement(entry, "link", rel="enclosure", href=enclosure.url)
            if enclosure.type:
                link.set("type", enclosure.type)
            if enclosure.length is not None:
                link.set("length", str(enclosure.length))
        if self.origin is not None:
            _atom_source(entry, self.origin)
        self._thumbnail(entry)
        return entry

    def extend_rss(self, item: _Element) -> _Element:
        """Add to an RSS ``<item>``."""
        if self.entry is None:
            return item
        for creator in self.creators:
            SubElement(item, f"{{{DC}}}creator").text = creator
        if self.entry.enclosures:
            _rss_enclosure(item, self.entry.enclosures[0])
        if self.origin is not None and self.origin.feed_url:
            source = SubElement(item, "source", url=self.origin.feed_url)
            source.text = self.origin.title or self.origin.feed_url
        self._thumbnail(item)
        return item

    def _thumbnail(self, element: _Element) -> None:
        if self.entry is not None and self.entry.image:
            SubElement(element, f"{{{MEDIA}}}thumbnail", url=self.entry.image)


def _atom_source(entry: _Element, origin: Origin) -> None:
    source = SubElement(entry, "source")
    if origin.id:
        SubElement(source, "id").text = origin.id
    SubElement(source, "title").text = origin.title or origin.feed_url or ""
    if origin.url:
        SubElement(source, "link", rel="alternate", href=origin.url)
    if origin.feed_url:
        SubElement(source, "link", rel="self", href=origin.feed_url)
    if origin.rights:
        SubElement(source, "rights").text = origin.rights


def _rss_enclosure(item: _Element, enclosure: Enclosure) -> None:
    """RSS 2.0 has one enclosure an item and requires all three of its attributes."""
    SubElement(
        item,
        "enclosure",
        url=enclosure.url,
        length=str(enclosure.length or 0),
        type=enclosure.type or "application/octet-stream",
    )
