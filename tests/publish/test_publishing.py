"""What is published of all that a planet has: when it is written, what names what, what goes."""

import os
import re
from pathlib import Path

import pytest
from feed_server import rss
from planet import ARTICLES, SITE, Planet
from validity import problems
from validity_opml import opml


@pytest.fixture(name="planet")
def planet_fixture(tmp_path: Path) -> Planet:
    planet = Planet(tmp_path, ARTICLES, is_full=True)
    for number in range(1, 6):
        names = ["[News, Python]", "[News]", "[日本語]"][number % 3]
        planet.article(f"a{number}.md", date=f"2024-01-0{number}", categories=names)
    return planet


def of(*folders: str) -> set[str]:
    """The documents of topics, by their folders."""
    names = ("atom.xml", "rss.xml", "feed.json", "index.html")
    return {f"{folder}{name}" for folder in folders for name in names}


def with_copies(paths: set[str]) -> set[str]:
    return {path + suffix for path in paths for suffix in ("", ".gz", ".br")}


NEWS, PYTHON, CJK = "categories/news/", "categories/python/", "categories/日本語/"


def test_a_new_article_concerns_its_categories_and_everything_alone(planet: Planet) -> None:
    planet.cycle()
    before = planet.stamps()
    planet.article("new.md", date="2024-02-01", categories="[Python]")
    planet.cycle()
    assert planet.rewritten(before) == with_copies(of("", PYTHON))


def test_categories_may_be_called_as_what_is_published_is(planet: Planet) -> None:
    names = ["archive", "Feeds", "categories", "index.html", "..", "con", "a/b", "a b", "🎉", "C#"]
    for number in range(4):
        listed = ", ".join(f"'{name}'" for name in names)
        planet.article(f"b{number}.md", date=f"2024-01-2{number}", categories=f"[{listed}]")
    planet.configure("[publish]\nentries = 2\n" + ARTICLES)
    planet.cycle()
    folders = planet.categories() - {"news", "python", "日本語"}
    assert {"archive", "feeds", "categories", "index-html", "category-con", "csharp"} <= folders
    assert len(folders) == len(names)
    for folder in folders:
        assert planet.titles(folder) == ["b3", "b2"]
    assert planet.cycle().published.written == []


def test_a_category_that_goes_leaves_no_file_and_nothing_that_names_it(planet: Planet) -> None:
    planet.configure(ARTICLES + "[categories.Python]\n[categories.Empty]\n")
    planet.cycle()
    assert (planet.public / "categories/empty/index.html").is_file()
    (planet.articles / "a3.md").unlink()
    planet.configure(ARTICLES + '[categories."日本語"]\nslug = "ja"\n')
    report = planet.cycle()
    assert report.published.failed == []
    documents = planet.documents()
    folders = {name.rpartition("/")[0] for name in documents}
    assert "categories/ja" in folders
    assert not folders & {"categories/empty", "categories/日本語"}
    assert not (planet.public / "categories/empty").exists()
    for name in ("index.html", "feeds.opml", "atom.xml", "feed.json"):
        assert b"empty/" not in documents[name]
        assert b"%E6%97%A5" not in documents[name], "where it was before"


def test_files_that_a_killed_run_left_of_a_category_go_with_it(
    planet: Planet, monkeypatch: pytest.MonkeyPatch
) -> None:
    planet.cycle()
    planet.article("new.md", date="2024-02-01", categories="[Short-lived]")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("feedkit.publish.publisher.Writing.write_last", killed)
        with pytest.raises(KeyboardInterrupt):
            planet.cycle()
    folder = planet.public / "categories/short-lived"
    assert (folder / "atom.xml").is_file()
    planet.write("public/categories/short-lived/.rss.xml.tmp", "half")
    (planet.articles / "new.md").unlink()
    planet.cycle()
    assert not folder.exists()


def test_what_a_person_put_into_the_folder_stays(planet: Planet) -> None:
    planet.cycle()
    planet.write("public/robots.txt", "mine")
    planet.write("public/categories/python/notes.txt", "mine")
    planet.configure(ARTICLES + "[categories.News]\naliases = ['Python']\n")
    planet.cycle()
    assert (planet.public / "robots.txt").read_text() == "mine"
    left = sorted(path.name for path in (planet.public / "categories/python").iterdir())
    assert left == ["notes.txt"]


def test_every_document_is_valid_and_names_only_what_is_there(planet: Planet) -> None:
    planet.cycle()
    documents = planet.documents()
    assert [one for name, data in documents.items() for one in problems(name, data)] == []
    assert [one for name in ("feeds.opml", "sources.opml") for one in opml(documents[name])] == []
    site = "https://planet.example.org/"
    named = {
        match.decode().removeprefix(site)
        for name, data in documents.items()
        if name.endswith((".xml", ".json", ".opml", ".html"))
        for match in re.findall(rf'"({site}[^"]*\.(?:xml|json|html))"'.encode(), data)
    }
    from urllib.parse import unquote

    assert {unquote(path) for path in named} - documents.keys() == set()
    assert len(named) > 10


def test_entries_name_the_page_of_a_category_as_its_scheme(planet: Planet) -> None:
    planet.cycle()
    scheme = b'<category term="Python" scheme="https://planet.example.org/categories/python/"'
    documents = planet.documents()
    assert scheme in documents[f"{NEWS}atom.xml"]
    planet.configure(ARTICLES + "[categories.Python]\nslug = 'py'\n")
    before = planet.stamps()
    planet.cycle()
    documents = planet.documents()
    assert scheme.replace(b"/python/", b"/py/") in documents[f"{NEWS}atom.xml"]
    assert f"{CJK}atom.xml" not in planet.rewritten(before), "no entry of it is in Python"


def test_of_one_source_no_more_than_is_wanted_is_in_a_feed(planet: Planet) -> None:
    planet.write("flood.xml", rss("flood", *(f"f{n}" for n in range(40))))
    config = '[publish]\nentries = 8\nper_source = 3\n[[feeds]]\nurl = "flood.xml"\n'
    planet.configure(config + ARTICLES)
    planet.cycle()
    titles = planet.titles()
    assert sum(title.startswith("f") for title in titles) == 3
    assert sum(title.startswith("a") for title in titles) == 3
    planet.configure(config.replace("per_source = 3\n", "") + ARTICLES)
    planet.cycle()
    assert len(planet.titles()) == 8


def test_a_category_may_have_summaries_alone(planet: Planet) -> None:
    body = "A summary comes first.\n\n" + "The whole text is long. " * 60 + "THE END"
    planet.article("long.md", body, date="2024-03-01", categories="[News, Python]")
    planet.configure(ARTICLES + '[categories.News]\ncontent = "summary"\n')
    planet.cycle()
    documents = planet.documents()
    for name in ("atom.xml", "rss.xml", "feed.json"):
        assert b"THE END" not in documents[NEWS + name]
        assert b"A summary comes first" in documents[NEWS + name]
        assert b"THE END" in documents[PYTHON + name]
    planet.configure('[publish]\ncontent = "summary"\n' + ARTICLES)
    planet.cycle()
    assert not any(b"THE END" in data for data in planet.documents().values())


def test_a_category_s_feeds_name_its_page(planet: Planet) -> None:
    planet.cycle()
    documents = planet.documents()
    page = b"https://planet.example.org/categories/python/"
    assert b'<link href="%s" rel="alternate"' % page in documents[f"{PYTHON}atom.xml"]
    assert b"<link>%s</link>" % page in documents[f"{PYTHON}rss.xml"]
    assert b'"home_page_url":"%s"' % page in documents[f"{PYTHON}feed.json"]


def test_hubs_are_named_in_every_feed(planet: Planet) -> None:
    planet.configure('[publish]\nhubs = ["https://hub.example/"]\n' + ARTICLES)
    planet.cycle()
    documents = planet.documents()
    assert b'rel="hub"' in documents["atom.xml"]
    assert b'rel="hub"' in documents[f"{PYTHON}rss.xml"]
    assert b"https://hub.example/" in documents[f"{CJK}feed.json"]


# Themes


def test_a_template_of_a_theme_takes_the_place_of_feedkits_own(planet: Planet) -> None:
    planet.write("theme/item.html", "<p>MY {{ title }}</p>")
    planet.configure('[publish]\ntheme = "theme"\n' + ARTICLES)
    planet.cycle()
    assert b"<p>MY a5</p>" in planet.documents()["index.html"]
    before = planet.stamps()
    planet.write("theme/item.html", "<p>OUR {{ title }}</p>")
    planet.cycle()
    pages = {path for path in planet.documents() if path.endswith(".html")}
    assert {path for path in planet.rewritten(before) if path.endswith(".html")} == pages
    assert not any(path.endswith(".xml") for path in planet.rewritten(before))


def test_a_broken_template_costs_pages_alone_and_is_one_sentence(planet: Planet) -> None:
    planet.cycle()
    pages = planet.documents()["index.html"]
    planet.article("new.md", date="2024-02-01", categories="[Python]")
    planet.write("theme/item.html", "<p>{{ tilte }}</p>")
    planet.configure('[publish]\ntheme = "theme"\n' + ARTICLES)
    ended = planet.feedkit("run", "--strict")
    assert ended.code == 1
    said = [line for line in ended.lines if "item.html" in line]
    assert len(said) == 1
    assert said[0].startswith(f"{planet.root}/theme/item.html, line 1: the template fails: 'tilte'")
    assert planet.titles()[0] == "new"
    assert planet.documents()["index.html"] == pages
    planet.write("theme/item.html", "<p>{{ title }}</p>")
    assert planet.feedkit("run", "--strict").code == 0
    assert b"<p>new</p>" in planet.documents()["index.html"]


def test_a_file_of_a_theme_takes_no_documents_place(planet: Planet) -> None:
    (planet.root / "theme").mkdir()
    planet.configure('[publish]\ntheme = "theme"\n' + ARTICLES)
    planet.cycle()
    before = planet.documents()
    names = ["archive", "Categories", "ATOM.XML", "index.HTML", ".atom.xml.tmp", "a\nb.css"]
    for name in (*names, os.fsdecode(b"\xff.css"), "mine/über uns.css"):
        planet.write(f"theme/{name}", "x")
    assert planet.cycle().published.failed == []
    after = planet.documents()
    assert after.keys() - before.keys() == {"mine/über uns.css"}
    assert {name: after[name] for name in before} == before


def test_a_theme_that_is_not_there_costs_pages_alone(planet: Planet) -> None:
    planet.cycle()
    before = planet.documents()
    planet.configure('[publish]\ntheme = "nowhere"\n' + ARTICLES)
    planet.article("new.md", date="2024-02-01", categories="[Python]")
    ended = planet.feedkit("run")
    assert f"{planet.root}/nowhere: is no folder" in "\n".join(ended.lines)
    assert planet.titles()[0] == "new"
    assert planet.documents().keys() == before.keys()
    assert planet.documents()["index.html"] == before["index.html"]


def test_without_pages_there_are_none_and_feeds_name_no_style(planet: Planet) -> None:
    planet.cycle()
    planet.configure("[publish]\npages = false\n" + ARTICLES, site=SITE)
    planet.cycle()
    documents = planet.documents()
    assert not any(name.endswith((".html", ".css", ".svg")) for name in documents)
    assert b"xml-stylesheet" not in documents["atom.xml"]


def test_copies_go_when_they_are_not_wanted(planet: Planet) -> None:
    planet.cycle()
    planet.configure("[publish]\ncompress = false\n" + ARTICLES)
    planet.cycle()
    assert not any(name.endswith((".gz", ".br")) for name in planet.documents())
