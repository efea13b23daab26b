"""`feedkit check` as a person or a script meets it: real processes and files."""

import json
from pathlib import Path
from typing import Any

import pytest
from planet import Ended, Planet
from terminal import columns, on_terminal, uncoloured

ATOM = """<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh">
  <id>tag:zh.example,2024:feed</id>
  <title>订阅的乐趣</title>
  <link href="https://zh.example/"/>
  <link rel="self" href="https://zh.example/atom.xml"/>
  <updated>2024-01-03T10:00:00Z</updated>
  <entry>
    <id>tag:zh.example,2024:2</id>
    <title>把阅读的节奏拿回来</title>
    <link href="/2"/>
    <link rel="enclosure" href="/2.mp3" type="audio/mpeg" length="1500000"/>
    <author><name>飞鸽阅读</name></author>
    <category term="新媒体"/>
    <category term="Reading"/>
    <published>2024-01-02T10:00:00Z</published>
    <updated>2024-01-03T10:00:00Z</updated>
  </entry>
  <entry>
    <id>tag:zh.example,2024:1</id>
    <title>First</title>
    <link href="https://zh.example/1"/>
    <category term="reading"/>
    <updated>2024-01-01T10:00:00Z</updated>
  </entry>
</feed>
"""

BROKEN = """<?xml version="1.0"?>
<!DOCTYPE rss [
  <!ENTITY x "y">
]>
<rss version="2.0"><channel><title>Broken & bent</title><link>/home</link>
<item><title>One</title><guid>1</guid><pubDate>yesterday</pubDate><link>/one</link></item>
<item><title>Two &#27;[31mred</title><guid>1</guid><link>javascript:alert(1)</link></item>
<item><description>x</description></item>
</channel></rss>
"""


@pytest.fixture
def bare(tmp_path: Path) -> Planet:
    """A folder without a configuration."""
    planet = Planet(tmp_path)
    (tmp_path / "config.toml").unlink()
    return planet


def as_json(ended: Ended) -> dict[str, Any]:
    document = json.loads(ended.output)
    assert isinstance(document, dict)
    return document


def test_a_feed_is_shown_in_plain_aligned_lines(bare: Planet) -> None:
    bare.write("zh.xml", ATOM)
    ended = bare.feedkit("check", "zh.xml")
    assert (ended.code, ended.lines) == (0, [])
    assert ended.output == (
        "zh.xml: Atom 1.0, 2 entries, no problems\n"
        "\n"
        "  title      订阅的乐趣\n"
        "  site       https://zh.example/\n"
        "  self link  https://zh.example/atom.xml\n"
        "  id         tag:zh.example,2024:feed\n"
        "  language   zh\n"
        "  dated      2024-01-01 10:00 to 2024-01-02 10:00\n"
        "  encoding   utf-8\n"
        "  read by    lxml: it is well-formed\n"
        "\n"
        "Entries\n"
        "  1  2024-01-02 10:00  把阅读的节奏拿回来\n"
        "                       https://zh.example/2\n"
        "                       id tag:zh.example,2024:2\n"
        "                       新媒体, Reading\n"
        "                       https://zh.example/2.mp3 (audio/mpeg, 1.5 MB)\n"
        "  2  2024-01-01 10:00  First\n"
        "                       https://zh.example/1\n"
        "                       id tag:zh.example,2024:1\n"
        "                       reading\n"
        "\n"
        "Would publish\n"
        "  2 entries in  atom.xml, rss.xml, feed.json, index.html  everything\n"
        "\n"
        "  get no feed: Reading (2), 新媒体 (1)\n"
        "  there is no config.toml here, so these are the defaults\n"
    )


def test_json_has_every_field(bare: Planet) -> None:
    bare.write("zh.xml", ATOM)
    ended = bare.feedkit("check", "--json", "zh.xml")
    assert (ended.code, ended.lines) == (0, [])
    document = as_json(ended)
    second = document["entries"].pop()
    assert document == {
        "checked": "zh.xml",
        "address": None,
        "kind": "feed",
        "error": None,
        "links_to": [],
        "feed": {
            "format": "atom10",
            "path": "lxml",
            "why": "it is well-formed",
            "encoding": "utf-8",
            "title": "订阅的乐趣",
            "id": "tag:zh.example,2024:feed",
            "url": "https://zh.example/",
            "self_url": "https://zh.example/atom.xml",
            "language": "zh",
            "updated": "2024-01-03T10:00:00Z",
            "entries": 2,
            "newest": "2024-01-02T10:00:00Z",
            "oldest": "2024-01-01T10:00:00Z",
        },
        "article": None,
        "entries": [
            {
                "number": 1,
                "line": 8,
                "id": "tag:zh.example,2024:2",
                "guid": "tag:zh.example,2024:2",
                "title": "把阅读的节奏拿回来",
                "url": "https://zh.example/2",
                "published": "2024-01-02T10:00:00Z",
                "updated": "2024-01-03T10:00:00Z",
                "authors": ["飞鸽阅读"],
                "categories": ["新媒体", "Reading"],
                "enclosures": [
                    {
                        "url": "https://zh.example/2.mp3",
                        "type": "audio/mpeg",
                        "length": 1500000,
                        "duration": None,
                    }
                ],
                "state": "published",
            }
        ],
        "problems": [],
        "publishes": {
            "config": None,
            "configured": False,
            "entries": 2,
            "documents": ["atom.xml", "rss.xml", "feed.json", "index.html"],
            "categories": [],
            "tags": [{"name": "Reading", "entries": 2}, {"name": "新媒体", "entries": 1}],
        },
    }
    assert (second["number"], second["line"], second["published"]) == (2, 19, None)


def test_every_problem_has_its_line_and_its_entry(bare: Planet) -> None:
    bare.write("broken.xml", BROKEN)
    ended = bare.feedkit("check", "--json", "broken.xml")
    assert ended.code == 0
    document = as_json(ended)
    assert document["feed"]["path"] == "lxml"
    assert document["feed"]["why"] == "it is well-formed, once mended"
    assert [(p["code"], p["line"], p["entry"]) for p in document["problems"]] == [
        ("relative-link", None, None),
        ("not-well-formed", 5, None),
        ("control-characters", 7, None),
        ("bad-date", 6, 1),
        ("relative-link", 6, 1),
        ("same-id", 7, 2),
        ("bad-link", 7, 2),
        ("no-date", 7, 2),
        ("no-id", 8, 3),
        ("no-title", 8, 3),
        ("no-link", 8, 3),
        ("no-date", 8, 3),
    ]
    texts = [problem["text"] for problem in document["problems"]]
    assert 'is not well-formed: an "&" that is not written "&amp;"' in texts
    assert "has a <pubDate> that is no date: yesterday" in texts
    assert "has the guid of entry 1" in texts
    assert len({entry["id"] for entry in document["entries"]}) == 3


def test_problems_fail_only_when_strict(bare: Planet) -> None:
    bare.write("broken.xml", BROKEN)
    bare.write("fine.xml", ATOM)
    assert bare.feedkit("check", "broken.xml").code == 0
    assert bare.feedkit("check", "--strict", "broken.xml").code == 1
    assert bare.feedkit("check", "--strict", "--json", "broken.xml").code == 1
    assert bare.feedkit("check", "--strict", "fine.xml").code == 0


def test_quiet_shows_problems_and_nothing_else(bare: Planet) -> None:
    bare.write("broken.xml", BROKEN)
    bare.write("fine.xml", ATOM)
    shown = bare.feedkit("check", "-q", "broken.xml").output.splitlines()
    assert shown[0] == "Problems"
    assert "  line 6  entry 1  has a <pubDate> that is no date: yesterday" in shown
    assert len(shown) == 13
    assert bare.feedkit("check", "-q", "fine.xml").output == ""


def test_a_few_entries_and_problems_are_shown_and_all_with_verbose(bare: Planet) -> None:
    items = "".join(f"<item><title>T{n}</title></item>" for n in range(1, 21))
    bare.write("many.xml", f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>")
    few = bare.feedkit("check", "many.xml").output
    assert "  5  no date  T5\n" in few
    assert "T6" not in few
    assert "… and 15 more; -v shows them all" in few
    assert few.count("has no link") == 3
    assert few.count("… and 17 more of that kind; -v shows them all") == 3
    every = bare.feedkit("check", "-v", "many.xml").output
    assert "  20  no date  T20\n" in every
    assert every.count("has no link") == 20
    assert "…" not in every


def test_the_declared_encoding_that_is_not_the_one_is_a_problem(bare: Planet) -> None:
    text = "<?xml version='1.0' encoding='utf-8'?>\n<rss version='2.0'><channel><title>t</title>\n"
    bare.write(
        "enc.xml", (text + "<copyright>déjà vu</copyright></channel></rss>").encode("cp1252")
    )
    document = as_json(bare.feedkit("check", "--json", "enc.xml"))
    found = [(p["code"], p["line"]) for p in document["problems"]]
    assert ("encoding", 3) in found
    assert document["feed"]["encoding"] == "utf-8"


def test_escapes_of_a_hostile_feed_never_reach_the_terminal(bare: Planet) -> None:
    evil = "a\x9b31m\u202eb\x7fc"
    item = f"<item><title>{evil}</title><guid>{evil}</guid><category>{evil}</category>"
    item += f"<pubDate>{evil}</pubDate><link>x:{evil}</link></item>"
    bare.write("evil.xml", f"<rss><channel><title>{evil}</title>{item}{item}</channel></rss>")
    for options in ([], ["-v"], ["--json"]):
        shown = bare.feedkit("check", *options, "evil.xml").output
        assert shown
        assert all(character.isprintable() or character == "\n" for character in shown)
    title = as_json(bare.feedkit("check", "--json", "evil.xml"))["feed"]["title"]
    assert title == evil.replace("\x9b", "›")  # as Windows-1252 has it


def test_a_terminal_gets_colours_and_no_line_is_wider_than_it(bare: Planet) -> None:
    bare.write("zh.xml", ATOM.replace("First", "打开一个网站，看看有没有新文章，" * 6))
    shown = on_terminal(bare.root, "check", "zh.xml")
    assert "\x1b[1m" in shown[0]
    plain = [uncoloured(line) for line in shown]
    assert plain[0] == "zh.xml: Atom 1.0, 2 entries, no problems"
    assert all(columns(line) <= 80 for line in plain)
    assert sum("打开" in line or "看看" in line for line in plain) > 1
