"""Rules of RSS 2.0, of 0.9x, and of the versions in RDF."""

from feed_rules import RDF, RSS10, channel, day, document, item, rdf_item

_ITEM = "<item><title>One</title><link>https://x.example/1</link></item>"
_ONE = [{"title": "One", "url": "https://x.example/1"}]

RSS_RULES = (
    # Titles are plain text, however they were escaped
    item("rss-title-ampersand", "<title>AT&amp;T</title>", title="AT&T"),
    item("rss-title-escaped-twice", "<title>AT&amp;amp;T</title>", title="AT&T"),
    item("rss-title-less-than", "<title>A &lt; B</title>", title="A < B"),
    item(
        "rss-title-cdata-html",
        "<title><![CDATA[<b>Bold</b> &amp; more]]></title>",
        title="Bold & more",
    ),
    item(
        "rss-title-escaped-html",
        "<title>&lt;i&gt;So&lt;/i&gt; it&amp;#8217;s</title>",
        title="So it’s",
    ),
    item(
        "rss-title-html-escaped-twice",
        "<title>&amp;lt;b&amp;gt;a&amp;lt;/b&amp;gt; b</title>",
        title="a b",
    ),
    item("rss-title-windows", "<title>it&#146;s &#150; a\x85b</title>", title="it’s – a…b"),
    item("rss-title-heart", "<title>I &lt;3 you</title>", title="I <3 you"),
    item(
        "rss-title-template",
        "<title><![CDATA[C++ <vector> explained]]></title>",
        title="C++ <vector> explained",
    ),
    item("rss-title-with-a-break", "<title>one&lt;br&gt;two</title>", title="one two"),
    item(
        "rss-title-with-elements", "<title>one<br/>two <b>three</b></title>", title="one two three"
    ),
    item(
        "rss-title-both-ways",
        "<title><![CDATA[<b>x</b> &amp; y &lt;i&gt;]]></title>",
        title="x & y <i>",
    ),
    item("rss-title-cdata-bare-ampersand", "<title><![CDATA[R&D]]></title>", title="R&D"),
    item(
        "rss-title-like-markup",
        "<title>List&lt;String&gt; in Java</title>",
        title="List<String> in Java",
    ),
    # Items
    item(
        "guid-that-is-a-link",
        "<guid>https://x.example/1</guid>",
        id="https://x.example/1",
        url="https://x.example/1",
    ),
    item(
        "guid-is-permalink-false",
        '<guid isPermaLink="false">https://x.example/1</guid>',
        id="https://x.example/1",
    ),
    item(
        "guid-beside-link",
        "<guid>https://x.example/g</guid><link>/l</link>",
        id="https://x.example/g",
        url="https://x.example/l",
    ),
    item(
        "guid-is-permalink-in-another-case",
        '<guid isPermalink="FALSE">https://x.example/1</guid>',
        id="https://x.example/1",
    ),
    item(
        "guid-is-permalink-true",
        '<guid isPermaLink="True">https://x.example/1</guid>',
        id="https://x.example/1",
        url="https://x.example/1",
    ),
    item(
        "guid-is-permalink-empty",
        '<guid isPermaLink="">https://x.example/1</guid>',
        id="https://x.example/1",
        url="https://x.example/1",
    ),
    item(
        "guid-is-permalink-zero",
        '<guid isPermaLink="0">https://x.example/1</guid>',
        id="https://x.example/1",
    ),
    item(
        "guid-beside-an-empty-link",
        "<link> </link><guid>https://x.example/1</guid>",
        id="https://x.example/1",
        url="https://x.example/1",
    ),
    item("guid-that-is-relative", '<guid isPermaLink="true">/1</guid>', id="/1"),
    item("id-as-atom-has-it", "<id>one</id>", id="one"),
    item("guid-that-is-no-link", "<guid>tag-1</guid>", id="tag-1"),
    item(
        "description-escaped",
        "<description>&lt;p&gt;a &amp;amp; b&lt;/p&gt;</description>",
        summary="<p>a &amp; b</p>",
    ),
    item(
        "description-cdata",
        "<description><![CDATA[<p>a &amp; b</p>]]></description>",
        summary="<p>a &amp; b</p>",
    ),
    item(
        "description-not-escaped",
        "<description>so <b>bold</b></description>",
        summary="so <b>bold</b>",
    ),
    item(
        "enclosures",
        '<enclosure url="/a.mp3" type="audio/mpeg" length="10"/>'
        '<enclosure url="/b.ogg" length=""/>',
        enclosures=[
            {"url": "https://x.example/a.mp3", "type": "audio/mpeg", "length": 10},
            {"url": "https://x.example/b.ogg"},
        ],
    ),
    item(
        "enclosure-of-unknown-length",
        '<enclosure url="/a.mp3" type="audio/mpeg" length="0"/>',
        enclosures=[{"url": "https://x.example/a.mp3", "type": "audio/mpeg"}],
    ),
    item(
        "categories-of-item",
        '<category domain="d">A &amp; B</category><category>C</category><category>C</category>',
        categories=["A & B", "C"],
    ),
    item(
        "source-of-item",
        '<source url="https://s.example/f">S &amp;amp; T</source>',
        origin={"title": "S & T", "feed_url": "https://s.example/f"},
    ),
    item(
        "source-does-not-title-the-item",
        '<source url="https://s.example/f">S</source><title>One</title>',
        title="One",
        origin={"title": "S", "feed_url": "https://s.example/f"},
    ),
    item("comments", "<comments>/c#1</comments>", comments_url="https://x.example/c#1"),
    item("pubdate", "<pubDate>Sat, 01 May 2021 02:00:00 +0200</pubDate>", published=day(1)),
    item(
        "author-mail-and-name",
        "<author>ada@x.example (Ada Lo)</author>",
        authors=[{"name": "Ada Lo", "email": "ada@x.example"}],
    ),
    item("author-mail", "<author>ada@x.example</author>", authors=[{"email": "ada@x.example"}]),
    item("author-name", "<author>Ada Lo</author>", authors=[{"name": "Ada Lo"}]),
    item(
        "link-first-of-two",
        "<link>https://x.example/1</link><link>https://x.example/2</link>",
        url="https://x.example/1",
    ),
    item(
        "link-in-cdata",
        "<link><![CDATA[https://x.example/?a=1&b=2]]></link>",
        url="https://x.example/?a=1&b=2",
    ),
    item(
        "author-angle",
        "<author>Ada &lt;ada@x.example&gt;</author>",
        authors=[{"name": "Ada", "email": "ada@x.example"}],
    ),
    item(
        "authors",
        "<author>ada@x.example (Ada)</author><author>Bo</author>",
        authors=[{"name": "Ada", "email": "ada@x.example"}, {"name": "Bo"}],
    ),
    item(
        "image-of-item",
        "<image><title>No</title><url>/i.jpg</url></image>",
        image="https://x.example/i.jpg",
    ),
    item("link-relative", "<link>one</link>", url="https://x.example/blog/one"),
    item("link-as-atom-has-it", '<link href="/one"/>', url="https://x.example/one"),
    item(
        "content-without-prefix",
        "<content>&lt;p&gt;a&lt;/p&gt;</content><description>s</description>",
        summary="s",
        content="<p>a</p>",
    ),
    channel(
        "language-of-channel",
        f"<language>en-us</language>{_ITEM}",
        language="en-us",
        entries=[{**_ONE[0], "language": "en-us"}],
    ),
    item(
        "author-as-atom-has-it",
        "<author><name>Ada</name><email>ada@x.example</email></author>",
        authors=[{"name": "Ada", "email": "ada@x.example"}],
    ),
    # Channels
    channel(
        "channel",
        """<link>https://x.example/</link><description>A &lt;b&gt;b&lt;/b&gt;</description>
        <language>en</language><copyright>&amp;copy; X</copyright><ttl>60</ttl>
        <managingEditor>ed@x.example (Ed)</managingEditor><webMaster>web@x.example</webMaster>
        <lastBuildDate>Sun, 02 May 2021 00:00:00 GMT</lastBuildDate>
        <pubDate>Sat, 01 May 2021 00:00:00 GMT</pubDate><category>Ignored</category>
        <cloud domain="rpc.example" port="80" path="/RPC2" registerProcedure="p" protocol="soap"/>
        <textInput><title>Search</title><description>d</description><name>q</name>
        <link>https://x.example/q</link></textInput><rating>none</rating><docs>https://d.example</docs>""",
        url="https://x.example/",
        subtitle="A b",
        language="en",
        rights="© X",
        ttl=60,
        authors=[{"name": "Ed", "email": "ed@x.example"}],
        updated=day(2),
    ),
    channel(
        "pubdate-of-channel", "<pubDate>Sat, 01 May 2021 00:00:00 GMT</pubDate>", updated=day(1)
    ),
    channel(
        "image-of-channel",
        "<image><url>/i.png</url><title>Not T</title><link>https://no.example/</link></image>",
        image="https://x.example/i.png",
    ),
    channel("image-as-a-text", "<image>/i.png</image>", image="https://x.example/i.png"),
    channel("ttl-that-is-no-number", "<ttl>soon</ttl>"),
    channel(
        "skip-hours",
        "<skipHours><hour>0</hour><hour>24</hour><hour>7</hour><hour>99</hour></skipHours>",
        skip_hours=[0, 7],
    ),
    channel(
        "skip-days",
        "<skipDays><day>sunday</day><day>Friday</day></skipDays>",
        skip_days=["Friday", "Sunday"],
    ),
    # Versions and places
    document(
        "rss-091",
        f'<rss version="0.91"><channel><title>T</title>{_ITEM}</channel></rss>',
        format="rss091",
        title="T",
        entries=_ONE,
    ),
    document(
        "rss-092",
        f'<rss version="0.92"><channel><title>T</title>{_ITEM}</channel></rss>',
        format="rss092",
        title="T",
        entries=_ONE,
    ),
    document(
        "rss-of-no-version",
        f"<rss><channel><title>T</title>{_ITEM}</channel></rss>",
        format="rss",
        title="T",
        entries=_ONE,
    ),
    document(
        "rss-in-userlands-namespace",
        f'<rss version="2.0" xmlns="http://backend.userland.com/rss2"><channel><title>T</title>{_ITEM}</channel></rss>',
        format="rss20",
        title="T",
        entries=_ONE,
    ),
    document(
        "rss-in-an-unknown-namespace",
        f'<rss version="2.0" xmlns="http://wrong.example/"><channel><title>T</title>{_ITEM}</channel></rss>',
        format="rss20",
        title="T",
        entries=_ONE,
    ),
    document(
        "rss-in-atoms-namespace",
        f'<rss version="2.0" xmlns="http://www.w3.org/2005/Atom"><channel><title>T</title>{_ITEM}</channel></rss>',
        format="rss20",
        title="T",
        entries=_ONE,
    ),
    document(
        "channel-without-rss",
        f"<channel><title>T</title>{_ITEM}</channel>",
        format="rss",
        title="T",
        entries=_ONE,
    ),
    document(
        "cdf",
        '<CHANNEL HREF="https://x.example/"><TITLE>T</TITLE><ABSTRACT>S</ABSTRACT>'
        '<ITEM HREF="https://x.example/1" LASTMOD="2021-05-01T00:00:00Z"><TITLE>One</TITLE>'
        "<ABSTRACT>a</ABSTRACT></ITEM></CHANNEL>",
        format="rss",
        title="T",
        subtitle="S",
        url="https://x.example/",
        entries=[{**_ONE[0], "summary": "a", "updated": day(1)}],
    ),
    document(
        "items-beside-channel",
        f'<rss version="0.92"><channel><title>T</title></channel>{_ITEM}</rss>',
        format="rss092",
        title="T",
        entries=_ONE,
    ),
    document(
        "base-of-rss",
        '<rss version="2.0" xml:base="https://b.example/x/"><channel><title>T</title>'
        "<item><link>y</link></item></channel></rss>",
        format="rss20",
        title="T",
        entries=[{"url": "https://b.example/x/y", "base": "https://b.example/x/"}],
    ),
    # RDF
    document(
        "rss-10",
        f"""<rdf:RDF {RDF} {RSS10} xmlns:dc="http://purl.org/dc/elements/1.1/">
        <channel rdf:about="https://x.example/rdf"><title>T</title><link>https://x.example/</link>
        <description>S</description><dc:language>en</dc:language><dc:date>2021-05-02</dc:date>
        <dc:rights>(c) X</dc:rights><dc:creator>Ed</dc:creator><image rdf:resource="https://x.example/i"/>
        <items><rdf:Seq><rdf:li rdf:resource="https://x.example/1"/></rdf:Seq></items></channel>
        <image rdf:about="https://x.example/i"><title>No</title><url>https://x.example/i.png</url>
        <link>https://no.example/</link></image>
        <item rdf:about="https://x.example/1"><title>One</title><link>https://x.example/1</link>
        <description>&lt;b&gt;d&lt;/b&gt;</description><dc:date>2021-05-01T00:00:00Z</dc:date>
        <dc:creator>Ada</dc:creator><dc:subject>A</dc:subject><dc:subject>B</dc:subject></item>
        <textinput rdf:about="https://x.example/q"><title>No</title><name>q</name></textinput></rdf:RDF>""",
        format="rss10",
        title="T",
        url="https://x.example/",
        subtitle="S",
        language="en",
        updated=day(2),
        rights="(c) X",
        authors=[{"name": "Ed"}],
        image="https://x.example/i.png",
        entries=[
            {
                "id": "https://x.example/1",
                "url": "https://x.example/1",
                "title": "One",
                "summary": "<b>d</b>",
                "published": day(1),
                "authors": [{"name": "Ada"}],
                "categories": ["A", "B"],
                "language": "en",
                "base": "https://x.example/blog/feed",
            }
        ],
    ),
    rdf_item(
        "rdf-about-is-the-id", "<title>One</title>", 'rdf:about="urn:1"', title="One", id="urn:1"
    ),
    rdf_item(
        "rdf-about-for-want-of-a-link",
        "",
        'rdf:about="https://x.example/1"',
        id="https://x.example/1",
        url="https://x.example/1",
    ),
    rdf_item(
        "rdf-content-encoded",
        "<content:encoded><![CDATA[<p>a</p>]]></content:encoded>",
        content="<p>a</p>",
    ),
    document(
        "rss-090",
        f'<rdf:RDF {RDF} xmlns="http://my.netscape.com/rdf/simple/0.9/"><channel><title>T</title>'
        f"<link>https://x.example/</link></channel>{_ITEM}</rdf:RDF>",
        format="rss090",
        title="T",
        url="https://x.example/",
        entries=_ONE,
    ),
    document(
        "rss-11",
        f'<Channel xmlns="http://purl.org/net/rss1.1#" {RDF} rdf:about="https://x.example/rss11">'
        "<title>T</title><link>https://x.example/</link><description>S</description>"
        '<image rdf:parseType="Resource"><title>I</title><url>https://x.example/i.png</url></image>'
        '<items rdf:parseType="Collection"><item rdf:about="https://x.example/1"><title>One</title>'
        "<link>https://x.example/1</link><description>d</description></item></items></Channel>",
        format="rss11",
        title="T",
        url="https://x.example/",
        subtitle="S",
        image="https://x.example/i.png",
        entries=[{**_ONE[0], "id": "https://x.example/1", "summary": "d"}],
    ),
)
