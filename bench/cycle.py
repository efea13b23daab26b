"""A cycle of feedkit against newsboat and reader: 200 feeds on a local nginx, cold and unchanged.

Whole processes, in turn, in one run, on the wall's clock; medians and ratios are printed. All get
the same 200 URLs and an empty store, and are run a second time, when nginx answers 304 to all.
feedkit also sanitizes, and publishes an Atom and an RSS feed for each of 20 categories, of which
every source has two; with ``--everything`` JSON Feed, pages, archives and compressed copies as
well, as by default. What is not installed is left out: ``apt-get install nginx-light newsboat``;
reader, by PyPI's name, is run by the Python of ``--reader``, which needs sgmllib3k installed beside
it. The exit code is 1 when feedkit takes more than newsboat's time or an eighth of reader's, cold,
or 0.35 of newsboat's, unchanged.

    .venv/bin/python bench/cycle.py [FOLDER] [--rounds N] [--reader PYTHON] [--everything]

The feeds are those of ../shared/corpus/feeds under several names, where that is there, else
made-up ones.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import cycle, islice
from pathlib import Path

from documents import folder_to_read, read_documents
from planets import CONFIG, ENVIRONMENT, FEEDS_ALONE, RUN
from webserver import nginx

FEEDS = 200
CATEGORIES = 20
MOST = {"newsboat": (1.0, 0.35), "reader": (0.125, float("inf"))}
"""What feedkit may take of another program's time, cold and unchanged. In the second run reader
asks for nothing."""
READER = """
import sys
from reader import make_reader
reader = make_reader("reader.sqlite")
for url in open("urls").read().split():
    reader.add_feed(url, exist_ok=True)
reader.update_feeds(workers=4)
"""

Command = list[str]
Prepare = Callable[[Path, Sequence[str]], Command]


def for_feedkit(folder: Path, urls: Sequence[str], publish: str = FEEDS_ALONE) -> Command:
    """feedkit's configuration in `folder`, and the command that asks for every feed."""
    lines = [CONFIG + publish]
    for number, url in enumerate(urls):
        names = f'["Category {number % CATEGORIES}", "Category {(number * 7 + 3) % CATEGORIES}"]'
        lines.append(f'[[feeds]]\nurl = "{url}"\ncategories = {names}')
    lines += [f'[categories."Category {number}"]' for number in range(CATEGORIES)]
    (folder / "config.toml").write_text("\n".join(lines))
    return RUN


def for_newsboat(folder: Path, urls: Sequence[str]) -> Command:
    """newsboat's list of feeds in `folder`, and the command that reloads them all."""
    (folder / "urls").write_text("\n".join(urls) + "\n")
    (folder / "config").write_text("")
    return ["newsboat", "-x", "reload", "-u", "urls", "-c", "cache.db", "-C", "config"]


def for_reader(python: str) -> Prepare:
    """The same for reader, of the environment that `python` belongs to."""

    def command(folder: Path, urls: Sequence[str]) -> Command:
        (folder / "urls").write_text("\n".join(urls))
        (folder / "update.py").write_text(READER)
        return [python, "update.py"]

    return command


def seconds(command: Command, folder: Path) -> float:
    """How long the process takes. Ends this one where it fails."""
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True)
    took = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"{command[0]} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return took


def main() -> int:
    """Parse the arguments, run, print. 0 when feedkit is fast enough."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--everything", action="store_true", help="publish all that feedkit can")
    parser.add_argument("--reader", metavar="PYTHON", help="the Python that has reader installed")
    arguments = parser.parse_args()
    documents = list(read_documents(folder_to_read(arguments.folder)).values())
    of_feedkit = partial(for_feedkit, publish="") if arguments.everything else for_feedkit
    programs: dict[str, Prepare] = {"feedkit": of_feedkit}
    if shutil.which("newsboat"):
        programs["newsboat"] = for_newsboat
    if arguments.reader:
        programs["reader"] = for_reader(str(Path(arguments.reader).absolute()))
    cold: dict[str, list[float]] = {name: [] for name in programs}
    unchanged: dict[str, list[float]] = {name: [] for name in programs}
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        (root / "public").mkdir()
        size = 0
        for number, document in enumerate(islice(cycle(documents), FEEDS)):
            (root / "public" / f"{number}.xml").write_bytes(document)
            size += len(document)
        with nginx(root) as port:
            urls = [f"http://127.0.0.1:{port}/{number}.xml" for number in range(FEEDS)]
            for _ in range(arguments.rounds):
                for name, prepare in programs.items():
                    with tempfile.TemporaryDirectory() as home:
                        command = prepare(Path(home), urls)
                        cold[name].append(seconds(command, Path(home)))
                        unchanged[name].append(seconds(command, Path(home)))
    print(f"{FEEDS} feeds, {size / 1e6:.1f} MB; wall time, median of {arguments.rounds}")
    ours = statistics.median(cold["feedkit"]), statistics.median(unchanged["feedkit"])
    is_fast = True
    for name in programs:
        times = statistics.median(cold[name]), statistics.median(unchanged[name])
        taken = ours[0] / times[0], ours[1] / times[1]
        print(
            f"{name:10} cold {times[0]:7.2f} s, feedkit takes {taken[0]:6.3f} of it"
            f"   unchanged {times[1]:6.2f} s, {taken[1]:5.2f}"
        )
        most = MOST.get(name, taken)
        is_fast = is_fast and taken[0] <= most[0] and taken[1] <= most[1]
    return 0 if is_fast else 1


if __name__ == "__main__":
    sys.exit(main())
