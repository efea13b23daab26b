"""Whatever comes in, what goes out is valid: RFC 4287, RSS 2.0, and feedparser has no complaint."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree
from planet import ARTICLES, Planet, titles
from validity import ATOM, CONTENT, DC, MEDIA, problems

FULL: dict[str, object] = {
    "id": "tag:example.org,2024:full",
    "url": "https://example.org/full?a=1&b=2",
    "external_url": "https://example.com/elsewhere",
    "title": "Full & <b>complete</b>",
    "summary": "A summary with a < b & c.",
    "content_html": "<p>Content <script>alert(1)</script><b>bold</b> ]]> &amp;amp;</p>",
    "date_published": "2024-03-01T10:00:00+02:00",
    "date_modified": "2024-03-02T10:00:00Z",
    "authors": [
        {"name": "Ada <Countess>", "url": "https://example.org/ada"},
        {"name": "Grace", "url": "https://example.org/grace"},
    ],
    "tags": ["Python", "C & C++", "新媒体"],
    "language": "de-AT",
    "image": "https://example.org/image.png?x=1&y=2",
    "attachments": [
        {"url": "https://example.org/1.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 10},
        {"url": "https://example.org/2.pdf", "mime_type": "application/pdf"},
        {"url": "https://example.org/3.bin", "mime_type": ""},
    ],
}

ODD: dict[str, dict[str, object]] = {
    "full": FULL,
    "nothing but text": {"id": "1", "content_text": "Only text."},
    "no content": {"id": "2", "url": "https://example.org/2", "title": "No content"},
    "no title": {"id": "3", "url": "https://example.org/3", "content_html": "<p>Words.</p>"},
    "no url": {"id": "tag:example.org,2024:4", "title": "No URL", "content_html": "<p>x</p>"},
    "only an address": {"id": "https://example.org/5", "url": "https://example.org/5"},
    "only a summary": {"id": "6", "title": "Sum", "summary": "Only <b>this</b>."},
    "only a title": {"id": "7", "title": "Just a title"},
    "only an image": {"id": "8", "content_html": '<img src="https://example.org/i.png">'},
    "only a file": {"id": "9", "attachments": FULL["attachments"], "title": "File"},
    "year 1": {"id": "10", "title": "Zero", "date_published": "0001-01-01T00:00:00Z"},
    "year 1066": {"id": "11", "title": "Old", "date_published": "1066-10-14T09:00:00Z"},
    "year 3000": {"id": "12", "title": "Future", "date_published": "3000-01-01T00:00:00Z"},
    "edited before it was published": {
        "id": "13", "title": "Time", "date_published": "2024-01-02T00:00:00Z",
        "date_modified": "2024-01-01T00:00:00Z",
    },
    "edited in the future": {
        "id": "14", "title": "Hope", "date_published": "2024-01-02T00:00:00Z",
        "date_modified": "3000-01-01T00:00:00Z",
    },
    "control characters": {
        "id": "15\x01", "title": "a\x00b\x1fc", "content_html": "x\x0by\x7fz\ufffe",
        "tags": ["t\x02"],
    },
    "an id with spaces": {"id": "a b c <d>", "title": "Id"},
    "a script for an address": {"id": "18", "url": "javascript:alert(1)", "title": "Link"},
    "an address with spaces": {"id": "19", "url": "https://example.org/a b|c", "title": "Spaces"},
    "nobody": {"id": "20", "title": "Anonymous", "authors": [{"name": " "}]},
    "an address for a name": {
        "id": "21", "title": "Mail", "authors": [{"name": "ada@example.org"}, {"url": "mailto:x"}],
    },
    "a wrong language": {"id": "22", "title": "Lang", "language": "not a language!"},
    "tags that are none": {"id": "23", "title": "Tags", "tags": ["", " ", "#", "x" * 500]},
    "every script": {"id": "24", "title": "日本語 العربية Ελληνικά 😀 e\u0301", "tags": ["日本"]},
}  # fmt: skip


ALL_FORMATS = '[publish]\nformats = ["atom", "rss", "json"]\n'
ROOT = Path(__file__).parents[2]


def feed(*items: dict[str, object], **more: object) -> str:
    top = {"version": "https://jsonfeed.org/version/1.1", "title": "A feed", "items": items}
    return json.dumps(top | more)


@pytest.fixture(name="planet")
def planet_fixture(tmp_path: Path) -> Planet:
    return Planet(
        tmp_path, f'[[feeds]]\nurl = "feed.json"\ncategories = ["All & sundry"]\n{ALL_FORMATS}'
    )


def invalid(planet: Planet) -> list[str]:
    documents = planet.documents()
    assert documents
    return [one for name, data in documents.items() for one in problems(name, data)]


@pytest.mark.parametrize("name", ODD)
def test_an_odd_entry_is_published_in_valid_documents(planet: Planet, name: str) -> None:
    planet.write("feed.json", feed(ODD[name]))
    (report,) = planet.cycle().sources
    assert (report.outcome, report.counts.new) == ("collected", 1)
    assert invalid(planet) == []
    for format_name in ("atom", "rss"):
        for topic in ("", "all-and-sundry"):
            (title,) = planet.titles(topic, format_name=format_name)
            assert title.strip()


def test_all_of_them_together(planet: Planet) -> None:
    planet.configure(
        f'[[feeds]]\nurl = "feed.json"\n{ALL_FORMATS}categories = "all"\nmin_entries = 1\n'
    )
    planet.write("feed.json", feed(*ODD.values()))
    assert planet.cycle().counts.new == len(ODD)
    assert invalid(planet) == []
    assert len(planet.titles()) == len(ODD)
    assert planet.categories() >= {"python", "c-and-cplusplus", "新媒体", "日本", "t"}


def test_nothing_of_a_full_entry_is_lost(planet: Planet) -> None:
    planet.write("feed.json", feed(FULL, home_page_url="https://example.org/"))
    planet.cycle()
    entry = etree.fromstring((planet.public / "atom.xml").read_bytes()).findall(f"{ATOM}entry")[0]
    links = [
        (link.get("rel") or "alternate", link.get("href")) for link in entry.iter(f"{ATOM}link")
    ]
    assert links == [
        ("alternate", "https://example.org/full?a=1&b=2"),
        ("related", "https://example.com/elsewhere"),
        ("enclosure", "https://example.org/1.mp3"),
        ("enclosure", "https://example.org/2.pdf"),
        ("enclosure", "https://example.org/3.bin"),
        ("alternate", "https://example.org/"),
    ]  # fmt: skip
    assert entry.findtext(f"{ATOM}title") == "Full & <b>complete</b>"
    assert [name.text for name in entry.iter(f"{ATOM}name")] == ["Ada <Countess>", "Grace"]
    terms = [category.get("term") for category in entry.iter(f"{ATOM}category")]
    assert terms == ["Python", "C & C++", "新媒体", "All & sundry"]
    assert entry.findtext(f"{ATOM}published") == "2024-03-01T08:00:00+00:00"
    assert entry.findtext(f"{ATOM}updated") == "2024-03-02T10:00:00+00:00"
    assert "<b>bold</b>" in (entry.findtext(f"{ATOM}content") or "")
    assert "script" not in (entry.findtext(f"{ATOM}content") or "")
    assert entry.get("{http://www.w3.org/XML/1998/namespace}lang") == "de-AT"
    assert entry.findtext(f"{ATOM}source/{ATOM}title") == "A feed"

    item = etree.fromstring((planet.public / "rss.xml").read_bytes()).findall("channel/item")[0]
    assert [creator.text for creator in item.iter(f"{DC}creator")] == ["Ada <Countess>", "Grace"]
    assert item.findtext("description") == "A summary with a &lt; b &amp; c."
    assert "<b>bold</b>" in (item.findtext(f"{CONTENT}encoded") or "")
    (enclosure,) = item.findall("enclosure")
    assert dict(enclosure.items()) == {
        "url": "https://example.org/1.mp3", "length": "10", "type": "audio/mpeg",
    }  # fmt: skip
    (thumbnail,) = item.findall(f"{MEDIA}thumbnail")
    assert thumbnail.get("url") == "https://example.org/image.png?x=1&y=2"
    assert item.findtext("pubDate") == "Fri, 01 Mar 2024 08:00:00 +0000"


def test_the_same_id_from_two_sources_comes_once(tmp_path: Path) -> None:
    config = "".join(
        f'[[feeds]]\nurl = "{n}.json"\ncategories = ["Both", "Only {n}"]\n' for n in (1, 2)
    )
    planet = Planet(tmp_path, config)
    for n in (1, 2):
        planet.write(f"{n}.json", feed(FULL | {"title": f"Version {n}"}))
    planet.cycle()
    assert invalid(planet) == []
    for topic in ("", "both"):
        assert len(planet.titles(topic)) == len(planet.titles(topic, format_name="rss")) == 1
    assert planet.titles("only-1") == planet.titles("only-2") == planet.titles()


def test_the_newest_so_many_are_published_in_order(planet: Planet) -> None:
    items: list[dict[str, object]] = [
        {"id": str(n), "title": str(n), "date_published": f"2024-01-{n + 1:02}T00:00:00Z"}
        for n in range(20)
    ]
    planet.write("feed.json", feed(*items))
    planet.configure('[[feeds]]\nurl = "feed.json"\n[publish]\nentries = 3\n')
    planet.cycle()
    assert planet.titles() == ["19", "18", "17"]
    planet.configure('[[feeds]]\nurl = "feed.json"\n[publish]\nentries = 4\nformats = ["rss"]\n')
    planet.cycle()
    assert planet.titles(format_name="rss") == ["19", "18", "17", "16"]


def test_the_shipped_inputs_are_published_in_valid_documents(tmp_path: Path) -> None:
    planet = Planet(tmp_path)
    shutil.rmtree(planet.articles)
    shutil.copytree(ROOT / "feeds", tmp_path / "feeds")
    shipped = (ROOT / "config.toml").read_text()
    every = 'formats = ["atom", "rss", "json"]'
    planet.write("config.toml", shipped.replace('formats = ["atom", "rss"]', every))
    planet.cycle()
    assert len([name for name in planet.documents() if name.endswith("feed.json")]) >= 10
    assert invalid(planet) == []


def test_categories_and_a_site_without_entries_are_valid_empty_feeds(tmp_path: Path) -> None:
    planet = Planet(tmp_path, '[categories."空 & <empty>"]\n[categories.News]\nslug = "n"\n')
    planet.cycle()
    assert planet.categories() == {"空-and-empty", "n"}
    assert invalid(planet) == []
    assert [titles(document) for document in planet.documents().values()] == [[]] * 6


def test_texts_of_the_site_are_escaped(tmp_path: Path) -> None:
    site = (
        '[site]\ntitle = "A <b> & \\"c\\" ]]>"\nurl = "https://planet.example.org/é è/"\n'
        'description = "<script> & co"\nauthor = "Me & you <x@y.z>"\nlanguage = "zh-Hans"\n'
    ).replace(" è", "è")
    planet = Planet(tmp_path, ARTICLES, site=site)
    planet.article("one.md", date="2024-01-01", categories="'<i> & \"q\"'")
    planet.cycle()
    assert invalid(planet) == []
    root = etree.fromstring((planet.public / "atom.xml").read_bytes())
    assert root.findtext(f"{ATOM}title") == 'A <b> & "c" ]]>'
    assert root.findtext(f"{ATOM}subtitle") == "<script> & co"


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ('title = "a\\u0001b"\n', "site.title"),
        ('author = "\\u0007"\n', "site.author"),
        ('description = "\\u001b[31m"\n', "site.description"),
        ('[categories."a\\u0000b"]\n', r'categories."a\u0000b"'),
        ('[categories.A]\ntitle = "\\uffff"\n', r'categories."A".title'),
        ('[[articles]]\npath = "articles"\ncategories = ["ok", "a\\u0008"]\n',
         "articles[1].categories"),
    ],
)  # fmt: skip
def test_control_characters_in_the_config_are_told_where_they_are(
    tmp_path: Path, more: str, key: str
) -> None:
    planet = Planet(tmp_path)
    planet.write("config.toml", f'[site]\nurl = "https://planet.example.org/"\n{more}')
    ended = planet.feedkit("run")
    assert ended.code == 2
    assert ended.lines[0].startswith(f"config.toml: {key}: expected ")
    assert all(line.isprintable() for line in ended.lines)
    assert not planet.public.exists()


def test_control_characters_in_categories_of_an_opml_list_do_no_harm(tmp_path: Path) -> None:
    planet = Planet(tmp_path, '[[opml]]\npath = "subs.opml"\n[fetch]\nallow_private_hosts = true\n')
    planet.write(
        "subs.opml",
        b'<opml version="2.0"><body><outline text="a&#1;b\x02c"><outline text="&#7;T" '
        b'xmlUrl="http://127.0.0.1:9/feed"/></outline></body></opml>',
    )
    planet.cycle()
    assert invalid(planet) == []


def test_a_second_rendering_is_the_same_to_the_byte(planet: Planet) -> None:
    planet.write("feed.json", feed(*ODD.values()))
    planet.cycle()
    documents = planet.documents()
    for folder in ("once", "twice"):
        planet.export(folder)
        assert planet.documents(folder) == documents


def test_dates_come_from_entries_and_not_from_the_clock(tmp_path: Path) -> None:
    def published(name: str, at: datetime) -> dict[str, bytes]:
        planet = Planet(tmp_path / name, ARTICLES)
        planet.article("one.md", date="2024-01-01", categories="Python")
        planet.cycle(at=at)
        return planet.documents()

    early = published("a", datetime(2025, 1, 1, tzinfo=UTC))
    late = published("b", datetime(2026, 1, 1, tzinfo=UTC))
    assert early == late
