"""Sources: a feed or a folder of articles each, what it says of itself and how it went last."""

from collections.abc import Collection, Sequence

import msgspec
from sqlalchemy import Connection, Row, bindparam, func, insert, select

from feedkit.model import Origin
from feedkit.store.categories import Categories
from feedkit.store.copies import Copies
from feedkit.store.links import Links
from feedkit.store.rows import EVERYTHING, Moving, NamedCategory, SourceRow, Timing, Validators
from feedkit.store.schema import entries, sources
from feedkit.store.statements import chunks, update_row

_CATEGORIES = msgspec.json.Decoder(tuple[NamedCategory, ...])
_HOURS = msgspec.json.Decoder(tuple[int, ...])
_DAYS = msgspec.json.Decoder(tuple[str, ...])
_ORIGIN = msgspec.json.Decoder(Origin)
_SOME = select(entries.c.id).where(entries.c.source_id == bindparam("source_id")).limit(1)


class Sources:
    """Every source ever collected, within a transaction."""

    def __init__(
        self, connection: Connection, categories: Categories, links: Links, copies: Copies
    ) -> None:
        self._connection = connection
        self._categories = categories
        self._links = links
        self._copies = copies
        self._are_filled: dict[int, bool] = {}
        """Whether sources have entries, as far as that was looked up."""

    def all(self) -> dict[str, SourceRow]:
        """Every source ever collected, by its key."""
        return {row.key: _source_row(row) for row in self._connection.execute(select(sources))}

    def by_id(self, ids: Collection[int]) -> dict[int, SourceRow]:
        """Those sources, by their ids."""
        return {
            row.id: _source_row(row)
            for chunk in chunks(ids)
            for row in self._connection.execute(select(sources).where(sources.c.id.in_(chunk)))
        }

    def entry_counts(self) -> dict[int, int]:
        """How many entries are stored of each source that has any, by its id."""
        rows = self._connection.execute(
            select(entries.c.source_id, func.count()).group_by(entries.c.source_id)
        )
        return {row[0]: row[1] for row in rows}

    def add(self, key: str, now: int) -> SourceRow:
        """A new source without entries; its key must not be stored yet."""
        return self.add_many([key], now)[key]

    def add_many(self, keys: Collection[str], now: int) -> dict[str, SourceRow]:
        """New sources without entries, by their keys, which must not be stored yet."""
        self._connection.execute(insert(sources), [{"key": key} for key in keys])
        self._categories.id_of(EVERYTHING, now)
        added = {
            row.key: _source_row(row)
            for chunk in chunks(keys)
            for row in self._connection.execute(select(sources).where(sources.c.key.in_(chunk)))
        }
        self._are_filled.update((source.id, False) for source in added.values())
        return added

    def update(self, source_id: int, **values: str | int | None) -> None:
        """Set columns of one source."""
        update_row(self._connection, sources, source_id, values)

    def set_moving(self, source_id: int, moving: Moving) -> None:
        """Remember where a source has moved, and where it may be moving."""
        self.update(
            source_id,
            url=moving.url,
            moved_to=moving.to,
            moved_since=moving.since,
            moved_times=moving.times,
        )

    def follow(self, source: SourceRow, *, is_followed: bool) -> None:
        """Remember whether the source is collected: what is not may be out of date."""
        self.update(source.id, is_followed=is_followed)
        self._copies.mark(self._copies.of_source(source.id))

    def describe(self, source: SourceRow, title: str, site_url: str | None, origin: Origin) -> None:
        """Keep what the feed says of itself; documents that name it are to be written again."""
        if (source.title, source.site_url, source.origin) == (title, site_url, origin):
            return
        encoded_origin = msgspec.json.encode(origin).decode()
        self.update(source.id, title=title, site_url=site_url, origin=encoded_origin)
        if not self.has_entries(source.id):
            return
        self._categories.touch_of_source(source.id)
        if source.site_url != site_url:
            self._copies.mark(self._copies.of_source(source.id))

    def give_categories(self, source: SourceRow, given: Sequence[NamedCategory], now: int) -> None:
        """Put all entries of `source`, stored and to come, into `given` and no other beside
        their own."""
        ids = self._categories.ids_of(given, now)
        before = self._categories.ids_of(source.categories, now)
        self.update(source.id, categories=msgspec.json.encode(given).decode())
        if ids == before or not self.has_entries(source.id):
            return
        self._links.give(source.id, before, ids)
        self._copies.mark(self._copies.of_source(source.id))

    def has_entries(self, source_id: int) -> bool:
        """Whether any entry of the source is stored."""
        if source_id not in self._are_filled:
            some = self._connection.execute(_SOME, {"source_id": source_id})
            self._are_filled[source_id] = some.first() is not None
        return self._are_filled[source_id]

    def note_entries(self, source_id: int) -> None:
        """The source has entries from now on."""
        self._are_filled[source_id] = True


def _source_row(row: "Row[tuple[object, ...]]") -> SourceRow:
    return SourceRow(
        id=row.id,
        key=row.key,
        title=row.title,
        site_url=row.site_url,
        categories=_CATEGORIES.decode(row.categories),
        filters=row.filters,
        recipe=row.recipe,
        validators=Validators(
            row.etag, row.last_modified, row.body_hash, row.given_by, row.given_for
        ),
        checked_at=row.checked_at,
        failures=row.failures,
        error=row.error,
        is_keyed=row.is_keyed,
        is_followed=row.is_followed,
        timing=_timing(row),
        moving=Moving(row.url, row.moved_to, row.moved_since, row.moved_times),
        origin=_ORIGIN.decode(row.origin),
    )


def _timing(row: "Row[tuple[object, ...]]") -> Timing:
    return Timing(
        schedule=row.schedule,
        due_at=row.due_at,
        due_reason=row.due_reason,
        succeeded_at=row.succeeded_at,
        fresh_until=row.fresh_until,
        retry_at=row.retry_at,
        is_gone=row.is_gone,
        ttl=row.ttl,
        skip_hours=_HOURS.decode(row.skip_hours),
        skip_days=_DAYS.decode(row.skip_days),
        rhythm=row.rhythm,
        newest_at=row.newest_at,
    )
