"""What a run does when the machine fails it: a line, nothing lost, and the next makes it good."""

import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from feed_server import FeedServer, rss
from planet import ARTICLES, Ended, Planet, is_well_formed
from small_disk import SmallDisk, small_disk

from feedkit.errors import StoreError
from feedkit.store import database, open_store

LONG = "Words and words. " * 20_000
DAY = timedelta(days=1)


@pytest.fixture(name="disk")
def disk_fixture(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk", "3m") as disk:
        yield disk


def three_articles(planet: Planet) -> None:
    for n in range(3):
        planet.article(f"a{n}.md", date=f"2024-01-0{n + 1}", categories="[News]")


# A disk that is full, or read-only


def test_a_disk_that_is_full_where_the_store_is(tmp_path: Path, disk: SmallDisk) -> None:
    planet = Planet(tmp_path, f'[store]\nurl = "sqlite:///{disk.at}/feedkit.db"\n{ARTICLES}')
    three_articles(planet)
    assert disk.feedkit(tmp_path, "run", "--strict").code == 0
    before = planet.documents()
    planet.article("new.md", LONG, date="2024-02-01")
    disk.fill()
    ended = disk.feedkit(tmp_path, "run")
    assert (ended.code, ended.lines) == (
        2,
        [
            f"feedkit: store {disk.at}/feedkit.db: cannot be opened: its disk is full; "
            "make room there and run feedkit again; what was stored is kept"
        ],
    )
    assert planet.documents() == before
    disk.make_room()
    checked = disk.feedkit(tmp_path, "store", "check")
    assert (checked.code, "Nothing is wrong" in checked.output) == (0, True)
    assert disk.feedkit(tmp_path, "run", "--strict").code == 0
    assert planet.titles() == ["new", "a2", "a1", "a0"]


def test_a_disk_that_is_full_before_there_is_a_store(tmp_path: Path, disk: SmallDisk) -> None:
    planet = Planet(tmp_path, f'[store]\nurl = "sqlite:///{disk.at}/feedkit.db"\n{ARTICLES}')
    three_articles(planet)
    disk.fill()
    ended = disk.feedkit(tmp_path, "run")
    (line,) = ended.lines
    assert (ended.code, "disk is full" in line, "make room" in line) == (2, True, True)
    disk.make_room()
    assert disk.feedkit(tmp_path, "run", "--strict").code == 0
    assert planet.titles() == ["a2", "a1", "a0"]


def test_a_disk_that_is_full_where_documents_go(tmp_path: Path, disk: SmallDisk) -> None:
    site = f'[site]\nurl = "https://p.example/"\noutput = "{disk.at}/public"\n'
    planet = Planet(tmp_path, ARTICLES, site=site)
    three_articles(planet)
    assert disk.feedkit(tmp_path, "run", "--strict").code == 0
    public = disk.seen / "public"
    before = {path: path.read_bytes() for path in public.rglob("*") if path.is_file()}
    planet.article("new.md", "Another.", date="2024-02-01", categories="[News]")
    disk.fill()
    ended = disk.feedkit(tmp_path, "run", "-q")
    assert ended.code == 0
    assert ended.lines == [
        f"{disk.at}/public/{name}.xml: cannot be written: No space left on device"
        for name in ("categories/news/atom", "categories/news/rss", "atom", "rss")
    ]
    assert {path: path.read_bytes() for path in public.rglob("*") if path.is_file()} == before
    disk.make_room()
    mended = disk.feedkit(tmp_path, "run", "--strict")
    assert (mended.code, mended.conclusion) == (0, "Wrote 4 files of 6 in disk/public.")
    assert all(is_well_formed(path.read_bytes()) for path in public.rglob("*.xml"))


def test_a_file_system_that_became_read_only(tmp_path: Path, disk: SmallDisk) -> None:
    where = f'[store]\nurl = "sqlite:///{disk.at}/feedkit.db"\n'
    planet = Planet(tmp_path, where + ARTICLES)
    three_articles(planet)
    assert disk.feedkit(tmp_path, "run", "--strict").code == 0
    planet.article("new.md", date="2024-02-01")
    disk.run("mount", "-o", "remount,ro", str(disk.at))
    ended = disk.feedkit(tmp_path, "run")
    assert (ended.code, ended.lines) == (
        2,
        [
            f"feedkit: store {disk.at}/feedkit.db: cannot be locked: Read-only file system; "
            "have its folder mounted for writing, or name another in [store]"
        ],
    )
    disk.run("mount", "-o", "remount,rw", str(disk.at))
    assert disk.feedkit(tmp_path, "run", "--strict").code == 0
    assert planet.titles() == ["new", "a2", "a1", "a0"]


def test_an_output_folder_that_became_read_only(tmp_path: Path, disk: SmallDisk) -> None:
    site = f'[site]\nurl = "https://p.example/"\noutput = "{disk.at}"\n'
    planet = Planet(tmp_path, ARTICLES, site=site)
    disk.run("mount", "-o", "remount,ro", str(disk.at))
    three_articles(planet)
    ended = disk.feedkit(tmp_path, "run", "-q", "--strict")
    assert ended.code == 1
    assert ended.lines[0] == (
        f"{disk.at}/categories/news/atom.xml: cannot be written: Read-only file system"
    )
    disk.run("mount", "-o", "remount,rw", str(disk.at))
    assert disk.feedkit(tmp_path, "run", "--strict").code == 0
    assert is_well_formed((disk.seen / "atom.xml").read_bytes())


def limited(planet: Planet, limit: str, *arguments: str) -> Ended:
    """feedkit under a limit of the shell's `ulimit`."""
    done = subprocess.run(
        ["sh", "-c", f'ulimit {limit}; exec "$@"', "sh", sys.executable, "-m", "feedkit",
         *arguments],
        cwd=planet.root, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return Ended(done.returncode, done.stderr.splitlines(), done.stdout)


def test_a_file_that_may_not_grow(tmp_path: Path) -> None:
    planet = Planet(tmp_path)
    three_articles(planet)
    planet.article("long.md", "".join(f"{n} word. " for n in range(40_000)), date="2023-01-01")
    ended = limited(planet, "-f 256", "run")
    said = any("disk I/O error; see what the system says" in line for line in ended.lines)
    assert (ended.code, said) == (2, True), ended.lines
    assert planet.feedkit("run", "--strict").code == 0
    assert planet.titles() == ["a2", "a1", "a0", "long"]


# Memory


LEFT = """
import resource, sys
import feedkit.cli.commands, feedkit.normalize.duplicates, feedkit.normalize.entry
import feedkit.parse.reader, feedkit.pipeline.feeds, feedkit.pipeline.housekeeping
import feedkit.publish.xml, feedkit.store.migrate
from feedkit.cli import main
with open("/proc/self/statm") as sizes:
    taken = int(sizes.read().split()[0]) * resource.getpagesize()
left = int(sys.argv.pop())
resource.setrlimit(resource.RLIMIT_AS, (taken + left, taken + left))
main()
"""
"""feedkit that has so many bytes left once its libraries are there: these may crash for want of
memory while they are imported, as may what is written in Rust when it allocates."""


def with_memory(planet: Planet, left: int) -> Ended:
    done = subprocess.run(
        [sys.executable, "-c", LEFT, "run", str(left)],
        cwd=planet.root, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return Ended(done.returncode, done.stderr.splitlines(), done.stdout)


@pytest.mark.parametrize("left", [1_000_000, 3_000_000])
def test_too_little_memory_is_a_sentence(tmp_path: Path, left: int) -> None:
    planet = Planet(tmp_path, '[[feeds]]\nurl = "feed.xml"\n')
    planet.write("feed.xml", rss("site", "a1", "a0"))
    assert planet.feedkit("run", "--strict").code == 0
    before = planet.documents()
    planet.write("feed.xml", rss("site", "new", "a1", "a0"))
    ended = with_memory(planet, left)
    assert (ended.code, ended.conclusion) == (
        2,
        "feedkit: there is not enough memory; give feedkit more: what was stored is kept, and the "
        "next run goes on from there",
    )
    assert planet.documents() == before
    assert planet.feedkit("run", "--strict").code == 0
    assert planet.titles() == ["new", "a1", "a0"]


NO_ROOM = """
import resource, sys
from feedkit.store import open_store
def use(url):
    with open_store(url) as store, store.read() as transaction:
        transaction.sources.all()
use(sys.argv[1])
use(sys.argv[1])
small = [bytearray(50_000) for _ in range(200)]
del small[::2]  # in these Python and SQLite find room, and for more there is none
with open("/proc/self/statm") as sizes:
    taken = int(sizes.read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (taken, taken))
use(sys.argv[1])
"""


def test_a_store_that_no_memory_is_left_to_open_is_not_said_to_be_a_bad_disk(
    tmp_path: Path,
) -> None:
    planet = Planet(tmp_path)
    three_articles(planet)
    assert planet.feedkit("run", "--strict").code == 0
    url = f"sqlite:///{tmp_path}/feedkit.db"
    done = subprocess.run(
        [sys.executable, "-c", NO_ROOM, url],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stderr.splitlines()[-1] == "MemoryError"


def test_a_feed_that_takes_more_memory_than_there_is_costs_nothing_for_good(tmp_path: Path) -> None:
    planet = Planet(tmp_path, '[[feeds]]\nurl = "large.xml"\n[[feeds]]\nurl = "feed.xml"\n')
    planet.write("feed.xml", rss("site", "a1", "a0"))
    planet.write("large.xml", rss("large", *(f"entry {n} {'x' * 280}" for n in range(5_000))))
    ended = with_memory(planet, 60_000_000)
    needs = "takes more memory than there is: give feedkit more, or lower fetch.max_bytes"
    if ended.code == 0:
        assert f"large.xml: {needs}" in ended.lines
        assert planet.titles() == ["a1", "a0"] or f"feed.xml: {needs}" in ended.lines
    elif ended.code == 2:  # what it left was too little for what all feeds need
        assert "there is not enough memory" in ended.conclusion
    else:  # it ended inside of a library in Rust, which ends the process then
        assert ended.code == -signal.SIGABRT
    planet.write("large.xml", rss("large", "b0"))
    assert planet.feedkit("run", "--strict").code == 0
    assert {"a1", "a0", "b0"} <= {*planet.titles()}


# A store that is damaged, or held


def overwrite_page_of(table: str) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        connection = sqlite3.connect(path)
        query = "SELECT rootpage FROM sqlite_schema WHERE name = ?"
        (page,) = connection.execute(query, (table,)).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        connection.close()
        data = bytearray(path.read_bytes())
        data[(page - 1) * size : page * size] = b"\xaa" * size
        path.write_bytes(data)

    return damage


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def replace(path: Path) -> None:
    path.write_bytes(b"Dear diary, " * 5000)


@pytest.mark.parametrize(
    "damage", [overwrite_page_of("sources"), overwrite_page_of("entries"), truncate, replace]
)
def test_a_damaged_store_is_said_to_be_so_and_a_backup_of_it_restored(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    planet = Planet(tmp_path)
    three_articles(planet)
    planet.feedkit("run", "-q")
    assert planet.feedkit("store", "backup", "kept.db").code == 0
    before = planet.documents()
    store = tmp_path / "feedkit.db"
    damage(store)
    broken = store.read_bytes()
    planet.article("new.md", date="2024-02-01")
    ended = planet.feedkit("run")
    (line,) = ended.lines
    assert ended.code == 2
    assert line.startswith(f"feedkit: store {store}: cannot be ")
    assert line.endswith("; restore a copy of it, or name another file")
    assert planet.documents() == before
    checked = planet.feedkit("store", "check")
    assert (checked.code, checked.lines) == (1, [])
    assert "damaged" in checked.output
    assert "restore a backup (docs/store.md)" in checked.output
    refused = planet.feedkit("store", "backup", "kept.db", "--force")
    assert (refused.code, "feedkit store check" in refused.lines[0]) == (2, True)
    assert store.read_bytes() == broken
    for path in tmp_path.glob("feedkit.db*"):
        path.unlink()
    shutil.copy(tmp_path / "kept.db", store)
    assert planet.feedkit("store", "check").code == 0
    assert planet.feedkit("run", "--strict").code == 0
    assert planet.titles() == ["new", "a2", "a1", "a0"]


@pytest.mark.parametrize("wal", [b"\x37\x7f\x06\x82" + b"nonsense" * 9000, b"\0" * 50_000, b"x"])
def test_a_write_ahead_log_that_is_none_is_not_believed(tmp_path: Path, wal: bytes) -> None:
    planet = Planet(tmp_path)
    three_articles(planet)
    planet.feedkit("run", "-q")
    (tmp_path / "feedkit.db-wal").write_bytes(wal)
    assert planet.feedkit("store", "check").code == 0
    assert planet.feedkit("run", "--strict").code == 0
    assert planet.titles() == ["a2", "a1", "a0"]


def test_a_store_that_another_program_writes_is_waited_for(tmp_path: Path) -> None:
    planet = Planet(tmp_path)
    three_articles(planet)
    planet.feedkit("run", "-q")
    planet.article("new.md", date="2024-02-01")
    connection = sqlite3.connect(tmp_path / "feedkit.db", check_same_thread=False)
    connection.execute("BEGIN IMMEDIATE")
    release = threading.Timer(1.5, connection.rollback)
    release.start()
    assert planet.feedkit("run", "--strict").code == 0
    release.join()
    connection.close()
    assert planet.titles() == ["new", "a2", "a1", "a0"]


def test_a_store_that_another_program_does_not_let_go_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "feedkit.db"
    with open_store(f"sqlite:///{path}") as store, store.write() as transaction:
        transaction.sources.add("feed:https://example.org/", 1)
    impatient = ("busy_timeout = 100", *database._SETTINGS[1:])
    monkeypatch.setattr(database, "_SETTINGS", impatient)
    connection = sqlite3.connect(path)
    connection.execute("BEGIN IMMEDIATE")
    with (
        open_store(f"sqlite:///{path}") as store,
        pytest.raises(StoreError) as caught,
        store.write(),
    ):
        pass
    connection.close()
    assert str(caught.value) == (
        f"store {path}: cannot be used: database is locked; "
        "another program holds it: end that, and run feedkit again"
    )


# The clock


@pytest.mark.parametrize("jump", [-DAY, DAY])
def test_a_clock_that_jumps_by_a_day_loses_no_entry(tmp_path: Path, jump: timedelta) -> None:
    start = datetime(2024, 3, 1, 12, tzinfo=UTC)
    with FeedServer().serving() as server:
        feed = f'[[feeds]]\nurl = "{server.url}/f"\nevery = "1h"\n'
        planet = Planet(tmp_path, f"[fetch]\nallow_private_hosts = true\n{feed}")
        server.put("/f", rss("site", "one"))
        planet.cycle(at=start, due=True)
        server.put("/f", rss("site", "two", "one"))
        planet.cycle(at=start + jump, due=True)
        server.put("/f", rss("site", "three", "two", "one"))
        planet.cycle(at=start + timedelta(hours=3), due=True)
        planet.cycle(at=start + DAY + timedelta(hours=3), due=True)
    assert sorted(planet.titles()) == ["one", "three", "two"]
    assert is_well_formed(planet.documents()["atom.xml"])
    assert planet.feedkit("store", "check").code == 0
