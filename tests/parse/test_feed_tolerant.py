"""What is not well-formed."""

from html import unescape

import pytest

from feedkit.model import Entry, Feed, Person
from feedkit.parse import parse_feed

URL = "https://old.example/blog/feed"

RSS = """<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>Old &amp; good</title><link>https://old.example/</link><description>All of it</description>
<language>en</language><ttl>60</ttl>
<item><title>R&amp;amp;D {bad}</title>
<link>post?a=1&amp;b=2</link><guid isPermaLink="false">g-1</guid>
<description>&lt;p&gt;Short&lt;/p&gt;</description>
<content:encoded><![CDATA[<p>Long <img src="a.png"></p>]]></content:encoded>
<author>kim@old.example (Kim)</author><dc:creator>Lee</dc:creator>
<pubDate>Tue, 18 May 2021 11:30:00 GMT</pubDate><category>Sea &amp; sky</category>
<enclosure url="/a.mp3" type="audio/mpeg" length="10"/><comments>/c</comments></item>
</channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><id>urn:f</id><title>F</title>
<link href="/"/><link rel="self" href="/blog/feed"/><author><name>Owner</name></author>
<entry xml:base="sub/"><id>urn:1</id><title type="html">&lt;b&gt;Bold&lt;/b&gt; {bad}</title>
<link href="post"/><updated>2021-05-18T11:30:00Z</updated>
<author><name>Ada</name><email>ada@x.example</email><uri>https://ada.example/</uri></author>
<author><name>Bo</name></author><author><email>cy@x.example</email></author>
<summary>1 &lt; 2</summary>
<content type="html">&lt;p&gt;x&lt;/p&gt;</content><category term="t"/></entry>
<entry><id>urn:2</id><title>Plain &lt;b&gt;</title></entry></feed>"""


def both_paths(document: str) -> tuple[Feed, Feed]:
    well = parse_feed(document.replace("{bad}", "").encode(), url=URL)
    broken = parse_feed(document.replace("{bad}", "&nosuchname;").encode(), url=URL)
    assert well.bozo is None
    assert broken.bozo is not None
    return well, broken


def without_title(entry: Entry) -> dict[str, object]:
    names = set(entry.__struct_fields__) - {"title"}
    return {name: getattr(entry, name) for name in names}


ITEMS = "".join(
    f'<item><title>{n}</title><description>&lt;a title="{n}&amp;quot;"></description></item>'
    for n in range(1, 6)
)


@pytest.mark.parametrize(
    "flaw",
    ["<![CDATA[ x", "<!-- x", "&nosuch;", "<b>", "</b>", "<?php", "<a b=c/>"],
)
def test_a_flaw_costs_one_entry_at_most(flaw: str) -> None:
    document = f"<rss version='2.0'><channel><title>T</title>{ITEMS}</channel></rss>"
    whole = parse_feed(document.encode())
    broken = parse_feed(document.replace("<title>3", f"<title>3{flaw}").encode())
    assert len(broken.entries) == 5
    pairs = list(zip(whole.entries, broken.entries, strict=True))
    del pairs[2]
    assert all(
        (one.title, unescape(one.summary or "")) == (other.title, unescape(other.summary or ""))
        for one, other in pairs
    )


@pytest.mark.parametrize(
    "content", ['&lt;a title="3&amp;quot;">', '<![CDATA[<a title="3&quot;">]]>']
)
def test_a_quotation_mark_does_not_end_an_attribute(content: str) -> None:
    item = f"<item><description>{content}</description></item>"
    feed = parse_feed(f"<rss><channel><title>&nosuch;</title>{item}</channel></rss>".encode())
    assert feed.entries[0].summary == '<a title="3&#x22;">'


def test_lines_end_as_in_xml() -> None:
    item = "<item><description>a\r\nb\rc</description></item>"
    feed = parse_feed(f"<rss><channel><title>&nosuch;</title>{item}</channel></rss>".encode())
    assert feed.entries[0].summary == "a\nb\nc"


def test_broken_rss_reads_as_it_would_whole() -> None:
    well, broken = both_paths(RSS)
    assert without_title(broken.entries[0]) == without_title(well.entries[0])
    assert broken.entries[0].title == "R&D &nosuchname;"
    assert (broken.title, broken.url, broken.subtitle) == (well.title, well.url, well.subtitle)
    assert (broken.language, broken.ttl, broken.format) == (well.language, well.ttl, well.format)


def test_broken_atom_reads_as_it_would_whole() -> None:
    well, broken = both_paths(ATOM)
    assert without_title(broken.entries[0]) == without_title(well.entries[0])
    assert broken.entries[0].title == "Bold &nosuchname;"
    assert broken.entries[1] == well.entries[1]
    assert (broken.id, broken.self_url, broken.authors) == (well.id, well.self_url, well.authors)


def test_one_authors_address_is_not_the_next_ones() -> None:
    authors = both_paths(ATOM)[1].entries[0].authors
    assert authors[1:] == (Person(name="Bo"), Person(email="cy@x.example"))


def test_bozo_says_where_the_document_is_broken() -> None:
    document = b"<rss version='2.0'><channel><title>One</title>\n<item><title>A<b></title></item>"
    bozo = parse_feed(document + b"</channel></rss>").bozo
    assert bozo is not None
    assert "not well-formed XML" in bozo
    assert "line 2" in bozo


def test_an_undeclared_prefix_does_not_lose_the_feed() -> None:
    document = b"""<rss version="2.0"><channel><title>T</title>
        <item><title>x</title><dc:creator>Kim</dc:creator></item></channel></rss>"""
    assert [entry.title for entry in parse_feed(document).entries] == ["x"]


def test_a_root_element_that_is_never_closed_costs_no_entry() -> None:
    document = b"<rss version='2.0'><channel><title>T</title><item><title>x</title></item>"
    assert [entry.title for entry in parse_feed(document).entries] == ["x"]
