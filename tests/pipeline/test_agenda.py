"""When there is something to do: what the daemon waits for, by the clock of the test."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from feed_server import FeedServer, rss
from planet import ARTICLES, Planet

from feedkit.config import load_settings
from feedkit.pipeline.agenda import local_state, next_time
from feedkit.pipeline.instants import to_microseconds
from feedkit.store import open_store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
HOURLY = '[fetch]\nallow_private_hosts = true\n[schedule]\nevery = "1h"\n'


@pytest.fixture(name="server")
def server_fixture() -> Iterator[FeedServer]:
    with FeedServer().serving() as server:
        yield server


def next_of(planet: Planet, now: datetime, done_at: datetime | None = None) -> datetime | None:
    settings = load_settings(planet.root / "config.toml")
    with open_store(settings.store.url) as store:
        return next_time(settings, store, now, done_at=done_at)


def feed(url: str) -> str:
    return f'[[feeds]]\nurl = "{url}"\n'


def test_a_feed_is_next_when_it_is_due_and_a_new_one_at_once(
    tmp_path: Path, server: FeedServer
) -> None:
    first = feed(server.put("/a.xml", rss("a", "one")))
    planet = Planet(tmp_path, HOURLY + first)
    assert next_of(planet, NOON) == NOON
    planet.cycle(at=NOON)
    due = next_of(planet, NOON)
    assert due is not None
    assert NOON + HOUR / 2 < due <= NOON + 2 * HOUR
    assert next_of(planet, due + HOUR) == due + HOUR, "overdue is now"
    planet.configure(HOURLY + first + feed(server.put("/b.xml", rss("b", "two"))))
    assert next_of(planet, NOON) == NOON


def test_what_cannot_be_asked_is_nothing_to_do(tmp_path: Path, server: FeedServer) -> None:
    server.put("/gone.xml", "gone", status=410)
    planet = Planet(tmp_path, HOURLY + feed(f"{server.url}/gone.xml"))
    planet.cycle(at=NOON)
    assert next_of(planet, NOON + timedelta(days=30)) is None, "what is gone is never due"
    planet.configure(HOURLY)
    assert next_of(planet, NOON) is None


def test_what_a_run_left_undone_is_looked_at_again_in_a_minute_and_not_at_once(
    tmp_path: Path, server: FeedServer
) -> None:
    planet = Planet(tmp_path, HOURLY)
    planet.cycle(at=NOON)
    planet.configure(HOURLY + feed(f"{server.url}/never-registered.xml"))
    assert next_of(planet, NOON, done_at=NOON) == NOON + timedelta(minutes=1)


def test_a_clock_that_was_set_back_makes_due_what_it_would_keep_waiting(
    tmp_path: Path, server: FeedServer
) -> None:
    planet = Planet(tmp_path, HOURLY + feed(server.put("/a.xml", rss("a", "one"))))
    planet.cycle(at=NOON)
    for back in (HOUR, timedelta(days=1), timedelta(days=3000)):
        assert next_of(planet, NOON - back) == NOON - back
    due = next_of(planet, NOON - timedelta(seconds=30))
    assert due is not None
    assert due > NOON, "a clock that is put right by seconds asks nobody twice"


def test_an_article_with_a_date_to_come_is_next_on_that_day(tmp_path: Path) -> None:
    planet = Planet(tmp_path, ARTICLES)
    planet.article("today.md")
    planet.article("later.md", date="2026-03-02T08:00:00Z")
    planet.cycle(at=NOON)
    later = datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert next_of(planet, NOON) == later
    planet.cycle(at=later)
    assert sorted(planet.titles()) == ["later", "today"]
    assert next_of(planet, later, done_at=later) is None


def test_files_of_every_kind_are_seen_to_change(tmp_path: Path) -> None:
    planet = Planet(
        tmp_path,
        ARTICLES + feed("local.xml") + '[[opml]]\npath = "list.opml"\n',
    )
    settings = load_settings(tmp_path / "config.toml")
    seen = [local_state(settings)]

    def is_new() -> bool:
        seen.append(local_state(settings))
        return seen[-1] != seen[-2]

    assert not is_new()
    article = planet.article("a.md")
    assert is_new()
    os.utime(article, ns=(0, 0))
    assert is_new()
    planet.write("local.xml", rss("a", "one"))
    assert is_new()
    planet.write("list.opml", "<opml/>")
    assert is_new()
    article.unlink()
    assert is_new()
    planet.articles.rmdir()
    assert is_new(), "a folder that is gone is something to tell"
    assert not is_new()


def test_a_host_that_asked_to_wait_is_waited_for_and_not_asked_about_again_and_again(
    tmp_path: Path, server: FeedServer
) -> None:
    planet = Planet(tmp_path, HOURLY + feed(server.put("/a.xml", rss("a", "one"))))
    planet.cycle(at=NOON)
    due = next_of(planet, NOON)
    assert due is not None
    until = due + 5 * HOUR
    settings = load_settings(tmp_path / "config.toml")
    with open_store(settings.store.url) as store, store.write() as transaction:
        transaction.times.set_host_wait("127.0.0.1", to_microseconds(until), to_microseconds(NOON))
    assert next_of(planet, NOON) == until
    assert next_of(planet, due) == until
    assert next_of(planet, until) == until
