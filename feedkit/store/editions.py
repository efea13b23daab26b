"""What each topic's feed lists, what its archives hold, and which entries of it were deleted.

A topic is a category that is published, or several that are one. Which entries are listed, and
which go to which archive, is decided by whoever publishes; here it is kept, with what has come,
changed or gone since: the transaction that changes an entry notes it down.
"""

from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import (
    Connection,
    Row,
    Select,
    bindparam,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)

from feedkit.store.rows import Archive, Edition, EntryState, Standing, Wholes
from feedkit.store.schema import (
    archives,
    arrivals,
    edition_members,
    editions,
    entries,
    entry_categories,
    tombstones,
)
from feedkit.store.statements import among, among_given, encoded, insert_many

_IN_TOPIC = exists().where(
    entry_categories.c.entry_id == entries.c.id,
    entry_categories.c.shown,
    entry_categories.c.category_id == edition_members.c.category_id,
    edition_members.c.topic_id == bindparam("topic_id"),
)
_STANDING: Select[int, str, int, int, int, bool] = select(
    entries.c.id,
    func.coalesce(entries.c.own_id, entries.c.guid),
    entries.c.changed_at,
    entries.c.order_time,
    entries.c.state,
    _IN_TOPIC,
).where(among_given(entries.c.id, "ids"))
_NOTED = (
    select(edition_members.c.topic_id, entry_categories.c.entry_id)
    .distinct()
    .join_from(
        entry_categories,
        edition_members,
        edition_members.c.category_id == entry_categories.c.category_id,
    )
)
_NOTE_ENTRIES = (
    insert(arrivals)
    .prefix_with("OR IGNORE", dialect="sqlite")
    .from_select(
        ["topic_id", "entry_id"], _NOTED.where(among_given(entry_categories.c.entry_id, "ids"))
    )
)


class Editions:
    """The editions, within a transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._are_any: bool | None = None

    # What a transaction notes down

    def note(self, entry_ids: Collection[int]) -> None:
        """Entries have come, changed or are about to leave: in every topic that they are in now."""
        if entry_ids and self._are_there():
            self._connection.execute(_NOTE_ENTRIES, {"ids": encoded(entry_ids)})

    def note_source(self, source_id: int, category_ids: Collection[int]) -> None:
        """So have all of a source's entries, in topics of these categories."""
        if not self._are_there():
            return
        its_own = select(entries.c.id).where(entries.c.source_id == source_id)
        links = entry_categories.c
        noted = _NOTED.where(links.category_id.in_(category_ids), links.entry_id.in_(its_own))
        statement = insert(arrivals).prefix_with("OR IGNORE", dialect="sqlite")
        self._connection.execute(statement.from_select(["topic_id", "entry_id"], noted))

    def _are_there(self) -> bool:
        """Whether anything was ever published: until then nothing need be noted."""
        if self._are_any is None:
            some = self._connection.execute(select(editions.c.topic_id).limit(1)).first()
            self._are_any = some is not None
        return self._are_any

    # What is to be decided

    def states(self) -> dict[int, tuple[str, bool]]:
        """Of what each topic's last edition was put together, and whether something is in its
        open archive, by the topic."""
        has_rest = func.length(editions.c.rest) > 0
        query = select(editions.c.topic_id, editions.c.state, has_rest)
        return {row[0]: (row[1], bool(row[2])) for row in self._connection.execute(query).all()}

    def get(self, topic_ids: Collection[int]) -> dict[int, Edition]:
        """The last editions of topics; a topic that has none is left out."""
        query = select(*(editions.c[name] for name in Edition._fields))
        rows = self._connection.execute(query.where(among(editions.c.topic_id, topic_ids))).all()
        return {row[0]: _edition(row) for row in rows}

    def members(self, topic_id: int) -> set[int]:
        """The categories that were one topic in its last edition."""
        its_own = edition_members.c.topic_id == topic_id
        query = select(edition_members.c.category_id).where(its_own)
        return set(self._connection.execute(query).scalars())

    def set_members(self, topic_id: int, category_ids: Iterable[int]) -> set[int]:
        """The categories that are one topic from now on; these. A category is in one topic."""
        wanted = sorted(category_ids)
        self._connection.execute(
            delete(edition_members).where(
                (edition_members.c.topic_id == topic_id)
                | among(edition_members.c.category_id, wanted)
            )
        )
        insert_many(
            self._connection, edition_members, [(category, topic_id) for category in wanted]
        )
        return set(wanted)

    def arrivals(self, topic_id: int) -> list[int]:
        """The entries that came, changed or left since the last edition."""
        query = select(arrivals.c.entry_id).where(arrivals.c.topic_id == topic_id)
        return list(self._connection.execute(query).scalars())

    def shown(self, category_ids: Collection[int]) -> list[int]:
        """All entries in any of the categories, oldest first."""
        links = entry_categories.c
        query = select(links.order_time, links.entry_id).distinct()
        query = query.where(among(links.category_id, category_ids), links.shown)
        rows = self._connection.execute(query.order_by(links.order_time, links.entry_id)).all()
        return [row[1] for row in rows]

    def standing(self, topic_id: int, entry_ids: Collection[int]) -> dict[int, Standing]:
        """How the entries stand to a topic, by their ids; those that are stored."""
        parameters = {"topic_id": topic_id, "ids": encoded(entry_ids)}
        return {
            row[0]: Standing(*row[:4], row[4] == EntryState.WITHDRAWN, bool(row[5]))
            for row in self._connection.execute(_STANDING, parameters).all()
        }

    def front(
        self, category_ids: Collection[int], limit: int, per_source: int | None
    ) -> tuple[int, ...]:
        """The newest `limit` entries shown in any of the categories, newest first: none that is
        published under another's id, and no more than `per_source` of a source."""
        most = limit + _SPARE
        while True:
            found = self._newest(category_ids, most)
            front = _front(found[:most], limit, per_source)
            if len(front) == limit or len(found) < most:
                return front
            most *= 4

    def _newest(self, category_ids: Collection[int], most: int) -> list["Row[int, str, int, int]"]:
        links = entry_categories.c
        query = (
            select(
                links.entry_id,
                func.coalesce(entries.c.own_id, entries.c.guid),
                entries.c.source_id,
                links.order_time,
            )
            .join_from(entry_categories, entries, entries.c.id == links.entry_id)
            .where(links.category_id == bindparam("category"), links.shown)
            .order_by(links.order_time.desc(), links.entry_id.desc())
            .limit(bindparam("most"))
        )
        rows = [
            row
            for category in category_ids
            for row in self._connection.execute(query, {"category": category, "most": most}).all()
        ]
        if len(category_ids) > 1:
            rows.sort(key=lambda row: (row[3], row[0]), reverse=True)
        return rows

    def last_id(self) -> int:
        """The highest id of an entry."""
        return self._connection.execute(select(func.max(entries.c.id))).scalar() or 0

    # What was decided

    def save(self, edition: Edition) -> None:
        """Keep an edition in place of the topic's last one; what was noted for it is done."""
        topic_id = edition.topic_id
        values = {
            "state": edition.state,
            "listed": _packed(edition.listed),
            "rest": _packed(edition.rest),
            "last_id": edition.last_id,
            "relisted": _packed(edition.relisted),
        }
        known = self._connection.execute(
            update(editions).where(editions.c.topic_id == topic_id).values(values)
        )
        if not known.rowcount:
            self._connection.execute(insert(editions).values(topic_id=topic_id, **values))
        self._connection.execute(delete(arrivals).where(arrivals.c.topic_id == topic_id))

    def add_archives(self, topic_id: int, whole: Sequence[Sequence[int]], now: int) -> None:
        """Keep archives that became whole at `now`, oldest first, each with its entries, newest
        first."""
        if not whole:
            return
        its_own = select(func.max(archives.c.number)).where(archives.c.topic_id == topic_id)
        last = self._connection.execute(its_own).scalar() or 0
        rows = [
            (topic_id, number, _packed(entry_ids), now, 0)
            for number, entry_ids in enumerate(whole, last + 1)
        ]
        insert_many(self._connection, archives, rows)

    def wholes(self) -> dict[int, Wholes]:
        """What is known of the whole archives of each topic that has any."""
        query = select(
            archives.c.topic_id,
            func.count(),
            func.max(archives.c.whole_at),
            func.sum(archives.c.version),
        ).group_by(archives.c.topic_id)
        return {row[0]: Wholes._make(row[1:]) for row in self._connection.execute(query).all()}

    def archives(self, topic_ids: Collection[int]) -> dict[int, list[Archive]]:
        """The whole archives of each of the topics that has any, oldest first."""
        columns = (archives.c[name] for name in Archive._fields)
        query = select(*columns).where(among(archives.c.topic_id, topic_ids))
        query = query.order_by(archives.c.topic_id, archives.c.number)
        found: dict[int, list[Archive]] = {}
        for row in self._connection.execute(query).all():
            found.setdefault(row[0], []).append(Archive._make(row))
        return found

    def archived(self, topic_id: int, number: int | None = None) -> dict[Archive, tuple[int, ...]]:
        """The entries of a topic's whole archives, newest first, or of one of these."""
        columns = (archives.c[name] for name in Archive._fields)
        query = select(*columns, archives.c.entries).where(archives.c.topic_id == topic_id)
        if number is not None:
            query = query.where(archives.c.number == number)
        rows = self._connection.execute(query.order_by(archives.c.number)).all()
        return {Archive(*row[:-1]): _unpacked(row[-1]) for row in rows}

    def revise(self, found: Iterable[Archive]) -> None:
        """Entries of these archives were deleted: their documents are to say so."""
        for archive in found:
            self._connection.execute(
                update(archives)
                .where(archives.c.topic_id == archive.topic_id, archives.c.number == archive.number)
                .values(version=archives.c.version + 1)
            )

    def forget(self, topic_ids: Collection[int]) -> None:
        """Forget topics that are published no more, archives and all."""
        for table in (tombstones, archives, arrivals, edition_members, editions):
            self._connection.execute(delete(table).where(among(table.c.topic_id, topic_ids)))

    def forget_archives(self, topic_id: int) -> None:
        """Forget the topic's archives."""
        self._connection.execute(delete(archives).where(archives.c.topic_id == topic_id))

    # Deleted entries

    def tombstones(self, topic_id: int, limit: int | None = None) -> list[tuple[str, int]]:
        """The ids of entries of the topic that were deleted, and when, latest first."""
        columns = tombstones.c
        query = select(columns.guid, columns.at).where(columns.topic_id == topic_id)
        query = query.order_by(columns.at.desc(), columns.guid).limit(limit)
        return [(row[0], row[1]) for row in self._connection.execute(query).all()]

    def bury(self, topic_id: int, deleted: Mapping[str, int]) -> None:
        """Remember that entries, by the ids that they were published under, are deleted since."""
        statement = insert(tombstones).prefix_with("OR IGNORE", dialect="sqlite")
        rows = [{"topic_id": topic_id, "guid": guid, "at": at} for guid, at in deleted.items()]
        if rows:
            self._connection.execute(statement, rows)

    def exhume(self, topic_id: int, published_ids: Iterable[str]) -> None:
        """Entries that were deleted are there again."""
        rows = [{"topic": topic_id, "published_id": found} for found in published_ids]
        if rows:
            self._connection.execute(
                delete(tombstones).where(
                    tombstones.c.topic_id == bindparam("topic"),
                    tombstones.c.guid == bindparam("published_id"),
                ),
                rows,
            )

    def awaited(self) -> set[int]:
        """The entries that feeds list and open archives hold."""
        rows = self._connection.execute(select(editions.c.listed, editions.c.rest)).all()
        return {entry_id for row in rows for ids in row for entry_id in _unpacked(ids)}


_SPARE = 10
"""More entries asked for than are listed, for those that turn out to be the same entry twice."""


def _front(
    rows: Sequence["Row[int, str, int, int]"], limit: int, per_source: int | None
) -> tuple[int, ...]:
    front: dict[str, int] = {}
    counts: dict[int, int] = {}
    for entry_id, published_id, source_id, _ in rows:
        count = counts.get(source_id, 0)
        if published_id in front or (per_source is not None and count >= per_source):
            continue
        counts[source_id] = count + 1
        front[published_id] = entry_id
        if len(front) == limit:
            break
    return tuple(front.values())


def _edition(row: "Row[int, str, bytes, bytes, int, bytes]") -> Edition:
    topic_id, state, listed, rest, last_id, relisted = row
    found = map(_unpacked, (listed, rest, relisted))
    return Edition(topic_id, state, next(found), next(found), last_id, next(found))


def _packed(entry_ids: Iterable[int]) -> bytes:
    return array("q", entry_ids).tobytes()


def _unpacked(data: bytes) -> tuple[int, ...]:
    return tuple(array("q", data))
