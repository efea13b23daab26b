"""What the store does with entries: what is written, what is not, and in which order they come."""

import gc
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from stored import NOW, add_source, entry, listed, opened, revisions, save, touched

from feedkit.model import Origin
from feedkit.store import EntryState, NewEntry, SourceRow, Store, Validators

HOUR = 3_600_000_000


@pytest.fixture(name="store", params=["new", "opened again"])
def store_fixture(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Store]:
    """A store that is filled for the first time works in another way than later."""
    if request.param != "new":
        make(tmp_path)
    with opened(tmp_path) as store:
        yield store


@pytest.fixture(name="shared")
def shared_fixture(tmp_path: Path) -> Iterator[Store]:
    """A store that can be read while it is written."""
    make(tmp_path)
    with opened(tmp_path) as store:
        yield store


def make(folder: Path) -> None:
    with opened(folder) as store:
        add_source(store, "articles:somewhere else")


@pytest.fixture(name="source")
def source_fixture(store: Store) -> SourceRow:
    return add_source(store)


class Watch:
    """Sees, from a connection of its own, whether anybody else has written."""

    def __init__(self, folder: Path) -> None:
        self.connection = sqlite3.connect(folder / "feedkit.db")
        self.version()

    def version(self) -> int:
        (version,) = self.connection.execute("PRAGMA data_version").fetchone()
        return int(version)

    def count(self, table: str) -> int:
        (count,) = self.connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
        return int(count)


@pytest.fixture(name="watch")
def watch_fixture(store: Store, tmp_path: Path) -> Iterator[Watch]:
    watch = Watch(tmp_path)
    yield watch
    watch.connection.close()


# What is written


def test_an_unchanged_entry_is_counted_and_not_written(
    store: Store, source: SourceRow, watch: Watch
) -> None:
    assert save(store, source, entry("a", "Python"), entry("b")) == (2, 0, 0)
    before, version = revisions(store), watch.version()
    assert save(store, source, entry("a", "Python"), entry("b"), now=NOW + HOUR) == (0, 0, 2)
    assert touched(store, before) == set()
    assert watch.version() == version, "the file was written to"


def test_only_what_changed_is_written_and_marked(store: Store, source: SourceRow) -> None:
    save(store, source, entry("a", "Python"), entry("b", "Go"), entry("c", "Rust"))
    before = revisions(store)
    assert save(store, source, entry("a", "Python"), entry("b", "Go", data="more")) == (0, 1, 1)
    assert touched(store, before) == {"", "go"}


def test_an_entry_that_moves_to_another_category_marks_both(
    store: Store, source: SourceRow
) -> None:
    save(store, source, entry("a", "Python"), entry("b", "Python"))
    before = revisions(store)
    save(store, source, entry("a", "Rust"))
    assert touched(store, before) == {"", "python", "rust"}
    assert (listed(store, "Python"), listed(store, "Rust")) == (["b"], ["a"])


def test_a_new_entry_marks_its_own_categories_alone(store: Store, source: SourceRow) -> None:
    save(store, source, entry("a", "Python"), entry("b", "Go"))
    before = revisions(store)
    save(store, source, entry("c", "Go"))
    assert touched(store, before) == {"", "go"}


def test_a_category_grows_by_one_a_transaction_however_many_entries(
    store: Store, source: SourceRow
) -> None:
    save(store, source, entry("a", "Python"))
    before = revisions(store)["python"]
    save(store, source, *(entry(f"n{i}", "Python") for i in range(700)))
    assert revisions(store)["python"] == before + 1


def test_the_same_id_in_two_sources_is_two_entries(store: Store, source: SourceRow) -> None:
    other = add_source(store, "feed:https://example.com/")
    assert save(store, source, entry("a", data="one")) == (1, 0, 0)
    assert save(store, other, entry("a", data="two")) == (1, 0, 0)
    assert save(store, source, entry("a", data="one")) == (0, 0, 1)
    assert listed(store) == ["a", "a"]


def test_nothing_is_lost_because_a_source_stopped_listing_it(
    store: Store, source: SourceRow
) -> None:
    save(store, source, entry("old", published=NOW - HOUR))
    save(store, source, entry("new"))
    assert listed(store) == ["new", "old"]


def test_an_id_that_comes_again_in_a_later_batch_of_one_transaction_is_one_entry(
    store: Store, source: SourceRow
) -> None:
    with store.write() as transaction:
        first = transaction.entries.save(source, [entry("a"), entry("b")], NOW)
        second = transaction.entries.save(source, [entry("b", data="again"), entry("c")], NOW)
    assert (first.new, second.new, second.changed) == (2, 1, 1)
    assert sorted(listed(store)) == ["a", "b", "c"]


def test_thousands_of_entries_in_one_batch(store: Store, source: SourceRow) -> None:
    many = [entry(f"n{i:04}", "Python", published=NOW - i) for i in range(1201)]
    assert save(store, source, *many) == (1201, 0, 0)
    assert save(store, source, *many) == (0, 0, 1201)
    assert listed(store, "Python")[:3] == ["n0000", "n0001", "n0002"]
    with store.write() as transaction:
        assert transaction.entries.withdraw(source.id, [one.guid for one in many]) == 1201
    assert listed(store, "Python") == []


def test_ids_and_names_in_any_script_come_back_as_they_were(
    store: Store, source: SourceRow
) -> None:
    guid = "tag:example.org,2026:新媒体/'\"%\\😀"
    save(store, source, entry(guid, "日本語 ' \" % 😀"))
    assert listed(store, "日本語 ' \" % 😀") == [guid]
    assert save(store, source, entry(guid, "日本語 ' \" % 😀")) == (0, 0, 1)


# One transaction a source


class PowerCutError(Exception):
    """Something that goes wrong half-way."""


def test_an_exception_half_way_leaves_nothing(
    store: Store, source: SourceRow, watch: Watch
) -> None:
    save(store, source, entry("kept", "Python"))
    before, version = revisions(store), watch.version()
    tables = ("entries", "entry_categories", "categories", "sources", "files", "documents")
    counted = [watch.count(table) for table in tables]
    with pytest.raises(PowerCutError), store.write() as transaction:  # noqa: PT012
        other = transaction.sources.add("feed:https://example.com/", NOW)
        transaction.entries.save(other, [entry("lost", "Rust")], NOW)
        transaction.entries.save(source, [entry("kept", "Go", data="edited")], NOW)
        transaction.entries.withdraw(source.id, ["kept"])
        transaction.sources.update(source.id, etag='"2"')
        raise PowerCutError
    assert watch.version() == version
    assert [watch.count(table) for table in tables] == counted
    assert listed(store, "Python") == ["kept"]
    assert touched(store, before) == set()


def test_nobody_sees_half_of_a_transaction(shared: Store) -> None:
    source = add_source(shared)
    with shared.write() as transaction:
        transaction.entries.save(source, [entry("a")], NOW)
        assert listed(shared) == []
        transaction.entries.save(source, [entry("b")], NOW)
    assert listed(shared) == ["b", "a"]


def test_a_reader_keeps_the_state_that_it_began_with(shared: Store) -> None:
    source = add_source(shared)
    save(shared, source, entry("a"))
    with shared.read() as reader:
        everything = [row.id for row in reader.categories.all() if not row.key]
        before = reader.entries.newest(everything, 10)
        save(shared, source, entry("b"))
        assert reader.entries.newest(everything, 10) == before
    assert len(listed(shared)) == 2


def test_a_store_opened_again_holds_what_was_committed(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        save(store, add_source(store), entry("a", "Python"))
    with opened(tmp_path) as store:
        assert listed(store, "Python") == ["a"]


class Interrupting(str):
    """Text in whose reading by SQLite somebody presses Ctrl-C."""

    def __conform__(self, _: object) -> str:
        raise KeyboardInterrupt


def fill(folder: Path, *entries: NewEntry) -> None:
    with opened(folder) as store:
        save(store, add_source(store), *entries)


def test_who_interrupts_a_statement_of_a_new_store_is_not_kept_waiting(tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        fill(tmp_path, entry("a"), entry(Interrupting("b")))
    assert time.monotonic() - began < 2, "for a lock that only the interrupted statement holds"
    gc.collect()  # the traceback, which in a run ends with its process
    with opened(tmp_path) as store:
        assert save(store, add_source(store, "feed:other"), entry("c")) == (1, 0, 0)
        assert listed(store) == ["c"]


# Where an entry stands among others


def test_newest_by_published_time(store: Store, source: SourceRow) -> None:
    times = {"b": 3, "a": 5, "d": 1, "c": 2}
    save(store, source, *(entry(g, published=NOW - HOUR * 9 + t) for g, t in times.items()))
    assert listed(store) == ["a", "b", "c", "d"]


def test_of_entries_of_one_time_the_one_stored_later_comes_first(
    store: Store, source: SourceRow
) -> None:
    save(store, source, entry("oldest"), entry("middle"), entry("newest"))
    assert listed(store) == ["newest", "middle", "oldest"]
    save(store, source, entry("newer still"))
    assert listed(store)[0] == "newer"


def test_a_date_in_the_future_counts_as_first_seen_and_never_pins_the_top(
    store: Store, source: SourceRow
) -> None:
    save(store, source, entry("future", published=NOW + 1000 * HOUR), now=NOW)
    save(store, source, entry("later", published=NOW + HOUR), now=NOW + 2 * HOUR)
    assert listed(store) == ["later", "future"]


def test_an_entry_without_a_date_takes_the_time_it_was_first_seen(
    store: Store, source: SourceRow
) -> None:
    save(store, source, entry("undated", published=None), now=NOW)
    save(store, source, entry("before", published=NOW - 1), entry("after", published=NOW + 1),
         now=NOW + HOUR)  # fmt: skip
    assert listed(store) == ["after", "undated", "before"]


def test_an_edit_keeps_the_place_of_an_entry_without_a_date(
    store: Store, source: SourceRow
) -> None:
    save(store, source, entry("undated", published=None), now=NOW)
    save(store, source, entry("after", published=NOW + 1), now=NOW + HOUR)
    save(store, source, entry("undated", published=None, data="edited"), now=NOW + 2 * HOUR)
    assert listed(store) == ["after", "undated"]


def test_an_entry_that_only_says_when_it_was_updated_is_ordered_by_that_and_edits_keep_its_place(
    store: Store, source: SourceRow
) -> None:
    save(store, source, entry("updated", published=None, updated=NOW - 10), now=NOW)
    save(store, source, entry("above", published=NOW - 9), entry("below", published=NOW - 11))
    assert listed(store) == ["above", "updated", "below"]
    save(store, source, entry("updated", published=None, updated=NOW - 1), now=NOW + HOUR)
    assert listed(store) == ["above", "updated", "below"]


def test_an_update_in_the_future_counts_as_first_seen(store: Store, source: SourceRow) -> None:
    save(store, source, entry("a", published=None, updated=NOW + 9 * HOUR), now=NOW)
    save(store, source, entry("b", published=NOW + 1), now=NOW + HOUR)
    assert listed(store) == ["b", "a"]


def test_a_date_that_is_set_right_moves_the_entry_in_all_its_categories(
    store: Store, source: SourceRow
) -> None:
    save(store, source, entry("a", "Python", published=NOW - 1), entry("b", "Python"))
    assert listed(store, "Python") == ["a", "b"]
    save(store, source, entry("a", "Python", published=NOW - HOUR))
    assert (listed(store, "Python"), listed(store)) == (["b", "a"], ["b", "a"])


def test_a_future_date_that_is_edited_stays_where_it_was_first_seen(
    store: Store, source: SourceRow
) -> None:
    save(store, source, entry("future", published=NOW + 9 * HOUR), now=NOW)
    save(store, source, entry("next", published=NOW + 1), now=NOW + HOUR)
    edited = entry("future", published=NOW + 9 * HOUR, data="edited")
    assert save(store, source, edited, now=NOW + 2 * HOUR) == (0, 1, 0)
    assert listed(store) == ["next", "future"]


def test_times_before_1970_are_in_order_too(store: Store, source: SourceRow) -> None:
    save(store, source, entry("1969", published=-1), entry("1066", published=-HOUR * 10**7))
    save(store, source, entry("1970", published=0))
    assert listed(store) == ["1970", "1969", "1066"]


def test_the_newest_of_several_categories_are_merged_and_each_comes_once(
    store: Store, source: SourceRow
) -> None:
    save(
        store,
        source,
        entry("a", "Python", published=NOW - 3),
        entry("b", "Go", "Python", published=NOW - 2),
        entry("c", "Go", published=NOW - 1),
        entry("d", "Rust"),
    )
    assert listed(store, "Python", "Go") == ["c", "b", "a"]
    with store.read() as transaction:
        ids = [row.id for row in transaction.categories.all() if row.key in ("python", "go")]
        assert len(transaction.entries.newest(ids, 2)) == 2
        assert transaction.entries.newest([], 2) == []


# Withdrawn, filtered, returned


def test_what_is_withdrawn_is_in_no_category_and_comes_back_as_it_was(
    store: Store, source: SourceRow
) -> None:
    save(store, source, entry("a", "Python", published=None), now=NOW)
    save(store, source, entry("b", published=NOW + 1), now=NOW + HOUR)
    before = revisions(store)
    with store.write() as transaction:
        assert transaction.entries.withdraw(source.id, ["a", "unknown"]) == 1
    assert touched(store, before) == {"", "python"}
    assert (listed(store), listed(store, "Python")) == (["b"], [])
    with store.write() as transaction:
        assert transaction.entries.withdraw(source.id, ["a"]) == 0, "it was withdrawn already"
    before = revisions(store)
    again = entry("a", "Python", published=None)
    assert save(store, source, again, now=NOW + 9 * HOUR) == (0, 1, 0)
    assert touched(store, before) == {"", "python"}
    assert (listed(store), listed(store, "Python")) == (["b", "a"], ["a"])


def test_withdrawing_an_id_of_one_source_leaves_that_of_another(
    store: Store, source: SourceRow
) -> None:
    other = add_source(store, "feed:https://example.com/")
    save(store, source, entry("a"))
    save(store, other, entry("a"))
    with store.write() as transaction:
        transaction.entries.withdraw(source.id, ["a"])
    assert listed(store) == ["a"]


def test_a_filtered_entry_is_kept_but_listed_nowhere_until_it_is_wanted(
    store: Store, source: SourceRow
) -> None:
    unwanted = entry("a", "Python", state=EntryState.FILTERED)
    assert save(store, source, unwanted) == (1, 0, 0)
    assert listed(store) == []
    assert save(store, source, unwanted) == (0, 0, 1)
    assert save(store, source, entry("a", "Python")) == (0, 1, 0)
    assert listed(store, "Python") == ["a"]
    assert save(store, source, unwanted) == (0, 1, 0)
    assert (listed(store), listed(store, "Python")) == ([], [])


# What else is kept of a source


def test_validators_come_back_byte_for_byte(store: Store, source: SourceRow) -> None:
    etag = 'W/"\xe9\xff, a\tb\\"'
    with store.write() as transaction:
        transaction.sources.update(source.id, etag=etag, last_modified="yesterday", body_hash="0f")
    with store.read() as transaction:
        stored = transaction.sources.all()[source.key]
    assert stored.validators == Validators(etag, "yesterday", "0f")


def test_a_renamed_source_marks_every_category_that_it_has_an_entry_in(
    store: Store, source: SourceRow
) -> None:
    other = add_source(store, "feed:https://example.com/")
    save(store, source, entry("a", "Python"))
    save(store, other, entry("b", "Go"))
    before = revisions(store)
    with store.write() as transaction:
        transaction.sources.describe(source, "A new name", None, Origin())
    assert touched(store, before) == {"", "python"}
    with store.read() as transaction:
        renamed = transaction.sources.all()[source.key]
    before = revisions(store)
    with store.write() as transaction:
        transaction.sources.describe(renamed, "A new name", None, Origin())
    assert touched(store, before) == set()
