"""Publishing 1,000 categories and 100,000 entries, and one entry more.

A store is filled, each entry in three categories, and published in full by this one process on one
core: how many rendered entries that makes a second is printed (an entry in a format counts once,
in however many documents it stands). Then the same again, as the daemon does, when nothing has
changed; then one entry comes in three categories, and it is checked that exactly the documents
concerned are written. The exit code is 1 when fewer than 10,000 are rendered a second, when the one
entry takes 100 ms or more, when other files were written or bytes differ on a rerun.

    .venv/bin/python bench/publish.py [--entries N] [--categories N] [--rounds N] [--compress]
"""

import argparse
import gc
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec
from planets import CONFIG

from feedkit.config import Settings, load_settings
from feedkit.model import Entry, Person
from feedkit.pipeline.press import render_entries, render_frames
from feedkit.publish import Kept, Published, publish, target_of
from feedkit.publish.jobs import Frame, FrameJob, RenderedEntry, RenderJob
from feedkit.store import EVERYTHING, EntryState, NamedCategory, NewEntry, Store, open_store

LEAST = 10_000
"""Rendered entries a second."""
MOST = 0.1
"""Seconds for one entry more."""
NOW = 1_700_000_000_000_000
STEP = 60_000_000
WORDS = ["reader", "planet", "publishes", "finds", "each", "entry", "once", "place", "poll", "text"]
OF_EACH = {"atom.xml", "rss.xml", "feed.json", "index.html"}


class Press:
    """Renders in this process, and counts."""

    def __init__(self) -> None:
        self.rendered = 0

    def entries(
        self, batches: Iterable[Sequence[RenderJob]], *, expected: int
    ) -> Iterator[Sequence[RenderedEntry]]:
        """The entries rendered."""
        for batch in batches:
            rendered = render_entries(batch)
            self.rendered += sum(len(entry.forms) for entry in rendered)
            yield rendered

    def frames(self, jobs: Sequence[FrameJob]) -> Iterator[Sequence[Frame]]:
        """The frames rendered."""
        return map(render_frames, [jobs])


def entry(number: int, names: Iterable[str]) -> NewEntry:
    """An entry of about 600 characters."""
    chance = random.Random(number)
    text = " ".join(chance.choices(WORDS, k=80))
    url = f"https://site.example.org/entries/{number}"
    value = Entry(
        id=url,
        url=url,
        title=f"Entry {number}: {' '.join(chance.choices(WORDS, k=5))}",
        content=f"<p>{text}</p>",
        authors=(Person(name="Ann Author"),),
        categories=tuple(names),
    )
    named = tuple(NamedCategory(name.casefold(), name, declared=True) for name in names)
    data = msgspec.json.encode(value)
    return NewEntry(url, url, NOW + number * STEP, None, EntryState.VISIBLE, data, named)


def save(store: Store, entries: Sequence[NewEntry], now: int) -> None:
    """Store entries of one source."""
    with store.write() as transaction:
        transaction.categories.declare([EVERYTHING], now)
        source = transaction.sources.all().get("feed:https://site.example.org/feed.xml")
        source = source or transaction.sources.add("feed:https://site.example.org/feed.xml", now)
        transaction.entries.save(source, entries, now)


def timed(
    store: Store, settings: Settings, folder: Path, now: int, kept: Kept
) -> tuple[float, int, Published]:
    """Publish: CPU seconds of this thread's process, how many entries were rendered, what was
    written."""
    press = Press()
    start = time.process_time()
    published = publish(store, settings, target_of(folder), press, now, kept=kept)
    if published.failed:
        sys.exit("\n".join(published.failed[:5]))
    return time.process_time() - start, press.rendered, published


def documents(folder: Path) -> dict[str, bytes]:
    """Every published file, copies aside."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix not in (".gz", ".br")
    }


def expected(names: Iterable[str], before: Iterable[str]) -> set[str]:
    """The documents that an entry in these categories concerns: of each the feeds, the page and
    the archive that is open."""
    found: set[str] = set()
    for folder in ("", *(f"categories/{name.casefold()}/" for name in names)):
        found |= {folder + name for name in OF_EACH}
        archives = [path for path in before if path.startswith(f"{folder}archive/")]
        found |= {max(archives, key=lambda path: (len(path), path))} if archives else set()
    return found


def main() -> int:
    """Parse the arguments, run, print. 0 when all is as it should be."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--categories", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--compress", action="store_true", help="with .gz and .br beside each")
    arguments = parser.parse_args()
    names = [f"topic-{number}" for number in range(arguments.categories)]
    chance = random.Random(1)
    right = True
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        compress = str(arguments.compress).lower()
        (root / "config.toml").write_text(f"{CONFIG}[publish]\ncompress = {compress}\n")
        settings = load_settings(root / "config.toml")
        public = root / "public"
        with open_store(settings.store.url) as store:
            now = NOW + (arguments.entries + 1000) * STEP
            kept = Kept()  # as the daemon does
            entries = [
                entry(number, chance.sample(names, 3)) for number in range(arguments.entries)
            ]
            save(store, entries, now)
            wall = time.perf_counter()
            took, rendered, published = timed(store, settings, public, now, kept)
            wall = time.perf_counter() - wall
            rate = rendered / took
            right &= rate >= LEAST
            print(
                f"{arguments.entries} entries in {arguments.categories} categories:"
                f" {len(published.written)} documents, {rendered} rendered entries,"
                f" {took:.1f} s of CPU ({wall:.1f} s), {rate:.0f} a second (at least {LEAST})"
            )
            before = documents(public)
            took, rendered, published = timed(store, settings, public, now, kept)
            print(f"nothing changed: {took * 1000:.0f} ms, {len(published.written)} written")
            right &= not published.written and rendered == 0
            seconds = []
            for number in range(arguments.rounds):
                chosen = chance.sample(names, 3)
                save(store, [entry(arguments.entries + number, chosen)], now + number)
                wall = time.perf_counter()
                _, rendered, published = timed(store, settings, public, now + number, kept)
                seconds.append(time.perf_counter() - wall)
                after = documents(public)
                changed = {path for path in after if before.get(path) != after[path]}
                if changed != set(published.written) or not expected(chosen, before) <= changed:
                    print(f"written: {sorted(published.written)}, changed: {sorted(changed)}")
                    right = False
                # Where an archive became whole there is a new one that is open.
                if len(changed) > len(expected(chosen, before)) + 4:
                    print(f"more than concerned: {sorted(changed - expected(chosen, before))}")
                    right = False
                before = after
            one = statistics.median(seconds)
            print(
                f"one entry in three categories: {one * 1000:.0f} ms (under {MOST * 1000:.0f}),"
                f" {len(published.written)} documents, {rendered} rendered entries"
            )
            right &= one < MOST
            again = root / "again"
            publish(store, settings, target_of(again), Press(), now, remember=False)
            same = documents(again) == before
            print(f"rendered anew: {'the same bytes' if same else 'OTHER BYTES'}")
            right &= same
    return 0 if right else 1


if __name__ == "__main__":
    gc.set_threshold(300_000, 20, 100)  # as the command does
    sys.exit(main())
