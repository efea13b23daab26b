"""Rules of the modules that feeds of RSS and Atom use, and of their namespaces."""

from feed_rules import channel, day, document, entry, item

_PICTURE = "https://x.example/i.jpg"

MODULE_RULES = (
    # content, Dublin Core
    item(
        "content-encoded",
        "<description>s</description><content:encoded><![CDATA[<p>c</p>]]></content:encoded>",
        summary="s",
        content="<p>c</p>",
    ),
    item(
        "xhtml-body",
        "<description>s</description><xhtml:body><xhtml:p>a<xhtml:br/>b</xhtml:p></xhtml:body>",
        summary="s",
        content="<p>a<br>b</p>",
    ),
    item(
        "dc-creators",
        "<dc:creator>Ada</dc:creator><dc:creator>Bo</dc:creator>",
        authors=[{"name": "Ada"}, {"name": "Bo"}],
    ),
    item(
        "dc-creator-and-author-are-one",
        "<author>ada@x.example (Ada)</author><dc:creator>Ada</dc:creator>",
        authors=[{"name": "Ada", "email": "ada@x.example"}],
    ),
    item("dc-contributor", "<dc:contributor>Cy</dc:contributor>", contributors=[{"name": "Cy"}]),
    item("dc-date", "<dc:date>2021-05-01T00:00:00Z</dc:date>", published=day(1)),
    item(
        "dc-date-after-pubdate",
        "<pubDate>Sat, 01 May 2021 00:00:00 GMT</pubDate><dc:date>2021-05-02</dc:date>",
        published=day(1),
        updated=day(2),
    ),
    item("dc-subject", "<dc:subject>A</dc:subject><category>B</category>", categories=["A", "B"]),
    item("dc-rights", "<dc:rights>&amp;copy; Ada</dc:rights>", rights="© Ada"),
    item(
        "dc-language", "<dc:language>sv</dc:language><title>Hej</title>", language="sv", title="Hej"
    ),
    item("dc-title-for-want-of-a-title", "<dc:title>One</dc:title>", title="One"),
    item(
        "dc-description-for-want-of-a-summary",
        "<dc:description>&lt;p&gt;a&lt;/p&gt;</dc:description>",
        summary="<p>a</p>",
    ),
    item(
        "dcterms-dates",
        "<dcterms:created>2021-05-01</dcterms:created><dcterms:modified>2021-05-02</dcterms:modified>",
        published=day(1),
        updated=day(2),
    ),
    item("dcterms-title", "<dcterms:title>One</dcterms:title>", title="One"),
    item("dcterms-abstract", "<dcterms:abstract>a</dcterms:abstract>", summary="a"),
    item("dcterms-subject", "<dcterms:subject>A</dcterms:subject>", categories=["A"]),
    item("dcterms-language", "<dcterms:language>sv</dcterms:language>", language="sv"),
    item("dcterms-rights", "<dcterms:rights>(c) Ada</dcterms:rights>", rights="(c) Ada"),
    item("dcterms-issued", "<dcterms:issued>2021-05-01</dcterms:issued>", published=day(1)),
    item("dcterms-creator", "<dcterms:creator>Ada</dcterms:creator>", authors=[{"name": "Ada"}]),
    entry(
        "dc-in-atom",
        "<dc:creator>Ada</dc:creator><dc:subject>A</dc:subject>",
        authors=[{"name": "Ada"}],
        categories=["A"],
    ),
    # itunes, googleplay
    item(
        "media-content-that-takes-time",
        '<enclosure url="/a.ogg" type="application/ogg" length="9"/>'
        '<media:content url="/a.ogg" type="application/ogg" duration="65"/>'
        '<media:content url="/b" duration="0"/><media:content url="/c" duration="7"/>',
        enclosures=[
            {
                "url": "https://x.example/a.ogg",
                "type": "application/ogg",
                "length": 9,
                "duration": 65,
            },
            {"url": "https://x.example/c", "duration": 7},
        ],
    ),
    entry(
        "duration-of-an-enclosure-in-atom",
        '<link rel="enclosure" href="/a.ogg" type="audio/ogg" length="9"/>'
        '<media:content url="/a.ogg" type="audio/ogg" duration="65"/>',
        enclosures=[
            {"url": "https://x.example/a.ogg", "type": "audio/ogg", "length": 9, "duration": 65}
        ],
    ),
    item(
        "updated-and-related-of-atom-in-rss",
        "<pubDate>Sat, 01 May 2021 00:00:00 GMT</pubDate>"
        "<a:updated>2021-05-02T00:00:00Z</a:updated>"
        '<a:link rel="related" href="/other"/><a:link rel="enclosure" href="/a.pdf" length="3"/>',
        published=day(1),
        updated=day(2),
        external_url="https://x.example/other",
        enclosures=[{"url": "https://x.example/a.pdf", "length": 3}],
    ),
    item(
        "itunes-episode",
        "<itunes:duration>1:02:03</itunes:duration><itunes:episode>7</itunes:episode>"
        '<itunes:season>2</itunes:season><itunes:image href="/7.jpg"/>',
        image="https://x.example/7.jpg",
        extra={"duration": 3723, "episode": 7, "season": 2},
    ),
    item("itunes-explicit-yes", "<itunes:explicit>yes</itunes:explicit>", extra={"explicit": True}),
    item(
        "itunes-explicit-true", "<itunes:explicit>true</itunes:explicit>", extra={"explicit": True}
    ),
    item(
        "itunes-explicit-clean",
        "<itunes:explicit>clean</itunes:explicit>",
        extra={"explicit": False},
    ),
    item("itunes-explicit-no", "<itunes:explicit>no</itunes:explicit>", extra={"explicit": False}),
    item(
        "itunes-duration-seconds", "<itunes:duration>90</itunes:duration>", extra={"duration": 90}
    ),
    item(
        "itunes-duration-clock", "<itunes:duration>1:30</itunes:duration>", extra={"duration": 90}
    ),
    item(
        "itunes-duration-fraction", "<itunes:duration>9.5</itunes:duration>", extra={"duration": 9}
    ),
    item(
        "itunes-duration-in-words",
        "<title>x</title><itunes:duration>long</itunes:duration>",
        title="x",
    ),
    item("itunes-image-url", '<itunes:image url="/7.jpg"/>', image="https://x.example/7.jpg"),
    item(
        "itunes-author", "<itunes:author>The Show</itunes:author>", authors=[{"name": "The Show"}]
    ),
    item(
        "itunes-author-beside-author",
        "<author>Ada</author><itunes:author>The Show</itunes:author>",
        authors=[{"name": "Ada"}],
    ),
    item("itunes-summary", "<itunes:summary>notes</itunes:summary>", summary="notes"),
    item(
        "itunes-summary-beside-description",
        "<description>d</description><itunes:summary>notes</itunes:summary>",
        summary="d",
    ),
    item(
        "itunes-summary-html",
        "<itunes:summary>&lt;p&gt;a &amp;amp; b&lt;/p&gt;</itunes:summary>",
        summary="<p>a &amp; b</p>",
    ),
    item(
        "itunes-title-escaped-twice",
        "<itunes:title>A &amp;amp; B</itunes:title>",
        title="A & B",
    ),
    item(
        "media-description-before-description",
        '<media:content url="https://x.example/i.jpg" medium="image">'
        "<media:description><![CDATA[A <b>picture</b>]]></media:description></media:content>"
        "<description>d</description>",
        summary="d",
        image="https://x.example/i.jpg",
    ),
    item(
        "media-description-of-no-type",
        "<media:description>one &amp; two</media:description>",
        summary="one &amp; two",
    ),
    item("image-as-text", "<image>/i.jpg</image>", image="https://x.example/i.jpg"),
    item("itunes-subtitle", "<itunes:subtitle>short</itunes:subtitle>", summary="short"),
    item("itunes-title", "<itunes:title>One</itunes:title>", title="One"),
    item(
        "itunes-title-beside-title",
        "<title>7: One</title><itunes:title>One</itunes:title>",
        title="7: One",
    ),
    item(
        "itunes-keywords-are-no-categories",
        "<itunes:keywords>a, b, c</itunes:keywords><title>x</title>",
        title="x",
    ),
    channel(
        "itunes-show",
        '<itunes:author>Ann</itunes:author><itunes:image href="/s.jpg"/>'
        "<itunes:summary>about</itunes:summary>"
        "<itunes:owner><itunes:name>Own</itunes:name><itunes:email>o@x.example</itunes:email>"
        "</itunes:owner>",
        authors=[{"name": "Ann"}],
        image="https://x.example/s.jpg",
        subtitle="about",
    ),
    channel(
        "itunes-owner",
        "<itunes:owner><itunes:name>Own</itunes:name><itunes:email>o@x.example</itunes:email></itunes:owner>",
        authors=[{"name": "Own", "email": "o@x.example"}],
    ),
    item(
        "googleplay-episode",
        "<googleplay:author>Ann</googleplay:author><googleplay:explicit>no</googleplay:explicit>"
        '<googleplay:image href="/7.jpg"/><googleplay:description>d</googleplay:description>',
        authors=[{"name": "Ann"}],
        image="https://x.example/7.jpg",
        summary="d",
        extra={"explicit": False},
    ),
    channel(
        "googleplay-show",
        "<googleplay:author>Ann</googleplay:author><googleplay:description>d</googleplay:description>"
        '<googleplay:image href="/s.jpg"/><googleplay:email>a@x.example</googleplay:email>',
        authors=[{"name": "Ann"}],
        image="https://x.example/s.jpg",
        subtitle="d",
    ),
    channel(
        "itunes-subtitle-of-show", "<itunes:subtitle>short</itunes:subtitle>", subtitle="short"
    ),
    channel(
        "itunes-subtitle-before-summary",
        "<itunes:subtitle>short</itunes:subtitle><itunes:summary>long</itunes:summary>",
        subtitle="long",
    ),
    channel(
        "itunes-what-has-no-field",
        '<itunes:category text="Technology"><itunes:category text="News"/></itunes:category>'
        "<itunes:explicit>no</itunes:explicit><itunes:type>serial</itunes:type>"
        "<itunes:block>yes</itunes:block>",
    ),
    # Podcasting 2.0
    item(
        "podcast-transcript-and-chapters",
        '<podcast:transcript url="/7.vtt" type="text/vtt" language="en"/>'
        '<podcast:chapters url="/7.json" type="application/json+chapters"/>',
        extra={
            "transcripts": [
                {"url": "https://x.example/7.vtt", "type": "text/vtt", "language": "en"}
            ],
            "chapters": {"url": "https://x.example/7.json", "type": "application/json+chapters"},
        },
    ),
    item(
        "podcast-transcripts",
        '<podcast:transcript url="/7.vtt" type="text/vtt"/><podcast:transcript url="/7.srt"/>',
        extra={
            "transcripts": [
                {"url": "https://x.example/7.vtt", "type": "text/vtt"},
                {"url": "https://x.example/7.srt"},
            ]
        },
    ),
    item(
        "podcast-persons",
        '<podcast:person href="https://ann.example/">Ann</podcast:person>'
        '<podcast:person role="guest" img="/g.jpg">Gil</podcast:person>',
        authors=[{"name": "Ann", "url": "https://ann.example/"}],
        contributors=[{"name": "Gil"}],
    ),
    item(
        "podcast-season-and-episode-with-names",
        '<podcast:season name="The second">2</podcast:season>'
        '<podcast:episode display="VII">7</podcast:episode>',
        extra={"season": 2, "episode": 7},
    ),
    channel(
        "podcast-person-of-show",
        '<podcast:person role="host" href="https://h.example/">Hana</podcast:person>',
        authors=[{"name": "Hana", "url": "https://h.example/"}],
    ),
    entry(
        "podcast-transcript-in-atom",
        '<podcast:transcript url="/7.srt" type="application/srt"/>',
        extra={"transcripts": [{"url": "https://x.example/7.srt", "type": "application/srt"}]},
    ),
    item(
        "podcast-season-and-episode",
        "<podcast:season>2</podcast:season><podcast:episode>7</podcast:episode>",
        extra={"season": 2, "episode": 7},
    ),
    # Media RSS
    item("media-thumbnail", f'<media:thumbnail url="{_PICTURE}" width="75"/>', image=_PICTURE),
    item(
        "media-thumbnail-as-text", f"<media:thumbnail>{_PICTURE}</media:thumbnail>", image=_PICTURE
    ),
    item(
        "media-thumbnails",
        f'<media:thumbnail url="{_PICTURE}"/><media:thumbnail url="/2"/>',
        image=_PICTURE,
    ),
    item(
        "media-duration-as-a-clock",
        '<media:content url="https://x.example/v" medium="video" duration="1:30"/>',
        enclosures=[{"url": "https://x.example/v", "duration": 90}],
    ),
    entry(
        "media-group-of-a-video",
        "<media:group><media:title>Clip</media:title><media:content "
        'url="https://x.example/v.swf" type="application/x-shockwave-flash"/>'
        f'<media:thumbnail url="{_PICTURE}"/><media:description>one\ntwo &lt; 3</media:description>'
        "</media:group>",
        title="Clip",
        image=_PICTURE,
        summary="one<br>\ntwo &lt; 3",
    ),
    item("media-picture", f'<media:content url="{_PICTURE}" medium="image"/>', image=_PICTURE),
    item(
        "media-picture-by-type",
        f'<media:content url="{_PICTURE}" type="image/jpeg"/>',
        image=_PICTURE,
    ),
    item(
        "media-thumbnail-before-picture",
        f'<media:content url="/big.jpg" medium="image"/><media:thumbnail url="{_PICTURE}"/>',
        image=_PICTURE,
    ),
    item(
        "media-recording",
        '<media:content url="https://x.example/a" type="video/mp4" fileSize="9" duration="61"/>',
        enclosures=[
            {"url": "https://x.example/a", "type": "video/mp4", "length": 9, "duration": 61}
        ],
    ),
    item(
        "media-recording-is-the-enclosure",
        '<enclosure url="https://x.example/a.mp3" type="audio/mpeg"/>'
        '<media:content url="https://x.example/a.mp3" medium="audio" duration="60"/>',
        enclosures=[{"url": "https://x.example/a.mp3", "type": "audio/mpeg", "duration": 60}],
    ),
    item(
        "media-group-default",
        '<media:group><media:content url="https://x.example/lo.mp4" type="video/mp4"/>'
        '<media:content url="https://x.example/hi.mp4" type="video/mp4" isDefault="true"/>'
        f'<media:thumbnail url="{_PICTURE}"/></media:group>',
        image=_PICTURE,
        enclosures=[{"url": "https://x.example/hi.mp4", "type": "video/mp4"}],
    ),
    item(
        "media-description-plain",
        '<media:description type="plain">1 &lt; 2</media:description>',
        summary="1 &lt; 2",
    ),
    item(
        "media-description-html",
        '<media:description type="html">&lt;p&gt;a&lt;/p&gt;</media:description>',
        summary="<p>a</p>",
    ),
    item(
        "media-description-beside-description",
        "<description>d</description><media:description>m</media:description>",
        summary="d",
    ),
    item(
        "media-title-does-not-title-an-item",
        "<title>One</title><media:title>Picture</media:title>",
        title="One",
    ),
    item("media-title-first", "<media:title>Picture</media:title><title>One</title>", title="One"),
    item("media-title-for-want-of-a-title", "<media:title>Clip</media:title>", title="Clip"),
    item(
        "media-credit",
        '<media:credit role="photographer">Pia</media:credit>',
        contributors=[{"name": "Pia"}],
    ),
    item(
        "media-credit-of-an-author",
        '<media:credit role="author">Ada</media:credit>',
        authors=[{"name": "Ada"}],
    ),
    item(
        "media-title-of-one-file",
        '<media:content url="https://x.example/i.jpg" medium="image">'
        '<media:title type="html">ada</media:title></media:content><description>d</description>',
        summary="d",
        image="https://x.example/i.jpg",
    ),
    item(
        "media-title-of-a-group",
        "<media:group><media:title>Clip</media:title></media:group>",
        title="Clip",
    ),
    # Comments, places, syndication
    item(
        "slash-and-wfw",
        "<title>x</title><slash:comments>3</slash:comments><wfw:commentRss>/c</wfw:commentRss><wfw:comment>/c</wfw:comment>",
        title="x",
    ),
    item(
        "georss-point",
        "<georss:point>45.256 -71.92</georss:point>",
        extra={"place": {"coordinates": [45.256, -71.92]}},
    ),
    item(
        "georss-line",
        "<georss:line>45 -71 46.5 -72</georss:line>",
        extra={"place": {"shape": "line", "coordinates": [45, -71, 46.5, -72]}},
    ),
    item(
        "georss-polygon",
        "<georss:polygon>45,-71 46,-72 47,-73 45,-71</georss:polygon>",
        extra={"place": {"shape": "polygon", "coordinates": [45, -71, 46, -72, 47, -73, 45, -71]}},
    ),
    entry(
        "georss-box",
        "<georss:box>45 -71 46 -72</georss:box>",
        extra={"place": {"shape": "box", "coordinates": [45, -71, 46, -72]}},
    ),
    item("georss-not-on-earth", "<title>x</title><georss:point>95 0</georss:point>", title="x"),
    item("georss-no-numbers", "<title>x</title><georss:point>1e9 nan</georss:point>", title="x"),
    entry(
        "georss-gml-point",
        "<georss:where><gml:Point><gml:pos>45.256 -71.92</gml:pos></gml:Point></georss:where>",
        extra={"place": {"coordinates": [45.256, -71.92]}},
    ),
    item(
        "georss-gml-line",
        "<georss:where><gml:LineString><gml:posList>1 2 3 4</gml:posList></gml:LineString>"
        "</georss:where>",
        extra={"place": {"shape": "line", "coordinates": [1, 2, 3, 4]}},
    ),
    item(
        "georss-gml-polygon",
        "<georss:where><gml:Polygon><gml:exterior><gml:LinearRing><gml:posList>1 2 3 4 5 6 1 2"
        "</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></georss:where>",
        extra={"place": {"shape": "polygon", "coordinates": [1, 2, 3, 4, 5, 6, 1, 2]}},
    ),
    item(
        "georss-gml-envelope",
        "<georss:where><gml:Envelope><gml:lowerCorner>1 2</gml:lowerCorner>"
        "<gml:upperCorner>3 4</gml:upperCorner></gml:Envelope></georss:where>",
        extra={"place": {"shape": "box", "coordinates": [1, 2, 3, 4]}},
    ),
    item(
        "geo-lat-and-long",
        "<geo:lat>45.256</geo:lat><geo:long>-71.92</geo:long>",
        extra={"place": {"coordinates": [45.256, -71.92]}},
    ),
    item(
        "geo-point",
        "<geo:Point><geo:lat>45.256</geo:lat><geo:long>-71.92</geo:long></geo:Point>",
        extra={"place": {"coordinates": [45.256, -71.92]}},
    ),
    channel(
        "sy-daily",
        "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>",
        ttl=720,
    ),
    channel("sy-frequency-of-none", "<sy:updateFrequency>2</sy:updateFrequency>"),
    channel(
        "sy-frequency-of-zero",
        "<sy:updatePeriod>weekly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>",
        ttl=10080,
    ),
    channel("sy-beside-ttl", "<ttl>5</ttl><sy:updatePeriod>\n hourly </sy:updatePeriod>", ttl=5),
    # FeedBurner, licences
    item(
        "feedburner-link",
        "<link>https://feeds.example/~r/1</link><feedburner:origLink>https://x.example/1</feedburner:origLink>",
        url="https://x.example/1",
    ),
    item(
        "feedburner-link-first",
        "<feedburner:origLink>https://x.example/1</feedburner:origLink><link>https://feeds.example/~r/1</link>",
        url="https://x.example/1",
    ),
    item(
        "feedburner-link-that-is-relative",
        "<link>/a</link><feedburner:origLink>/b</feedburner:origLink>",
        url="https://x.example/a",
    ),
    item(
        "feedburner-link-beside-guid",
        "<guid>https://x.example/g</guid><feedburner:origLink>https://x.example/1</feedburner:origLink>",
        id="https://x.example/g",
        url="https://x.example/1",
    ),
    entry(
        "feedburner-link-in-atom",
        '<link href="https://feeds.example/~r/1"/><feedburner:origLink>https://x.example/1</feedburner:origLink>',
        url="https://x.example/1",
    ),
    item(
        "creative-commons-license",
        "<creativeCommons:license>https://l.example/by</creativeCommons:license>",
        rights="https://l.example/by",
    ),
    channel(
        "creative-commons-license-of-channel",
        "<creativeCommons:license>https://l.example/by</creativeCommons:license>",
        rights="https://l.example/by",
    ),
    document(
        "cc-license",
        '<rss version="2.0" xmlns:cc="http://web.resource.org/cc/" '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><channel><title>T</title>'
        '<item><cc:license rdf:resource="https://l.example/by"/></item></channel></rss>',
        format="rss20",
        title="T",
        entries=[{"rights": "https://l.example/by"}],
    ),
    # Atom inside RSS, WebSub, RFC 5005
    channel(
        "atom-links-in-rss",
        '<link>https://x.example/</link><a:link rel="self" '
        'type="application/rss+xml" href="/blog/feed"/>'
        '<a:link rel="hub" href="https://hub.example/"/><a:link rel="prev-archive" href="/2020"/>',
        url="https://x.example/",
        self_url="https://x.example/blog/feed",
        hub="https://hub.example/",
        next_archive_url="https://x.example/2020",
    ),
    item("atom-link-in-rss", '<a:link href="/a"/>', url="https://x.example/a"),
    item("atom-link-before-link", '<a:link href="/a"/><link>/r</link>', url="https://x.example/r"),
    item("atom-link-after-link", '<link>/r</link><a:link href="/a"/>', url="https://x.example/r"),
    channel(
        "atom-link-before-site", '<a:link href="/a"/><link>/r</link>', url="https://x.example/r"
    ),
    channel(
        "atom-hubs-in-rss",
        '<a:link rel="hub" href="https://one.example/"/><a:link rel="hub" href="https://two.example/"/>',
        hub="https://one.example/",
    ),
    channel(
        "atom-archive-of-newer",
        '<a:link rel="next-archive" href="/n"/><a:link rel="prev" href="/p"/>',
    ),
    item("atom-id-in-rss", "<a:id>urn:a</a:id>", id="urn:a"),
    item("atom-rights-in-rss", "<a:rights>(c) Ada</a:rights>", rights="(c) Ada"),
    item(
        "atom-published-in-rss",
        "<a:published>2021-05-01T00:00:00Z</a:published>",
        published=day(1),
    ),
    channel(
        "atom-next-in-rss", '<a:link rel="next" href="/2"/>', next_archive_url="https://x.example/2"
    ),
    item(
        "atom-elements-in-rss",
        "<title>One</title><a:updated>2021-05-02T00:00:00Z</a:updated>"
        "<a:author><a:name>Ada</a:name><a:uri>https://ada.example/</a:uri></a:author>",
        title="One",
        updated=day(2),
        authors=[{"name": "Ada", "url": "https://ada.example/"}],
    ),
    item(
        "atom-content-in-rss",
        '<description>s</description><a:content type="html">&lt;p&gt;a&lt;/p&gt;</a:content>',
        summary="s",
        content="<p>a</p>",
    ),
    item(
        "atom-summary-in-rss",
        '<a:summary type="html">&lt;p&gt;a&lt;/p&gt;</a:summary>',
        summary="<p>a</p>",
    ),
    item("atom-category-in-rss", '<a:category term="A"/>', categories=["A"]),
    item(
        "atom-enclosure-in-rss",
        '<a:link rel="enclosure" type="audio/mpeg" length="5" href="/a.mp3"/>',
        enclosures=[{"url": "https://x.example/a.mp3", "type": "audio/mpeg", "length": 5}],
    ),
    item(
        "atom-source-in-rss",
        "<a:source><a:id>urn:s</a:id><a:title>S</a:title></a:source>",
        origin={"id": "urn:s", "title": "S"},
    ),
    # Namespaces
    document(
        "prefixes-of-ones-own",
        '<rss version="2.0" xmlns:x="http://purl.org/dc/elements/1.1/" '
        'xmlns:dc="http://search.yahoo.com/mrss/">'
        f"<channel><title>T</title><item><x:creator>Ada</x:creator>"
        f'<dc:thumbnail url="{_PICTURE}"/></item>'
        "</channel></rss>",
        format="rss20",
        title="T",
        entries=[{"authors": [{"name": "Ada"}], "image": _PICTURE}],
    ),
    document(
        "uris-of-another-spelling",
        '<rss version="2.0" xmlns:dc="https://purl.org/dc/elements/1.1" '
        'xmlns:m="https://www.rssboard.org/media-rss" '
        'xmlns:i="http://www.itunes.com/DTDs/Podcast-1.0.dtd">'
        f"<channel><title>T</title><item><dc:creator>Ada</dc:creator>"
        f'<m:thumbnail url="{_PICTURE}"/>'
        "<i:duration>5</i:duration></item></channel></rss>",
        format="rss20",
        title="T",
        entries=[{"authors": [{"name": "Ada"}], "image": _PICTURE, "extra": {"duration": 5}}],
    ),
    document(
        "prefixes-not-declared",
        f'<rss version="2.0"><channel><title>T</title><item><dc:creator>Ada</dc:creator>'
        f'<media:thumbnail url="{_PICTURE}"/><made:up x:y="z">no</made:up></item></channel></rss>',
        format="rss20",
        title="T",
        entries=[{"authors": [{"name": "Ada"}], "image": _PICTURE}],
    ),
)
