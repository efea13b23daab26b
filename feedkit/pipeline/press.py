"""Renders entries and documents' frames for `feedkit.publish`, in worker processes or here."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from feedkit.pipeline.workers import Workers, import_for_rendering
from feedkit.publish.jobs import Frame, FrameJob, RenderedEntry, RenderJob

_MANY = 100
"""Jobs from which on worker processes are worth their start: Markdown takes milliseconds."""
_MANY_READY = 5_000
"""The same where content is there already: that takes a tenth of one."""


class WorkersPress:
    """A `feedkit.publish.jobs.Press` that has worker processes."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        workers.warm_up(import_for_rendering)

    def entries(
        self, batches: Iterable[Sequence[RenderJob]], *, expected: int
    ) -> Iterator[Sequence[RenderedEntry]]:
        """The entries rendered; one whose body ends the process that renders it, without it."""
        batches = iter(batches)
        first = next(batches, ())
        is_ready = all(job.row.body is None for job in first)
        batches = chain((first,), batches)
        if not self._workers.are_running and expected < (_MANY_READY if is_ready else _MANY):
            return map(render_entries, batches)
        return self._workers.map(render_entries, batches, _without_body, expected=expected)

    def frames(self, jobs: Sequence[FrameJob]) -> Iterator[Sequence[Frame]]:
        """What stands around the entries of each document."""
        if not self._workers.are_running:
            return map(render_frames, [jobs])
        return self._workers.map(render_frames, [jobs], _render_frame, expected=len(jobs))


def render_entries(jobs: Sequence[RenderJob]) -> list[RenderedEntry]:
    """Entries as documents hold them, their content made first where there is none."""
    from feedkit.publish.rendering import render_stored  # it costs 30 ms, here or in a worker

    rendered = []
    for job in jobs:
        data, finished = job.row.data, None
        if job.row.body is not None:
            data, finished = _finished(data, job.row.body)
        rendered.append(render_stored(job, data, finished))
    return rendered


def _finished(data: bytes, body: bytes) -> tuple[bytes, bytes | None]:
    """An entry with the content that its body makes; and to be stored so, if that was slow."""
    from feedkit.parse.article import is_slow_to_render  # these cost another 30 ms
    from feedkit.pipeline.prepare import finish_entry

    data = finish_entry(data, body)
    return data, data if is_slow_to_render(body) else None


def render_frames(jobs: Sequence[FrameJob]) -> list[Frame]:
    """What stands around the entries of each document."""
    from feedkit.publish.rendering import render_frame

    return [render_frame(job) for job in jobs]


def _render_frame(job: FrameJob) -> list[Frame]:
    return render_frames([job])


def _without_body(job: RenderJob) -> list[RenderedEntry]:
    reason = "its content ended the process that rendered it; published without"
    rendered = render_entries([job._replace(row=job.row._replace(body=None))])
    return [entry._replace(problem=reason) for entry in rendered]
