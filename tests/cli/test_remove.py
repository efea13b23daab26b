"""feedkit remove: a source that is to be gone leaves nothing but tombstones."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from feed_server import rss
from planet import ARTICLES, Planet

FULL = "[publish]\nformats = ['atom']\narchives = true\nentries = 3\n"
BOTH = f'{FULL}[[feeds]]\nurl = "one.xml"\n[[feeds]]\nurl = "two.xml"\n'
ONE = f'{FULL}[[feeds]]\nurl = "one.xml"\n'


@pytest.fixture(name="planet")
def planet_fixture(tmp_path: Path) -> Planet:
    planet = Planet(tmp_path, BOTH)
    planet.write("one.xml", rss("one", "a2", "a1"))
    planet.write("two.xml", rss("two", *(f"secret{n}" for n in range(9))))
    assert planet.feedkit("run", "--strict").code == 0
    return planet


def test_a_source_is_gone_from_store_feeds_and_archives(planet: Planet) -> None:
    planet.configure(ONE)
    removed = planet.feedkit("remove", "two.xml")
    assert removed.code == 0
    assert removed.conclusion.startswith("Removed two.xml with 9 entries; wrote ")
    assert planet.titles() == ["a2", "a1"]
    documents = planet.documents()
    assert not any(b"<title>secret" in data for data in documents.values())
    assert documents["atom.xml"].count(b"deleted-entry") == 3, "as many as a feed lists"
    with closing(sqlite3.connect(planet.root / "feedkit.db")) as connection:
        assert connection.execute("SELECT count(*) FROM entries").fetchone() == (2,)
        assert connection.execute("SELECT key FROM sources").fetchall() == [("feed:one.xml",)]
    assert planet.feedkit("store", "check").code == 0
    assert planet.feedkit("run", "--strict").conclusion.startswith("Nothing to write")


def test_the_only_entries_under_an_alias_can_be_removed(planet: Planet) -> None:
    tagged = '[categories."Reading"]\naliases = ["books"]\n'
    planet.configure(BOTH + tagged)
    item = "<item><title>a book</title><guid>b</guid><category>books</category></item>"
    planet.write("two.xml", f"<rss version='2.0'><channel><title>two</title>{item}</channel></rss>")
    assert planet.feedkit("run", "--strict", "--all").code == 0
    assert planet.titles("reading") == ["a book"]
    planet.configure(ONE + tagged)
    assert planet.feedkit("remove", "two.xml").code == 0
    assert planet.titles("reading") == []
    assert planet.feedkit("run", "--strict").conclusion.startswith("Nothing to write")


def test_a_source_that_the_config_still_has_is_not_removed(planet: Planet) -> None:
    refused = planet.feedkit("remove", "two.xml")
    assert (refused.code, refused.lines) == (
        2,
        [
            "feedkit: two.xml: take it out of config.toml first, or the next run collects it again",
        ],
    )
    assert "secret0" in planet.titles()


def test_a_source_that_is_not_remembered_is_found_among_those_that_can_be_removed(
    planet: Planet,
) -> None:
    said = "feedkit: https://example.org/: no source of the store; "
    refused = planet.feedkit("remove", "https://example.org/")
    assert refused.lines == [f"{said}every source that it has is in the configuration"]
    planet.configure(ONE)
    refused = planet.feedkit("remove", "https://example.org/")
    assert (refused.code, refused.lines) == (2, [f"{said}those that can be removed are two.xml"])


def test_a_misspelt_source_gets_the_nearest(planet: Planet) -> None:
    refused = planet.feedkit("remove", "tow.xml")
    assert (refused.code, refused.lines) == (
        2,
        ["feedkit: tow.xml: no source of the store; did you mean two.xml?"],
    )


def test_what_cannot_be_written_leaves_the_source_to_be_removed_again(planet: Planet) -> None:
    planet.configure(ONE)
    place = planet.public / "atom.xml"
    place.unlink()
    place.mkdir()
    (place / "in-the-way").touch()
    failed = planet.feedkit("remove", "two.xml")
    assert failed.code == 1
    assert failed.conclusion.endswith("give the command again once this is mended")
    (place / "in-the-way").unlink()
    place.rmdir()
    assert planet.feedkit("remove", "two.xml").code == 0
    assert planet.titles() == ["a2", "a1"]


@pytest.mark.parametrize("source", ['[[feeds]]\nurl = "two.xml"\n', ARTICLES])
def test_a_source_that_is_wanted_after_all_comes_back(planet: Planet, source: str) -> None:
    planet.article("secret1.md")
    planet.configure(ONE + source)
    assert planet.feedkit("run", "--strict").code == 0
    before = planet.titles()
    planet.configure(ONE)
    (planet.public / "atom.xml").unlink()
    (planet.public / "atom.xml" / "in-the-way").mkdir(parents=True)
    name = "two.xml" if "two.xml" in source else "articles"
    assert planet.feedkit("remove", name).code == 1
    (planet.public / "atom.xml" / "in-the-way").rmdir()
    (planet.public / "atom.xml").rmdir()
    planet.configure(ONE + source)
    assert planet.feedkit("run", "--strict").code == 0
    assert planet.titles() == before
    assert b"deleted-entry" not in (planet.public / "atom.xml").read_bytes()
