"""What readers get to see of a source's HTML."""

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedkit.normalize.bounds import ALLOWED_TAGS, bounded
from feedkit.normalize.html import sanitize
from feedkit.normalize.lazy import repair_lazy_images

BASE = "https://example.org/posts/one.html"

HUXIU = (
    '<p class="img-center-box"><img class="lazyImg" _src="https://img.example.com/a.png?x/2|y" '
    'data-w="755" data-h="849" src="https://img.example.com/a.png?x/2|y" '
    'referrerpolicy="no-referrer"></p><p label="图片备注" style="color:red">热土</p>'
)


def clean(html: str) -> str:
    return sanitize(html, BASE)


def test_an_article_keeps_its_images_and_loses_lazy_attributes_classes_and_styles() -> None:
    assert clean(HUXIU) == (
        '<p><img src="https://img.example.com/a.png?x/2|y" referrerpolicy="no-referrer"></p>'
        "<p>热土</p>"
    )


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<script>alert(1)</script>text", "text"),
        ("<style>p{}</style>text", "text"),
        ('<p onclick="x()" id="a" data-x="1">t</p>', "<p>t</p>"),
        ('<a href="javascript:alert(1)">t</a>', '<a rel="noopener noreferrer">t</a>'),
        ('<a href="java&#10;script:alert(1)">t</a>', '<a rel="noopener noreferrer">t</a>'),
        ('<a href="data:text/html,x">t</a>', '<a rel="noopener noreferrer">t</a>'),
        ('<form action="/x"><p>words</p></form>', "<p>words</p>"),
        ("<svg><script>x</script><text>y</text></svg>t", "t"),
        ("<noscript><img src='/a.png'></noscript>t", "t"),
        ("<!-- comment -->t", "t"),
        ("<object data='x'>fallback</object>", "fallback"),
        ('<img src="x.png" referrerpolicy="unsafe-url">', None),
        ('<pre class="x"><code class="language-python hl">1</code></pre>', None),
        ("a < b & c", "a &lt; b &amp; c"),
        ("plain\x00 text\x0b", "plain text"),
        ("<p>a&#1;b\x02c&#xffff;</p>", "<p>abc</p>"),
        ("<p>\ud800x</p>", "<p>x</p>"),
        ("<ruby>漢<rt>かん</rt></ruby>", "<ruby>漢<rt>かん</rt></ruby>"),
    ],
)
def test_only_harmless_markup_is_left(html: str, expected: str | None) -> None:
    kept = {
        '<img src="x.png" referrerpolicy="unsafe-url">': (
            '<img src="https://example.org/posts/x.png">'
        ),
        '<pre class="x"><code class="language-python hl">1</code></pre>': (
            '<pre><code class="language-python">1</code></pre>'
        ),
    }
    assert clean(html) == (kept[html] if expected is None else expected)


def test_references_become_absolute_in_every_attribute() -> None:
    html = (
        '<a href="../about">a</a><img src="//cdn.example.net/i.png" srcset="i.png 1x, /j.png 2x">'
        '<video src="v.mp4" poster="/p.jpg"></video><q cite="#c">q</q>'
    )
    assert clean(html) == (
        '<a href="https://example.org/about" rel="noopener noreferrer">a</a>'
        '<img src="https://cdn.example.net/i.png" '
        'srcset="https://example.org/posts/i.png 1x, https://example.org/j.png 2x">'
        '<video src="https://example.org/posts/v.mp4" poster="https://example.org/p.jpg"></video>'
        '<q cite="https://example.org/posts/one.html#c">q</q>'
    )


def test_a_reference_within_the_text_leads_to_the_page_of_the_entry() -> None:
    html = '<a href="#note">1</a><a href="/x#y">2</a><q cite="#z">3</q>'
    feed, page = "https://example.org/feed.xml", "https://example.org/posts/one"
    assert sanitize(html, feed, page) == (
        '<a href="https://example.org/posts/one#note" rel="noopener noreferrer">1</a>'
        '<a href="https://example.org/x#y" rel="noopener noreferrer">2</a>'
        '<q cite="https://example.org/posts/one#z">3</q>'
    )
    odd = '<nobr><a href="#note">1</a></nobr>'
    assert 'href="https://example.org/posts/one#note"' in sanitize(odd, feed, page)
    assert 'href="https://example.org/feed.xml#note"' in sanitize(html, feed)


def test_relative_references_without_a_base_are_dropped() -> None:
    assert sanitize('<img src="a.png" alt="A"><a href="b">b</a>', None) == (
        '<img alt="A"><a rel="noopener noreferrer">b</a>'
    )


def test_each_call_resolves_against_its_own_base() -> None:
    html = '<img src="a.png">'
    assert sanitize(html, "https://one.example/") == '<img src="https://one.example/a.png">'
    assert sanitize(html, "https://two.example/") == '<img src="https://two.example/a.png">'


def test_small_data_images_stay_and_large_or_odd_ones_go() -> None:
    small = '<img src="data:image/png;base64,AAAA">'
    assert clean(small) == small
    assert clean(f'<img src="data:image/png;base64,{"A" * 20_000}">') == "<img>"
    assert clean('<img src="data:image/svg+xml,<svg onload=x>">') == "<img>"


def test_frames_of_known_players_are_sandboxed_and_others_dropped() -> None:
    kept = clean('<iframe src="//www.youtube.com/embed/abc" width="560" onload="x"></iframe>')
    assert 'src="https://www.youtube.com/embed/abc"' in kept
    assert kept.index(' loading="lazy" sandbox="allow-') > kept.index("width=")
    assert "onload" not in kept
    for stranger in (
        "https://evil.example/embed",
        "https://www.youtube.com.evil.example/embed/a",
        "https://www.youtube.com/embed/../redirect?q=//evil.example",
        "https://www.youtube.com/embed/a\\.%2E\t\\..?x",
        "javascript:x",
    ):
        assert clean(f'<p>a<iframe src="{stranger}">x</iframe>b</p>') == "<p>ab</p>"


def test_the_lines_of_preformatted_text_survive_being_sanitized_twice() -> None:
    once = clean("<pre>\n\nindented</pre>")
    assert once == "<pre>\n\nindented</pre>"
    assert clean(once) == once


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<img data-src="a.jpg">', "a.jpg"),
        ('<img src="" _src="a.jpg">', "a.jpg"),
        ('<IMG src="data:image/gif;base64,R0" data-original="a.jpg">', "a.jpg"),
        ('<img src="/img/1x1.gif" data-lazy-src="a.jpg">', "a.jpg"),
        ('<img src="https://c.example/loading.gif?v=1" data-src="a.jpg">', "a.jpg"),
        ('<img src="about:blank" data-src="a.jpg">', "a.jpg"),
        ('<img _src="google-pixel-9.jpg">', "google-pixel-9.jpg"),
        ('<img src="blank.gif" data-src="photo-of-grey-heron.jpg">', "photo-of-grey-heron.jpg"),
        ('<img src="x/blank.gif" data-src="loading-dock.png">', "loading-dock.png"),
        ('<img src="lazy_placeholder.gif" data-src="dot-com-bubble.png">', "dot-com-bubble.png"),
        ('<img src="grey-heron.jpg" data-src="small.jpg">', "grey-heron.jpg"),
        ('<img src="1x1.trans.gif" data-src="a.jpg">', "a.jpg"),
        ('<img src="ajax-loader.gif" data-src="a.jpg">', "a.jpg"),
        ('<img src="transparent-1x1.png" data-src="a.jpg">', "a.jpg"),
        ('<img data-src="dot.png">', "dot.png"),
        ('<img alt="a > b" data-src="a.jpg">', "a.jpg"),
        ("<img data-src='a.jpg' src=data:x>", "a.jpg"),
        ('<img src="real.jpg" data-src="a.jpg">', "real.jpg"),
        ('<img src="pixel-art-show.jpg">', "pixel-art-show.jpg"),
    ],
)
def test_lazy_images_show_without_scripts(html: str, expected: str) -> None:
    assert f'src="https://example.org/posts/{expected}"' in clean(html)


def test_lazy_candidates_become_candidates() -> None:
    assert 'srcset="https://example.org/posts/a.jpg 2x"' in clean(
        '<picture><source data-srcset="a.jpg 2x"><img src="b.jpg"></picture>'
    )


def test_text_without_lazy_attributes_is_not_even_copied() -> None:
    html = '<p>text</p><img src="a.png">' * 100
    assert repair_lazy_images(html) is html
    assert repair_lazy_images(HUXIU) is HUXIU


MARKUP = st.lists(
    st.one_of(
        st.sampled_from(
            [f"<{tag}>" for tag in sorted(ALLOWED_TAGS)]
            + [f"</{tag}>" for tag in sorted(ALLOWED_TAGS)]
            + [
                "<button>",
                "<object>",
                "<form>",
                "<svg>",
                "<math>",
                "<nobr>",
                "<custom>",
                "</form>",
                "<!--",
                "-->",
                "<",
                "&",
                "\n",
            ]
            + [
                "<img src=a width=1 height=1>",
                "<img src=//pixel.wp.com/g>",
                "<img style=width:0>",
                '<a href="?a=1&utm_source=x&b">',
                "<a href=?utm_source=x>",
            ]
            + ['<img src="a" srcset="b, c 2x,">', "<a href=' x\n'>", "<iframe src=//v.qq.com>"]
        ),
        st.text(max_size=6),
    ),
    max_size=14,
).map("".join)


@settings(deadline=None, max_examples=300)
@given(st.one_of(MARKUP, st.text()), st.sampled_from([None, BASE, "not a base"]))
def test_sanitizing_twice_changes_nothing(html: str, base: str | None) -> None:
    once = sanitize(html, base)
    assert sanitize(once, base) == once


@pytest.mark.parametrize(
    "html",
    ["<a><table><a>x", "<dt><a><table><dd>x", "<li><ul></ul><table><li>x", "<dd><p><table><dd>x"],
)
def test_what_a_table_puts_before_itself_settles(html: str) -> None:
    once = clean(html)
    assert clean(once) == once
    assert "x" in once


@pytest.mark.parametrize("html", ["\ufeff\ufeffx", "\ufeff\xa0", "<x>\ufeff<b>y"])
def test_byte_order_marks_at_the_start_go_at_once(html: str) -> None:
    once = clean(html)
    assert "\ufeff" not in once
    assert clean(once) == once


def test_tag_soup_settles() -> None:
    chosen = random.Random(7)  # noqa: S311 - tags, not secrets
    tags = [*sorted(ALLOWED_TAGS), "button", "object", "form", "svg", "select", "custom", "nobr"]
    for _ in range(5_000):
        soup = "".join(
            chosen.choice(("<{}>", "<{}>", "</{}>", "<{} class=x>y")).format(chosen.choice(tags))
            for _ in range(chosen.randint(2, 12))
        )
        once = clean(soup)
        assert clean(once) == once, soup


HOSTILE = {
    "images": "<img ",
    "less-than": "<",
    "quotes": '"',
    "divs": "<div>",
    "paragraphs": "<p>",
    "open values": '<a href="',
    "lazy": "<img data-src='",
    "comments": "<!--",
    "ampersands": "&",
    "svg": "<svg>",
    "select": "<select>",
    "end tags": "</x>",
    "attributes": "<p a=1 ",
    "tables": "<table><td>",
    "candidates": '<img srcset="a,,',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_megabyte_of_hostile_markup_takes_about_a_second(name: str) -> None:
    unit = HOSTILE[name]
    html = unit * (1_000_000 // len(unit))
    start = time.process_time()
    sanitize(html, BASE)
    assert time.process_time() - start < 5  # what is quadratic takes minutes


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000,
        "<p>" + "".join(f"<b {i}>" for i in range(20_000)) + "<div>x</div>" * 20_000,
        '<p><b title="' + "z" * 500_000 + '">' + "<div>x</div>" * 20_000,
        "<p " + " ".join(f"a{i}=1" for i in range(100_000)) + ">",
        "<!--x-" * 49_000 + "<p>x</p>",
        "<p>" + "<svg><title>" * 24_000 + "</p>",
    ],
    ids=["deep", "formatting left open", "long attribute copied", "attributes", "comments", "svg"],
)
def test_what_is_quadratic_for_a_parser_is_bounded(html: str) -> None:
    start = time.process_time()
    out = sanitize(html, BASE)
    assert time.process_time() - start < 5
    assert len(out) < 10_000_000


def test_a_long_ordinary_document_is_complete() -> None:
    block = (
        '<h2>Title</h2><p>One <b>two</b> <a href="/three">three</a><ul><li>four<li>five</ul>'
        "<table><tr><td>1<td>2<tr><td>3</table><p>x &amp; y &lt; z<blockquote>q</blockquote>"
    )
    assert clean(block * 400) == clean(block) * 400


def test_a_long_plain_document_is_left_to_the_parser_as_it_is() -> None:
    html = '<div><p>One <a href="/x">link</a> &amp; <br/>more</p><!-- more --></div>\n' * 500
    assert bounded(html) is html


def test_comments_and_scripts_cannot_hide_tags_in_a_long_document() -> None:
    filler = "<p>x</p>" * 300
    assert clean(filler + "<!--><script>alert(1)</script>-->y") == filler + "--&gt;y"
    assert clean(filler + "<script>'<p>'</script><p title='a>b'>z") == (
        filler + '<p title="a&gt;b">z</p>'
    )
    assert clean(filler + "<svg><svg></svg><text>t</text></svg>u") == filler + "u"
