"""A month with one feed, as its publisher sees it: who asks, with what, and when.

Nothing is patched: the clock is an argument of the run, and a crash is a clock that dies at the
n-th look at it, which is before, between and after a request and what is stored of it.
"""

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise
from pathlib import Path
from typing import Literal

import pytest
from planet import Planet
from publisher import AWAY, Publisher

from feedkit import __version__
from feedkit.config import load_settings
from feedkit.pipeline.report import Report
from feedkit.pipeline.run import run
from feedkit.store import SourceRow, open_store

START = datetime(2025, 3, 1, 6, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
CONFIG = "[fetch]\nallow_private_hosts = true\n[[feeds]]\nurl = '{}'\n"


class PowerCutError(Exception):
    """What a test's crash is."""


class Month:
    """feedkit in a folder, started anew for every cycle, and the publisher of its one feed."""

    def __init__(self, planet: Planet, publisher: Publisher) -> None:
        self.planet = planet
        self.publisher = publisher
        self.problems: list[str] = []

    def cycle(self, *, everything: bool = False, dies_at: int = 0) -> Report | None:
        """One run; it crashes at the look at the clock that is number `dies_at`."""
        looks = 0

        def clock() -> datetime:
            nonlocal looks
            looks += 1
            if looks == dies_at:
                raise PowerCutError
            return self.publisher.now

        before, due_at = len(self.publisher.log), self.due_at()
        self.publisher.is_manual = everything
        settings = load_settings(self.planet.root / "config.toml")
        report = None
        try:
            with open_store(settings.store.url) as store:
                report = run(settings, store, everything=everything, clock=clock)
        except* PowerCutError:
            self.publisher.may_be_behind = True
        else:
            self.problems += [line for source in report.sources for line in source.problems]
            if self.publisher.log[before:] and self.publisher.log[-1].status < 300:
                self.publisher.may_be_behind = False
        asked = len(self.publisher.log) > before
        if asked and not everything and due_at and due_at > self.publisher.now:
            self.publisher.faults.early.append(f"{self.publisher.now}: due {due_at}")
        return report

    def row(self) -> SourceRow | None:
        settings = load_settings(self.planet.root / "config.toml")
        with open_store(settings.store.url) as store, store.read() as transaction:
            return next(iter(transaction.sources.all().values()), None)

    def due_at(self) -> datetime | None:
        row = self.row()
        if row is None or row.timing.due_at is None:
            return None
        return datetime.fromtimestamp(row.timing.due_at / 1e6, UTC)

    def stored_entries(self) -> set[str]:
        connection = sqlite3.connect(self.planet.root / "feedkit.db")
        rows = connection.execute("SELECT CAST(data AS TEXT) FROM entries WHERE state = 0")
        data = " ".join(text for (text,) in rows)
        connection.close()
        return {name for name, _ in self.publisher.entries if f'"title":"{name}"' in data}

    def live_until(self, end: datetime, *, chance: random.Random) -> None:
        """A crontab line that runs feedkit each 15 minutes; the publisher writes every six hours.

        Of the runs in which nothing is due one in ten is done: all are alike.
        """
        while self.publisher.now < end:
            self.publisher.now += 15 * MINUTE
            if (self.publisher.now - START) % (6 * HOUR) < 15 * MINUTE:
                self.publisher.publish()
            due_at = self.due_at()
            if due_at is None or due_at <= self.publisher.now or chance.random() < 0.1:
                self.cycle()


@contextmanager
def month(folder: Path) -> Iterator[Month]:
    publisher = Publisher(START)
    publisher.entries = [(f"old {n}", START - (9 - n) * 6 * HOUR) for n in range(9)]
    with publisher.serving() as url:
        yield Month(Planet(folder, CONFIG.format(url)), publisher)


def day(number: float) -> datetime:
    return START + number * DAY


def throttled(month: Month, chance: random.Random) -> None:
    """429 and 503, in seconds and by date, with a person who asks in between."""
    ways = ((429, 5, False), (503, 30, True), (429, 9, True), (503, 3, False))
    for status, hours, as_date in ways:
        publisher = month.publisher
        until = publisher.now + hours * HOUR + 37 * timedelta(seconds=1)
        publisher.throttle(status, until, as_date=as_date)
        month.cycle(everything=True)
        assert publisher.log[-1].status == status
        publisher.recover()
        asked = len(publisher.log)
        month.cycle(everything=True)
        month.live_until(until - 20 * MINUTE, chance=chance)
        report = month.cycle(everything=True)
        assert len(publisher.log) == asked
        assert report is not None
        assert [source.outcome for source in report.sources] == ["waiting"]
        month.live_until(until + 2 * DAY, chance=chance)
        assert len(publisher.log) > asked


def away_and_back(month: Month, chance: random.Random) -> None:
    """Errors for three days cost few requests, fewer and fewer, and once it answers the interval
    is as before."""
    publisher = month.publisher
    before = len(publisher.log)
    for status in (500, AWAY, 404):
        publisher.status = status
        month.live_until(publisher.now + DAY, chance=chance)
    times = [seen.at for seen in publisher.log[before:]]
    assert 3 <= len(times) <= 9
    gaps = [later - time for time, later in pairwise(times)]
    assert all(later > 1.5 * gap or later >= 0.9 * DAY for gap, later in pairwise(gaps))
    row = month.row()
    assert row is not None
    assert row.failures >= 3
    publisher.recover()
    month.live_until(publisher.now + DAY, chance=chance)
    row, due_at = month.row(), month.due_at()
    assert row is not None
    assert row.failures == 0
    assert due_at is not None
    assert due_at < publisher.now + 6 * HOUR


def stumbles(month: Month, chance: random.Random) -> None:
    """A page in the feed's place, half a feed, and a 304 that names a version nobody was sent."""
    publisher = month.publisher
    slips: tuple[Literal["page", "cut"], ...] = ("page", "cut")
    for slip in slips:
        publisher.publish()
        publisher.slip = slip
        before = len(publisher.log)
        month.live_until(publisher.now + DAY / 2, chance=chance)
        month.cycle(everything=True)
        assert {seen.status for seen in publisher.log[before:]} == {200}
        row = month.row()
        assert row is not None
        assert row.failures == len(publisher.log) - before
        publisher.slip = None
        month.live_until(publisher.now + DAY, chance=chance)
    publisher.slip = "304"
    before = len(publisher.log)
    for _ in range(3):
        month.cycle(everything=True)
    month.live_until(publisher.now + DAY, chance=chance)
    assert 304 in {seen.status for seen in publisher.log[before:]}
    publisher.slip = None


def moved_for_a_while(month: Month, chance: random.Random) -> None:
    """302 is followed for as long as it is said, and forgotten."""
    publisher = month.publisher
    publisher.redirect, publisher.path = (302, "/elsewhere"), "/elsewhere"
    month.live_until(publisher.now + 3 * DAY, chance=chance)
    assert {seen.path for seen in publisher.log[-2:]} == {"/feed", "/elsewhere"}
    publisher.redirect, publisher.path = None, "/feed"
    month.live_until(publisher.now + DAY, chance=chance)
    assert publisher.log[-1].path == "/feed"
    assert month.problems == []


def moved_for_good(month: Month, chance: random.Random) -> None:
    """301 is believed when it has lasted two days; the person is told once."""
    publisher = month.publisher
    publisher.redirect, publisher.path = (301, "/new"), "/new"
    month.live_until(publisher.now + 1.9 * DAY, chance=chance)
    assert [seen.path for seen in publisher.log[-2:]] == ["/feed", "/new"]
    assert month.problems == []
    month.live_until(publisher.now + 2 * DAY, chance=chance)
    assert [seen.path for seen in publisher.log[-2:]] == ["/new", "/new"]
    (said,) = month.problems
    assert "has moved to http://127.0.0.1:" in said
    assert "/new for good" in said


def crashes(month: Month, chance: random.Random) -> None:
    """A run dies at each look at the clock in turn; the next is not allowed to ask again."""
    publisher = month.publisher
    statuses = set()
    for look in count(1):
        publisher.publish()
        due_at = month.due_at()
        assert due_at is not None
        publisher.now = max(publisher.now, due_at)
        asked = len(publisher.log)
        if month.cycle(dies_at=look) is not None:
            break  # it had come to its end before
        statuses.add(len(publisher.log) - asked)
        if len(publisher.log) > asked:
            publisher.now += MINUTE
            month.cycle()
            assert len(publisher.log) == asked + 1
        month.live_until(publisher.now + DAY / 4, chance=chance)
    assert statuses == {0, 1}, "some crashes were before a request and some after it"


def says_when_to_come(month: Month, chance: random.Random) -> None:
    """max-age, ttl and skipHours."""
    publisher = month.publisher
    publisher.max_age = 5 * HOUR
    month.live_until(publisher.now + DAY, chance=chance)
    publisher.max_age = publisher.fresh_until = None
    hours = "".join(f"<hour>{hour}</hour>" for hour in range(6))
    publisher.channel = f"<ttl>240</ttl><skipHours>{hours}</skipHours>"
    publisher.publish()
    month.live_until(publisher.now + DAY / 2, chance=chance)
    before = len(publisher.log)
    month.live_until(publisher.now + 2 * DAY, chance=chance)
    times = [seen.at for seen in publisher.log[before:]]
    assert times
    assert all(time.hour >= 6 for time in times)
    assert all(later - time >= 4 * HOUR for time, later in pairwise(times))
    publisher.channel = ""


def gives_deltas(month: Month, chance: random.Random) -> None:
    """226 with new entries alone (RFC 3229): the others stay, and the recipe changes meanwhile."""
    publisher = month.publisher
    publisher.gives_deltas = True
    publisher.publish()
    month.live_until(publisher.now + DAY, chance=chance)
    assert 226 in {seen.status for seen in publisher.log[-5:]}
    connection = sqlite3.connect(month.planet.root / "feedkit.db")
    with connection:
        connection.execute("UPDATE sources SET recipe = 'older'")
    connection.close()
    month.live_until(publisher.now + DAY, chance=chance)
    publisher.gives_deltas = False


Chapter = Callable[[Month, random.Random], None]
CHAPTERS: tuple[Chapter, ...] = (
    throttled, away_and_back, stumbles, moved_for_a_while, crashes, says_when_to_come, gives_deltas,
    moved_for_good,
)  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2])
def test_a_publisher_has_nothing_to_hold_against_a_month_of_feedkit(
    tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311
    chapters = list(CHAPTERS[:-1])
    if seed > 1:
        chance.shuffle(chapters)
    with month(tmp_path) as it:
        it.cycle()
        it.live_until(day(1), chance=chance)
        for chapter in (*chapters, CHAPTERS[-1]):
            chapter(it, chance)
            it.cycle(everything=True)
            assert it.stored_entries() == {name for name, _ in it.publisher.entries}, chapter
        it.live_until(max(day(30), it.publisher.now + DAY), chance=chance)
        it.cycle(everything=True)
        faults = it.publisher.faults
        assert faults.early == []
        assert faults.wrong == []
        assert faults.rude == []
        assert faults.unconditional == 1
        assert it.stored_entries() == {name for name, _ in it.publisher.entries}
        assert {seen.agent for seen in it.publisher.log} == {
            f"feedkit/{__version__} (+https://planet.example.org/)"
        }
        assert {seen.status for seen in it.publisher.log} == {
            AWAY, 200, 226, 301, 302, 304, 404, 429, 500, 503,
        }  # fmt: skip
