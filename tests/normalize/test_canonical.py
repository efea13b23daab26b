"""Addresses compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedkit.normalize.canonical import canonical_url


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/a/b?x=1&y=%C3%BC",
        "http://example.org/a/b?x=1&y=%C3%BC",
        "HTTP://WWW.Example.ORG/a/b/?x=1&y=ü",
        "https://example.org:443/a/b?y=%c3%bc&x=1",
        "http://example.org:80/%61/b?&x=1&&y=%C3%BC#fragment",
        "https://example.org/c/../a/./b/?utm_source=rss&x=1&y=%C3%BC",
        "https://example.org./a/b?x=1&y=%C3%BC",
        "https://www.www.example.org/a/b?x=1&y=%C3%BC",
    ],
)
def test_spellings_of_one_address_have_one_canonical_form(url: str) -> None:
    assert canonical_url(url) == "https://example.org/a/b?x=1&y=%C3%BC"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.org/a", "https://example.org/A"),
        ("https://example.org/a", "https://example.org/a?x"),
        ("https://example.org/a%2Fb", "https://example.org/a/b"),
        ("https://example.org/?a=1&a=2", "https://example.org/?a=1"),
        ("https://example.org:8080/", "https://example.org/"),
        ("https://blog.example.org/", "https://example.org/"),
        ("https://me@example.org/", "https://example.org/"),
        ("mailto:a@example.org", "mailto:b@example.org"),
    ],
)
def test_different_addresses_have_different_canonical_forms(one: str, other: str) -> None:
    assert canonical_url(one) != canonical_url(other)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/a-b/c_d.html",
        "https://www.example.org/a-b/c_d.html",
        "https://example.org/a-b/c_d.html/",
        "https://example.org/a-b/./c_d.html",
    ],
)
def test_plain_addresses_have_the_canonical_form_of_their_other_spellings(url: str) -> None:
    assert canonical_url(url) == "https://example.org/a-b/c_d.html"


def test_the_canonical_form_of_what_is_no_web_address_is_itself() -> None:
    assert canonical_url("https://example.org") == canonical_url("http://www.example.org/")
    assert canonical_url("https://[2001:DB8::1]:443/") == "https://[2001:db8::1]"
    assert canonical_url("tag:example.org,2026:1") == "tag:example.org,2026:1"
    assert canonical_url("MAILTO:a@example.org") == "mailto:a@example.org"
    assert canonical_url("") == ""


@given(
    st.text(max_size=80)
    | st.lists(
        st.sampled_from(
            [
                "https://",
                "http://",
                "www.",
                "a.",
                "org",
                "/",
                "..",
                ".",
                "%2",
                "e",
                "%",
                "?",
                "&",
                "#",
            ]
        )
    ).map("".join)
)
def test_a_canonical_form_is_its_own(url: str) -> None:
    once = canonical_url(url)
    assert canonical_url(once) == once
