"""JSON Feed 1.0 and 1.1."""

import json
from datetime import UTC, datetime

import pytest

from feedkit.errors import ParseError
from feedkit.model import (
    Enclosure,
    Entry,
    Extra,
    Feed,
    Origin,
    Person,
    Place,
    Resource,
)
from feedkit.parse import parse_feed

VERSION = "https://jsonfeed.org/version/1.1"


def feed_of(**members: object) -> Feed:
    document = {"version": VERSION, **members}
    return parse_feed(json.dumps(document).encode(), url="https://notes.example/feed.json")


def test_a_whole_feed_is_read() -> None:
    feed = feed_of(
        title="Notes",
        home_page_url="https://notes.example/",
        feed_url="https://notes.example/feed.json",
        description="Small things",
        icon="/icon.png",
        language="en",
        next_url="?page=2",
        hubs=[{"type": "WebSub", "url": "https://hub.example/"}],
        authors=[{"name": "Nora", "url": "https://nora.example/"}],
        items=[
            {
                "id": "1",
                "url": "/1",
                "external_url": "https://other.example/",
                "title": "One",
                "content_html": "<p>1</p>",
                "summary": "1 < 2",
                "image": "1.png",
                "date_published": "2024-04-02T06:00:00+02:00",
                "date_modified": "2024-04-03T00:00:00Z",
                "tags": ["a", "b"],
                "language": "sv",
                "attachments": [
                    {
                        "url": "1.mp3",
                        "mime_type": "audio/mpeg",
                        "size_in_bytes": 5,
                        "duration_in_seconds": 2.5,
                    }
                ],
            }
        ],
    )
    nora = Person(name="Nora", url="https://nora.example/")
    assert feed == Feed(
        url="https://notes.example/",
        title="Notes",
        subtitle="Small things",
        authors=(nora,),
        language="en",
        image="https://notes.example/icon.png",
        hub="https://hub.example/",
        self_url="https://notes.example/feed.json",
        next_archive_url="https://notes.example/feed.json?page=2",
        format="json11",
        entries=(
            Entry(
                id="1",
                url="https://notes.example/1",
                external_url="https://other.example/",
                title="One",
                summary="1 &lt; 2",
                content="<p>1</p>",
                authors=(nora,),
                categories=("a", "b"),
                published=datetime(2024, 4, 2, 4, tzinfo=UTC),
                updated=datetime(2024, 4, 3, tzinfo=UTC),
                enclosures=(
                    Enclosure(
                        url="https://notes.example/1.mp3", type="audio/mpeg", length=5, duration=2
                    ),
                ),
                image="https://notes.example/1.png",
                language="sv",
                base="https://notes.example/feed.json",
            ),
        ),
    )


def test_what_json_feed_has_no_field_for_is_read_where_feedkit_writes_it() -> None:
    author = {"name": "Ada", "_feedkit": {"email": "ada@x.example"}}
    extension = {
        "summary_html": "<b>s</b>",
        "contributors": [{"name": "Bo", "url": "/bo"}],
        "rights": "(c)\u0000 Ada",
        "comments_url": "/1#comments",
        "origin": {"id": "urn:o", "title": "O", "feed_url": "/o", "author": {"email": "o@x.org"}},
        "podcast": {
            "duration": 65,
            "episode": 3,
            "explicit": False,
            "transcripts": [{"url": "/1.vtt", "type": "text/vtt", "language": "en"}, {"url": ""}],
            "chapters": {"url": "/1.json"},
        },
        "place": {"coordinates": [48.2, 16.37]},
    }
    item = {"id": "1", "summary": "s", "authors": [author], "_feedkit": extension}
    (entry,) = feed_of(home_page_url="https://x.example/", items=[item]).entries
    assert entry == Entry(
        id="1",
        summary="<b>s</b>",
        authors=(Person(name="Ada", email="ada@x.example"),),
        contributors=(Person(name="Bo", url="https://x.example/bo"),),
        rights="(c) Ada",
        comments_url="https://x.example/1#comments",
        origin=Origin(
            id="urn:o", title="O", feed_url="https://x.example/o", author=Person(email="o@x.org")
        ),
        extra=Extra(
            duration=65,
            episode=3,
            explicit=False,
            transcripts=(Resource(url="https://x.example/1.vtt", type="text/vtt", language="en"),),
            chapters=Resource(url="https://x.example/1.json"),
            place=Place(coordinates=(48.2, 16.37)),
        ),
        base="https://x.example/",
    )


def test_an_extension_of_other_shapes_says_nothing() -> None:
    extension = {
        "summary_html": 1.5,
        "contributors": {"name": []},
        "origin": ["x"],
        "podcast": {"explicit": "yes", "transcripts": 5, "chapters": [], "episode": -1},
        "place": {"shape": "star", "coordinates": [1, 2]},
    }
    wrong_places = [{"coordinates": [91, 0]}, {"coordinates": [True, 1]}, {"coordinates": "1 2"}]
    items = [{"id": "1", "_feedkit": extension}, {"id": "2", "_feedkit": "x"}]
    items += [{"id": "3", "_feedkit": {"place": place}} for place in wrong_places]
    entries = feed_of(items=items).entries
    assert [(entry.origin, entry.extra, entry.contributors) for entry in entries] == [
        (None, None, ())
    ] * 5


def test_sloppy_values_are_taken_for_what_they_mean() -> None:
    feed = feed_of(
        title=None,
        authors="nobody",
        items=[
            {"id": 42, "tags": None, "author": {"name": "Old style"}, "title": "a\u0000b"},
            "not an item",
            {"id": True, "content_text": "one <\ntwo"},
        ],
    )
    first, second = feed.entries
    assert (first.id, first.title, first.authors) == ("42", "ab", (Person(name="Old style"),))
    assert (second.id, second.content) == ("", "one &lt;<br>\ntwo")


def test_one_bad_string_costs_its_bad_characters_alone() -> None:
    items = '[{"title": "a\\ud800b\x01c \\ud83d\\ude00"}, {"tags": ["x\\udfffy"]}]'
    document = f'{{"version": "{VERSION}", "items": {items}}}'
    feed = parse_feed(document.encode())
    assert [entry.title for entry in feed.entries] == ["abc 😀", ""]
    assert feed.entries[1].categories == ("xy",)
    assert feed.bozo is not None
    assert feed.bozo.startswith("the document is no valid JSON: ")


@pytest.mark.parametrize(
    "end",
    [
        ']}',
        ', ]}',
        '],\n}',
        ']} <!-- served in 3 ms -->',
        '], "x": NaN}',
        '], "x": 1e999}',
        f'], "x": {"9" * 5000}}}',
        '], "x": "[,] \\" ,}",}',
    ],
)  # fmt: skip
def test_what_is_nearly_json_is_read(end: str) -> None:
    feed = parse_feed(f'{{"version": "{VERSION}", "items": [{{"id": "1"}}{end}'.encode())
    assert [entry.id for entry in feed.entries] == ["1"]
    assert (feed.bozo is None) == (end == "]}")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32", "utf-32-be"])
def test_json_may_be_in_any_encoding_of_unicode(encoding: str) -> None:
    document = f'{{"version": "{VERSION}", "title": "新"}}'
    feed = parse_feed(document.encode(encoding))
    assert (feed.title, feed.bozo) == ("新", None)


def test_texts_stand_for_authors_and_numbers() -> None:
    attachment = {"url": "/a", "size_in_bytes": "9", "duration_in_seconds": "1:05"}
    feed = feed_of(
        author="Bo", items=[{"authors": ["Ann", "Cy"], "tags": [7], "attachments": [attachment]}]
    )
    entry = feed.entries[0]
    assert (feed.authors, entry.categories) == ((Person(name="Bo"),), ("7",))
    assert entry.authors == (Person(name="Ann"), Person(name="Cy"))
    assert (entry.enclosures[0].length, entry.enclosures[0].duration) == (9, 65)


def test_version_one_is_json10() -> None:
    assert feed_of(version="https://jsonfeed.org/version/1").format == "json10"


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b'{"error": "not found"}', "names no version of JSON Feed"),
        (b"[1, 2]", "names no version of JSON Feed"),
        (b'{"version": "https://jsonfeed.org/version/1", "it', "looks like JSON but is not"),
        (b'{"version": "https://jsonfeed.org/version/1", "it', "it ends in the middle"),
        (b'{\n"a": x}', "looks like JSON but is not: invalid character, line 2"),
        (b"[" * 100_000, "looks like JSON but is not"),
    ],
)
def test_other_json_is_no_feed(document: bytes, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        parse_feed(document)
