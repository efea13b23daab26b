"""Times: when sources are due, what is known for that, and which hosts asked to wait."""

from collections.abc import Collection

import msgspec
from sqlalchemy import Connection, bindparam, delete, func, insert, select

from feedkit.store.rows import DueRow, EntryState, Timing
from feedkit.store.schema import entries, files, hosts, sources
from feedkit.store.statements import update_row

_ORDER_TIMES = select(entries.c.order_time).where(
    entries.c.source_id == bindparam("source_id"), entries.c.state != int(EntryState.WITHDRAWN)
)


class Times:
    """When what is to be asked, within a transaction. Microseconds since 1970 UTC."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def set(self, source_id: int, timing: Timing, **values: str | int | None) -> None:
        """Remember when a source is due, and what is known for that; and set other columns."""
        words = {
            name: msgspec.json.encode(getattr(timing, name)).decode()
            for name in ("skip_hours", "skip_days")
        }
        columns = {**values, **timing._asdict(), **words}
        update_row(self._connection, sources, source_id, columns)

    def due_rows(self) -> dict[str, DueRow]:
        """When each source is due, by its key: `Sources.all` takes ten times as long."""
        columns = sources.c
        statement = select(
            columns.key,
            columns.due_at,
            columns.checked_at,
            columns.retry_at,
            columns.is_gone,
            columns.url,
        )
        return {row[0]: DueRow(*row[1:]) for row in self._connection.execute(statement)}

    def next_article_at(self, keys: Collection[str]) -> int | None:
        """The time of the first article still to come of the sources with these keys."""
        statement = (
            select(func.min(files.c.due_at))
            .join(sources, sources.c.id == files.c.source_id)
            .where(sources.c.key.in_(keys))
        )
        found: int | None = self._connection.execute(statement).scalar()
        return found

    def of_entries(self, source_id: int) -> list[int]:
        """The times by which the source's entries are ordered, withdrawn ones left out."""
        rows = self._connection.execute(_ORDER_TIMES, {"source_id": source_id}).all()
        return [row[0] for row in rows]

    def host_waits(self, now: int) -> dict[str, int]:
        """The hosts that asked to wait, each with the end of that, which is still to come."""
        rows = self._connection.execute(
            select(hosts.c.host, hosts.c.retry_at).where(hosts.c.retry_at > now)
        )
        return {row[0]: row[1] for row in rows}

    def set_host_wait(self, host: str, retry_at: int, now: int) -> None:
        """Remember that `host` asked to wait, and forget those whose time has come."""
        past = (hosts.c.retry_at <= now) | (hosts.c.host == host)
        self._connection.execute(delete(hosts).where(past))
        self._connection.execute(insert(hosts).values(host=host, retry_at=retry_at))
