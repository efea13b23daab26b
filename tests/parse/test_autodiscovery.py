"""The feeds that a web page links to, and what is said of a page in a feed's place."""

import time

import pytest

from feedkit.errors import ParseError
from feedkit.parse import parse_feed
from feedkit.parse.autodiscovery import MOST_FEEDS, linked_feeds

PAGE = "https://x.example/blog/index.html"
RSS = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'


@pytest.mark.parametrize(
    ("html", "found"),
    [
        (RSS, ["https://x.example/feed.xml"]),
        ("<link rel=alternate type=application/atom+xml href=atom.xml>", ["blog/atom.xml"]),
        ("<LINK REL='Alternate' TYPE='Application/Feed+JSON' HREF='f.json'/>", ["blog/f.json"]),
        (
            "<link href='?a=1&amp;b=2' rel='stylesheet alternate'\n type='application/rss+xml; "
            "charset=utf-8' title='a > b'>",
            ["blog/index.html?a=1&b=2"],
        ),
        (f"<base href='https://other.example/b/'><base href=/c/>{RSS}", ["https://other.example/"]),
        (f"<base target=_top>{RSS}{RSS}", ["https://x.example/feed.xml"]),
        (f"<!-- {RSS} --><script>'{RSS}'</script><style>{RSS}</style><p>x", []),
        (f"<script>a<b</script>{RSS}", ["https://x.example/feed.xml"]),
        ("<link rel=alternate type=text/html href=/x>", []),
        ("<link rel=stylesheet type=application/rss+xml href=/x>", []),
        ("<link rel=alternate type=application/rss+xml>", []),
        ("<link rel=alternate type=application/rss+xml href='javascript:alert(1)'>", []),
        ("<link rel=alternate type=application/rss+xml href='http://['>", []),
        ("<link rel=alternate type=application/rss+xml href='/a\x1b[31m'>", []),
        ("<linkrel=alternate type=application/rss+xml href=/x>", []),
    ],
)
def test_feeds_are_found_in_links_alone(html: str, found: list[str]) -> None:
    got = linked_feeds(html, PAGE)
    assert len(got) == len(found)
    for address, wanted in zip(got, found, strict=True):
        assert wanted in address
        assert address.startswith("https://")


def test_a_relative_address_needs_something_to_be_relative_to() -> None:
    assert linked_feeds(RSS, None) == ()
    assert linked_feeds(f"<base href='https://b.example/'>{RSS}", None) == (
        "https://b.example/feed.xml",
    )


def test_of_many_feeds_only_some_are_taken() -> None:
    page = "".join(RSS.replace("/feed", f"/{number}") for number in range(100))
    assert len(linked_feeds(page, PAGE)) == MOST_FEEDS


@pytest.mark.parametrize(
    ("links", "said"),
    [
        ("", "it is an HTML page"),
        (RSS, "it is an HTML page; it links to a feed at https://x.example/feed.xml"),
        (
            RSS + RSS.replace("/feed", "/b"),
            "it links to feeds at https://x.example/feed.xml and https://x.example/b.xml",
        ),
        (
            "".join(RSS.replace("/feed", f"/{name}") for name in "abcd"),
            "it links to feeds at https://x.example/a.xml and https://x.example/b.xml and 2 more",
        ),
    ],
)
@pytest.mark.parametrize(
    "page",
    [
        "<!doctype html><html><head>{}</head><body><p>Hello &nbsp; there",
        "<html xmlns='http://www.w3.org/1999/xhtml'><head><x>{}</x></head></html>",
    ],
)
def test_the_error_for_a_page_names_its_feeds(links: str, said: str, page: str) -> None:
    if "xmlns" in page:
        links = links.replace('">', '"/>')
    with pytest.raises(ParseError) as caught:
        parse_feed(page.format(links).encode(), url=PAGE)
    assert str(caught.value).startswith(f"{PAGE} is no feed: it is an HTML page")
    assert str(caught.value).endswith(said)


@pytest.mark.parametrize(
    "page",
    [
        "<!--" * 200_000,
        "<script" * 100_000,
        "<link " * 100_000,
        "<link '" * 100_000,
        "<script>" + "<" * 500_000,
        "<link " + "a" * 490_000 + ">",
        "<link " + "a=" * 200_000 + ">",
        '<link "' + "'\"" * 200_000 + ">",
    ],
    ids=lambda page: page[:12],
)
def test_hostile_pages_take_no_time(page: str) -> None:
    start = time.process_time()
    assert linked_feeds(page, PAGE) == ()
    assert time.process_time() - start < 1
