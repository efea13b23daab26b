"""Reading feeds: feedkit against feedparser, feedparser-rs and sfeed on the same documents.

CPU time of one pass over all documents, in turn, in one run; medians and ratios are printed.
feedkit, feedparser and feedparser-rs parse, sanitize and resolve links; sfeed, which is written in
C, does not sanitize. What is not installed is left out: ``apt-get install sfeed``, and
``pip install -e '.[bench]'`` for feedparser-rs.

Then says how far feedkit and feedparser agree on what they have read (`bench/agreement.py`).

    .venv/bin/python bench/parse.py [FOLDER] [--rounds N]

Without FOLDER the documents are those of ../shared/corpus/feeds, seen from the repository, where
that is there, else made-up ones. Exits 1 where the two do not agree and no rule says why.
"""

import argparse
import importlib
import importlib.util
import io
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

import agreement
import feedparser
from documents import URL, folder_to_read, read_documents

import feedkit

Work = Callable[[Sequence[bytes]], int]


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


def print_times(documents: Sequence[bytes], rounds: int) -> None:
    """Runs all in turn, once to import and compile and `rounds` times more, and prints medians."""
    works = {"feedkit": by_feedkit} | peers()
    seconds: dict[str, list[float]] = {name: [] for name in works}
    read: dict[str, int] = {}
    for number in range(rounds + 1):
        for name, work in works.items():
            took, read[name] = timed(work, documents)
            if number:
                seconds[name].append(took)
    size = sum(map(len, documents)) / 1e6
    print(f"{len(documents)} documents, {size:.1f} MB; CPU time, median of {rounds}")
    ours = statistics.median(seconds["feedkit"])
    for name in works:
        median = statistics.median(seconds[name])
        print(
            f"{name:14} {median:7.3f} s  {size / median:7.1f} MB/s  {read[name]:6} entries"
            f"  {median / read[name] * 1e6:7.1f} us an entry  {median / ours:6.2f} of feedkit"
        )


def print_peaks(folder: Path) -> None:
    """Prints the memory that reading the largest documents of `folder` takes."""
    paths = [path for path in folder.iterdir() if path.is_file()]
    largest = sorted(paths, key=lambda path: path.stat().st_size, reverse=True)[:5]
    for path in largest:
        print(f"peak memory of {path.name}: {peak(path):.1f} times the document")


def main() -> int:
    """Parse the arguments, run, print. 0 when feedkit and feedparser agree, else 1."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    folder = folder_to_read(arguments.folder)
    documents = read_documents(folder)
    print_times(list(documents.values()), arguments.rounds)
    if folder:
        print_peaks(folder)
    return 0 if agreement.report(documents, folder) else 1


if __name__ == "__main__":
    sys.exit(main())
