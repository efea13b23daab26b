"""Plain text out of HTML, and text that XML can carry."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedkit.normalize.text import excerpt, one_line, plain_text, strip_forbidden

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
