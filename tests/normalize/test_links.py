"""Links as documents carry them."""

import re
from urllib.parse import urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedkit.normalize.links import absolute

BASE = "https://example.org/a/b?c#d"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("x", "https://example.org/a/x"),
        ("/x?y#z", "https://example.org/x?y#z"),
        ("../x", "https://example.org/x"),
        ("//cdn.example.net/x", "https://cdn.example.net/x"),
        ("?q", "https://example.org/a/b?q"),
        ("#f", "https://example.org/a/b?c#f"),
        (" https://example.org/x \n", "https://example.org/x"),
        ("HTTP://Example.ORG/Path", "http://example.org/Path"),
        ("https://example.org/a b", "https://example.org/a%20b"),
        ("https://example.org/ü?ü=|", "https://example.org/%C3%BC?%C3%BC=%7C"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://example.org/100%", "https://example.org/100%25"),
        ("https://example.org/%41", "https://example.org/%41"),
        ("https://example.org/a\nb", "https://example.org/ab"),
        ("https:\\\\example.org\\x", "https://example.org/x"),
        ("https://[2001:DB8::1]:8080/x", "https://[2001:db8::1]:8080/x"),
        ("https://me:secret@example.org/", "https://me:secret@example.org/"),
        ("mailto:a@example.org", "mailto:a@example.org"),
        ("magnet:?xt=urn:btih:1", "magnet:?xt=urn:btih:1"),
    ],
)
def test_references_become_valid_absolute_uris(url: str, expected: str) -> None:
    assert absolute(url, BASE) == expected


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "  ",
        "javascript:alert(1)",
        " JavaScript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "C:\\x",
        "https://",
        "https://[::1",
        "https://example.org:99999/",
        "https://exa mple.org/",
        "https://1.2.3.999/",
        "mailto:",
    ],
)
def test_what_is_no_usable_link_is_refused(url: str | None) -> None:
    assert absolute(url, BASE) is None


@pytest.mark.parametrize("base", [None, "", "relative", "mailto:a@example.org", "https://[", "::"])
def test_a_relative_reference_needs_a_base(base: str | None) -> None:
    assert absolute("x", base) is None


def test_a_bar_in_the_query_is_percent_encoded_and_its_slashes_kept() -> None:
    url = "https://img.example.com/a.jpg?imageView2/1/w/1440/h/810/|imageMogr2/strip"
    assert absolute(url, None) == (
        "https://img.example.com/a.jpg?imageView2/1/w/1440/h/810/%7CimageMogr2/strip"
    )


URI = re.compile(r"[a-z][a-z0-9+.-]*:(?:[A-Za-z0-9\-._~:/?@!$&'()*+,;=#\[\]]|%[0-9A-Fa-f]{2})*")
ANY = st.text(st.characters(exclude_categories=()))
REFERENCE = st.one_of(
    ANY,
    st.builds("{}{}".format, st.sampled_from(["http://", "https:", "//", "mailto:", "/"]), ANY),
    st.from_regex(r"https?://[a-z.:@\[\]%0-9]{0,12}[/?#\\][^a]{0,8}", fullmatch=True),
)


@given(REFERENCE, st.one_of(st.none(), st.just(BASE), REFERENCE))
def test_any_reference_gives_a_valid_uri_or_nothing(url: str, base: str | None) -> None:
    found = absolute(url, base)
    if found is not None:
        assert URI.fullmatch(found)
        assert absolute(found, None) == found


PLAIN = st.lists(
    st.sampled_from(
        ["a", "b.html", "..", ".", "/", "?", "q=1", "#", "note:1", "%20", ";", "&", "~"]
    ),
    min_size=1,
    max_size=6,
).map("".join)
BASES = st.sampled_from([
    BASE, "https://example.org", "https://x.org/a/../b/c", "https://x.org/a//b", "https://x.org?q/x",
    "https://x.org/a;b/c", "https://x.org:8080/p/q/",
])  # fmt: skip


@given(PLAIN, BASES)
def test_plain_references_are_resolved_as_any(reference: str, base: str) -> None:
    expected = absolute(urljoin(base, reference), None)
    is_relative = not re.match(r"[A-Za-z]+:|//", reference)
    assert not is_relative or absolute(reference, base) == expected
