"""Documents → the target, in an order in which none names another that is not there."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

from feedkit.errors import PublishError
from feedkit.publish.assembly import Made
from feedkit.publish.compression import write_with_copies
from feedkit.publish.plan import PAGES, Planned
from feedkit.publish.published import Published
from feedkit.publish.singles import Single
from feedkit.publish.targets import Target
from feedkit.store import DocumentRow

_WRITERS = 4


class _Write(NamedTuple):
    planned: Planned
    result: "Future[bool]"


class Writing:
    """Writes documents as they come, the disk at work while the next are put together.

    No document is written before those that it names: a feed after its topic's archives, a page
    after its topic's feeds, the page of everything after all. Where one of them failed, what would
    name it stays as it is.
    """

    def __init__(self, target: Target, published: Published, *, compress: bool) -> None:
        self._target = target
        self._published = published
        self._compress = compress
        self._waiting: deque[_Write] = deque()
        self._failed: dict[str, int] = {}
        """The lowest rank of a document that could not be written, by its topic's folder."""

    def write(self, documents: Iterable[Made]) -> Iterator[DocumentRow]:
        """Write the documents; what to remember of each that is in the target now."""
        with ThreadPoolExecutor(_WRITERS) as writers:
            for planned, data, broken in documents:
                yield from self._written_before(planned)
                if broken:
                    self._fail(planned, broken)
                if broken or self._names_what_failed(planned):
                    continue
                write = writers.submit(
                    write_with_copies, self._target, planned.path, data, self._compress
                )
                self._waiting.append(_Write(planned, write))
                if len(self._waiting) > 2 * _WRITERS:
                    yield from self._first()
            while self._waiting:
                yield from self._first()

    def write_last(self, wanted: Single) -> Iterator[DocumentRow]:
        """Write what names documents of all topics, unless one of these failed."""
        if not self._failed:
            yield from self.write_single(wanted)

    def write_single(self, wanted: Single) -> Iterator[DocumentRow]:
        """Write what waits for no other."""
        try:
            if write_with_copies(self._target, wanted.path, wanted.make(), self._compress):
                self._published.written.append(wanted.path)
            state = self._target.state(wanted.path)
        except PublishError as error:
            self._published.failed.append(str(error))
        else:
            if state is not None:
                yield DocumentRow(wanted.path, wanted.fingerprint, *state, wanted.folder)

    def _written_before(self, planned: Planned) -> Iterator[DocumentRow]:
        """Wait for what the document names."""
        is_last = planned.rank == PAGES and planned.topic.name is None
        while any(
            is_last
            or (
                (write.planned.topic.folder == planned.topic.folder)
                and write.planned.rank < planned.rank
            )
            for write in self._waiting
        ):
            yield from self._first()

    def _names_what_failed(self, planned: Planned) -> bool:
        if planned.rank == PAGES and planned.topic.name is None:
            return bool(self._failed)
        return self._failed.get(planned.topic.folder, planned.rank) < planned.rank

    def _first(self) -> Iterator[DocumentRow]:
        """Wait for the first of those that are being written."""
        planned, result = self._waiting.popleft()
        try:
            if result.result():
                self._published.written.append(planned.path)
            state = self._target.state(planned.path)
        except PublishError as error:
            self._fail(planned, str(error))
        else:
            if state is not None:
                yield DocumentRow(planned.path, planned.fingerprint, *state, planned.folder)

    def _fail(self, planned: Planned, reason: str) -> None:
        if reason not in self._published.failed:  # a template fails in each page that it makes
            self._published.failed.append(reason)
        lowest = self._failed.get(planned.topic.folder, planned.rank)
        self._failed[planned.topic.folder] = min(lowest, planned.rank)
