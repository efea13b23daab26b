"""What feedgen lacks around entries, as an extension of its feeds: WebSub hubs in RSS, where an
archive stands (RFC 5005, 4), and what was deleted (RFC 6721)."""

from feedgen.ext.base import BaseExtension
from lxml.etree import SubElement, _Element

from feedkit.publish.extension import NAMESPACES
from feedkit.publish.jobs import FrameJob

_HISTORY = "http://purl.org/syndication/history/1.0"
_TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"


class FeedkitExtension(BaseExtension):
    """Writes the parts of a `FrameJob` that feedgen has no field for."""

    def __init__(self) -> None:
        self.job: FrameJob | None = None

    def extend_ns(self) -> dict[str | None, str]:
        """feedgen puts these on the root element, once for all entries."""
        declared = dict(NAMESPACES)
        if self.job is None or self.job.format_name != "atom":
            return declared
        for prefix in ("atom", "content", "dc"):  # of RSS
            del declared[prefix]
        if self.job.tombstones:
            declared["at"] = _TOMBSTONES
        if self.job.chain and self.job.chain.number is not None:
            declared["fh"] = _HISTORY
        return declared

    def extend_atom(self, feed: _Element) -> _Element:
        """Add to an ``atom:feed``; its links are feedgen's business."""
        if self.job is None:
            return feed
        if self.job.chain and self.job.chain.number is not None:
            SubElement(feed, f"{{{_HISTORY}}}archive")
        for stone in self.job.tombstones:
            when = stone.at.isoformat()
            SubElement(feed, f"{{{_TOMBSTONES}}}deleted-entry", ref=stone.id, when=when)
        return feed

    def extend_rss(self, rss: _Element) -> _Element:
        """Add to the channel of an RSS document, in which feedgen writes no link but its own."""
        for hub in self.job.hubs if self.job else ():
            SubElement(rss[0], f"{{{NAMESPACES['atom']}}}link", rel="hub", href=hub)
        return rss
