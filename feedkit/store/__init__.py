"""Sources, entries and what was published of them: the one place where state is kept."""

from feedkit.store.database import Store, open_store
from feedkit.store.lock import exclusive
from feedkit.store.rows import (
    CategoryRow,
    Counts,
    DocumentRow,
    EntryRow,
    EntryState,
    FileRow,
    NewEntry,
    SourceRow,
    Validators,
)
from feedkit.store.transaction import EVERYTHING, Transaction

__all__ = [
    "EVERYTHING",
    "CategoryRow",
    "Counts",
    "DocumentRow",
    "EntryRow",
    "EntryState",
    "FileRow",
    "NewEntry",
    "SourceRow",
    "Store",
    "Transaction",
    "Validators",
    "exclusive",
    "open_store",
]
