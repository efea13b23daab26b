from collections.abc import Awaitable, Callable
from datetime import datetime, tzinfo

from apscheduler.events import JobExecutionEvent

class AsyncIOScheduler:
    def __init__(self, *, timezone: tzinfo) -> None: ...
    def start(self) -> None: ...
    def shutdown(self, wait: bool = True) -> None: ...
    def add_listener(self, callback: Callable[[JobExecutionEvent], None], mask: int) -> None: ...
    def add_job(
        self,
        func: Callable[[], Awaitable[None]],
        trigger: str,
        *,
        run_date: datetime,
        id: str,
        replace_existing: bool,
        max_instances: int,
        coalesce: bool,
        misfire_grace_time: int | None,
    ) -> object: ...
