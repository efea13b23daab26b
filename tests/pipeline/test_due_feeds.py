"""Which feeds a run asks, at which address, and what it says of those that it leaves alone."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from certificates import Authority
from feed_server import FeedServer, rss
from planet import Planet
from publisher import Publisher

from feedkit.pipeline.report import Report
from feedkit.store import SourceRow, open_store

START = datetime(2025, 3, 1, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FETCH = "[fetch]\nallow_private_hosts = true\nper_host = 1\n"


@pytest.fixture(name="planet")
def planet_fixture(tmp_path: Path) -> Planet:
    return Planet(tmp_path)


@pytest.fixture(name="publishers")
def publishers_fixture(planet: Planet) -> Iterator[list[Publisher]]:
    """Two publishers, who are one host: a port is none of its own."""
    publishers = [Publisher(START, [("one", START)]), Publisher(START, [("two", START)])]
    with ExitStack() as stack:
        urls = [stack.enter_context(publisher.serving()) for publisher in publishers]
        planet.configure(FETCH + "".join(f'[[feeds]]\nurl = "{url}"\n' for url in urls))
        yield publishers


def at(publishers: list[Publisher], time: datetime) -> datetime:
    for publisher in publishers:
        publisher.now = time
    return time


def outcomes(report: Report) -> list[str]:
    return [source.outcome for source in report.sources]


def rows(planet: Planet) -> list[SourceRow]:
    with open_store(f"sqlite:///{planet.root}/feedkit.db") as store, store.read() as transaction:
        return list(transaction.sources.all().values())


@pytest.mark.parametrize(("concurrency", "per_host"), [(1, 2), (2, 3), (1, 1), (8, 3)])
def test_every_feed_of_a_busy_host_is_asked_once(
    tmp_path: Path, concurrency: int, per_host: int
) -> None:
    with FeedServer().serving() as server:
        urls = [server.put(f"/{n}", rss(f"s{n}", f"t{n}")) for n in range(7)]
        fetch = FETCH.replace("per_host = 1", f"per_host = {per_host}\nconcurrency = {concurrency}")
        planet = Planet(tmp_path, fetch + "".join(f'[[feeds]]\nurl = "{url}"\n' for url in urls))
        assert outcomes(planet.cycle()) == ["collected"] * 7
        assert [asked.path for asked in server.asked()] == [f"/{n}" for n in range(7)]


def test_the_address_to_complain_to_is_named_in_ascii(tmp_path: Path) -> None:
    publisher = Publisher(START, [("one", START)])
    with publisher.serving() as url:
        planet = Planet(tmp_path)
        for site in ("https://bücher.example/ü/", "https://a..bücher.example/"):
            planet.configure(f'{FETCH}[[feeds]]\nurl = "{url}"\n', site=f"[site]\nurl = '{site}'\n")
            planet.cycle()
    assert [str(seen.agent).partition("(")[2] for seen in publisher.log] == [
        "+https://xn--bcher-kva.example/%C3%BC/)",
        "+https://a..b%C3%BCcher.example/)",
    ]


# Servers that ask to wait, or are gone


def test_a_host_that_asks_to_wait_is_left_alone_whole_in_this_run_and_the_next_ones(
    planet: Planet, publishers: list[Publisher]
) -> None:
    first, second = publishers
    planet.cycle(at=START)
    first.throttle(429, START + 2 * DAY, as_date=True)
    report = planet.cycle(at=at(publishers, START + HOUR))
    assert outcomes(report) == ["failed", "waiting"]
    assert report.sources[1].reason == (
        "its server asked to wait until 2025-03-03 06:00 UTC (Retry-After)"
    )
    first.recover()
    later = at(publishers, START + 2 * DAY - HOUR)
    assert outcomes(planet.cycle(at=later, due=True)) == ["not due", "not due"]
    assert outcomes(planet.cycle(at=later)) == ["waiting", "waiting"]
    assert (len(first.log), len(second.log)) == (2, 1)
    over = at(publishers, START + 2 * DAY)
    assert outcomes(planet.cycle(at=over, due=True)) == ["unchanged", "unchanged"]


def test_a_redirect_to_a_host_that_asked_to_wait_is_put_off_and_no_failure(tmp_path: Path) -> None:
    busy, moved = Publisher(START, [("one", START)]), Publisher(START, [("two", START)])
    with busy.serving() as url, moved.serving() as other:
        elsewhere = url.replace("127.0.0.1", "localhost")
        planet = Planet(tmp_path)
        planet.configure(
            FETCH + f'concurrency = 1\n[[feeds]]\nurl = "{elsewhere}"\n[[feeds]]\nurl = "{other}"\n'
        )
        busy.throttle(429, START + DAY, as_date=True)
        moved.redirect = (302, elsewhere)
        report = planet.cycle(at=START)
        assert outcomes(report) == ["failed", "waiting"]
        assert len(busy.log) == 1
        assert [row.failures for row in rows(planet)] == [1, 0]
        assert outcomes(planet.cycle(at=at([busy, moved], START + HOUR))) == ["waiting"] * 2
        busy.recover()
        late = planet.cycle(at=at([busy, moved], START + 2 * DAY))
        assert outcomes(late) == ["collected"] * 2


def test_an_error_without_retry_after_stops_no_other_feed_of_its_host(
    planet: Planet, publishers: list[Publisher]
) -> None:
    publishers[0].status = 503
    assert outcomes(planet.cycle(at=START)) == ["failed", "collected"]


def test_what_is_gone_is_asked_again_only_by_a_person(
    planet: Planet, publishers: list[Publisher]
) -> None:
    first, _ = publishers
    planet.cycle(at=START)
    first.status = 410
    report = planet.cycle(at=START + DAY)
    assert report.sources[0].reason == (
        "answered 410 Gone; it is not asked again: change its address or take it out of the "
        "configuration"
    )
    year = at(publishers, START + 365 * DAY)
    report = planet.cycle(at=year, due=True)
    assert outcomes(report) == ["not due", "unchanged"]
    assert [source.is_failing for source in report.sources] == [True, False]
    assert set(planet.titles()) == {"one", "two"}, "what it brought stays"
    first.recover()
    assert outcomes(planet.cycle(at=year))[0] == "unchanged"
    assert outcomes(planet.cycle(at=at(publishers, year + 2 * DAY), due=True))[0] == "unchanged"
    assert first.log[-1].at == year + 2 * DAY


def test_what_a_redirect_for_now_leads_to_may_be_gone_without_the_feed_being_so(
    planet: Planet, publishers: list[Publisher]
) -> None:
    first, second = publishers
    planet.cycle(at=START)
    url = [row.key.removeprefix("feed:") for row in rows(planet)][1]
    first.redirect, second.status = (302, url), 410
    assert outcomes(planet.cycle(at=at(publishers, START + DAY))) == ["failed", "failed"]
    assert [row.timing.is_gone for row in rows(planet)] == [False, True]
    first.redirect = (301, url)
    planet.cycle(at=at(publishers, START + 3 * DAY))
    assert [row.timing.is_gone for row in rows(planet)] == [True, True]


def test_what_is_missing_here_is_told_in_every_run_and_makes_nobody_wait_once_it_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher = Publisher(START, [("one", START)])
    with publisher.serving() as url:
        keys = 'headers = { "X-Key" = "${FEED_KEY}" }\nca = "authority.pem"\n'
        planet = Planet(tmp_path, f'{FETCH}[[feeds]]\nurl = "{url}"\n{keys}')
        authority = Authority(tmp_path).file.rename(tmp_path / "authority.pem")
        monkeypatch.setenv("FEED_KEY", "k")
        planet.cycle(at=START)
        monkeypatch.delenv("FEED_KEY")
        for number in range(1, 6):
            now = at([publisher], START + number * DAY)
            (source,) = planet.cycle(at=now, due=True).sources
            assert source.reason == "needs the environment variable FEED_KEY, which is not set"
        monkeypatch.setenv("FEED_KEY", "k")
        authority.rename(tmp_path / "elsewhere")
        (source,) = planet.cycle(at=now, due=True).sources
        assert "authority.pem" in str(source.reason)
        assert (len(publisher.log), [row.failures for row in rows(planet)]) == (1, [0])
        (tmp_path / "elsewhere").rename(authority)
        assert outcomes(planet.cycle(at=now, due=True)) == ["unchanged"]
    assert [row.error for row in rows(planet)] == [None]


class Respelled(Publisher):
    """A publisher whose first entry may be spelt in two ways: are they one, or is one new?"""

    def document(self, since: int = 0) -> bytes:
        scheme = "https" if since or len(self.entries) > 1 else "http"
        item = f"<item><title>Same</title><guid>{scheme}://w.example/1</guid></item>"
        return f"<rss version='2.0'><channel><title>W</title>{item}</channel></rss>".encode()


@pytest.mark.parametrize(("gives_deltas", "new"), [(False, 0), (True, 1)])
def test_what_a_delta_leaves_out_may_still_be_there_so_that_nothing_is_taken_for_it(
    planet: Planet, gives_deltas: bool, new: int
) -> None:
    publisher = Respelled(START, [("one", START)], gives_deltas=gives_deltas)
    with publisher.serving() as url:
        planet.configure(FETCH + f'[[feeds]]\nurl = "{url}"\n')
        planet.cycle(at=START)
        publisher.publish()
        report = planet.cycle(at=at([publisher], START + DAY))
    assert [seen.status for seen in publisher.log] == [200, 226 if gives_deltas else 200]
    assert report.counts.new == new


# Feeds that move


def move(planet: Planet, publishers: list[Publisher], *, until: datetime) -> None:
    first, _ = publishers
    planet.cycle(at=START)
    first.redirect, first.path = (301, "/new"), "/new"
    time = START
    while time < until:
        time = at(publishers, time + DAY)
        planet.cycle(at=time)


def test_a_feed_that_moved_keeps_its_entries_and_its_place_in_the_config(
    planet: Planet, publishers: list[Publisher]
) -> None:
    move(planet, publishers, until=START + 4 * DAY)
    first, _ = publishers
    assert [seen.path for seen in first.log] == ["/feed"] + ["/feed", "/new"] * 3 + ["/new"]
    assert [row.moving.url for row in rows(planet)] == [
        rows(planet)[0].key.removeprefix("feed:").replace("/feed", "/new"), None,
    ]  # fmt: skip
    first.publish()
    assert planet.cycle(at=START + 5 * DAY).counts.new == 1
    assert set(planet.titles()) == {"one", "entry 1", "two"}


@pytest.mark.parametrize("status", [410, 500])
def test_a_feed_that_is_lost_at_its_new_address_is_looked_for_at_the_old_one(
    planet: Planet, publishers: list[Publisher], status: int
) -> None:
    move(planet, publishers, until=START + 4 * DAY)
    first, _ = publishers
    first.status = status
    time = START + 4 * DAY
    for _ in range(1 if status == 410 else 5):
        time = at(publishers, time + 2 * DAY)
        planet.cycle(at=time)
    first.recover()
    first.redirect, first.path = None, "/feed"
    report = planet.cycle(at=at(publishers, time + 2 * DAY))
    assert report.sources[0].outcome in ("collected", "unchanged")
    assert (first.log[-1].path, first.log[-1].sent) == ("/feed", (None, None))


def test_a_network_that_is_down_for_days_gives_no_new_address_up(
    planet: Planet, publishers: list[Publisher]
) -> None:
    move(planet, publishers, until=START + 4 * DAY)
    first, _ = publishers
    first.status = 500
    for number in range(10):
        planet.cycle(at=at(publishers, START + 4 * DAY + (number + 1) * HOUR))
    first.recover()
    planet.cycle(at=at(publishers, START + 6 * DAY))
    assert (first.log[-1].path, first.log[-1].status) == ("/new", 304)


def test_a_redirect_that_is_taken_back_within_two_days_moves_nothing(
    planet: Planet, publishers: list[Publisher]
) -> None:
    first, _ = publishers
    planet.cycle(at=START)
    for number in range(1, 20):
        is_redirected = number % 5 != 0
        first.redirect = (301, "/new") if is_redirected else None
        first.path = "/new" if is_redirected else "/feed"
        planet.cycle(at=at(publishers, START + number * DAY / 2))
        assert first.log[-2 if is_redirected else -1].path == "/feed"


# The configuration, the clock and a kill


def test_a_run_killed_while_a_server_answers_is_no_reason_to_ask_it_again(tmp_path: Path) -> None:
    with FeedServer().serving() as server:
        url = server.put("/", rss("a", "one"), hangs=True)
        planet = Planet(tmp_path, FETCH + f'[[feeds]]\nurl = "{url}"\n')
        with subprocess.Popen([sys.executable, "-m", "feedkit", "run"], cwd=tmp_path) as process:
            while not server.log and process.poll() is None:
                pass
            process.kill()
        assert len(server.asked()) == 1
        server.change("/", hangs=False)
        assert "1 not due" in planet.feedkit("run").lines[0]
        assert server.asked() == []
        planet.feedkit("run", "--all")
        assert planet.titles() == ["one"]


def test_a_new_interval_counts_from_the_last_request(
    planet: Planet, publishers: list[Publisher]
) -> None:
    config = (planet.root / "config.toml").read_text()
    planet.cycle(at=START)
    planet.write("config.toml", config + '[schedule]\nevery = "2d"\n')
    time = at(publishers, START + DAY)
    assert outcomes(planet.cycle(at=time, due=True)) == ["not due", "not due"]
    planet.write("config.toml", config + '[schedule]\nevery = "6h"\n')
    assert outcomes(planet.cycle(at=time, due=True)) == ["unchanged", "unchanged"]


def test_bounds_that_change_by_less_than_an_hour_count_at_once(
    planet: Planet, publishers: list[Publisher]
) -> None:
    config = (planet.root / "config.toml").read_text()
    due: list[int] = []
    for least in ("49h", "49.5h"):
        planet.write("config.toml", config + f'[schedule]\nmin = "{least}"\nmax = "9d"\n')
        planet.cycle(at=START, due=True)
        due.append(rows(planet)[0].timing.due_at or 0)
    assert due[1] - due[0] >= HOUR / 2 / timedelta(microseconds=1)
    assert len(publishers[0].log) == 1


def test_an_older_store_has_its_feeds_asked_when_their_interval_is_over(
    planet: Planet, publishers: list[Publisher]
) -> None:
    planet.cycle(at=START)
    connection = sqlite3.connect(planet.root / "feedkit.db")
    with connection:  # as the migration leaves it
        connection.execute("UPDATE sources SET schedule = '', due_at = NULL, due_reason = ''")
        connection.execute("UPDATE sources SET rhythm = NULL, newest_at = NULL")
    connection.close()
    soon = at(publishers, START + HOUR / 2)
    assert outcomes(planet.cycle(at=soon, due=True)) == ["not due", "not due"]
    later = at(publishers, START + 2 * HOUR)
    assert outcomes(planet.cycle(at=later, due=True)) == ["unchanged", "unchanged"]
    assert {seen.status for publisher in publishers for seen in publisher.log[1:]} == {304}


def test_a_clock_that_was_years_ahead_keeps_no_feed_waiting(
    planet: Planet, publishers: list[Publisher]
) -> None:
    later = at(publishers, START + 3650 * DAY)
    publishers[0].throttle(429, later + DAY, as_date=True)
    planet.cycle(at=later)
    publishers[0].recover()
    report = planet.cycle(at=at(publishers, START), due=True)
    assert outcomes(report) == ["collected", "collected"]
    assert outcomes(planet.cycle(at=START, due=True)) == ["not due"] * 2


def test_a_move_that_was_first_seen_when_the_clock_was_years_ahead_is_believed(
    planet: Planet, publishers: list[Publisher]
) -> None:
    first, _ = publishers
    first.redirect, first.path = (301, "/new"), "/new"
    planet.cycle(at=at(publishers, START + 3650 * DAY))
    for number in range(4):
        planet.cycle(at=at(publishers, START + number * DAY))
    assert [row.moving.url is not None for row in rows(planet)] == [True, False]


@pytest.mark.parametrize("jump", [DAY, 2 * DAY, -DAY, -2 * DAY, -400 * DAY])
def test_a_clock_that_jumps_and_comes_back_starts_no_storm_and_silences_no_feed(
    planet: Planet, publishers: list[Publisher], jump: timedelta
) -> None:
    """A crontab line every 15 minutes; a feed of unknown rhythm is asked hourly, or less often."""
    quarter = timedelta(minutes=15)
    for number in range(-8, 0):
        planet.cycle(at=at(publishers, START + number * quarter), due=True)
    before = len(publishers[0].log)
    for number in range(8):
        planet.cycle(at=at(publishers, START + jump + number * quarter), due=True)
    during = len(publishers[0].log) - before
    assert during <= 3
    for number in range(8, 108):
        planet.cycle(at=at(publishers, START + number * quarter), due=True)
    after = len(publishers[0].log) - before - during
    assert 1 <= after <= 26


def test_a_password_is_not_in_what_is_stored_of_a_failure(tmp_path: Path) -> None:
    with FeedServer().serving() as server:
        server.put("/feed", rss("a", "one"), status=500)
        server.put("/page", "<html><p>Hello", content_type="text/html")
        host = f"ada:s3cret@127.0.0.1:{server.port}"
        urls = (f"http://{host}/{name}" for name in ("feed", "page", "missing"))
        planet = Planet(tmp_path, FETCH + "".join(f'[[feeds]]\nurl = "{url}"\n' for url in urls))
        planet.cycle()
    assert [row.failures for row in rows(planet)] == [1, 1, 1]
    assert [row.error for row in rows(planet) if "s3cret" in str(row.error)] == []
