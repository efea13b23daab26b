"""Sources, entries and what was published of them: the one place where state is kept."""

from feedkit.store.lock import exclusive
from feedkit.store.rows import (
    EVERYTHING,
    CategoryRow,
    Counts,
    DocumentRow,
    EntryRow,
    EntryState,
    FileRow,
    NamedCategory,
    NewEntry,
    RelatedRow,
    SourceRow,
    Validators,
)
from feedkit.store.store import Store, open_store

__all__ = [
    "EVERYTHING",
    "CategoryRow",
    "Counts",
    "DocumentRow",
    "EntryRow",
    "EntryState",
    "FileRow",
    "NamedCategory",
    "NewEntry",
    "RelatedRow",
    "SourceRow",
    "Store",
    "Validators",
    "exclusive",
    "open_store",
]
