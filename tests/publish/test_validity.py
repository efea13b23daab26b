"""The checkers of this folder, checked: a valid document passes, and each fault is found."""

import json

import pytest
from validity import atom, json_feed, rss

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:x="urn:x" xml:lang="en"
 xmlns:fh="http://purl.org/syndication/history/1.0"
 xmlns:at="http://purl.org/atompub/tombstones/1.0"
 xmlns:media="http://search.yahoo.com/mrss/" xmlns:georss="http://www.georss.org/georss"
 xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd">
<id>https://p.example/atom.xml</id><title>P</title><updated>2024-01-02T00:00:00Z</updated>
<link rel="self" href="https://p.example/atom.xml"/><link rel="hub" href="https://hub.example/"/>
<link rel="current" href="https://p.example/"/><fh:archive/><icon>https://p.example/i.png</icon>
<at:deleted-entry ref="urn:x:2" when="2024-01-01T00:00:00Z"/>
<entry><id>tag:p.example,2024:1</id><title>One</title><updated>2024-01-02T00:00:00Z</updated>
<published>2024-01-01T00:00:00+02:00</published><author><name>Ada</name></author>
<link rel="alternate" href="https://p.example/1"/><content type="html">&lt;p></content>
<category term="A" scheme="https://p.example/a/" label="A"/><category term="B"/>
<media:content url="https://p.example/1.ogg" duration="5"/><georss:point>48.2 16.3</georss:point>
<itunes:explicit>true</itunes:explicit>
<source><id>urn:s</id><title>S</title><rights>R</rights><x:any a="b"><x:thing/></x:any></source>
</entry></feed>"""

RSS = """<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:podcast="https://podcastindex.org/namespace/1.0"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>P</title>
<link>https://p.example/</link><description>D</description><language>en</language><ttl>5</ttl>
<atom:link rel="self" href="https://p.example/rss.xml" type="application/rss+xml"/>
<atom:link rel="hub" href="https://hub.example/"/><category>C</category>
<lastBuildDate>Mon, 01 Jan 2024 00:00:00 GMT</lastBuildDate>
<item><title>One</title><guid isPermaLink="false">1</guid><dc:creator>Ada</dc:creator>
<author>ada@p.example (Ada)</author><comments>https://p.example/1#c</comments>
<category domain="https://p.example/a/">A</category>
<pubDate>Mon, 01 Jan 2024 00:00:00 +0000</pubDate><atom:updated>2024-01-02T00:00:00Z</atom:updated>
<description>d</description><content:encoded>&lt;a href="https://p.example/x"&gt;</content:encoded>
<podcast:transcript url="https://p.example/1.vtt" type="text/vtt"/>
<source url="https://s.example/feed">S</source>
<enclosure url="https://p.example/1.mp3" length="1" type="audio/mpeg"/></item></channel></rss>"""

JSON: dict[str, object] = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "P",
    "home_page_url": "https://p.example/",
    "feed_url": "https://p.example/feed.json",
    "authors": [{"name": "Ada"}],
    "language": "en",
    "hubs": [{"type": "WebSub", "url": "https://hub.example/"}],
    "items": [],
}
ITEM: dict[str, object] = {
    "id": "1",
    "url": "https://p.example/1",
    "content_html": "",
    "date_published": "2024-01-01T00:00:00Z",
    "tags": ["A"],
    "attachments": [{"url": "https://p.example/1.mp3", "mime_type": "audio/mpeg"}],
    "_feedkit": {"rights": "R"},
}


def test_valid_documents_pass() -> None:
    assert list(atom(ATOM.encode())) == []
    assert list(rss(RSS.encode())) == []
    assert list(json_feed(json.dumps(JSON | {"items": [ITEM]}).encode())) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("<title>P</title>", ""),
        ("<id>https://p.example/atom.xml</id>", "<id>not an iri</id>"),
        ("<updated>2024-01-02T00:00:00Z</updated>\n<link", "<updated>2024-01-02</updated><link"),
        ("<fh:archive/>", "<fh:archive>1</fh:archive>"),
        ('rel="current"', 'rel="prev-archive"'),
        ('rel="hub"', 'rel="current"'),
        ('rel="self"', 'rel="alternate"'),
        ('rel="hub"', 'rel="a b"'),
        ('ref="urn:x:2"', 'ref="2"'),
        ('ref="urn:x:2"', 'ref="tag:p.example,2024:1"'),
        ('when="2024-01-01T00:00:00Z"', 'when="2024-01-01"'),
        ("<icon>https://p.example/i.png</icon>", "<icon>i.png</icon>"),
        ("<title>One</title>", "<title>One</title><title>Two</title>"),
        ("<title>One</title>", "<title> </title>"),
        ("<title>One</title>", "<title type='xhtml'>One</title>"),
        ("<author><name>Ada</name></author>", ""),
        ("<name>Ada</name>", "<name></name>"),
        ("<name>Ada</name>", "<name>Ada</name><email>ada</email>"),
        ('<link rel="alternate" href="https://p.example/1"/><content type="html">&lt;p></content>',
         ""),
        ('<content type="html">', '<content src="https://p.example/1.pdf" type="html">'),
        ('<content type="html">', '<content type="htm">'),
        ('<link rel="alternate" href="https://p.example/1"/>',
         '<link href="https://p.example/1"/><link href="https://p.example/2"/>'),
        ('href="https://p.example/1"', 'href="/1"'),
        ('href="https://p.example/1"', 'href="https://p.example/1" type="mp3"'),
        ('<x:any a="b"><x:thing/></x:any>', "<any/>"),
        ("<source>", "<source><summary/>"),
        ('<category term="B"/>', "<category/>"),
        ('<category term="B"/>', '<category term="B"/><category term="B"/>'),
        ('scheme="https://p.example/a/"', 'scheme="a"'),
        ('xml:lang="en"', 'xml:lang="?"'),
        ("<published>2024-01-01", "<published>2024-01-03"),
        (' duration="5"', ' duration="0:05"'),
        ("48.2 16.3", "48.2"),
        ("48.2 16.3", "98.2 16.3"),
        ("48.2 16.3", "4e1 16.3"),
        (">true<", ">yes<"),
        ("<itunes:explicit>", "<itunes:explicit>false</itunes:explicit><itunes:explicit>"),
        ("<georss:point>", "<x:thing/><georss:point>"),
    ],
)  # fmt: skip
def test_faults_of_an_atom_document_are_found(right: str, wrong: str) -> None:
    document = ATOM.replace(right, wrong)
    assert document != ATOM
    assert list(atom(document.encode())) != []


def test_the_feed_is_as_new_as_its_newest_entry() -> None:
    subscription = ATOM.replace("<fh:archive/>", "").replace('rel="current"', 'rel="prev-archive"')
    assert list(atom(subscription.encode())) == []
    older = subscription.replace(
        "2024-01-02T00:00:00Z</updated>\n<link", "2023-01-02T00:00:00Z</updated><link"
    )
    assert len(list(atom(older.encode()))) == 1
    later = subscription.replace('rel="prev-archive"', 'rel="next-archive"')
    assert len(list(atom(later.encode()))) == 1


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('version="2.0"', 'version="0.91"'),
        ("</channel>", "</channel><channel/>"),
        ('xmlns:dc="', 'xmlns:x="urn:x" xmlns:dc="'),
        ("<title>P</title>", ""),
        ("<description>D</description>", ""),
        ("<description>D</description>", "<description>D</description><description/>"),
        ("<link>https://p.example/</link>", "<link>/</link>"),
        ("<language>en", "<language>English (US)"),
        ("<ttl>5", "<ttl>5m"),
        ("<ttl>5</ttl>", "<managingEditor>Ada</managingEditor>"),
        ("<category>C</category>", "<category/>"),
        ("<category>C</category>", "<icon>https://p.example/i.png</icon>"),
        ("<lastBuildDate>Mon", "<lastBuildDate>Sun"),
        ("<atom:link", '<atom:link rel="self" href="https://p.example/"/><atom:link'),
        ('rel="self"', 'rel="alternate"'),
        ('type="application/rss+xml"', ""),
        ('href="https://hub.example/"', 'href="/hub"'),
        ("<title>One</title><guid", "<guid"),
        ('<guid isPermaLink="false">', "<guid>"),
        ('isPermaLink="false"', 'isPermaLink="no"'),
        ('<guid isPermaLink="false">1</guid>', ""),
        ("<dc:creator>Ada</dc:creator>", ""),
        ("ada@p.example (Ada)", "Ada"),
        ("https://p.example/1#c", "#c"),
        (">A</category>", "></category>"),
        ('domain="https://p.example/a/"', 'domain="a b"'),
        ("Mon, 01 Jan 2024 00:00:00 +0000", "Tue, 01 Jan 2024 00:00:00 +0000"),
        ("Mon, 01 Jan 2024 00:00:00 +0000", "Mon, 01 Jan 99 00:00:00 +0000"),
        ("Mon, 01 Jan 2024 00:00:00 +0000", "2024-01-01T00:00:00Z"),
        ("2024-01-02T00:00:00Z", "Tue, 02 Jan 2024 00:00:00 GMT"),
        ("<description>d</description>", ""),
        ('href="https://p.example/x"', 'href="/x"'),
        ('url="https://p.example/1.vtt" ', ""),
        (' length="1"', ""),
        ('length="1"', 'length=""'),
        ('type="audio/mpeg"', 'type="mp3"'),
        ('url="https://p.example/1.mp3"', 'url="ftp://p.example/1.mp3"'),
        ("<enclosure", '<enclosure url="https://x.example/" length="1" type="a/b"/><enclosure'),
        ("<item>", "<item><thing/>"),
        ("<item>", "<item><dc:publisher>P</dc:publisher>"),
        ('<source url="https://s.example/feed">S', "<source>S"),
        ("</channel>",
         '<item><title>2</title><guid isPermaLink="false">1</guid><dc:creator>A</dc:creator>'
         "<pubDate>Mon, 01 Jan 2024 00:00:00 +0000</pubDate></item></channel>"),
    ],
)  # fmt: skip
def test_faults_of_an_rss_document_are_found(right: str, wrong: str) -> None:
    document = RSS.replace(right, wrong)
    if right == "<title>One</title><guid":
        document = document.replace("<description>d</description>", "<description/>")
    assert document != RSS
    assert list(rss(document.encode())) != []


@pytest.mark.parametrize(
    "fault",
    [
        {"version": "https://jsonfeed.org/version/1"},
        {"title": ""},
        {"items": {}},
        {"feed_url": "feed.json"},
        {"next_url": "https://p.example/feed.json"},
        {"authors": [{}]},
        {"author": {"name": "Ada"}},
        {"language": None},
        {"hubs": ["https://hub.example/"]},
        {"_1": {}},
        {"_feedkit": 1},
    ],
)
def test_faults_of_a_json_feed_are_found(fault: dict[str, object]) -> None:
    assert list(json_feed(json.dumps(JSON | fault).encode())) != []


@pytest.mark.parametrize(
    "fault",
    [
        {"id": 1},
        {"id": ""},
        {"url": "/1"},
        {"content_html": None},
        {"summary": ""},
        {"date_published": "2024-01-01"},
        {"date_published": "Mon, 01 Jan 2024 00:00:00 GMT"},
        {"authors": [{"avatar": "x"}]},
        {"tags": "A"},
        {"tags": [" "]},
        {"image": "i.png"},
        {"attachments": [{"url": "https://p.example/1.mp3"}]},
        {"attachments": [{"url": "https://p.example/1", "mime_type": "a/b", "size_in_bytes": -1}]},
        {"rights": "R"},
    ],
)
def test_faults_of_a_json_feeds_item_are_found(fault: dict[str, object]) -> None:
    assert list(json_feed(json.dumps(JSON | {"items": [ITEM | fault]}).encode())) != []


def test_items_of_a_json_feed_have_ids_of_their_own() -> None:
    assert list(json_feed(json.dumps(JSON | {"items": [ITEM, ITEM]}).encode())) != []
    assert list(json_feed(b'{"version": "https://jsonfeed.org/version/1.1", "items": [')) != []
