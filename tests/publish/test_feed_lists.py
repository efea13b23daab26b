"""Lists of feeds: valid OPML 2.0, which newsboat and feedkit itself import."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from validity_opml import opml

from feedkit.collect.opml import OpmlFile, read_opml
from feedkit.config import Site
from feedkit.publish.jobs import SourceLine
from feedkit.publish.opml import feeds_opml, sources_opml
from feedkit.publish.topics import Topic

SITE = Site("https://planet.example.org/", title="Planet <&> 新", author="Ann")
TOPICS = [
    Topic(1, (1,), "", "Planet <&> 新", None, 0, 1),
    Topic(2, (2,), "categories/cplusplus/", 'C++ "&" more – Planet', "C++", 0, 1),
    Topic(3, (3,), "categories/新媒体/", "新媒体 – Planet", "新媒体", 0, 1),
]
SOURCES = [
    SourceLine("One", "https://one.example/feed?a=1&b=2", "https://one.example/", ("Go", "C++")),
    SourceLine("Zwei\n  <b>", "http://ann:s3cret@two.example:8080/", None, ("web dev", "go")),
    SourceLine("", "https://three.example/feed?", "javascript:alert(1)", ()),
    SourceLine("Local", "feeds/samples/atom.xml", None, ("Go",)),
    SourceLine("Local", "/etc/passwd", None, ()),
    SourceLine("Local", "file:///etc/passwd", None, ()),
    SourceLine("Bad\x00\ud800", "https://[bad/", None, ("Go",)),
    SourceLine(
        "Four\x07", "https://four.example/", "https://u:p@four.example/", ("", "Web\x01Dev")
    ),
]


def outlines(document: bytes) -> list[dict[str, str]]:
    return [dict(outline.items()) for outline in etree.fromstring(document).iter("outline")]


def test_each_published_feed_has_a_line() -> None:
    document = feeds_opml(SITE, TOPICS, ("rss", "atom", "page"))
    assert list(opml(document)) == []
    assert outlines(document)[1] == {
        "type": "rss",
        "text": 'C++ "&" more – Planet',
        "title": 'C++ "&" more – Planet',
        "xmlUrl": "https://planet.example.org/categories/cplusplus/atom.xml",
        "htmlUrl": "https://planet.example.org/categories/cplusplus/index.html",
    }
    assert [subscription.url for subscription in read_opml(document).subscriptions] == [
        topic.url(SITE.url, "atom") for topic in TOPICS
    ]
    assert b"<title>Feeds of Planet &lt;&amp;&gt; \xe6\x96\xb0</title>" in document


@pytest.mark.parametrize(
    ("formats", "file", "has_page"),
    [(("rss", "json"), "rss.xml", False), (("page", "json", "rss"), "feed.json", True)],
)
def test_where_there_is_no_atom_the_first_format_is_listed(
    formats: tuple[str, ...], file: str, has_page: bool
) -> None:
    first = outlines(feeds_opml(SITE, TOPICS, formats))[0]
    assert first["xmlUrl"] == f"https://planet.example.org/{file}"
    assert ("htmlUrl" in first) == has_page


def test_sources_are_in_a_folder_for_each_category_given_to_them() -> None:
    document = sources_opml(SITE, SOURCES)
    assert list(opml(document)) == []
    body = etree.fromstring(document)[1]
    assert [(line.get("text"), [inner.get("text") for inner in line]) for line in body] == [
        ("https://three.example/feed?", []),
        ("C++", ["One"]),
        ("Go", ["One", "Zwei <b>"]),
        ("web dev", ["Zwei <b>"]),
        ("WebDev", ["Four"]),
    ]
    assert b"s3cret" not in document
    assert b"passwd" not in document
    assert b"samples" not in document
    assert outlines(document)[-1]["htmlUrl"] == "https://four.example/"


def test_feedkit_reads_the_sources_and_their_categories_again() -> None:
    read = read_opml(sources_opml(SITE, SOURCES))
    assert read.skipped == ()
    assert {(one.url, one.title, frozenset(one.categories)) for one in read.subscriptions} == {
        ("https://one.example/feed?a=1&b=2", "One", frozenset({"Go", "C++"})),
        ("http://two.example:8080/", "Zwei <b>", frozenset({"Go", "web dev"})),
        ("https://three.example/feed?", "https://three.example/feed?", frozenset()),
        ("https://four.example/", "Four", frozenset({"WebDev"})),
    }


@pytest.mark.parametrize(
    ("document", "urls"),
    [
        (
            feeds_opml(SITE, TOPICS, ("atom", "rss")),
            {topic.url(SITE.url, "atom") for topic in TOPICS},
        ),
        (
            sources_opml(SITE, SOURCES),
            {
                "https://three.example/feed?",
                'https://one.example/feed?a=1&b=2 "C++"',  # it keeps the first folder
                'http://two.example:8080/ "Go"',
                'https://four.example/ "WebDev"',
            },
        ),
    ],
)
def test_newsboat_imports_the_feeds(tmp_path: Path, document: bytes, urls: set[str]) -> None:
    (tmp_path / "feeds.opml").write_bytes(document)
    (tmp_path / "urls").touch()
    done = subprocess.run(
        ["newsboat", "-u", "urls", "-c", "cache.db", "-i", "feeds.opml"],
        cwd=tmp_path,
        capture_output=True,
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert set((tmp_path / "urls").read_text().splitlines()) == urls


_TEXTS = st.text(max_size=20)
_ADDRESSES = _TEXTS.map("https://{}".format) | st.sampled_from(
    [
        "https://a.example/",
        "http://ann:s3cret@b.example/f?x#y",
        "https://c.example/a b",
        'https://d.example/{x}|"<',
        "feed.xml",
    ]
)
_LINES = st.builds(SourceLine, _TEXTS, _ADDRESSES, st.none() | _ADDRESSES, st.tuples(_TEXTS))


@settings(max_examples=50, deadline=None)
@given(st.lists(_LINES, max_size=5))
def test_any_sources_make_a_valid_list_that_feedkit_reads_whole(lines: list[SourceLine]) -> None:
    document = sources_opml(SITE, lines)
    assert list(opml(document)) == []
    assert read_opml(document).skipped == ()
    assert b"s3cret" not in document


def test_a_list_of_nothing_is_valid_and_says_so() -> None:
    for document in (sources_opml(SITE, []), feeds_opml(SITE, TOPICS, ("page",))):
        assert list(opml(document)) == []
        assert outlines(document) == [{"text": "There is no feed here.", "isComment": "true"}]
        assert read_opml(document) == OpmlFile((), ())


def test_the_checker_sees_what_is_wrong() -> None:
    head = "<head><title>T</title></head>"
    for document, wrong in (
        (f"<opml version='1.0'>{head}<body><outline text='a'/></body></opml>", "not <opml"),
        (f"<opml version='2.0'>{head}<body/></opml>", "holds no outline"),
        (f"<opml version='2.0'>{head}<body><outline title='a'/></body></opml>", "has no text"),
        (f"<opml version='2.0'>{head}<body><outline text='a' type='rss'/></body></opml>", "alone"),
        (f"<opml version='2.0'>{head}<body><outline text='a' feed='x'/></body></opml>", "has feed"),
        ("<opml version='2.0'><body><outline text='a'/></body></opml>", "not one head"),
    ):
        assert any(wrong in one for one in opml(document.encode())), document
