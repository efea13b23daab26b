"""Whether a topic's folder is as it was when all its documents were written, so that none of them
need be looked at by itself, nor even known.

A folder has a time, which changes when a file comes into it, takes the place of another, or
leaves it. So most of what happens to published files is seen without a look at each of them. What
changed a file where it stands is not: that is found when every document is looked at.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from feedkit.publish.plan import Plan, Planned, Standings
from feedkit.publish.targets import Target
from feedkit.publish.topics import ARCHIVES, Topic
from feedkit.store import DocumentRow, FolderRow


class Unsettled(NamedTuple):
    """A topic of which something is not as it was when it was written, or may not be."""

    topic: Topic
    standings: Standings
    with_archives: bool
    """Whether that may be so of its whole archives, too."""


def unsettled(
    plan: Plan,
    topics: Iterable[tuple[Topic, Standings]],
    known: Mapping[str, FolderRow],
    target: Target,
) -> Iterator[Unsettled]:
    """Those of the topics whose documents are to be looked at one by one. `known` are folders as
    they were, by path."""
    for topic, standings in topics:
        row = known.get(topic.folder)
        if row is None:
            yield Unsettled(topic, standings, with_archives=True)
            continue
        are_there = row.archives_made_of == plan.archives_made_of(standings) and (
            row.archives_changed_at == _archives_changed_at(target, topic, standings)
        )
        if not (
            are_there
            and row.made_of == plan.made_of(topic, standings)
            and row.changed_at == target.changed_at(topic.folder)
        ):
            yield Unsettled(topic, standings, with_archives=not are_there)


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
    topic, standings, _ = each
    changed_at = target.changed_at(topic.folder)
    archives_changed_at = _archives_changed_at(target, topic, standings)
    if changed_at is None or archives_changed_at is None:
        return None
    return FolderRow(
        topic.folder,
        plan.made_of(topic, standings),
        changed_at,
        plan.archives_made_of(standings),
        archives_changed_at,
    )


def _archives_changed_at(target: Target, topic: Topic, standings: Standings) -> int | None:
    """When the folder of the topic's archives was last changed; 0 where it has none."""
    return target.changed_at(topic.folder + ARCHIVES) if standings.is_chain else 0
