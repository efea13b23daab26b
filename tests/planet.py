"""A folder with a config, articles and feeds, and feedkit run in it, as a person would."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import feedparser
from lxml import etree

from feedkit.config import load_settings
from feedkit.pipeline.report import Report
from feedkit.pipeline.run import export, run
from feedkit.pipeline.timing import utc_now
from feedkit.publish import Kept
from feedkit.store import open_store

SITE = '[site]\ntitle = "Planet"\nurl = "https://planet.example.org/"\n'
ARTICLES = '[[articles]]\npath = "articles"\n'
PLAIN = {
    "formats": '["atom", "rss"]',
    "pages": "false",
    "archives": "false",
    "compress": "false",
}
"""``[publish]`` of most tests: the documents that they look at, and no others."""
_ATOM = "{http://www.w3.org/2005/Atom}"


class Ended(NamedTuple):
    """A command that came to its end."""

    code: int
    lines: list[str]
    """What it wrote to stderr."""
    output: str
    """What it wrote to stdout."""

    @property
    def conclusion(self) -> str:
        """The last line."""
        return self.lines[-1]


class Planet:
    """A site below `root`: ``config.toml``, ``articles/`` and what is published in ``public/``.

    Atom and RSS documents alone are published, unless it `is_full` or the configuration says so.
    """

    def __init__(
        self, root: Path, config: str = ARTICLES, *, site: str = SITE, is_full: bool = False
    ) -> None:
        self.root = root
        self._is_full = is_full
        self.public = root / "public"
        self.kept: Kept | None = Kept()
        """What publishing keeps from one `cycle` to the next, as in the daemon."""
        self.articles = root / "articles"
        self.articles.mkdir(parents=True, exist_ok=True)
        self.configure(config, site=site)

    def configure(self, config: str, *, site: str = SITE) -> None:
        """Write ``config.toml``: `site`, then `config`."""
        self.write("config.toml", site + config if self._is_full else plain(site + config))

    def write(self, name: str, data: str | bytes) -> Path:
        """Write the file `name` below the root."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path

    def article(self, name: str, body: str = "Text.", **fields: str) -> Path:
        """Write an article; a title is made of its name unless `fields` have one."""
        fields = {"title": name.rpartition(".")[0] or name} | fields
        front = "".join(f"{key}: {value}\n" for key, value in fields.items())
        return self.write(f"articles/{name}", f"---\n{front}---\n{body}\n")

    def feedkit(self, *arguments: str, environment: Mapping[str, str] | None = None) -> Ended:
        """The real command, in a process of its own, in the planet's folder."""
        done = subprocess.run(
            [sys.executable, "-m", "feedkit", *arguments],
            cwd=self.root,
            env={**os.environ, **(environment or {})},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Ended(done.returncode, done.stderr.splitlines(), done.stdout)

    def cycle(self, *, at: datetime | None = None, due: bool = False) -> Report:
        """Collect and publish once, in this process, at that time; all feeds, or those `due`."""
        settings = load_settings(self.root / "config.toml")
        with open_store(settings.store.url) as store:
            clock = utc_now if at is None else lambda: at
            return run(settings, store, everything=not due, clock=clock, kept=self.kept)

    def export(self, folder: str) -> Report:
        """Publish what is stored into `folder`."""
        settings = load_settings(self.root / "config.toml")
        with open_store(settings.store.url) as store:
            return export(settings, store, self.root / folder)

    def documents(self, folder: str = "public") -> dict[str, bytes]:
        """Every published file by its path; the lists of feeds only where all is published."""
        root = self.root / folder
        return {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file() and (self._is_full or path.suffix != ".opml")
        }

    def stamps(self) -> dict[str, tuple[int, int]]:
        """Inode and time of change of every published file: what a write cannot leave alone."""
        return {
            name: ((status := (self.public / name).stat()).st_ino, status.st_mtime_ns)
            for name in self.documents()
        }

    def rewritten(self, before: Mapping[str, tuple[int, int]]) -> set[str]:
        """The files that were written since `stamps` gave `before`."""
        return {name for name, stamp in self.stamps().items() if before.get(name) != stamp}

    def titles(self, topic: str = "", *, format_name: str = "atom") -> list[str]:
        """The titles of a category's entries (none named: of all), in their order."""
        folder = f"categories/{topic}/" if topic else ""
        data = (self.public / folder / f"{format_name}.xml").read_bytes()
        return titles(data)

    def categories(self) -> set[str]:
        """The folders of the categories that have documents."""
        return {path.parent.name for path in self.public.glob("categories/*/atom.xml")}


def plain(config: str) -> str:
    """`config` with what `PLAIN` says, where it does not say otherwise."""
    lines = "".join(
        f"{key} = {value}\n"
        for key, value in PLAIN.items()
        if not re.search(rf"^{key} *=", config, re.MULTILINE)
    )
    before, heading, after = config.partition("[publish]\n")
    return before + heading + lines + after if heading else f"{config}\n[publish]\n{lines}"


def titles(document: bytes) -> list[str]:
    """The titles of a document's entries."""
    root = etree.fromstring(document)
    return [
        entry.findtext(f"{_ATOM}title") or entry.findtext("title") or ""
        for entry in (*root.iter(f"{_ATOM}entry"), *root.iter("item"))
    ]


def is_well_formed(document: bytes) -> bool:
    """Whether feedparser reads the document and has nothing to complain about."""
    return not feedparser.parse(BytesIO(document))["bozo"]


def both(*topics: str) -> set[str]:
    """The paths of the documents in both formats: those of the categories, and "" for all."""
    folders = [f"categories/{topic}/" if topic else "" for topic in topics]
    return {f"{folder}{name}.xml" for folder in folders for name in ("atom", "rss")}
