"""Retention as a person meets it: what goes, what stays, and that nothing comes back as new."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from feed_server import FeedServer, rss
from planet import ARTICLES, Planet

from feedkit.config import load_settings
from feedkit.pipeline.housekeeping import Housekept, housekeep, is_due
from feedkit.pipeline.instants import to_microseconds
from feedkit.store import open_store

START = datetime(2024, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
FEW = "[publish]\nentries = 2\n"
ALL = [f"e{n}" for n in range(10)]


@pytest.fixture(name="server")
def server_fixture() -> Iterator[FeedServer]:
    with FeedServer().serving() as server:
        yield server


class Kept:
    """A planet of one feed, which publishes the two newest entries."""

    def __init__(self, root: Path, server: FeedServer) -> None:
        self.planet = Planet(root)
        self.server = server

    def configure(self, store: str, *, feed: str = "", followed: bool = True) -> None:
        feeds = f'[[feeds]]\nurl = "{self.server.url}/f"\n{feed}\n' if followed else ""
        fetch = "[fetch]\nallow_private_hosts = true\n"
        self.planet.configure(f"[store]\n{store}\n{fetch}{FEW}{ARTICLES}{feeds}")

    def collect(self, *titles: str, at: datetime) -> int:
        """Collect a feed of these, newest first; how many were new."""
        self.server.put("/f", rss("site", *titles), etag=f'"{hash(titles)}"')
        return self.planet.cycle(at=at).counts.new

    def keep_house(self, at: datetime) -> Housekept:
        settings = load_settings(self.planet.root / "config.toml")
        with open_store(settings.store.url) as store:
            return housekeep(settings, store, to_microseconds(at))

    def stored(self) -> set[str]:
        return {guid.rpartition("/")[2] for (guid,) in self.select("SELECT guid FROM entries")}

    def select(self, query: str) -> list[tuple[str]]:
        connection = sqlite3.connect(self.planet.root / "feedkit.db")
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()


@pytest.fixture(name="kept")
def kept_fixture(tmp_path: Path, server: FeedServer) -> Kept:
    return Kept(tmp_path, server)


def test_nothing_is_removed_unless_the_configuration_says_so(kept: Kept) -> None:
    kept.configure("")
    kept.collect(*ALL, at=START)
    kept.collect("new", at=START + DAY)
    assert kept.keep_house(START + 9000 * DAY) == Housekept()
    assert kept.stored() == {"new", *ALL}


def test_what_is_older_than_is_kept_goes_and_documents_stay_as_they_are(kept: Kept) -> None:
    kept.configure('keep = "30d"')
    kept.collect(*ALL, at=START)
    kept.collect("new", at=START + 20 * DAY)
    before, stamps = kept.planet.documents(), kept.planet.stamps()
    assert kept.keep_house(START + 29 * DAY).entries == 0
    assert kept.keep_house(START + 31 * DAY).entries == 9
    assert kept.stored() == {"new", "e0"}, "the two newest are in the documents"
    kept.planet.cycle(at=START + 31 * DAY)
    assert kept.planet.documents() == before
    assert kept.planet.rewritten(stamps) == set()
    kept.planet.export("again")
    assert kept.planet.documents("again") == before


def test_of_a_source_the_newest_stay_that_are_to_be_kept(kept: Kept) -> None:
    kept.configure("keep_entries = 4")
    kept.collect(*ALL, at=START)
    kept.collect("new", at=START + DAY)
    assert kept.keep_house(START + DAY).entries == 7
    assert kept.stored() == {"new", "e0", "e1", "e2"}


def test_what_the_feed_still_shows_stays_whatever_its_age(kept: Kept) -> None:
    kept.configure('keep = "1d"\nkeep_entries = 1')
    kept.collect(*ALL, at=START)
    kept.collect("new", *ALL[:6], at=START + DAY)
    assert kept.keep_house(START + 99 * DAY).entries == 4
    assert kept.stored() == {"new", *ALL[:6]}


def test_what_was_removed_does_not_come_back_as_new(kept: Kept) -> None:
    """A server that answers with an old document, or an empty one in between, is no rarity."""
    kept.configure("keep_entries = 1")
    kept.collect(*ALL, at=START)
    kept.collect("new", at=START + DAY)
    kept.keep_house(START + DAY)
    before = kept.planet.documents()
    assert kept.collect(*ALL, at=START + 2 * DAY) == 0
    assert kept.collect("newer", *ALL[5:], at=START + 3 * DAY) == 1
    assert kept.stored() == {"newer", "new", "e0"}
    assert kept.planet.documents() != before
    assert kept.planet.titles() == ["newer", "new"]


def test_a_feed_may_be_kept_longer_than_the_others_or_shorter(kept: Kept) -> None:
    kept.configure('keep = "10d"\nkeep_entries = 1', feed='keep = "forever"\nkeep_entries = "all"')
    kept.collect(*ALL, at=START)
    kept.collect("new", at=START + DAY)
    assert kept.keep_house(START + 99 * DAY).entries == 0
    kept.configure('keep = "forever"', feed="keep_entries = 3")
    assert kept.keep_house(START + 99 * DAY).entries == 8
    assert kept.stored() == {"new", "e0", "e1"}


def test_articles_are_never_removed(kept: Kept) -> None:
    kept.configure('keep = "1d"\nkeep_entries = 1')
    for n in range(6):
        kept.planet.article(f"a{n}.md", date=f"2001-01-0{n + 1}")
    kept.collect(at=START)
    assert kept.keep_house(START + 99 * DAY).entries == 0
    assert len(kept.stored()) == 6


def test_a_source_that_is_gone_from_the_configuration_goes_with_its_last_entry(kept: Kept) -> None:
    kept.configure('keep = "30d"')
    kept.collect(*ALL, at=START)
    kept.configure('keep = "30d"', followed=False)
    kept.planet.cycle(at=START + DAY)
    assert kept.keep_house(START + 20 * DAY) == Housekept()
    assert kept.keep_house(START + 40 * DAY).entries == 8, "two are published"
    for n in range(2):
        kept.planet.article(f"a{n}.md", date="2024-02-01")
    kept.planet.cycle(at=START + 40 * DAY)
    done = kept.keep_house(START + 41 * DAY)
    assert (done.entries, done.sources) == (2, 1)
    assert kept.select("SELECT key FROM sources") == [("articles:articles",)]
    assert kept.select("SELECT name FROM categories WHERE key = 'tag of site'") == []


def test_a_source_that_comes_back_in_time_has_lost_nothing(kept: Kept) -> None:
    kept.configure('keep = "30d"')
    kept.collect(*ALL, at=START)
    kept.configure('keep = "30d"', followed=False)
    kept.planet.cycle(at=START + DAY)
    kept.keep_house(START + 29 * DAY)
    kept.configure('keep = "30d"')
    assert kept.planet.cycle(at=START + 29 * DAY).counts.new == 0
    assert kept.stored() == set(ALL)


def test_an_original_stays_while_a_copy_of_it_does(kept: Kept) -> None:
    planet, server = kept.planet, kept.server
    both = "".join(f'[[feeds]]\nurl = "{server.url}/{n}"\n' for n in "ab")
    limits = '[store]\nkeep = "30d"\n[fetch]\nallow_private_hosts = true\n'
    planet.configure(limits + FEW + both)
    for name in "ab":
        server.put(f"/{name}", rss("site", "shared", "other"))
    planet.cycle(at=START)
    server.put("/a", rss("site", "n1", "n2", day=2))
    planet.cycle(at=START + 10 * DAY)
    assert kept.keep_house(START + 35 * DAY).entries == 0, "b still shows the copies"
    server.put("/b", rss("site", "n1", "n2", day=2))
    planet.cycle(at=START + 35 * DAY)
    assert kept.keep_house(START + 35 * DAY).entries == 4
    assert planet.titles() == ["n1", "n2"]


def test_a_store_that_is_much_emptier_becomes_smaller(kept: Kept) -> None:
    kept.configure("keep_entries = 1")
    big = "".join(chr(0x4E00 + n * 7919 % 20000) for n in range(20_000))
    items = "".join(
        f"<item><guid>https://x.example/{n}</guid><title>{n}</title>"
        f"<description>{n} {big}</description></item>"
        for n in range(100)
    )
    head = '<rss version="2.0"><channel><title>x</title><link>https://x.example/</link>'
    kept.server.put("/f", f"{head}<description/>{items}</channel></rss>")
    kept.planet.cycle(at=START)
    path = kept.planet.root / "feedkit.db"
    before = path.stat().st_size
    kept.collect("new", at=START + DAY)
    done = kept.keep_house(START + DAY)
    assert done.freed > 3_000_000
    assert path.stat().st_size == before - done.freed
    assert kept.select("PRAGMA integrity_check") == [("ok",)]


def test_house_is_kept_once_a_day_also_after_a_clock_went_wrong(kept: Kept) -> None:
    kept.configure("keep_entries = 1")
    kept.collect(*ALL, at=START)
    kept.keep_house(START)
    settings = load_settings(kept.planet.root / "config.toml")
    with open_store(settings.store.url) as store:
        for days, expected in ((0.9, False), (1, True), (-0.9, False), (-1, True)):
            assert is_due(store, to_microseconds(START + days * DAY)) is expected


def test_a_run_keeps_house_and_says_what_it_removed(kept: Kept) -> None:
    kept.configure("keep_entries = 1")
    kept.collect(*ALL, at=START)
    kept.collect("new", at=START + DAY)
    first, second = kept.planet.feedkit("run"), kept.planet.feedkit("run")
    assert first.conclusion == "Removed 9 entries past what is kept."
    assert second.conclusion == "Nothing to write: all 4 files in public are up to date."


def test_the_last_entry_under_an_alias_may_be_removed(kept: Kept) -> None:
    kept.configure('keep = "1d"', feed='[categories."Reading"]\naliases = ["books"]\n')
    book = "<item><title>a book</title><guid>b</guid><category>books</category></item>"
    document = rss("site", *ALL).replace("</channel>", f"{book}</channel>")
    kept.server.put("/f", document, etag='"1"')
    kept.planet.cycle(at=START)
    assert kept.planet.titles("reading") == ["a book"]
    kept.server.put("/f", document.replace("<category>books</category>", ""), etag='"2"')
    kept.planet.cycle(at=START + DAY)
    kept.collect("new", "newer", at=START + 2 * DAY)
    assert kept.keep_house(START + 9 * DAY).entries > 0
    assert kept.planet.titles("reading") == []
