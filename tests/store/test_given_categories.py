"""Which entries are in which category: by their own naming, and by their source's."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from stored import NOW, add_source, category, entry, listed, opened, revisions, save, touched

from feedkit.store import EntryState, SourceRow, Store


@pytest.fixture(name="store")
def store_fixture(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path) as store:
        yield store


def give(store: Store, source: SourceRow, *names: str) -> SourceRow:
    with store.write() as transaction:
        given = tuple(category(name, declared=True) for name in names)
        transaction.sources.give_categories(source, given, NOW)
    with store.read() as transaction:
        return transaction.sources.all()[source.key]


def test_what_a_source_gives_reaches_stored_entries_and_those_to_come(store: Store) -> None:
    source = add_source(store)
    save(store, source, entry("before"))
    source = give(store, source, "News")
    save(store, source, entry("after"))
    assert listed(store, "News") == ["after", "before"]


def test_what_a_source_no_longer_gives_leaves_its_entries_but_not_their_own(store: Store) -> None:
    source = give(store, add_source(store), "News", "Python")
    save(store, source, entry("a"), entry("b", "Python"))
    assert listed(store, "Python") == ["b", "a"]
    source = give(store, source, "News")
    assert listed(store, "Python") == ["b"]
    assert listed(store, "News") == ["b", "a"]
    give(store, source)
    assert (listed(store, "News"), listed(store)) == ([], ["b", "a"])


def test_an_entry_that_loses_its_own_category_keeps_the_given_one(store: Store) -> None:
    source = give(store, add_source(store), "Python")
    save(store, source, entry("a", "Python"))
    save(store, source, entry("a", data="untagged"))
    assert listed(store, "Python") == ["a"]
    give(store, source)
    assert listed(store, "Python") == []


def test_a_category_given_after_the_entry_named_it_is_taken_away_without_harm(
    store: Store,
) -> None:
    source = add_source(store)
    save(store, source, entry("a", "Python"))
    source = give(store, source, "Python")
    source = give(store, source)
    assert listed(store, "Python") == ["a"]


def test_other_sources_entries_are_left_alone(store: Store) -> None:
    one = give(store, add_source(store), "News")
    two = give(store, add_source(store, "feed:https://example.com/"), "News")
    save(store, one, entry("one"))
    save(store, two, entry("two"))
    give(store, one)
    assert listed(store, "News") == ["two"]


def test_filtered_and_withdrawn_entries_are_given_nothing(store: Store) -> None:
    source = add_source(store)
    save(store, source, entry("filtered", state=EntryState.FILTERED), entry("withdrawn"))
    with store.write() as transaction:
        transaction.entries.withdraw(source.id, ["withdrawn"])
    source = give(store, source, "News")
    assert listed(store, "News") == []
    save(store, source, entry("filtered"), entry("withdrawn"))
    assert listed(store, "News") == ["withdrawn", "filtered"]


def test_given_entries_stand_in_order_with_the_others(store: Store) -> None:
    source = add_source(store)
    save(store, source, entry("middle", published=NOW - 20))
    other = add_source(store, "feed:https://example.com/")
    save(store, other, entry("new", "News", published=NOW - 10), entry("old", "News", published=1))
    give(store, source, "News")
    assert listed(store, "News") == ["new", "middle", "old"]


def test_every_document_that_names_the_category_in_an_entry_is_to_be_written_again(
    store: Store,
) -> None:
    source = give(store, add_source(store), "News")
    save(store, source, entry("a", "Python"))
    save(store, add_source(store, "feed:https://example.com/"), entry("b", "Go"))
    before = revisions(store)
    source = give(store, source, "Blogs")
    assert touched(store, before) == {"", "python", "news", "blogs"}
    before = revisions(store)
    give(store, source, "Blogs")
    assert touched(store, before) == set()


def test_a_category_is_declared_once_a_person_named_it_and_stays_so(store: Store) -> None:
    def declared() -> dict[str, bool]:
        with store.read() as transaction:
            return {row.name: row.declared for row in transaction.categories.all() if row.key}

    source = add_source(store)
    save(store, source, entry("a", "Python", "Go"))
    assert declared() == {"Python": False, "Go": False}
    source = give(store, source, "PYTHON")
    assert declared() == {"Python": True, "Go": False}
    give(store, source)
    save(store, source, entry("b", "Python"))
    assert declared() == {"Python": True, "Go": False}


def test_slugs_can_change_places_and_be_taken_away(store: Store) -> None:
    def slugs() -> dict[str, str | None]:
        with store.read() as transaction:
            return {row.key: row.slug for row in transaction.categories.all() if row.key}

    save(store, add_source(store), entry("a", "One", "Two", "Three"))
    with store.read() as transaction:
        ids = {row.key: row.id for row in transaction.categories.all()}
    with store.write() as transaction:
        transaction.categories.set_slugs({ids["one"]: "1", ids["two"]: "2", ids["three"]: "3"})
    with store.write() as transaction:
        transaction.categories.set_slugs({ids["one"]: "2", ids["two"]: "1", ids["three"]: None})
    assert slugs() == {"one": "2", "two": "1", "three": None}
