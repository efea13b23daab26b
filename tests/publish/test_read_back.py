"""What is published is read back as what it was: documents lose nothing that they can hold."""

import re
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import feedkit
from feedkit.config import Site
from feedkit.model import Enclosure, Entry, Feed, Origin, Person
from feedkit.normalize.entry import normalize_feed
from feedkit.normalize.text import summary_of
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
ENCLOSURES = st.lists(
    st.builds(Enclosure, url=URL, type=MAYBE, length=st.none() | st.integers(0, 10**12)),
    max_size=3,
).map(tuple)
ORIGIN = st.builds(
    Origin, id=MAYBE, title=MAYBE, url=MAYBE_URL, feed_url=MAYBE_URL, rights=MAYBE,
)  # fmt: skip
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
    language=st.sampled_from([None, "en", "zh-Hant-TW", "de_AT", "x-klingon", "no language"]),
    rights=MAYBE,
    comments_url=MAYBE_URL,
    origin=st.none() | ORIGIN,
    base=MAYBE_URL,
)
FEEDS = st.builds(Feed, entries=st.lists(ENTRIES, max_size=3).map(tuple))


def document(entries: tuple[Entry, ...], format_name: str) -> bytes:
    """The entries as feedkit publishes them."""
    written = [
        render_entry(
            StoredEntry(entry, entry.published or SEEN, entry.updated or SEEN, None, EDITOR),
            (Form(format_name),),
        )[Form(format_name)]
        for entry in entries
    ]
    head, between, tail = render_frame(FrameJob(TOPIC, format_name, SITE, SEEN))
    return head + between.join(written) + tail


def as_in_atom(entry: Entry) -> Entry:
    """What an Atom document says of a normalized entry, and says in place of what is missing."""
    content = entry.content
    if content is None and entry.url is None:  # RFC 4287, 4.1.2
        content = entry.summary
    return replace(
        entry,
        summary=(None if entry.summary == content else entry.summary) or summary_of(content or ""),
        content=content,
        authors=entry.authors or (EDITOR,),
        published=entry.published or SEEN,
        updated=entry.updated or SEEN,
        comments_url=None,
    )


def differences(written: Entry, read: Entry) -> dict[str, tuple[object, object]]:
    """The fields that were read otherwise than they were written."""
    one, other = as_in_atom(written), as_in_atom(read)
    if not one.title:  # it is made of something else then
        one = replace(one, title=other.title)
    if one.origin and other.origin and not one.origin.title:
        one = replace(one, origin=replace(one.origin, title=other.origin.title))
    other = replace(
        other,
        authors=as_nameless(one.authors, other.authors),
        contributors=as_nameless(one.contributors, other.contributors),
    )
    pairs = {name: (getattr(one, name), getattr(other, name)) for name in one.__struct_fields__}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def as_nameless(written: tuple[Person, ...], read: tuple[Person, ...]) -> tuple[Person, ...]:
    """A person without a name or e-mail address is published under their URL (RFC 4287, 3.2.1)."""
    if len(written) != len(read):
        return read
    return tuple(
        other if one.name or one.email else replace(other, name=None)
        for one, other in zip(written, read, strict=True)
    )


@settings(deadline=None, max_examples=300)
@given(FEEDS)
def test_what_is_published_as_atom_reads_back_equal(feed: Feed) -> None:
    entries = normalize_feed(feed, url="https://x.example/feed").entries
    read = feedkit.parse(document(entries, "atom"))
    assert read.bozo is None
    assert [entry.id for entry in read.entries] == [entry.id for entry in entries]
    assert [differences(*pair) for pair in zip(entries, read.entries, strict=True)] == [{}] * len(
        entries
    )
