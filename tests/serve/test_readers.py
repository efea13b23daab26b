"""Readers as people use them, against a running `feedkit serve`: what is there is collected, asked
for in vain the second time, and what is new comes the third."""

import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from planet import ARTICLES, Planet
from server import Client, serving

ENTRIES = 40

Reader = Callable[[Path, str], set[str]]
"""Collects what is at an address; the titles of all that it has. A folder is its own."""


def run(folder: Path, *command: str) -> str:
    done = subprocess.run(
        command, cwd=folder, env={"HOME": str(folder), "PATH": "/usr/bin:/bin"}, check=True,
        capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    return done.stdout


def needs(*programs: str) -> None:
    """Skip the test where one of Debian's programs is not there; CI installs them."""
    for program in programs:
        if shutil.which(program, path="/usr/sbin:/usr/bin:/bin") is None:
            pytest.skip(f"needs Debian's {program}")


def newsboat(folder: Path, url: str) -> set[str]:
    """Debian's newsboat. What it gets for its first request it asks for again: it tries to keep
    the ETag of a feed that it has no row for yet (its issue 2734)."""
    needs("newsboat")
    (folder / "urls").write_text(url + "\n")
    (folder / "config").write_text("")
    for _ in range(1 if (folder / "cache.db").exists() else 2):
        run(folder, "newsboat", "-x", "reload", "-u", "urls", "-c", "cache.db", "-C", "config")
    store = sqlite3.connect(folder / "cache.db")
    try:
        return {str(title) for (title,) in store.execute("SELECT title FROM rss_item")}
    finally:
        store.close()


def sfeed(folder: Path, url: str) -> set[str]:
    """Debian's sfeed, whose page for readers (sfeed_update's README) has it keep ETags so."""
    needs("sfeed_update", "curl")
    (folder / "etags").mkdir(exist_ok=True)
    (folder / "sfeedrc").write_text(
        f"""
        sfeedpath={folder}/feeds
        fetch() {{
            curl -L --max-redirs 0 -H 'User-Agent: sfeed' --compressed -f -s -m 15 \\
                --etag-save "{folder}/etags/$1" --etag-compare "{folder}/etags/$1" "$2"
        }}
        feeds() {{
            feed planet '{url}'
        }}
        """
    )
    run(folder, "sfeed_update", "sfeedrc")
    lines = (folder / "feeds" / "planet").read_text().splitlines()
    return {line.split("\t")[1] for line in lines}


READER = """
import sys
from reader import make_reader
reader = make_reader("reader.sqlite")
reader.add_feed(sys.argv[1], exist_ok=True)
reader.update_feeds(scheduled=False)
print("\\n".join(entry.title for entry in reader.get_entries()))
"""


def reader(folder: Path, url: str) -> set[str]:
    """reader, of PyPI; by itself it asks again when max-age is over."""
    return set(run(folder, sys.executable, "-c", READER, url).splitlines())


FEEDPARSER = """
import json, pathlib, sys, feedparser
kept = pathlib.Path("kept.json")
known = json.loads(kept.read_text()) if kept.exists() else {"titles": []}
found = feedparser.parse(sys.argv[1], etag=known.get("etag"), modified=known.get("modified"))
known["titles"] += [entry.title for entry in found.entries]
known |= {name: found[name] for name in ("etag", "modified") if name in found}
kept.write_text(json.dumps(known))
print("\\n".join(known["titles"]))
"""


def by_feedparser(folder: Path, url: str) -> set[str]:
    """feedparser, whose caller keeps what it has to."""
    return set(run(folder, sys.executable, "-c", FEEDPARSER, url).splitlines())


def answered(client: Client) -> dict[str, int]:
    """How many requests for the feed were answered, by status."""
    text = client.ask("/metrics").body.decode()
    found = re.findall(r'feedkit_serve_requests_total{status="(\d+)"} (\d+)', text)
    return {status: int(count) for status, count in found}


@pytest.fixture(name="planet", scope="module")
def planet_fixture(tmp_path_factory: pytest.TempPathFactory) -> Planet:
    planet = Planet(tmp_path_factory.mktemp("planet"), ARTICLES)
    for number in range(ENTRIES):
        planet.article(f"entry {number}.md", f"Text {number}.", date=f"2024-02-01 10:{number:02}")
    planet.cycle()
    return planet


@pytest.fixture(name="client", scope="module")
def client_fixture(planet: Planet) -> Iterator[Client]:
    with serving(planet.root) as (client, _):
        yield client


@pytest.mark.parametrize("path", ["/atom.xml", "/rss.xml"])
@pytest.mark.parametrize("read", [newsboat, sfeed, reader, by_feedparser])
def test_readers_collect_all_then_nothing_then_what_is_new(
    planet: Planet, client: Client, tmp_path: Path, read: Reader, path: str
) -> None:
    there = {article.stem for article in planet.articles.iterdir()}
    before = answered(client)
    assert read(tmp_path, client.url + path) == there
    first = answered(client)
    assert first["200"] - before.get("200", 0) == (3 if read is newsboat else 2), "and the counters"
    assert read(tmp_path, client.url + path) == there
    second = answered(client)
    assert second["200"] == first["200"] + 1
    assert second["304"] == first.get("304", 0) + 1
    new = f"news {len(there)}"
    planet.article(f"{new}.md", "Fresh.", date=f"2024-02-02 10:{len(there):02}")
    planet.cycle()
    got = read(tmp_path, client.url + path)
    assert got == there | {new}
    third = answered(client)
    assert third["304"] == second["304"]
