"""What a cycle did → the log: a line for what is new, none for what is as it was before.

[docs/daemon.md](../../docs/daemon.md) tells people what each event means.
"""

from collections.abc import Sequence

from feedkit.logs import complain, debug, say, warn
from feedkit.pipeline.report import Report, SourceReport


class Journal:
    """Remembers what was said, so that it is said once."""

    def __init__(self) -> None:
        self._failing: dict[str, str] = {}
        """Sources that failed, and why."""
        self._problems: dict[str, frozenset[str]] = {}
        self._unwritten: frozenset[str] = frozenset()

    def tell(self, report: Report) -> None:
        """Say what came of a cycle."""
        for source in report.sources:
            self._tell_problems(source)
            self._tell_source(source)
        names = {source.name for source in report.sources}
        for name in (self._failing.keys() | self._problems.keys()) - names:
            self._failing.pop(name, None)  # it is configured no more
            self._problems.pop(name, None)
        self._tell_published(report)

    def _tell_source(self, source: SourceReport) -> None:
        name = source.name
        if source.outcome == "failed":
            self._tell_failure(source, source.reason or "")
            return
        if source.outcome in ("not due", "waiting"):
            if source.reason is not None:
                debug("waiting", source.reason, source=name)
            return
        if self._failing.pop(name, None) is not None or source.was_failing:
            say("recovered", "answers again", source=name)
        counts = source.counts
        if counts.new or counts.changed or counts.withdrawn:
            facts = {"new": counts.new, "changed": counts.changed, "withdrawn": counts.withdrawn}
            sentence = ", ".join(f"{count:,} {word}" for word, count in facts.items() if count)
            say("entries", sentence, source=name, **facts)
        else:
            debug("unchanged", "nothing new", source=name)
        for note in source.notes:
            debug("note", _without(name, note), source=name)

    def _tell_failure(self, source: SourceReport, reason: str) -> None:
        is_known = source.was_failing or source.name in self._failing
        self._failing[source.name] = reason
        if source.is_gone:
            warn("gone", reason, source=source.name)
        elif is_known:
            debug("failing", reason, source=source.name)
        else:
            warn("failing", reason, source=source.name)

    def _tell_problems(self, source: SourceReport) -> None:
        if source.outcome in ("not due", "waiting", "failed"):
            return  # nobody looked
        lines = frozenset(source.problems)
        event = "problem" if source.moved_to is None else "moved"
        for line in sorted(lines - self._problems.get(source.name, frozenset())):
            warn(event, _without(source.name, line), source=source.name)
        self._problems[source.name] = lines

    def _tell_published(self, report: Report) -> None:
        published = report.published
        if published.written:
            count = len(published.written)
            noun = "file" if count == 1 else "files"
            say(
                "published",
                f"wrote {count:,} {noun} of {published.documents:,}",
                written=count,
                documents=published.documents,
            )
        for path in published.written:
            debug("written", path)
        for line in published.problems:
            warn("problem", line)
        unwritten = frozenset(published.failed)
        if unwritten - self._unwritten:
            complain("unwritten", _first(published.failed), files=len(unwritten))
        self._unwritten = unwritten


def _without(name: str, line: str) -> str:
    """`line` without the source's name, which the log's line has anyway."""
    return line.removeprefix(f"{name}: ").removeprefix(f"{name}/")


def _first(lines: Sequence[str]) -> str:
    more = len(lines) - 1
    return f"{lines[0]} (and {more:,} more like it)" if more else lines[0]
