"""Renders entries and documents' frames for `feedkit.publish`, in worker processes or here."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from feedkit.pipeline.workers import Workers
from feedkit.publish.jobs import FrameJob, RenderedEntry, RenderJob

_MANY = 100
"""Jobs from which on worker processes are worth their start: Markdown takes milliseconds."""

Job = TypeVar("Job")
Result = TypeVar("Result")


class WorkersPress:
    """A `feedkit.publish.jobs.Press` that has worker processes."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers

    def entries(self, jobs: Sequence[RenderJob]) -> Iterable[Sequence[RenderedEntry]]:
        """The entries rendered; one whose body ends the process that renders it, without it."""
        return self._map(render_entries, jobs, _without_body)

    def frames(self, jobs: Sequence[FrameJob]) -> Iterable[Sequence[tuple[bytes, bytes]]]:
        """What stands before and after the entries of each document."""
        return self._map(render_frames, jobs, lambda job: render_frames([job]))

    def _map(
        self,
        work: Callable[[Sequence[Job]], Result],
        jobs: Sequence[Job],
        give_up: Callable[[Job], Result],
    ) -> Iterable[Result]:
        if self._workers.are_running or len(jobs) >= _MANY:
            return self._workers.map(work, jobs, give_up)
        return [work(jobs)] if jobs else []


def render_entries(jobs: Sequence[RenderJob]) -> list[RenderedEntry]:
    """Entries as documents hold them, their content made first where there is none."""
    from feedkit.pipeline.prepare import finish_entry  # these cost 50 ms, here or in a worker
    from feedkit.publish.documents import render_stored

    rendered = []
    for job in jobs:
        data, finished = job.row.data, None
        if job.row.body is not None:
            data = finished = finish_entry(data, job.row.body)
        rendered.append(render_stored(job, data, finished))
    return rendered


def render_frames(jobs: Sequence[FrameJob]) -> list[tuple[bytes, bytes]]:
    """What stands before and after the entries of each document."""
    from feedkit.publish.documents import render_frame

    return [render_frame(job) for job in jobs]


def _without_body(job: RenderJob) -> list[RenderedEntry]:
    return render_entries([job._replace(row=job.row._replace(body=None))])
