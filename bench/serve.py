"""`feedkit serve` against nginx over the same folder, one core each, asked by wrk from another.

In turn, in one run: requests a second for a feed of 80 kB, and for a 304 of it; also the processor
time of each, which a busy machine disturbs less. Then how much memory 10,000 connections take that
are kept alive, and how long an answer of the daemon's server takes while it collects 200 feeds.
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
from itertools import cycle, islice
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
        stays_quick = while_collecting(root, arguments.seconds)
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


def while_collecting(root: Path, seconds: int) -> bool:
    """Whether answers take not much longer while the daemon collects."""
    feeds, home = root / "feeds", root / "home"
    (feeds / "public").mkdir(parents=True)
    home.mkdir()
    documents = list(read_documents(folder_to_read(None)).values())
    for number, document in enumerate(islice(cycle(documents), FEEDS)):
        (feeds / "public" / f"{number}.xml").write_bytes(document)
    quiet, busy = [], []
    with nginx(feeds, before=ON_OTHER) as source:
        listed = [
            f'[[feeds]]\nurl = "http://127.0.0.1:{source}/{n}.xml"\ncategories = ["C {n % 20}"]'
            for n in range(FEEDS)
        ]
        config = CONFIG + '[serve]\nlisten = "127.0.0.1:0"\n'
        (home / "config.toml").write_text(config)
        with served(home, "daemon") as (port, pid):
            url = f"http://127.0.0.1:{port}/atom.xml"
            time.sleep(1)
            quiet = [asked(url, seconds, pid, "-c", "4") for _ in range(2)]
            (home / "config.toml").write_text(config + "\n".join(listed))
            os.kill(pid, signal.SIGHUP)
            while not is_at_work(pid):
                time.sleep(0.01)
            busy = [asked(url, seconds, pid, "-c", "4")]
    before, during = max(rate.p99 for rate in quiet), busy[0].p99
    print(
        f"p99 while {FEEDS} feeds are collected: {during:.2f} ms, {before:.2f} ms while none is; "
        f"{during / before:.1f} times (at most {MOST_SLOWER:.0f})"
    )
    return during <= MOST_SLOWER * before


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
    """`feedkit serve`, or the daemon, in `root`, on one core; its port and process."""
    listen = ["--listen", "127.0.0.1:0"] if command == "serve" else []
    process = subprocess.Popen(
        [*ON_ONE, FEEDKIT, command, *listen],
        cwd=root,
        env=ENVIRONMENT,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        lines = process.stderr or ()
        found = (re.search(r'"listen": "127.0.0.1:(\d+)"', line) for line in lines)
        yield next(int(match[1]) for match in found if match), process.pid
    finally:
        process.terminate()
        process.wait()


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


def is_at_work(pid: int) -> bool:
    """Whether the process uses a core right now."""
    before = processor_time(pid)
    time.sleep(0.05)
    return processor_time(pid) > before


def megabytes(pid: int) -> float:
    """What the process has in memory."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(found(r"VmRSS:\s+(\d+) kB", status)) / 1_000


if __name__ == "__main__":
    sys.exit(main())
