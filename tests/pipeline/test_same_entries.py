"""Entries that are one, of several sources or under several guids: feeds from a real server, and
what a reader of the published documents sees."""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from feed_server import FeedServer
from lxml import etree
from planet import ARTICLES, Planet

from feedkit.store import Store

HOSTS = '[fetch]\nallow_private_hosts = true\nper_host = 10\ntimeout = "5s"\n'
ATOM = "{http://www.w3.org/2005/Atom}"
BLOG = "https://blog.example/"
WORDS = "A text of some length, which says what there is to say about it."


@pytest.fixture(name="server")
def server_fixture() -> Iterator[FeedServer]:
    with FeedServer().serving() as server:
        yield server


@pytest.fixture(name="planet")
def planet_fixture(tmp_path: Path) -> Planet:
    return Planet(tmp_path)


def item(
    title: str = "",
    link: str | None = None,
    guid: str | None = None,
    words: str = WORDS,
    *,
    source: str | None = None,
    minute: int = 0,
    more: str = "",
) -> str:
    """An RSS item; `source` is the address of the feed that it says it comes from."""
    return (
        f"<item><title>{title}</title>"
        + (f"<link>{link}</link>" if link else "")
        + (f"<guid>{guid}</guid>" if guid else "")
        + (f"<description>{words}</description>" if words else "")
        + (f'<source url="{source}">Blog</source>' if source else "")
        + (f"<pubDate>Mon, 01 Jan 2024 10:{minute:02}:00 GMT</pubDate>" if minute >= 0 else "")
        + f"{more}</item>"
    )


def rss(site: str, *items: str) -> str:
    return (
        f'<rss version="2.0"><channel><title>Of {site}</title><link>{site}</link>'
        f"<description>d</description>{''.join(items)}</channel></rss>"
    )


def feed(url: str, category: str | None = None, more: str = "") -> str:
    given = f'categories = ["{category}"]\n' if category else ""
    return f'[[feeds]]\nurl = "{url}"\n{given}{more}'


def published(planet: Planet, name: str, topic: str = "") -> etree._Element:
    """A category's document (none named: of all)."""
    folder = planet.public / (f"categories/{topic}" if topic else "")
    return etree.fromstring((folder / name).read_bytes())


def ids(planet: Planet, topic: str = "") -> list[str]:
    """The ids of a category's entries, in their order; RSS has the same."""
    entries = published(planet, "atom.xml", topic).iter(f"{ATOM}entry")
    found = [entry.findtext(f"{ATOM}id") or "" for entry in entries]
    items = published(planet, "rss.xml", topic).iter("item")
    assert [entry.findtext("guid") for entry in items] == found
    return found


def terms(planet: Planet, topic: str = "") -> list[list[str]]:
    """The categories that each entry names."""
    return [
        [str(category.get("term")) for category in entry.iter(f"{ATOM}category")]
        for entry in published(planet, "atom.xml", topic).iter(f"{ATOM}entry")
    ]


# One entry of two sources

HELLO = item("Hello", f"{BLOG}hello", "tag:blog.example,2024:hello")
COPY = item(
    "Blog: Hello",
    "https://r.example/redirect?to=1",
    "tag:blog.example,2024:hello",
    source=f"{BLOG}feed.xml",
)


def test_a_planet_and_the_original_in_one_category(server: FeedServer, planet: Planet) -> None:
    blog = server.put("/blog", rss(BLOG, HELLO))
    copies = server.put(
        "/planet", rss("https://planet.example/", COPY.replace(f"{BLOG}feed.xml", blog))
    )
    planet.configure(HOSTS + feed(copies, "Python") + feed(blog, "Python"))
    report = planet.cycle()
    assert (planet.titles(), planet.titles("python")) == (["Hello"], ["Hello"])
    assert report.counts.new == 2, "each source brought one"
    before = planet.stamps()
    assert planet.cycle().published.written == []
    assert planet.rewritten(before) == set()


def test_the_original_is_in_the_categories_of_its_copy_too(
    server: FeedServer, planet: Planet
) -> None:
    tagged = HELLO.replace("</item>", "<category>Own</category></item>")
    copy = HELLO.replace("</item>", "<category>Tag</category></item>")
    planet.configure(
        HOSTS
        + feed(server.put("/blog", rss(BLOG, tagged)), "Blogs")
        + feed(server.put("/planet", rss("https://planet.example/", copy)), "Planets")
        + '[publish]\ncategories = "all"\nmin_entries = 1\n'
    )
    planet.cycle()
    for topic in ("", "blogs", "planets", "own", "tag"):
        assert planet.titles(topic) == ["Hello"]
        assert terms(planet, topic) == [["Own", "Blogs", "Planets", "Tag"]]
    for document in planet.documents().values():
        assert b"Of https://blog.example/" in document
        assert b"Of https://planet.example/" not in document


@pytest.mark.parametrize("same_id", [True, False])
def test_an_original_that_comes_later_takes_the_place_of_its_copy(
    server: FeedServer, planet: Planet, *, same_id: bool
) -> None:
    copy = HELLO if same_id else HELLO.replace("tag:blog.example,2024:hello", "tag:other,2024:1")
    planets = server.put("/planet", rss("https://planet.example/", copy))
    blog = server.put("/blog", rss(BLOG))
    planet.configure(HOSTS + feed(planets, "Planets") + feed(blog, "Blogs"))
    planet.cycle()
    assert (planet.titles("planets"), planet.titles("blogs")) == (["Hello"], [])
    assert b"Of https://planet.example/" in planet.documents()["rss.xml"]
    server.put("/blog", rss(BLOG, HELLO))
    planet.cycle()
    assert ids(planet) == ids(planet, "planets") == ids(planet, "blogs")
    assert ids(planet) == ["tag:blog.example,2024:hello"]
    assert b"Of https://planet.example/" not in planet.documents()["rss.xml"]
    before = planet.documents()
    server.put("/planet", rss("https://planet.example/", copy, item("New", "https://x.example/n")))
    planet.cycle()
    assert ids(planet)[-1] == "tag:blog.example,2024:hello"
    assert planet.documents()["categories/blogs/atom.xml"] == before["categories/blogs/atom.xml"]


def test_a_copy_is_published_again_when_its_original_is_filtered_out(
    server: FeedServer, planet: Planet
) -> None:
    blog = server.put("/b", rss(BLOG, HELLO))
    planets = server.put("/p", rss("https://planet.example/", HELLO))
    config = HOSTS + feed(planets, "Planets") + feed(blog, "Blogs", "{}")
    planet.configure(config.format(""))
    planet.cycle()
    both = planet.documents()
    planet.configure(config.format('exclude = ["Hello"]\n'))
    planet.cycle()
    assert (planet.titles(), planet.titles("planets")) == (["Hello"], ["Hello"])
    assert planet.titles("blogs") == []
    assert terms(planet) == [["Planets"]]
    planet.configure(config.format(""))
    planet.cycle()
    assert planet.documents() == both


def test_an_edit_that_makes_another_entry_of_it_brings_the_copy_back(
    server: FeedServer, planet: Planet
) -> None:
    blog = server.put("/b", rss(BLOG, item("Hello", f"{BLOG}hello", "tag:b,2024:1")))
    planets = server.put("/p", rss("https://p.example/", item("Hello", f"{BLOG}hello")))
    planet.configure(HOSTS + feed(blog) + feed(planets))
    planet.cycle()
    assert planet.titles() == ["Hello"]
    server.put("/b", rss(BLOG, item("Moved", f"{BLOG}moved", "tag:b,2024:1")))
    planet.cycle()
    assert sorted(planet.titles()) == ["Hello", "Moved"]


def test_the_page_of_an_article_in_a_feed_is_the_article(
    server: FeedServer, planet: Planet
) -> None:
    page = "https://planet.example.org/articles/hello/"
    other = server.put("/p", rss("https://p.example/", item("hello", page, words="My own words.")))
    own = server.put(
        "/own", rss("https://planet.example.org/", item("hello", page, "tag:x,2024:1"))
    )
    planet.configure(
        ARTICLES
        + 'base_url = "https://planet.example.org/articles/"\ncategories = ["Mine"]\n'
        + HOSTS
        + feed(own, "Feeds")
        + feed(other, "Links")
    )
    planet.article("hello.md", WORDS, date="2024-01-01", permalink="hello/")
    for _ in range(2):
        planet.cycle()
        assert ids(planet, "feeds") == ids(planet, "mine")
        assert ids(planet, "mine") == ["tag:planet.example.org,2026:articles/hello.md"]
        assert ids(planet, "links") == [page]
    (planet.articles / "hello.md").unlink()
    planet.cycle()
    assert (ids(planet, "feeds"), ids(planet, "mine")) == (["tag:x,2024:1"], [])


def test_a_feed_added_to_a_folder_that_was_alone(server: FeedServer, planet: Planet) -> None:
    page = "https://planet.example.org/articles/hello/"
    mine = ARTICLES + 'base_url = "https://planet.example.org/articles/"\n'
    own = rss("https://planet.example.org/", item("hello", page, "tag:x,2024:1"))
    planet.article("hello.md", WORDS, date="2024-01-01", permalink="hello/")
    planet.configure(mine)
    planet.cycle()
    planet.configure(mine + HOSTS + feed(server.put("/own", own), "Feeds"))
    planet.cycle()
    assert ids(planet) == ids(planet, "feeds") == ["tag:planet.example.org,2026:articles/hello.md"]


def test_a_link_blog_stays_beside_what_it_links_to(server: FeedServer, planet: Planet) -> None:
    """Also where it has no guids, so that its ids are the original's, too."""
    link = f"{BLOG}hello"
    blog = server.put("/b", rss(BLOG, item("Hello", link, link)))
    with_words = item("Hello", link, words="I do not agree with this, and here is why.", minute=1)
    with_guid = item("Hello", link, "tag:l,2024:1", words=f"{WORDS} Really?", minute=2)
    comments = "<comments>https://c.example/1</comments>"
    aggregator = item("Hello", link, "https://c.example/1", words="", minute=3, more=comments)
    nothing_new = item("Hello", link, words="", minute=4)
    linked = [
        server.put(f"/{n}", rss("https://links.example/", entry))
        for n, entry in enumerate((with_words, with_guid, aggregator, nothing_new))
    ]
    planet.configure(HOSTS + "".join(feed(url, "Links") for url in (*linked, blog)))
    planet.cycle()
    found = ids(planet)
    assert len(found) == len(set(found)) == 4
    assert found[:2] == ["https://c.example/1", "tag:l,2024:1"]
    document = (planet.public / "categories/links/atom.xml").read_text()
    for words in ("I do not agree", "Really?", WORDS):
        assert words in document
    server.put("/b", rss(BLOG, item("Other", f"{BLOG}other"), item("Hello", link, link)))
    planet.cycle()
    assert set(ids(planet)) == {*found, f"{BLOG}other"}


def test_what_a_source_that_is_followed_no_more_has_is_no_original(
    server: FeedServer, planet: Planet
) -> None:
    """As when the config names a feed by its new address."""
    old, new = (server.put(path, rss(BLOG, HELLO)) for path in ("/old", "/new"))
    planet.configure(HOSTS + feed(old))
    planet.cycle()
    before = ids(planet)
    planet.configure(HOSTS + feed(new))
    planet.cycle()
    server.put("/new", rss(BLOG, HELLO.replace(WORDS, "Put right.")))
    planet.cycle()
    assert ids(planet) == before
    assert b"Put right." in planet.documents()["atom.xml"]


def test_entries_of_an_older_store_are_compared_in_the_first_run(
    server: FeedServer, planet: Planet
) -> None:
    planet.configure(
        HOSTS
        + feed(server.put("/p", rss("https://planet.example/", HELLO)), "Planets")
        + feed(server.put("/b", rss(BLOG, HELLO)), "Blogs")
    )
    planet.cycle()
    compared = planet.documents()
    connection = sqlite3.connect(planet.root / "feedkit.db")
    with connection:
        connection.execute("DELETE FROM entry_keys")
        connection.execute("DELETE FROM entry_categories WHERE NOT own AND NOT given")
        connection.execute("UPDATE entry_categories SET shown = 1")
        connection.execute("UPDATE entries SET original_id = NULL, lent = NULL")
        connection.execute("UPDATE sources SET is_keyed = 0")
    connection.close()
    planet.cycle(due=True)
    assert planet.documents() == compared


# One entry under several guids


def flood(site: str, count: int, *, guid: str = "", link: str = "", words: str = WORDS) -> str:
    """A feed of `count` entries whose guids and links begin with `guid` and `link`."""
    entries = [
        item(f"Entry {n}", f"{link or BLOG}{n}", f"{guid or BLOG}{n}", words, minute=n)
        for n in range(count)
    ]
    return rss(site, *entries)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("http://blog.example/", "https://blog.example/"),
        ("https://blog.example/", "http://www.blog.example/"),
        ("http://blog.example/", "https://new.example/"),
        ("http://blog.example/?p=", "https://new.example/?p="),
        ("tag:blog.example,2024:", "urn:other:"),
        ("tag:blog.example,2024:", ""),
    ],
)
def test_a_source_that_changes_all_its_guids_changes_no_byte(
    server: FeedServer, planet: Planet, before: str, after: str
) -> None:
    url = server.put("/", flood(BLOG, 50, guid=before))
    planet.configure(HOSTS + feed(url, "Blogs") + "[publish]\nentries = 80\n")
    planet.cycle()
    compared, stamps = planet.documents(), planet.stamps()
    report = None
    for guid in (after, after, before, after):  # it flips, as two mirrors do
        server.put("/", flood(BLOG, 50, guid=guid))
        report = planet.cycle()
        assert (report.counts.new, report.counts.changed) == (0, 0)
    assert planet.documents() == compared
    assert planet.rewritten(stamps) == set()
    server.put("/", flood(BLOG, 51, guid=after, words="Edited."))
    report = planet.cycle()
    assert (report.counts.new, report.counts.changed) == (1, 50)
    assert set(ids(planet)) > {f"{before}{n}" for n in range(50)}


@pytest.mark.parametrize("query", ["?utm_source=rss", "?source=feed", "?session=1", "#top"])
def test_something_appended_to_all_guids_changes_no_byte(
    server: FeedServer, planet: Planet, query: str
) -> None:
    plain = flood(BLOG, 30)
    planet.configure(HOSTS + feed(server.put("/", plain)))
    planet.cycle()
    stamps = planet.stamps()
    server.put("/", plain.replace("</guid>", f"{query}</guid>"))
    assert planet.cycle().counts.new == 0
    assert planet.rewritten(stamps) == set()


def test_half_of_the_guids_changed(server: FeedServer, planet: Planet) -> None:
    plain = flood("http://blog.example/", 20, guid="http://blog.example/")
    planet.configure(HOSTS + feed(server.put("/", plain)))
    planet.cycle()
    stamps = planet.stamps()
    server.put("/", plain.replace("<guid>http://blog.example/1", "<guid>https://blog.example/1"))
    assert planet.cycle().counts.new == 0
    assert planet.rewritten(stamps) == set()


def test_a_site_that_moved_keeps_its_ids_and_takes_its_new_links(
    server: FeedServer, planet: Planet
) -> None:
    old, new = "http://old.example/", "https://new.example/"
    planet.configure(HOSTS + feed(server.put("/", flood(old, 20, guid=old, link=old))))
    planet.cycle()
    before = ids(planet)
    server.put("/", flood(new, 20, guid=new, link=new))
    report = planet.cycle()
    assert (report.counts.new, report.counts.changed) == (0, 20)
    assert ids(planet) == before
    assert b"https://new.example/7" in planet.documents()["atom.xml"]


def singles(entries: Sequence[str], planet: Planet, server: FeedServer) -> list[str]:
    """The titles published after each of `entries` was a feed's only one, a run each."""
    planet.configure(HOSTS + feed(server.url + "/"))
    for entry in entries:
        server.put("/", rss(BLOG, entry))
        planet.cycle()
    return sorted(ids(planet))


def test_what_only_looks_like_the_same_entry_is_a_new_one(
    server: FeedServer, planet: Planet
) -> None:
    weekly = [item("Open thread", f"{BLOG}thread", f"tag:b,2024:{n}", minute=n) for n in range(4)]
    assert len(singles(weekly, planet, server)) == 4


@pytest.mark.parametrize(
    "entries",
    [
        [item("Hello", BLOG, f"tag:b,2024:{n}", f"Text {n}.") for n in range(3)],
        [item("Same", f"{BLOG}page", f"tag:b,2024:{n}", f"Text {n}.", minute=-1) for n in range(3)],
        [item(f"Title {n}", f"{BLOG}page", f"{BLOG}page#{n}", f"Text {n}.") for n in range(3)],
        [item(f"Title {n}", f"{BLOG}news?id={n}", words=f"Text {n}.") for n in range(3)],
        [item(f"Of {n}", f"https://{n}.example/?p=1", words=f"Text {n}.") for n in range(3)],
        [item("Hello world!", f"https://{n}.example/?p=1", minute=n) for n in range(3)],
    ],
)
def test_no_entry_is_lost_to_another_that_left_the_feed(
    server: FeedServer, planet: Planet, entries: list[str]
) -> None:
    assert len(singles(entries, planet, server)) == 3


class PowerCutError(Exception):
    """What a test's kill is."""


def test_what_a_kill_left_hidden_is_published_by_a_cycle_that_asks_nobody(
    planet: Planet, server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(_: Store) -> None:
        raise PowerCutError

    ours = server.put("/blog", rss(BLOG, item("Shared", f"{BLOG}1", f"{BLOG}1")))
    theirs = server.put("/planet", rss("https://p.example/", item("Shared", f"{BLOG}1")))
    planet.configure(HOSTS + feed(ours))
    planet.cycle()
    planet.configure(HOSTS + feed(ours) + feed(theirs, "Planet"))
    with monkeypatch.context() as patch:
        patch.setattr("feedkit.pipeline.run.settle", die)
        with pytest.raises(PowerCutError):
            planet.cycle(due=True)
    assert stored(planet, "SELECT COUNT(*) FROM unsettled") == [(1,)]
    assert planet.feedkit("store", "check").code == 0
    server.asked()
    planet.cycle(due=True)
    assert server.asked() == []
    assert planet.titles() == planet.titles("planet") == ["Shared"]
    assert stored(planet, "SELECT COUNT(*) FROM unsettled") == [(0,)]


def stored(planet: Planet, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(planet.root / "feedkit.db")
    rows = connection.execute(query).fetchall()
    connection.close()
    return rows
