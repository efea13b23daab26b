"""OPML files as feed readers write them."""

import subprocess
import sys
from itertools import pairwise

import pytest

from feedkit.collect.opml import Subscription, read_opml
from feedkit.errors import CollectError


def opml(body: str) -> bytes:
    return f'<?xml version="1.0"?><opml version="2.0"><body>{body}</body></opml>'.encode()


def test_folders_are_categories_outermost_first() -> None:
    file = read_opml(
        opml(
            '<outline text="Tech"><outline text="Python">'
            '<outline type="rss" text="Planet" xmlUrl="https://planetpython.org/rss20.xml"/>'
            "</outline></outline>"
            '<outline text="Loose" xmlUrl="https://example.org/feed"/>'
        )
    )
    assert file.subscriptions == (
        Subscription("https://planetpython.org/rss20.xml", "Planet", ("Tech", "Python")),
        Subscription("https://example.org/feed", "Loose"),
    )
    assert file.skipped == ()


def test_attribute_and_element_names_in_any_case() -> None:
    data = b'<OPML><Body><Outline TEXT="A" xmlURL="http://a.example/"/></Body></OPML>'
    assert read_opml(data).subscriptions == (Subscription("http://a.example/", "A"),)


def test_opml_1_names_a_feed_by_title_only() -> None:
    file = read_opml(opml('<outline title="Old" xmlUrl="http://a.example/"/>'))
    assert file.subscriptions[0].title == "Old"


def test_the_category_attribute_adds_the_last_part_of_each_path() -> None:
    file = read_opml(
        opml(
            '<outline text="News"><outline text="A" xmlUrl="http://a.example/"'
            ' category="/Boston/Weather, Sports,/, News/"/></outline>'
        )
    )
    assert file.subscriptions[0].categories == ("News", "Weather", "Sports")


def test_a_feed_listed_twice_has_the_categories_of_both() -> None:
    feed = '<outline xmlUrl="http://a.example/"{}/>'
    file = read_opml(
        opml(
            f'<outline text="One">{feed.format("")}</outline>'
            '<outline text="Between" xmlUrl="http://b.example/"/>'
            f'<outline text="Two">{feed.format(" text=" + chr(34) + "A" + chr(34))}</outline>'
        )
    )
    assert file.subscriptions == (
        Subscription("http://a.example/", "A", ("One", "Two")),
        Subscription("http://b.example/", "Between"),
    )


@pytest.mark.parametrize(
    "url",
    [
        "/etc/passwd",
        "feeds/a.xml",
        "file:///etc/passwd",
        "ftp://a.example/",
        "http://",
        "http://[x/",
    ],
)
def test_only_web_addresses_are_taken(url: str) -> None:
    file = read_opml(
        opml(f'\n<outline text="Odd" xmlUrl="{url}"/><outline xmlUrl="http://a.example/"/>')
    )
    assert [found.url for found in file.subscriptions] == ["http://a.example/"]
    assert file.skipped == (
        f'line 2: the outline "Odd" was left out: {url} is no http or https address',
    )


def test_an_outline_that_should_be_a_feed_but_has_no_address_is_told() -> None:
    (sentence,) = read_opml(opml('<outline type="rss" text="Gone"/>')).skipped
    assert sentence == (
        'line 1: the outline "Gone" was left out: it has no xmlUrl, the address of a feed'
    )


def test_bare_ampersands_and_html_entities_lose_nothing() -> None:
    data = b"""
      <opml version="1.0"><head><title>Mine &amp yours</title></head><body>
      <outline text="Caf&eacute; & Bar"><outline text="A &amp; B &unknown; &#169;"
        xmlUrl="http://a.example/?a=1&b=2&copy=3&amp;d=4"/></outline></body></opml>"""
    assert read_opml(data).subscriptions == (
        Subscription("http://a.example/?a=1&b=2&copy=3&d=4", "A & B &unknown; ©", ("Café & Bar",)),
    )


def test_a_file_that_breaks_off_gives_what_it_has() -> None:
    data = opml('<outline text="A" xmlUrl="http://a.example/"/>').removesuffix(b"</body></opml>")
    assert len(read_opml(data).subscriptions) == 1


def test_other_encodings() -> None:
    text = '<?xml version="1.0" encoding="{}"?><opml><body><outline text="新媒体" xmlUrl="http://a.example/"/></body></opml>'
    for encoding in ("utf-16", "gb18030", "utf-8-sig"):
        named = encoding.removesuffix("-sig")
        file = read_opml(text.format(named).encode(encoding))
        assert file.subscriptions[0].title == "新媒体", encoding


def test_entities_neither_explode_nor_read_files() -> None:
    names = "abcdefghij"
    nested = "".join(f'<!ENTITY {name} "{f"&{before};" * 20}">' for before, name in pairwise(names))
    data = (
        f'<!DOCTYPE opml [<!ENTITY a "{"x" * 20}">{nested}'
        '<!ENTITY file SYSTEM "file:///etc/passwd">]>'
        '<opml><body>&j;&file;<outline text="&j;" xmlUrl="http://a.example/"/></body></opml>'
    )
    (found,) = read_opml(data.encode()).subscriptions
    assert found.title is not None
    assert len(found.title) < 1000


def test_folders_nested_too_deep_are_told_and_the_rest_is_read() -> None:
    deep = '<outline text="f">' * 200 + '<outline xmlUrl="http://b.example/"/>' + "</outline>" * 200
    file = read_opml(opml('<outline xmlUrl="http://a.example/"/>' + deep))
    assert [found.url for found in file.subscriptions] == ["http://a.example/"]
    assert "more than 32 folders" in file.skipped[0]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "no XML could be read"),
        (b"not XML", "no XML could be read"),
        (b"\x00\x01\x02", "no XML could be read"),
        (b"<rss><channel/></rss>", "its root element is <rss>, not <opml>"),
    ],
)
def test_what_is_not_opml_is_an_error(data: bytes, sentence: str) -> None:
    with pytest.raises(CollectError, match=f"is no OPML file: {sentence}"):
        read_opml(data)


def test_the_import_is_cheap() -> None:
    code = "import sys, feedkit.collect.opml; sys.exit('lxml.etree' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
