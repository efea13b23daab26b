"""Which entries a person's patterns let through."""

import re

import pytest

from feedkit.model import Entry, Person
from feedkit.normalize.filters import Filter

ENTRY = Entry(
    id="tag:example.org,2026:1",
    url="https://example.org/news/1",
    title="A quiet day",
    authors=(Person(name="Ann Author"),),
    categories=("新媒体",),
    content="<p>The <b>quick</b> fox</p>",
)


def patterns(*texts: str) -> list[re.Pattern[str]]:
    return [re.compile(text) for text in texts]


def test_no_patterns_accept_everything() -> None:
    assert Filter().accepts(ENTRY)


@pytest.mark.parametrize("text", ["quiet", "/news/", "^Ann", "新媒", "quick fox"])
def test_a_pattern_is_searched_in_every_text_of_an_entry(text: str) -> None:
    assert Filter(include=patterns("absent", text)).accepts(ENTRY)
    assert not Filter(exclude=patterns("absent", text)).accepts(ENTRY)


def test_markup_is_not_text() -> None:
    assert not Filter(include=patterns("<b>")).accepts(ENTRY)


def test_an_excluded_entry_is_out_though_it_is_included() -> None:
    assert not Filter(include=patterns("quiet"), exclude=patterns("fox")).accepts(ENTRY)
