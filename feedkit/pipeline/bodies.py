"""Makes the content of articles that a document needs, on all cores where they are many."""

from collections.abc import Iterable, Sequence

from feedkit.pipeline.prepare import finish_entries
from feedkit.pipeline.workers import Workers
from feedkit.store import UnfinishedEntry

_MANY = 50
"""Bodies from which on worker processes are worth their start: Markdown takes milliseconds."""


def finish(
    unfinished: Sequence[UnfinishedEntry], workers: Workers
) -> Iterable[Sequence[tuple[int, bytes]]]:
    """The entries, by id and encoded, with the content that their bodies make, in batches.

    An entry whose body ends the process that renders it is left out.
    """
    if len(unfinished) < _MANY:
        return [finish_entries(unfinished)]
    return workers.map(finish_entries, unfinished, lambda _: [])
