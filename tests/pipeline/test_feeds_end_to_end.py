"""Feeds, from a real server on loopback (and from local files) to the documents."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from feed_server import FeedServer, atom, rss
from planet import ARTICLES, Ended, Planet, both, is_well_formed
from raw_server import Exchange, serving

import feedkit
from feedkit.errors import StoreError
from feedkit.model import Origin, Person
from feedkit.pipeline import asking
from feedkit.pipeline.report import Report
from feedkit.store import SourceRow, open_store

FETCH = '[fetch]\nallow_private_hosts = true\nper_host = 10\ntimeout = "2s"\n'


@pytest.fixture(name="server")
def server_fixture() -> Iterator[FeedServer]:
    with FeedServer().serving() as server:
        yield server


@pytest.fixture(name="planet")
def planet_fixture(tmp_path: Path) -> Planet:
    return Planet(tmp_path)


def feeds(*urls: str, more: str = "") -> str:
    return FETCH + "".join(f'[[feeds]]\nurl = "{url}"\n{more}' for url in urls)


def outcomes(report: Report) -> list[str]:
    return [source.outcome for source in report.sources]


def stored(planet: Planet) -> dict[str, SourceRow]:
    with open_store(f"sqlite:///{planet.root}/feedkit.db") as store, store.read() as transaction:
        return transaction.sources.all()


# Conditional requests


def test_ten_feeds_beside_articles_and_then_ten_304s_and_nothing_parsed(
    server: FeedServer, planet: Planet
) -> None:
    urls = [
        server.put(f"/{n}", (rss if n % 2 else atom)(f"site{n}", f"a{n}", f"b{n}", day=n + 1),
                   etag=f'"{n}"', last_modified=f"Mon, 0{n} Jan 2024 10:00:00 GMT")
        for n in range(10)
    ]  # fmt: skip
    planet.article("article.md", date="2024-06-01")
    planet.configure(ARTICLES + feeds(*urls, more='categories = ["Blogs"]\n'))
    first = planet.feedkit("run", "--all", "--strict")
    assert first.code == 0
    assert first.lines[-2] == "11 sources: 21 new, 0 changed, 0 unchanged"
    assert [asked.status for asked in server.asked()] == [200] * 10
    everything = {f"{letter}{n}" for letter in "ab" for n in range(10)}
    assert set(planet.titles("blogs")) == everything
    assert set(planet.titles(format_name="rss")) == everything | {"article"}
    before = planet.stamps()

    second = planet.feedkit("run", "--all", "--strict")
    assert [(asked.status, asked.if_none_match) for asked in server.asked()] == [
        (304, f'"{n}"') for n in range(10)
    ]
    assert [line.partition(": ")[2] for line in second.lines[1:11]] == ["unchanged"] * 10
    assert second.conclusion.startswith("Nothing to write")
    assert planet.rewritten(before) == set()

    third = planet.feedkit("run")
    assert server.asked() == []
    assert "10 not due" in third.lines[-2]


def test_validators_go_back_byte_for_byte(server: FeedServer, planet: Planet) -> None:
    etags = ['W/"a, b\\"', '"caf\xe9 \xff"', "bare", '""']
    modified = "yesterday, more or less  (local)"
    urls = [
        server.put(f"/{n}", rss("a", f"t{n}"), etag=etag, last_modified=modified)
        for n, etag in enumerate(etags)
    ]
    planet.configure(feeds(*urls))
    planet.cycle()
    assert [row.validators[:2] for row in stored(planet).values()] == [
        (etag, modified) for etag in etags
    ]
    server.asked()
    assert outcomes(planet.cycle()) == ["unchanged"] * 4
    assert [(a.status, a.if_none_match, a.if_modified_since) for a in server.asked()] == [
        (304, etag, modified) for etag in etags
    ]


def test_an_unchanged_body_with_a_new_etag_is_not_parsed_and_the_etag_is_kept(
    server: FeedServer, planet: Planet
) -> None:
    url = server.put("/", rss("a", "one"), etag='"1"')
    planet.configure(feeds(url))
    planet.cycle()
    server.change("/", etag='"2"')
    report = planet.cycle()
    assert (outcomes(report), report.published.written) == (["unchanged"], [])
    planet.cycle()
    assert [(a.status, a.if_none_match) for a in server.asked()] == [
        (200, None), (200, '"1"'), (304, '"2"'),
    ]  # fmt: skip


def test_a_server_that_stops_sending_validators_is_asked_without(
    server: FeedServer, planet: Planet
) -> None:
    planet.configure(feeds(server.put("/", rss("a", "one"), etag='"1"')))
    planet.cycle()
    server.put("/", rss("a", "two", "one"))
    planet.cycle()
    planet.cycle()
    assert [a.if_none_match for a in server.log] == [None, '"1"', None]
    assert planet.titles() == ["two", "one"]


def test_a_failed_fetch_keeps_the_validators_and_the_entries(
    server: FeedServer, planet: Planet
) -> None:
    planet.configure(feeds(server.put("/", rss("a", "one"), etag='"1"')))
    planet.cycle()
    before = planet.stamps()
    for body, status in ((b"oops", 503), (b"<html><body>Parked.</body></html>", 200)):
        server.put("/", body, status=status, etag='"parked"')
        assert outcomes(planet.cycle()) == ["failed"]
    (row,) = stored(planet).values()
    assert (row.failures, row.validators.etag) == (2, '"1"')
    assert row.error is not None
    server.put("/", rss("a", "one"), etag='"1"')
    assert outcomes(planet.cycle()) == ["unchanged"]
    assert server.log[-1].status == 304
    (row,) = stored(planet).values()
    assert (row.failures, row.error) == (0, None)
    assert planet.rewritten(before) == set()


# What goes wrong


def test_an_address_without_https_is_told_how_to_be_written(tmp_path: Path) -> None:
    planet = Planet(tmp_path, '[[feeds]]\nurl = "example.org/feed.xml"\n')
    (source,) = planet.cycle().failed
    said = "is not there; if it is an address, write https://example.org/feed.xml"
    assert source.reason == said
    planet.write("example.org/feed.xml", rss("a", "a path"))
    planet.cycle()
    assert planet.titles() == ["a path"]


def test_feeds_that_fail_among_good_ones_get_a_line_each(
    server: FeedServer, planet: Planet
) -> None:
    good = [server.put(f"/good{n}", rss(f"g{n}", f"good {n}")) for n in range(3)]
    error = server.put("/error", b"oops", status=500)
    hangs = server.put("/hangs", rss("h", "late"), hangs=True)
    page = server.put(
        "/page", b"<!DOCTYPE html><title>Hi</title><p>Hello", content_type="text/html"
    )
    empty = server.put("/empty", b"")
    gone = server.url + "/gone"
    refused = "http://127.0.0.1:9/feed"
    missing = "missing.xml"
    bad = [error, hangs, page, empty, gone, refused, missing]
    config = feeds(good[0], *bad[:4], good[1], *bad[4:], good[2]).replace('"2s"', '"1s"')
    planet.article("article.md", date="2024-06-01")
    planet.configure(ARTICLES + config)
    ended = planet.feedkit("run")
    assert ended.code == 0
    assert set(planet.titles()) == {"good 0", "good 1", "good 2", "article"}
    problems = ended.lines[12:-1]
    assert [line.partition(": ")[0] for line in problems] == bad
    reasons = dict(line.split(": ", 1) for line in problems)
    assert reasons[error] == "answered 500 Internal Server Error"
    assert reasons[hangs] == "gave no whole answer within 1 s (fetch.timeout)"
    assert "HTML" in reasons[page]
    assert reasons[gone] == "answered 404 Not Found; check its address"
    assert reasons[missing] == "is not there"
    assert ended.lines[11] == "11 sources: 4 new, 0 changed, 0 unchanged, 7 failed"
    planet.configure(feeds(good[0], error))
    assert planet.feedkit("run", "--strict", "--all", "-q").code == 1


def test_a_private_host_is_refused_unless_the_config_allows_it(
    server: FeedServer, planet: Planet
) -> None:
    planet.configure(f'[[feeds]]\nurl = "{server.put("/", rss("a", "secret"))}"\n')
    (report,) = planet.cycle().sources
    assert report.outcome == "failed"
    assert "fetch.allow_private_hosts" in str(report.reason)
    assert (server.log, planet.titles()) == ([], [])


def test_a_password_in_an_address_is_used_but_neither_shown_nor_published(
    server: FeedServer, planet: Planet
) -> None:
    server.put("/feed", rss("a", "one"))
    server.put("/bad", b"no feed")
    host = f"ada:s3cret@127.0.0.1:{server.port}"
    planet.configure(feeds(f"http://{host}/feed", f"http://{host}/bad"))
    ended = planet.feedkit("run", "-v")
    assert f"http://127.0.0.1:{server.port}/feed: 1 new, 0 changed, 0 unchanged" in ended.lines
    assert "s3cret" not in "\n".join(ended.lines)
    assert planet.titles() == ["one"]
    for document in planet.documents().values():
        assert f"127.0.0.1:{server.port}/feed".encode() in document, "where the entry came from"
        assert b"s3cret" not in document
        assert b"ada" not in document


# Several runs


def test_new_edited_and_dropped_entries(server: FeedServer, planet: Planet) -> None:
    url = server.put("/", rss("a", "two", "one"))
    other = server.put("/other", atom("b", "three", day=2))
    planet.configure(feeds(url, other, more='categories = ["Blogs"]\n'))
    planet.cycle()
    before = planet.stamps()
    server.put("/", rss("a", "four", "two", day=8).replace("About two", "More about two"))
    report = planet.cycle()
    assert (report.counts.new, report.counts.changed) == (1, 1)
    assert planet.titles() == ["four", "two", "three", "one"], "what is listed no more stays"
    assert b"More about two" in (planet.public / "rss.xml").read_bytes()
    assert planet.rewritten(before) == both("", "blogs")


def test_entries_of_one_time_come_in_the_feeds_order(server: FeedServer, planet: Planet) -> None:
    undated = rss("a", "c", "b", "a").replace("pubDate", "ignored")
    planet.configure(feeds(server.put("/", undated)))
    planet.cycle()
    assert planet.titles() == ["c", "b", "a"]
    server.put("/", rss("a", "d", "c").replace("pubDate", "ignored"))
    planet.cycle()
    assert planet.titles() == ["d", "c", "b", "a"]


def test_one_entry_of_two_feeds_comes_once_in_a_document(
    server: FeedServer, planet: Planet
) -> None:
    many = [f"e{n}" for n in range(30)]
    urls = [server.put(f"/{n}", rss("a", *many)) for n in range(3)]
    planet.configure(
        feeds(urls[0], more='categories = ["One"]\n')
        + feeds(*urls[1:], more='categories = ["Two"]\n').replace(FETCH, "")
        + "[publish]\nentries = 20\n"
    )
    planet.cycle()
    for topic in ("", "one", "two"):
        assert planet.titles(topic) == many[:20]


SAYS_ALL = """<feed xmlns="http://www.w3.org/2005/Atom"><id>tag:blog.example,2026:feed</id>
<title>Blog</title><updated>2026-01-01T00:00:00Z</updated><link href="https://blog.example/"/>
<author><name>Ada</name><email>ada@blog.example</email></author><rights>© Ada</rights>
<entry><id>tag:blog.example,2026:1</id><title>One</title><link href="https://blog.example/1"/>
<updated>2026-01-01T00:00:00Z</updated><author><name>Bo</name></author></entry></feed>"""


def test_an_entry_names_its_feed_as_that_names_itself(server: FeedServer, planet: Planet) -> None:
    """RFC 4287, 4.2.11: who aggregates tells the feed's own id and, of what it says, its rights."""
    url = server.put("/feed", SAYS_ALL)
    planet.configure(feeds(url))
    planet.cycle()
    published = feedkit.parse((planet.public / "atom.xml").read_bytes())
    said = Origin(
        "tag:blog.example,2026:feed",
        "Blog",
        "https://blog.example/",
        url,
        Person(name="Ada", email="ada@blog.example"),
        "© Ada",
    )
    assert published.entries[0].origin == said
    server.put("/feed", SAYS_ALL.replace("© Ada", "CC0"))
    assert planet.cycle().published.written == ["atom.xml"]  # RSS has no room for rights
    published = feedkit.parse((planet.public / "atom.xml").read_bytes())
    assert published.entries[0].origin == msgspec.structs.replace(said, rights="CC0")


def test_the_id_of_a_feed_that_is_none_is_its_address(server: FeedServer, planet: Planet) -> None:
    url = server.put("/feed", SAYS_ALL.replace("tag:blog.example,2026:feed", "my blog"))
    planet.configure(feeds(url))
    planet.cycle()
    origin = feedkit.parse((planet.public / "atom.xml").read_bytes()).entries[0].origin
    assert origin is not None
    assert origin.id == url


def test_the_time_of_a_feed_is_kept_and_a_failure_counts_as_a_try(
    server: FeedServer, planet: Planet
) -> None:
    good = server.put("/good", rss("a", "one"))
    planet.configure(feeds(good, server.url + "/gone") + '[schedule]\nevery = "1d"\n')
    planet.feedkit("run")
    assert len(server.asked()) == 2
    ended = planet.feedkit("run")
    assert server.asked() == []
    assert ended.lines[0] == (
        "2 sources: 0 new, 0 changed, 0 unchanged, 2 not due, 1 failing (see feedkit status)"
    )
    assert planet.feedkit("run", "--quiet").lines == []
    assert planet.feedkit("run", "--quiet", "--strict").code == 1, "it fails, though it waits"
    planet.feedkit("run", "--all")
    assert len(server.asked()) == 2


def test_a_feed_that_is_not_due_is_published_all_the_same(
    server: FeedServer, planet: Planet
) -> None:
    planet.configure(feeds(server.put("/", rss("a", "one"))))
    planet.cycle()
    planet.cycle(due=True)
    assert planet.titles() == ["one"]


# What the config says of a feed


def test_new_categories_reach_stored_entries_though_the_server_says_304(
    server: FeedServer, planet: Planet
) -> None:
    url = server.put("/", rss("a", "two", "one"), etag='"1"')
    planet.configure(feeds(url, more='categories = ["Old"]\n'))
    planet.cycle()
    planet.configure(feeds(url, more='categories = ["New", "News"]\n'))
    planet.cycle()
    assert server.asked()[-1].status == 304
    assert (planet.titles("new"), planet.titles("news")) == (["two", "one"],) * 2
    assert "old" not in planet.categories(), "nobody names it, and nothing is in it"
    planet.export("fresh")
    assert planet.documents("fresh") == planet.documents()


def test_patterns_apply_to_stored_entries_though_the_server_says_304(
    server: FeedServer, planet: Planet
) -> None:
    url = server.put("/", rss("a", "apple", "pear", "plum"), etag='"1"')
    planet.configure(feeds(url))
    planet.cycle()
    for patterns, titles in (
        ('include = ["^p"]\n', ["pear", "plum"]),
        ('include = ["^p"]\nexclude = ["lum$"]\n', ["pear"]),
        ('exclude = ["About p"]\n', ["apple"]),
        ("", ["apple", "pear", "plum"]),
    ):
        planet.configure(feeds(url, more=patterns))
        planet.cycle()
        assert planet.titles() == titles
    assert [asked.status for asked in server.log] == [200, 304, 304, 304, 304]


def test_patterns_keep_what_a_feed_brings_later_out_of_the_documents(
    server: FeedServer, planet: Planet
) -> None:
    url = server.put("/", rss("a", "good"))
    planet.configure(feeds(url, more='exclude = ["(?i)sponsored"]\n'))
    planet.cycle()
    before = planet.stamps()
    server.put("/", rss("a", "good", "Sponsored thing"))
    planet.cycle()
    assert planet.titles() == ["good"]
    assert planet.rewritten(before) == set()


def test_a_title_from_the_config_names_the_source_though_the_server_says_304(
    server: FeedServer, planet: Planet
) -> None:
    url = server.put("/", rss("a", "one"), etag='"1"')
    planet.configure(feeds(url))
    planet.cycle()
    assert b"<source><id>" in (planet.public / "atom.xml").read_bytes()
    planet.configure(feeds(url, more='title = "Ada’s blog"\n'))
    planet.cycle()
    for name in both(""):
        assert "Ada’s blog" in (planet.public / name).read_text()


def test_tags_of_a_feed_get_no_documents_unless_all_categories_do(
    server: FeedServer, planet: Planet
) -> None:
    config = feeds(server.put("/", rss("a", "one", "two"), etag='"1"'))
    planet.configure(config)
    planet.cycle()
    assert planet.categories() == set()
    planet.configure(config + '[publish]\ncategories = "all"\nmin_entries = 2\n')
    planet.cycle()
    assert planet.categories() == {"tag-of-a"}
    planet.configure(config + '[categories."TAG of a"]\nslug = "tagged"\n')
    planet.cycle()
    assert planet.titles("tagged") == ["one", "two"]


# Lists and files


def test_an_opml_lists_folders_are_categories_and_its_changes_are_followed(
    server: FeedServer, planet: Planet
) -> None:
    one, two = server.put("/1", rss("a", "one")), server.put("/2", rss("b", "two", day=8))
    outline = '<outline text="{}"><outline type="rss" text="Feed" xmlUrl="{}"/></outline>'

    def opml(*folders: tuple[str, str]) -> str:
        inside = "".join(outline.format(*folder) for folder in folders)
        return f'<opml version="2.0"><body>{inside}</body></opml>'

    planet.write("subs.opml", opml(("Tech", one), ("Life", two), ("Life", one)))
    planet.configure(
        feeds(one, more='title = "From the config"\ncategories = ["Mine"]\n')
        + '[[opml]]\npath = "subs.opml"\n'
    )
    report = planet.cycle()
    assert outcomes(report) == ["collected", "collected"]
    assert [planet.titles(name) for name in ("tech", "life", "mine")] == [
        ["one"], ["two", "one"], ["one"],
    ]  # fmt: skip
    assert "From the config" in (planet.public / "atom.xml").read_text()
    planet.write("subs.opml", opml(("Technik", one), ("Life", two)))
    planet.cycle()
    assert [planet.titles(name) for name in ("technik", "life")] == [["one"], ["two"]]
    assert "tech" not in planet.categories()


def test_an_opml_list_that_cannot_be_read_stops_no_other_source(
    server: FeedServer, planet: Planet
) -> None:
    planet.article("article.md", date="2024-06-01")
    planet.write("bad.opml", "no list")
    planet.configure(
        ARTICLES
        + feeds(server.put("/", rss("a", "one")))
        + '[[opml]]\npath = "bad.opml"\n[[opml]]\npath = "missing.opml"\n'
    )
    ended = planet.feedkit("run")
    assert ended.code == 0
    assert planet.titles() == ["article", "one"]
    assert any(line.startswith("missing.opml: is not there") for line in ended.lines)
    assert any(line.startswith("bad.opml: is no OPML file") for line in ended.lines)
    assert planet.feedkit("run", "--strict", "-q").code == 1


def test_a_local_feed_is_read_in_every_run_and_its_path_is_not_published(planet: Planet) -> None:
    planet.write("feeds/mine.xml", atom("mine", "one"))
    planet.configure('[[feeds]]\nurl = "feeds/mine.xml"\ncategories = ["Mine"]\nevery = "1w"\n')
    assert planet.feedkit("run").lines[0] == "feeds/mine.xml: 1 new, 0 changed, 0 unchanged"
    planet.write("feeds/mine.xml", atom("mine", "two", "one"))
    planet.feedkit("run")
    assert planet.titles("mine") == ["two", "one"]
    assert all(b"mine.xml" not in document for document in planet.documents().values())
    planet.write("feeds/mine.xml", "gone wrong")
    ended = planet.feedkit("run")
    assert any(line.startswith("feeds/mine.xml: ") for line in ended.lines)
    assert planet.titles("mine") == ["two", "one"]


def test_every_document_of_odd_feeds_is_well_formed(server: FeedServer, planet: Planet) -> None:
    odd = (
        b'<rss version="2.0"><channel><title>a\x01b & c</title>'
        b"<item><description>\x0bcontrol \x02 <b>text</b> &amp;lt;</description></item>"
        b"<item><title>\xff\xfe</title><category>a\x05b</category></item></channel>"
    )
    planet.configure(
        feeds(server.put("/odd", odd), more='categories = ["Odd"]\n')
        + '[publish]\ncategories = "all"\nmin_entries = 1\n'
    )
    planet.cycle()
    documents = planet.documents()
    assert len(documents) == 6
    assert [name for name, data in documents.items() if not is_well_formed(data)] == []


def test_a_feed_s_own_title_comes_back_when_the_config_names_none(tmp_path: Path) -> None:
    feed = (
        "<rss version='2.0'><channel><title>Own</title><item><guid>1</guid></item></channel></rss>"
    )
    planet = Planet(tmp_path, '[[feeds]]\nurl = "f.xml"\ntitle = "Given"\n')
    planet.write("f.xml", feed)
    planet.cycle()
    assert b"<title>Given</title>" in planet.documents()["atom.xml"]
    planet.configure('[[feeds]]\nurl = "f.xml"\n')
    planet.cycle()
    assert b"<title>Own</title>" in planet.documents()["atom.xml"]


def test_a_store_that_fails_while_feeds_are_collected_ends_the_run_with_its_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planet = Planet(tmp_path, '[[feeds]]\nurl = "a.xml"\n[[feeds]]\nurl = "b.xml"\n')
    for name in "ab":
        planet.write(f"{name}.xml", "<rss version='2.0'><channel><title>T</title></channel></rss>")

    def full(*_: object) -> None:
        raise StoreError("store feedkit.db: cannot be used: database or disk is full")

    monkeypatch.setattr(asking, "save_answer", full)  # a full disk is not to be had in a test
    with pytest.raises(StoreError, match="database or disk is full"):
        planet.cycle()


# Secrets


def test_a_feed_behind_a_password_is_collected_and_nobody_is_told(planet: Planet) -> None:
    seen: list[bytes | None] = []

    async def answer(exchange: Exchange) -> None:
        seen.append(exchange.header("authorization"))
        status = b"HTTP/1.1 200 OK\r\n" if seen[-1] else b"HTTP/1.1 401 Unauthorized\r\n"
        body = rss("a", "one").encode()
        await exchange.send(status + b"Content-Length: %d\r\n\r\n" % len(body) + body)

    async def feedkit(command: str, environment: dict[str, str]) -> Ended:
        async with serving(answer) as server:
            url = f"{server.url}/feed"
            more = 'username = "me"\npassword = "${FEED_PASSWORD}"\n'
            planet.configure(feeds(url, more=more))
            arguments = [command, "-v", *([url] if command == "check" else [])]
            return await asyncio.to_thread(planet.feedkit, *arguments, environment=environment)

    missing = asyncio.run(feedkit("run", {}))
    sentence = "/feed: needs the environment variable FEED_PASSWORD, which is not set"
    assert any(line.endswith(sentence) for line in missing.lines)
    assert seen == []

    found = asyncio.run(feedkit("run", {"FEED_PASSWORD": "s3cret"}))
    assert seen == [b"Basic bWU6czNjcmV0"]
    checked = asyncio.run(feedkit("check", {"FEED_PASSWORD": "s3cret"}))
    assert seen == [b"Basic bWU6czNjcmV0"] * 2
    assert planet.titles() == ["one"]
    told = [*missing.lines, *found.lines, *checked.lines, found.output, checked.output]
    assert not [line for line in told if "s3cret" in line or "bWU6" in line]
    for file in planet.root.rglob("*"):
        assert not file.is_file() or b"s3cret" not in file.read_bytes()
