"""Which categories get no feed, and what is said about it."""

import tomllib
from pathlib import Path

import pytest

from feedkit.config import CategorySettings, Publish, Settings, Site, StoreSettings
from feedkit.normalize.categories import fold
from feedkit.publish.left_out import LeftOut, left_out
from feedkit.publish.topics import choose_topics
from feedkit.store import CategoryRow

ADVICE = "not declared; [categories.{}] in the configuration gives it a feed"


def settings(*categories: CategorySettings, publish: Publish | None = None) -> Settings:
    site, store = Site("https://p.example/", "P"), StoreSettings("sqlite://")
    publish = publish or Publish()
    return Settings(Path("config.toml"), site, store, categories=categories, publish=publish)


def rows(*names: str, declared: tuple[str, ...] = ()) -> list[CategoryRow]:
    return [
        CategoryRow(number, fold(name), name, None, name in declared, 0, 1)
        for number, name in enumerate(("", *names))
    ]


def test_what_nobody_declared_is_left_out_the_largest_first() -> None:
    stored = rows("Python", "go", "Rust", "empty", declared=("Python",))
    found = left_out(settings(), stored, {0: 9, 1: 5, 2: 2, 3: 7})
    assert found == [
        LeftOut("Rust", 7, ADVICE.format('"Rust"')),
        LeftOut("go", 2, ADVICE.format('"go"')),
    ]


def test_what_has_too_few_entries_says_how_many() -> None:
    chosen = settings(publish=Publish(categories="all", min_entries=5))
    found = left_out(chosen, rows("a", "b", "c"), {1: 5, 2: 4, 3: 1})
    assert found == [
        LeftOut("b", 4, "4 entries, fewer than min_entries = 5"),
        LeftOut("c", 1, "1 entry, fewer than min_entries = 5"),
    ]


def test_an_alias_is_not_left_out() -> None:
    chosen = settings(CategorySettings("JavaScript", aliases=("JS",)))
    stored = rows("JavaScript", "JS", "ts")
    assert [one.name for one in left_out(chosen, stored, {1: 1, 2: 1, 3: 1})] == ["ts"]


@pytest.mark.parametrize("name", ["Rust", 'a "quoted" one', "back\\slash", "新媒体", "a.b", "C#"])
def test_who_does_what_is_said_gets_the_feed(name: str) -> None:
    stored, sizes = rows(name), {1: 3}
    (found,) = left_out(settings(), stored, sizes)
    _, table, _ = found.why.replace(" in the", "; in the").split("; ", 2)
    (declared,) = tomllib.loads(table)["categories"]
    after = settings(CategorySettings(declared))
    assert left_out(after, stored, sizes) == []
    assert [topic.name for topic in choose_topics(after, stored, sizes)[0]] == [None, name]
