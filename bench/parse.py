"""Reading feeds: feedkit against feedparser, feedparser-rs and sfeed on the same documents.

CPU time of one pass over all documents, in turn, in one run; medians and ratios are printed.
feedkit, feedparser and feedparser-rs parse, sanitize and resolve links; sfeed, which is written in
C, does not sanitize. What is not installed is left out: ``apt-get install sfeed``, and
``pip install -e '.[bench]'`` for feedparser-rs.

    .venv/bin/python bench/parse.py [FOLDER] [--rounds N]

Without FOLDER a set of documents is made up.
"""

import argparse
import importlib
import importlib.util
import io
import random
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import cast

import feedparser

import feedkit

URL = "https://example.org/feed.xml"
WORDS = ["feeds", "entries", "readers", "collect", "publish", "category", "article", "normalize"]
Work = Callable[[Sequence[bytes]], int]


def made_up(count: int = 40) -> list[bytes]:
    """RSS and Atom documents of about 100 kB, with the markup that weblogs write."""
    chance = random.Random(4287)
    return [(_atom if number % 2 else _rss)(chance, number) for number in range(count)]


def _html(chance: random.Random) -> str:
    parts = []
    for number in range(chance.randrange(4, 16)):
        text = " ".join(chance.choices(WORDS, k=40))
        link = f'<a class="x" href="/posts/{number}?a=1&amp;b=2" onclick="go()">{text[:20]}</a>'
        parts.append(f'<p style="color: red">{text}, {link} &#8217;<em>{text[:30]}</em></p>')
        if number % 4 == 0:
            parts.append(
                f'<figure class="wp"><img src="/i/{number}.png" alt="" width="9"></figure>'
            )
    return "\n".join(parts)


def _rss(chance: random.Random, feed: int) -> bytes:
    items = "".join(
        f"<item><title>{escape(' '.join(chance.choices(WORDS, k=6)))}</title>"
        f"<link>https://example.org/{feed}/{number}</link><guid>urn:x:{feed}:{number}</guid>"
        f"<pubDate>{format_datetime(_date(number), usegmt=True)}</pubDate><category>a</category>"
        f"<description>{escape(_html(chance))}</description></item>"
        for number in range(20)
    )
    return f'<rss version="2.0"><channel><title>{feed}</title>{items}</channel></rss>'.encode()


def _atom(chance: random.Random, feed: int) -> bytes:
    entries = "".join(
        f"<entry><id>urn:x:{feed}:{number}</id><title>{feed} {number}</title>"
        f'<link href="/{feed}/{number}"/><updated>{_date(number).isoformat()}</updated>'
        f'<content type="html">{escape(_html(chance))}</content></entry>'
        for number in range(20)
    )
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:x:{feed}</id><title>{feed}</title>'
        f"{entries}</feed>"
    ).encode()


def _date(number: int) -> datetime:
    return datetime(2026, 5, 18, 11, 30, tzinfo=UTC) - timedelta(hours=number)


def by_feedkit(documents: Sequence[bytes]) -> int:
    """Entries read."""
    return sum(len(feedkit.parse(document, url=URL).entries) for document in documents)


def by_feedparser(documents: Sequence[bytes]) -> int:
    """Entries read, by feedparser's defaults."""
    headers = {"content-location": URL}
    read = [feedparser.parse(io.BytesIO(each), response_headers=headers) for each in documents]
    return sum(len(cast("list[object]", feed["entries"])) for feed in read)


def by_feedparser_rs(documents: Sequence[bytes]) -> int:
    """Entries read, sanitized as it does by default."""
    parse = importlib.import_module("feedparser_rs").parse
    return sum(len(parse(document).entries) for document in documents)


def by_sfeed(documents: Sequence[bytes]) -> int:
    """Entries read, a process for each document."""
    entries = 0
    for document in documents:
        done = subprocess.run(["sfeed", URL], input=document, capture_output=True, check=True)
        entries += done.stdout.count(b"\n")
    return entries


def peers() -> dict[str, Work]:
    """Those that are installed."""
    found: dict[str, Work] = {"feedparser": by_feedparser}
    if importlib.util.find_spec("feedparser_rs"):
        found["feedparser-rs"] = by_feedparser_rs
    if shutil.which("sfeed"):
        found["sfeed"] = by_sfeed
    return found


def cpu_seconds() -> float:
    """Of this process and the children that ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def timed(work: Work, documents: Sequence[bytes]) -> tuple[float, int]:
    """CPU seconds of one pass, and the entries it read."""
    start = cpu_seconds()
    entries = work(documents)
    return cpu_seconds() - start, entries


PEAK = """
import sys, feedkit
from pathlib import Path

def peak():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if "VmHWM" in line)

warm = b"<rss><channel><item><description>&lt;p>x</description></item></channel></rss>"
feedkit.parse(warm)
Path("/proc/self/clear_refs").write_text("5")  # proc(5): the peak starts from here
before = peak()
feedkit.parse(Path(sys.argv[1]).read_bytes(), url="https://example.org/")
print(peak() - before)
"""


def peak(path: Path) -> float:
    """Memory that parsing takes at its peak, in multiples of the document. Linux only."""
    done = subprocess.run(
        [sys.executable, "-c", PEAK, str(path)], capture_output=True, text=True, check=True
    )
    return int(done.stdout) * 1024 / path.stat().st_size


def main() -> None:
    """Parse the arguments, run, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    paths = sorted(path for path in arguments.folder.iterdir()) if arguments.folder else []
    documents = [path.read_bytes() for path in paths] or made_up()
    works = {"feedkit": by_feedkit} | peers()
    seconds: dict[str, list[float]] = {name: [] for name in works}
    read: dict[str, int] = {}
    for number in range(arguments.rounds + 1):
        for name, work in works.items():
            took, read[name] = timed(work, documents)
            if number:  # the first round imports and compiles
                seconds[name].append(took)
    size = sum(map(len, documents)) / 1e6
    print(f"{len(documents)} documents, {size:.1f} MB; CPU time, median of {arguments.rounds}")
    ours = statistics.median(seconds["feedkit"])
    for name in works:
        median = statistics.median(seconds[name])
        print(
            f"{name:14} {median:7.3f} s  {size / median:7.1f} MB/s  {read[name]:6} entries"
            f"  {median / read[name] * 1e6:7.1f} us an entry  {median / ours:6.2f} of feedkit"
        )
    large = sorted(paths, key=lambda path: path.stat().st_size)[-5:]
    for path in reversed(large):
        print(f"peak memory of {path.name}: {peak(path):.1f} times the document")


if __name__ == "__main__":
    main()
