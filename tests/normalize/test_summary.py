"""Summaries made of content."""

from hypothesis import given
from hypothesis import strategies as st

from feedkit.normalize.html import sanitize
from feedkit.normalize.summary import summary_of


def test_a_summary_is_the_beginning_of_the_words_cut_at_one() -> None:
    assert summary_of("<p>One <b>two</b></p><p>three &lt;four&gt; &amp; five</p>", 24) == (
        "One two three &lt;four&gt; &amp;…"
    )


def test_short_content_is_its_own_summary_and_none_where_there_are_no_words() -> None:
    assert summary_of("<p>One</p>") == "One"
    assert summary_of('<img src="https://example.org/i.png">') is None


@given(st.text(), st.integers(1, 50))
def test_a_summary_is_valid_wherever_it_is_cut(html: str, limit: int) -> None:
    summary = summary_of(html, limit)
    if summary is not None:
        assert sanitize(summary, None) == summary
