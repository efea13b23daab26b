"""What is published is read back as what it was: documents lose nothing that they can hold."""

import re
from datetime import UTC, datetime

from carried import carried
from hypothesis import given, settings
from hypothesis import strategies as st

import feedkit
from feedkit.config import Site
from feedkit.model import Enclosure, Entry, Extra, Feed, Origin, Person, Place, Resource
from feedkit.normalize.categories import fold
from feedkit.normalize.entry import normalize_feed
from feedkit.publish.jobs import Form, FrameJob, StoredEntry
from feedkit.publish.rendering import render_entry, render_frame
from feedkit.publish.topics import Topic

SITE = Site(title="Planet", url="https://planet.example.org/")
TOPIC = Topic(0, (), "", "Planet", None, 0, 0)
SEEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
EDITOR = Person(name="The editor")

HOSTILE = st.sampled_from([
    "", " ", "\xa0", "\u3000", "\u2028", "\x85", "\ufeff", "\0", "\x1b[31m", "\ud800", "\uffff",
    "\r", "\r\n\t", "<", ">", "&", '"', "'", "]]>", "<![CDATA[", "-->", "<!--", "&amp;",
    "&lt;b&gt;", "&nbsp;", "&#0;", "&#x1F600;", "&nosuch;", "&amp;amp;", "<b>x</b>", "A < B", "R&D",
    "List<T>", "<script>x</script>", "<p>one<p>two", "<pre>\n\n x </pre>", "<img src=i.png>",
    "</div>", "</feed>", "<a href='javascript:x'>y</a>", "é", "新媒体", "😀", "e\u0301", "\u202e",
    "a@b.org", "a@b.org (Ann)", "Ann <a@b.org>", "mailto:a@b.org", "/x y", "//[", "?", "#",
    "https://x.example/?a=1&b=2", "en_us", "HTTPS://X.example/\u00e9", "urn:x:1", "x" * 300,
])  # fmt: skip
TEXT = st.lists(HOSTILE | st.text(max_size=8), max_size=4).map("".join)
URL = TEXT | TEXT.map(lambda text: f"https://x.example/{text}")
MAYBE = st.none() | TEXT
MAYBE_URL = st.none() | URL
# A name that looks like HTML is read as HTML, since feeds escape names twice.
NAME = MAYBE.map(lambda name: name and re.sub("[<&]", "+", name))
DATE = st.none() | st.datetimes(timezones=st.just(UTC)).map(
    lambda date: date.replace(microsecond=0)
)
PEOPLE = st.lists(st.builds(Person, name=NAME, email=NAME, url=MAYBE_URL), max_size=3).map(tuple)
TYPE = st.sampled_from([
    None, "", "audio", "audio/x y", "audio/mpeg", "audio/ogg; codecs=opus", "video/mp4",
    "application/ogg", "application/pdf", "image/png", "IMAGE/GIF", "text/html",
])  # fmt: skip
NUMBER = st.none() | st.integers(0, 10**9)
DURATION = st.none() | st.integers(1, 10**6)
ENCLOSURES = st.lists(
    st.builds(Enclosure, url=URL, type=TYPE, length=NUMBER, duration=DURATION),
    max_size=3,
).map(tuple)
ORIGIN = st.builds(
    Origin,
    id=MAYBE,
    title=MAYBE,
    url=MAYBE_URL,
    feed_url=MAYBE_URL,
    author=st.none() | st.builds(Person, name=NAME, email=NAME, url=MAYBE_URL),
    rights=MAYBE,
)
LANGUAGE = st.sampled_from([None, "en", "zh-Hant-TW", "de_AT", "x-klingon", "no language"])
RESOURCE = st.builds(Resource, url=URL, type=TYPE, language=LANGUAGE)
DEGREE = st.integers(-9 * 10**9, 9 * 10**9).map(lambda number: number / 10**8) | st.sampled_from(
    [-0.0, 1e-7, 1 / 3, -1.5e-21, 90.0]
)
PLACE = st.builds(
    lambda shape, numbers: Place(shape=shape[0], coordinates=tuple(numbers[: shape[1]])),
    st.sampled_from([("point", 2), ("line", 6), ("polygon", 8), ("box", 4)]),
    st.lists(DEGREE, min_size=8, max_size=8),
)
EXTRA = st.builds(
    Extra,
    duration=NUMBER,
    episode=NUMBER,
    season=NUMBER,
    explicit=st.sampled_from([None, True, False]),
    transcripts=st.lists(RESOURCE, max_size=2).map(tuple),
    chapters=st.none() | RESOURCE,
    place=st.none() | PLACE,
)
ENTRIES = st.builds(
    Entry,
    id=URL,
    url=MAYBE_URL,
    external_url=MAYBE_URL,
    title=TEXT,
    summary=MAYBE,
    content=MAYBE,
    authors=PEOPLE,
    contributors=PEOPLE,
    categories=st.lists(TEXT, max_size=4).map(tuple),
    published=DATE,
    updated=DATE,
    enclosures=ENCLOSURES,
    image=MAYBE_URL,
    language=LANGUAGE,
    rights=MAYBE,
    comments_url=MAYBE_URL,
    origin=st.none() | ORIGIN,
    extra=st.none() | EXTRA,
    base=MAYBE_URL,
)
FEEDS = st.builds(Feed, entries=st.lists(ENTRIES, max_size=3).map(tuple))


def stored(entry: Entry) -> StoredEntry:
    """The entry as feedkit publishes it, each second category in a document of its own."""
    folders = {fold(name): f"categories/{n}/" for n, name in enumerate(entry.categories) if n % 2}
    published = entry.published or SEEN
    updated = entry.updated or SEEN
    return StoredEntry(entry, published, updated, None, EDITOR, folders, SITE.url)


def read_back(entries: tuple[Entry, ...], format_name: str) -> tuple[Entry, ...]:
    """The entries that feedkit reads in the document that it publishes."""
    form = Form(format_name)
    written = [render_entry(stored(entry), (form,))[form] for entry in entries]
    head, between, tail, _ = render_frame(FrameJob(TOPIC, format_name, SITE, SEEN))
    read = feedkit.parse(head + between.join(written) + tail)
    assert read.bozo is None
    return read.entries


def differences(entry: Entry, read: Entry, format_name: str) -> dict[str, tuple[object, object]]:
    """The fields that were read otherwise than the format carries them."""
    expected = carried(stored(entry), format_name)
    pairs = {name: (getattr(expected, name), getattr(read, name)) for name in FIELDS}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


FIELDS = Entry.__struct_fields__


@settings(deadline=None, max_examples=100)
@given(FEEDS)
def test_what_is_published_as_atom_reads_back_equal(feed: Feed) -> None:
    entries = normalize_feed(feed, url="https://x.example/feed").entries
    read = read_back(entries, "atom")
    assert [differences(*pair, "atom") for pair in zip(entries, read, strict=True)] == [{}] * len(
        entries
    )


@settings(deadline=None, max_examples=60)
@given(FEEDS)
def test_what_is_published_as_json_reads_back_equal(feed: Feed) -> None:
    entries = normalize_feed(feed, url="https://x.example/feed").entries
    read = read_back(entries, "json")
    assert [differences(*pair, "json") for pair in zip(entries, read, strict=True)] == [{}] * len(
        entries
    )


@settings(deadline=None, max_examples=60)
@given(FEEDS)
def test_what_is_published_as_rss_reads_back_as_far_as_rss_can_say_it(feed: Feed) -> None:
    entries = normalize_feed(feed, url="https://x.example/feed").entries
    read = read_back(entries, "rss")
    assert [differences(*pair, "rss") for pair in zip(entries, read, strict=True)] == [{}] * len(
        entries
    )
