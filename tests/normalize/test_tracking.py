"""Links without what they say of the reader's way."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedkit.normalize.html import sanitize
from feedkit.normalize.tracking import without_tracking

PAGE = "https://example.org/a"


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("?utm_source=rss&utm_medium=feed&utm_campaign=x", ""),
        ("?p=1&utm_source=rss", "?p=1"),
        ("?utm_source=rss&p=1&fbclid=x&q=%41b&b&a", "?p=1&q=%41b&b&a"),
        ("?UTM_Source=rss&GCLID=2", ""),
        ("?utm_anything", ""),
        ("?a=1&amp;utm_source=x&amp;b=2", "?a=1&amp;b=2"),
        ("?mc_cid=1&mc_eid=2&igshid=3&yclid=4&_hsenc=5&_hsmi=6&msclkid=7#top", "#top"),
        ("?p=1&&utm_term=x#a?utm_source=b&utm_medium=c", "?p=1&#a?utm_source=b&utm_medium=c"),
    ],
)
def test_tracking_parameters_go_and_all_else_stays(query: str, left: str) -> None:
    assert without_tracking(PAGE + query) == PAGE + left


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?",
        "?ref=home&source=x&campaign_id=4&utm=1",
        "?xutm_source=1&fbclids=2&gclid2=3",
        "?next=https://example.org/?utm_source=x",
        "?b=2&a=1&&c",
        "#utm_source=x",
        "#!/a?utm_source=x",
        "/utm_source=x",
    ],
)
def test_a_url_without_any_is_the_same_object(query: str) -> None:
    url = PAGE + query
    assert without_tracking(url) is url


@given(
    st.lists(
        st.sampled_from(["?", "&", "#", "=", "amp;", "utm_", "fbclid", "gclid", "p", "1", ";"]),
        max_size=12,
    ).map("".join)
)
def test_stripping_twice_changes_nothing(rest: str) -> None:
    once = without_tracking(PAGE + rest)
    assert without_tracking(once) is once
    assert len(once) <= len(PAGE + rest)


@pytest.mark.parametrize("unit", ["&utm_", "&", "amp;", "&amp;", "?utm_source", "&amp;amp;utm_a=b"])
def test_hostile_urls_take_no_time(unit: str) -> None:
    start = time.process_time()
    without_tracking(f"{PAGE}?{unit * (500_000 // len(unit))}")
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("/b?utm_source=x", "https://example.org/b"),
        ("?utm_source=x", "https://example.org/a"),
        (" https://other.example/?p=1&amp;utm_source=x ", "https://other.example/?p=1"),
        ("https://other.example/?b=ü&amp;a=%7e#ü", "https://other.example/?b=ü&amp;a=%7e#ü"),
        ("mailto:a@example.org?subject=x&amp;y", "mailto:a@example.org?subject=x&amp;y"),
    ],
)
def test_links_of_the_text_lose_them(href: str, expected: str) -> None:
    out = sanitize(f'<a href="{href}">x</a>', "https://example.org/a?utm_source=base")
    assert out == f'<a href="{expected}" rel="noopener noreferrer">x</a>'


def test_images_and_other_files_keep_their_whole_address() -> None:
    html = '<img src="https://example.org/i.png?utm_source=x">'
    assert sanitize(html, None) == html
