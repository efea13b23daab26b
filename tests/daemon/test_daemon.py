"""The daemon as it is used: real processes, signals, servers and files."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from feed_server import FeedServer, atom, rss
from planet import ARTICLES, SITE, Planet
from service import daemon, wait_for
from small_disk import small_disk

LOCAL = "[fetch]\nallow_private_hosts = true\n"
QUICK = LOCAL + '[schedule]\nmin = "1s"\nevery = "1s"\n'


@pytest.fixture(name="server")
def server_fixture() -> Iterator[FeedServer]:
    with FeedServer().serving() as server:
        yield server


def feeds(*urls: str) -> str:
    return "".join(f'[[feeds]]\nurl = "{url}"\n' for url in urls)


def test_it_collects_tells_what_matters_and_stops(tmp_path: Path, server: FeedServer) -> None:
    good = server.put("/good.xml", rss("good", "one", "two"), etag='"1"')
    bad = server.put("/bad.xml", "no", status=404)
    planet = Planet(tmp_path, QUICK + ARTICLES + feeds(good, bad))
    planet.article("hello.md")
    with daemon(tmp_path) as service:
        service.until("published")
        server.change("/good.xml", body=rss("good", "three", "one", "two").encode(), etag='"2"')
        service.until("entries", "/good.xml", has="1 new")
        server.put("/bad.xml", atom("bad", "back"))
        service.until("entries", "/bad.xml")
        service.until("published")
        assert service.stop() == 0
    events = service.events()
    assert [name for name, _ in events if name != "published"] == [
        "started", "entries", "entries", "failing", "entries", "recovered", "entries",
        "stopping", "stopped",
    ]  # fmt: skip
    assert dict(events)["failing"].startswith("answered 404 Not Found")
    assert sorted(planet.titles()) == ["back", "hello", "one", "three", "two"]
    assert len(server.asked()) > 4, "polls that found nothing are asked, and not told"
    first = service.lines[0]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", first["time"])
    assert service.lines[1] == service.lines[1] | {"source": "articles", "new": 1, "changed": 0}


def test_verbose_tells_of_polls_that_found_nothing(tmp_path: Path, server: FeedServer) -> None:
    Planet(tmp_path, QUICK + feeds(server.put("/a.xml", rss("a", "one"), etag='"1"')))
    with daemon(tmp_path, "--verbose") as service:
        line = service.until("unchanged", "/a.xml")
        assert service.stop() == 0
    assert line["level"] == "debug"


def test_a_broken_configuration_changes_nothing_and_a_mended_one_is_taken_up(
    tmp_path: Path, server: FeedServer
) -> None:
    one = server.put("/one.xml", rss("one", "first"), etag='"1"')
    two = server.put("/two.xml", rss("two", "second"), etag='"1"')
    planet = Planet(tmp_path, QUICK + feeds(one))
    with daemon(tmp_path) as service:
        service.until("published")
        planet.configure('[fetsch]\n[schedule]\nevery = "often"\n')
        service.signal(signal.SIGHUP)
        problems = [service.until("config")["message"] for _ in range(3)]
        server.change("/one.xml", body=rss("one", "more", "first").encode(), etag='"2"')
        service.until("entries", "/one.xml", has="1 new")
        planet.configure(QUICK + feeds(two))
        service.signal(signal.SIGHUP)
        reloaded = service.until("reloaded")["message"]
        service.until("entries", "/two.xml")
        service.until("published")
        server.asked()
        wait_for(lambda: len(server.log) > 2, "the new feed is asked again and again")
        assert service.stop() == 0
    place = str(tmp_path / "config.toml")
    assert problems[0] == f"{place}: fetsch: unknown key; did you mean fetch?"
    assert problems[1].startswith(f"{place}: schedule.every: expected a time")
    assert problems[2] == "not reloaded; the old configuration stays in force"
    assert reloaded.endswith("1 added, 1 removed")
    assert {asked.path for asked in server.log} == {"/two.xml"}, "a removed feed is not asked"
    assert sorted(planet.titles()) == ["first", "more", "second"], "and its entries stay"


def test_another_store_needs_another_daemon(tmp_path: Path) -> None:
    planet = Planet(tmp_path)
    with daemon(tmp_path) as service:
        service.until("published")
        planet.configure('[store]\nurl = "sqlite:///other.db"\n' + ARTICLES)
        service.signal(signal.SIGHUP)
        assert "cannot change while the daemon runs" in service.until("config")["message"]
        assert service.stop() == 0
    assert not (tmp_path / "other.db").exists()


def test_a_source_that_hangs_holds_neither_a_stop_nor_what_others_brought(
    tmp_path: Path, server: FeedServer
) -> None:
    hangs = server.put("/hangs.xml", "never", hangs=True)
    good = server.put("/good.xml", rss("good", "one"), etag='"1"')
    limit = LOCAL + 'timeout = "60s"\n'
    planet = Planet(tmp_path, limit + feeds(good, hangs))
    with daemon(tmp_path) as service:
        wait_for(lambda: len(server.log) == 2, "both are asked")
        wait_for(lambda: b"About one" in stored(tmp_path), "the good one is stored")
        service.signal(signal.SIGTERM)
        service.until("stopping")
        service.signal(signal.SIGTERM)
        began = time.monotonic()
        assert service.ended() == 0
        assert time.monotonic() - began < 5, "a second signal is not waited for"
    assert "abandoned" in service.lines[-1]["message"]
    server.change("/hangs.xml", hangs=False, body=rss("late", "two").encode())
    again = planet.feedkit("run")
    assert again.code == 0, again.lines
    assert planet.titles() == ["one"], "what was asked and did not answer is not due yet"


def stored(root: Path) -> bytes:
    paths = sorted(root.glob("feedkit.db*"))
    return b"".join(path.read_bytes() for path in paths)


def test_to_stop_asks_for_nothing_new_and_publishes_what_came(
    tmp_path: Path, server: FeedServer
) -> None:
    slow = server.put("/slow.xml", "never", hangs=True)
    rest = [server.put(f"/{n}.xml", rss(f"n{n}", f"entry {n}")) for n in range(20)]
    limits = LOCAL + 'timeout = "2s"\nconcurrency = 1\n'
    planet = Planet(tmp_path, limits + feeds(*rest[:2], slow, *rest[2:]))
    with daemon(tmp_path) as service:
        wait_for(lambda: len(server.log) == 3, "the slow one is asked")
        assert service.stop() == 0
    assert len(server.log) == 3
    assert "abandoned" not in service.lines[-1]["message"]
    assert sorted(planet.titles()) == ["entry 0", "entry 1"]
    with daemon(tmp_path) as service:
        for _ in rest[2:]:
            service.until("entries")
        assert service.stop() == 0
    assert len(planet.titles()) == 20


def test_a_daemon_killed_in_a_cycle_goes_on_where_it_was(
    tmp_path: Path, server: FeedServer
) -> None:
    urls = [server.put(f"/{n}.xml", rss(f"n{n}", f"entry {n}"), etag='"1"') for n in range(40)]
    planet = Planet(tmp_path, LOCAL + feeds(*urls))
    with daemon(tmp_path) as service:
        wait_for(lambda: len(server.log) >= 10, "a cycle is on")
        service.signal(signal.SIGKILL)
        service.process.wait()
    with daemon(tmp_path) as service:
        service.until("published")
        assert service.stop() == 0
    planet.feedkit("run", "--all")
    assert sorted(planet.titles()) == sorted(f"entry {n}" for n in range(40))


def test_run_waits_for_a_cycle_and_no_longer_or_says_who_is_at_work(
    tmp_path: Path, server: FeedServer
) -> None:
    url = server.put("/slow.xml", "never", hangs=True)
    planet = Planet(tmp_path, LOCAL + 'timeout = "3s"\n' + feeds(url))
    with daemon(tmp_path) as service:
        wait_for(lambda: len(server.log) == 1, "a cycle is on")
        busy = planet.feedkit("run", "--no-wait")
        waits = planet.feedkit("run")
        free = planet.feedkit("run", "--no-wait")
        second = planet.feedkit("daemon")
        assert service.stop() == 0
    pid = service.process.pid
    assert busy.code == 2
    assert re.fullmatch(
        rf"feedkit: another feedkit \(pid {pid}, since .* UTC\) is at work on this store",
        busy.lines[0],
    )
    assert waits.code == 0
    assert waits.lines[0].endswith("waiting for it")
    assert free.code == 0, free.lines
    assert second.code == 2
    said = rf"feedkit: a daemon \(pid {pid}, since .*\) runs on this store already"
    assert re.fullmatch(said, second.lines[0])


def test_an_unusable_store_is_a_sentence_and_exit_2_at_the_start(tmp_path: Path) -> None:
    planet = Planet(tmp_path)
    planet.write("feedkit.db", b"no database, but long enough to look like one" * 100)
    ended = planet.feedkit("daemon")
    assert ended.code == 2
    assert "feedkit.db: cannot be opened: file is not a database" in ended.lines[-1]


def test_an_unwritable_output_is_told_once_and_mended_without_a_restart(
    tmp_path: Path, server: FeedServer
) -> None:
    url = server.put("/a.xml", rss("a", "one"), etag='"1"')
    planet = Planet(tmp_path, QUICK + feeds(url))
    (tmp_path / "public").write_text("a file where the folder should be")
    with daemon(tmp_path, "--verbose") as service:
        assert service.until("unwritten")["level"] == "error"
        (tmp_path / "public").unlink()
        service.signal(signal.SIGHUP)
        service.until("published")
        assert service.stop() == 0
    assert len(service.events("unwritten")) == 1
    assert planet.titles() == ["one"]


def test_a_damaged_store_is_told_and_the_daemon_lives_on_until_it_is_put_back(
    tmp_path: Path, server: FeedServer
) -> None:
    url = server.put("/a.xml", rss("a", "one"))
    planet = Planet(tmp_path, LOCAL + feeds(url))
    with daemon(tmp_path) as service:
        service.until("published")
        wait_for(lambda: (tmp_path / "feedkit.db.lock").read_text() == "", "the cycle is over")
        whole = (tmp_path / "feedkit.db").read_bytes()
        (tmp_path / "feedkit.db").write_bytes(b"\xff" * len(whole))
        service.signal(signal.SIGHUP)
        assert "feedkit.db: cannot be" in service.until("store")["message"]
        (tmp_path / "feedkit.db").write_bytes(whole)
        service.signal(signal.SIGHUP)
        assert service.until("store")["message"] == "the store can be used again"
        assert service.stop() == 0
    assert planet.titles() == ["one"]


@pytest.mark.parametrize("hours", [24, -24])
def test_a_clock_that_jumps_a_day_makes_nobody_wait_a_day_and_no_storm(
    tmp_path: Path, server: FeedServer, hours: int
) -> None:
    url = server.put("/a.xml", rss("a", "one"), etag='"1"')
    Planet(tmp_path, LOCAL + feeds(url))
    clock = tmp_path / "clock"
    clock.write_text("0")
    with daemon(tmp_path, "--verbose", clock=clock) as service:
        service.until("cycle")
        assert len(server.asked()) == 1
        clock.write_text(str(hours * 3600))
        said = service.until("clock")
        # The time that the look at the clock takes is part of it.
        assert re.search(
            "forward by 23h" if hours > 0 else "back by (1d|23h 59min)", said["message"]
        )
        service.until("cycle")
        assert len(server.asked()) == 1
        with pytest.raises(AssertionError, match="no cycle"):
            service.until("cycle", patience=1.5)
        assert service.stop() == 0
    assert server.asked() == [], "one request a jump, and that is all"


def test_what_a_person_sees_on_a_terminal_is_plain_and_harmless(
    tmp_path: Path, server: FeedServer
) -> None:
    port = server.port
    planet = Planet(
        tmp_path, LOCAL + ARTICLES + feeds(f"http://me:secret@127.0.0.1:{port}/gone.xml")
    )
    planet.article("bad.md", title="'open")
    said = on_a_terminal(planet.root, "daemon")
    assert "secret" not in said
    assert "\x1b" not in said
    lines = said.splitlines()
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d feedkit .* serves 2 sources in .*", lines[0]
    )
    assert any(re.search(r" warning: articles: bad\.md ", line) for line in lines), said
    assert f" warning: http://127.0.0.1:{port}/gone.xml: answered 404 Not Found" in said
    assert lines[-1].endswith(" stopped")


def on_a_terminal(root: Path, *arguments: str) -> str:
    """What a command says on a terminal until it published once and Ctrl-C is typed."""
    ours, theirs = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "feedkit", *arguments],
        cwd=root, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
    ) as process:  # fmt: skip
        os.close(theirs)
        wait_for(lambda: (root / "public/rss.xml").exists(), "it publishes")
        process.send_signal(signal.SIGINT)
        said = b""
        while True:
            try:
                said += os.read(ours, 65536)
            except OSError:  # EIO: the other end is closed
                break
            if not said:
                break
    os.close(ours)
    assert process.returncode == 0
    return said.decode()


def test_the_shortest_configuration_serves(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(SITE)
    with daemon(tmp_path) as service:
        service.until("published")
        assert service.stop() == 0


def test_a_full_disk_is_told_once_while_it_is_full_and_nothing_is_lost(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "12m") as disk:
        where = f'[store]\nurl = "sqlite:///{disk.at}/feedkit.db"\n'
        planet = Planet(tmp_path, where + ARTICLES)
        planet.article("a.md", title="one", date="2024-01-01")
        with daemon(tmp_path, minute=1, within=disk.entering) as service:
            service.until("published")
            disk.fill()
            planet.article("b.md", "word " * 200_000, title="two", date="2024-01-02")
            assert "make room there" in service.until("store")["message"]
            time.sleep(3)
            disk.make_room()
            assert service.until("store")["message"] == "the store can be used again"
            service.until("published")
            assert service.stop() == 0
        assert disk.feedkit(tmp_path, "store", "check").code == 0
    assert len(service.events("store")) == 2
    assert planet.titles() == ["two", "one"]
