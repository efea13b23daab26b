"""Groups of entries that have to do with each other, put together pair by pair (union-find)."""

from collections import defaultdict
from collections.abc import Iterable, Set


class Groups:
    """Entries, by id, each in a group of its own until it is joined to another."""

    def __init__(self, entry_ids: Iterable[int]) -> None:
        self._parents = {entry_id: entry_id for entry_id in entry_ids}

    @property
    def members(self) -> Set[int]:
        """All entries."""
        return self._parents.keys()

    def join(self, one: int, other: int) -> None:
        """Have both in one group."""
        self._parents[self._root(one)] = self._root(other)

    def sorted(self) -> list[list[int]]:
        """The groups and their members, by id."""
        found: defaultdict[int, list[int]] = defaultdict(list)
        for entry_id in sorted(self._parents):
            found[self._root(entry_id)].append(entry_id)
        return list(found.values())

    def _root(self, entry_id: int) -> int:
        self._parents.setdefault(entry_id, entry_id)
        while (parent := self._parents[entry_id]) != entry_id:
            self._parents[entry_id] = self._parents[parent]
            entry_id = parent
        return entry_id
