"""Documents are whole at every moment: while they are rewritten, and when that is killed.

More of both by hand: ``FEEDKIT_REWRITES=10000 FEEDKIT_KILLS=200 pytest tests/publish/…``.
"""

import gzip
import json
import os
import random
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

import brotli
from lxml import etree
from planet import ARTICLES, Planet

from feedkit.publish.compression import write_with_copies
from feedkit.publish.targets.folder import Folder

REWRITES = int(os.environ.get("FEEDKIT_REWRITES", "2000"))
KILLS = int(os.environ.get("FEEDKIT_KILLS", "12"))


def is_whole(name: str, data: bytes) -> bool:
    """Whether a document is one, from its first byte to its last."""
    if name.endswith(".gz"):
        return is_whole(name.removesuffix(".gz"), gzip.decompress(data))
    if name.endswith(".br"):
        return is_whole(name.removesuffix(".br"), brotli.decompress(data))
    if name.endswith(".json"):
        return isinstance(json.loads(data), dict)
    if name.endswith(".html"):
        return data.startswith(b"<!doctype html>") and data.endswith(b"</html>")
    if name.endswith((".xml", ".opml", ".svg")):
        return etree.fromstring(data) is not None
    return bool(data)


class Reader(threading.Thread):
    """Reads everything below a folder again and again, as a web server would hand it out."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.read = 0
        self.broken: list[str] = []
        self._stop_reading = threading.Event()

    def run(self) -> None:
        while not self._stop_reading.is_set():
            for path in sorted(self.folder.rglob("[!.]*")):
                try:
                    data = path.read_bytes()
                except (IsADirectoryError, FileNotFoundError):  # archives and pages come and go
                    continue
                self.read += 1
                self.look(path, data)

    def look(self, path: Path, data: bytes) -> None:
        try:
            whole = is_whole(path.name, data)
        except (ValueError, OSError, EOFError, etree.XMLSyntaxError, brotli.error) as error:
            self.broken.append(f"{path.name}: {error}")
        else:
            if not whole:
                self.broken.append(path.name)

    def end(self) -> None:
        self._stop_reading.set()
        self.join()


@contextmanager
def reading(folder: Path) -> Iterator[Reader]:
    reader = Reader(folder)
    reader.start()
    try:
        yield reader
    finally:
        reader.end()


def test_a_reader_never_sees_half_a_document_while_it_is_rewritten(tmp_path: Path) -> None:
    target = Folder(tmp_path)
    with reading(tmp_path) as reader:
        for number in range(REWRITES):
            text = f"<feed><entry>{'an entry that came ' * (number % 200)}{number}</entry></feed>"
            assert write_with_copies(target, "atom.xml", text.encode(), compress=True)
    assert reader.broken == []
    assert reader.read > REWRITES / 50
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_killed_at_any_moment_it_leaves_whole_documents_and_the_next_run_makes_it_good(
    tmp_path: Path,
) -> None:
    planet = Planet(tmp_path, f"[publish]\nentries = 4\n{ARTICLES}", is_full=True)
    for number in range(40):
        write(planet, number)
    started = time.monotonic()
    assert planet.feedkit("run", "--strict").code == 0
    longest = time.monotonic() - started
    chance = random.Random(7)  # noqa: S311 - moments, not secrets
    killed = number = 0
    with reading(planet.public) as reader:
        while killed < KILLS:
            write(planet, 40 + number)
            if number % 3 == 0:
                write(planet, number, "Edited.")
            if number % 4 == 0:
                (planet.articles / f"a{20 + number // 4 % 20}.md").unlink(missing_ok=True)
            if number % 5 == 0:  # a category comes, and the one before it goes
                planet.article("moving.md", "Moves.", categories=f"[C1, Moving {number}]")
            started = time.monotonic()
            with subprocess.Popen(
                [sys.executable, "-m", "feedkit", "run", "--quiet"], cwd=planet.root
            ) as process:
                try:
                    process.wait(chance.uniform(0.3, 1) * longest)
                except subprocess.TimeoutExpired:
                    process.kill()
                    killed += 1
                else:  # the machine is less busy than it was
                    longest = time.monotonic() - started
            documents = planet.documents()
            for name, data in documents.items():
                if not name.rpartition("/")[2].startswith("."):
                    assert is_whole(name, data), name
            for name in "index.html", "feeds.opml":
                assert named(documents[name]) - documents.keys() == set(), name
            number += 1
    assert reader.broken == []
    assert planet.feedkit("run", "--strict").code == 0
    documents = planet.documents()
    assert [name for name in documents if name.rpartition("/")[2].startswith(".")] == []
    planet.export("again")
    again = planet.documents("again")
    assert again.keys() == documents.keys()
    # A whole archive has what entries said when it became whole; some were edited since.
    names = [name for name in documents if "archive/" not in name]
    assert {name: again[name] for name in names} == {name: documents[name] for name in names}


def named(document: bytes) -> set[str]:
    """The paths of the feeds and pages that a page or list of feeds names."""
    pattern = (
        rb'(?:href|xmlUrl)="(?:https://planet\.example\.org/)?([a-z][^":]*\.(?:xml|json|html))"'
    )
    return {unquote(path.decode()) for path in re.findall(pattern, document)}


def write(planet: Planet, number: int, body: str = "Text.") -> None:
    date = f"2024-{number // 28 % 12 + 1:02}-{number % 28 + 1:02}"
    categories = f"[C{number % 3}, D{number % 5}]"
    planet.article(f"a{number}.md", f"{body} {number}", date=date, categories=categories)
