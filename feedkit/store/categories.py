"""Categories: under which ids they are stored, which are declared, and whose documents change.

The transaction that changes what is published in a category touches it: before the commit its
revision is counted up, by which whoever publishes sees that there is something to write.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import Connection, bindparam, exists, func, insert, select, update

from feedkit.store.rows import CategoryRow, NamedCategory
from feedkit.store.schema import categories, entries, entry_categories
from feedkit.store.statements import chunks

_FEW = 3
"""Categories that are looked up one by one."""


class Categories:
    """The categories, within a transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._ids: dict[NamedCategory, int] = {}
        """Of those that were looked up."""
        self._touched: set[int] = set()

    def all(self) -> list[CategoryRow]:
        """Every category that an entry or a source ever named, and `EVERYTHING`."""
        columns = [categories.c[name] for name in CategoryRow._fields]
        return [CategoryRow(*row) for row in self._connection.execute(select(*columns))]

    def sizes(self) -> dict[int, int]:
        """How many visible entries each category has that has any."""
        links = entry_categories.c
        rows = self._connection.execute(
            select(links.category_id, func.count()).where(links.shown).group_by(links.category_id)
        )
        return {row[0]: row[1] for row in rows}

    def declare(self, named: Iterable[NamedCategory], now: int) -> None:
        """Make sure that each category is stored, and declared where it says so."""
        for category in named:
            self.id_of(category, now)

    def undeclare(self, named: Collection[str]) -> None:
        """No category counts as declared that no entry is in, but those with the keys `named`."""
        is_shown = entry_categories.c.shown & (entry_categories.c.category_id == categories.c.id)
        query = select(categories.c.id, categories.c.key).where(
            categories.c.declared, ~exists().where(is_shown)
        )
        empty = [row[0] for row in self._connection.execute(query).all() if row[1] not in named]
        for chunk in chunks(empty):
            self._connection.execute(
                update(categories).where(categories.c.id.in_(chunk)).values(declared=False)
            )

    def set_slugs(self, slugs: Mapping[int, str | None]) -> None:
        """Give categories, by id, their slugs or take them away; two may change places."""
        for chunk in chunks(slugs):
            self._connection.execute(
                update(categories).where(categories.c.id.in_(chunk)).values(slug=None)
            )
        statement = update(categories).where(categories.c.id == bindparam("category_id"))
        rows = [{"category_id": key, "slug": slug} for key, slug in slugs.items() if slug]
        if rows:
            self._connection.execute(statement, rows)

    # Ids

    def id_of(self, category: NamedCategory, now: int) -> int:
        """The id of a category, which is stored if it is new, and declared where it says so."""
        category_id = self._ids.get(category)
        if category_id is not None:
            return category_id
        row = self._connection.execute(
            select(categories.c.id, categories.c.declared).where(categories.c.key == category.key)
        ).one_or_none()
        if row is None:
            self._connection.execute(
                insert(categories).values(
                    key=category.key,
                    name=category.name,
                    declared=category.declared,
                    created_at=now,
                )
            )
            return self.id_of(category, now)
        if category.declared and not row.declared:
            self._connection.execute(
                update(categories).where(categories.c.id == row.id).values(declared=True)
            )
        self._ids[category] = row.id
        return int(row.id)

    def ids_of(self, named: Iterable[NamedCategory], now: int) -> set[int]:
        """The ids of categories, as `id_of` gives each."""
        known = self._ids.get
        return {known(category) or self.id_of(category, now) for category in named}

    def learn(self, named: Sequence[NamedCategory], now: int) -> None:
        """Look up all that are not known yet at once, and store those that are new."""
        unknown = [category for category in named if category not in self._ids]
        if len(unknown) < _FEW:
            return
        stored = self._stored(category.key for category in unknown)
        new = {each.key: each for each in reversed(unknown) if each.key not in stored}
        if new:
            self._connection.execute(
                insert(categories),
                [
                    {"key": each.key, "name": each.name, "declared": each.declared}
                    | {"created_at": now}
                    for each in reversed(new.values())
                ],
            )
            stored |= self._stored(new)
        for category in unknown:
            category_id, is_declared = stored[category.key]
            if is_declared or not category.declared:
                self._ids[category] = category_id

    def _stored(self, keys: Iterable[str]) -> dict[str, tuple[int, bool]]:
        query = select(categories.c.key, categories.c.id, categories.c.declared)
        return {
            row[0]: (row[1], row[2])
            for chunk in chunks(dict.fromkeys(keys))
            for row in self._connection.execute(query.where(categories.c.key.in_(chunk))).all()
        }

    # What changed

    def touch(self, category_ids: Iterable[int]) -> None:
        """The documents of these categories are to be written again."""
        self._touched.update(category_ids)

    def touch_of_source(self, source_id: int) -> None:
        """Each category that holds an entry of the source is to be written again."""
        self._touched.update(
            self._connection.execute(
                select(entry_categories.c.category_id)
                .distinct()
                .where(
                    entry_categories.c.shown,
                    entry_categories.c.entry_id.in_(
                        select(entries.c.id).where(entries.c.source_id == source_id)
                    ),
                )
            ).scalars()
        )

    def touch_neighbours(self, category_ids: Collection[int]) -> None:
        """Mark the categories, and all that an entry of one of them is in: its documents say
        where these are published."""
        links, others = entry_categories.alias(), entry_categories.alias()
        for chunk in chunks(category_ids):
            query = select(others.c.category_id).distinct().where(links.c.category_id.in_(chunk))
            joined = query.join_from(links, others, others.c.entry_id == links.c.entry_id)
            self._touched.update(self._connection.execute(joined).scalars())

    def store_touched(self) -> None:
        """Count up the revision of what was touched; called before the commit."""
        for chunk in chunks(sorted(self._touched)):
            self._connection.execute(
                update(categories)
                .where(categories.c.id.in_(chunk))
                .values(revision=categories.c.revision + 1)
            )
        self._touched.clear()
