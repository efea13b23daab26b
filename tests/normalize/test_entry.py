"""Entries and feeds as they are ready to publish."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from feedkit.model import Enclosure, Entry, Extra, Feed, Origin, Person, Resource
from feedkit.normalize.entry import normalize_entry, normalize_feed

FEED = "https://example.org/feed.xml"
DATE = datetime(2021, 5, 18, 11, 30, tzinfo=UTC)


def normal(entry: Entry) -> Entry:
    return normalize_entry(entry, namespace=FEED, base="https://example.org/")


def test_an_entry_comes_out_ready_to_publish() -> None:
    entry = normal(
        Entry(
            id="42",
            url="posts/1",
            title=" A\n title\x0b ",
            summary="<p>Same</p>",
            content="<p onclick=x>Same</p>",
            authors=(Person(name=" Ann "), Person(), Person(name="Ann")),
            categories=(" Web  Dev", "web_dev", "", "新媒体"),
            published=datetime(2021, 5, 18, 19, 30, tzinfo=timezone(timedelta(hours=8))),
            enclosures=(Enclosure(url="a.mp3"), Enclosure(url="javascript:x")),
            language="en_GB",
            comments_url="#comments",
            origin=Origin(title=" Planet ", url="//planet.example/"),
            extra=Extra(transcripts=(Resource(url="t.vtt"), Resource(url="data:x"))),
        )
    )
    assert entry == Entry(
        id=entry.id,
        url="https://example.org/posts/1",
        title="A title",
        content="<p>Same</p>",
        authors=(Person(name="Ann"),),
        categories=("Web Dev", "新媒体"),
        published=DATE,
        enclosures=(Enclosure(url="https://example.org/a.mp3"),),
        language="en-GB",
        comments_url="https://example.org/#comments",
        origin=Origin(title="Planet", url="https://planet.example/"),
        extra=Extra(transcripts=(Resource(url="https://example.org/t.vtt"),)),
    )
    assert entry.id.startswith("urn:uuid:")
    assert entry.published is not None
    assert entry.published.tzinfo is UTC


def test_a_title_is_text_and_keeps_what_looks_like_markup() -> None:
    assert normal(Entry(id="", title="A < B & <i>C</i>")).title == "A < B & <i>C</i>"


def test_content_resolves_against_its_own_base_first() -> None:
    content = '<img src="i.png">'
    assert normal(Entry(id="", base="/deep/er/", content=content)).image == (
        "https://example.org/deep/er/i.png"
    )
    alone = Entry(id="", url="https://other.example/posts/1", content=content)
    assert normalize_entry(alone, namespace=FEED).image == "https://other.example/posts/i.png"


def test_the_image_is_the_entrys_own_then_an_enclosure_then_the_first_of_the_content() -> None:
    entry = Entry(
        id="",
        image="own.png",
        enclosures=(Enclosure(url="e.png", type="image/png"),),
        content='<img src="data:image/png;base64,AA"><img alt="x" src="c.png?a=1&amp;b=2">',
    )
    assert normal(entry).image == "https://example.org/own.png"
    assert normal(replace(entry, image=None)).image == "https://example.org/e.png"
    assert normal(replace(entry, image=None, enclosures=())).image == (
        "https://example.org/c.png?a=1&b=2"
    )


def test_an_avatar_or_emoji_is_the_image_only_where_there_is_no_other() -> None:
    avatar = "https://secure.gravatar.com/avatar/0"
    emoji = '<img src="https://s.w.org/images/core/emoji/15/1f600.png">'
    entry = Entry(id="", image=avatar, content=f"{emoji}<img src=c.png width=600 height=400>")
    assert normal(entry).image == "https://example.org/c.png"
    assert normal(replace(entry, content=emoji)).image == avatar
    assert normal(replace(entry, image=None, content=emoji)).image is None
    counter = replace(entry, image="https://pixel.wp.com/g.gif", content=None)
    assert normal(counter).image is None


def test_links_lose_tracking_parameters_and_ids_keep_them() -> None:
    url = "https://example.org/1?utm_source=rss"
    entry = normal(Entry(id="", url=url, external_url=url, comments_url=f"{url}#comments"))
    assert (entry.id, entry.url) == (url, "https://example.org/1")
    assert (entry.external_url, entry.comments_url) == (None, "https://example.org/1#comments")
    assert normal(entry) == entry
    assert normal(Entry(id=url, url=url)).id == url


def test_ids_made_for_entries_that_share_a_guid_are_of_the_url_as_it_was_written() -> None:
    tracked = [
        Entry(id="same", url=f"https://example.org/{n}?utm_source=rss", title=f"Title {n}")
        for n in (1, 2)
    ]
    entries = normalize_feed(Feed(entries=tuple(tracked)), url=FEED).entries
    assert [(entry.id, entry.url) for entry in entries] == [
        ("urn:uuid:cc7a76c3-e50b-5b87-968c-8e115818a2a6", "https://example.org/1"),
        ("urn:uuid:ebab5da4-c4dc-5a91-9fd4-b87f7bee69c0", "https://example.org/2"),
    ]


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (Person(name="ann@example.org (Ann)"), Person(name="Ann", email="ann@example.org")),
        (Person(email="ann@example.org (Ann)"), Person(name="Ann", email="ann@example.org")),
        (Person(name="Ann <ann@example.org>"), Person(name="Ann", email="ann@example.org")),
        (Person(email="mailto:ann@example.org"), Person(email="ann@example.org")),
        (Person(email="Ann"), Person(name="Ann")),
        (Person(name="Ann", url="javascript:x"), Person(name="Ann")),
        (Person(name="@ann"), Person(name="@ann")),
    ],
)
def test_names_and_addresses_of_people_are_told_apart(person: Person, expected: Person) -> None:
    assert normal(Entry(id="", authors=(person,))).authors == (expected,)


@pytest.mark.parametrize(
    ("tag", "kept"), [("zh-Hant-TW", "zh-Hant-TW"), ("x-klingon", "x-klingon"), ("a b", None)]
)
def test_only_language_tags_are_languages(tag: str, kept: str | None) -> None:
    assert normal(Entry(id="", language=tag)).language == kept


def test_what_entries_repeat_is_read_in_each_of_them_by_its_own_base() -> None:
    author = (Person(name="Ann", url="me"),)
    entries = tuple(
        Entry(id=str(number), authors=author, contributors=author, base=base, language=language)
        for number, (base, language) in enumerate(
            [("/a/", "de"), ("/b/", "no language"), ("/a/", "de"), (None, None)]
        )
    )
    feed = normalize_feed(Feed(language="en", entries=entries), url="https://x.example/feed")
    assert [(entry.authors[0].url, entry.language) for entry in feed.entries] == [
        ("https://x.example/a/me", "de"),
        ("https://x.example/b/me", "en"),
        ("https://x.example/a/me", "de"),
        ("https://x.example/me", "en"),
    ]
    assert all(entry.authors == entry.contributors for entry in feed.entries)


def test_categories_are_bounded() -> None:
    entry = normal(Entry(id="", categories=(*(f"tag {n}" for n in range(500)), "x" * 5000)))
    assert len(entry.categories) == 100
    assert len(normal(Entry(id="", categories=("x" * 5000,))).categories[0]) == 200


TEXT = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["a@b.org (A)", "A <a@b.org>", "<b>x</i>", "/x y", "//[", "en_us", "\ud800"]),
)
MAYBE = st.none() | TEXT
PEOPLE = st.lists(st.builds(Person, name=MAYBE, email=MAYBE, url=MAYBE), max_size=2).map(tuple)
ENTRIES = st.builds(
    Entry,
    id=TEXT,
    url=MAYBE,
    external_url=MAYBE,
    title=TEXT,
    summary=MAYBE,
    content=MAYBE,
    authors=PEOPLE,
    categories=st.lists(TEXT, max_size=3).map(tuple),
    published=st.none() | st.datetimes(),
    enclosures=st.lists(st.builds(Enclosure, url=TEXT, type=MAYBE), max_size=2).map(tuple),
    image=MAYBE,
    language=MAYBE,
    rights=MAYBE,
    origin=st.none() | st.builds(Origin, id=MAYBE, title=MAYBE, url=MAYBE),
    base=MAYBE,
)


@settings(deadline=None, max_examples=200)
@given(ENTRIES)
def test_a_normalized_entry_comes_back_equal(entry: Entry) -> None:
    once = normal(entry)
    assert normal(once) == once
    assert normalize_entry(once, namespace="another") == once


@settings(deadline=None, max_examples=50)
@given(st.lists(ENTRIES, max_size=4))
def test_no_two_entries_of_a_feed_have_one_id(entries: list[Entry]) -> None:
    feed = normalize_feed(Feed(entries=tuple(entries)), url=FEED)
    ids = [entry.id for entry in feed.entries]
    assert len(set(ids)) == len(ids)
    assert normalize_feed(feed, url=FEED) == feed


def ids_and_titles(*entries: Entry) -> list[tuple[str, str]]:
    feed = normalize_feed(Feed(entries=entries), url=FEED)
    return [(entry.id, entry.title) for entry in feed.entries]


def test_of_two_versions_of_an_entry_the_one_updated_last_stays() -> None:
    old = Entry(id="tag:a,2026:1", url="/1", title="Old", updated=DATE)
    new = Entry(id="tag:a,2026:1", url="/1", title="New", updated=DATE + timedelta(days=1))
    assert ids_and_titles(old, new) == [("tag:a,2026:1", "New")]
    assert ids_and_titles(new, old) == [("tag:a,2026:1", "New")]
    undated = [replace(old, updated=None), replace(new, updated=None)]
    assert ids_and_titles(*undated) == [("tag:a,2026:1", "Old")]


def test_a_feed_that_uses_one_guid_for_all_loses_nothing() -> None:
    one = Entry(id="same", url="/1", title="One")
    two = Entry(id="same", url="/2", title="Two")
    three = Entry(id="same", url="/3", title="Three")
    first = dict(ids_and_titles(one, two))
    later = dict(ids_and_titles(three, one, two))
    assert sorted(first.values()) == ["One", "Two"]
    assert sorted(later.values()) == ["One", "Three", "Two"]
    assert first.items() <= later.items()


def test_entries_without_a_guid_that_share_a_page_are_all_kept() -> None:
    entries = [Entry(id="", url="/news", title=title) for title in ("One", "Two", "One")]
    kept = ids_and_titles(*entries)
    assert [title for _, title in kept] == ["One", "Two"]
    assert len({id_ for id_, _ in kept}) == 2


def test_a_feeds_own_texts_and_addresses_are_normalized() -> None:
    feed = normalize_feed(
        Feed(
            title=" My\nfeed ",
            url="/",
            subtitle="",
            language="de",
            image="/i.png",
            authors=(Person(),),
            next_archive_url="?page=2",
            hub="javascript:x",
            entries=(Entry(id="", url="1"),),
        ),
        url=FEED,
    )
    assert feed == Feed(
        title="My feed",
        url="https://example.org/",
        language="de",
        image="https://example.org/i.png",
        next_archive_url="https://example.org/feed.xml?page=2",
        entries=(Entry(id="https://example.org/1", url="https://example.org/1", language="de"),),
    )


def test_entries_that_all_lead_to_the_front_page_are_not_taken_for_one() -> None:
    entries = tuple(
        Entry(id="http://x.example/", url="http://x.example/", title=title) for title in "ab"
    )
    feed = normalize_feed(Feed(title="Notes", entries=entries), url="http://x.example/rss")
    assert [entry.title for entry in feed.entries] == ["a", "b"]
    assert len({entry.id for entry in feed.entries}) == 2
