"""feedkit's HTTP client against bare aiohttp: 2,000 sources on a local nginx, 95% answering 304.

Both fetch the same URLs with the same validators and the same number of requests at a time, in
turn, in one process; medians and the ratio of medians are printed. The exit code is 1 when feedkit
makes less than half of aiohttp's requests a second, or when the two do not get the same answers.
Then the same sources are collected by `feedkit run`'s own code, store and all. Install nginx first:
``apt-get install nginx-light``.

    .venv/bin/python bench/fetch.py [--sources N] [--rounds N]
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import aiohttp
from webserver import nginx

from feedkit.collect.http import Client
from feedkit.config import Fetch, load_settings
from feedkit.pipeline.run import run
from feedkit.store import open_store

FLOOR = 0.5
"""The least that feedkit may reach of aiohttp's requests a second."""
HOSTS = 200
"""Addresses on loopback that the sources are spread over."""
CHANGED = 20
"""One source in so many has changed since its validators were given."""
LIMITS = Fetch(allow_private_hosts=True)

CONFIG = """
[site]
url = "https://planet.example.org/"
[fetch]
allow_private_hosts = true
"""


class Source(NamedTuple):
    """A URL, and the validator that is known of it."""

    url: str
    etag: str


class Round(NamedTuple):
    """How fast one round was, and what came back."""

    seconds: float
    statuses: Counter[int]


Ask = Callable[[Source], Awaitable[int]]


def feed(number: int) -> str:
    """A feed of about 10 kB."""
    items = "".join(
        f"<item><title>Entry {item} of {number}</title><guid>https://site{number}.example/{item}"
        f"</guid><link>https://site{number}.example/{item}</link>"
        f"<pubDate>Mon, {item + 1:02} Jan 2024 10:00:00 GMT</pubDate>"
        f"<description>{'Some words of the entry. ' * 12}</description></item>"
        for item in range(20)
    )
    return (
        f'<rss version="2.0"><channel><title>Site {number}</title>'
        f"<link>https://site{number}.example/</link><description>d</description>{items}"
        "</channel></rss>"
    )


@contextmanager
def serving(root: Path, sources: int) -> Iterator[list[str]]:
    """nginx with as many feeds; their URLs."""
    (root / "public").mkdir()
    for number in range(sources):
        (root / "public" / f"{number}.xml").write_text(feed(number))
    hosts = [f"127.0.1.{number}" for number in range(1, HOSTS + 1)]
    with nginx(root, hosts) as port:
        yield [f"http://{hosts[n % HOSTS]}:{port}/{n}.xml" for n in range(sources)]


async def timed(ask: Ask, sources: Sequence[Source]) -> Round:
    """Ask for all `sources`, as many at a time as feedkit would."""
    queue = list(reversed(sources))
    statuses: Counter[int] = Counter()

    async def work() -> None:
        while queue:
            statuses[await ask(queue.pop())] += 1

    started = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(LIMITS.concurrency)))
    return Round(time.perf_counter() - started, statuses)


async def by_aiohttp(sources: Sequence[Source]) -> Round:
    """What a program gets that uses aiohttp as its documentation shows."""
    async with aiohttp.ClientSession() as session:

        async def ask(source: Source) -> int:
            async with session.get(source.url, headers={"If-None-Match": source.etag}) as response:
                await response.read()
                return response.status

        return await timed(ask, sources)


async def by_feedkit(sources: Sequence[Source]) -> Round:
    async with Client(LIMITS, "feedkit/bench (+https://planet.example.org/)") as client:

        async def ask(source: Source) -> int:
            fetched = await client.get(source.url, etag=source.etag)
            return 304 if fetched.not_modified else 200

        return await timed(ask, sources)


async def etags(urls: Sequence[str]) -> list[Source]:
    """The sources with their validators, one in `CHANGED` of them an old one."""
    sources = []
    async with aiohttp.ClientSession() as session:
        for number, url in enumerate(urls):
            async with session.head(url) as response:
                current = response.headers["ETag"]
            sources.append(Source(url, current if number % CHANGED else '"old"'))
    return sources


def collected(root: Path, urls: Sequence[str], rounds: int) -> float:
    """The seconds of a run of feedkit over sources of which it knows all, and few have changed:
    the median of so many `rounds`."""
    feeds = "".join(f'[[feeds]]\nurl = "{url}"\n' for url in urls)
    (root / "config.toml").write_text(CONFIG + feeds)
    settings = load_settings(root / "config.toml")
    with open_store(settings.store.url) as store:
        run(settings, store, everything=True)
        seconds: list[float] = []
        outcomes: Counter[str] = Counter()
        for edition in range(rounds):
            for number in range(0, len(urls), CHANGED):
                edited = feed(number).replace("Some", f"Edition {edition}: some")
                (root / "public" / f"{number}.xml").write_text(edited)
            started = time.perf_counter()
            report = run(settings, store, everything=True)
            seconds.append(time.perf_counter() - started)
            outcomes = Counter(source.outcome for source in report.sources)
    print(f"feedkit run: {dict(outcomes)}")
    return statistics.median(seconds)


def main() -> int:
    """Measure and print; the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sources", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder), given.sources) as urls:
        sources = asyncio.run(etags(urls))
        rounds = [
            (asyncio.run(by_aiohttp(sources)), asyncio.run(by_feedkit(sources)))
            for _ in range(given.rounds + 1)
        ][1:]
        whole = collected(Path(folder), urls, given.rounds)
    bare, ours = (
        given.sources / statistics.median(one.seconds for one in side)
        for side in zip(*rounds, strict=True)
    )
    print(f"answers: {dict(rounds[0][1].statuses)}")
    print(f"aiohttp {bare:,.0f} requests a second")
    print(f"feedkit {ours:,.0f} requests a second, {ours / bare:.2f} of aiohttp's")
    print(f"feedkit run {given.sources / whole:,.0f} sources a second, stored and published")
    are_equal = len({frozenset(one.statuses.items()) for both in rounds for one in both}) == 1
    return 0 if are_equal and ours / bare >= FLOOR else 1


if __name__ == "__main__":
    sys.exit(main())
