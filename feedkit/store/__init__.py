"""Sources, entries and what was published of them: the one place where state is kept."""

from feedkit.store.lock import exclusive, only_daemon
from feedkit.store.rows import (
    EVERYTHING,
    UNWRITTEN,
    CategoryRow,
    Counts,
    DocumentRow,
    DueRow,
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
    "UNWRITTEN",
    "CategoryRow",
    "Counts",
    "DocumentRow",
    "DueRow",
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
    "only_daemon",
    "open_store",
]
