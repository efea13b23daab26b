"""Sources, entries and what was published of them: the one place where state is kept."""

from feedkit.store.lock import exclusive, only_daemon
from feedkit.store.rows import (
    EVERYTHING,
    Archive,
    CategoryRow,
    Counts,
    DocumentRow,
    DueRow,
    Edition,
    EntryRow,
    EntryState,
    FileRow,
    Moving,
    NamedCategory,
    NewEntry,
    RelatedRow,
    SourceRow,
    Standing,
    Timing,
    Validators,
)
from feedkit.store.store import Store, open_store

__all__ = [
    "EVERYTHING",
    "Archive",
    "CategoryRow",
    "Counts",
    "DocumentRow",
    "DueRow",
    "Edition",
    "EntryRow",
    "EntryState",
    "FileRow",
    "Moving",
    "NamedCategory",
    "NewEntry",
    "RelatedRow",
    "SourceRow",
    "Standing",
    "Store",
    "Timing",
    "Validators",
    "exclusive",
    "only_daemon",
    "open_store",
]
