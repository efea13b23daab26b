"""`feedkit store check` and `feedkit store backup`, as a person meets them."""

import json
import shutil
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from feed_server import atom
from planet import ARTICLES, Planet

FEED = ARTICLES + '[[feeds]]\nurl = "feed.xml"\ncategories = ["News"]\n'


@pytest.fixture(name="planet")
def planet_fixture(tmp_path: Path) -> Planet:
    planet = Planet(tmp_path, FEED)
    planet.article("one.md", date="2024-01-01")
    planet.write("feed.xml", atom("site", "two", "three"))
    assert planet.feedkit("run", "--strict").code == 0
    return planet


def execute(planet: Planet, *statements: str) -> None:
    connection = sqlite3.connect(planet.root / "feedkit.db")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def store_bytes(planet: Planet) -> bytes:
    return (planet.root / "feedkit.db").read_bytes()


# check


def test_a_store_with_nothing_wrong_is_said_to_be_fine(planet: Planet) -> None:
    before = store_bytes(planet)
    ended = planet.feedkit("store", "check")
    assert (ended.code, ended.lines) == (0, [])
    first, _, last = ended.output.splitlines()
    assert first.startswith(f"store {planet.root}/feedkit.db: ")
    assert first.endswith(", 2 sources, 3 entries")
    assert last == "Nothing is wrong with it."
    assert store_bytes(planet) == before
    checked = json.loads(planet.feedkit("store", "check", "--json").output)
    assert (checked["schema"], checked["entries"], checked["problems"]) == ("0009", 3, [])


HARM: dict[str, tuple[str, str]] = {
    "orphans": (
        "DELETE FROM sources WHERE key LIKE 'feed:%'",
        "rows of entries that belong to sources that are not there: 2",
    ),
    "unreadable-entries": (
        "UPDATE entries SET data = x'7b' WHERE guid LIKE '%two'",
        "entries that cannot be read: 1",
    ),
    "unlisted-entries": (
        "DELETE FROM entry_categories",
        "visible entries that are in no document: 3",
    ),
    "hidden-entries": (
        "UPDATE entry_categories SET shown = 0 WHERE category_id = 1",
        "hidden entries that are copies of nothing: 3",
    ),
    "lost-originals": (
        "UPDATE entries SET original_id = 999 WHERE guid LIKE '%two'",
        "copies of entries that are not there: 1",
    ),
    "lost-articles": (
        "UPDATE files SET guid = 'urn:x'",
        "article files known as read whose entry is not there: 1",
    ),
    "orphan-keys": (
        "INSERT INTO entry_keys VALUES (5, 1, 999)",
        "keys of entries that are not there: 1",
    ),
    "newer": (
        "UPDATE alembic_version SET version_num = '9f3a'",
        "a newer feedkit wrote it (schema 9f3a, this one knows 0009)",
    ),
    "no-version": ("DELETE FROM alembic_version", "it does not say which feedkit wrote it"),
}


@pytest.mark.parametrize("kind", sorted(HARM))
def test_what_is_wrong_is_said_with_what_to_do_and_left_as_it_is(planet: Planet, kind: str) -> None:
    statement, said = HARM[kind]
    execute(planet, statement)
    before = store_bytes(planet)
    ended = planet.feedkit("store", "check")
    assert (ended.code, ended.lines) == (1, [])
    assert f"{kind}  {said}\n" in ended.output
    checked = json.loads(planet.feedkit("store", "check", "--json").output)
    flaw = next(flaw for flaw in checked["problems"] if flaw["problem"] == said)
    assert flaw["kind"] == kind
    assert flaw["advice"] in ended.output
    assert store_bytes(planet) == before


def test_a_published_file_that_is_gone_is_named(planet: Planet) -> None:
    (planet.public / "categories/news/rss.xml").unlink()
    ended = planet.feedkit("store", "check")
    assert ended.code == 1
    assert f"published files that are not in {planet.public} any more: 1\n" in ended.output
    assert "- categories/news/rss.xml\n" in ended.output
    assert planet.feedkit("run", "-q").code == 0
    assert planet.feedkit("store", "check").code == 0


def test_another_programs_database_is_no_store(planet: Planet) -> None:
    path = planet.root / "feedkit.db"
    path.unlink()
    execute(planet, "CREATE TABLE songs (title TEXT)")
    ended = planet.feedkit("store", "check")
    assert (ended.code, "another program's tables" in ended.output) == (1, True)


LATER = (
    *("arrivals", "archives", "tombstones", "edition_members", "editions"),
    *("listings", "removed", "facts", "unsettled", "folders"),
)
"""Tables that the schema 0004 has not, those that refer to another first."""


def test_a_store_of_an_older_schema_is_fine_and_stays_so(planet: Planet) -> None:
    execute(
        planet,
        "UPDATE alembic_version SET version_num = '0004'",
        *(f"DROP TABLE {table}" for table in LATER),
        "DROP INDEX ix_documents_folder",
        "ALTER TABLE documents DROP COLUMN folder",
        "ALTER TABLE sources DROP COLUMN origin",
    )
    before = store_bytes(planet)
    ended = planet.feedkit("store", "check")
    assert ended.code == 0
    assert "of an older feedkit (schema 0004), which the next run brings up to date" in ended.output
    assert store_bytes(planet) == before
    assert planet.feedkit("run", "--strict").code == 0
    assert "older feedkit" not in planet.feedkit("store", "check").output


@pytest.mark.parametrize("command", [["check"], ["backup", "copy.db"]])
def test_without_a_store_there_is_nothing_to_look_at(tmp_path: Path, command: list[str]) -> None:
    planet = Planet(tmp_path)
    ended = planet.feedkit("store", *command)
    assert ended.code == 2
    assert ended.lines[0].startswith(f"feedkit: store {tmp_path}/feedkit.db: is not there")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["articles", "config.toml"]


# backup


def test_a_backup_is_the_store_in_one_file_that_only_its_owner_may_read(planet: Planet) -> None:
    ended = planet.feedkit("store", "backup", "copy.db")
    assert ended.code == 0
    assert ended.conclusion.startswith("Copied the store to copy.db (")
    copy = planet.root / "copy.db"
    assert copy.stat().st_mode & 0o777 == 0o600
    assert (planet.root / "feedkit.db").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in planet.root.glob("*copy.db*")] == ["copy.db"]
    for path in planet.root.glob("feedkit.db*"):
        path.unlink()
    shutil.copy(copy, planet.root / "feedkit.db")
    before = planet.documents()
    again = planet.feedkit("run", "--strict")
    assert again.conclusion.startswith("Nothing to write")
    assert planet.documents() == before


def test_a_file_is_replaced_only_when_told_so(planet: Planet) -> None:
    copy = planet.write("copy.db", "precious")
    refused = planet.feedkit("store", "backup", "copy.db")
    assert (refused.code, refused.lines) == (
        2,
        ["feedkit: copy.db: is there already; name another file, or say --force to replace it"],
    )
    assert copy.read_bytes() == b"precious"
    assert planet.feedkit("store", "backup", "--force", "-q", "copy.db").lines == []
    assert copy.read_bytes().startswith(b"SQLite format 3\0")


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("feedkit.db", "is the store itself"),
        ("link.db", "is the store itself"),
        ("feedkit.db-wal", "is the store itself"),
        ("articles", "is a folder"),
        ("nowhere/copy.db", "cannot be written: No such file or directory"),
    ],
)
def test_where_a_backup_cannot_go_is_said(planet: Planet, file: str, said: str) -> None:
    (planet.root / "link.db").symlink_to("feedkit.db")
    before = store_bytes(planet)
    ended = planet.feedkit("store", "backup", "--force", file)
    assert (ended.code, said in ended.conclusion) == (2, True)
    assert store_bytes(planet) == before


WRITER = """
import sys
from feedkit.store import NewEntry, EntryState, open_store
with open_store(sys.argv[1]) as store:
    with store.read() as transaction:
        source = next(iter(transaction.sources.all().values()))
    for number in range(100_000):
        with store.write() as transaction:
            pair = [
                NewEntry(f"urn:{number}:{half}", "h", None, None, EntryState.VISIBLE,
                         b'{"id":"urn:x","title":"' + b"x" * 2000 + b'"}', ())
                for half in "ab"
            ]
            transaction.entries.save(source, pair, 1_700_000_000_000_000 + number)
        print(number, flush=True)
"""


def test_a_backup_of_a_store_that_is_being_written_is_of_one_moment(planet: Planet) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, f"sqlite:///{planet.root}/feedkit.db"],
        stdout=subprocess.PIPE,
        text=True,
    ) as writer:
        assert writer.stdout is not None
        done: list[int] = []
        lines = writer.stdout

        def count() -> None:
            done.extend(int(line) for line in lines)

        reader = threading.Thread(target=count)
        reader.start()
        while len(done) < 50:
            assert writer.poll() is None
        before = len(done)
        for number in range(3):
            assert planet.feedkit("store", "backup", "-q", f"copy{number}.db").code == 0
        written = len(done) - before
        writer.kill()
        reader.join()
    assert written > 3, "the writer went on meanwhile"
    for number in range(3):
        connection = sqlite3.connect(planet.root / f"copy{number}.db")
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        query = "SELECT count(*) FROM entries WHERE guid LIKE 'urn:%:{}'"
        halves = {connection.execute(query.format(half)).fetchone()[0] for half in "ab"}
        connection.close()
        assert len(halves) == 1
        assert halves.pop() >= before
