"""A month of the daemon in minutes, with all that happens to it; nothing may be lost by that.

``feedkit daemon`` follows sites that fail in every way (`soak_sites.py`) and a folder of articles,
by a clock that goes fast; it is killed at random moments, its configuration is changed and broken,
its clock set by a day, its store copied; and all the time somebody reads what it publishes. After
``--days`` with kills come as many without, in which its memory and its files are watched.

What is found wrong is printed, and the exit code is 1 then: an entry that was not published, or
under two ids, or twice; a document that was not valid, or not whole, at a moment at which it was
read; one that lost entries; an error in the log; memory or open files that grow.

    .venv/bin/python bench/soak.py [--days N] [--seconds A_DAY] [--kills N] [--seed N]
"""

import argparse
import json
import multiprocessing
import os
import random
import re
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from unittest import mock

from soak_sites import DAY, HOUR, START, WINDOW, Clock, Site, serving

SITES = 16
CATEGORIES = 4
LISTED = 200
"""Entries in a document; more than come within the longest failure of everything."""
BUSIEST = 6
"""Hours from entry to entry of the busiest sites."""
KEEP = WINDOW * BUSIEST * HOUR + DAY
"""How long entries are kept: longer than the busiest site lists them."""
MOST_GROWTH = 1.05
"""Of memory, from the second third of the time without kills to the last: in the first fills what
is bounded."""
MORE_FILES = 3
PATIENCE = 60.0
"""Seconds in which, once all is well, everything is to be there."""
ATOM = "{http://www.w3.org/2005/Atom}"
_OF_SITES = re.compile(r"categories/c[0-9]+/atom\.xml")
"""The documents with what is newest of sites, which never becomes less."""

Problems = Callable[[str, bytes], list[str]]
"""What is wrong with a document of a certain path."""


def serve(config: Path, began: float, pace: float, wrong: tuple[float, float]) -> int:
    """``feedkit daemon`` by a fast clock, which is a day ahead between two days; the exit code."""
    import feedkit.cli.daemon as command
    from feedkit.config import Settings
    from feedkit.daemon import loop
    from feedkit.daemon.loop import Daemon
    from feedkit.daemon.notify import Notifier
    from feedkit.daemon.ticks import Ticks

    clock = Clock(began, pace)

    def ahead() -> timedelta:
        return DAY if wrong[0] <= clock.day() < wrong[1] else timedelta()

    class Fast(Daemon):
        def __init__(self, settings: Settings, notifier: Notifier) -> None:
            super().__init__(settings, notifier, clock=lambda: clock.now() + ahead())
            self._ahead = ahead()

        def _compare(self, slip: timedelta) -> None:
            before, self._ahead = self._ahead, ahead()
            super()._compare(self._ahead - before)

    class FastTicks(Ticks):
        def plan(self, seconds: float) -> None:
            super().plan(max(seconds / pace, 0.03))

    with mock.patch.object(command, "Daemon", Fast), mock.patch.object(loop, "Ticks", FastTicks):
        return command.serve(config, verbose=False, quiet=False)


@dataclass
class Seen:
    """What a reader saw."""

    reads: int = 0
    versions: int = 0
    wrong: list[str] = field(default_factory=list)
    ids: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """By title."""
    _sizes: Counter[str] = field(default_factory=Counter)
    _last: dict[str, bytes] = field(default_factory=dict)

    def look(self, public: Path, problems: Problems) -> None:
        """Read every document there is, and each again that was there before."""
        there = {path.relative_to(public).as_posix() for path in public.rglob("*.xml")}
        for name in sorted(there | self._last.keys()):
            try:
                data = (public / name).read_bytes()
            except FileNotFoundError:
                self.wrong.append(f"{name} is not there any more")
                continue
            self.reads += 1
            if data != self._last.get(name):
                self.versions += 1
                self._last[name] = data
                self._judge(name, data, problems)

    def _judge(self, name: str, data: bytes, problems: Problems) -> None:
        from lxml import etree

        self.wrong += [f"{name}: {problem}" for problem in problems(name, data)]
        try:
            root = etree.fromstring(data)
        except etree.XMLSyntaxError as error:
            self.wrong.append(f"{name}: {error}")
            return
        entries = root.findall(f"{ATOM}entry")
        for entry in entries:
            title = entry.findtext(f"{ATOM}title") or ""
            self.ids[title].add(entry.findtext(f"{ATOM}id") or "")
        if _OF_SITES.fullmatch(name):  # archives lose what is not kept, and articles are removed
            if len(entries) < self._sizes[name]:
                self.wrong.append(f"{name}: {self._sizes[name]} entries became {len(entries)}")
            self._sizes[name] = len(entries)


def read_all_the_time(public: Path, problems: Problems, ends: Connection) -> None:
    """Read until something comes through `ends`; what was seen goes back through it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    seen = Seen()
    while not ends.poll(0.01):
        seen.look(public, problems)
    seen.look(public, problems)
    ends.send((seen.reads, seen.versions, seen.wrong, dict(seen.ids)))


@dataclass
class Life:
    """One process of the daemon."""

    process: subprocess.Popen[bytes]
    log: Path
    samples: list[tuple[float, int]] = field(default_factory=list)
    """MB of memory, and open files."""

    def is_up(self) -> bool:
        """Whether it hears signals."""
        return b'"started"' in self.log.read_bytes()

    def sample(self) -> None:
        """Look at what it takes, with the process that serves."""
        proc = Path(f"/proc/{self.process.pid}")
        with suppress(OSError):  # one of them ended
            # Workers are children of another thread.
            server = (proc / f"task/{self.process.pid}/children").read_text().split()
            both = [proc, *(Path(f"/proc/{pid}") for pid in server)]
            pages = sum(int((each / "statm").read_text().split()[1]) for each in both)
            files = sum(len(list((each / "fd").iterdir())) for each in both)
            self.samples.append((pages * os.sysconf("SC_PAGE_SIZE") / 1e6, files))


@dataclass
class Soak:
    """A planet in the folder `root`, and what happens to it."""

    root: Path
    days: float
    """With kills; then as many without."""
    seconds: float
    """Of this machine for one of those days."""
    kills: int
    seed: int
    problems: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    articles: dict[str, datetime] = field(default_factory=dict)
    """Those that are to be published, by title, and when."""
    lives: list[Life] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.clock = Clock(time.time(), DAY.total_seconds() / self.seconds)
        self.sites = [
            Site(
                number,
                self.chance.choice((BUSIEST, 8, 12, 24)) * HOUR,
                self.clock,
                random.Random(self.seed * 1000 + number),
            )
            for number in range(SITES)
        ]
        self.wrong_clock = (self.days * 0.3, self.days * 0.6)
        self.left_out: set[int] = set()
        self.follows: dict[int, str] = {}
        """Sites whose address in the configuration was mended."""
        (self.root / "articles").mkdir()

    def run(self, problems: Problems) -> None:
        """Live through all of it; what is wrong is in `problems` then, but for what grows."""
        ours, theirs = multiprocessing.Pipe()
        context = multiprocessing.get_context("fork")
        reader = context.Process(
            target=read_all_the_time, args=(self.root / "public", problems, theirs)
        )
        reader.start()
        try:
            with serving(self.sites) as self.port:
                self.live()
                expected = self.come_to_rest()
                self.stop()
        finally:
            if self.lives and self.lives[-1].process.poll() is None:
                self.lives[-1].process.kill()
            ours.send(None)
            reads, versions, wrong, ids = ours.recv()
            reader.join()
        self.counts["reads"], self.counts["versions read"] = reads, versions
        self.counts["requests"] = sum(site.asked for site in self.sites)
        self.counts["entries"] = len(expected)
        self.problems += wrong
        self.judge_ids(expected, ids)
        self.judge_documents(expected)
        self.judge_store(expected)
        self.judge_logs()

    # What happens

    def live(self) -> None:
        """All the days."""
        self.configure()
        self.start()
        kill_at = self.next_kill()
        while (day := self.clock.day()) < 2 * self.days:
            time.sleep(0.05)
            self.happen(day)
            life = self.lives[-1]
            if day > self.days * 1.1:
                life.sample()
            if life.process.poll() is not None:
                self.problems.append(f"day {day:.1f}: the daemon ended: {life.process.returncode}")
                self.start()
            elif day < self.days and self.counts["kills"] < self.kills and time.time() > kill_at:
                life.process.kill()
                life.process.wait()
                self.counts["kills"] += 1
                self.configure()
                self.start()
                kill_at = self.next_kill()

    def next_kill(self) -> float:
        """When, at random, so that all come in their time."""
        mean = self.days * self.seconds / max(self.kills, 1)
        return time.time() + self.chance.uniform(0.1, 1.7) * mean

    def happen(self, day: float) -> None:
        """What comes to pass at that moment."""
        for site in self.sites:
            site.live()
        if day > self.days * 0.2 and self.sites[1].path == "/feed":
            self.sites[1].path = "/moved"
        if day > self.days * 0.3 and self.sites[2].path == "/feed":
            self.sites[2].path, self.sites[2].is_gone = "/again", True
        if day > self.days * 0.4 and 2 not in self.follows:
            self.follows[2] = "/again"
            self.reload()
        steps = self.days * self.seconds / 0.05
        for often, event in (
            (self.days * 2, self.write_article),
            (self.days / 2, self.edit_article),
            (self.days / 4, self.remove_article),
            (self.days / 2, self.change_sources),
            (self.days / 3, self.break_configuration),
            (self.days / 6, self.back_up),
        ):
            if self.chance.random() < often / steps:
                event()

    def write_article(self) -> None:
        """A new one; one in three is of tomorrow."""
        number = self.counts["articles"]
        self.counts["articles"] += 1
        at = self.clock.now() + (DAY if number % 3 == 0 else timedelta())
        self.put_article(f"article {number}", at.replace(microsecond=0), "As written.")

    def put_article(self, title: str, at: datetime, body: str) -> None:
        """As editors do it: the file is replaced."""
        path = self.root / "articles" / f"{title.replace(' ', '-')}.md"
        draft = path.with_suffix(".tmp")
        draft.write_text(f"---\ntitle: {title}\ndate: {at.isoformat()}\n---\n{body}\n")
        draft.replace(path)
        self.articles[title] = at

    def edit_article(self) -> None:
        """One of them, which is broken for a moment at first."""
        if self.articles:
            title, at = self.chance.choice(sorted(self.articles.items()))
            path = self.root / "articles" / f"{title.replace(' ', '-')}.md"
            path.write_text(f"---\ntitle: '{title}\n---\nA quote is open.\n")
            time.sleep(0.1)
            self.put_article(title, at, f"As edited at {self.clock.now():%d %H:%M}.")
            self.counts["edits"] += 1

    def remove_article(self) -> None:
        """One of them."""
        if len(self.articles) > 2:
            title = self.chance.choice(sorted(self.articles))
            del self.articles[title]
            (self.root / "articles" / f"{title.replace(' ', '-')}.md").unlink()
            self.counts["removals"] += 1

    def change_sources(self) -> None:
        """Some are taken out of the configuration, others back in."""
        self.left_out = {n for n in range(SITES) if self.chance.random() < 0.15}
        self.reload()

    def break_configuration(self) -> None:
        """A configuration that cannot be used; the next reload mends it."""
        self.wait_until_it_is_up()
        (self.root / "config.toml").write_text("[site]\ntitel = 'Planet'\n[[feeds]]\nurl = ")
        self.lives[-1].process.send_signal(signal.SIGHUP)
        self.counts["broken configurations"] += 1

    def back_up(self) -> None:
        """A copy of the live store, which has to be sound."""
        command = [sys.executable, "-m", "feedkit", "store", "backup", "-q", "--force", "copy.db"]
        done = subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=False)
        is_broken_config = done.returncode == 2 and "config.toml" in done.stderr
        if done.returncode and not is_broken_config:
            self.problems.append(f"backup: {done.stderr}")
        self.counts["backups"] += not done.returncode

    def address(self, site: Site) -> str:
        """Where the configuration has the site's feed."""
        return f"http://{site.host}:{self.port}{self.follows.get(site.number, '/feed')}"

    def configure(self) -> None:
        """Write the configuration."""
        feeds = "".join(
            f'[[feeds]]\nurl = "{self.address(site)}"\ncategories = ["C{number % CATEGORIES}"]\n'
            for number, site in enumerate(self.sites)
            if number not in self.left_out
        )
        path = self.root / "config.toml"
        path.with_suffix(".new").write_text(
            '[site]\ntitle = "Planet"\nurl = "https://planet.example.org/"\n'
            f'[store]\nkeep = "{KEEP.days}d"\n[publish]\nentries = {LISTED}\n'
            '[fetch]\nallow_private_hosts = true\ntimeout = "1s"\nmax_bytes = "400kB"\n'
            '[schedule]\nevery = "3h"\n'
            '[serve]\nlisten = "127.0.0.1:0"\n'
            f'[[articles]]\npath = "articles"\ncategories = ["Articles"]\n{feeds}'
        )
        path.with_suffix(".new").replace(path)

    def reload(self) -> None:
        """Write the configuration and have it read."""
        self.wait_until_it_is_up()
        self.configure()
        self.lives[-1].process.send_signal(signal.SIGHUP)
        self.counts["reloads"] += 1

    def wait_until_it_is_up(self) -> None:
        """Until the daemon hears signals."""
        life = self.lives[-1]
        while life.process.poll() is None and not life.is_up():
            time.sleep(0.02)

    def start(self) -> None:
        """The daemon, anew."""
        log = self.root / f"log {len(self.lives)}"
        numbers = (self.clock.began, self.clock.pace, *self.wrong_clock)
        command = [sys.executable, __file__, "--serve", *map(str, numbers)]
        with log.open("wb") as stderr:
            process = subprocess.Popen(command, cwd=self.root, stderr=stderr)
        self.lives.append(Life(process, log))

    def come_to_rest(self) -> dict[str, datetime]:
        """Everybody is well again; what there is then, by title, once all of it was published or
        the time for that is over."""
        for site in self.sites:
            site.live(is_well=True)
        self.left_out = set()
        self.reload()
        end = self.clock.now()
        entries = {title: at for site in self.sites for title, at in site.titles(end).items()}
        until = time.time() + PATIENCE
        newest = {site.title(site.count(end) - 1) for site in self.sites} | self.articles.keys()
        while time.time() < until and newest - self.stored_titles().keys():
            time.sleep(0.2)
        time.sleep(1.5 * self.seconds)  # an article of tomorrow, a document that is to be written
        return entries | self.articles

    def stop(self) -> None:
        """The end of the daemon, as a service manager has it."""
        process = self.lives[-1].process
        process.send_signal(signal.SIGTERM)
        if process.wait(15):
            self.problems.append(f"the daemon ended with {process.returncode} when told to stop")

    # What has become of it

    def stored_titles(self) -> Counter[str]:
        """The entries that are published or were, by title."""
        with suppress(sqlite3.OperationalError):
            connection = sqlite3.connect(f"file:{self.root / 'feedkit.db'}?mode=ro", uri=True)
            try:
                rows = connection.execute(
                    "SELECT CAST(data AS TEXT) FROM entries WHERE state = 0 AND original_id IS NULL"
                ).fetchall()
            finally:
                connection.close()
            return Counter(json.loads(data)["title"] for (data,) in rows)
        return Counter()

    def judge_ids(self, expected: Mapping[str, datetime], ids: Mapping[str, set[str]]) -> None:
        """Each entry was published, and under one id."""
        unseen = sorted(expected.keys() - ids.keys())
        self.problems += [f"{title!r} was never published" for title in unseen]
        self.problems += [
            f"{title!r} was published under {sorted(found)}"
            for title, found in ids.items()
            if len(found) > 1
        ]

    def judge_documents(self, expected: Mapping[str, datetime]) -> None:
        """Each document has what is newest, in its order, and nothing else."""
        from lxml import etree

        end = START + timedelta(days=self.clock.day())
        for number in range(CATEGORIES):
            members = [site for site in self.sites if site.number % CATEGORIES == number]
            times = {title: at for site in members for title, at in site.titles(end).items()}
            path = self.root / f"public/categories/c{number}/atom.xml"
            root = etree.fromstring(path.read_bytes())
            found = [entry.findtext(f"{ATOM}title") or "" for entry in root.iter(f"{ATOM}entry")]
            newest = sorted(times, key=lambda title: times[title], reverse=True)
            known = [title for title in newest if title in expected or title in found]
            # Of those of one time, at the end of the list, either may be there.
            is_newest = [times.get(title) for title in found] == [
                times[title] for title in known[: min(LISTED, len(known))]
            ]
            if not is_newest:
                self.problems.append(f"{path.name} of C{number} is not the newest {len(found)}")
        path = self.root / "public/categories/articles/atom.xml"
        found = [
            entry.findtext(f"{ATOM}title") or ""
            for entry in etree.fromstring(path.read_bytes()).iter(f"{ATOM}entry")
        ]
        if sorted(found) != sorted(self.articles):
            self.problems.append(f"articles: {sorted(set(found) ^ self.articles.keys())}")

    def judge_store(self, expected: Mapping[str, datetime]) -> None:
        """It is sound; what is to be kept is there, once."""
        command = [sys.executable, "-m", "feedkit", "store", "check"]
        done = subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=False)
        if done.returncode:
            self.problems.append(f"store check: {done.stdout}{done.stderr}")
        stored = self.stored_titles()
        self.counts["stored"] = stored.total()
        kept_since = self.clock.now() - KEEP + DAY  # it took its time to come to rest
        self.problems += [
            f"{title!r} is not in the store"
            for title, at in expected.items()
            if at > kept_since and title not in stored
        ]
        twice = [title for title, count in stored.items() if count > 1]
        self.problems += [f"{title!r} is in the store {stored[title]} times" for title in twice]

    def judge_logs(self) -> None:
        """None of the lines of all lives is an error but those of the configuration."""
        for life in self.lives:
            *lines, _ = life.log.read_bytes().split(b"\n")  # a kill may cut the last
            # Python's tracker of semaphores says what a kill left.
            for line in (json.loads(line) for line in lines if b"resource_tracker: " not in line):
                self.counts[f"log: {line['event']}"] += 1
                if line["event"] == "library" or (
                    line["level"] == "error" and line["event"] != "config"
                ):
                    self.problems.append(f"{life.log.name}: {line}")

    def judge_growth(self) -> None:
        """What the last life has taken between cycles, from a while after it began."""
        samples = self.lives[-1].samples
        third = len(samples) // 3
        second, last = samples[third : 2 * third], samples[-third:]
        # Between cycles: in one it is what the cycle takes, which is another question.
        memory = [
            statistics.quantiles([sample[0] for sample in part], n=10)[0] for part in (second, last)
        ]
        files = [min(sample[1] for sample in part) for part in (second, last)]
        self.counts["MB at most"] = round(max(sample[0] for sample in samples))
        self.counts["MB in the second third"], self.counts["MB in the last"] = map(round, memory)
        self.counts["files in the second third"], self.counts["files in the last"] = map(
            round, files
        )
        if memory[1] > memory[0] * MOST_GROWTH:
            self.problems.append(f"memory grew from {memory[0]:.1f} to {memory[1]:.1f} MB")
        if files[1] > files[0] + MORE_FILES:
            self.problems.append(f"open files grew from {files[0]} to {files[1]}")


def validity() -> Problems:
    """The rules by which the tests judge documents."""
    tests = Path(__file__).parent.parent / "tests"
    sys.path += [str(tests), str(tests / "publish")]
    from validity import problems

    return problems


def main() -> int:
    """Parse the arguments, live, print. 0 when no promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--days", type=float, default=30)
    parser.add_argument("--seconds", type=float, default=7, metavar="A_DAY")
    parser.add_argument("--kills", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--serve", nargs=4, type=float, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        began, pace, *wrong = arguments.serve
        return serve(Path("config.toml").absolute(), began, pace, (wrong[0], wrong[1]))
    with tempfile.TemporaryDirectory() as scratch:
        soak = Soak(
            Path(scratch), arguments.days, arguments.seconds, arguments.kills, arguments.seed
        )
        soak.run(validity())
        soak.judge_growth()
    for name, count in soak.counts.items():
        print(f"{count:10,} {name}")
    met = sorted({mood for site in soak.sites for mood in site.moods})
    print(f"servers were: {', '.join(met)}")
    for problem in soak.problems[:50]:
        print(f"WRONG: {problem}")
    print(f"{len(soak.problems):,} promises broken")
    return 1 if soak.problems else 0


if __name__ == "__main__":
    sys.exit(main())
