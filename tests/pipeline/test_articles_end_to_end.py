"""Article folders, from the files to the documents, over several runs."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from planet import ARTICLES, Planet, both, is_well_formed
from terminal import on_terminal

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture(name="planet")
def planet_fixture(tmp_path: Path) -> Planet:
    planet = Planet(tmp_path)
    planet.article("one.md", date="2024-01-01", categories="[Python, News]")
    planet.article("two.md", date="2024-01-02", categories="Python")
    planet.article("three.md", date="2024-01-03", categories="Go")
    return planet


def ids(planet: Planet) -> list[str]:
    document = (planet.public / "atom.xml").read_text()
    return [part.partition("</id>")[0] for part in document.split("<id>")[2:]]


# The command


def test_a_first_and_a_second_run(planet: Planet) -> None:
    first = planet.feedkit("run")
    assert (first.code, first.output) == (0, "")
    assert first.lines == [
        "articles: 3 new, 0 changed, 0 unchanged",
        "1 source: 3 new, 0 changed, 0 unchanged",
        "Wrote 10 files of 10 in public.",
    ]
    assert planet.documents().keys() == both("", "python", "news", "go")
    assert planet.titles() == ["three", "two", "one"]
    assert planet.titles("python", format_name="rss") == ["two", "one"]
    before = planet.stamps()
    second = planet.feedkit("run")
    assert (second.code, second.conclusion) == (
        0,
        "Nothing to write: all 10 files in public are up to date.",
    )
    assert planet.rewritten(before) == set()


def test_touching_one_article_rewrites_exactly_its_feeds(planet: Planet) -> None:
    planet.feedkit("run")
    before = planet.stamps()
    planet.article("one.md", "Edited.", date="2024-01-01", categories="[Python, News]")
    ended = planet.feedkit("run", "-v")
    assert planet.rewritten(before) == both("", "python", "news")
    wrote = {line.partition("public/")[2] for line in ended.lines if line.startswith("wrote ")}
    assert wrote == both("", "python", "news")
    assert ended.conclusion == "Wrote 6 files of 10 in public."


def test_quiet_says_only_what_went_wrong(planet: Planet) -> None:
    assert planet.feedkit("run", "-q").lines == []
    planet.write("articles/bad.md", "---\ntitle: [\n---\n")
    ended = planet.feedkit("run", "-q")
    assert ended.code == 0
    assert [line.partition(" ")[0] for line in ended.lines] == ["articles/bad.md"]


def test_a_config_that_cannot_be_used_is_exit_2_and_leaves_everything_alone(
    planet: Planet,
) -> None:
    planet.feedkit("run")
    before = planet.stamps()
    planet.configure('[[articles]]\npth = "articles"\n')
    ended = planet.feedkit("run")
    assert ended.code == 2
    assert ended.lines[0] == "config.toml: articles[1].pth: unknown key; did you mean path?"
    assert ended.lines[1].startswith("config.toml: articles[1].path: missing")
    assert len(ended.lines) == 2
    assert planet.rewritten(before) == set()


@pytest.mark.parametrize(
    "arguments", [("run", "--what"), ("export",), ("rnu",), ("run", "-c", "nothing.toml")]
)
def test_a_usage_error_is_exit_2(planet: Planet, arguments: tuple[str, ...]) -> None:
    ended = planet.feedkit(*arguments)
    assert ended.code == 2
    assert ended.lines
    assert not any(line.startswith("Traceback") for line in ended.lines)
    assert not planet.public.exists()


def test_the_config_may_be_elsewhere_and_paths_in_it_go_from_there(
    planet: Planet, tmp_path: Path
) -> None:
    elsewhere = Planet(tmp_path / "elsewhere")
    ended = elsewhere.feedkit("run", "--config", "../config.toml")
    assert ended.conclusion == "Wrote 10 files of 10 in ../public."
    assert not elsewhere.public.exists()
    assert planet.titles() == ["three", "two", "one"]


def test_export_publishes_from_the_store_without_collecting(planet: Planet) -> None:
    planet.feedkit("run")
    planet.article("four.md", date="2024-01-04")
    before = planet.stamps()
    ended = planet.feedkit("export", "copy/of it")
    assert (ended.code, ended.conclusion) == (0, "Wrote 10 files of 10 in copy/of it.")
    assert planet.documents("copy/of it") == planet.documents()
    assert planet.rewritten(before) == set()
    again = planet.feedkit("export", "copy/of it")
    assert again.conclusion == "Nothing to write: all 10 files in copy/of it are up to date."
    assert "Nothing to write" not in planet.feedkit("run").conclusion


def test_export_into_a_file_is_a_usage_error(planet: Planet) -> None:
    planet.write("taken", "")
    assert planet.feedkit("export", "taken").code == 2


def test_names_that_the_terminal_cannot_show_stop_nothing(planet: Planet) -> None:
    planet.article("плохо\u2028.md", date="2024-02-02")
    planet.write("articles/новости.md", "---\ntitle: x\n")
    ended = planet.feedkit("run", environment={"LC_ALL": "C", "PYTHONIOENCODING": "ascii"})
    assert ended.code == 0
    assert len([line for line in ended.lines if line.startswith("articles/")]) == 2


# One article


def test_a_terminal_without_room_for_the_table_gets_the_lines(planet: Planet) -> None:
    lines = on_terminal(planet.root, "run", wide=30)
    assert "1 source: 3 new, 0 changed, 0 unchanged" in lines


def test_an_edited_article_keeps_its_id_and_its_place(planet: Planet) -> None:
    planet.cycle()
    before = ids(planet)
    assert before[0] == "tag:planet.example.org,2026:articles/three.md"
    planet.article("two.md", "Edited.", title="Two!", date="2024-01-02", categories="Go")
    report = planet.cycle()
    assert (report.counts.new, report.counts.changed, report.counts.unchanged) == (0, 1, 2)
    assert ids(planet) == before
    assert planet.titles() == ["three", "Two!", "one"]
    assert (planet.titles("python"), planet.titles("go")) == (["one"], ["three", "Two!"])


def test_a_file_that_is_touched_but_not_changed_writes_no_document(planet: Planet) -> None:
    planet.cycle()
    before = planet.stamps()
    os.utime(planet.articles / "two.md", (1, 1))
    report = planet.cycle()
    assert (report.counts.changed, report.counts.unchanged) == (0, 3)
    assert planet.rewritten(before) == set()
    assert planet.cycle().sources[0].outcome == "unchanged"


def test_an_edit_of_the_same_size_is_seen(planet: Planet) -> None:
    planet.article("four.md", "aaaa", date="2024-01-04")
    planet.cycle()
    path = planet.article("four.md", "bbbb", date="2024-01-04")
    report = planet.cycle()
    assert report.counts.changed == 1
    assert b"bbbb" in (planet.public / "atom.xml").read_bytes()
    assert path.stat().st_size > 0


def test_a_deleted_article_leaves_its_feeds_and_an_empty_one_stays_valid(planet: Planet) -> None:
    planet.configure(ARTICLES + "[categories.News]\n")
    planet.cycle()
    before = planet.stamps()
    (planet.articles / "one.md").unlink()
    report = planet.cycle()
    assert (report.counts.withdrawn, report.counts.unchanged) == (1, 2)
    assert planet.rewritten(before) == both("", "python", "news")
    assert (planet.titles(), planet.titles("news")) == (["three", "two"], [])
    assert all(is_well_formed(document) for document in planet.documents().values())
    again = planet.stamps()
    assert planet.cycle().counts.withdrawn == 0
    assert planet.rewritten(again) == set()


@pytest.mark.parametrize("field", [{"draft": "true"}, {"published": "false"}])
def test_an_article_made_a_draft_is_withdrawn_and_comes_back(
    planet: Planet, field: dict[str, str]
) -> None:
    planet.cycle()
    planet.article("two.md", date="2024-01-02", categories="Python", **field)
    assert planet.cycle().counts.withdrawn == 1
    assert planet.titles() == ["three", "one"]
    planet.article("two.md", date="2024-01-02", categories="Python")
    assert planet.cycle().counts.changed == 1
    assert planet.titles() == ["three", "two", "one"]


def test_a_draft_was_never_published(planet: Planet) -> None:
    planet.article("four.md", draft="true", categories="Secret")
    report = planet.cycle()
    assert (report.counts.new, report.sources[0].problems) == (3, [])
    assert planet.categories() == {"python", "news", "go"}
    assert all(b"four" not in document for document in planet.documents().values())


def test_a_broken_article_stays_published_as_it_was_with_a_line_until_it_is_mended(
    planet: Planet,
) -> None:
    planet.cycle()
    before = planet.stamps()
    planet.write("articles/two.md", "---\ntitle: two: three: [\n---\nbroken\n")
    for _ in range(2):
        (report,) = planet.cycle().sources
        assert (report.outcome == "failed", report.counts.withdrawn) == (False, 0)
        (problem,) = report.problems
        assert problem.startswith("articles/two.md ")
        assert planet.rewritten(before) == set()
    planet.article("two.md", "Mended.", date="2024-01-02", categories="Python")
    (report,) = planet.cycle().sources
    assert (report.problems, report.counts.changed) == ([], 1)
    assert planet.rewritten(before) == both("", "python")


def test_a_broken_article_that_is_deleted_is_withdrawn(planet: Planet) -> None:
    planet.cycle()
    path = planet.write("articles/two.md", "---\ntitle: [\n---\n")
    planet.cycle()
    path.unlink()
    (report,) = planet.cycle().sources
    assert (report.counts.withdrawn, report.problems) == (1, [])
    assert planet.titles() == ["three", "one"]


def test_an_article_dated_in_the_future_comes_when_its_time_comes(planet: Planet) -> None:
    planet.article("soon.md", date="2026-06-01T12:30:00Z", categories="Soon")
    (report,) = planet.cycle(at=NOON).sources
    assert (report.counts.new, report.problems) == (3, [])
    assert "soon" not in planet.titles()
    assert "soon" not in planet.categories()
    before = planet.stamps()
    assert planet.cycle(at=NOON + timedelta(minutes=29)).counts.new == 0
    assert planet.rewritten(before) == set()
    assert planet.cycle(at=NOON + timedelta(minutes=30)).counts.new == 1
    assert planet.titles() == ["soon", "three", "two", "one"]
    assert planet.rewritten(before) == both("", "soon")
    assert planet.cycle(at=NOON + timedelta(minutes=31)).sources[0].outcome == "unchanged"


def test_a_published_article_that_is_put_off_leaves_until_then(planet: Planet) -> None:
    planet.cycle(at=NOON)
    planet.article("two.md", date="2026-06-02", categories="Python")
    assert planet.cycle(at=NOON).counts.withdrawn == 1
    assert planet.titles("python") == ["one"]
    assert planet.cycle(at=NOON + timedelta(days=1)).counts.changed == 1
    assert planet.titles("python") == ["two", "one"]


# Several articles, and folders


def test_of_two_articles_with_one_id_the_first_is_published_and_the_other_named(
    planet: Planet,
) -> None:
    planet.article("a.md", id="tag:example.org,2024:same", date="2024-05-01")
    planet.article("b.md", id="tag:example.org,2024:same", date="2024-05-02")
    for _ in range(2):
        (report,) = planet.cycle().sources
        assert report.problems == [
            "articles/b.md has the id of a.md, so it is not published; give it another"
        ]
        assert planet.titles()[0] == "a"
    planet.article("b.md", id="tag:example.org,2024:other", date="2024-05-02")
    (report,) = planet.cycle().sources
    assert (report.problems, planet.titles()[:2]) == ([], ["b", "a"])


def test_the_second_of_two_with_one_id_comes_when_the_first_goes(planet: Planet) -> None:
    planet.article("a.md", id="tag:example.org,2024:same", date="2024-05-01")
    planet.article("b.md", id="tag:example.org,2024:same", date="2024-05-02")
    planet.cycle()
    (planet.articles / "a.md").unlink()
    (report,) = planet.cycle().sources
    assert (report.problems, planet.titles()[0]) == ([], "b")


def test_a_moved_article_that_brings_its_id_is_never_gone(planet: Planet) -> None:
    path = planet.article("a.md", id="tag:example.org,2024:a", permalink="/a/", date="2024-05-01")
    planet.cycle()
    before = planet.stamps()
    path.rename(planet.articles / "zz.md")
    (report,) = planet.cycle().sources
    assert (report.problems, report.counts.withdrawn) == ([], 0)
    assert planet.titles()[0] == "a"
    assert planet.rewritten(before) == set()
    (planet.articles / "zz.md").rename(planet.articles / "aa.md")
    planet.cycle()
    assert planet.titles()[0] == "a"


@pytest.mark.parametrize("names", ["ab", "abc"])
def test_articles_that_exchange_their_ids_do_so_at_once(planet: Planet, names: str) -> None:
    for number, name in enumerate(names):
        planet.article(f"{name}.md", id=f"tag:example.org,2024:{number}", date="2024-05-01")
    planet.cycle()
    for number, name in enumerate(names[1:] + names[:1]):
        planet.article(
            f"{name}.md", f"{name} has {number} now.", id=f"tag:example.org,2024:{number}"
        )
    (report,) = planet.cycle().sources
    assert (report.problems, report.counts.changed) == ([], len(names))
    entries = planet.documents()["atom.xml"].decode().split("<entry>")[1:]
    for number, name in enumerate(names[1:] + names[:1]):
        (entry,) = [each for each in entries if f"<id>tag:example.org,2024:{number}</id>" in each]
        assert f"{name} has {number} now." in entry
    (report,) = planet.cycle().sources
    assert (report.outcome, report.problems) == ("unchanged", [])


def test_ids_do_not_change_when_a_link_on_the_way_leads_to_another_release(tmp_path: Path) -> None:
    for release in ("one", "two"):
        (tmp_path / release / "posts").mkdir(parents=True)
        (tmp_path / release / "posts" / "a.md").write_text("---\ntitle: A\n---\nText.\n")
    planet = Planet(tmp_path, '[[articles]]\npath = "current/posts"\n')
    (tmp_path / "current").symlink_to("one")
    planet.cycle()
    before = ids(planet)
    (tmp_path / "current").unlink()
    (tmp_path / "current").symlink_to("two")
    planet.cycle()
    assert ids(planet) == before


def test_a_category_of_any_length_has_a_feed(planet: Planet) -> None:
    planet.cycle()
    before = planet.categories()
    planet.article("long.md", categories=f"[{'x' * 250}]")
    planet.cycle()
    (slug,) = planet.categories() - before
    assert planet.titles(slug) == ["long"]


def test_two_first_runs_at_once_both_end_well(tmp_path: Path) -> None:
    planet = Planet(tmp_path)
    for number in range(300):
        planet.article(f"{number}.md")
    with ThreadPoolExecutor() as threads:
        both_runs = list(threads.map(lambda _: planet.feedkit("run"), range(2)))
    assert [run.code for run in both_runs] == [0, 0]
    assert sorted(run.conclusion.split()[0] for run in both_runs) == ["Nothing", "Wrote"]


def test_an_id_that_goes_from_one_article_to_another_is_settled_by_the_next_run(
    planet: Planet,
) -> None:
    planet.article("a.md", id="tag:example.org,2024:1", date="2024-05-01")
    planet.article("b.md", id="tag:example.org,2024:2", date="2024-05-02")
    planet.cycle()
    planet.article("a.md", id="tag:example.org,2024:3", date="2024-05-01")
    planet.article("b.md", id="tag:example.org,2024:1", date="2024-05-02")
    planet.cycle()
    (report,) = planet.cycle().sources
    assert report.problems == []
    assert planet.titles()[:2] == ["b", "a"]
    assert len(set(ids(planet))) == len(ids(planet)) == 5


def test_a_folder_that_is_missing_fails_and_what_it_brought_stays(planet: Planet) -> None:
    planet.feedkit("run")
    before = planet.stamps()
    planet.articles.rename(planet.root / "away")
    ended = planet.feedkit("run")
    assert ended.code == 0
    assert "articles: cannot be read: No such file or directory" in ended.lines
    assert planet.rewritten(before) == set()
    assert planet.feedkit("run", "--strict").code == 1
    (planet.root / "away").rename(planet.articles)
    assert planet.feedkit("run", "--strict").code == 0
    assert planet.rewritten(before) == set()


def test_an_empty_folder_and_no_source_at_all_publish_a_valid_empty_feed(tmp_path: Path) -> None:
    for name, config in (("empty", ARTICLES), ("none", "")):
        planet = Planet(tmp_path / name, config)
        ended = planet.feedkit("run", "--strict")
        assert (ended.code, ended.conclusion) == (0, "Wrote 4 files of 4 in public.")
        assert planet.titles() == []
        assert all(is_well_formed(document) for document in planet.documents().values())


def test_a_single_file_is_a_source_too(tmp_path: Path) -> None:
    planet = Planet(tmp_path, '[[articles]]\npath = "about.md"\ncategories = ["Pages"]\n')
    planet.write("about.md", "---\ntitle: About\ndate: 2024-01-01\n---\nUs.\n")
    planet.cycle()
    assert planet.titles("pages") == ["About"]


def test_what_feedkit_published_below_an_articles_folder_is_no_article(tmp_path: Path) -> None:
    publish = '[publish]\ntheme = "looks"\npages = true\n'
    planet = Planet(tmp_path, publish + '[[articles]]\npath = "."\n', is_full=True)
    planet.write("posts/one.md", "---\ntitle: One\ndate: 2024-01-01\ncategories: [X]\n---\n")
    planet.write("looks/item.html", "<article>{{ title }}</article>")
    planet.cycle()
    assert (planet.public / "categories/x/index.html").is_file()
    planet.cycle()
    assert planet.titles() == ["One"]


def test_an_article_in_a_folder_with_a_block_of_its_own_is_published_once_by_that_block(
    tmp_path: Path,
) -> None:
    inner = '[[articles]]\npath = "articles/notes"\ncategories = ["Notes"]\n'
    planet = Planet(tmp_path, ARTICLES + inner)
    planet.article("one.md", date="2024-01-01")
    planet.article("notes/two.md", date="2024-01-02")
    planet.cycle()
    assert planet.titles() == ["notes/two", "one"]
    assert planet.titles("notes") == ["notes/two"]


def test_an_image_beside_an_article_is_found_from_its_front_matter_as_from_its_text(
    tmp_path: Path,
) -> None:
    planet = Planet(tmp_path, f'{ARTICLES}base_url = "https://planet.example.org/a/"\n')
    planet.article("bundle/index.md", "![](in.png)", image="cover.jpg")
    planet.article("page.md", "![](in.png)", image="/cover.jpg")
    planet.cycle()
    document = (planet.public / "atom.xml").read_text()
    for path in ("a/bundle/cover.jpg", "a/bundle/in.png", "cover.jpg", "a/page/in.png"):
        assert f'"https://planet.example.org/{path}"' in document


def test_a_title_that_is_the_heading_of_the_text_is_not_read_twice(tmp_path: Path) -> None:
    planet = Planet(tmp_path, ARTICLES, is_full=True)
    planet.write("articles/note.md", "# A note\n\nFirst words. " + "And more. " * 100)
    planet.cycle()
    page = (planet.public / "index.html").read_text()
    assert ">First words. And more." in page
    assert '<summary type="html">First words.' in (planet.public / "atom.xml").read_text()


def test_two_folders_one_category(tmp_path: Path) -> None:
    config = ARTICLES + 'categories = ["All"]\n[[articles]]\npath = "b"\ncategories = ["all"]\n'
    planet = Planet(tmp_path, config)
    planet.article("one.md", date="2024-01-01")
    planet.write("b/two.md", "---\ntitle: two\ndate: 2024-01-02\n---\n")
    planet.cycle()
    assert planet.titles("all") == ["two", "one"]
    assert planet.categories() == {"all"}


def test_what_the_config_gives_the_folder_reaches_articles_that_did_not_change(
    planet: Planet,
) -> None:
    planet.cycle()
    planet.configure(ARTICLES + 'categories = ["Blog", "Go"]\n')
    (report,) = planet.cycle().sources
    assert report.counts.unchanged == 3
    assert planet.titles("blog") == ["three", "two", "one"]
    assert planet.titles("go") == ["three", "two", "one"]
    planet.export("fresh")
    assert planet.documents("fresh") == planet.documents(), "each document says the new categories"
    planet.configure(ARTICLES)
    planet.cycle()
    assert planet.titles("go") == ["three"]
    assert "blog" not in planet.categories(), "nobody names it, and nothing is in it"


def test_a_new_base_url_reaches_articles_that_did_not_change(planet: Planet) -> None:
    planet.cycle()
    before = ids(planet)
    planet.configure(ARTICLES + 'base_url = "https://blog.example.org/"\n')
    assert planet.cycle().counts.changed == 3
    assert b"https://blog.example.org/three/" in (planet.public / "atom.xml").read_bytes()
    assert ids(planet) == before


def test_articles_of_another_site_title_are_written_again(planet: Planet) -> None:
    planet.cycle()
    before = planet.stamps()
    planet.configure(ARTICLES, site='[site]\ntitle="New"\nurl="https://planet.example.org/"\n')
    planet.cycle()
    assert planet.rewritten(before) == before.keys()
    assert b"Python \xe2\x80\x93 New" in planet.documents()["categories/python/atom.xml"]


def test_a_document_that_somebody_removed_or_changed_is_written_again(planet: Planet) -> None:
    planet.cycle()
    documents = planet.documents()
    (planet.public / "atom.xml").unlink()
    (planet.public / "rss.xml").write_text("changed by hand")
    report = planet.cycle()
    assert sorted(report.published.written) == ["atom.xml", "rss.xml"]
    assert planet.documents() == documents


def test_a_lost_store_makes_the_same_documents_again(planet: Planet) -> None:
    planet.cycle()
    before = planet.stamps()
    for path in planet.root.glob("feedkit.db*"):
        path.unlink()
    assert planet.cycle().published.written == []
    assert planet.rewritten(before) == set()
