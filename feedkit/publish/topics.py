"""Which documents there are: everything, and each category that gets a feed. Pure.

A topic is one list of entries, published in each format. Which categories are topics is decided
here: those a person declared, and with ``categories = "all"`` those with enough entries.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote

from feedkit.config import CategorySettings, Settings
from feedkit.normalize.categories import fold, slugify, unique_slug
from feedkit.store import CategoryRow

FILE_NAMES = {"atom": "atom.xml", "rss": "rss.xml", "json": "feed.json", "page": "index.html"}
"""The file of each format, in its topic's folder."""
ARCHIVES = "archive/"
"""The folder of archives, in its topic's folder."""


class Topic(NamedTuple):
    """One list of entries to publish."""

    id: int
    """The stored category that stands for it; 0 where nothing was ever stored."""
    category_ids: tuple[int, ...]
    """The stored categories that are one here: a category and its aliases."""
    folder: str
    """Below the output folder: "" or "categories/<slug>/"."""
    title: str
    name: str | None
    """The category's, as people write it; None for everything."""
    created_at: int
    revision: int
    """Grows with each change of an entry in it."""
    is_whole: bool = True
    """Whether its documents hold the content of entries; else their summaries alone."""

    @property
    def slug(self) -> str:
        """What its folder is called; "" for everything."""
        return self.folder.rstrip("/").rpartition("/")[2]

    def path(self, format_name: str) -> str:
        """The document's path below the output folder."""
        return self.folder + FILE_NAMES[format_name]

    def url(self, site_url: str, format_name: str) -> str:
        """The document's public address: a URI, so letters outside ASCII are percent-encoded."""
        return site_url + quote(self.path(format_name))


def archive_path(folder: str, number: int) -> str:
    """The path of a topic's archive document, below the output folder (RFC 5005, 4)."""
    return f"{folder}{ARCHIVES}{number}.atom.xml"


class _Group(NamedTuple):
    """A category with the stored spellings and aliases that mean it."""

    row: CategoryRow
    """The canonical one."""
    settings: CategorySettings | None
    members: tuple[CategoryRow, ...]


def choose_topics(
    settings: Settings, rows: Sequence[CategoryRow], sizes: Mapping[int, int]
) -> tuple[list[Topic], dict[int, str | None]]:
    """The topics, everything first, and the slugs that stored categories are to be given.

    `rows` are all stored categories, those of the config among them; `sizes` the number of
    entries by category id, asked for only with ``categories = "all"``. A slug once given stays,
    so that a feed's address does, unless the config gives another or gives it to another (then
    None: it is taken away).
    """
    everything = next((row for row in rows if not row.key), None)
    topics = [
        Topic(
            everything.id if everything else 0,
            (everything.id,) if everything else (),
            "",
            settings.site.title,
            None,
            everything.created_at if everything else 0,
            everything.revision if everything else 0,
            settings.publish.content == "full",
        )
    ]
    groups = [group for group in _groups(settings, rows) if _is_published(group, settings, sizes)]
    slugs = choose_slugs([(group.row, group.settings) for group in groups], rows)
    for group in groups:
        name = group.settings.name if group.settings else group.row.name
        title = (group.settings and group.settings.title) or name
        topics.append(
            Topic(
                group.row.id,
                tuple(row.id for row in group.members),
                f"categories/{slugs[group.row.id]}/",
                f"{title} – {settings.site.title}",
                name,
                group.row.created_at,
                sum(row.revision for row in group.members),
                _content(group, settings) == "full",
            )
        )
    given = {slug.casefold() for slug in slugs.values()}
    changed: dict[int, str | None] = {
        row.id: slugs.get(row.id)
        for row in rows
        if row.slug != slugs.get(row.id, row.slug)
        or (row.slug is not None and row.id not in slugs and row.slug.casefold() in given)
    }
    return topics, changed


def _groups(settings: Settings, rows: Sequence[CategoryRow]) -> list[_Group]:
    """Stored categories with their aliases, in the order of their names."""
    canonical: dict[str, CategorySettings] = {}
    for category in settings.categories:
        for name in (category.name, *category.aliases):
            canonical.setdefault(fold(name), category)
    members: dict[str, list[CategoryRow]] = {}
    for row in rows:
        if row.key:
            meant = canonical.get(row.key)
            members.setdefault(fold(meant.name) if meant else row.key, []).append(row)
    groups = []
    for key, group in sorted(members.items()):
        row = next((row for row in group if row.key == key), group[0])
        groups.append(_Group(row, canonical.get(key), tuple(group)))
    return groups


def _content(group: _Group, settings: Settings) -> str:
    """How much of entries the group's documents hold: "full" or "summary"."""
    own = group.settings.content if group.settings else None
    return own or settings.publish.content


def _is_published(group: _Group, settings: Settings, sizes: Mapping[int, int]) -> bool:
    if group.settings is not None or any(row.declared for row in group.members):
        return True
    return (
        settings.publish.categories == "all"
        and sum(sizes.get(row.id, 0) for row in group.members) >= settings.publish.min_entries
    )


def choose_slugs(
    wanted: Sequence[tuple[CategoryRow, CategorySettings | None]], rows: Collection[CategoryRow]
) -> dict[int, str]:
    """A slug for each wanted category, by id: what the config says, else the stored one, else one
    made of its name; no two alike, and none that another stored category has."""
    slugs: dict[int, str] = {}
    taken: set[str] = set()
    for row, settings in wanted:
        if settings is not None and settings.slug is not None:
            slugs[row.id] = settings.slug
            taken.add(settings.slug.casefold())
    for row, _ in wanted:
        if row.id not in slugs and row.slug is not None and row.slug.casefold() not in taken:
            slugs[row.id] = row.slug
            taken.add(row.slug.casefold())
    taken |= {row.slug.casefold() for row in rows if row.slug is not None and row.id not in slugs}
    for row, _ in wanted:
        if row.id not in slugs:
            slugs[row.id] = unique_slug(slugify(row.name), taken)
            taken.add(slugs[row.id].casefold())
    return slugs
