"""Documents as rendering makes them: of entries with all that an entry may have, and with what
stands around them: archives, tombstones, hubs, style sheets."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO

import feedparser
import pytest
from lxml import etree
from msgspec.structs import replace
from validity import ATOM, DC, HISTORY, MEDIA, TOMBSTONES, atom, json_feed, problems

from feedkit.config import Site
from feedkit.model import Enclosure, Entry, Extra, Origin, Person, Place, Resource
from feedkit.publish.jobs import PAGE, Chain, Form, FrameJob, StoredEntry, Tombstone
from feedkit.publish.rendering import render_entry, render_frame
from feedkit.publish.topics import Topic

ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
PODCAST = "{https://podcastindex.org/namespace/1.0}"
GEORSS = "{http://www.georss.org/georss}"
FILES = {"atom": "atom.xml", "rss": "rss.xml", "json": "feed.json"}

SITE = Site(title="Planet", url="https://planet.example.org/", language="en", author="Pat")
TOPIC = Topic(0, (), "categories/新媒体/", "New – Planet", "新媒体", 0, 0)
DAY = datetime(2024, 3, 1, tzinfo=UTC)
EPISODE = Entry(
    id="tag:example.org,2024:7",
    url="https://example.org/7",
    external_url="https://example.com/elsewhere",
    title="Seven",
    summary="In <b>short</b>",
    content="<p>At length.</p>",
    authors=(
        Person(name="Ada", url="https://example.org/ada"),
        Person(name="Bo", email="bo@example.org"),
        Person(email="cy@example.org"),
        Person(url="https://example.org/di"),
    ),
    contributors=(Person(name="Eve"),),
    categories=("新媒体", "Python"),
    enclosures=(
        Enclosure(url="magnet:?xt=1", type="application/x-bittorrent"),
        Enclosure(url="https://example.org/7.mp3", type="audio/mpeg", length=9, duration=65),
        Enclosure(url="https://example.org/7.ogg", type="application/ogg", duration=65),
        Enclosure(url="https://example.org/7.pdf", type="nonsense"),
    ),
    image="https://example.org/7.png",
    language="de-AT",
    rights="© Ada",
    comments_url="https://example.org/7#comments",
    origin=Origin(
        id="urn:o",
        title="Origin",
        url="https://example.org/",
        feed_url="https://example.org/feed",
        author=Person(name="Ada", email="ada@example.org", url="https://example.org/ada"),
        rights="All",
    ),
    extra=Extra(
        duration=65,
        episode=7,
        season=0,
        explicit=False,
        transcripts=(
            Resource(url="https://example.org/7.vtt", type="text/vtt", language="de"),
            Resource(url="https://example.org/7.srt"),
        ),
        chapters=Resource(url="https://example.org/7.json", type="application/json+chapters"),
        place=Place(coordinates=(48.2, -1e-7)),
    ),
)
NOTE = Entry(id="urn:note", content="<p>Just a note.</p>")
PLAIN = Entry(id="https://example.org/p", url="https://example.org/p", summary="Only this")
EMPTY = Entry(id="urn:empty", title="Nothing")


def stored(entry: Entry) -> StoredEntry:
    folders = {"新媒体": "categories/新媒体/"}
    return StoredEntry(entry, DAY, DAY, None, Person(name="Pat"), folders, SITE.url)


def document(
    format_name: str,
    entries: Sequence[Entry] = (),
    *,
    is_whole: bool = True,
    topic: Topic = TOPIC,
    formats: tuple[str, ...] = (),
    hubs: tuple[str, ...] = (),
    chain: Chain | None = None,
    tombstones: tuple[Tombstone, ...] = (),
    is_styled: bool = False,
) -> bytes:
    """The document of `topic` that holds `entries`."""
    form = Form(format_name, is_whole)
    written = [render_entry(stored(entry), (form,))[form] for entry in entries]
    job = FrameJob(topic, format_name, SITE, DAY, formats, hubs, chain, tombstones)
    head, between, tail, _ = render_frame(job._replace(is_styled=is_styled))
    return head + between.join(written) + tail


def texts(parent: etree._Element, *names: str) -> list[str | None]:
    return [parent.findtext(name) for name in names]


@pytest.mark.parametrize("is_whole", [True, False])
@pytest.mark.parametrize("format_name", FILES)
@pytest.mark.parametrize("entries", [(), (EPISODE,), (NOTE, PLAIN, EMPTY, EPISODE)])
def test_documents_of_every_form_are_valid(
    format_name: str, entries: Sequence[Entry], is_whole: bool
) -> None:
    data = document(format_name, entries, is_whole=is_whole, hubs=("https://hub.example/",))
    assert problems(FILES[format_name], data) == []


def test_an_episode_is_all_there_in_atom() -> None:
    (entry,) = etree.fromstring(document("atom", [EPISODE])).findall(f"{ATOM}entry")
    links = [
        (link.get("rel", "alternate"), link.get("href")) for link in entry.findall(f"{ATOM}link")
    ]
    assert links == [
        ("alternate", "https://example.org/7"),
        ("related", "https://example.com/elsewhere"),
        ("replies", "https://example.org/7#comments"),
        *(("enclosure", enclosure.url) for enclosure in EPISODE.enclosures),
    ]
    recording = entry.findall(f"{ATOM}link[@rel='enclosure']")[1]
    assert (recording.get("type"), recording.get("length")) == ("audio/mpeg", "9")
    durations = {one.get("url"): one.get("duration") for one in entry.findall(f"{MEDIA}content")}
    assert durations == {"https://example.org/7.mp3": "65", "https://example.org/7.ogg": "65"}
    source = entry.find(f"{ATOM}source")
    assert source is not None
    assert texts(source, *(f"{ATOM}{name}" for name in ("id", "title", "updated", "rights"))) == [
        "urn:o", "Origin", None, "All",
    ]  # fmt: skip
    assert texts(source, *(f"{ATOM}author/{ATOM}{name}" for name in ("name", "email", "uri"))) == [
        "Ada", "ada@example.org", "https://example.org/ada",
    ]  # fmt: skip
    assert [dict(one.items()) for one in entry.findall(f"{ATOM}category")] == [
        {
            "term": "新媒体",
            "scheme": "https://planet.example.org/categories/%E6%96%B0%E5%AA%92%E4%BD%93/",
            "label": "新媒体",
        },
        {"term": "Python"},
    ]
    assert_is_episode(entry)


def test_an_episode_is_all_there_in_rss() -> None:
    (item,) = etree.fromstring(document("rss", [EPISODE])).iter("item")
    assert [one.text for one in item.findall(f"{DC}creator")] == [
        "Ada", "Bo", "cy@example.org", "https://example.org/di",
    ]  # fmt: skip
    assert [one.text for one in item.findall("author")] == [
        "bo@example.org (Bo)", "cy@example.org (cy@example.org)",
        ]  # fmt: skip
    assert texts(item, f"{DC}contributor", f"{DC}rights", f"{DC}language", "comments") == [
        "Eve", "© Ada", "de-AT", "https://example.org/7#comments",
    ]  # fmt: skip
    (enclosure,) = item.findall("enclosure")
    assert enclosure.get("url") == "https://example.org/7.mp3", "the first that is on the web"
    contents = [one.get("url") for one in item.findall(f"{MEDIA}content")]
    assert contents == [one.url for one in EPISODE.enclosures]
    assert [category.get("domain") for category in item.findall("category")] == [
        "https://planet.example.org/categories/%E6%96%B0%E5%AA%92%E4%BD%93/",
        None,
    ]
    assert_is_episode(item)


def assert_is_episode(element: etree._Element) -> None:
    names = ("duration", "episode", "season", "explicit")
    assert texts(element, *(ITUNES + name for name in names)) == ["65", "7", "0", "false"]
    transcripts = [dict(one.items()) for one in element.findall(f"{PODCAST}transcript")]
    assert transcripts == [
        {"url": "https://example.org/7.vtt", "type": "text/vtt", "language": "de"},
        {"url": "https://example.org/7.srt"},
    ]
    (chapters,) = element.findall(f"{PODCAST}chapters")
    assert chapters.get("url") == "https://example.org/7.json"
    assert element.findtext(f"{GEORSS}point") == "48.2 -0.0000001"
    (thumbnail,) = element.findall(f"{MEDIA}thumbnail")
    assert thumbnail.get("url") == EPISODE.image


def test_an_episode_is_all_there_in_json() -> None:
    (item,) = json.loads(document("json", [EPISODE]))["items"]
    extension = item.pop("_feedkit")
    assert item["content_html"] == "<p>At length.</p>"
    assert item["summary"] == "In short"
    assert item["attachments"][1:3] == [
        {
            "url": "https://example.org/7.mp3",
            "mime_type": "audio/mpeg",
            "size_in_bytes": 9,
            "duration_in_seconds": 65,
        },
        {
            "url": "https://example.org/7.ogg",
            "mime_type": "application/ogg",
            "duration_in_seconds": 65,
        },
    ]
    assert item["authors"][1:3] == [
        {"name": "Bo", "_feedkit": {"email": "bo@example.org"}},
        {"name": "cy@example.org", "_feedkit": {"email": "cy@example.org"}},
    ]
    assert item["date_published"] == "2024-03-01T00:00:00Z"
    assert extension["summary_html"] == "In <b>short</b>"
    assert extension["origin"]["rights"] == "All"
    assert extension["podcast"]["explicit"] is False
    assert extension["place"] == {"coordinates": [48.2, -1e-07]}


def test_a_note_has_no_title_in_json_and_one_made_of_it_elsewhere() -> None:
    (item,) = json.loads(document("json", [NOTE]))["items"]
    assert "title" not in item
    (entry,) = etree.fromstring(document("atom", [NOTE])).findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "Just a note."


def test_a_summary_form_has_a_summary_alone() -> None:
    long = replace(EPISODE, summary=None, content="<p>" + "many words " * 200 + "</p>")
    entries = [long, EPISODE, replace(PLAIN, summary=None, content="<i>few</i> words")]
    expected = ["many words many", "In <b>short</b>", "few words"]
    found = etree.fromstring(document("atom", entries, is_whole=False))
    assert found.findall(f"{ATOM}entry/{ATOM}content") == []
    summaries = [one.text or "" for one in found.iter(f"{ATOM}summary")]
    assert [one[:15] for one in summaries] == expected
    items = list(etree.fromstring(document("rss", entries, is_whole=False)).iter("item"))
    assert [item.findtext("description") for item in items] == summaries
    assert all(len(item.findtext("description") or "") < 320 for item in items)
    contents = [
        item["content_html"]
        for item in json.loads(document("json", entries, is_whole=False))["items"]
    ]
    assert contents == summaries


def test_an_entry_is_the_same_in_every_form_whichever_are_asked_for_together() -> None:
    forms = [Form(name, is_whole) for name in FILES for is_whole in (True, False)]
    for entry in (EPISODE, NOTE, PLAIN, EMPTY):
        together = render_entry(stored(entry), forms)
        backwards = render_entry(stored(entry), forms[::-1])
        alone = {form: render_entry(stored(entry), [form])[form] for form in forms}
        assert together == backwards == alone


# ------------------------------------------------------------------------------------------ frames


def links_of(data: bytes) -> dict[str, str]:
    root = etree.fromstring(data)
    return {
        link.get("rel") or "alternate": (link.get("href") or "").removeprefix(SITE.url)
        for link in root.findall(f"{ATOM}link")
    }


FOLDER = "categories/%E6%96%B0%E5%AA%92%E4%BD%93/"


@pytest.mark.parametrize(
    ("chain", "links"),
    [
        (Chain(None, None, None), {}),
        (Chain(None, 3, None), {"prev-archive": "archive/3.atom.xml?0-00000000"}),
        (
            Chain(3, 2, None),
            {"prev-archive": "archive/2.atom.xml", "current": "atom.xml"},
        ),
        (
            Chain(1, None, 2),
            {"next-archive": "archive/2.atom.xml", "current": "atom.xml"},
        ),
    ],
)
def test_archives_name_their_neighbours_and_the_feed(chain: Chain, links: dict[str, str]) -> None:
    data = document("atom", [EPISODE], chain=chain)
    assert list(atom(data)) == []
    found = links_of(data)
    own = "atom.xml" if chain.number is None else f"archive/{chain.number}.atom.xml"
    expected = {name: FOLDER + path for name, path in links.items()}
    assert found == {"self": FOLDER + own, "alternate": "", **expected}
    root = etree.fromstring(data)
    assert root.findtext(f"{ATOM}id") == SITE.url + FOLDER + own
    assert (root.find(f"{HISTORY}archive") is not None) == (chain.number is not None)


def test_rss_and_json_have_no_archives() -> None:
    chain = Chain(None, 3, None)
    for format_name in ("rss", "json"):
        assert document(format_name, chain=chain) == document(format_name)


def test_what_was_deleted_is_said() -> None:
    stones = (Tombstone("tag:x.example,2024:1?a&b", DAY), Tombstone("urn:x:2", DAY))
    data = document("atom", [EPISODE], tombstones=stones)
    assert list(atom(data)) == []
    found = etree.fromstring(data).findall(f"{TOMBSTONES}deleted-entry")
    assert [(one.get("ref"), one.get("when")) for one in found] == [
        ("tag:x.example,2024:1?a&b", "2024-03-01T00:00:00+00:00"),
        ("urn:x:2", "2024-03-01T00:00:00+00:00"),
    ]
    assert b"tombstones" not in document("atom", [EPISODE])


def test_hubs_are_named_in_every_format() -> None:
    hubs = ("https://one.example/", "https://two.example/?a=1&b=2")
    atom_root = etree.fromstring(document("atom", hubs=hubs))
    rss_root = etree.fromstring(document("rss", hubs=hubs))
    for found in (
        atom_root.findall(f"{ATOM}link[@rel='hub']"),
        rss_root.findall(f"channel/{ATOM}link[@rel='hub']"),
    ):
        assert [link.get("href") for link in found] == list(hubs)
    assert json.loads(document("json", hubs=hubs))["hubs"] == [
        {"type": "WebSub", "url": hub} for hub in hubs
    ]


@pytest.mark.parametrize(
    ("topic", "chain", "href"),
    [
        (TOPIC, None, "../../feed.css"),
        (TOPIC._replace(folder=""), None, "feed.css"),
        (TOPIC, Chain(2, 1, None), "../../../feed.css"),
    ],
)
def test_a_styled_document_names_its_sheet(topic: Topic, chain: Chain | None, href: str) -> None:
    data = document("atom", [EPISODE], topic=topic, chain=chain, is_styled=True)
    line = f'<?xml-stylesheet type="text/css" href="{href}"?>'
    assert data.split(b"\n")[1].decode() == line
    assert list(atom(data)) == []
    assert not feedparser.parse(BytesIO(data))["bozo"]
    assert b"xml-stylesheet" in document("rss", is_styled=True)
    assert list(json_feed(document("json", is_styled=True))) == []


def test_a_category_s_site_is_its_page_where_there_is_one() -> None:
    assert links_of(document("atom", formats=("atom", PAGE)))["alternate"] == FOLDER
    channel = etree.fromstring(document("rss", formats=("rss", PAGE)))[0]
    assert channel.findtext("link") == SITE.url + FOLDER
    home = json.loads(document("json", formats=("json", PAGE)))["home_page_url"]
    assert home == SITE.url + FOLDER
    assert json.loads(document("json"))["home_page_url"] == SITE.url
