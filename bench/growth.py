"""How a cycle grows: 10,000 feeds and 1,000,000 stored entries against 100 and 10,000.

Whole processes of ``feedkit run --all`` against a local nginx, for which 95% of the feeds are
unchanged; what a cycle takes for each feed, the ratio of the two, and the memory at its peak are
printed. Then the large store has a daemon, and nothing is due: what that takes of a core is
printed, too. The exit code is 1 when the large store takes more than 1.5 times as long for a feed,
or 300 MB, or the idle daemon 1% of a core. To fill the large store takes some minutes, and 3 GB.
Published are Atom and RSS alone: a million entries are 20,000 archives. ``apt-get install
nginx-light``.

    .venv/bin/python bench/growth.py [--sources N] [--rounds N]
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from planets import CONFIG, ENVIRONMENT, FEEDS_ALONE, RUN
from webserver import nginx

SMALL = 100
"""Sources to compare with."""
ENTRIES = 100
"""A feed."""
CHANGED = 20
"""One feed in so many has a new entry in each round."""
HOSTS = [f"127.0.2.{number}" for number in range(1, 101)]
CATEGORIES = 20
MOST_GROWTH = 1.5
MOST_MEMORY = 300
"""MB."""
MOST_IDLE = 0.01
"""Of a core."""
IDLE = 60
"""Seconds for which the idle daemon is watched."""


def feed(number: int, newest: int) -> str:
    """A feed whose last entry is `newest`, of about 40 kB."""
    items = "".join(
        f"<item><title>Entry {item} of {number}</title><guid>https://site{number}.example/{item}"
        f"</guid><link>https://site{number}.example/{item}</link>"
        f"<pubDate>Mon, {item % 27 + 1:02} Jan 2024 10:{item % 60:02}:00 GMT</pubDate>"
        f"<description>{'Some words of the entry. ' * 8}{item}</description></item>"
        for item in range(newest, newest - ENTRIES, -1)
    )
    return (
        f'<rss version="2.0"><channel><title>Site {number}</title>'
        f"<link>https://site{number}.example/</link><description>d</description>{items}"
        "</channel></rss>"
    )


def prepare(home: Path, sources: int, port: int) -> None:
    """A configuration in `home` that follows the first `sources` feeds of the server."""
    lines = [CONFIG + FEEDS_ALONE]
    for number in range(sources):
        url = f"http://{HOSTS[number % len(HOSTS)]}:{port}/{number}.xml"
        lines.append(f'[[feeds]]\nurl = "{url}"\ncategories = ["{number % CATEGORIES}"]')
    lines += [f'[categories."{number}"]' for number in range(CATEGORIES)]
    home.mkdir()
    (home / "config.toml").write_text("\n".join(lines))


def cycle(home: Path) -> tuple[float, float]:
    """One run over all feeds of `home`: seconds, and MB of memory at its peak."""
    start = time.perf_counter()
    process = subprocess.Popen(RUN, cwd=home, env=ENVIRONMENT)
    _, status, used = os.wait4(process.pid, 0)
    took = time.perf_counter() - start
    if status:
        sys.exit(f"feedkit ended with {os.waitstatus_to_exitcode(status)}")
    return took, used.ru_maxrss / 1024


def idle(home: Path) -> float:
    """What a daemon on `home` takes of a core while nothing is due."""
    process = subprocess.Popen([RUN[0], "daemon", "--quiet"], cwd=home, env=ENVIRONMENT)
    try:
        time.sleep(IDLE / 4)  # it starts, and looks at all there is once
        before = processor_seconds(process.pid)
        time.sleep(IDLE)
        return (processor_seconds(process.pid) - before) / IDLE
    finally:
        process.terminate()
        process.wait()


def processor_seconds(pid: int) -> float:
    """What the process took so far, by itself and for the system (proc(5), /proc/pid/stat)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Parse the arguments, run, print. 0 when a cycle does not grow."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sources", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    sizes = (SMALL, arguments.sources)
    seconds: dict[int, list[float]] = {size: [] for size in sizes}
    memory: dict[int, list[float]] = {size: [] for size in sizes}
    files = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files[1], files[1]))
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        public = root / "public"
        public.mkdir()
        for number in range(arguments.sources):
            (public / f"{number}.xml").write_text(feed(number, ENTRIES))
        with nginx(root, HOSTS) as port:
            for size in sizes:
                home = root / f"of {size}"
                prepare(home, size, port)
                took, peak = cycle(home)
                print(
                    f"{size} feeds, {size * ENTRIES} entries: stored in {took:.1f} s, {peak:.0f} MB"
                )
            for round_ in range(1, arguments.rounds + 1):
                for number in range(0, arguments.sources, CHANGED):
                    (public / f"{number}.xml").write_text(feed(number, ENTRIES + round_))
                for size in sizes:
                    took, peak = cycle(root / f"of {size}")
                    seconds[size].append(took)
                    memory[size].append(peak)
            idling = idle(root / f"of {arguments.sources}")
    each = {size: statistics.median(seconds[size]) / size * 1000 for size in sizes}
    for size in sizes:
        print(
            f"{size:6} feeds: {statistics.median(seconds[size]):6.2f} s a cycle,"
            f" {each[size]:5.2f} ms a feed, at most {max(memory[size]):.0f} MB"
        )
    growth, most = each[sizes[1]] / each[SMALL], max(memory[sizes[1]])
    print(f"{growth:.2f} of the small store's time a feed (at most {MOST_GROWTH})")
    print(f"the daemon, idle: {idling:.2%} of a core (at most {MOST_IDLE:.0%})")
    fits = growth <= MOST_GROWTH and most <= MOST_MEMORY and idling <= MOST_IDLE
    return 0 if fits else 1


if __name__ == "__main__":
    sys.exit(main())
