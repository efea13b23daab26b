"""Atom 1.0 as RFC 4287 has it."""

from datetime import UTC, datetime

import pytest

from feedkit.model import Enclosure, Entry, Feed, Origin, Person
from feedkit.parse import parse_feed

URL = "https://garden.example/news/feed.atom"


def atom(inside: str, attributes: str = "", *, url: str | None = URL) -> Feed:
    document = f'<feed xmlns="http://www.w3.org/2005/Atom" {attributes}>{inside}</feed>'
    feed = parse_feed(document.encode(), url=url)
    assert feed.bozo is None
    return feed


def entry(inside: str, *, head: str = "", attributes: str = "") -> Entry:
    return atom(f"{head}<entry {attributes}>{inside}</entry>").entries[0]


def test_a_whole_feed_is_read() -> None:
    feed = atom(
        """<id>urn:uuid:1</id><title>Garden news</title><subtitle>Weeds &amp; seeds</subtitle>
        <updated>2024-04-01T10:00:00Z</updated><rights>CC0</rights><logo>/logo.png</logo>
        <author><name>Flora</name><email>flora@garden.example</email><uri>/flora</uri></author>
        <link href="/"/><link rel="self" href="feed.atom"/><link rel="hub" href="https://hub.example/"/>
        <link rel="next" href="?page=2"/><link rel="prev-archive" href="2023.atom"/>
        <entry><id>tag:garden.example,2024:1</id><title>Spring</title><link href="/spring"/>
        <published>2024-03-20T03:06:00Z</published><updated>2024-03-21T00:00:00+01:00</updated>
        <summary>It is here</summary><category term="season"/><category term="joy"/>
        <rights>BY</rights></entry>""",
        'xml:lang="en_GB"',
    )
    flora = Person(name="Flora", email="flora@garden.example", url="https://garden.example/flora")
    assert feed == Feed(
        id="urn:uuid:1",
        url="https://garden.example/",
        title="Garden news",
        subtitle="Weeds & seeds",
        authors=(flora,),
        language="en-GB",
        image="https://garden.example/logo.png",
        updated=datetime(2024, 4, 1, 10, tzinfo=UTC),
        rights="CC0",
        hub="https://hub.example/",
        self_url=URL,
        next_archive_url="https://garden.example/news/2023.atom",
        format="atom10",
        entries=(
            Entry(
                id="tag:garden.example,2024:1",
                url="https://garden.example/spring",
                title="Spring",
                summary="It is here",
                authors=(flora,),
                categories=("season", "joy"),
                published=datetime(2024, 3, 20, 3, 6, tzinfo=UTC),
                updated=datetime(2024, 3, 20, 23, tzinfo=UTC),
                language="en-GB",
                rights="BY",
                base=URL,
            ),
        ),
    )


@pytest.mark.parametrize(
    ("element", "plain"),
    [
        ("<title>A &lt; B &amp; C</title>", "A < B & C"),
        ("<title>The &lt;b> element</title>", "The <b> element"),
        ("<title>R&amp;amp;D</title>", "R&amp;D"),
        ('<title type="html">R&amp;amp;D &lt;i>now&lt;/i> &amp;#8211; go</title>', "R&D now – go"),
        ('<title type="html">&lt;![CDATA[x]] &amp;lt;b&amp;gt;</title>', "<![CDATA[x]] <b>"),
        (
            '<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Less: '
            "<em> &lt; </em></div></title>",
            "Less: <",
        ),
        ("<title>\n  Two\n  lines </title>", "Two lines"),
    ],
)
def test_titles_are_plain_text_by_their_type(element: str, plain: str) -> None:
    assert entry(element).title == plain


@pytest.mark.parametrize(
    ("element", "html"),
    [
        ("<content>1 &lt; 2</content>", "1 &lt; 2"),
        ('<content type="text">1 &lt; 2 &amp; 3</content>', "1 &lt; 2 &amp; 3"),
        ('<content type="html">&lt;p>x&lt;br>y&lt;/p></content>', "<p>x<br>y</p>"),
        ('<content type="text/html">&lt;p>x&lt;/p></content>', "<p>x</p>"),
        ('<content type="html"><![CDATA[<p>x</p>]]></content>', "<p>x</p>"),
        ('<content type="html"><p>not escaped</p></content>', "<p>not escaped</p>"),
        ('<content type="text/markdown"># a &lt; b</content>', "# a &lt; b"),
        ('<content type="image/png">iVBORw0KGgo=</content>', None),
        ('<content type="html"> </content>', None),
    ],
)
def test_content_is_html_by_its_type(element: str, html: str | None) -> None:
    assert entry(element).content == html


def test_xhtml_content_becomes_html_without_its_div_and_its_prefixes() -> None:
    content = """<content type="xhtml"><h:div xmlns:h="http://www.w3.org/1999/xhtml" class="x">
      A <h:a name="top"/><h:br/><h:img src="a.png" alt="&lt;"/> &amp; tail</h:div></content>"""
    html = 'A <a name="top"></a><br><img src="a.png" alt="&lt;"> &amp; tail'
    assert entry(content).content == html


def test_content_elsewhere_is_linked_to() -> None:
    page = entry('<content src="full.html" type="text/html"/>')
    sound = entry('<content src="/a.mp3" type="audio/mpeg"/>')
    assert (page.url, page.content) == ("https://garden.example/news/full.html", None)
    assert sound.enclosures == (Enclosure(url="https://garden.example/a.mp3", type="audio/mpeg"),)


def test_links_go_where_their_relation_says() -> None:
    read = entry(
        """<link rel="enclosure" href="a.mp3" type="audio/mpeg" length="1234"/>
        <link rel="enclosure" href="b.pdf" length="unknown"/>
        <link rel="replies" type="application/atom+xml" href="comments.atom"/>
        <link rel="replies" type="text/html" href="#comments"/>
        <link rel="related" href="https://elsewhere.example/"/>
        <link rel="alternate" type="application/json" href="post.json"/>
        <link rel="http://www.iana.org/assignments/relation/alternate" href="post"/>"""
    )
    assert read.url == "https://garden.example/news/post"
    assert read.external_url == "https://elsewhere.example/"
    assert read.comments_url == f"{URL}#comments"
    assert read.enclosures == (
        Enclosure(url="https://garden.example/news/a.mp3", type="audio/mpeg", length=1234),
        Enclosure(url="https://garden.example/news/b.pdf"),
    )


def test_several_authors_and_contributors_keep_their_own_addresses() -> None:
    read = entry(
        """<author><name>Ada</name><email>ada@x.example</email><uri>http://ada.example/</uri></author>
        <author><name>Bo</name></author><contributor><email>cy@x.example</email></contributor>
        <contributor><name>Di</name></contributor><author><name/></author>"""
    )
    ada = Person(name="Ada", email="ada@x.example", url="http://ada.example/")
    assert read.authors == (ada, Person(name="Bo"))
    assert read.contributors == (Person(email="cy@x.example"), Person(name="Di"))


def test_an_entry_without_author_has_its_sources_and_else_its_feeds() -> None:
    head = "<author><name>Feed</name></author>"
    source = "<source><author><name>Source</name></author></source>"
    own = "<author><name>Own</name></author>"
    assert entry(own + source, head=head).authors == (Person(name="Own"),)
    assert entry(source, head=head).authors == (Person(name="Source"),)
    assert entry("", head=head).authors == (Person(name="Feed"),)


def test_a_feeds_author_counts_where_it_comes_after_the_entries() -> None:
    feed = atom("<entry><title>x</title></entry><author><name>Late</name></author>")
    assert feed.entries[0].authors == (Person(name="Late"),)


def test_source_is_the_origin() -> None:
    read = entry(
        """<source><id>urn:o</id><title type="html">Other &amp;amp; more</title>
        <link href="https://other.example/"/><link rel="self" href="https://other.example/f"/>
        <rights>(c) Other</rights><author><name>Olga</name></author></source>"""
    )
    assert read.origin == Origin(
        id="urn:o",
        title="Other & more",
        url="https://other.example/",
        feed_url="https://other.example/f",
        author=Person(name="Olga"),
        rights="(c) Other",
    )


def test_labels_stand_in_for_missing_terms_only() -> None:
    read = entry('<category term="py" label="Python"/><category label="Only label"/><category/>')
    assert read.categories == ("py", "Only label")


def test_xml_base_holds_at_every_level() -> None:
    feed = atom(
        """<link href="index"/><entry xml:base="one/"><link href="post"/>
        <content type="html" xml:base="pics/">&lt;img src="a.png"></content></entry>
        <entry><link href="post" xml:base="http://other.example/"/><summary>x</summary></entry>""",
        'xml:base="/blog/"',
    )
    first, second = feed.entries
    assert feed.url == "https://garden.example/blog/index"
    assert first.url == "https://garden.example/blog/one/post"
    assert first.base == "https://garden.example/blog/one/pics/"
    assert second.url == "http://other.example/post"
    assert second.base == "https://garden.example/blog/"


def test_xml_base_inside_xhtml_is_resolved_where_it_stands() -> None:
    read = entry(
        """<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><a href="x">1</a>
        <p xml:base="http://in.example/a/"><a href="x">2</a></p></div></content>"""
    )
    assert read.content is not None
    assert '<a href="x">1</a>' in read.content
    assert '<a href="http://in.example/a/x">2</a>' in read.content


def test_without_an_address_the_self_link_is_the_base() -> None:
    feed = atom(
        '<link rel="self" href="https://own.example/a/f"/><entry><link href="b"/></entry>', url=None
    )
    assert feed.entries[0].url == "https://own.example/a/b"


def test_an_impossible_reference_is_no_url() -> None:
    assert entry('<link href="http://[half"/>').url in (None, "http://[half")
    assert entry('<link href="//[half"/>').url is None


def test_media_of_a_video_entry() -> None:
    read = entry(
        """<m:group xmlns:m="http://search.yahoo.com/mrss/"><m:title>Ignored</m:title>
        <m:content url="https://v.example/1" type="application/x-shockwave-flash"/>
        <m:content url="https://v.example/low.mp4" type="video/mp4" duration="61"/>
        <m:content url="https://v.example/hi.mp4" type="video/mp4" isDefault="true" fileSize="9"/>
        <m:thumbnail url="https://v.example/1.jpg"/>
        <m:description>1 &lt; 2</m:description></m:group>"""
    )
    assert read.image == "https://v.example/1.jpg"
    assert read.summary == "1 &lt; 2"
    assert read.enclosures == (
        Enclosure(url="https://v.example/hi.mp4", type="video/mp4", length=9),
    )


def test_the_language_of_an_entry_goes_before_its_feeds() -> None:
    feed = atom('<entry xml:lang="fr"/><entry/>', 'xml:lang="de"')
    assert [read.language for read in feed.entries] == ["fr", "de"]


def test_an_entry_document_is_a_feed_of_one() -> None:
    document = (
        b'<entry xmlns="http://www.w3.org/2005/Atom"><id>urn:1</id><title>Alone</title></entry>'
    )
    assert [read.title for read in parse_feed(document).entries] == ["Alone"]
