"""A host that is slow keeps nobody waiting but those who follow it."""

import time
from pathlib import Path

import pytest
from feed_server import FeedServer, rss
from planet import ARTICLES, Planet
from service import daemon, wait_for

from feedkit.config import load_settings
from feedkit.daemon import cycle
from feedkit.daemon.cycle import SHORTEST, Cycles
from feedkit.pipeline.timing import utc_now

LOCAL = "[fetch]\nallow_private_hosts = true\n"


def feeds(*urls: str) -> str:
    return "".join(f'[[feeds]]\nurl = "{url}"\n' for url in urls)


def test_what_came_is_published_while_a_slow_host_is_still_asked(tmp_path: Path) -> None:
    with FeedServer().serving() as server:
        hangs = server.put("/hangs.xml", "never", hangs=True)
        good = server.put("/good.xml", rss("good", "one"))
        planet = Planet(tmp_path, f'{LOCAL}timeout = "60s"\n{ARTICLES}{feeds(hangs, good)}')
        planet.article("an-article.md", date="2023-01-01")
        with daemon(tmp_path) as service:
            wait_for(lambda: (planet.public / "rss.xml").exists(), "it is published")
            assert planet.titles() == ["one", "an-article"]
            assert (tmp_path / "feedkit.db.lock").read_text() != "", "and the cycle goes on"
            server.closed.set()
            service.until("published")
            assert service.stop() == 0
    assert len(service.events("published")) == 1
    assert planet.feedkit("store", "check").code == 0


def test_a_host_of_many_slow_feeds_is_left_for_the_next_cycle_after_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cycle, "_TAKING", 0.5)
    with FeedServer().serving() as server:
        slow = [server.put(f"/{n}.xml", "never", hangs=True) for n in range(12)]
        planet = Planet(tmp_path, f'{LOCAL}timeout = "1s"\n{ARTICLES}{feeds(*slow)}')
        settings = load_settings(tmp_path / "config.toml")
        cycles = Cycles(clock=utc_now, is_stopping=lambda: False, on_open=lambda: None)
        began = time.monotonic()
        assert cycles.tick(settings) == SHORTEST, "what is left is due"
        assert time.monotonic() - began < 5
        assert len(server.asked()) == 2
        planet.article("hello.md")
        cycles.tick(settings)
        assert planet.titles() == ["hello"]
        assert [asked.path for asked in server.asked()] == ["/2.xml", "/3.xml"], "in turn"
