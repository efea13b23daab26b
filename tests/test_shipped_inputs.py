"""What a person sees first: the shipped config.toml and feeds/, run as they are."""

import shutil
from pathlib import Path

import pytest
from planet import Ended, Planet, is_well_formed
from validity import problems

ROOT = Path(__file__).parent.parent

ENTRIES = {
    "": 23,
    "feeds": 17,
    "reading": 5,
    "web-standards": 4,
    "new-media": 4,
    "podcasts": 4,
    "writing-systems": 3,
    "日本語": 2,
    "history": 2,
    "python": 2,
}


@pytest.fixture(name="shipped", scope="module")
def shipped_fixture(tmp_path_factory: pytest.TempPathFactory) -> tuple[Planet, Ended]:
    """A copy of the shipped inputs, and what the first run in it said."""
    root = tmp_path_factory.mktemp("shipped")
    planet = Planet(root, is_full=True)
    shutil.rmtree(root / "articles")
    shutil.copytree(ROOT / "feeds", root / "feeds")
    shutil.copy(ROOT / "config.toml", root)
    return planet, planet.feedkit("run")


def test_the_first_run_says_what_it_did_and_complains_of_nothing(
    shipped: tuple[Planet, Ended],
) -> None:
    _, first = shipped
    assert first.code == 0
    assert first.output == ""
    assert first.lines == [
        "feeds/articles: 14 new, 0 changed, 0 unchanged",
        "feeds/samples/atom.xml: 5 new, 0 changed, 0 unchanged",
        "feeds/samples/podcast.xml: 4 new, 0 changed, 0 unchanged",
        "3 sources: 23 new, 0 changed, 0 unchanged",
        "Wrote 45 files of 45 in public.",
    ]


def test_every_category_has_its_documents_and_there_are_no_others(
    shipped: tuple[Planet, Ended],
) -> None:
    planet, _ = shipped
    assert planet.categories() == ENTRIES.keys() - {""}
    names = ("atom.xml", "rss.xml", "feed.json", "index.html")
    wanted = {f"categories/{topic}/{name}" for topic in ENTRIES if topic for name in names}
    wanted |= {*names, "feeds.opml", "sources.opml", "style.css", "feed.css", "icon.svg"}
    documents = planet.documents()
    assert {name for name in documents if not name.endswith((".gz", ".br"))} == wanted
    copies = {name + suffix for name in wanted for suffix in (".gz", ".br")}
    assert documents.keys() - wanted == copies


@pytest.mark.parametrize("format_name", ["atom", "rss"])
@pytest.mark.parametrize(("topic", "count"), ENTRIES.items())
def test_every_entry_is_in_each_feed_it_belongs_to(
    shipped: tuple[Planet, Ended], topic: str, count: int, format_name: str
) -> None:
    planet, _ = shipped
    titles = planet.titles(topic, format_name=format_name)
    assert (len(titles), len(set(titles))) == (count, count)
    assert all(titles)


def test_feedparser_has_nothing_to_complain_about(shipped: tuple[Planet, Ended]) -> None:
    planet, _ = shipped
    documents = planet.documents()
    feeds = [name for name in documents if name.endswith(("atom.xml", "rss.xml"))]
    assert [name for name in feeds if not is_well_formed(documents[name])] == []
    assert [one for name, data in documents.items() for one in problems(name, data)] == []


def test_the_entries_of_a_category_are_those_that_name_it(shipped: tuple[Planet, Ended]) -> None:
    planet, _ = shipped
    assert planet.titles("history") == [
        "A short history of syndication",
        "Список подписок: история одного маленького файла",
    ]
    assert "One feed per topic" in planet.titles("new-media"), "through the alias"


def test_a_second_run_writes_nothing_and_says_so(shipped: tuple[Planet, Ended]) -> None:
    planet, _ = shipped
    before, documents = planet.stamps(), planet.documents()
    second = planet.feedkit("run")
    assert second.code == 0
    assert second.conclusion == "Nothing to write: all 45 files in public are up to date."
    assert planet.rewritten(before) == set()
    assert planet.documents() == documents


def test_export_writes_the_same_bytes_elsewhere(shipped: tuple[Planet, Ended]) -> None:
    planet, _ = shipped
    exported = planet.feedkit("export", "copy")
    assert (exported.code, exported.conclusion) == (0, "Wrote 45 files of 45 in copy.")
    assert planet.documents("copy") == planet.documents()
