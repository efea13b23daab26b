"""How feedkit is doing, told to the server: what the store knows, and what was counted."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from feedkit.config import Settings
from feedkit.daemon.metrics import Metrics
from feedkit.serve.inside import Inside, Measure

if TYPE_CHECKING:
    from feedkit.pipeline.status import FeedStatus


def inside_of(
    settings: Callable[[], Settings],
    metrics: Callable[[], Metrics] | None = None,
    trouble: Callable[[], str | None] = lambda: None,
) -> Inside:
    """What can be asked: of the store of the `settings` as they are then; of a daemon, where one
    runs, its `metrics`, and what `trouble` it has."""

    def sources() -> "Sequence[FeedStatus]":
        # These cost 15 MB, and many a server is never asked.
        from feedkit.pipeline.status import status
        from feedkit.pipeline.timing import utc_now
        from feedkit.store import Store

        now = settings()
        with Store(now.store.url) as store:
            return status(now, store, utc_now())

    return Inside(sources, lambda: [] if metrics is None else measures(metrics()), trouble)


def measures(metrics: Metrics) -> list[Measure]:
    """The daemon's counters and gauges."""
    return [
        Measure(f"feedkit_{name}", text, "gauge", getattr(metrics, field))
        for name, field, text in _GAUGES
    ] + [
        Measure(f"feedkit_{name}", text, "counter", getattr(metrics, field))
        for name, field, text in _COUNTERS
    ]


_GAUGES = (
    ("sources", "sources", "Sources in the last cycle."),
    ("sources_failing", "failing", "Of those, the ones that fail."),
    ("cycle_seconds", "seconds", "That the last cycle took."),
)
_COUNTERS = (
    ("cycles", "cycles", "Cycles since the start."),
    ("asked", "asked", "Feeds and folders that were read."),
    ("unchanged", "unchanged", "Of those, the ones that had nothing new."),
    ("failed", "failed", "Of those, the ones that could not be read."),
    ("entries_new", "new", "Entries that came."),
    ("entries_changed", "changed", "Entries that changed."),
    ("entries_withdrawn", "withdrawn", "Entries that their source took back."),
    ("documents_written", "written", "Documents that were written."),
    ("documents_unwritten", "unwritten", "Documents that could not be written."),
    ("faults", "faults", "Cycles that ended early."),
)
