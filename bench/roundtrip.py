"""What is published, read again: real feeds → entries → each format → the same entries.

    python bench/roundtrip.py FOLDER

reads every feed in FOLDER, publishes its entries in each format and reads that with feedkit. It
prints how many entries came back equal, which fields a format has no room for (docs/formats.md),
and what nobody can explain: then it exits with 1.
"""

import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from carried import carried
from msgspec import Struct
from msgspec.structs import replace

import feedkit
from feedkit.config import Site
from feedkit.model import Entry, Feed, Origin, Person
from feedkit.publish.jobs import Form, FrameJob, StoredEntry
from feedkit.publish.rendering import render_entry, render_frame
from feedkit.publish.topics import Topic

FORMATS = ("atom", "rss", "json")
SITE = Site(url="https://planet.example.org/", title="Planet")
SEEN = datetime(2026, 1, 1, tzinfo=UTC)
TOPIC = Topic(0, (), "", "Planet", None, 0, 0)


class Tally(Struct):
    """What became of entries in one format."""

    equal: int = 0
    lost: Counter[str] = Counter()
    """Entries whose field the format does not carry as it is."""
    unexplained: list[str] = []


def main(folder: Path) -> int:
    """Prints the tallies; 1 when something is unexplained."""
    tallies = {name: Tally(lost=Counter()) for name in FORMATS}
    feeds = entries = 0
    for path in sorted(folder.iterdir()):
        try:
            feed = feedkit.parse(path.read_bytes(), url="https://example.org/feed")
        except feedkit.ParseError:
            continue  # a page, or an article
        feeds, entries = feeds + 1, entries + len(feed.entries)
        for name in FORMATS:
            compare(path.name, feed, name, tallies[name])
    print(f"{feeds} feeds, {entries} entries")
    for name, tally in tallies.items():
        lost = ", ".join(f"{field} {count}" for field, count in tally.lost.most_common())
        explained = entries - len(tally.unexplained)
        print(f"{name:4} {explained} of {entries} came back as docs/formats.md says, {tally.equal}")
        print(f"     of them equal in everything; not so: {lost or 'none'}")
        for line in tally.unexplained:
            print(f"      {line}")
    return int(any(tally.unexplained for tally in tallies.values()))


def compare(name: str, feed: Feed, format_name: str, tally: Tally) -> None:
    """Publishes the entries of `feed`, reads them, and counts."""
    origin = Origin(title=feed.title or None, url=feed.url, feed_url="https://example.org/feed")
    stored = [stored_entry(entry, origin) for entry in feed.entries]
    form = Form(format_name)
    head, between, tail, _ = render_frame(FrameJob(TOPIC, format_name, SITE, SEEN))
    body = between.join(render_entry(one, (form,))[form] for one in stored)
    read = feedkit.parse(head + body + tail)
    if len(read.entries) != len(stored) or read.bozo:
        tally.unexplained.append(f"{name}: {len(read.entries)} of {len(stored)}, {read.bozo}")
        return
    for one, found in zip(stored, read.entries, strict=True):
        expected = carried(one, format_name)
        whole = replace(one.entry, origin=one.entry.origin or origin)
        # A time of change that is that of publication is not said twice in RSS.
        said = replace(expected, updated=expected.updated or expected.published)
        differing = different(whole, said)
        tally.lost.update(differing)
        tally.equal += not differing
        if fields := different(expected, found):
            tally.unexplained.append(f"{name}: {one.entry.id}: {', '.join(fields)}")


def stored_entry(entry: Entry, origin: Origin) -> StoredEntry:
    """The entry as feedkit would publish it, with the times and the author that it would have."""
    published = (entry.published or entry.updated or SEEN).replace(microsecond=0)
    updated = (entry.updated or published).replace(microsecond=0)
    entry = replace(
        entry,
        published=published,
        updated=updated,
        authors=entry.authors or (Person(name="Nobody"),),
    )
    return StoredEntry(entry, published, updated, origin, Person(name="Nobody"))


def different(one: Entry, other: Entry) -> list[str]:
    """The fields in which two entries differ."""
    return [name for name in Entry.__struct_fields__ if getattr(one, name) != getattr(other, name)]


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
