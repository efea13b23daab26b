"""What a daemon's cycles leave behind: nothing, however many there are."""

import gc
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from feed_server import FeedServer
from planet import Planet

from feedkit.config import load_settings
from feedkit.daemon.cycle import Cycles
from feedkit.publish import kept

START = datetime(2025, 3, 1, tzinfo=UTC)
WARM = 3
"""Cycles that fill what is kept on purpose."""
MORE = 5


@pytest.fixture(name="server")
def server_fixture() -> Iterator[FeedServer]:
    with FeedServer().serving() as server:
        yield server


def feed(number: int) -> str:
    """One whose entry has to be cleaned by nh3, and is another each time."""
    return (
        "<rss version='2.0'><channel><title>Site</title><link>https://a.example/</link>"
        f"<item><title>Entry {number}</title><guid>https://a.example/{number}</guid>"
        f"<description>&lt;p onclick=x&gt;&lt;form&gt;Text {number} &lt;img src=a.png&gt;"
        "</description></item></channel></rss>"
    )


def objects() -> Counter[str]:
    """The objects that Python's garbage collector knows, by type."""
    gc.collect()
    return Counter(f"{type(each).__module__}.{type(each).__name__}" for each in gc.get_objects())


def test_cycles_leave_no_objects_behind(
    tmp_path: Path, server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "_MOST", 5_000)  # what is kept is as much as it may be, then
    planet = Planet(tmp_path)
    planet.article("a.md", title="one")
    url = server.put("/feed", feed(0))
    planet.configure(
        f'[[articles]]\npath = "articles"\n[fetch]\nallow_private_hosts = true\n'
        f'[[feeds]]\nurl = "{url}"\n'
    )
    settings = load_settings(tmp_path / "config.toml")
    now = [START]
    cycles = Cycles(clock=lambda: now[0], is_stopping=lambda: False, on_open=lambda: None)

    with ThreadPoolExecutor(1) as thread:

        def live(days: range) -> Counter[str]:
            for day in days:
                now[0] = START + timedelta(days=day)
                server.put("/feed", feed(day))
                thread.submit(cycles.tick, settings).result()
                server.asked()
            return objects()

        first, second, third = map(
            live, (range(WARM), range(WARM, WARM + MORE), range(WARM + MORE, WARM + 2 * MORE))
        )
    assert cycles.metrics.new == WARM + 2 * MORE + 1  # each was a cycle, which found something
    # Python itself keeps some things when it likes to; what a cycle leaves comes with each.
    left = (second - first) & (third - second)
    assert {name: count for name, count in left.items() if count >= MORE} == {}


THREADS = """
import sys
from pathlib import Path
from threading import Barrier, Thread

from feedkit.daemon.memory import give_back, share_one_heap

def megabytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6

share_one_heap()
bytes(30_000_000)  # a large document; the library keeps as much of each heap from then on
before = megabytes()
together = Barrier(4)

def read():
    pieces = [bytes(50_000) for _ in range(200)]
    together.wait()

threads = [Thread(target=read) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
give_back()
print(megabytes() - before)
"""


def test_what_threads_took_goes_back_to_the_machine() -> None:
    done = subprocess.run(
        [sys.executable, "-c", THREADS], capture_output=True, text=True, check=True, timeout=60
    )
    assert float(done.stdout) < 2  # of 40 MB
