"""What the daemon did since it started, counted in one place for whoever shows it."""

from msgspec import Struct

from feedkit.pipeline.report import Report


class Metrics(Struct):
    """Totals since the start, but for the first three, which are of the last cycle."""

    sources: int = 0
    failing: int = 0
    seconds: float = 0.0
    """That it took."""
    cycles: int = 0
    asked: int = 0
    """Feeds and folders that were read."""
    unchanged: int = 0
    """Of those, the ones that had nothing new."""
    failed: int = 0
    new: int = 0
    """Entries; so are the next two."""
    changed: int = 0
    withdrawn: int = 0
    written: int = 0
    """Documents; so is the next."""
    unwritten: int = 0
    faults: int = 0
    """Cycles that ended early: the store could not be used, or feedkit has a fault."""

    def count(self, report: Report, seconds: float) -> None:
        """Add what one cycle did, which took so long."""
        outcomes = [source.outcome for source in report.sources]
        self.sources, self.failing = len(outcomes), len(report.failing)
        self.seconds = round(seconds, 3)
        self.cycles += 1
        self.asked += sum(outcome not in ("not due", "waiting") for outcome in outcomes)
        self.unchanged += outcomes.count("unchanged")
        self.failed += outcomes.count("failed")
        counts = report.counts
        self.new += counts.new
        self.changed += counts.changed
        self.withdrawn += counts.withdrawn
        self.written += len(report.published.written)
        self.unwritten += len(report.published.failed)
