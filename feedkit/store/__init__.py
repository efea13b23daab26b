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
    Moving,
    NamedCategory,
    NewEntry,
    RelatedRow,
    SourceRow,
    Timing,
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
    "Moving",
    "NamedCategory",
    "NewEntry",
    "RelatedRow",
    "SourceRow",
    "Store",
    "Timing",
    "Validators",
    "exclusive",
    "open_store",
]
