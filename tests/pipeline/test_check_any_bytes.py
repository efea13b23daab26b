"""Whatever bytes are checked, the answer is a value that can be written as JSON."""

import time
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedkit.pipeline.check import check
from feedkit.pipeline.checked import Checked

NOW = datetime(2024, 1, 1, tzinfo=UTC)
SEEDS = [
    b"""<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE rss>\n<rss version="2.0">
      <channel><title>T</title><link>http://x.example/</link>
      <item><title>A</title><guid>g</guid><link>/a</link><category>c</category>
      <pubDate>Tue, 18 May 2021 11:30:00 GMT</pubDate><enclosure url="e" length="1"/></item>
      <item><title>B</title><guid>g</guid><pubDate>soon</pubDate></item></channel></rss>""",
    b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://x.example/"><title>T</title>
      <entry><id>i</id><author><name>N</name></author><link href="e"/>
      <updated>2021-05-18T11:30:00Z</updated></entry></feed>""",
    b'{"version":"https://jsonfeed.org/version/1.1","items":[{"id":1,"date_published":"x"}]}',
    b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
      xmlns="http://purl.org/rss/1.0/"><channel><title>t</title></channel><item><link>l</link></item>
      </rdf:RDF>""",
    b"<html><head><link rel=alternate type=application/rss+xml href=http://x.example/f></head>",
    b"---\ntitle: x\ndate: soon\ncategories: [a, b]\n---\nWords\n",
]
PIECES = [
    b"<", b">", b"&", b'"', b"\0", b"\xff", b"\xc3", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<?",
    b"&#xd800;", b"&#27;", b"&nbsp;", b"&foo;", b"</item>", b"<item>", b"<entry>", b"\n\n", b"---",
    b" xml:base='http://['", b"<!DOCTYPE", b" xmlns=''", b"<pubDate>0001-01-01</pubDate>",
    b"<link>javascript:x</link>", b"\xe2\x80\xae", b"\xed\xa0\x80", b"<a:date>x</a:date>", b"[",
]  # fmt: skip


def look(data: bytes) -> Checked:
    checked = check("-", None, read_stdin=lambda limit: data[:limit], now=NOW)
    assert msgspec.json.decode(msgspec.json.encode(checked), type=Checked) == checked
    assert (checked.kind is None) == (checked.error is not None)
    return checked


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    look(data)


@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.floats(0, 1), st.sampled_from(PIECES), st.integers(0, 40)), max_size=8),
)
@settings(deadline=None, max_examples=300)
def test_mutated_documents(seed: bytes, edits: list[tuple[float, bytes, int]]) -> None:
    for where, piece, cut in edits:
        place = int(where * len(seed))
        seed = seed[:place] + piece + seed[place + cut :]
    look(seed)


CHANNEL = b"<rss version='2.0'><channel><title>T</title>%s</channel></rss>"


@pytest.mark.parametrize(
    "data",
    [
        CHANNEL % (b"<item><title>&</title><pubDate>x</pubDate></item>" * 50_000),
        CHANNEL % (b"<item><guid>a</guid></item>" * 50_000),
        CHANNEL % (b"<a>" * 100_000),
        CHANNEL % (b"&x;" * 500_000),
        CHANNEL % (b"<pubDate>" * 200 + b"x" * 1_000_000),
        CHANNEL % (b"<title>\x08&#27;" * 50_000),
        b"</rss>" * 200_000 + b"<rss>",
        b"<html>" + b"<link " * 500_000,
        b"[" * 1_000_000,
    ],
    ids=lambda data: data[40:70].decode(errors="replace"),
)
def test_hostile_documents_cost_seconds_at_most(data: bytes) -> None:
    start = time.process_time()
    look(data)
    assert time.process_time() - start < 10


def test_a_folder_of_real_paths_is_not_needed(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(SEEDS[-1])
    checked = check(str(path), None, read_stdin=lambda limit: b"", now=NOW)
    assert [problem.line for problem in checked.problems] == [3]
