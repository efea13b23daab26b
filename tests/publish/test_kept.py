"""What a process keeps that publishes again and again, as the daemon does: it must not show."""

import errno
import os
import random
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from planet import ARTICLES, SITE, Planet

from feedkit.errors import PublishError
from feedkit.publish import Kept, kept
from feedkit.publish.targets.folder import Folder

FEW = "[publish]\nformats = ['atom', 'json']\narchives = true\nentries = 3\n"
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(name="planet")
def planet_fixture(tmp_path: Path) -> Planet:
    planet = Planet(tmp_path, FEW + ARTICLES)
    for number in range(12):
        write(planet, number, "[News]")
    planet.cycle(at=NOON)
    return planet


def write(planet: Planet, number: int, categories: str, text: str = "Text.") -> None:
    date = f"2024-01-{number % 28 + 1:02}"
    planet.article(f"a{number}.md", text, date=date, categories=categories)


@pytest.mark.parametrize(
    "path",
    ["atom.xml", "categories/news/feed.json", "archive/1.atom.xml", "archive/3.atom.xml"],
)
def test_a_file_that_is_lost_comes_back(planet: Planet, path: str) -> None:
    before = planet.documents()
    (planet.public / path).unlink()
    planet.cycle(at=NOON)
    assert planet.documents() == before


@pytest.mark.parametrize("path", ["atom.xml", "categories/news/archive/2.atom.xml"])
def test_a_file_that_was_changed_where_it_stands_is_put_right_within_a_day(
    planet: Planet, path: str
) -> None:
    before = planet.documents()
    with (planet.public / path).open("ab") as file:
        file.write(b"rubbish")
    planet.cycle(at=NOON + timedelta(hours=25))
    assert planet.documents() == before


@pytest.mark.parametrize("path", ["atom.xml", "categories/news/archive/2.atom.xml"])
def test_a_command_looks_at_every_file(planet: Planet, path: str) -> None:
    before = planet.documents()
    (planet.public / path).write_bytes(b"rubbish")
    planet.feedkit("run")
    assert planet.documents() == before


def test_what_could_not_be_written_is_tried_again(
    planet: Planet, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = planet.documents()
    (planet.public / "categories/news/atom.xml").unlink()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        assert planet.cycle(at=NOON).published.failed != []
    planet.cycle(at=NOON)
    assert planet.documents() == before


def test_what_could_not_be_removed_is_tried_again(
    planet: Planet, monkeypatch: pytest.MonkeyPatch
) -> None:
    planet.configure(FEW.replace(", 'json'", "") + ARTICLES)

    def refused(self: Folder, path: str) -> None:
        raise PublishError(f"{self.name}/{path}: cannot be removed: Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(Folder, "remove", refused)
        assert planet.cycle(at=NOON).published.failed != []
    planet.cycle(at=NOON)
    assert not list(planet.public.rglob("feed.json"))


def test_a_folder_that_is_lost_comes_back(planet: Planet) -> None:
    before = planet.documents()
    (planet.public / "categories").rename(planet.root / "moved")
    planet.cycle(at=NOON)
    assert planet.documents() == before


def test_what_is_published_is_what_would_be_made_of_the_store(tmp_path: Path) -> None:
    chance = random.Random(1)  # noqa: S311
    planet = Planet(tmp_path, FEW + ARTICLES, is_full=True)
    for turn in range(12):
        for _ in range(chance.randrange(4)):
            number = chance.randrange(20)
            categories = ", ".join(chance.sample(["News", "Go", "Art", "Ünï"], 2))
            write(planet, number, f"[{categories}]", f"Text {chance.randrange(3)}.")
        if chance.random() < 0.3:
            (planet.articles / f"a{chance.randrange(20)}.md").unlink(missing_ok=True)
        if chance.random() < 0.3:
            title = chance.choice(["One", "Two"])
            planet.configure(FEW + ARTICLES, site=SITE.replace('title = "', f'title = "{title} '))
        planet.cycle(at=NOON + timedelta(minutes=turn))
        planet.export(f"fresh/{turn}")
        now, fresh = planet.documents(), planet.documents(f"fresh/{turn}")
        whole = {path for path in now if "archive/" in path}  # they say what was said then
        assert now.keys() == fresh.keys()
        assert {path: now[path] for path in now.keys() - whole} == {
            path: fresh[path] for path in fresh.keys() - whole
        }


def test_entries_are_the_same_however_little_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planet = Planet(tmp_path, ARTICLES)
    monkeypatch.setattr(kept, "_MOST", 8_000)
    for number in range(12):
        write(planet, number, "[News, Go]", f"Text {number}.")
        planet.cycle(at=NOON)
    planet.export("fresh")
    assert planet.documents() == planet.documents("fresh")


def test_another_output_folder_gets_everything(planet: Planet) -> None:
    before = planet.documents()
    planet.configure(FEW + ARTICLES, site=SITE + 'output = "elsewhere"\n')
    planet.cycle(at=NOON)
    assert planet.documents("elsewhere") == before


def test_an_older_store_forgets_no_file(planet: Planet) -> None:
    with closing(sqlite3.connect(planet.root / "feedkit.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0008'")
        connection.execute("DROP TABLE folders")
        connection.execute("DROP INDEX ix_documents_folder")
        connection.execute("DROP INDEX ix_archives_whole")
        connection.execute("ALTER TABLE documents DROP COLUMN folder")
        connection.execute("ALTER TABLE editions DROP COLUMN relisted")
    stamps = planet.stamps()
    assert planet.feedkit("run").code == 0
    assert planet.rewritten(stamps) == set()
    for number in range(12):
        write(planet, number, "[Go]")
    planet.kept = Kept()
    planet.cycle(at=NOON)
    assert planet.categories() == {"go"}
    assert os.listdir(planet.public / "categories") == ["go"]  # noqa: PTH208
