"""`feedkit check` with a configuration, with articles, over HTTP, on stdin, and of what is none."""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from feed_server import FeedServer, rss
from lxml import etree
from planet import SITE, Ended, Planet
from raw_server import Exchange, serving

PAGE = (
    "<!doctype html><html><head><link rel='alternate' type='application/rss+xml' "
    "href='/feed.xml?a=1&amp;b=2'></head><body>Hello"
)
PRIVATE = "[fetch]\nallow_private_hosts = true\n"
ARTICLE = """---
title: 订阅的乐趣
date: 2021-06-02
author: 飞鸽阅读
categories: [新媒体, Reading]
tags: [feeds, reading]
headimg: /cover.jpg
---

Words.
"""
_ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def planet(tmp_path: Path) -> Planet:
    return Planet(tmp_path)


@pytest.fixture
def bare(tmp_path: Path) -> Planet:
    """A folder without a configuration."""
    planet = Planet(tmp_path)
    (tmp_path / "config.toml").unlink()
    return planet


@pytest.fixture(name="server", scope="module")
def server_fixture() -> Iterator[FeedServer]:
    with FeedServer().serving() as serving:
        yield serving


def check(planet: Planet, *arguments: str) -> dict[str, Any]:
    """The JSON document of a check that found something."""
    ended = planet.feedkit("check", "--json", *arguments)
    assert (ended.code, ended.lines) == (0, [])
    return decoded(ended)


def decoded(ended: Ended) -> dict[str, Any]:
    document = json.loads(ended.output)
    assert isinstance(document, dict)
    return document


# -------------------------------------------------------------------------- with a configuration


def test_a_check_says_what_the_run_then_publishes(planet: Planet) -> None:
    planet.configure(
        '[[feeds]]\nurl = "feed.xml"\ncategories = ["Given", "C++"]\nexclude = ["Beta"]\n'
        '[categories."Tag of one"]\nslug = "first"\naliases = ["tag of a"]\n'
    )
    twice = "<item><title>Gamma</title><guid>same</guid></item>" * 2
    different = "".join(f"<item><title>{t}</title><guid>one</guid></item>" for t in "DE")
    more = f"{twice}{different}</channel>"
    planet.write("feed.xml", rss("a", "Alpha", "Beta").replace("</channel>", more))

    document = check(planet, "feed.xml")
    states = [(entry["title"], entry["state"]) for entry in document["entries"]]
    assert states == [
        ("Alpha", "published"),
        ("Beta", "filtered"),
        ("Gamma", "published"),
        ("Gamma", "another version"),
        ("D", "published"),
        ("E", "published"),
    ]
    plan = document["publishes"]
    assert (plan["config"], plan["configured"], plan["entries"]) == ("config.toml", True, 4)
    assert {c["slug"]: c["entries"] for c in plan["categories"]} == {
        "cplusplus": 4,
        "first": 1,
        "given": 4,
    }

    assert planet.feedkit("run", "--all").code == 0
    assert planet.categories() == {category["slug"] for category in plan["categories"]}
    ids = {entry["id"] for entry in document["entries"] if entry["id"]}
    assert published_ids(planet) == ids
    assert all((planet.public / path).is_file() for path in plan["documents"])


def test_entries_that_differ_in_nothing_but_their_id_are_all_published(planet: Planet) -> None:
    planet.configure('[[feeds]]\nurl = "feed.xml"\n')
    items = "".join(f"<item><title>Same</title><guid>{n}</guid></item>" for n in (1, 2, 2, 3))
    planet.write("feed.xml", rss("a").replace("</channel>", f"{items}</channel>"))
    entries = check(planet, "feed.xml")["entries"]
    assert [entry["state"] for entry in entries] == [
        *("published", "published", "another version", "published")
    ]
    planet.feedkit("run", "--all")
    assert published_ids(planet) == {entry["id"] for entry in entries if entry["id"]}


def published_ids(planet: Planet) -> set[str]:
    root = etree.fromstring((planet.public / "atom.xml").read_bytes())
    return {entry.findtext(f"{_ATOM}id") or "" for entry in root.iter(f"{_ATOM}entry")}


def test_checking_writes_nothing(planet: Planet) -> None:
    planet.write("feed.xml", rss("a", "Alpha"))
    before = sorted(planet.root.rglob("*"))
    check(planet, "feed.xml")
    assert sorted(planet.root.rglob("*")) == before


def test_with_all_categories_the_large_ones_get_a_feed(planet: Planet) -> None:
    planet.configure('[publish]\ncategories = "all"\nmin_entries = 2\nformats = ["rss"]\n')
    tagged = rss("a", "x", "y").replace("</item>", "<category>b</category></item>", 1)
    planet.write("feed.xml", tagged)
    plan = check(planet, "feed.xml")["publishes"]
    assert plan["categories"] == [
        {
            "name": "tag of a",
            "slug": "tag-of-a",
            "entries": 2,
            "documents": ["categories/tag-of-a/rss.xml"],
        }
    ]
    assert plan["tags"] == [{"name": "b", "entries": 1}]
    assert plan["configured"] is False


def test_a_category_that_another_source_declares_gets_the_entries(planet: Planet) -> None:
    planet.configure('[[feeds]]\nurl = "other.xml"\ncategories = ["Tag of A"]\n')
    planet.write("feed.xml", rss("a", "x"))
    shown = planet.feedkit("check", "feed.xml").output
    assert "  1 entry in  categories/tag-of-a/  Tag of A\n" in shown
    assert "config.toml does not name this feed" in shown


def test_a_configuration_with_a_mistake_is_exit_2(planet: Planet) -> None:
    planet.configure("[fetch]\ntimeout = 3\n")
    planet.write("feed.xml", rss("a", "x"))
    ended = planet.feedkit("check", "feed.xml")
    assert (ended.code, ended.output) == (2, "")
    assert ended.lines[0].startswith("config.toml: fetch.timeout: expected a time")


def test_a_configuration_that_is_named_must_be_there(bare: Planet) -> None:
    bare.write("feed.xml", rss("a", "x"))
    ended = bare.feedkit("check", "-c", "none.toml", "feed.xml")
    assert (ended.code, ended.output) == (2, "")
    assert "none.toml: cannot be read" in ended.lines[0]


# --------------------------------------------------------------------------------------- articles


def test_an_article_is_shown_as_its_folder_publishes_it(planet: Planet) -> None:
    planet.configure('[[articles]]\npath = "articles"\nbase_url = "https://a.example/p/"\n')
    planet.write("articles/joy.md", ARTICLE)
    document = check(planet, "articles/joy.md")
    assert (document["kind"], document["feed"], document["problems"]) == ("article", None, [])
    assert document["article"] == {
        "authors": ["飞鸽阅读"],
        "categories": ["新媒体", "Reading"],
        "tags": ["feeds"],
        "summary": None,
        "image": "https://a.example/cover.jpg",
        "language": None,
        "rights": None,
        "draft": False,
    }
    (entry,) = document["entries"]
    assert entry["title"] == "订阅的乐趣"
    assert entry["url"] == "https://a.example/p/joy/"
    assert entry["published"] == "2021-06-02T00:00:00Z"
    assert {c["slug"] for c in document["publishes"]["categories"]} == {"新媒体", "reading"}
    assert document["publishes"]["tags"] == [{"name": "feeds", "entries": 1}]

    planet.feedkit("run")
    assert published_ids(planet) == {entry["id"]}
    assert planet.categories() == {"新媒体", "reading"}


@pytest.mark.parametrize(
    "path", ["../site/articles/joy.md", "articles/../articles/joy.md", "link.md"]
)
def test_an_article_is_the_same_by_whatever_path(path: str, tmp_path: Path) -> None:
    planet = Planet(tmp_path / "site")
    planet.write("articles/joy.md", ARTICLE)
    (planet.root / "link.md").symlink_to("articles/joy.md")
    (entry,) = check(planet, path)["entries"]
    assert entry["id"] == "tag:planet.example.org,2026:articles/joy.md"


def test_an_article_in_no_folder_is_shown_too(bare: Planet) -> None:
    bare.write("joy.md", ARTICLE)
    ended = bare.feedkit("check", "joy.md")
    assert (ended.code, ended.lines) == (0, [])
    lines = ended.output.splitlines()
    assert lines[0] == "joy.md: an article, no problems"
    assert "  title       订阅的乐趣" in lines
    assert "  categories  新媒体, Reading" in lines
    assert "  tags        feeds" in lines
    assert any(line.startswith("  id          made of its folder's place") for line in lines)
    assert any(re.fullmatch(" +1 entry in +categories/新媒体/ +新媒体", line) for line in lines)


def test_what_could_not_be_read_of_an_article_is_told_with_its_line(bare: Planet) -> None:
    bare.write("a.md", "---\ntitle: A\ncategories: x\ndate: soon\n---\nWords.\n")
    problems = check(bare, "a.md")["problems"]
    assert problems == [
        {"code": "bad-date", "line": 4, "entry": None, "text": "has a date that is no date: soon"}
    ]
    bare.write("b.md", "Words alone.\n")
    codes = [problem["code"] for problem in check(bare, "b.md")["problems"]]
    assert codes == ["no-title", "no-date"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ("draft: true\ndate: 2021-01-01", "nothing: it is a draft"),
        ("date: 2999-01-01", "nothing before 2999-01-01, the date that it has"),
    ],
)
def test_an_article_that_is_not_published_now_says_why(
    fields: str, said: str, bare: Planet
) -> None:
    bare.write("a.md", f"---\ntitle: A\n{fields}\n---\nWords.\n")
    assert said in bare.feedkit("check", "a.md").output


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.html", ARTICLE, "article"),
        ("a.txt", ARTICLE, "article"),
        ("a.txt", "Words alone.", "article"),
        ("a.markdown", "Words alone.", "article"),
        ("a.md", f"\ufeff\r\n{ARTICLE}", "article"),
        ("a.txt", rss("a", "x"), "feed"),
        ("a.html", rss("a", "x"), "feed"),
        ("a.rss", rss("a", "x"), "feed"),
        ("feed", rss("a", "x"), "feed"),
    ],
)
def test_an_article_is_known_by_its_name_and_its_front_matter(
    name: str, data: str, kind: str, bare: Planet
) -> None:
    bare.write(name, data)
    assert check(bare, name)["kind"] == kind


def test_an_article_that_cannot_be_read_is_a_sentence(bare: Planet) -> None:
    bare.write("a.md", "---\ntitle: A\n\nnever closed\n")
    ended = bare.feedkit("check", "a.md")
    assert (ended.code, ended.output) == (1, "")
    assert ended.lines == ["a.md has front matter that is not closed; end it with a line ---"]


# ---------------------------------------------------------------------------------------- over HTTP


def test_a_feed_is_fetched_from_its_address(planet: Planet, server: FeedServer) -> None:
    planet.configure(PRIVATE)
    url = server.put("/a.xml", rss("a", "Alpha"), content_type="application/rss+xml; charset=utf-8")
    document = check(planet, url)
    assert (document["checked"], document["address"], document["kind"]) == (url, url, "feed")
    assert document["entries"][0]["title"] == "Alpha"


def test_a_redirect_is_followed_and_shown(planet: Planet) -> None:
    planet.configure(PRIVATE)
    feed = rss("a", "Alpha").replace("https://a.example/Alpha", "/Alpha", 1).encode()

    async def answer(exchange: Exchange) -> None:
        head = f"200 OK\r\nContent-Length: {len(feed)}"
        if exchange.path == "/old":
            head = "301 Moved Permanently\r\nLocation: /new/feed\r\nContent-Length: 0"
        await exchange.send(f"HTTP/1.1 {head}\r\n\r\n".encode())
        if exchange.path != "/old":
            await exchange.send(feed)

    async def story() -> tuple[str, Ended, Ended]:
        async with serving(answer) as raw:
            arguments = ("check", f"{raw.url}/old")
            shown = await asyncio.to_thread(planet.feedkit, *arguments)
            return raw.url, shown, await asyncio.to_thread(planet.feedkit, *arguments, "--json")

    url, shown, written = asyncio.run(story())
    assert shown.output.startswith(f"{url}/old: RSS 2.0, 1 entry, no problems\n")
    assert f"  found at  {url}/new/feed\n" in shown.output
    assert decoded(written)["address"] == f"{url}/new/feed"


def test_the_charset_of_http_counts(planet: Planet, server: FeedServer) -> None:
    planet.configure(PRIVATE)
    body = rss("a", "пример").encode("koi8-r")
    url = server.put("/koi.xml", body, content_type="text/xml; charset=koi8-r")
    document = check(planet, url)
    assert document["entries"][0]["title"] == "пример"
    assert document["feed"]["encoding"] == "koi8-r"


@pytest.mark.parametrize("config", ["", None])
def test_a_loopback_address_is_refused(
    config: str | None, planet: Planet, server: FeedServer
) -> None:
    if config is None:
        (planet.root / "config.toml").unlink()
    url = server.put("/private.xml", rss("a", "x"))
    server.asked()
    ended = planet.feedkit("check", url)
    assert (ended.code, ended.output) == (1, "")
    assert ended.lines[0].startswith(f"{url}: leads to a private address (")
    assert server.asked() == []


@pytest.mark.parametrize(
    ("limits", "status", "size", "said"),
    [
        ("", 404, 10, "answered 404 Not Found; check its address"),
        ('max_bytes = "1kB"\n', 200, 2000, "fetch.max_bytes"),
    ],
)
def test_what_cannot_be_fetched_is_a_sentence_and_exit_1(
    limits: str, status: int, size: int, said: str, planet: Planet, server: FeedServer
) -> None:
    planet.configure(PRIVATE + limits)
    url = server.put("/bad.xml", b" " * size, status=status)
    ended = planet.feedkit("check", url)
    assert (ended.code, ended.output, len(ended.lines)) == (1, "", 1)
    assert ended.lines[0].startswith(f"{url}: ")
    assert said in ended.lines[0]


def test_a_page_names_its_feed_in_a_check_and_in_a_run(planet: Planet, server: FeedServer) -> None:
    url = server.put("/blog/", PAGE, content_type="text/html")
    planet.configure(f'{PRIVATE}[[feeds]]\nurl = "{url}"\n')
    feed = f"{server.url}/feed.xml?a=1&b=2"
    sentence = f"is no feed: it is an HTML page; it links to a feed at {feed}"
    ended = planet.feedkit("check", url)
    assert (ended.code, ended.output) == (1, "")
    assert ended.lines == [
        f"{url} {sentence}",
        f"To look at that feed: feedkit check '{feed}'",
    ]
    document = decoded(planet.feedkit("check", "--json", url))
    assert (document["kind"], document["links_to"]) == (None, [feed])
    assert document["error"] == f"{url} {sentence}"
    assert document["feed"] is document["publishes"] is None

    assert f"{url}: {sentence}" in planet.feedkit("run", "--all").lines


def test_a_password_in_an_address_is_not_shown(bare: Planet) -> None:
    ended = bare.feedkit("check", "http://ann:secret@127.0.0.1:1/feed")
    assert ended.code == 1
    assert ended.lines[0].startswith("http://127.0.0.1:1/feed: ")
    assert "secret" not in ended.lines[0]


# ----------------------------------------------------------------------------- stdin, and bad input


def on_stdin(data: bytes, folder: Path, *options: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "feedkit", "check", *options, "-"],
        cwd=folder,
        input=data,
        capture_output=True,
        timeout=60,
        check=False,
    )


def test_a_feed_and_an_article_come_on_stdin(bare: Planet) -> None:
    done = on_stdin(rss("a", "Alpha").encode(), bare.root)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"stdin: RSS 2.0, 1 entry, no problems\n")
    done = on_stdin(ARTICLE.encode(), bare.root)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"stdin: an article, no problems\n")


def test_stdin_has_the_limit_of_files(planet: Planet) -> None:
    planet.configure('[fetch]\nmax_bytes = "1kB"\n')
    done = on_stdin(b" " * 5000, planet.root)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr == b"stdin: is larger than the 1,000 bytes of fetch.max_bytes\n"


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("none.xml", None, "none.xml: is not there"),
        (".", None, ".: is a folder; name one file in it"),
        ("n" * 300, None, f"{'n' * 300}: cannot be read: File name too long"),
        ("ftp://a.example/f", None, "ftp://a.example/f: is neither a file nor an http or https"),
        ("", None, "'': is no name; give a file, an address, or - for standard input"),
        (
            "feed://a.example/f",
            None,
            "feed://a.example/f: is neither a file nor an http or https address; "
            "write https://a.example/f",
        ),
        (
            "feed:http://a.example/f",
            None,
            "feed:http://a.example/f: is neither a file nor an http or https address; "
            "write http://a.example/f",
        ),
        (
            "a.example/f.xml",
            None,
            "a.example/f.xml: is not there; if it is an address, write https://a.example/f.xml",
        ),
        (
            "www.a.example",
            None,
            "www.a.example: is not there; if it is an address, write https://www.a.example",
        ),
        ("http://", None, "http://: is an address without a host"),
        ("a.xml", b"", "a.xml is no feed: it is empty"),
        ("a.xml", b"\x89PNG\r\n\x1a\n", "a.xml is no feed: it is a PNG image"),
        ("a.xml", b"Sorry!", "a.xml is no feed: it is plain text that starts with 'Sorry!'"),
        ("a.xml", bytes(range(128, 256)) * 9 + b"<", "a.xml is no feed: it is binary data"),
        (
            "a.json",
            b'{"version": "https://js',
            "a.json is no feed: it looks like JSON but is not: it",
        ),
        ("a.html", b"<html>", "a.html is no feed: it is an HTML page"),
        (
            "a.xml",
            b"<opml/>",
            "a.xml is no feed: it is a list of feeds (OPML), which [[opml]] takes",
        ),
        (
            "a.json",
            b"[1,\n 2,\n x]",
            "a.json is no feed: it looks like JSON but is not: invalid character, line 3",
        ),
        ("a.xml", b"<rss><channel><item><tit", "a.xml is no feed: it ends in the middle"),
        ("a.xml", b"\x1b[31m\x9b31m", "a.xml is no feed: "),
    ],
)
def test_what_is_no_feed_is_one_sentence_and_exit_1(
    name: str, data: bytes | None, said: str, bare: Planet
) -> None:
    if data is not None:
        bare.write(name, data)
    ended = bare.feedkit("check", name)
    assert (ended.code, ended.output, len(ended.lines)) == (1, "", 1)
    assert ended.lines[0].startswith(said)
    assert ended.lines[0].isprintable()
    ended = bare.feedkit("check", "--json", name)
    assert (ended.code, len(ended.lines)) == (1, 1)
    assert decoded(ended)["error"].startswith(said)


def test_a_name_that_is_no_text_is_shown_all_the_same(bare: Planet) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "feedkit", "check", "--json", b"caf\xe9\x1b[31m.xml"],
        cwd=bare.root,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert b"\x1b" not in done.stdout + done.stderr
    assert json.loads(done.stdout)["error"].endswith("is not there")


@pytest.mark.parametrize("arguments", [[], ["a", "b"], ["--nonsense", "a"]])
def test_wrong_usage_is_exit_2(arguments: list[str], bare: Planet) -> None:
    ended = bare.feedkit("check", *arguments)
    assert (ended.code, ended.output) == (2, "")


def test_help_lists_the_command_and_its_options(bare: Planet) -> None:
    assert "\n  check " in bare.feedkit("--help").output
    shown = bare.feedkit("check", "--help").output
    for option in ("FILE|URL|-", "--json", "--strict", "-v, --verbose", "-q, --quiet", "-c, "):
        assert option in shown


def test_the_sites_own_feeds_have_no_problems(planet: Planet) -> None:
    planet.configure('[[feeds]]\nurl = "feed.xml"\n', site=SITE)
    planet.write("feed.xml", rss("a", "Alpha", "Beta"))
    planet.feedkit("run", "--all")
    for name in ("atom.xml", "rss.xml"):
        document = check(planet, "--strict", f"public/{name}")
        assert (document["problems"], len(document["entries"])) == ([], 2)
