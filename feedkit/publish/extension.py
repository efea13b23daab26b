"""What feedgen lacks, as an extension of its entries.

Of Atom: ``xml:lang``, ``atom:source`` in full (RFC 4287, 4.2.11), links to comments (RFC 4685, 4)
and to every enclosure. Of RSS: the modules that carry what its own elements cannot. Of both: dates,
which feedgen would write by changing the locale of the whole process, pictures and recordings
(Media RSS 1.5.1), episodes (the namespaces of Apple and of Podcasting 2.0) and places (GeoRSS
Simple).
"""

from decimal import Decimal
from email.utils import format_datetime

from feedgen.ext.base import BaseEntryExtension
from lxml.etree import SubElement, _Element

from feedkit.model import Enclosure, Extra, Origin, Person, Place, Resource
from feedkit.publish.jobs import StoredEntry
from feedkit.publish.substitutes import UNKNOWN_TYPE, media_type, name_of

NAMESPACES: dict[str | None, str] = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "georss": "http://www.georss.org/georss",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "podcast": "https://podcastindex.org/namespace/1.0",
}
"""Those that entries use, by the prefixes that a document's head declares."""

_ATOM, _DC, _GEORSS, _ITUNES, _MEDIA, _PODCAST = (
    f"{{{NAMESPACES[prefix]}}}" for prefix in ("atom", "dc", "georss", "itunes", "media", "podcast")
)
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


class FeedkitEntryExtension(BaseEntryExtension):
    """Writes the parts of an entry that feedgen has no field for."""

    def __init__(self) -> None:
        self.stored: StoredEntry | None = None

    def extend_atom(self, entry: _Element) -> _Element:
        """Add to an ``atom:entry``, whose elements feedgen leaves without a namespace."""
        if self.stored is None:
            return entry
        ours = self.stored.entry
        SubElement(entry, "published").text = self.stored.published.isoformat()
        if ours.language:
            entry.set(_XML_LANG, ours.language)
        if ours.external_url:  # feedgen loses every `rel` of an entry's links
            SubElement(entry, "link", rel="related", href=ours.external_url)
        if ours.comments_url:
            SubElement(entry, "link", rel="replies", href=ours.comments_url, type="text/html")
        for enclosure in ours.enclosures:
            _link_enclosure(entry, "link", enclosure)
            if enclosure.duration and _medium(enclosure) != "image":
                _media_content(entry, enclosure)
        if origin := ours.origin or self.stored.origin:
            _atom_source(entry, origin)
        _add_shared(entry, self.stored)
        return entry

    def extend_rss(self, item: _Element) -> _Element:
        """Add to an RSS ``<item>``."""
        if self.stored is None:
            return item
        ours = self.stored.entry
        SubElement(item, "pubDate").text = format_datetime(self.stored.published)
        if self.stored.updated != self.stored.published:
            SubElement(item, f"{_ATOM}updated").text = self.stored.updated.isoformat()
        _add_creators(item, ours.authors or (self.stored.author,))
        for contributor in ours.contributors:
            SubElement(item, f"{_DC}contributor").text = name_of(contributor)
        if ours.language:
            SubElement(item, f"{_DC}language").text = ours.language
        if ours.rights:
            SubElement(item, f"{_DC}rights").text = ours.rights
        if ours.external_url:
            SubElement(item, f"{_ATOM}link", rel="related", href=ours.external_url)
        if ours.enclosures:
            _rss_enclosures(item, ours.enclosures, has_image=ours.image is not None)
        origin = ours.origin or self.stored.origin
        if origin is not None and origin.feed_url:
            source = SubElement(item, "source", url=origin.feed_url)
            source.text = origin.title or origin.feed_url
        _add_shared(item, self.stored)
        return item


def _add_shared(element: _Element, stored: StoredEntry) -> None:
    """What an Atom entry and an RSS item say in the same words."""
    if image := stored.entry.image:
        SubElement(element, f"{_MEDIA}thumbnail", url=image)
    if extra := stored.entry.extra:
        _add_episode(element, extra, image)
        if extra.place:
            SubElement(element, _GEORSS + extra.place.shape).text = _coordinates(extra.place)


def _add_creators(item: _Element, authors: tuple[Person, ...]) -> None:
    """Everyone's name, in the order of the authors: before feedgen's ``<author>``, which is of
    those alone who have an address."""
    creators = []
    for author in authors:
        creator = SubElement(item, f"{_DC}creator")
        creator.text = name_of(author)
        creators.append(creator)
    if len(creators) > 1 and (addressed := item.find("author")) is not None:
        for creator in creators:
            addressed.addprevious(creator)


# -------------------------------------------------------------------------------------- enclosures


def _medium(enclosure: Enclosure) -> str:
    """``audio``, ``video``, ``image``, …; "" where that is unknown."""
    return (media_type(enclosure.type) or "").partition("/")[0].lower()


def _link_enclosure(parent: _Element, tag: str, enclosure: Enclosure) -> None:
    link = SubElement(parent, tag, rel="enclosure", href=enclosure.url)
    if kind := media_type(enclosure.type):
        link.set("type", kind)
    if enclosure.length:  # 0 means that nobody knows it
        link.set("length", str(enclosure.length))


def _rss_enclosures(item: _Element, enclosures: tuple[Enclosure, ...], *, has_image: bool) -> None:
    """RSS 2.0 has one enclosure an item, on the web, and requires all three of its attributes. All
    are ``media:content``, which readers take for files that are played; others are linked too."""
    chosen = next((one for one in enclosures if one.url.startswith(("http:", "https:"))), None)
    for enclosure in enclosures:
        medium = _medium(enclosure)
        if enclosure is chosen:
            SubElement(
                item,
                "enclosure",
                url=enclosure.url,
                length=str(enclosure.length or 0),
                type=media_type(enclosure.type) or UNKNOWN_TYPE,
            )
        elif medium not in ("audio", "video"):
            _link_enclosure(item, f"{_ATOM}link", enclosure)
        # A picture in Media RSS stands for the entry, where nothing else does.
        if (len(enclosures) > 1 or enclosure.duration) and (medium != "image" or has_image):
            _media_content(item, enclosure)


def _media_content(element: _Element, enclosure: Enclosure) -> None:
    content = SubElement(element, f"{_MEDIA}content", url=enclosure.url)
    if kind := media_type(enclosure.type):
        content.set("type", kind)
    if enclosure.length:
        content.set("fileSize", str(enclosure.length))
    if enclosure.duration:
        content.set("duration", str(enclosure.duration))


# ----------------------------------------------------------------------------- episodes and places


def _add_episode(element: _Element, extra: Extra, image: str | None) -> None:
    numbers = (("duration", extra.duration), ("episode", extra.episode), ("season", extra.season))
    for name, number in numbers:
        if number is not None:
            SubElement(element, _ITUNES + name).text = str(number)
    if extra.explicit is not None:
        SubElement(element, f"{_ITUNES}explicit").text = "true" if extra.explicit else "false"
    for transcript in extra.transcripts:
        _resource(element, f"{_PODCAST}transcript", transcript)
    if extra.chapters:
        _resource(element, f"{_PODCAST}chapters", extra.chapters)
    if image and extra != Extra(place=extra.place):
        SubElement(element, f"{_ITUNES}image", href=image)


def _resource(element: _Element, tag: str, resource: Resource) -> None:
    child = SubElement(element, tag, url=resource.url)
    if resource.type:
        child.set("type", resource.type)
    if resource.language:
        child.set("language", resource.language)


def _coordinates(place: Place) -> str:
    return " ".join(map(_decimal, place.coordinates))


def _decimal(number: float) -> str:
    """`number` without an exponent, which GeoRSS does not know."""
    text = repr(number)
    return f"{Decimal(text):.30f}".rstrip("0").rstrip(".") if "e" in text else text


# ------------------------------------------------------------------------------------------ source


def _atom_source(entry: _Element, origin: Origin) -> None:
    """What is known of the feed; its `updated` is not, and is not made up."""
    source = SubElement(entry, "source")
    if origin.id:
        SubElement(source, "id").text = origin.id
    if origin.title:
        SubElement(source, "title").text = origin.title
    if origin.url:
        SubElement(source, "link", rel="alternate", href=origin.url)
    if origin.feed_url:
        SubElement(source, "link", rel="self", href=origin.feed_url)
    if origin.author:
        author = SubElement(source, "author")
        SubElement(author, "name").text = name_of(origin.author)
        if origin.author.email:
            SubElement(author, "email").text = origin.author.email
        if origin.author.url:
            SubElement(author, "uri").text = origin.author.url
    if origin.rights:
        SubElement(source, "rights").text = origin.rights
