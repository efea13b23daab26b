"""Plain text out of HTML, and text that XML can carry."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedkit.normalize.html import sanitize
from feedkit.normalize.text import (
    SUMMARY_LENGTH,
    below_title,
    excerpt,
    one_line,
    plain_text,
    strip_forbidden,
    summary_of,
)

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>one</p><p>two</p>", "one two"),
        ("a<br>b", "a b"),
        ("in<b>li</b>ne", "inline"),
        ("AT&amp;T &lt;3 caf&eacute; &#x4E2D;", "AT&T <3 café 中"),
        ("<script>var a</script><style>p{}</style>x", "x"),
        ("  a\n\n b&nbsp;c ", "a b c"),
        ("<p>一份</p>\n<p>热土</p>", "一份 热土"),
        ("&amp;lt;", "&lt;"),
        ("", ""),
    ],
)
def test_html_reads_as_one_line(html: str, expected: str) -> None:
    assert plain_text(html) == expected


def test_controls_are_what_windows_has_in_their_place() -> None:
    assert one_line("it\x92s \x93so\x94\x81") == "it’s “so”"


def test_an_excerpt_ends_with_a_whole_word() -> None:
    assert excerpt("<p>The quick brown fox</p>", 12) == "The quick…"
    assert excerpt("<p>The quick</p>", 12) == "The quick"


def test_an_excerpt_of_chinese_is_cut_anywhere() -> None:
    assert excerpt("<p>阿里巴巴乡村振兴基金</p>", 5) == "阿里巴巴…"


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_an_excerpt_is_never_longer_than_asked(text: str, limit: int) -> None:
    assert len(excerpt(text, limit)) <= limit


@given(st.text(st.characters(exclude_categories=()), max_size=700))
def test_what_xml_forbids_is_removed_and_nothing_else(text: str) -> None:
    assert strip_forbidden(text) == FORBIDDEN.sub("", text)


def test_clean_text_is_given_back_itself() -> None:
    text = "一份“热土”\n" * 500
    assert strip_forbidden(text) is text


def test_a_control_character_between_spaces_leaves_one_space() -> None:
    assert one_line("a \0 b") == "a b"


def test_a_summary_is_made_of_the_first_words_of_long_content() -> None:
    content = "<h2>Title</h2><p>One &amp; <b>tw</b>o &lt;i&gt;" + " word" * 200 + "</p>"
    summary = summary_of(content)
    assert summary is not None
    assert summary.startswith("Title One &amp; two &lt;i&gt; word word")
    assert summary.endswith(" word…")
    assert len(plain_text(summary)) <= SUMMARY_LENGTH


@pytest.mark.parametrize(
    ("html", "below"),
    [
        ("<h1>A &amp; <em>b</em></h1><p>words</p>", "<p>words</p>"),
        ('\n<div class="x"> <h3 id="a">A\n &amp; b</h3>words</div>', "words</div>"),
        ("<h1>A &amp; b</h1>", ""),
        ("<h1>A &amp; bc</h1>words", None),
        ("<h1>A &amp;</h1>words", None),
        ("<p>A &amp; b</p>words", None),
        ("words<h1>A &amp; b</h1>", None),
        ("<h1>A &amp; b", None),
        ("<div>" * 10_000 + "<p>" + " " * 10_000, None),
    ],
)
def test_a_heading_that_says_the_title_again_is_passed_over(html: str, below: str | None) -> None:
    assert below_title(html, "A & b") == (html if below is None else below)


def test_a_summary_of_a_script_without_spaces_is_cut_between_characters() -> None:
    summary = summary_of("<p>" + "新媒体" * 300 + "</p>")
    assert summary == ("新媒体" * 100)[: SUMMARY_LENGTH - 1] + "…"


@pytest.mark.parametrize("content", ["", "<p>short</p>", "<img alt='x'>" * 900, "word " * 100])
def test_what_is_hardly_longer_than_a_summary_has_none(content: str) -> None:
    assert summary_of(content) is None


def test_words_far_behind_much_markup_are_found() -> None:
    content = '<img src="https://example.org/a.png">' * 200 + "<p>" + "words " * 200 + "</p>"
    assert (summary_of(content) or "").startswith("words words")


@given(st.text())
def test_a_summary_is_html_that_sanitizing_leaves_as_it_is(text: str) -> None:
    content = sanitize(text * 40, None)
    summary = summary_of(content)
    assert summary is None or sanitize(summary, None) == summary
