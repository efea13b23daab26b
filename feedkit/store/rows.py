"""What goes into the store and what comes out of it: plain values, no database.

Times are microseconds since 1970 UTC.
"""

from enum import IntEnum
from typing import NamedTuple

from msgspec import Struct

from feedkit.model import Origin


class EntryState(IntEnum):
    """Whether an entry is in the documents. An entry that is not stays in the store."""

    VISIBLE = 0
    FILTERED = 1
    """Its source's `include` or `exclude` leaves it out."""
    WITHDRAWN = 2
    """Its article was deleted, or made a draft again."""


class NamedCategory(NamedTuple):
    """A category as an entry or a source names it."""

    key: str
    """Equal for all spellings of one category."""
    name: str
    declared: bool = False
    """Whether a person put it there, so that it gets a feed."""


EVERYTHING = NamedCategory("", "", declared=True)
"""The category that each visible entry is in."""


class NewEntry(NamedTuple):
    """An entry ready to be stored."""

    guid: str
    hash: str
    """Of `data` and `body`: an entry whose hash is stored already is not written."""
    published: int | None
    updated: int | None
    state: EntryState
    data: bytes
    categories: tuple[NamedCategory, ...]
    body: bytes | None = None
    """What the content is still to be made of, once a document needs it; None: it is there."""
    keys: tuple[int, ...] = ()
    """64 bits each, signed: entries that may be one have one in common."""


class Validators(NamedTuple):
    """What a conditional request sends back (RFC 9110, 8.8), and the hash of what it was for."""

    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    given_by: str | None = None
    """The origin that gave them; None: that of the address that is asked for."""
    given_for: str = ""
    """What was sent to get them, as a person configured it: they are those of its answer."""


class Timing(NamedTuple):
    """When a source is due, and what is known for that."""

    schedule: str = ""
    """By which `due_at` was planned."""
    due_at: int | None = None
    """None: at once."""
    due_reason: str = ""
    succeeded_at: int | None = None
    fresh_until: int | None = None
    retry_at: int | None = None
    is_gone: bool = False
    ttl: int | None = None
    """Minutes."""
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[str, ...] = ()
    rhythm: int | None = None
    """Microseconds from entry to entry."""
    newest_at: int | None = None


class Moving(NamedTuple):
    """Where a source has moved to, and where it may be moving."""

    url: str | None = None
    """Where it is fetched from since it moved there for good."""
    to: str | None = None
    """Where its address led since then, for good as its server says."""
    since: int | None = None
    times: int = 0


class SourceRow(NamedTuple):
    """A source as stored."""

    id: int
    key: str
    title: str
    site_url: str | None
    categories: tuple[NamedCategory, ...]
    filters: str
    recipe: str
    validators: Validators
    checked_at: int | None
    failures: int
    error: str | None
    is_keyed: bool
    """Whether each of its entries is found by its keys; not so in an older release's store, nor
    while there is nothing to compare them to."""
    is_followed: bool
    """Whether it is collected, so far as is known."""
    timing: Timing = Timing()
    moving: Moving = Moving()
    origin: Origin = Origin()
    """What the feed says of itself beside its title and site: id, author and rights."""


class DueRow(NamedTuple):
    """What is stored of when a source is to be asked."""

    due_at: int | None
    """None: at once."""
    checked_at: int | None
    retry_at: int | None
    is_gone: bool
    url: str | None
    """Where it is fetched from since it moved there for good."""


class FileRow(NamedTuple):
    """An article file as it was last read."""

    path: str
    size: int
    mtime_ns: int
    hash: str
    guid: str | None
    """Of its entry; None for a draft, an article still to come or a file that cannot be read."""
    due_at: int | None
    problems: str
    """What could not be read or had to be guessed, a clause a line."""


class EntryRow(NamedTuple):
    """A stored entry as documents need it."""

    id: int
    source_id: int
    first_seen: int
    changed_at: int
    order_time: int
    data: bytes
    body: bytes | None
    own_id: str | None
    """What it is published under, where that is not the id in `data`."""
    lent: tuple[NamedCategory, ...] | None
    """Categories that it is in because copies of it are."""


class RelatedRow(NamedTuple):
    """A stored entry that may be the same as another source's."""

    id: int
    source_id: int
    first_seen: int
    original_id: int | None
    """The entry that it was found to be a copy of."""
    own_id: str | None
    hash: str
    has_body: bool
    """Whether the content in `data` is still to be made."""
    data: bytes
    """The same object in rows of which both, hash and body or none, are equal."""


class CategoryRow(NamedTuple):
    """A category as stored. `revision` grows with each change of an entry in it."""

    id: int
    key: str
    name: str
    slug: str | None
    declared: bool
    created_at: int
    revision: int


UNWRITTEN = ""
"""The fingerprint of a document that is about to be written for the first time."""


class DocumentRow(NamedTuple):
    """A published file as it was last written."""

    path: str
    fingerprint: str
    size: int
    mtime_ns: int
    folder: str
    """Whose row stands for it."""


class FolderRow(NamedTuple):
    """A topic's folder, as it was when all of its documents were there."""

    path: str
    made_of: str = ""
    """What its feeds, its page and its open archive were made of; "": nobody knows."""
    changed_at: int = 0
    """When a file last came into it or left it, as the target tells."""
    archives_made_of: str = ""
    """What its whole archives were made of."""
    archives_changed_at: int = 0
    """The same of the folder of archives."""


class Edition(NamedTuple):
    """A topic's feed and its open archive, as they were last put together."""

    topic_id: int
    state: str
    """What it was put together of, as its maker says."""
    listed: tuple[int, ...] = ()
    """The entries in its feed, newest first."""
    rest: tuple[int, ...] = ()
    """Those in neither its feed nor a whole archive, in the order in which they left the feed."""
    last_id: int = 0
    """No entry had a higher id then."""
    relisted: tuple[int, ...] = ()
    """Those in its feed that are in a whole archive, too."""


class Archive(NamedTuple):
    """A whole archive document."""

    topic_id: int
    number: int
    """From 1, the oldest."""
    whole_at: int
    """When it became whole."""
    version: int
    """Grows when an entry in it is deleted."""


class Wholes(NamedTuple):
    """What is known of all whole archives of a topic together."""

    total: int = 0
    latest: int = 0
    """When the last one became whole."""
    versions: int = 0
    """The sum of their versions."""


class Standing(NamedTuple):
    """How an entry stands to a topic."""

    id: int
    published_id: str
    changed_at: int
    order_time: int
    is_withdrawn: bool
    is_shown: bool


class Counts(Struct):
    """What became of a source's entries in one run."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    withdrawn: int = 0

    def add(self, other: "Counts") -> None:
        """Add `other` to this."""
        self.new += other.new
        self.changed += other.changed
        self.unchanged += other.unchanged
        self.withdrawn += other.withdrawn
