"""Entries that are one: which the store finds, what it shows of them, and what it writes."""

import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from stored import NOW, add_source, category, entry, listed, opened, revisions, save, touched

from feedkit.store import EntryState, NewEntry, SourceRow, Store

KEY = -(2**63)


@pytest.fixture(name="store")
def store_fixture(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path) as store:
        yield store


@pytest.fixture(name="sources")
def sources_fixture(store: Store) -> list[SourceRow]:
    return [add_source(store, f"feed:https://{name}.example/") for name in "abc"]


def save_as(
    store: Store,
    source: SourceRow,
    *entries: NewEntry,
    copies: Mapping[str, str] | None = None,
    ids: Mapping[str, str] | None = None,
) -> list[set[str]]:
    """Store entries, and settle that those of `copies` are copies; the groups of related ones."""
    with store.write() as transaction:
        transaction.entries.save(source, entries, NOW)
        related = transaction.copies.related()
        rows = {row.id: row for found in transaction.copies.rows(related) for row in found}
        names = {row.data.decode().split()[0]: row.id for row in rows.values()}
        transaction.copies.settle(
            [entry_id for group in related for entry_id in group],
            {names[copy]: names[original] for copy, original in (copies or {}).items()},
            {names[guid]: own for guid, own in (ids or {}).items()},
        )
        guids = {entry_id: guid for guid, entry_id in names.items()}
        return [{guids[member] for member in group if member in guids} for group in related]


def named_with(store: Store, guid: str) -> list[str]:
    """The categories of its copies that an entry has."""
    with store.read() as transaction:
        everything = [row.id for row in transaction.categories.all()]
        for row in transaction.entries.get(transaction.entries.newest(everything, 100)):
            if row.data.decode().split()[0] == guid:
                return [lent.name for lent in row.lent or ()]
    raise LookupError(guid)


# What is found


def test_entries_of_two_sources_that_share_a_key_are_related(
    store: Store, sources: list[SourceRow]
) -> None:
    assert save_as(store, sources[0], entry("a", keys=(1, 2)), entry("x", keys=(9,))) == []
    assert save_as(store, sources[0], entry("twin", keys=(1,))) == [], "of the same source"
    assert save_as(store, sources[1], entry("b", keys=(2, KEY)), entry("y")) == [{"a", "b"}]
    assert save_as(store, sources[2], entry("c", keys=(KEY,))) == [{"a", "b", "c"}]
    assert save_as(store, sources[2], entry("c", keys=(KEY,))) == [], "nothing changed"


def test_an_edit_takes_an_entry_s_old_keys_away(store: Store, sources: list[SourceRow]) -> None:
    save(store, sources[0], entry("a", keys=(1,)))
    save(store, sources[0], entry("a", data="edited", keys=(2,)))
    assert save_as(store, sources[1], entry("b", keys=(1,))) == []
    assert save_as(store, sources[1], entry("c", keys=(2,))) == [{"a", "c"}]


def test_of_a_crowd_some_are_looked_at(store: Store, sources: list[SourceRow]) -> None:
    save(store, sources[1], *(entry(f"b{n}", keys=(1,)) for n in range(300)))
    (group,) = save_as(store, sources[0], entry("a", keys=(1,)))
    assert "a" in group
    assert 10 < len(group) < 100


# What is shown


def test_what_may_be_a_copy_is_hidden_until_that_is_settled(
    store: Store, sources: list[SourceRow], tmp_path: Path
) -> None:
    save(store, sources[0], entry("a", keys=(1,)), entry("x", keys=(9,)))
    save(store, sources[1], entry("b", "Python", keys=(1,)))
    assert (listed(store), listed(store, "Python")) == (["x", "a"], [])
    with opened(tmp_path) as later:
        with later.read() as transaction:
            assert not transaction.copies.are_settled()
        assert save_as(later, sources[0]) == [{"a", "b"}], "a kill does not make it forget"
        assert (listed(later), listed(later, "Python")) == (["b", "x", "a"], ["b"])
        with later.read() as transaction:
            assert transaction.copies.are_settled()


def test_some_at_a_time_are_settled_and_groups_stay_whole(
    store: Store, sources: list[SourceRow]
) -> None:
    save(store, sources[0], *(entry(f"a{n}", keys=(n,)) for n in range(5)))
    save(store, sources[1], *(entry(f"b{n}", keys=(n,)) for n in range(5)))
    sizes = []
    with store.write() as transaction:
        while groups := transaction.copies.related(2):
            sizes.append([len(group) for group in groups])
            transaction.copies.settle([member for group in groups for member in group], {}, {})
    assert sizes == [[2, 2], [2, 2], [2]]
    assert len(listed(store)) == 10


def test_what_is_removed_need_not_be_settled(store: Store, sources: list[SourceRow]) -> None:
    save(store, sources[0], entry("a", keys=(1,)))
    save(store, sources[1], entry("b", keys=(1,)))
    with store.write() as transaction:
        transaction.upkeep.remove([2])
        assert transaction.copies.related() == []


def test_a_copy_is_in_no_document_and_its_original_in_those_of_both(
    store: Store, sources: list[SourceRow]
) -> None:
    save(store, sources[0], entry("a", "Go", keys=(1,)))
    before = revisions(store)
    save_as(store, sources[1], entry("b", "Python", "Go", keys=(1,)), copies={"b": "a"})
    assert (listed(store), listed(store, "Python"), listed(store, "Go")) == (["a"], ["a"], ["a"])
    assert named_with(store, "a") == ["Python"]
    assert touched(store, before) == {"", "python", "go"}
    with store.read() as transaction:
        assert set(transaction.categories.sizes().values()) == {1}


def test_a_copy_that_brings_no_category_changes_no_document(
    store: Store, sources: list[SourceRow]
) -> None:
    save(store, sources[0], entry("a", "Go", keys=(1,)))
    before = revisions(store)
    copy = entry("b", "Go", keys=(1,))
    save_as(store, sources[1], copy, copies={"b": "a"})
    save_as(store, sources[1], entry("b", "Go", data="edited", keys=(1,)), copies={"b": "a"})
    assert touched(store, before) == set()


def test_an_original_that_comes_later_takes_over_all_categories(
    store: Store, sources: list[SourceRow]
) -> None:
    save(store, sources[0], entry("copy", "Python", keys=(1,)))
    save_as(store, sources[1], entry("a", "Go", keys=(1,)), copies={"copy": "a"})
    assert (listed(store, "Python"), listed(store, "Go")) == (["a"], ["a"])


def test_a_copy_without_its_original_is_shown_again(store: Store, sources: list[SourceRow]) -> None:
    original = entry("a", "Go", keys=(1,))
    for gone in (
        entry("a", "Go", state=EntryState.FILTERED, keys=(1,)),
        entry("a", "Go", data="something else", keys=(5,)),
    ):
        save(store, sources[0], original)
        save_as(store, sources[1], entry("b", "Python", keys=(1,)))
        save_as(store, sources[0], entry("a", "Go", data="x", keys=(1,)), copies={"b": "a"})
        assert listed(store, "Python") == ["a"]
        before = revisions(store)
        assert save_as(store, sources[0], gone) != []
        assert listed(store, "Python") == ["b"]
        assert {"", "python", "go"} == touched(store, before)


def test_a_withdrawn_original_and_a_withdrawn_copy(store: Store, sources: list[SourceRow]) -> None:
    save(store, sources[0], entry("a", "Go", keys=(1,)))
    save_as(store, sources[1], entry("b", "Python", keys=(1,)), copies={"b": "a"})
    with store.write() as transaction:
        transaction.entries.withdraw(sources[1].id, ["b"])
    assert save_as(store, sources[1]) == [{"a"}]
    assert (listed(store), listed(store, "Python"), named_with(store, "a")) == (["a"], [], [])
    save_as(store, sources[1], entry("b", "Python", keys=(1,)), copies={"b": "a"})
    assert listed(store, "Python") == ["a"]
    with store.write() as transaction:
        transaction.entries.withdraw(sources[0].id, ["a"])
    assert save_as(store, sources[1]) == [{"b"}]
    assert (listed(store), listed(store, "Python"), listed(store, "Go")) == (["b"], ["b"], [])


def test_categories_that_the_source_of_a_copy_is_given(
    store: Store, sources: list[SourceRow]
) -> None:
    save(store, sources[0], entry("a", keys=(1,)))
    save_as(store, sources[1], entry("b", keys=(1,)), copies={"b": "a"})
    source, copies = sources[1], {2: 1}
    for given in ("Blogs", "Other"):
        with store.write() as transaction:
            transaction.sources.give_categories(source, [category(given)], NOW)
            (related,) = transaction.copies.related()
            transaction.copies.settle(related, copies, {})
        source = source._replace(categories=(category(given),))
        assert listed(store, given) == ["a"]
        assert named_with(store, "a") == [given]
    assert listed(store, "Blogs") == []


def test_an_id_once_given_stays(store: Store, sources: list[SourceRow]) -> None:
    save(store, sources[0], entry("a", keys=(1,)))
    save_as(store, sources[1], entry("b", keys=(1,)), ids={"b": "urn:b"})
    save_as(store, sources[1], entry("b", data="edited", keys=(1,)))
    with store.read() as transaction:
        assert {row.id: row.own_id for row in transaction.entries.get([1, 2])} == {
            1: None,
            2: "urn:b",
        }


def test_an_exception_leaves_neither_copies_nor_keys(
    store: Store, sources: list[SourceRow], tmp_path: Path
) -> None:
    save(store, sources[0], entry("a", "Go", keys=(1,)))
    with pytest.raises(InterruptedError), store.write() as transaction:  # noqa: PT012
        transaction.entries.save(sources[1], [entry("b", "Python", keys=(1,))], NOW)
        (related,) = transaction.copies.related()
        transaction.copies.settle(related, {related[1]: related[0]}, {})
        raise InterruptedError
    assert (listed(store), listed(store, "Python")) == (["a"], [])
    connection = sqlite3.connect(tmp_path / "feedkit.db")
    assert connection.execute("SELECT key, entry_id FROM entry_keys").fetchall() == [(1, 1)]
    connection.close()


# Guids that changed


def test_an_alias_leads_to_its_entry_until_another_replaces_it(
    store: Store, sources: list[SourceRow]
) -> None:
    source = sources[0]
    with store.read() as transaction:
        assert transaction.identity.unknown_guids(source.id, {"a"}) == set(), (
            "there is none to be known"
        )
    save(store, source, entry("a"), entry("b"))
    with store.write() as transaction:
        assert transaction.identity.unknown_guids(source.id, {"a", "x"}) == {"x"}
        transaction.identity.set_aliases(source.id, {"a": "x", "b": "y"})
    with store.write() as transaction:
        assert transaction.identity.guids_by_alias(source.id, {"x", "y", "z"}) == {
            "x": "a",
            "y": "b",
        }
        assert transaction.identity.guids_by_alias(sources[1].id, {"x"}) == {}
        transaction.identity.set_aliases(source.id, {"a": "z"})
        assert transaction.identity.guids_by_alias(source.id, {"x", "z"}) == {"z": "a"}


def test_entries_of_one_source_by_key(store: Store, sources: list[SourceRow]) -> None:
    save(store, sources[0], *(entry(f"a{n}", keys=(1, 10 + n)) for n in range(9)))
    save(store, sources[1], entry("b", keys=(1,)))
    with store.read() as transaction:
        of_crowd = transaction.identity.sharing(sources[0].id, {1}, 3)
        assert [data.split()[0] for data in of_crowd] == [b"a0", b"a1", b"a2"]
        found = transaction.identity.sharing(sources[0].id, {11, 13, 99}, 3)
        assert [data.split()[0] for data in found] == [b"a1", b"a3"]
