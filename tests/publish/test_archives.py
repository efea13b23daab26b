"""The chain of archives (RFC 5005, 4): who follows it reads everything that was ever published."""

import gzip
from pathlib import Path

import pytest
from feed_server import rss
from lxml import etree
from planet import ARTICLES, SITE, Planet

from feedkit.config import load_settings
from feedkit.pipeline.housekeeping import housekeep
from feedkit.store import open_store

BASE = "https://planet.example.org/"
ATOM = "{http://www.w3.org/2005/Atom}"
FEED = '[[feeds]]\nurl = "feed.xml"\n'
FEW = "[publish]\nformats = ['atom']\narchives = true\nentries = 3\n"


@pytest.fixture(name="planet")
def planet_fixture(tmp_path: Path) -> Planet:
    return Planet(tmp_path, FEW + ARTICLES)


def write(planet: Planet, *numbers: int, day: int | None = None, **fields: str) -> None:
    """Articles with these numbers, each of its own day unless one is given."""
    for number in numbers:
        at = number if day is None else day
        date = f"2024-{at // 28 + 1:02}-{at % 28 + 1:02}"
        fields = {"categories": "[News]"} | fields
        planet.article(f"a{number}.md", f"Text {number}.", date=date, **fields)


def chain(planet: Planet, topic: str = "news") -> list[list[str]]:
    """The titles in the feed and in each archive, from the newest to the oldest, as a reader finds
    them who follows prev-archive; and each names the one that it came from as the next."""
    folder = f"categories/{topic}/" if topic else ""
    url: str | None = f"{BASE}{folder}atom.xml"
    found, came_from = [], None
    while url:
        root = etree.fromstring((planet.public / url.removeprefix(BASE)).read_bytes())
        links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
        assert links["self"] == url
        found.append([entry.findtext(f"{ATOM}title") or "" for entry in root.iter(f"{ATOM}entry")])
        is_archive = root.find("{http://purl.org/syndication/history/1.0}archive") is not None
        assert is_archive == (len(found) > 1)
        if is_archive:
            assert links["current"] == f"{BASE}{folder}atom.xml"
            assert links.get("next-archive") == came_from
            came_from = url
        url = (links.get("prev-archive") or "").partition("?")[0]  # the feed's has a query
    return found


def followed(planet: Planet, topic: str = "news") -> list[str]:
    return [title for document in chain(planet, topic) for title in document]


def names(*numbers: int) -> list[str]:
    return [f"a{number}" for number in numbers]


def test_a_feed_that_holds_everything_has_no_archive(planet: Planet) -> None:
    write(planet, 1, 2, 3)
    planet.cycle()
    assert chain(planet) == [names(3, 2, 1)]
    assert not (planet.public / "archive").exists()


def test_a_new_subscriber_finds_every_entry_once(planet: Planet) -> None:
    write(planet, *range(11))
    planet.cycle()
    assert chain(planet) == [names(10, 9, 8), names(7, 6), names(5, 4, 3), names(2, 1, 0)]
    assert chain(planet, "") == chain(planet)


def test_while_entries_come_whole_archives_stay_as_they_are(planet: Planet) -> None:
    seen: dict[str, bytes] = {}
    for number in range(25):
        write(planet, number)
        planet.cycle()
        assert sorted(followed(planet)) == sorted(names(*range(number + 1)))
        documents = planet.documents()
        folder = "categories/news/archive/"
        whole = sorted((name for name in documents if name.startswith(folder)), key=len)[:-1]
        for name in whole:
            assert documents[name] == seen.setdefault(name, documents[name]), name
    assert len(seen) == 7


def test_what_comes_late_is_found_and_changes_no_whole_archive(planet: Planet) -> None:
    write(planet, *range(10, 20))
    planet.cycle()
    before = planet.documents()
    write(planet, 1, 2)
    planet.cycle()
    assert sorted(followed(planet)) == sorted(names(1, 2, *range(10, 20)))
    assert chain(planet)[-1] == names(12, 11, 10)
    name = "categories/news/archive/1.atom.xml"
    assert planet.documents()[name] == before[name]


def test_an_edited_entry_of_a_whole_archive_comes_again(planet: Planet) -> None:
    write(planet, *range(10))
    planet.cycle()
    planet.article("a1.md", "Edited.", date="2024-01-02", categories="[News]")
    planet.cycle()
    found = chain(planet)
    assert "a1" in found[1]
    assert "a1" in found[-1]
    again = planet.public / "categories/news/archive/3.atom.xml"
    assert b"Edited." in again.read_bytes()
    write(planet, 20)
    planet.cycle()
    assert followed(planet).count("a1") == 2, "once edited, it comes again once"


def test_a_deleted_article_is_a_tombstone_in_the_feed_and_where_it_was(planet: Planet) -> None:
    write(planet, *range(10))
    planet.cycle()
    for number in (0, 8):
        (planet.articles / f"a{number}.md").unlink()
    planet.cycle()
    assert sorted(followed(planet)) == sorted(names(*(n for n in range(10) if n not in (0, 8))))
    feed = (planet.public / "categories/news/atom.xml").read_bytes()
    oldest = (planet.public / "categories/news/archive/1.atom.xml").read_bytes()
    ref = b'ref="tag:planet.example.org,2026:articles/a%d.md"'
    for number in (0, 8):
        assert ref.replace(b"2026", feed_year(feed)) % number in feed
    assert b"deleted-entry" in oldest
    assert b"Text 0." not in oldest
    write(planet, 0)
    planet.cycle()
    feed = (planet.public / "categories/news/atom.xml").read_bytes()
    assert feed.count(b"deleted-entry") == 1, "what is there again has no tombstone"
    assert "a0" in followed(planet)


def test_what_is_deleted_is_in_no_archive_however_often_it_was_there(planet: Planet) -> None:
    write(planet, *range(10))
    planet.cycle()
    for text in ("Once more.", "And once more."):
        planet.article("a1.md", text, date="2024-01-02", categories="[News]")
        planet.cycle()
        write(planet, *range(40, 44) if text == "Once more." else range(50, 51))
        planet.cycle()
    (planet.articles / "a1.md").unlink()
    planet.cycle()
    texts = (b"Text 1.", b"nce more.")
    found = {name for name, data in planet.documents().items() if any(x in data for x in texts)}
    assert found == set()


def feed_year(document: bytes) -> bytes:
    return document.partition(b"tag:planet.example.org,")[2][:4]


def test_an_entry_that_comes_into_the_category_later_is_found_there(planet: Planet) -> None:
    write(planet, *range(10))
    write(planet, 50, day=2, categories="[Other]")
    planet.cycle()
    assert "a50" not in followed(planet)
    write(planet, 50, day=2)
    planet.cycle()
    assert sorted(followed(planet)) == sorted(names(50, *range(10)))


def test_categories_that_become_one_are_one_chain(planet: Planet) -> None:
    write(planet, *range(10))
    write(planet, *range(30, 40), categories="[Neuigkeiten]")
    planet.cycle()
    planet.configure(FEW + ARTICLES + '[categories.News]\naliases = ["Neuigkeiten"]\n')
    planet.cycle()
    assert sorted(followed(planet)) == sorted(names(*range(10), *range(30, 40)))


def test_archives_that_were_lost_are_written_again_as_they_were(planet: Planet) -> None:
    write(planet, *range(12))
    planet.cycle()
    before = planet.documents()
    for path in planet.public.rglob("archive/*"):
        path.unlink()
    planet.cycle()
    assert planet.documents() == before
    planet.export("again")
    assert planet.documents("again") == before


def test_a_site_that_moves_takes_its_archives_along(planet: Planet) -> None:
    write(planet, *range(8))
    planet.cycle()
    elsewhere = SITE.replace("planet.example.org", "other.example.net")
    planet.configure(FEW + ARTICLES, site=elsewhere)
    planet.cycle()
    oldest = planet.public / "categories/news/archive/1.atom.xml"
    assert b"https://other.example.net/categories/news/archive/2.atom.xml" in oldest.read_bytes()


def test_without_archives_there_are_none_and_nothing_names_one(planet: Planet) -> None:
    write(planet, *range(8))
    planet.cycle()
    planet.configure(FEW.replace("archives = true", "archives = false") + ARTICLES)
    planet.cycle()
    assert not list(planet.public.rglob("archive"))
    assert b"prev-archive" not in (planet.public / "atom.xml").read_bytes()
    planet.configure(FEW + ARTICLES)
    planet.cycle()
    assert sorted(followed(planet)) == sorted(names(*range(8)))


def test_archives_go_and_come_with_the_atom_feed_that_they_name(planet: Planet) -> None:
    write(planet, *range(8))
    planet.cycle()
    before = planet.documents()
    planet.configure(FEW.replace("'atom'", "'rss'") + ARTICLES)
    planet.cycle()
    assert not list(planet.public.rglob("archive"))
    write(planet, 8)
    planet.cycle()
    planet.configure(FEW + ARTICLES)
    planet.cycle()
    assert sorted(followed(planet)) == sorted(names(*range(9)))
    oldest = "categories/news/archive/1.atom.xml"
    assert planet.documents()[oldest] == before[oldest]


def test_a_whole_archive_keeps_what_the_store_has_not_any_more(planet: Planet) -> None:
    planet.configure(FEW.replace("[publish]", "[store]\nkeep_entries = 1\n[publish]") + FEED)
    planet.write("feed.xml", rss("site", *(f"e{n}" for n in range(9, -1, -1))))
    planet.cycle()
    name = "archive/1.atom.xml"
    before = planet.documents()[name]
    planet.write("feed.xml", rss("site", "e9"))
    planet.cycle()
    settings = load_settings(planet.root / "config.toml")
    with open_store(settings.store.url) as store:
        assert housekeep(settings, store, 2_000_000_000_000_000).entries == 6
    planet.configure(FEW.replace("[publish]\n", "[publish]\ncompress = true\n") + FEED)
    assert planet.cycle().published.failed == []
    documents = planet.documents()
    assert documents[name] == before
    assert gzip.decompress(documents[name + ".gz"]) == before


def test_entries_that_come_back_into_a_longer_feed_are_archived_once(planet: Planet) -> None:
    write(planet, *range(9))
    planet.cycle()
    planet.configure(FEW.replace("entries = 3", "entries = 7") + ARTICLES)
    planet.cycle()
    for number in range(9, 20):
        write(planet, number)
        planet.cycle()
    assert followed(planet) == names(*reversed(range(20)))


def test_the_address_of_the_open_archive_does_not_come_back(tmp_path: Path) -> None:
    alias = '[categories.News]\naliases = ["Go"]\n'
    planet = Planet(tmp_path, FEW + ARTICLES + alias)
    write(planet, *range(5))
    write(planet, 6, 7, categories="[Go]")
    found = []
    for turn, config in enumerate([alias, "", alias]):
        planet.configure(FEW + ARTICLES + config)
        write(planet, 10 + turn)
        planet.cycle()
        root = etree.fromstring((planet.public / "categories/news/atom.xml").read_bytes())
        found += [
            link.get("href")
            for link in root.findall(f"{ATOM}link")
            if link.get("rel") == "prev-archive"
        ]
    assert len({*found}) == 3
