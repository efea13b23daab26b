"""Whether a topic's folder is as it was when all its documents were written, so that none of them
need be looked at by itself, nor even known.

Its own documents each have a size and a time, which are compared. The whole archives beside them
are most of what there is, and never change: as long as the time of their folder is what it was,
they are taken to be there. What changed them where they stand is found by the look that is taken
at each of them once a day.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from feedkit.publish.plan import Plan, Planned, Standings
from feedkit.publish.targets import Target
from feedkit.publish.topics import ARCHIVES, Topic
from feedkit.store import DocumentRow, FolderRow


class Unsettled(NamedTuple):
    """A topic of which something is not as it was when it was written, or may not be."""

    topic: Topic
    standing: Standings
    with_archives: bool
    """Whether that may be so of its whole archives, too."""


def unsettled(
    plan: Plan,
    standings: Iterable[tuple[Topic, Standings]],
    known: Mapping[str, FolderRow],
    target: Target,
    *,
    is_thorough: bool,
) -> Iterator[Unsettled]:
    """Those of the topics whose documents are to be looked at one by one. `known` are folders as
    they were, by path; where the look `is_thorough`, every whole archive is looked at."""
    for topic, standing in standings:
        row = known.get(topic.folder)
        if row is None:
            yield Unsettled(topic, standing, with_archives=True)
            continue
        are_there = (
            not is_thorough
            and row.archives_made_of == plan.archives_made_of(standing)
            and row.archives_changed_at == _changed_at(target, topic, standing)
        )
        if not (
            are_there
            and row.made_of == plan.made_of(topic, standing)
            and row.states == _states(map(target.state, plan.paths(topic, standing)))
        ):
            yield Unsettled(topic, standing, with_archives=not are_there)


def folders_of(paths: Iterable[str]) -> list[str]:
    """The folders of topics, and those of their whole archives."""
    return [found for path in paths for found in (path, path + ARCHIVES)]


def settled(
    plan: Plan,
    each: Unsettled,
    planned: Sequence[Planned],
    rows: Mapping[str, DocumentRow],
    target: Target,
) -> FolderRow | None:
    """What is to be remembered of a topic whose documents that are `planned` were looked at; None
    where one of them is not as it should be. `rows` is what is known of documents now."""
    for document in planned:
        row = rows.get(document.path)
        if row is None or row.fingerprint != document.fingerprint:
            return None
    own = [rows[path] for path in plan.paths(each.topic, each.standing)]
    changed_at = _changed_at(target, each.topic, each.standing)
    states = _states((row.size, row.mtime_ns) for row in own)
    if changed_at is None or states is None:
        return None
    return FolderRow(
        each.topic.folder,
        plan.made_of(each.topic, each.standing),
        states,
        plan.archives_made_of(each.standing),
        changed_at,
    )


def _changed_at(target: Target, topic: Topic, standing: Standings) -> int | None:
    """When the folder of the topic's whole archives was last changed; 0 where it has none."""
    return target.changed_at(topic.folder + ARCHIVES) if standing.whole.total else 0


def _states(found: Iterable[tuple[int, int] | None]) -> bytes | None:
    """What targets tell of files, as it is stored; None where one is not there."""
    numbers = array("q")
    for state in found:
        if state is None:
            return None
        numbers.extend(state)
    return numbers.tobytes()
