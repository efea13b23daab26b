"""RSS 2.0 and its modules, as feeds really write them."""

from datetime import UTC, datetime

import pytest

from feedkit.model import Enclosure, Entry, Extra, Feed, Origin, Person, Resource
from feedkit.parse import parse_feed

URL = "https://harbour.example/rss/all.xml"
NAMESPACES = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "atom": "http://www.w3.org/2005/Atom",
        "content": "http://purl.org/rss/1.0/modules/content/",
        "dc": "http://purl.org/dc/elements/1.1/",
        "dcterms": "http://purl.org/dc/terms/",
        "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
        "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
        "media": "http://search.yahoo.com/mrss/",
        "podcast": "https://podcastindex.org/namespace/1.0",
    }.items()
)


def rss(channel: str, version: str = "2.0", *, url: str | None = URL) -> Feed:
    document = f'<rss version="{version}" {NAMESPACES}><channel>{channel}</channel></rss>'
    feed = parse_feed(document.encode(), url=url)
    assert feed.bozo is None
    return feed


def item(inside: str) -> Entry:
    return rss(f"<item>{inside}</item>").entries[0]


@pytest.mark.parametrize(
    "inside",
    [
        "<items><list>{}</list></items>",
        "<image><url>/i.png</url>{}</image>",
        "<x:list xmlns:x='https://y.example/ns'>{}</x:list>",
    ],
)
@pytest.mark.parametrize(
    "one",
    [
        "<item><title>One</title></item>",
        "<item xmlns='https://x.example/ns'><title>One</title></item>",
        "<entry xmlns='http://www.w3.org/2005/Atom'><title>One</title></entry>",
    ],
)
def test_entries_in_a_wrong_place_are_not_lost(inside: str, one: str) -> None:
    for within in ("{}", inside):
        channel = f"<channel><title>T</title>{within.format(one)}</channel>"
        feed = parse_feed(f"<rss version='2.0'>{channel}</rss>".encode())
        assert [entry.title for entry in feed.entries] == ["One"]


def test_a_second_channel_is_read_too() -> None:
    channel = "<channel><title>{0}</title><item><title>{0} 1</title></item></channel>"
    document = f"<rss version='2.0'>{channel.format('A')}{channel.format('B')}</rss>"
    feed = parse_feed(document.encode())
    assert (feed.title, [entry.title for entry in feed.entries]) == ("A", ["A 1", "B 1"])


def test_a_whole_channel_is_read() -> None:
    feed = rss(
        """<title>Harbour &amp;amp; tide</title><link>https://harbour.example/</link>
        <description>Ships, <![CDATA[<b>daily</b>]]></description><language>en-us</language>
        <copyright>(c) Harbour</copyright><managingEditor>eva@harbour.example (Eva)</managingEditor>
        <lastBuildDate>Mon, 01 Apr 2024 10:00:00 GMT</lastBuildDate><ttl>90</ttl>
        <image><url>/logo.gif</url><title>not the feed's</title><link>https://no.example/</link></image>
        <skipHours><hour>1</hour><hour>24</hour><hour>77</hour></skipHours>
        <skipDays><day>sunday</day><day>Monday</day><day>Someday</day></skipDays>
        <atom:link rel="self" href="all.xml"/><atom:link rel="hub" href="https://hub.example/"/>"""
    )
    assert feed == Feed(
        url="https://harbour.example/",
        title="Harbour & tide",
        subtitle="Ships, daily",
        authors=(Person(name="Eva", email="eva@harbour.example"),),
        language="en-us",
        image="https://harbour.example/logo.gif",
        updated=datetime(2024, 4, 1, 10, tzinfo=UTC),
        rights="(c) Harbour",
        ttl=90,
        skip_hours=(0, 1),
        skip_days=("Monday", "Sunday"),
        hub="https://hub.example/",
        self_url=URL,
        format="rss20",
    )


def test_a_whole_item_is_read() -> None:
    read = item(
        """<title>Fog</title><link>/fog</link><guid isPermaLink="false">fog-1</guid>
        <description>&lt;p&gt;Short&lt;/p&gt;</description>
        <content:encoded><![CDATA[<p>Long &amp; dense</p>]]></content:encoded>
        <dc:creator>Ida</dc:creator><dc:creator>Jon</dc:creator>
        <pubDate>Tue, 02 Apr 2024 06:00:00 +0200</pubDate>
        <dcterms:modified>2024-04-03T00:00:00Z</dcterms:modified>
        <category>Weather</category><category domain="d"><![CDATA[Sea & sky]]></category>
        <enclosure url="/fog.mp3" type="audio/mpeg" length="10"/><enclosure url="/fog.ogg"/>
        <source url="https://met.example/rss">Met &amp;amp; more</source>
        <comments>/fog#c</comments>"""
    )
    assert read == Entry(
        id="fog-1",
        url="https://harbour.example/fog",
        title="Fog",
        summary="<p>Short</p>",
        content="<p>Long &amp; dense</p>",
        authors=(Person(name="Ida"), Person(name="Jon")),
        categories=("Weather", "Sea & sky"),
        published=datetime(2024, 4, 2, 4, tzinfo=UTC),
        updated=datetime(2024, 4, 3, tzinfo=UTC),
        enclosures=(
            Enclosure(url="https://harbour.example/fog.mp3", type="audio/mpeg", length=10),
            Enclosure(url="https://harbour.example/fog.ogg"),
        ),
        comments_url="https://harbour.example/fog#c",
        origin=Origin(title="Met & more", feed_url="https://met.example/rss"),
        base=URL,
    )


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("AT&amp;T", "AT&T"),
        ("<![CDATA[AT&T]]>", "AT&T"),
        ("AT&amp;amp;T", "AT&T"),
        ("A &lt; B", "A < B"),
        ("A &amp;lt; B", "A < B"),
        ("&lt;b&gt;Bold&lt;/b&gt; move", "Bold move"),
        ("<![CDATA[<b>Bold</b> move]]>", "Bold move"),
        ("&amp;lt;b&amp;gt;Bold&amp;lt;/b&amp;gt; move", "Bold move"),
        ("<b>Bold</b> move", "Bold move"),
        ("It&amp;#8217;s &amp;eacute;t&#233;", "It’s été"),
        ("Using vector&lt;int&gt; and &lt;T&gt;&lt;/T&gt;", "Using vector<int> and <T></T>"),
        ("Why the &lt;div&gt; tag?", "Why the <div> tag?"),
        ("Line&lt;br/&gt;break", "Line break"),
        ("?a=1&amp;copy=2", "?a=1&copy=2"),
        ("  spaced \n out ", "spaced out"),
        ("bell &amp;#7; rung", "bell rung"),
    ],
)
def test_titles_are_plain_text_however_they_were_escaped(written: str, plain: str) -> None:
    assert item(f"<title>{written}</title>").title == plain


def test_a_description_that_was_not_escaped_is_html() -> None:
    assert item("<description>So <b>bold</b><br/></description>").summary == "So <b>bold</b><br>"


@pytest.mark.parametrize(
    ("written", "person"),
    [
        ("kim@x.example (Kim Lo)", Person(name="Kim Lo", email="kim@x.example")),
        ("Kim Lo &lt;kim@x.example&gt;", Person(name="Kim Lo", email="kim@x.example")),
        ("Kim Lo (kim@x.example)", Person(name="Kim Lo", email="kim@x.example")),
        ("kim@x.example", Person(email="kim@x.example")),
        ("Kim Lo", Person(name="Kim Lo")),
        ("Kim (the tall one)", Person(name="Kim (the tall one)")),
    ],
)
def test_authors_are_read_with_name_and_address(written: str, person: Person) -> None:
    assert item(f"<author>{written}</author>").authors == (person,)


def test_an_author_named_twice_is_one_person() -> None:
    read = item("<author>kim@x.example (Kim)</author><dc:creator>Kim</dc:creator>")
    assert read.authors == (Person(name="Kim", email="kim@x.example"),)


def test_the_show_is_the_author_only_of_items_that_name_no_one() -> None:
    show = "<itunes:author>The Show</itunes:author>"
    assert item(show).authors == (Person(name="The Show"),)
    assert item(show + "<dc:creator>Kim</dc:creator>").authors == (Person(name="Kim"),)


def test_a_permanent_guid_is_the_link_of_an_item_without_one() -> None:
    guid = "<guid>https://harbour.example/1</guid>"
    assert item(guid).url == "https://harbour.example/1"
    assert item(guid + "<link>https://harbour.example/one</link>").url == (
        "https://harbour.example/one"
    )
    assert item('<guid isPermaLink="false">https://harbour.example/1</guid>').url is None
    assert item("<guid>not a url</guid>").url is None


def test_the_page_behind_feedburner_is_the_link() -> None:
    read = item(
        "<link>http://feeds.example/~r/1</link>"
        "<feedburner:origLink>https://harbour.example/1</feedburner:origLink>"
    )
    assert read.url == "https://harbour.example/1"


def test_dc_date_dates_an_item_without_pubdate() -> None:
    assert item("<dc:date>2024-04-02</dc:date>").published == datetime(2024, 4, 2, tzinfo=UTC)


def test_a_later_dc_date_is_when_an_item_changed() -> None:
    published = "<pubDate>Tue, 02 Apr 2024 06:00:00 GMT</pubDate>"
    assert item(published + "<dc:date>2024-04-02T06:00:00Z</dc:date>").updated is None
    later = item(published + "<dc:date>2024-04-03</dc:date>")
    assert later.updated == datetime(2024, 4, 3, tzinfo=UTC)


def test_atoms_updated_is_known_without_its_namespace() -> None:
    read = item("<updated>Wed, 03 Apr 2024 00:00:00 GMT</updated>")
    assert read.updated == datetime(2024, 4, 3, tzinfo=UTC)


def test_a_podcast_episode() -> None:
    read = item(
        """<itunes:duration>1:02:03</itunes:duration><itunes:episode>7</itunes:episode>
        <itunes:season>2</itunes:season><itunes:explicit>no</itunes:explicit>
        <itunes:image href="/7.jpg"/><itunes:summary>Notes</itunes:summary>
        <podcast:transcript url="/7.vtt" type="text/vtt" language="en"/>
        <podcast:transcript url="/7.srt" type="application/srt"/>
        <podcast:chapters url="/7.json" type="application/json+chapters"/>"""
    )
    assert read.image == "https://harbour.example/7.jpg"
    assert read.summary == "Notes"
    assert read.extra == Extra(
        duration=3723,
        episode=7,
        season=2,
        explicit=False,
        transcripts=(
            Resource(url="https://harbour.example/7.vtt", type="text/vtt", language="en"),
            Resource(url="https://harbour.example/7.srt", type="application/srt"),
        ),
        chapters=Resource(url="https://harbour.example/7.json", type="application/json+chapters"),
    )


def test_media_pictures_become_the_image_and_recordings_enclosures() -> None:
    read = item(
        """<enclosure url="https://h.example/a.mp3" type="audio/mpeg"/>
        <media:content url="https://h.example/a.mp3" medium="audio" duration="60"/>
        <media:content url="https://h.example/big.jpg" medium="image"/>"""
    )
    assert read.image == "https://h.example/big.jpg"
    assert read.enclosures == (
        Enclosure(url="https://h.example/a.mp3", type="audio/mpeg", duration=60),
    )


def test_namespaces_are_known_by_uri_in_whatever_spelling() -> None:
    document = b"""<rss version="2.0"><channel><item>
        <x:creator xmlns:x="https://purl.org/dc/elements/1.1">Kim</x:creator></item></channel></rss>"""
    assert parse_feed(document).entries[0].authors == (Person(name="Kim"),)


def test_relative_links_are_resolved_against_the_document() -> None:
    assert item("<link>fog</link>").url == "https://harbour.example/rss/fog"


def test_a_feed_served_elsewhere_is_resolved_against_its_site() -> None:
    channel = "<link>https://harbour.example/news/</link><item><link>fog</link></item>"
    feed = rss(channel, url="https://feeds.burner.example/harbour")
    assert feed.entries[0].url == "https://harbour.example/news/fog"
    assert feed.entries[0].base == "https://harbour.example/news/"
    assert rss(channel, url=None).entries[0].url == "https://harbour.example/news/fog"


def test_xml_base_goes_before_the_documents_address() -> None:
    document = (
        b'<rss version="2.0" xml:base="https://b.example/x/"><channel>'
        b"<item><link>fog</link></item></channel></rss>"
    )
    assert parse_feed(document, url=URL).entries[0].url == "https://b.example/x/fog"


@pytest.mark.parametrize(
    ("version", "name"),
    [("2.0", "rss20"), ("2.0.1", "rss20"), ("0.92", "rss092"), ("0.91", "rss091"), ("", "rss")],
)
def test_the_format_names_the_version(version: str, name: str) -> None:
    assert rss("<title>x</title>", version).format == name


def test_white_space_before_the_declaration_is_nothing() -> None:
    feed = parse_feed(b'\n <?xml version="1.0"?><rss version="2.0"><channel/></rss>')
    assert feed.bozo is None
