"""What is to be rendered and what came of it: values that cross process boundaries.

Rendering is pure, so whoever publishes may have it done elsewhere: `Press`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

from feedkit.config import Site
from feedkit.model import Origin, Person
from feedkit.publish.topics import Topic
from feedkit.store import EntryRow, NamedCategory


class RenderJob(NamedTuple):
    """An entry to render."""

    row: EntryRow
    origin: Origin | None
    """The feed it was collected from; None for an article."""
    author: Person
    """Stands where the entry names no author."""
    given: tuple[NamedCategory, ...]
    """The categories that its source gives it, and those of its copies."""
    formats: tuple[str, ...]


class RenderedEntry(NamedTuple):
    """One entry as it stands in every document of a format."""

    row_id: int
    id: str
    updated: datetime
    xml: Mapping[str, bytes]
    """By format."""
    finished: bytes | None
    """The entry with the content that its body made, encoded; None where it had its content, or
    where that is made as fast as it is found."""
    problem: str | None = None
    """Why its content is missing."""


class FrameJob(NamedTuple):
    """What stands around the entries of a document is to be rendered."""

    topic: Topic
    format_name: str
    site: Site
    updated: datetime


class Press(Protocol):
    """Renders, in this process or in others. The work is under way when a call returns."""

    def entries(
        self, batches: Iterable[Sequence[RenderJob]], *, expected: int
    ) -> Iterator[Sequence[RenderedEntry]]:
        """The entries rendered, in the order of the jobs, of which there are at most `expected`."""

    def frames(self, jobs: Sequence[FrameJob]) -> Iterator[Sequence[tuple[bytes, bytes]]]:
        """What stands before and after the entries of each document, in batches."""


def from_microseconds(time: int) -> datetime:
    """A stored time as an aware UTC datetime, to the second."""
    return datetime.fromtimestamp(time // 1_000_000, UTC)
