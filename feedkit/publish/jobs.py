"""What is to be rendered and what came of it: values that cross process boundaries.

Rendering is pure, so whoever publishes may have it done elsewhere: `Press`. An entry is rendered
once in each *form* that its documents need, and put into all of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, Protocol

from feedkit.config import Site
from feedkit.model import Entry, Origin, Person
from feedkit.publish.topics import Topic
from feedkit.store import EntryRow, NamedCategory

PAGE = "page"
"""The format of web pages, beside those of `[publish] formats`."""

ROOT = "\x00"
"""Stands in an entry's form for the relative path from its document to the output folder ("" or
"../../"), which each document puts in its place. No text that is published has this character."""


class Form(NamedTuple):
    """One way to render entries: the same bytes in each document that holds them in it."""

    format_name: str
    """One of ``[publish] formats``, or `PAGE`."""
    is_whole: bool = True
    """With its content; else with a summary alone."""


class RenderJob(NamedTuple):
    """An entry to render."""

    row: EntryRow
    origin: Origin | None
    """The feed it was collected from; None for an article."""
    author: Person
    """Stands where the entry names no author."""
    given: tuple[NamedCategory, ...]
    """The categories that its source gives it, and those of its copies."""
    forms: tuple[Form, ...]
    folders: Mapping[str, str]
    """Where the categories are published, below the output folder, by their folded names; only
    those that are."""
    site_url: str
    theme: Path | None
    """A folder of templates that stand in place of feedkit's own."""


class StoredEntry(NamedTuple):
    """An entry with what the store and the configuration know of it. All times are UTC."""

    entry: Entry
    published: datetime
    """When it was published, or first seen where that is unknown or claims the future."""
    updated: datetime
    origin: Origin | None
    """The feed it was collected from; None for an article."""
    author: Person
    """Stands where the entry names no author."""
    folders: Mapping[str, str] = {}
    """As those of a `RenderJob`."""
    site_url: str = ""


class RenderedEntry(NamedTuple):
    """One entry as it stands in its documents."""

    row_id: int
    id: str
    updated: datetime
    forms: Mapping[Form, bytes]
    finished: bytes | None
    """The entry with the content that its body made, encoded; None where it had its content, or
    where that is made as fast as it is found."""
    problem: str | None = None
    """Why its content is missing."""
    broken: str | None = None
    """Why it is not there in a form: what is wrong with a person's template."""


class Tombstone(NamedTuple):
    """An entry that was published and is no more (RFC 6721)."""

    id: str
    at: datetime


class Chain(NamedTuple):
    """Where a document stands in its topic's chain of archives (RFC 5005, 4): numbers of archive
    documents, from 1, the oldest."""

    number: int | None
    """Its own; None: it is the subscription document."""
    older: int | None
    newer: int | None


class Listing(NamedTuple):
    """A line of a page's list of what is published."""

    title: str
    name: str | None
    """The category's; None for everything."""
    folder: str


class SourceHealth(NamedTuple):
    """A source as a page lists it."""

    title: str
    site_url: str | None
    feed_url: str | None
    """None: an article folder, or a file of this machine."""
    newest_at: datetime | None
    """The time of its newest entry."""
    failing_since: datetime | None
    """Its last success, where it fails now; None: it does not, or never succeeded."""
    is_failing: bool = False


class SourceLine(NamedTuple):
    """A feed that is collected."""

    title: str
    """"" where it has none."""
    feed_url: str
    """As the configuration has it, a local path among others."""
    site_url: str | None
    categories: tuple[str, ...]
    """Those that a person gave to it."""


class Planet(NamedTuple):
    """What the page of everything shows beside entries."""

    topics: tuple[Listing, ...]
    sources: tuple[SourceHealth, ...]


class FrameJob(NamedTuple):
    """What stands around the entries of a document is to be rendered."""

    topic: Topic
    format_name: str
    site: Site
    updated: datetime
    formats: tuple[str, ...] = ()
    """Those the topic is published in: what its page names."""
    hubs: tuple[str, ...] = ()
    """WebSub hubs."""
    chain: Chain | None = None
    """None: the topic has no archives."""
    tombstones: tuple[Tombstone, ...] = ()
    planet: Planet | None = None
    """For the page of everything."""
    theme: Path | None = None
    is_styled: bool = False
    """Whether the style sheets are published that documents may name."""


class Frame(NamedTuple):
    """What stands around entries, and between two of them."""

    head: bytes
    between: bytes
    tail: bytes
    broken: str | None = None
    """Why there is none: what is wrong with a person's template."""


class Press(Protocol):
    """Renders, in this process or in others. The work is under way when a call returns."""

    def entries(
        self, batches: Iterable[Sequence[RenderJob]], *, expected: int
    ) -> Iterator[Sequence[RenderedEntry]]:
        """The entries rendered, in the order of the jobs, of which there are at most `expected`."""

    def frames(self, jobs: Sequence[FrameJob]) -> Iterator[Sequence[Frame]]:
        """What stands around the entries of each document, in batches."""


def from_microseconds(time: int) -> datetime:
    """A stored time as an aware UTC datetime, to the second."""
    return datetime.fromtimestamp(time // 1_000_000, UTC)
