"""Images that readers get to see, and the one that stands for an entry."""

import time

import pytest

from feedkit.normalize.html import sanitize
from feedkit.normalize.images import fit_image, is_beacon, stands_for_more

BASE = "https://example.org/"


@pytest.mark.parametrize(
    "image",
    [
        '<img src="i.gif" width="1" height="1">',
        '<img width="1px" src="i.gif" height=" 1 ">',
        '<img src="i.gif" width="0" height="0">',
        '<img src="i.gif" height="0">',
        '<img src="i.gif" style="width:1px; height: 1px">',
        '<img style="border:0;WIDTH : 0px !important" src="i.gif">',
        '<img src="http://feeds.feedburner.com/~r/name/~4/abc">',
        '<img src="//feeds.feedburner.com/~ff/name?d=abc">',
        '<img src="https://pixel.wp.com/b.gif?host=a&amp;blog=1">',
        '<img src="https://stats.g.doubleclick.net/x">',
        '<img src="HTTPS://WWW.Google-Analytics.com/collect?v=1">',
        '<img src="https://counter.theconversation.com/content/1/count.gif?d=1" alt="x">',
        '<img src="https://stats.example.net/matomo.php?idsite=1&amp;rec=1">',
        '<img src="https://www.facebook.com/tr?id=1">',
        '<img src="" data-src="https://pixel.wp.com/g.gif">',
    ],
)
def test_images_that_only_count_readers_go(image: str) -> None:
    assert sanitize(f"<p>a {image} b</p>", BASE) == "<p>a  b</p>"
    assert sanitize(f'<p>a <a href="/x">{image}</a> b</p>', BASE) == "<p>a  b</p>"


@pytest.mark.parametrize(
    "image",
    [
        '<img src="https://example.org/i.gif" width="1" height="100">',
        '<img src="https://example.org/i.gif" width="1">',
        '<img src="https://example.org/i.gif" width="16" height="16">',
        '<img src="https://notdoubleclick.net/i.png">',
        '<img src="https://example.org/pixel.wp.com/i.png">',
        '<img src="https://example.wordpress.com/i.png">',
        '<img src="https://www.facebook.com/track.png">',
        '<img src="https://medium.com/_/static.png">',
        "<img>",
    ],
)
def test_other_images_stay(image: str) -> None:
    assert sanitize(image, BASE) == image


def test_a_style_is_never_published() -> None:
    html = '<img src="https://example.org/i.gif" style="{}">'
    bare = '<img src="https://example.org/i.gif">'
    for style in ("max-width:0", "line-height:1px", "width:100%", "height:1.5em", "width:0.5em"):
        assert sanitize(html.format(style), BASE) == bare
    assert sanitize(html.format("hidden"), BASE) == ""
    assert sanitize('<p style="width:0">x</p>', BASE) == "<p>x</p>"


def test_a_link_keeps_what_else_it_holds() -> None:
    pixel = '<img src="https://pixel.wp.com/g.gif">'
    link = '<a href="https://example.org/" rel="noopener noreferrer">'
    assert sanitize(f"{link}{pixel}x</a>", BASE) == f"{link}x</a>"
    assert sanitize(f"{link}x{pixel}</a>", BASE) == f"{link}x</a>"
    assert sanitize(f"<pre>{pixel}\nx</pre>", BASE) == "<pre>\n\nx</pre>"


def test_a_counter_next_to_a_picture_takes_only_itself() -> None:
    html = '<img src="https://example.org/i.png"><img src="https://example.org/1" width=1 height=1>'
    assert sanitize(html, BASE) == '<img src="https://example.org/i.png">'


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<img src="https://example.org/i.png?a=1&amp;b=2">', "https://example.org/i.png?a=1&b=2"),
        ('<img alt="x" src="https://example.org/i.png" width="32" height="32">', "i.png"),
        ('<img src="https://example.org/i.png" width="100%">', "i.png"),
        ('<img src="https://example.org/i.png" width="31" height="200">', None),
        ('<img src="https://s.w.org/images/core/emoji/15.0.3/72x72/1f600.png">', None),
        ('<img src="https://secure.gravatar.com/avatar/0?s=96">', None),
        ('<img src="https://0.gravatar.com/avatar/0">', None),
        ('<img src="https://blog.example/wp-includes/images/smilies/icon_smile.gif">', None),
        ('<img src="data:image/png;base64,AA"><img><img src="https://example.org/i.png">', "i.png"),
        ('<img alt=" src=" src="https://example.org/i.png">', "i.png"),
        ("<p>words</p>", None),
    ],
)
def test_the_first_image_that_says_something_is_the_fit_one(
    html: str, expected: str | None
) -> None:
    if expected and not expected.startswith("https:"):
        expected = f"https://example.org/{expected}"
    assert fit_image(html) == expected


@pytest.mark.parametrize(
    "url", ["", "x", "https:", "https://", "https://[", "data:image/png,//a/b"]
)
def test_odd_addresses_are_no_counters(url: str) -> None:
    assert not is_beacon(url)
    assert stands_for_more(url)


@pytest.mark.parametrize(
    "unit",
    [
        '<img width=1 height=1 src="https://pixel.wp.com/">',
        '<a href="x"><img height=0>',
        '<img src="https://a.a.a.a.a.a.a.a.a.a.a.a.a.a.a/x">',
        '<img style="width:1px;',
        '<img style="width  ',
    ],
)
def test_a_megabyte_of_counters_takes_about_a_second(unit: str) -> None:
    html = unit * (1_000_000 // len(unit))
    start = time.process_time()
    fit_image(sanitize(html, BASE))
    assert time.process_time() - start < 5
