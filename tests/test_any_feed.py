"""`feedkit.parse` of anything at all: a feed or one sentence, soon, and the same every time."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import feedkit
from feedkit import Feed, ParseError
from feedkit.parse import parse_feed

SAMPLES = [
    path.read_text() for path in sorted((Path(__file__).parents[1] / "feeds/samples").glob("*.xml"))
] + [
    '{"version":"https://jsonfeed.org/version/1.1","title":"é","items":[{"id":1,"tags":["a"],'
    '"content_html":"<p>新<img src=a>","authors":[{"name":"Ann"}],"date_published":"2024-01-01"}]}',
    '<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns="http://purl.org/rss/1.0/"><channel><title>Ж</title></channel><item rdf:about="x">'
    "<title>t</title><link>http://x.example/</link></item></rdf:RDF>",
    '<?xml version="1.0"?><rss version="2.0"><channel><title>é 新 Ж</title><item><guid>1</guid>'
    "<title>A &amp;lt; B</title><description>&lt;p onclick=x&gt;é&lt;table&gt;</description>"
    "<pubDate>Tue, 18 May 2021 11:30:00 GMT</pubDate></item></channel></rss>",
]
ENCODINGS = [
    "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-7",
    "windows-1252", "iso-8859-2", "koi8-r", "gb18030", "big5", "shift_jis", "iso-2022-jp",
    "euc-jp", "euc-kr", "hz", "cp037",
]  # fmt: skip
PIECES = st.sampled_from([
    "<", ">", "&", '"', "\0", "\x1b", "\ufffe", "<![CDATA[", "]]>", "<!--", "<?xml?>", "&#xd800;",
    "&#1;", "&amp;#1;", "&amp;amp;#11;", "\\u0001", "\\ufffe", "\\ud800", "\x0b", "\uffff",
    "<p><table><p>", "<script>", "<svg><style>", "&lt;b&gt;", "</item>", "<item>", "</entry>",
    "<entry>", "javascript:x", "//[", "xml:base='http://['", "<!DOCTYPE a [<!ENTITY b 'c'>]>", "😀",
])  # fmt: skip
EDITS = st.lists(st.tuples(st.floats(0, 1), PIECES | st.text(max_size=4), st.integers(0, 60)),
                 max_size=6)  # fmt: skip
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 (2.2) has no place for."""
SECONDS = 5
"""Documents of a few kilobytes take milliseconds; what is quadratic or worse would not end."""


def texts_of(value: object) -> Iterator[str]:
    """Every text in a value of the model."""
    match value:
        case str():
            yield value
        case tuple():
            for each in value:
                yield from texts_of(each)
        case msgspec.Struct():
            for name in value.__struct_fields__:
                yield from texts_of(getattr(value, name))


def outcome(data: bytes, content_type: str | None = None) -> Feed | str:
    url = "https://x.example/feed"
    start = time.process_time()
    try:
        read = parse_feed(data, url=url, content_type=content_type)
        assert not any(map(FORBIDDEN.search, texts_of(read)))
        feed = feedkit.parse(data, url=url, content_type=content_type)
    except ParseError as error:
        return str(error)
    else:
        assert not any(map(FORBIDDEN.search, texts_of(feed)))
        return feed
    finally:
        assert time.process_time() - start < SECONDS


def reads_the_same_twice(data: bytes, content_type: str | None = None) -> None:
    first = outcome(data, content_type)
    if isinstance(first, str):
        assert first.startswith("https://x.example/feed is no feed: ")
        assert "\n" not in first
    assert outcome(data, content_type) == first


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=400), st.none() | st.text(max_size=30))
def test_any_bytes(data: bytes, content_type: str | None) -> None:
    reads_the_same_twice(data, content_type)


@settings(deadline=None, max_examples=300)
@given(
    st.sampled_from(SAMPLES),
    EDITS,
    st.sampled_from(ENCODINGS),
    st.sampled_from(ENCODINGS),
    st.sampled_from([None, "text/xml", "application/xml; charset=utf-16", "text/xml; charset=gbk"]),
    st.floats(0, 1.5),
    st.binary(max_size=3),
)
def test_feeds_changed_encoded_wrongly_declared_and_cut_off(
    text: str,
    edits: list[tuple[float, str, int]],
    encoding: str,
    declared: str,
    content_type: str | None,
    end: float,
    noise: bytes,
) -> None:
    for where, piece, cut in edits:
        place = int(where * len(text))
        text = text[:place] + piece + text[place + cut :]
    text = text.replace('version="1.0"', f'version="1.0" encoding="{declared}"', 1)
    data = text.encode(encoding, "replace")
    half = len(data) // 2
    data = (data[:half] + noise + data[half:])[: int(end * len(data))]
    reads_the_same_twice(data, content_type)


@pytest.mark.parametrize("encoding", ENCODINGS[:7])
@pytest.mark.parametrize("sample", [n for n, text in enumerate(SAMPLES) if text[0] == "<"])
def test_a_sample_is_the_same_feed_in_every_encoding_of_unicode(sample: int, encoding: str) -> None:
    """But for what is said of the declaration, which is wrong then."""
    text = SAMPLES[sample]
    expected, read = outcome(text.encode()), outcome(text.encode(encoding))
    assert isinstance(expected, Feed)
    assert isinstance(read, Feed)
    assert read.entries == expected.entries
    assert read.entries
