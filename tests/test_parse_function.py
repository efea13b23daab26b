"""`feedkit.parse`, which is all that most who use feedkit as a library need."""

import subprocess
import sys
from datetime import UTC, datetime

import pytest

import feedkit
from feedkit import Entry, Feed, ParseError, Person

ATOM = b"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
  <title>A  feed</title>
  <id>tag:example.org,2024:feed</id>
  <link href="/"/>
  <updated>2024-03-08T12:00:00+08:00</updated>
  <author><name>Ann</name></author>
  <entry>
    <title>One &amp;amp; two</title>
    <id>one</id>
    <link href="posts/one"/>
    <published>2024-03-08T12:00:00+08:00</published>
    <updated>2024-03-08T12:00:00+08:00</updated>
    <category term=" Python "/>
    <content type="html"><![CDATA[
      <p onclick="x()"><img src="a.png"><script>x</script>
    ]]></content>
  </entry>
</feed>
"""


def test_a_feed_comes_out_normalized() -> None:
    feed = feedkit.parse(ATOM, url="https://example.org/feeds/atom.xml")
    assert isinstance(feed, Feed)
    assert (feed.title, feed.format, feed.bozo) == ("A feed", "atom10", None)
    assert feed.url == "https://example.org/"
    assert feed.language == "en"
    (entry,) = feed.entries
    assert isinstance(entry, Entry)
    assert entry.id.startswith("urn:uuid:")
    assert entry.url == "https://example.org/feeds/posts/one"
    assert entry.authors == (Person(name="Ann"),)
    assert entry.published == datetime(2024, 3, 8, 4, tzinfo=UTC)
    assert entry.categories == ("Python",)
    assert entry.content is not None
    assert "script" not in entry.content
    assert "onclick" not in entry.content
    assert 'src="https://example.org/feeds/' in entry.content


def test_it_needs_no_address() -> None:
    (entry,) = feedkit.parse(ATOM).entries
    assert entry.id == feedkit.parse(ATOM).entries[0].id
    assert "onclick" not in (entry.content or "")


def test_the_charset_of_the_header_goes_before_that_of_the_document() -> None:
    text = (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>caf\xe9</title>'
    )
    data = f"{text}<item><title>\xe9</title></item></channel></rss>".encode("latin-1")
    feed = feedkit.parse(data, content_type="application/rss+xml; charset=iso-8859-1")
    assert feed.title == "café"


@pytest.mark.parametrize(
    "data",
    [b"", b"words", b"<html><body>page</body></html>", b"\0\1\2", b"{}", b"<rss", b"%PDF-1.7"],
)
def test_what_is_no_feed_is_one_sentence_that_names_the_place(data: bytes) -> None:
    with pytest.raises(ParseError) as caught:
        feedkit.parse(data, url="https://example.org/feed")
    assert str(caught.value).startswith("https://example.org/feed is no feed: ")
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, feedkit.FeedkitError)


@pytest.mark.parametrize(
    "statement",
    [
        "import feedkit.parse.dates",
        "import feedkit.parse",
        "from feedkit.parse.dates import parse_date",
        "from feedkit.parse import parse_feed",
        "from feedkit import parse",
        "import feedkit.pipeline.run",
        "import importlib; importlib.import_module('feedkit.parse.reader')",
    ],
)
@pytest.mark.parametrize("before", ["import feedkit", "pass"])
def test_it_stays_a_function_whatever_was_imported(before: str, statement: str) -> None:
    """A package of the same name is beside it; a fresh process, as imports are remembered."""
    code = f"{before}; {statement}; import feedkit; print(feedkit.parse({ATOM!r}).title)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "A feed\n"


def test_the_names_it_promises_are_there() -> None:
    assert all(hasattr(feedkit, name) for name in feedkit.__all__)
