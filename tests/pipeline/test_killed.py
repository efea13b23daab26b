"""`kill -9` at many moments of a real run: nothing half-written, nothing lost, nobody left."""

import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest
from feed_server import atom
from planet import ARTICLES, Planet, is_well_formed

MANY = 300
"""Articles: enough that worker processes read them."""
KILLS = 24
LANES = 2
"""Runs that are killed side by side."""

FEEDS = "".join(f'[[feeds]]\nurl = "feed{n}.xml"\ncategories = ["Feeds"]\n' for n in range(4))


class Undisturbed(NamedTuple):
    """What runs that nobody killed have made."""

    planet: Planet
    seconds: float
    """How long the first took."""
    first: dict[str, bytes]
    second: dict[str, bytes]
    """The documents once every third article was edited."""


class Killed(NamedTuple):
    """One run that was killed, and the run after it."""

    ended: int
    had_workers: bool
    wrong: list[str]


def write_inputs(planet: Planet, *, edited: bool) -> None:
    for n in range(MANY):
        body = "An edited text. " if edited and n % 3 == 0 else "A text. "
        date = f"2024-01-{n % 28 + 1:02} {n // 28:02}:00:00"
        planet.article(
            f"n{n:03}.md",
            body * 20,
            date=date,
            updated=date,
            categories=f"[C{n % 5}, D{n % 3}]",
        )
    for n in range(4):
        site = n % 3  # the last has what the first has, so copies are to be told from originals
        names = [f"e{site}-{i}" for i in range(20 if edited else 15)]
        planet.write(f"feed{n}.xml", atom(f"site{site}", *names, day=site + 2))


def published(planet: Planet) -> dict[str, bytes]:
    """What a web server would hand out: no file whose name begins with a dot."""
    return {
        name: data
        for name, data in planet.documents().items()
        if not name.rpartition("/")[2].startswith(".")
    }


@pytest.fixture(name="undisturbed", scope="module")
def undisturbed_fixture(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    planet = Planet(tmp_path_factory.mktemp("undisturbed"), ARTICLES + FEEDS)
    write_inputs(planet, edited=False)
    started = time.monotonic()
    assert planet.feedkit("run", "--strict").code == 0
    seconds = time.monotonic() - started
    first = planet.documents()
    shutil.copytree(planet.root, planet.root / "after-first")
    write_inputs(planet, edited=True)
    assert planet.feedkit("run", "--strict").code == 0
    return Undisturbed(planet, seconds, first, planet.documents())


def lane(undisturbed: Undisturbed, folder: Path, moments: list[float]) -> list[Killed]:
    """Kill a first run and an update by turns, at `moments` (parts of the whole run's time)."""
    planet = Planet(folder, ARTICLES + FEEDS)
    found = []
    for turn, moment in enumerate(moments):
        is_update = turn % 2 == 1
        reset(planet, undisturbed if is_update else None)
        found.append(killed(planet, undisturbed, moment, is_update=is_update))
    return found


def reset(planet: Planet, undisturbed: Undisturbed | None) -> None:
    """No run so far, or one run and then an edit of the inputs."""
    shutil.rmtree(planet.public, ignore_errors=True)
    for path in planet.root.glob("feedkit.db*"):
        path.unlink()
    if undisturbed:
        before = undisturbed.planet.root / "after-first"
        shutil.copytree(before / "public", planet.public)
        for path in before.glob("feedkit.db*"):
            shutil.copy2(path, planet.root)
    write_inputs(planet, edited=undisturbed is not None)


def killed(planet: Planet, undisturbed: Undisturbed, moment: float, *, is_update: bool) -> Killed:
    wrong: list[str] = []
    with subprocess.Popen(
        [sys.executable, "-m", "feedkit", "run", "--all"],
        cwd=planet.root,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            process.wait(moment * undisturbed.seconds)
        except subprocess.TimeoutExpired:
            had_workers = bool(children(process.pid))
            process.send_signal(signal.SIGKILL)
        else:
            had_workers = False
        try:
            # The pipe ends when the last process that inherited it has ended.
            process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            wrong.append("a worker outlived the run by ten seconds")
    old = undisturbed.first if is_update else {}
    new = undisturbed.second if is_update else undisturbed.first
    after = published(planet)
    for name, data in after.items():
        if data not in (old.get(name), new.get(name)):
            wrong.append(f"{name} is neither the old document nor the new one")
    if lost := old.keys() - after.keys():
        wrong.append(f"{lost} are gone")
    again = planet.feedkit("run", "--all", "--strict")
    if again.code != 0:
        wrong.append(f"the next run failed: {again.lines}")
    final = planet.documents()
    if differing := {
        name for name in final.keys() | new.keys() if final.get(name) != new.get(name)
    }:
        wrong.append(f"{moment}: the next run made {differing} other than an undisturbed one would")
    return Killed(process.returncode, had_workers, wrong)


def children(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return []


def test_a_run_killed_at_any_moment_is_as_if_it_had_not_been(
    undisturbed: Undisturbed, tmp_path: Path
) -> None:
    assert all(is_well_formed(data) for data in undisturbed.second.values())
    moments = [0.1 + 0.95 * n / KILLS for n in range(KILLS)]
    with ThreadPoolExecutor(LANES) as pool:
        lanes = [
            pool.submit(lane, undisturbed, tmp_path / f"lane{n}", moments[n::LANES])
            for n in range(LANES)
        ]
        results = [result for future in lanes for result in future.result()]
    assert [result.wrong for result in results if result.wrong] == []
    assert sum(result.ended == -signal.SIGKILL for result in results) >= KILLS // 2
    assert any(result.had_workers for result in results), "no kill fell in the workers' phase"


def test_workers_end_with_a_run_that_is_killed_while_they_work(
    undisturbed: Undisturbed, tmp_path: Path
) -> None:
    planet = Planet(tmp_path, ARTICLES + FEEDS)
    write_inputs(planet, edited=False)
    with subprocess.Popen(
        [sys.executable, "-m", "feedkit", "run"], cwd=tmp_path, stderr=subprocess.PIPE
    ) as process:
        workers: list[str] = []
        while not workers and process.poll() is None:
            workers = children(process.pid)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=10)
    assert workers
    assert published(planet) == {}
    assert planet.feedkit("run", "--strict").code == 0
    assert planet.documents() == undisturbed.first


def test_a_run_that_is_interrupted_says_so_and_leaves_no_half(
    undisturbed: Undisturbed, tmp_path: Path
) -> None:
    planet = Planet(tmp_path, ARTICLES + FEEDS)
    write_inputs(planet, edited=False)
    with subprocess.Popen(
        [sys.executable, "-m", "feedkit", "run"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        while not (tmp_path / "feedkit.db").exists() and process.poll() is None:
            pass
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=10)
    assert process.returncode == 130
    assert said.strip() == "feedkit: stopped; what was stored is kept, run it again to go on"
    assert published(planet) == {}
    assert planet.feedkit("run", "--strict").code == 0
    assert planet.documents() == undisturbed.first
