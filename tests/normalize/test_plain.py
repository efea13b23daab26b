"""Plainly written HTML comes out as nh3 would have it, to the letter."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedkit.normalize.cleaner import Cleaners
from feedkit.normalize.html import by_the_parser, sanitize
from feedkit.normalize.plain import Plain
from feedkit.normalize.text import has_forbidden

BASE = "https://example.org/posts/one.html"
_LINES = ["b", "code", "em", "span", "u", "a", "sub", "font", "kbd", "time"]
_BLOCKS = ["p", "div", "h2", "h3", "ul", "ol", "dl", "li", "dt", "dd", "pre", "blockquote", "table"]
_BLOCKS += ["tbody", "thead", "tr", "td", "th", "section", "figure", "details", "center"]
_ODD = ["tt", "ruby", "button", "nobr", "object", "caption", "P", "svg", "math", "noscript"]
TAGS = [f"<{name}>" for name in (*_LINES, *_BLOCKS, *_ODD)]
TAGS += [f"</{name}>" for name in (*_LINES, *_BLOCKS, *_ODD)]
PIECES = [
    *TAGS,
    '<img src="/a.png" width="50%" height="0400">',
    '<img src="/a.png" style="width:0" height="1">',
    '<td width="50%" valign="top">',
    '<track kind="captions" src="/c.vtt">',
    "<br>",
    "<br/>",
    "<hr>",
    "<wbr />",
    "</br>",
    "<p/>",
    "<div />",
    "<!-- x -->",
    "<!-->",
    "<!--a--!>",
    "<!-- <b> -->",
    "<?xml version='1.0'?>",
    "<![CDATA[x]]>",
    "<!doctype html>",
    "<script>1</script>",
    "<style>p{}</style>",
    "<script>'<b>'</script>",
    "<svg><path d='M0'/></svg>",
    "<svg><p></svg>",
    "<svg><title>",
    "<svg><g><svg x='1'><path/></svg></g></svg>",
    "<math><mi><style>",
    "<input type='hidden'>",
    "<meta><link rel='x'>",
    "<math><mi>x</mi></math>",
    "<iframe src=//v.qq.com></iframe>",
    '<iframe src="https://www.youtube.com/embed/a" width="1"></iframe>',
    "<iframe>x</iframe>",
    '<a href="https://example.net/a?b=1&amp;c=2#d">',
    '<a class="x" href="/a/b" title="&lt;q&quot;">',
    '<a href="?utm_source=x&amp;y=1">',
    "<a href=https://example.net/>",
    '<a href="javascript:x">',
    '<a href="mailto:a@example.org">',
    '<a href="#fn:1">',
    '<a href="a b">',
    '<a href="//x.org/..">',
    '<a title="x" href="http://1.2.3.4.5/">',
    "<a href='/it&#39;s'>",
    '<a href="https://exa_mple/">',
    '<img src="https://example.net/a.png" alt="A &amp; B" width="30">',
    '<img src="/a.png" style="x">',
    '<img alt="it\'s" style="color:red" src="a.png" class="b" sizes="1" title="&nbsp;">',
    "<img>",
    '<img src="a.png" srcset="b.png 2x, c.png">',
    '<img width="1" height="1" src="a.png">',
    '<img data-src="a.png">',
    '<img src="blank.gif">',
    '<img src="https://pixel.wp.com/g.gif">',
    '<img src="data:image/png;base64,AA">',
    '<IMG SRC="a.png">',
    '<img src="a.png" title="<b>">',
    '<img src="a.png" referrerpolicy="unsafe-url">',
    '<span style="a>b" title="c">',
    '<code class="language-python x">',
    '<blockquote cite="/c">',
    '<video src="v.mp4" controls>',
    '<source src="v.mp4">',
    '<td width="10" align="left">',
    "<p title=a title=b>",
    '<p title=">">',
    "&amp;",
    "&lt;",
    "&nbsp;",
    "&#8217;",
    "&rsquo;",
    "&quot;",
    "&#39;",
    "&apos;",
    "&#60;",
    "&#x3C;",
    "&",
    "& ",
    "&copy",
    "&copy=1",
    "&b=1",
    "&nosuch;",
    "&#65;",
    "&#8239;",
    "&#150;",
    "&#x70;",
    "&#1;",
    "&#xD800;",
    "&#",
    "&notit;",
    "&Tab;",
    "&fjlig;",
    "&NotEqualTilde;",
    "<",
    ">",
    "\n",
    " ",
    "\t",
    "\xa0",
    "\r",
    "\x00",
    "\ufffe",
    "a",
    "<a",
    "x < y",
    "</",
    "</ p>",
    "<>",
    "'",
    '"',
    "=",
    "\ufeff",
    "é",
    "漢",
    "🙂",
]
MARKUP = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=12)


def assert_as_the_parser(html: str, base: str | None = BASE) -> None:
    plain = None if has_forbidden(html) else Plain(Cleaners()).sanitized(html, base)
    if plain is not None:
        assert plain == by_the_parser(html, base)
    assert sanitize(html, base) == by_the_parser(html, base).lstrip("\ufeff")


@settings(deadline=None, max_examples=1500)
@given(MARKUP.map("".join), st.sampled_from([None, BASE]))
def test_what_is_plain_comes_out_as_the_parser_has_it(html: str, base: str | None) -> None:
    assert_as_the_parser(html.lstrip("\ufeff"), base)


def test_nested_markup_comes_out_as_the_parser_has_it() -> None:
    chosen = random.Random(3)  # noqa: S311 - tags, not secrets
    names = [*_LINES, *_BLOCKS]
    plain = 0

    def element(depth: int) -> str:
        name = chosen.choice(names)
        inside = "".join(
            element(depth - 1)
            if depth and chosen.random() < 0.6
            else chosen.choice(("x", "\n", ""))
            for _ in range(chosen.randint(0, 3))
        )
        end = "" if chosen.random() < 0.05 else f"</{name}>"
        stray = "" if chosen.random() < 0.97 else f"</{chosen.choice(names)}>"
        return f"<{name}>{inside}{end}{stray}"

    for _ in range(4_000):
        html = element(4) + element(2)
        assert_as_the_parser(html)
        plain += Plain(Cleaners()).sanitized(html, BASE) is not None
    assert plain > 400


ADDRESSES = [
    "https://example.net/a.png", "https://example.net/?a=1&amp;utm_source=x", "/a.png", "a.png",
    "./b", "../c.png", "#frag", "?q=1", "blank.gif", "https://pixel.wp.com/g.gif", "//x.org/y", "",
    "data:image/png;base64,AA", "mailto:a@b.org", "javascript:x", "a b", "/%zz", "https://EXA.net/",
    "/a&amp;b", "/it's", "/..", "./", "https://xn--a.org/", "https://u:p@e.org/", "/é",
]  # fmt: skip
ATTRIBUTES = [
    'alt="x"', 'alt="a &amp; b"', 'alt="&#8217;"', "alt", "ALT='x'", 'title="a\nb"', 'width="30"',
    'width="1"', 'height="50%"', 'height="0400"', 'class="c"', 'style="color:red"', 'id="i"',
    'style="width:1px;height:1px"', 'style="hidden"', 'srcset="https://e.org/a.png 2x"',
    'dir="rtl"', 'srcset="a.png 2x, b.png"', 'srcset="https://e.org/a%zz 1x"', 'loading="lazy"',
    "align=left",
    'sizes="(max-width: 3px) 1px"', 'data-src="/b.png"', 'referrerpolicy="no-referrer"', 'lang="x"',
    'onclick="x()"', 'hreflang="de"', 'target="_blank"', 'src="/second.png"', 'href="/second"',
]  # fmt: skip


def _attributes(most: int) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(ATTRIBUTES), max_size=most).map(" ".join)


TAG = st.builds(
    '<{} {}{}{}="{}" {}>'.format,
    st.sampled_from(["a", "img", "img", "span"]),
    _attributes(2),
    st.sampled_from([" ", "\n", "  "]),
    st.sampled_from(["href", "src"]),
    st.sampled_from(ADDRESSES),
    _attributes(3),
)
BASES = [None, BASE, "https://e.org/a&b/c?d&e", "https://e.org/a;b/it's/", "https://e.org"]


@settings(deadline=None, max_examples=1500)
@given(TAG, st.sampled_from(["", "x</a>", "x", "</a><p>"]), st.sampled_from(BASES))
def test_links_and_images_come_out_as_the_parser_has_them(
    tag: str, rest: str, base: str | None
) -> None:
    assert_as_the_parser(tag + rest, base)


LOOSE = [*TAGS, "</p>", "<p>", "</p>", "<p>", "<li>", "</li>", "<ul>", "</ul>", "x", "\n", "<br>"]


@settings(deadline=None, max_examples=1500)
@given(st.lists(st.sampled_from(LOOSE), max_size=14).map("".join))
def test_ends_that_are_left_out_or_too_many_come_out_as_the_parser_has_them(html: str) -> None:
    assert_as_the_parser(html)


@pytest.mark.parametrize(
    "html",
    [
        "<p>One <b>two</b> <a href='/three'>three</a>.</p>\n<ul>\n<li>four</li>\n</ul>",
        "<table>\n<thead><tr><th>1</th></tr></thead>\n<tbody><tr><td>2</td></tr></tbody></table>",
        "<h2 id='a'>T</h2><pre class='x'><code class='language-c'>int i = 0 &gt; 1;</code></pre>",
        "<p>&ldquo;It&#8217;s&rdquo; A&B <img src='a.png' alt='x'/><br/></p><!-- end -->",
        "<script async src='x.js'></script><p>a</p><style>b{}</style>",
        "<iframe src='https://player.vimeo.com/video/1' onload='x'></iframe>",
        "<dl><dt>a</dt><dd>b</dd><dt>c</dt></dl>",
        "<p>one<p>two<ul><li>three<li>four</ul><blockquote><p>five</blockquote></p>",
        "<dl><dt>a<dd><p>b<dt>c</dl></div></b><h2>d</h2></h3><table><tr><td>e</td></tr></table>",
        "<pre>x</pre><p>&#109;&#x61;il&#8239;&#150; &amp;lt; a > b\xa0&quot;c&quot; R&D</p>",
        '<p><img src="./a.png" alt="&#124;"><a\nhref="#n"\nclass="x">1</a></p>',
        '<p><img class="c" src="/a.png" srcset="https://example.net/b.png 2x" style="top:0"></p>',
    ],
)
def test_what_people_write_is_plain(html: str) -> None:
    plain = Plain(Cleaners()).sanitized(html, BASE)
    assert plain is not None
    assert plain == by_the_parser(html, BASE)
    assert sanitize(plain, BASE) == plain


def test_a_text_is_not_colored_by_the_one_before() -> None:
    plain = Plain(Cleaners())
    first = plain.sanitized('<p><img src="a.png"><a href="b">c</a></p>', "https://one.example/")
    second = plain.sanitized('<p><img src="a.png"><a href="b">c</a></p>', "https://two.example/")
    assert first == second.replace("two", "one") if first and second else False
    lazy = '<p><img src="blank.gif" data-src="a.png"></p>'
    assert [plain.sanitized(lazy, BASE) for _ in range(2)] == [None, None]
    hidden = '<p><img src="https://a.example/b.png" width="1" height="1"></p>'
    assert [plain.sanitized(hidden, BASE) for _ in range(2)] == [None, None]


def test_what_is_remembered_is_bounded() -> None:
    plain = Plain(Cleaners())
    for number in range(30_000):
        plain.sanitized(f'<p class="x{number}">&#{number % 5000 + 200};</p>', BASE)
        plain.sanitized(f'<a href="https://example.org/{number}">x</a>', BASE)
    assert len(plain) < 10_000


def test_what_hides_behind_a_script_stays_what_it_is() -> None:
    html = "<p>x <img src=y onerror=alert(1) <script>1</script>"
    assert "onerror" not in sanitize(html, BASE)
    assert sanitize("<im<script></script>g src=x>", BASE) == by_the_parser(
        "<im<script></script>g src=x>", BASE
    )
