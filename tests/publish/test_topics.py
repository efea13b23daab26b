"""Which categories get documents, and where."""

from pathlib import Path

import pytest
from planet import ARTICLES, Planet

from feedkit.config import CategorySettings, Publish, Settings, Site, StoreSettings
from feedkit.normalize.categories import fold
from feedkit.publish.topics import choose_topics
from feedkit.store import CategoryRow


def settings(*categories: CategorySettings, publish: Publish | None = None) -> Settings:
    return Settings(
        Path("config.toml"),
        Site("https://p.example/", "P"),
        StoreSettings("sqlite://"),
        categories=categories,
        publish=publish or Publish(),
    )


def row(number: int, name: str, *, slug: str | None = None, declared: bool = True) -> CategoryRow:
    return CategoryRow(number, fold(name), name, slug, declared, 0, number)


def folders(
    chosen: Settings, *rows: CategoryRow, sizes: dict[int, int] | None = None
) -> dict[str, str]:
    """The folder of each topic by its name."""
    topics, _ = choose_topics(chosen, [row(99, ""), *rows], sizes or {})
    assert (topics[0].folder, topics[0].title, topics[0].name) == ("", "P", None)
    return {topic.name or "": topic.folder for topic in topics[1:]}


# Which


def test_declared_categories_have_topics_and_tags_have_none() -> None:
    rows = (row(1, "Python"), row(2, "tag", declared=False))
    assert folders(settings(), *rows) == {"Python": "categories/python/"}


def test_all_categories_have_topics_from_so_many_entries_on() -> None:
    rows = [row(n, f"Tag {n}", declared=False) for n in range(1, 5)]
    chosen = settings(publish=Publish(categories="all", min_entries=3))
    sizes = {1: 2, 2: 3, 3: 9}
    assert folders(chosen, *rows, sizes=sizes).keys() == {"Tag 2", "Tag 3"}


def test_entries_of_aliases_count_together() -> None:
    category = CategorySettings("JavaScript", aliases=("JS", "ecma script"))
    rows = [
        row(1, "js", declared=False),
        row(2, "ECMA_Script", declared=False),
        row(3, "JavaScript"),
    ]
    chosen = settings(category, publish=Publish(categories="all", min_entries=3))
    topics, _ = choose_topics(chosen, rows, {1: 2, 2: 1})
    (topic,) = topics[1:]
    assert sorted(topic.category_ids) == [1, 2, 3]
    assert (topic.folder, topic.revision) == ("categories/javascript/", 6)


def test_a_declared_spelling_of_an_alias_is_the_canonical_category() -> None:
    category = CategorySettings("新媒体", slug="new-media", aliases=("new media",))
    assert folders(settings(category), row(1, "New Media"), row(2, "新媒体")) == {
        "新媒体": "categories/new-media/"
    }


def test_the_config_says_how_a_category_is_written_and_what_its_feed_is_called() -> None:
    plain, titled = CategorySettings("Python"), CategorySettings("Go", title="The Go language")
    topics, _ = choose_topics(settings(plain, titled), [row(1, "PYTHON"), row(2, "go")], {})
    assert [(topic.name, topic.title) for topic in topics[1:]] == [
        ("Go", "The Go language – P"),
        ("Python", "Python – P"),
    ]


# Where


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("新媒体", "新媒体"), ("日本語", "日本語"), ("C++", "cplusplus"), ("C#", "csharp"),
        ("Web Development", "web-development"), ("Ｐｙｔｈｏｎ", "python"), ("العربية", "العربية"),
    ],
)  # fmt: skip
def test_slugs_keep_letters_of_every_script(name: str, folder: str) -> None:
    assert folders(settings(), row(1, name)) == {name: f"categories/{folder}/"}


@pytest.mark.parametrize(
    "name", ["..", ".", "/", "///../../etc/passwd", "con", "字" * 300, "?", "\\"]
)
def test_no_name_leaves_the_folder_or_is_too_long_for_one(name: str) -> None:
    (folder,) = folders(settings(), row(1, name)).values()
    parent, slug, end = folder.split("/")
    assert (parent, end) == ("categories", "")
    assert slug.strip(".")
    assert len(slug.encode()) <= 100


def test_two_names_with_one_slug_get_two_and_keep_them() -> None:
    one, two = row(1, "a/b"), row(2, "a.b")
    assert sorted(folders(settings(), one, two).values()) == [
        "categories/a-b-2/",
        "categories/a-b/",
    ]
    _, slugs = choose_topics(settings(), [one, two], {})
    kept = [one._replace(slug=slugs[1]), two._replace(slug=slugs[2])]
    again, changed = choose_topics(settings(), [row(3, "a b"), *reversed(kept)], {})
    found = {topic.name: topic.folder for topic in again[1:]}
    assert found["a/b"] == f"categories/{slugs[1]}/"
    assert found["a.b"] == f"categories/{slugs[2]}/"
    assert changed.keys() == {3}


def test_a_slug_stays_once_given_unless_the_config_gives_another() -> None:
    given = row(1, "Python", slug="old-place")
    assert folders(settings(), given) == {"Python": "categories/old-place/"}
    category = CategorySettings("Python", slug="snake")
    assert folders(settings(category), given) == {"Python": "categories/snake/"}


def test_the_configs_slug_wins_over_a_category_that_had_it() -> None:
    category = CategorySettings("Serpents", slug="python")
    rows = (row(1, "Python", slug="python"), row(2, "Serpents", slug="serpents"))
    assert folders(settings(category), *rows) == {
        "Python": "categories/python-2/",
        "Serpents": "categories/python/",
    }
    _, slugs = choose_topics(settings(category), rows, {})
    assert slugs == {1: "python-2", 2: "python"}


def test_a_category_that_has_no_topic_any_more_gives_up_the_slug_that_the_config_gives_away() -> (
    None
):
    category = CategorySettings("新媒体", slug="new-media", aliases=("New Media",))
    rows = (row(1, "New Media", slug="new-media"), row(2, "新媒体", slug="新媒体"))
    _, slugs = choose_topics(settings(category), rows, {})
    assert slugs == {1: None, 2: "new-media"}


def test_a_name_never_takes_the_slug_of_a_stored_category_without_topic() -> None:
    rows = (row(1, "a.b", slug="a-b", declared=False), row(2, "a/b"))
    assert folders(settings(), *rows) == {"a/b": "categories/a-b-2/"}


def test_slugs_that_a_case_insensitive_disk_takes_for_one_are_two() -> None:
    category = CategorySettings("X", slug="Straße")
    found = folders(settings(category), row(1, "X"), row(2, "STRASSE"))
    assert len({folder.casefold() for folder in found.values()}) == 2


# End to end


def test_a_slug_moves_from_a_category_to_the_one_it_is_an_alias_of(tmp_path: Path) -> None:
    planet = Planet(tmp_path)
    planet.article("one.md", date="2024-01-01", categories="New Media")
    planet.article("two.md", date="2024-01-02", categories="新媒体")
    planet.cycle()
    assert planet.categories() == {"new-media", "新媒体"}
    planet.configure(
        ARTICLES + '[categories."新媒体"]\nslug = "new-media"\naliases = ["new media"]\n'
    )
    for _ in range(2):
        report = planet.cycle()
        assert report.published.failed == []
        assert planet.titles("new-media") == ["two", "one"]
    planet.configure(ARTICLES)
    planet.cycle()
    assert planet.titles("new-media") == ["two"], "a slug stays once given"
    assert planet.titles("new-media-2") == ["one"]


def test_an_entry_that_names_a_category_in_two_ways_is_in_it_once(tmp_path: Path) -> None:
    planet = Planet(tmp_path, ARTICLES + 'categories = ["PYTHON", "Snake"]\n'
                    '[categories.Python]\naliases = ["snake"]\n')  # fmt: skip
    planet.article("one.md", date="2024-01-01", categories="[python, Ｐｙｔｈｏｎ]")
    planet.cycle()
    assert planet.categories() == {"python"}
    assert planet.titles("python") == ["one"]
    document = (planet.public / "atom.xml").read_text().lower()
    assert document.count('term="python"') == 1


def test_a_new_min_entries_adds_and_removes_topics(tmp_path: Path) -> None:
    planet = Planet(tmp_path)
    planet.article("0.md", date="2024-01-01", tags="[Common, Rare]")
    planet.article("1.md", date="2024-01-01", tags="Common")
    for least, topics in ((1, {"common", "rare"}), (2, {"common"}), (3, set())):
        planet.configure(f'{ARTICLES}[publish]\ncategories = "all"\nmin_entries = {least}\n')
        assert planet.cycle().published.documents == 2 * (len(topics) + 2)
        assert planet.categories() >= topics
