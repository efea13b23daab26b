"""A run whenever one has something to do: what the daemon's one thread does at each tick.

What is due is in the store. Between cycles nothing is kept of it but the earliest time; a tick
before that looks whether an article changed, and opens nothing.
"""

import time
from collections.abc import Callable
from datetime import datetime
from queue import SimpleQueue

from feedkit.collect.addresses import shown
from feedkit.config import Settings
from feedkit.daemon.journal import Journal
from feedkit.daemon.memory import give_back
from feedkit.daemon.metrics import Metrics
from feedkit.errors import LockedError, StoreError
from feedkit.logs import complain, debug, say
from feedkit.pipeline.agenda import local_state, next_time
from feedkit.pipeline.housekeeping import housekeep, is_due
from feedkit.pipeline.instants import to_microseconds
from feedkit.pipeline.report import Report
from feedkit.pipeline.run import run
from feedkit.pipeline.timing import Clock, News
from feedkit.publish import Kept
from feedkit.store import Store, exclusive, open_store

SHORTEST = 1.0
LONGEST = 60.0
"""Seconds between two ticks: article folders are looked at every minute."""
_SHARE = 20
"""A cycle costs what it costs to look at all sources, be one due or hundreds. So the next one
comes when so many times what the last took of a core has passed, and takes what is due by then."""


_TAKING = 30.0
"""Seconds for which a cycle takes what is due. What it leaves is the next one's, which comes at
once and sees what came due meanwhile, and articles: a host of many slow feeds keeps nobody waiting.
"""


class Pulse:
    """When the cycle last showed a sign of life; a `feedkit.pipeline.report.Progress`."""

    def __init__(self) -> None:
        self.at = time.monotonic()

    def beat(self) -> None:
        """A sign of life."""
        self.at = time.monotonic()

    def total(self, steps: int) -> None:
        """Something was found to do."""
        self.beat()

    def step(self, done: int = 1) -> None:
        """Something was done."""
        self.beat()


class Cycles:
    """The cycles of one daemon, each in the thread that calls `tick`."""

    def __init__(
        self,
        *,
        clock: Clock,
        is_stopping: Callable[[], bool],
        on_open: Callable[[], None],
        on_report: Callable[[Report], None] = lambda _: None,
    ) -> None:
        """`on_open` is called whenever the store can be used, or somebody else uses it; `on_report`
        with what each cycle did."""
        self.pulse = Pulse()
        self.metrics = Metrics()
        self.next_at: datetime | None = None
        """When something is due; None: not known."""
        self._clock = clock
        self._is_stopping = is_stopping
        self._on_open = on_open
        self._on_report = on_report
        self._journal = Journal()
        self._kept = Kept()
        self._done_for: Settings | None = None
        """By which settings the last cycle was done; None: one is owed."""
        self._told_until: dict[str, datetime] = {}
        """The feeds whose hubs tell of their news, and until when."""
        self._news: SimpleQueue[str] = SimpleQueue()
        """Those that have some."""
        self._local = ""
        """The articles and lists that the last cycle saw."""
        self._trouble = ""
        """What keeps the store from being used, as it was said."""

    def tick(self, settings: Settings) -> float:
        """Run if there is something to do; the seconds until the next tick.

        Raises `StoreError` if the store cannot be used and never could.
        """
        self.pulse.beat()
        try:
            wait = self._tick(settings)
        except LockedError as error:
            self._on_open()
            self._say_trouble("waiting", str(error), is_error=False)
            return SHORTEST
        except StoreError as error:
            self.metrics.faults += 1
            if not self.metrics.cycles:
                raise
            self._say_trouble("store", str(error), is_error=True)
            return LONGEST
        return wait

    def tell(self, feed: str) -> None:
        """Ask `feed` in the next tick: its hub says that it has news. From any thread."""
        self._news.put(feed)

    def expect(self, feed: str, until: datetime | None) -> None:
        """Know that the hub of `feed` tells of its news until then; None: it does not. From any
        thread: a cycle looks up one feed at a time."""
        if until is None:
            self._told_until.pop(feed, None)
        else:
            self._told_until[feed] = until

    def forget_time(self) -> None:
        """Look into the store at the next tick: the clock was set, or the machine slept."""
        self.next_at = None

    def _tick(self, settings: Settings) -> float:
        now = self._now()
        local = local_state(settings)
        is_owed = settings is not self._done_for or local != self._local
        is_owed = is_owed or not self._news.empty()
        if not is_owed and self.next_at is not None and now < self.next_at:
            return self._wait(now)
        url = settings.store.url
        with exclusive(url, None), open_store(url) as store:
            self._on_open()
            if not is_owed:
                self.next_at = next_time(settings, store, now)
            if not is_owed and not self._is_due(now):
                self._end_trouble()
                return self._wait(now)
            return self._cycle(settings, store, local, now)

    def _cycle(self, settings: Settings, store: Store, local: str, now: datetime) -> float:
        self._done_for = None  # what ends a cycle early leaves it owed
        news = set()
        while not self._news.empty():
            news.add(self._news.get())
        began, spent = time.monotonic(), time.process_time()
        is_cut = False

        def is_to_end() -> bool:
            nonlocal is_cut
            is_cut = is_cut or time.monotonic() - began > _TAKING
            return is_cut or self._is_stopping()

        report = run(
            settings,
            store,
            progress=self.pulse,
            clock=self._now,
            is_stopping=is_to_end,
            news=News(news, self._told_until),
            kept=self._kept,
        )
        self._end_trouble()
        self._local = local
        seconds = time.monotonic() - began
        self.metrics.count(report, seconds)
        if is_cut:
            asked = {source.name for source in report.sources if source.outcome != "not due"}
            for feed in news:
                if shown(feed) not in asked:
                    self._news.put(feed)
        self._on_report(report)
        self._journal.tell(report)
        debug("cycle", f"a cycle took {seconds:.2f} s", seconds=round(seconds, 3))
        self._keep_house(settings, store)
        done_at = None if is_cut else now
        self.next_at = next_time(settings, store, self._now(), done_at=done_at)
        give_back()
        if report.published.failed:
            return LONGEST
        self._done_for = settings
        is_first = self.metrics.cycles == 1  # whose time is that of the imports
        spent = 0.0 if is_first or is_cut else time.process_time() - spent
        return self._wait(self._now(), _SHARE * spent)

    def _keep_house(self, settings: Settings, store: Store) -> None:
        """Once a day, remove what is not to be kept."""
        now = to_microseconds(self._now())
        if self._is_stopping() or not is_due(store, now):
            return
        done = housekeep(settings, store, now)
        if done.entries or done.sources or done.freed:
            say(
                "housekept",
                f"removed {done.entries} entries past what is kept, forgot {done.sources} sources"
                f" without entries, and made the store {done.freed:,} bytes smaller",
                entries=done.entries,
                sources=done.sources,
                bytes=done.freed,
            )

    def _now(self) -> datetime:
        """The time; and a sign of life, for a run looks at the clock all the time."""
        self.pulse.beat()
        return self._clock()

    def _is_due(self, now: datetime) -> bool:
        return self.next_at is not None and self.next_at <= now

    def _wait(self, now: datetime, least: float = SHORTEST) -> float:
        until = LONGEST if self.next_at is None else (self.next_at - now).total_seconds()
        return min(max(until, least, SHORTEST), LONGEST)

    def _say_trouble(self, event: str, sentence: str, *, is_error: bool) -> None:
        if sentence != self._trouble:
            (complain if is_error else say)(event, sentence)
        self._trouble = sentence

    def _end_trouble(self) -> None:
        if self._trouble:
            say("store", "the store can be used again")
        self._trouble = ""
