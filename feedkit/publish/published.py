"""What publishing needs from the pipeline, and what it says it did."""

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from feedkit.store import UnfinishedEntry

Finish = Callable[[Sequence[UnfinishedEntry]], Iterable[Sequence[tuple[int, bytes]]]]
"""Makes the content of entries; gives them back in batches, by id and encoded."""


class Published(Struct):
    """What became of the documents."""

    documents: int = 0
    written: list[str] = []
    """Paths below the output folder."""
    failed: list[str] = []
    """A sentence for each document that could not be written."""
