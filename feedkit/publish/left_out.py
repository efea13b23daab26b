"""Which categories get no feed, and what a person can do about it. Pure."""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct

from feedkit.config import Settings
from feedkit.publish.topics import choose_topics
from feedkit.store import CategoryRow


class LeftOut(Struct, frozen=True):
    """A category that entries are in, and that gets no feed."""

    name: str
    entries: int
    """Those that would be in it."""
    why: str
    """What is missing, and what to do."""


def left_out(
    settings: Settings, rows: Sequence[CategoryRow], sizes: Mapping[int, int]
) -> list[LeftOut]:
    """The categories with entries that `choose_topics` leaves out, the largest first.

    `rows` are all stored categories, `sizes` the number of entries by category id. What is left
    out is nobody's alias, so each stored category is one.
    """
    topics, _ = choose_topics(settings, rows, sizes)
    published = {one for topic in topics for one in topic.category_ids}
    found = [
        LeftOut(row.name, sizes[row.id], _why(settings, row.name, sizes[row.id]))
        for row in rows
        if row.key and row.id not in published and sizes.get(row.id)
    ]
    return sorted(found, key=lambda one: (-one.entries, one.name))


def _why(settings: Settings, name: str, entries: int) -> str:
    if settings.publish.categories == "all":
        counted = f"{entries:,} {'entry' if entries == 1 else 'entries'}"
        return f"{counted}, fewer than min_entries = {settings.publish.min_entries}"
    quoted = msgspec.json.encode(name).decode()  # a text of JSON is one of TOML
    return f"not declared; [categories.{quoted}] in the configuration gives it a feed"
