"""What the links of entries and feeds are for: which field each relation fills (RFC 4287, 4.2.7).

Where several links have one relation, the first counts.
"""

from feedkit.model import Enclosure
from feedkit.parse.draft import EntryDraft, FeedDraft, add_enclosure

_IANA = (
    "http://www.iana.org/assignments/relation/",
    "http://www.iana.org/assignments/link-relations/",
)
_PAGE_TYPES = ("", "text/html", "application/xhtml+xml")


def link_relation(rel: str | None) -> str:
    """What a link is for, in lower case; "alternate" where it does not say (RFC 4287, 4.2.7.2)."""
    relation = (rel or "alternate").strip().lower()
    return relation.rpartition("/")[2] if relation.startswith(_IANA) else relation


def is_page(kind: str) -> bool:
    """Whether what is of this media type may be a page for people: HTML, or of no stated type."""
    return kind.partition(";")[0].strip().lower() in _PAGE_TYPES


def add_entry_link(
    draft: EntryDraft, relation: str, href: str, kind: str, length: int | None
) -> None:
    """Notes an entry's link to what is of the media type `kind`, and of so many bytes."""
    match relation:
        case "alternate" if is_page(kind):
            draft.url = draft.url or href
        case "alternate":
            draft.other_url = draft.other_url or href
        case "enclosure":
            add_enclosure(draft.enclosures, Enclosure(url=href, type=kind or None, length=length))
        case "replies" if is_page(kind):  # RFC 4685, 4; others are feeds of comments
            draft.comments_url = draft.comments_url or href
        case "related":
            draft.external_url = draft.external_url or href
        case "license":  # RFC 4946
            draft.license = draft.license or href


def add_feed_link(draft: FeedDraft, relation: str, href: str, kind: str) -> None:
    """Notes a feed's link to what is of the media type `kind` (RFC 4287, RFC 5005, WebSub)."""
    match relation:
        case "alternate" if is_page(kind):
            draft.url = draft.url or href
        case "alternate":
            draft.other_url = draft.other_url or href
        case "self":
            draft.self_url = draft.self_url or href
        case "hub":
            draft.hub = draft.hub or href
        case "prev-archive":
            draft.prev_archive = draft.prev_archive or href
        case "next":
            draft.next_page = draft.next_page or href
        case "license":
            draft.license = draft.license or href
