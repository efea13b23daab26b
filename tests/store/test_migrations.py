"""The schema, made at once or step by step, and what is no store of this feedkit."""

import sqlite3
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from feedkit.errors import StoreError
from feedkit.store import Moving, Timing, Validators, open_store
from feedkit.store.migrate import FOLDER, migrate
from feedkit.store.schema import REVISION, metadata


def migrated(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
    migrate(connection, "test.db", None)


def use(url: str) -> None:
    """Open the store and look something up in it."""
    with open_store(url) as store, store.read() as transaction:
        transaction.sources.all()


def structure(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Columns, keys and indexes of each table, as SQLite sees them, and whether it has a rowid."""
    found: dict[str, list[tuple[object, ...]]] = {}
    connection = sqlite3.connect(path)
    try:
        for (table,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'"):
            facts = connection.execute(f"PRAGMA table_xinfo({table})").fetchall()
            facts += connection.execute(f"PRAGMA foreign_key_list({table})").fetchall()
            indexes = connection.execute(f"PRAGMA index_list({table})").fetchall()
            for index in sorted(indexes, key=lambda index: str(index[1])):
                name = index[1]
                facts.append((index[1:], *connection.execute(f"PRAGMA index_xinfo({name})")))
            facts += connection.execute(
                "SELECT ncol, wr, strict FROM pragma_table_list(?)", (table,)
            ).fetchall()
            found[table] = facts
    finally:
        connection.close()
    return found


def constraint_names(path: Path) -> set[str]:
    """Every constraint that has a name: a later migration can only drop what it can name."""
    connection = sqlite3.connect(path)
    try:
        rows = connection.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL").fetchall()
    finally:
        connection.close()
    words = " ".join(row[0] for row in rows).replace(",", " ").split()
    return {after for word, after in pairwise(words) if word == "CONSTRAINT"}


def test_the_migrations_leave_nothing_that_the_tables_would_still_change(tmp_path: Path) -> None:
    engine = sqlalchemy.create_engine(f"sqlite:///{tmp_path}/migrated.db")
    with engine.connect() as connection:
        migrated(connection)
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_a_new_store_and_a_migrated_one_are_the_same_to_sqlite(tmp_path: Path) -> None:
    use(f"sqlite:///{tmp_path}/new.db")
    engine = sqlalchemy.create_engine(f"sqlite:///{tmp_path}/migrated.db")
    with engine.connect() as connection:
        migrated(connection)
        connection.commit()
    engine.dispose()
    new, stepwise = structure(tmp_path / "new.db"), structure(tmp_path / "migrated.db")
    assert set(new) == set(stepwise)
    assert {name: new[name] for name in new if new[name] != stepwise[name]} == {}
    names = constraint_names(tmp_path / "new.db")
    assert "uq_entries_source_id" in names
    assert names == constraint_names(tmp_path / "migrated.db")


def test_the_schema_calls_itself_by_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    assert ScriptDirectory.from_config(config).get_heads() == [REVISION]


def test_a_new_store_says_its_version_and_opens_again(tmp_path: Path) -> None:
    for _ in range(2):
        use(f"sqlite:///{tmp_path}/deep/er/feedkit.db")
    connection = sqlite3.connect(tmp_path / "deep/er/feedkit.db")
    assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(REVISION,)]
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_a_store_of_a_newer_feedkit_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "feedkit.db"
    use(f"sqlite:///{path}")
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = '9f3a'")
    connection.commit()
    connection.close()
    with pytest.raises(StoreError) as caught:
        use(f"sqlite:///{path}")
    assert str(caught.value) == (
        f"store {path}: was written by a newer feedkit (schema 9f3a); update feedkit"
    )


def test_a_store_that_lost_its_version_is_damaged_not_new(tmp_path: Path) -> None:
    path = tmp_path / "feedkit.db"
    use(f"sqlite:///{path}")
    connection = sqlite3.connect(path)
    connection.execute("DELETE FROM alembic_version")
    connection.commit()
    connection.close()
    with pytest.raises(StoreError, match="damaged; restore a copy of it"):
        use(f"sqlite:///{path}")


def test_another_programs_database_is_not_written_to(tmp_path: Path) -> None:
    path = tmp_path / "music.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE songs (title TEXT)")
    connection.commit()
    connection.close()
    with pytest.raises(StoreError) as caught:
        use(f"sqlite:///{path}")
    assert str(caught.value) == (f"store {path}: holds another program's tables; name another file")
    assert set(structure(path)) == {"songs"}


def test_a_file_that_is_no_database_gets_a_sentence_and_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "feedkit.db"
    path.write_bytes(b"Dear diary, " * 1000)
    with pytest.raises(StoreError) as caught:
        use(f"sqlite:///{path}")
    assert str(caught.value) == (
        f"store {path}: cannot be opened: file is not a database; "
        "restore a copy of it, or name another file"
    )
    assert path.read_bytes() == b"Dear diary, " * 1000


def test_a_folder_where_the_store_should_be_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        use(f"sqlite:///{tmp_path}")
    assert str(caught.value) == (
        f"store {tmp_path}: cannot be opened: unable to open database file; "
        "let it be a file that feedkit's user may write, and so its folder"
    )


def test_a_store_below_a_file_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"file/feedkit\.db: cannot be opened: (Not|File)"):
        use(f"sqlite:///{tmp_path}/file/feedkit.db")


@pytest.mark.parametrize("url", ["mysql://localhost/feeds", "nonsense", "oracledb://x", ""])
def test_a_url_of_no_store_that_this_version_has_gets_a_sentence(url: str) -> None:
    with pytest.raises(StoreError, match=r"^store\.url: "):
        use(url)


def test_a_store_whose_pages_were_overwritten_gets_a_sentence_when_it_is_used(
    tmp_path: Path,
) -> None:
    path = tmp_path / "feedkit.db"
    with open_store(f"sqlite:///{path}") as store, store.write() as transaction:
        transaction.sources.add("feed:https://example.org/", 1)
    connection = sqlite3.connect(path)
    (page,) = connection.execute(
        "SELECT rootpage FROM sqlite_schema WHERE name = 'sources'"
    ).fetchone()
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    data = bytearray(path.read_bytes())
    data[(page - 1) * size : page * size] = b"\xaa" * size
    path.write_bytes(data)
    with open_store(f"sqlite:///{path}") as store:
        with pytest.raises(StoreError) as caught, store.read() as transaction:
            transaction.sources.all()
        assert str(caught.value) == (
            f"store {path}: cannot be used: database disk image is malformed; "
            "restore a copy of it, or name another file"
        )


def make_first(path: Path) -> None:
    """A store as the first schema had it, with an entry in it."""
    engine = sqlalchemy.create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        config = Config()
        config.set_main_option("script_location", str(FOLDER))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for statement in (
            "INSERT INTO sources (id, key, etag) VALUES (1, 'feed:https://example.org/', '\"1\"')",
            "INSERT INTO entries VALUES (7, 1, 'urn:a', 'h', 1, 2, 3, 0, x'7b7d', NULL)",
            "INSERT INTO categories VALUES (1, '', '', NULL, 1, 1, 5)",
            "INSERT INTO entry_categories VALUES (1, 3, 7, 1, 0)",
        ):
            connection.exec_driver_sql(statement)
        connection.commit()
    engine.dispose()


def test_a_store_of_the_first_schema_is_carried_over_whole(tmp_path: Path) -> None:
    make_first(tmp_path / "old.db")
    with open_store(f"sqlite:///{tmp_path}/old.db") as store:
        with store.read() as transaction:
            (source,) = transaction.sources.all().values()
            assert (source.validators.etag, source.is_keyed, source.is_followed) == (
                '"1"', False, True,
            )  # fmt: skip
            assert transaction.entries.newest([1], 10) == [7]
            (row,) = transaction.entries.get([7])
            assert (row.data, row.own_id, row.lent) == (b"{}", None, None)
            assert [row.revision for row in transaction.categories.all()] == [5]
        with store.write() as transaction:
            transaction.identity.add_keys(source, {"urn:a": (1, 2)})
            assert transaction.sources.all()[source.key].is_keyed
            assert transaction.identity.sharing(1, {2}, 3) == [b"{}"]
    use(f"sqlite:///{tmp_path}/new.db")
    assert structure(tmp_path / "old.db") == structure(tmp_path / "new.db")


def make_second(path: Path) -> None:
    """A store of the second schema, with a feed that was collected and one that fails."""
    make_first(path)
    engine = sqlalchemy.create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        config = Config()
        config.set_main_option("script_location", str(FOLDER))
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        for statement in (
            "UPDATE sources SET checked_at = 5, last_modified = 'Mon', body_hash = 'b'",
            "INSERT INTO sources (id, key, checked_at, failures, error)"
            " VALUES (2, 'feed:https://example.net/', 9, 3, 'answered 500')",
        ):
            connection.exec_driver_sql(statement)
        connection.commit()
    engine.dispose()


def test_a_store_of_the_second_schema_is_carried_over_whole(tmp_path: Path) -> None:
    make_second(tmp_path / "old.db")
    with open_store(f"sqlite:///{tmp_path}/old.db") as store, store.read() as transaction:
        collected, failing = transaction.sources.all().values()
        assert collected.validators == Validators('"1"', "Mon", "b")
        assert (collected.checked_at, collected.timing) == (5, Timing(succeeded_at=5))
        assert (failing.checked_at, failing.failures, failing.error) == (9, 3, "answered 500")
        assert (failing.timing, failing.moving) == (Timing(), Moving())
        assert transaction.sources.entry_counts() == {1: 1}
        assert transaction.entries.newest([1], 10) == [7]
    use(f"sqlite:///{tmp_path}/new.db")
    assert structure(tmp_path / "old.db") == structure(tmp_path / "new.db")
