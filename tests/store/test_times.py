"""Due times, moves and hosts that asked to wait, as the store keeps them."""

from pathlib import Path

from stored import NOW, add_source, entry, opened, save

from feedkit.store import EntryState, Moving, Timing

FULL = Timing(
    "every 1h", NOW + 1, "because", NOW, NOW + 2, NOW + 3, True, 60, (0, 23), ("Sunday",), 7, 8
)


def test_what_is_known_of_a_source_s_times_comes_back_as_it_was(tmp_path: Path) -> None:
    moving = Moving("https://example.org/new", "https://example.net/", NOW, 2)
    with opened(tmp_path) as store:
        source = add_source(store)
        assert (source.timing, source.moving) == (Timing(), Moving())
        with store.write() as transaction:
            transaction.times.set(source.id, FULL)
            transaction.sources.set_moving(source.id, moving)
    with opened(tmp_path) as store, store.read() as transaction:
        (row,) = transaction.sources.all().values()
        assert (row.timing, row.moving) == (FULL, moving)


def test_a_host_that_asked_to_wait_is_remembered_until_then(tmp_path: Path) -> None:
    with opened(tmp_path) as store, store.write() as transaction:
        transaction.times.set_host_wait("a.example", NOW + 10, NOW)
        transaction.times.set_host_wait("b.example", NOW + 20, NOW)
        transaction.times.set_host_wait("a.example", NOW + 15, NOW)
        assert transaction.times.host_waits(NOW) == {"a.example": NOW + 15, "b.example": NOW + 20}
        assert transaction.times.host_waits(NOW + 15) == {"b.example": NOW + 20}


def test_entries_are_counted_and_timed_for_each_source(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        one, other = add_source(store), add_source(store, "feed:https://example.net/")
        save(store, one, entry("a", published=NOW - 5), entry("b", published=NOW + 5))
        save(store, one, entry("c", published=NOW - 9, state=EntryState.FILTERED))
        with store.write() as transaction:
            transaction.entries.withdraw(one.id, ["a"])
            assert transaction.sources.entry_counts() == {one.id: 3}
            assert sorted(transaction.times.of_entries(one.id)) == [NOW - 9, NOW]
            assert transaction.times.of_entries(other.id) == []
