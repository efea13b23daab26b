"""The checkers of this folder, checked: a valid document passes, and each fault is found."""

import pytest
from validity import atom, rss

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:x="urn:x" xml:lang="en">
<id>https://p.example/atom.xml</id><title>P</title><updated>2024-01-02T00:00:00Z</updated>
<link rel="self" href="https://p.example/atom.xml"/>
<entry><id>tag:p.example,2024:1</id><title>One</title><updated>2024-01-02T00:00:00Z</updated>
<published>2024-01-01T00:00:00+02:00</published><author><name>Ada</name></author>
<link rel="alternate" href="https://p.example/1"/><content type="html">&lt;p></content>
<x:any a="b"><x:thing/></x:any></entry></feed>"""

RSS = """<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>P</title>
<link>https://p.example/</link><description>D</description>
<atom:link rel="self" href="https://p.example/rss.xml"/>
<item><title>One</title><guid isPermaLink="false">1</guid><dc:creator>Ada</dc:creator>
<pubDate>Mon, 01 Jan 2024 00:00:00 +0000</pubDate>
<enclosure url="https://p.example/1.mp3" length="1" type="audio/mpeg"/></item></channel></rss>"""


def test_valid_documents_pass() -> None:
    assert list(atom(ATOM.encode())) == []
    assert list(rss(RSS.encode())) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("<title>P</title>", ""),
        ("<id>https://p.example/atom.xml</id>", "<id>not an iri</id>"),
        ("<updated>2024-01-02T00:00:00Z</updated>\n<link", "<updated>2024-01-02</updated><link"),
        ("2024-01-02T00:00:00Z</updated>\n<link", "2023-01-02T00:00:00Z</updated>\n<link"),
        ('rel="self"', 'rel="alternate"'),
        ("<title>One</title>", "<title>One</title><title>Two</title>"),
        ("<title>One</title>", "<title> </title>"),
        ("<author><name>Ada</name></author>", ""),
        ("<name>Ada</name>", "<name></name>"),
        ("<name>Ada</name>", "<name>Ada</name><email>ada</email>"),
        ('<link rel="alternate" href="https://p.example/1"/><content type="html">&lt;p></content>',
         ""),
        ('<link rel="alternate" href="https://p.example/1"/>',
         '<link href="https://p.example/1"/><link href="https://p.example/2"/>'),
        ('href="https://p.example/1"', 'href="/1"'),
        ('<x:any a="b"><x:thing/></x:any>', "<any/>"),
        ("</x:any>", "</x:any><category/>"),
        ('xml:lang="en"', 'xml:lang="?"'),
        ("<published>2024-01-01", "<published>2024-01-03"),
    ],
)  # fmt: skip
def test_faults_of_an_atom_document_are_found(right: str, wrong: str) -> None:
    document = ATOM.replace(right, wrong)
    assert document != ATOM
    assert list(atom(document.encode())) != []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("<title>P</title>", ""),
        ("<description>D</description>", ""),
        ("<description>D</description>", "<description>D</description><description/>"),
        ("<atom:link", '<atom:link rel="self" href="x:y"/><atom:link'),
        ("<title>One</title>", ""),
        ('<guid isPermaLink="false">', "<guid>"),
        ("<dc:creator>Ada</dc:creator>", ""),
        ("Mon, 01 Jan 2024", "Tue, 01 Jan 2024"),
        ("Mon, 01 Jan 2024", "Mon, 01 Jan 99"),
        ("Mon, 01 Jan 2024 00:00:00 +0000", "2024-01-01T00:00:00Z"),
        (' length="1"', ""),
        ('length="1"', 'length=""'),
        ("<enclosure", '<enclosure url="https://x.example/" length="1" type="a/b"/><enclosure'),
        ("<item>", "<item><thing/>"),
        ("<item>", '<item><source url="https://x.example/"/>'),
    ],
)
def test_faults_of_an_rss_document_are_found(right: str, wrong: str) -> None:
    document = RSS.replace(right, wrong)
    assert document != RSS
    assert list(rss(document.encode())) != []
