"""`feedkit serve` against nginx over the same folder, one core each, asked by wrk from another.

In turn, in one run: requests a second for a feed of 80 kB, and for a 304 of it; also the processor
time of each, which a busy machine disturbs less. Then how much memory 10,000 connections take that
are kept alive, and how long an answer of the daemon's server takes while it collects 200 feeds.

For that the daemon with all its processes has one core, so that the server cannot have one to
itself, and wrk and the feeds' nginx have the other. wrk asks for the planet's own Atom feed, 300 kB
which each collection writes anew: by 32 connections as fast as it can be, as above, and about 3,000
times a second, each connection pausing for 10 ms. It does so for as long while nothing is collected
and while 200 feeds are that were never seen before, in turn, round after round; where a collection
ends before wrk does, there is no result. The 99th percentiles are each the median of the rounds.
(By four connections, too, as fast as it can be: what a cycle is given of the core then, be it a
sixtieth, is time in which nobody is answered. So that has no bound.)

Needs ``apt-get install nginx-light wrk``.

    .venv/bin/python bench/serve.py [--rounds N] [--seconds N]
"""

import argparse
import os
import re
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count, cycle, islice
from pathlib import Path
from typing import NamedTuple
from urllib.request import urlopen

from documents import folder_to_read, read_documents
from planets import CONFIG, ENVIRONMENT, RUN
from webserver import nginx

SIZE = 80_000
FEEDS = 200
CONNECTIONS = 10_000
LEAST_RATIO = 0.7
LEAST_UNMODIFIED = 20_000
MOST_MEGABYTES = 500
MOST_SLOWER = 5.0
WHILE = 2
"""Seconds for which each is asked while feeds are collected, which takes at least three."""
PAUSE = 10
"""Milliseconds that each connection pauses before a request."""
ON_ONE = ("taskset", "-c", "0")
ON_OTHER = ("taskset", "-c", "1")
FEEDKIT = RUN[0]
_TICKS = os.sysconf("SC_CLK_TCK")


class Rate(NamedTuple):
    """What wrk measured."""

    per_second: float
    microseconds: float
    """Of the server's processor, for a request."""
    p99: float
    """Milliseconds."""


def main() -> int:
    """Measure, print; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=4)
    arguments = parser.parse_args()
    if shutil.which("wrk") is None or shutil.which("taskset") is None:
        sys.exit("this needs wrk and taskset: apt-get install wrk util-linux")
    files = CONNECTIONS + 500
    resource.setrlimit(
        resource.RLIMIT_NOFILE, (files, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    )
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        are_fast = against_nginx(root, arguments.rounds, arguments.seconds)
        is_small = held_connections(root)
        stays_quick = while_collecting(root, arguments.rounds, WHILE)
    return 0 if are_fast and is_small and stays_quick else 1


def against_nginx(root: Path, rounds: int, seconds: int) -> bool:
    """Whether both rates are high enough."""
    public = root / "public"
    public.mkdir()
    feed = b'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><!--%s--></feed>'
    (public / "atom.xml").write_bytes(feed % (b"x" * (SIZE - len(feed) + 2)))
    (root / "config.toml").write_text(CONFIG)
    rates: dict[str, list[Rate]] = {}
    with nginx(root, before=ON_ONE) as nginx_port, served(root, "serve") as (port, pid):
        worker = worker_of(nginx_port)
        for _ in range(rounds):
            for name, server, process in (("feedkit", port, pid), ("nginx", nginx_port, worker)):
                url = f"http://127.0.0.1:{server}/atom.xml"
                tag = urlopen(url).headers["ETag"]
                whole = asked(url, seconds, process)
                rates.setdefault(f"{name} 200", []).append(whole)
                same = asked(url, seconds, process, "-H", f"If-None-Match: {tag}")
                rates.setdefault(f"{name} 304", []).append(same)
    print(f"{SIZE:,} bytes, 32 connections; median of {rounds} rounds of {seconds} s")
    medians = {name: median(found) for name, found in rates.items()}
    for name, rate in medians.items():
        print(f"  {name}  {rate.per_second:9,.0f} a second  {rate.microseconds:6.1f} µs of a core")
    ratio = medians["feedkit 200"].per_second / medians["nginx 200"].per_second
    by_time = medians["nginx 200"].microseconds / medians["feedkit 200"].microseconds
    unmodified = medians["feedkit 304"].per_second
    print(f"  ratio {ratio:.2f} (at least {LEAST_RATIO}), {by_time:.2f} by processor time")
    alone = 1e6 / medians["feedkit 304"].microseconds
    print(
        f"  304s a second {unmodified:,.0f} (at least {LEAST_UNMODIFIED:,}), "
        f"{alone:,.0f} with a core to itself"
    )
    return ratio >= LEAST_RATIO and unmodified >= LEAST_UNMODIFIED


def held_connections(root: Path) -> bool:
    """Whether many connections that were each answered once take little memory."""
    with served(root, "serve") as (port, pid):
        before = megabytes(pid)
        held = []
        for _ in range(CONNECTIONS):
            connection = socket.create_connection(("127.0.0.1", port))
            connection.sendall(b"HEAD /atom.xml HTTP/1.1\r\nHost: localhost\r\n\r\n")
            held.append(connection)
        for connection in held:
            if not connection.recv(4_096).startswith(b"HTTP/1.1 200 "):
                sys.exit("a connection was not answered")
        after = megabytes(pid)
        for connection in held:
            connection.close()
    each = (after - before) * 1_000 / CONNECTIONS
    print(
        f"{CONNECTIONS:,} connections kept alive: {after:.0f} MB (at most {MOST_MEGABYTES}), "
        f"{before:.0f} MB without them, {each:.1f} kB each"
    )
    return after <= MOST_MEGABYTES


def while_collecting(root: Path, rounds: int, seconds: int) -> bool:
    """Whether answers take not much longer while the daemon collects."""
    feeds, home = root / "feeds", root / "home"
    (feeds / "public").mkdir(parents=True)
    home.mkdir()
    documents = list(read_documents(folder_to_read(None)).values())
    for number, document in enumerate(islice(cycle(documents), FEEDS)):
        (feeds / "public" / f"{number}.xml").write_bytes(document)
    pausing = root / "pausing.lua"
    pausing.write_text(f"function delay() return {PAUSE} end")
    loads = {
        "as fast as it can be over 32 connections": (),
        "3,000 times a second over 32": ("-s", str(pausing)),
        "as fast as it can be over 4": ("-c", "4"),
    }
    quiet: dict[str, list[float]] = {name: [] for name in loads}
    busy: dict[str, list[float]] = {name: [] for name in loads}
    with nginx(feeds, before=ON_OTHER) as source:

        def follow(batch: int) -> None:
            """Have the daemon follow the feeds under addresses that are new to it."""
            (feeds / "public" / str(batch)).symlink_to(feeds / "public")
            listed = [
                f'[[feeds]]\nurl = "http://127.0.0.1:{source}/{batch}/{n}.xml"\n'
                f'categories = ["C {n % 20}"]'
                for n in range(FEEDS)
            ]
            config = CONFIG + '[serve]\nlisten = "127.0.0.1:0"\n' + "\n".join(listed)
            (home / "config.toml").write_text(config)

        follow(0)
        batches = count(1)
        with served(home, "daemon") as (port, server):
            url = f"http://127.0.0.1:{port}/atom.xml"
            daemon = parent_of(server)
            wait_for_a_collection(home)
            for _ in range(rounds):
                for name, options in loads.items():
                    wait_until_idle(home)
                    quiet[name].append(asked(url, seconds, server, *options).p99)
                    follow(next(batches))
                    os.kill(daemon, signal.SIGHUP)
                    wait_for_a_collection(home)
                    busy[name].append(asked(url, seconds, server, *options).p99)
                    if not is_collecting(home):
                        sys.exit("the collection ended before it was measured")
    ratios = []
    for name in loads:
        before, during = statistics.median(quiet[name]), statistics.median(busy[name])
        ratios.append(during / before)
        print(
            f"p99, asked {name}: {during:.2f} ms while {FEEDS} feeds are collected, "
            f"{before:.2f} ms while none is; {ratios[-1]:.1f} times"
        )
    print(f"at most {MOST_SLOWER:.0f} times over 32 connections")
    return max(ratios[:2]) <= MOST_SLOWER


def is_collecting(home: Path) -> bool:
    """Whether a cycle is under way: it holds the store."""
    lock = home / "feedkit.db.lock"
    return lock.exists() and lock.read_text() != ""


def wait_for_a_collection(home: Path) -> None:
    """Wait until a cycle is under way."""
    while not is_collecting(home):
        time.sleep(0.01)


def wait_until_idle(home: Path) -> None:
    """Wait until no cycle is under way, and none comes at once."""
    rested = 0
    while rested < 5:
        time.sleep(0.1)
        rested = 0 if is_collecting(home) else rested + 1


def asked(url: str, seconds: int, pid: int, *options: str) -> Rate:
    """Have wrk ask for `url` as fast as it can; the server is the process `pid`."""
    spent = processor_time(pid)
    wrk = ["wrk", "-t1", "-c32", "--latency", f"-d{seconds}", *options, url]
    done = subprocess.run([*ON_OTHER, *wrk], capture_output=True, text=True, check=True)
    spent = processor_time(pid) - spent
    requests = int(found(r"(\d+) requests in", done.stdout))
    if "Non-2xx" in done.stdout and "304" not in done.stdout and not options:
        sys.exit(done.stdout)
    rate = float(found(r"Requests/sec:\s+([\d.]+)", done.stdout))
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", done.stdout).groups()  # type: ignore[union-attr]
    return Rate(rate, spent / requests * 1e6, float(number) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit])


def found(pattern: str, text: str) -> str:
    """The group of `pattern`."""
    match = re.search(pattern, text)
    if match is None:
        sys.exit(f"wrk said something else:\n{text}")
    return match[1]


def median(rates: Sequence[Rate]) -> Rate:
    """Each of the three by itself."""
    return Rate(*(statistics.median(values) for values in zip(*rates, strict=True)))


@contextmanager
def served(root: Path, command: str) -> Iterator[tuple[int, int]]:
    """`feedkit serve`, or the daemon, in `root`, on one core; the port, and the process that
    serves."""
    listen = ["--listen", "127.0.0.1:0"] if command == "serve" else []
    log = root / "log"
    with log.open("wb") as stderr:
        process = subprocess.Popen(
            [*ON_ONE, FEEDKIT, command, *listen], cwd=root, env=ENVIRONMENT, stderr=stderr
        )
    try:
        while not (
            said := re.search(r'"listen": "127.0.0.1:(\d+)", "pid": (\d+)', log.read_text())
        ):
            if process.poll() is not None:
                sys.exit(log.read_text())
            time.sleep(0.02)
        yield int(said[1]), int(said[2])
    finally:
        process.terminate()
        process.wait()


def parent_of(pid: int) -> int:
    """The process that started it."""
    return int(found(r"PPid:\s+(\d+)", Path(f"/proc/{pid}/status").read_text()))


def worker_of(port: int) -> int:
    """The worker of the nginx that listens on `port`."""
    urlopen(f"http://127.0.0.1:{port}/atom.xml").close()
    listed = subprocess.run(
        ["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True
    ).stdout
    masters = {line.split()[0] for line in listed.splitlines() if "nginx: master" in line}
    workers = [line.split() for line in listed.splitlines() if "nginx: worker process" in line]
    return max(int(pid) for pid, parent, *_ in workers if parent in masters)


def processor_time(pid: int) -> float:
    """Seconds of a core that the process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def megabytes(pid: int) -> float:
    """What the process has in memory."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(found(r"VmRSS:\s+(\d+) kB", status)) / 1_000


if __name__ == "__main__":
    sys.exit(main())
