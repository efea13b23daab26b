"""Subscribers of a category that is never at rest: each of its entries reaches them."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from lxml import etree
from planet import ARTICLES, Planet

BASE = "https://planet.example.org/"
FEED = f"{BASE}categories/news/atom.xml"
ATOM = "{http://www.w3.org/2005/Atom}"
CONFIG = f"[publish]\nformats = ['atom']\narchives = true\nentries = 4\n{ARTICLES}"
ALIAS = '[categories.News]\naliases = ["Neuigkeiten"]\n'
MEANT = (["News"], ["News", "Other"], ["Neuigkeiten"], ["Other"], ["News", "Neuigkeiten"])
ENTRIES = 80


class Document(NamedTuple):
    entries: dict[str, str]
    """Texts by titles."""
    older: str | None
    """The address of the next older document."""


class World:
    """A folder of articles in which things happen."""

    def __init__(self, root: Path, seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - what happens, no secrets
        self._planet = Planet(root, CONFIG)
        self._articles: dict[str, tuple[date, list[str], str]] = {}
        self._is_alias = False
        self.came = 0
        self._write("first", date(2024, 1, 1), ["News"], "First")

    def go_on(self) -> None:
        """Some things happen, and are published."""
        for _ in range(self._chance.choice((1, 2, 3, 9))):
            self._happen()
        assert self._planet.cycle().published.failed == []

    def maybe_go_on(self) -> None:
        if self._chance.random() < 0.4:
            self.go_on()

    def _happen(self) -> None:
        chance, some = self._chance, self._chance.choice([*self._articles])
        day, names, text = self._articles[some]
        match chance.choices(range(6), (50, 15, 13, 10, 9, 3))[0]:
            case 0 | 1 as kind:
                self.came += 1
                days = self.came if kind == 0 else -chance.randrange(900)
                named = chance.choice(MEANT)
                at = date(2020, 1, 1) + timedelta(days)
                self._write(f"a{self.came}", at, named, f"Text {self.came}")
            case 2:
                self._write(some, day, names, f"{text} and more")
            case 3 if len(self._articles) > 1:
                (self._planet.articles / f"{some}.md").unlink()
                del self._articles[some]
            case 4:
                self._write(some, day, chance.choice(MEANT), text)
            case _:
                self._is_alias = not self._is_alias
                self._planet.configure(CONFIG + (ALIAS if self._is_alias else ""))

    def _write(self, name: str, day: date, names: list[str], text: str) -> None:
        self._articles[name] = day, names, text
        categories = f"[{', '.join(names)}]"
        self._planet.article(f"{name}.md", text, date=day.isoformat(), categories=categories)

    def news(self) -> dict[str, str]:
        """What is in the category now."""
        keys = {"News", "Neuigkeiten"} if self._is_alias else {"News"}
        return {
            name: f"<p>{text}</p>"
            for name, (_, names, text) in self._articles.items()
            if keys & {*names}
        }

    def read(self, url: str) -> Document | None:
        """The document at an address, as a web server finds it; None: there is none."""
        path = self._planet.public / url.removeprefix(BASE).partition("?")[0]
        if not path.is_file():
            return None
        root = etree.fromstring(path.read_bytes())
        entries = {
            entry.findtext(f"{ATOM}title", ""): entry.findtext(f"{ATOM}content", "").strip()
            for entry in root.iter(f"{ATOM}entry")
        }
        links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
        return Document(entries, links.get("prev-archive"))


def followed(world: World, fetched: set[str]) -> Iterator[dict[str, str]]:
    """What is read by who asks for the feed, and for archives until one is known (RFC 5005, 4)."""
    url: str | None = FEED
    while url is not None and url not in fetched:
        document = world.read(url)
        if document is None:
            return
        if url != FEED:
            fetched.add(url)
        yield document.entries
        url = document.older


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_lost_to_new_subscribers_or_to_one_that_comes_rarely(
    tmp_path: Path, seed: int
) -> None:
    world = World(tmp_path, seed)
    rare: dict[str, str] = {}
    fetched: set[str] = set()
    while world.came < ENTRIES:
        world.go_on()
        there = {*world.news()}
        found: set[str] = set()
        for entries in followed(world, set()):  # while that changes
            found |= entries.keys()
            world.maybe_go_on()
            there &= world.news().keys()
        feed = world.read(FEED)
        found |= feed.entries.keys() if feed else set()
        assert there - found == set(), "a new subscriber misses these"
        newest: dict[str, str] = {}
        for entries in followed(world, set()):
            newest = entries | newest
        wanted = world.news()
        assert {name: newest.get(name) for name in wanted} == wanted
        for entries in [*followed(world, fetched)][::-1]:
            rare |= entries
        assert {name: rare.get(name) for name in wanted} == wanted, "who comes rarely"
