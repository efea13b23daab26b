"""What is no feed is said to be what it is; and nothing, however hostile, does worse."""

import gzip
import subprocess
import sys
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from feedkit.errors import ParseError
from feedkit.model import Feed
from feedkit.parse import parse_feed


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "it is empty"),
        (b" \n\t ", "nothing but white space"),
        (b"<!doctype html><title>Not here</title><p>Sorry", "an HTML page"),
        (b"<html><title>Just a\n moment&hellip;</title>", "an HTML page, 'Just a moment…'"),
        (b"\n<html lang=en><body>404</body></html>", "an HTML page"),
        (b"<?xml version='1.0'?><!-- x --><html xmlns='http://www.w3.org/1999/xhtml'/>", "an HTML"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a PNG image"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "a JPEG image"),
        (b"%PDF-1.7\n", "a PDF document"),
        (gzip.compress(b"<rss/>", mtime=0), "gzip-compressed data"),
        (b'{"message": "Too many requests"}', "JSON, but names no version"),
        (b"<br />\n<b>Fatal error</b>: out of memory<br />", "an HTML page"),
        (b"<h2>Not found</h2>", "an HTML page"),
        (b"<?xml version='1.0'?>\n<!-- soon -->", "it has no element"),
        (b"MZ\x90\0\3\0\0\0", "a program"),
        (b"SQLite format 3\0\x10\0", "an SQLite database"),
        (bytes(range(128, 256)), "binary data"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG image"),
        (b"<opml version='2.0'><body/></opml>", "a list of feeds (OPML), which [[opml]] takes"),
        (b"<a:RDF xmlns:a='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>", "RSS 1.0"),
        (b"Service unavailable", "plain text that starts with 'Service unavailable'"),
        (b"<rss version='2.0'><channel><item><title>a</title></item><item><ti", "cut off"),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'><title>a", "cut off"),
        (b"\xfa\xce\xde\xad\xbe\xef" * 20, "no feed"),
    ],
)
def test_the_error_says_what_it_is_instead(data: bytes, what: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse_feed(data, url="https://x.example/feed")
    assert str(caught.value).startswith("https://x.example/feed is no feed: ")
    assert what in str(caught.value)


LAUGHS = b'<!DOCTYPE rss [<!ENTITY a "lol">%s]>' % b"".join(
    b'<!ENTITY a%d "%s">' % (level, (b"&a%d;" % (level - 1) if level > 1 else b"&a;") * 10)
    for level in range(1, 12)
)
CHANNEL = b"<rss version='2.0'><channel><title>T</title>%s</channel></rss>"


@pytest.mark.parametrize(
    "data",
    [
        LAUGHS + CHANNEL % b"<description>&a11;</description>",
        LAUGHS + CHANNEL % b'<link href="&a11;"/>',
        b'<!DOCTYPE rss [<!ENTITY a "%s">]>' % (b"x" * 50_000) + CHANNEL % (b"&a;" * 50_000),
        b'<!-- <rss --><!DOCTYPE rss [<!ATTLIST b x CDATA "%s">]>' % (b"y" * 50_000)
        + CHANNEL % (b"<b/>" * 20_000),
        CHANNEL % (b"<a>" * 50_000 + b"</a>" * 50_000),
        CHANNEL % (b"<a/>" * 1_500_000),
        CHANNEL % (b"<a " + b" ".join(b'x%d="1"' % n for n in range(50_000)) + b"/>&bad;"),
        CHANNEL % b"".join(b'<a xmlns:n%d="u%d"/>' % (n, n) for n in range(50_000)) + b"<bad",
        CHANNEL % (b"<item>" + b"<author>a</author>" * 5_000 + b"</item>"),
        CHANNEL % (b"<item>" + b"<category>a</category>" * 20_000 + b"&bad;</item>"),
        b"<!--" * 200_000,
        b"<!DOCTYPE x [" + b"<!-- " * 200_000,
        CHANNEL % (b"<image>" + b"<link>x</link>" * 30_000 + b"&bad;"),
        CHANNEL % (b"<media:group><media:content>" * 20_000 + b"&bad;"),
        CHANNEL % (b"<item>" + b"<podcast:person a='" * 20_000 + b"&bad;"),
        CHANNEL % (b"<item>" + b"<podcast:person>a</podcast:person>" * 20_000 + b"</item>&bad;"),
        CHANNEL % (b"<item>" + b"<podcast:transcript url='a'/>" * 50_000 + b"</item>"),
        CHANNEL % (b"<a xmlns" + b" " * 200_000 + b"/>") + b"&bad;",
        CHANNEL % b"".join(b"<p%d:a/>" % n for n in range(100_000)),
        CHANNEL % (b"<a:b " + b" c:d" * 100_000 + b"/>"),
        CHANNEL % b"".join(b"<item><author>n%d (</author></item>" % n for n in range(5_000)),
    ],
    ids=lambda data: f"{data[:24].decode()}…",
)
def test_hostile_documents_cost_seconds_at_most(data: bytes) -> None:
    start = time.process_time()
    try:
        feed = parse_feed(data)
    except ParseError:
        pass
    else:
        assert sum(len(entry.title) for entry in feed.entries) < len(data)
    assert time.process_time() - start < 5


def test_external_entities_are_not_read() -> None:
    document = b'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    feed = parse_feed(document + b"<rss version='2.0'><channel><title>&x;!</title></channel></rss>")
    assert feed.title == "&x;!"


SEEDS = [
    b"""<?xml version="1.0" encoding="utf-8"?><rss version="2.0"
      xmlns:media="http://search.yahoo.com/mrss/" xmlns:dc="http://purl.org/dc/elements/1.1/">
      <channel><title>T &amp; t</title><link>http://x.example/</link><ttl>5</ttl>
      <image><url>/i</url></image><textinput><title>s</title></textinput>
      <item><title>A</title><guid>g</guid><author>a@x (A)</author><dc:creator>B</dc:creator>
      <source url="s">S</source><media:content url="m" type="video/mp4"/>
      <media:rating>x</media:rating>
      <description><![CDATA[<p>x</p>]]></description><enclosure url="e" length="1"/>
      <pubDate>Tue, 18 May 2021 11:30:00 GMT</pubDate></item></channel></rss>""",
    b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://x.example/"><title>T</title>
      <entry><id>i</id><author><name>N</name></author><link rel="enclosure" href="e"/>
      <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>x<br/></p></div></content>
      <source><title>S</title></source><updated>2021-05-18T11:30:00Z</updated></entry></feed>""",
    b'{"version":"https://jsonfeed.org/version/1.1","items":[{"id":1,"tags":["a"],"authors":[{}]}]}',
    b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
      xmlns="http://purl.org/rss/1.0/"><channel><title>t</title></channel><item><link>l</link></item>
      </rdf:RDF>""",
]
SEEDS += [
    b"""<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title mode="escaped">T</title>
      <tagline mode="base64">VA==</tagline><entry><issued>2004-05-06</issued>
      <content type="multipart/alternative"><content type="text/html" mode="escaped">a</content>
      </content></entry></feed>""",
    b"""<Channel xmlns="http://purl.org/net/rss1.1#"
      xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><title>T</title><items>
      <item rdf:about="http://x.example/1"><title>A</title></item></items></Channel>""",
    b"""<rss version="2.0" xmlns:i="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel><item>
      <i:summary>s</i:summary><podcast:person role="guest">G</podcast:person>
      <podcast:transcript url="t"/><media:group><media:content url="c" type="video/mp4"/>
      <media:title>t</media:title><media:description type="html">d</media:description>
      </media:group><media:credit role="author">A</media:credit><dc:date>2004</dc:date></item>
      </channel></rss>""",
]
PIECES = [
    b"<", b">", b"&", b'"', b"\0", b"\xff", b"\xc3", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<?",
    b"&#xd800;", b"&#x110000;", b"&nbsp;", b"</item>", b"<item>", b"<source>", b"</source>",
    b"<media:player>", b"</media:player>", b"</media:rating>", b"</textinput>", b"<textinput/>",
    b"<link rel='enclosure'/>", b"<svg>", b"<!DOCTYPE", b" xml:base='http://['", b"//[", b"<![x[",
    b"<content type='a/b' mode='base64'>=", b"<geo:lat>", b"<x:y>", b" xmlns=''",
    b"<!ENTITY a 'b'>", b"<podcast:person a='b'>", b"<media:content>", b"</media:group>",
    b" xmlns='http://wrong.example/'", b" xmlns:dc='http://search.yahoo.com/mrss/'", b"<made:up>",
    b"<content mode='base64'>", b"<x:feed>",
]  # fmt: skip


def never_anything_else(data: bytes, content_type: str | None = None) -> None:
    try:
        feed = parse_feed(data, url="https://x.example/f", content_type=content_type)
    except ParseError:
        return
    assert isinstance(feed, Feed)


@given(st.binary(max_size=300))
@example(b"<rss>\xef\xbb\xbf")
def test_any_bytes_are_a_feed_or_a_parse_error(data: bytes) -> None:
    never_anything_else(data)


@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.floats(0, 1), st.sampled_from(PIECES), st.integers(0, 40)), max_size=8),
    st.sampled_from([None, "text/xml; charset=utf-16", "application/xml; charset=gb2312"]),
)
@settings(deadline=None, max_examples=300)
def test_mutated_feeds_are_a_feed_or_a_parse_error(
    seed: bytes, edits: list[tuple[float, bytes, int]], content_type: str | None
) -> None:
    for where, piece, cut in edits:
        place = int(where * len(seed))
        seed = seed[:place] + piece + seed[place + cut :]
    never_anything_else(seed, content_type)


@given(st.sampled_from(SEEDS), st.floats(0, 1))
@settings(deadline=None)
def test_truncated_feeds_are_a_feed_or_a_parse_error(seed: bytes, where: float) -> None:
    never_anything_else(seed[: int(where * len(seed))])


def test_reading_twice_gives_equal_feeds() -> None:
    for seed in SEEDS:
        assert parse_feed(seed) == parse_feed(seed)


def test_importing_loads_no_parser() -> None:
    code = "import sys, feedkit.parse; print({'lxml', 'feedparser'} & set(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "set()"


def test_a_well_formed_feed_loads_no_feedparser() -> None:
    code = (
        "import sys; from feedkit.parse import parse_feed; "
        "parse_feed(b'<rss version=\"2.0\"><channel><title>x</title></channel></rss>'); "
        "print('feedparser' in sys.modules)"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "False"
