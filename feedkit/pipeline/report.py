"""What a run did: values for people and programs, counted as it goes."""

from typing import Literal, Protocol

import msgspec
from msgspec import Struct

from feedkit.publish.published import Published
from feedkit.store.rows import Counts

Outcome = Literal["collected", "unchanged", "not due", "waiting", "failed"]


class Hub(Struct, frozen=True):
    """A WebSub hub, and what a feed is to it. `feed` is as the configuration names it."""

    feed: str
    url: str
    topic: str


class SourceReport(Struct):
    """What became of one source."""

    name: str
    outcome: Outcome = "collected"
    counts: Counts = msgspec.field(default_factory=Counts)
    reason: str | None = None
    """Why it failed or waits, one sentence."""
    problems: list[str] = []
    """A line for each article or entry that could not be taken as it is, and for a feed's move."""
    notes: list[str] = []
    """What is as it should be, but may be asked for."""
    is_failing: bool = False
    """Whether the last answer was a failure, in this run or before."""
    was_failing: bool = False
    """Whether it was one before this run."""
    is_gone: bool = False
    """Whether its server said in this run that it is gone, so that it is asked no more."""
    hub: Hub | None = None
    """Who tells of its news, where it said so in this run."""
    moved_to: str | None = None
    """Where it was found to have moved for good in this run."""


class Report(Struct):
    """What one run did."""

    sources: list[SourceReport] = []
    feeds: frozenset[str] | None = None
    """All that are followed, as the configuration and its lists name them; None: a list cannot be
    read."""
    published: Published = msgspec.field(default_factory=Published)

    @property
    def failed(self) -> list[SourceReport]:
        """The sources that could not be collected."""
        return [source for source in self.sources if source.outcome == "failed"]

    @property
    def failing(self) -> list[SourceReport]:
        """The sources that could not be collected when they were last asked."""
        return [s for s in self.sources if s.is_failing or s.outcome == "failed"]

    @property
    def counts(self) -> Counts:
        """All sources taken together."""
        total = Counts()
        for source in self.sources:
            total.add(source.counts)
        return total


def together(first: Published, then: Published) -> Published:
    """What publishing twice in one run did. What failed the first time was tried again."""
    return Published(
        documents=then.documents,
        written=[*dict.fromkeys((*first.written, *then.written))],
        removed=[*dict.fromkeys((*first.removed, *then.removed))],
        failed=then.failed,
        problems=[*dict.fromkeys((*first.problems, *then.problems))],
    )


class Progress(Protocol):
    """Is told how far a run is."""

    def total(self, steps: int) -> None:
        """There are `steps` more to do."""

    def step(self, done: int = 1) -> None:
        """So many of them are done."""


class NoProgress:
    """Tells nobody."""

    def total(self, steps: int) -> None:
        """Ignored."""

    def step(self, done: int = 1) -> None:
        """Ignored."""
