"""What is compared of entries, and the numbers by which a store finds them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedkit.model import Entry
from feedkit.normalize.likeness import lookup_keys, page, tails, wording


@pytest.mark.parametrize(
    ("url", "form"),
    [
        ("http://www.example.org/a/?utm_source=x#y", "https://example.org/a"),
        ("https://example.org/?p=1", "https://example.org?p=1"),
        ("https://example.org/", None),
        ("https://www.example.org/#top", None),
        ("mailto:a@example.org", None),
        ("urn:x:1", None),
        ("https://[", None),
        ("", None),
        (None, None),
    ],
)
def test_a_page_of_its_own(url: str | None, form: str | None) -> None:
    assert page(url) == form


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("https://example.org/a/b/", ("/a/b",)),
        ("https://example.org/a?b=1#c", ("/a?b=1#c", "/a?b=1", "/a")),
        ("https://example.org/?p=1", ("?p=1",)),
        ("https://example.org/#c", ("#c",)),
        ("https://example.org/", ()),
        ("urn:x:1", ()),
        (None, ()),
    ],
)
def test_what_is_left_of_an_address_without_its_host(
    url: str | None, parts: tuple[str, ...]
) -> None:
    assert tails(url) == parts


def share(one: Entry, other: Entry, *namespaces: str | None) -> bool:
    keys = (lookup_keys(e, space) for e, space in zip((one, other), namespaces, strict=True))
    return bool(set.intersection(*map(set, keys)))


def test_entries_that_may_be_one_share_a_key() -> None:
    page, other = "https://a.example/page", "https://b.example/page"
    linked, named = Entry(id="urn:x", url=page), Entry(id=page, url="https://r.example/1")
    moved = Entry(id="urn:y", url=other)
    assert share(linked, named, "feed 1", "feed 2")
    assert share(linked, Entry(id="urn:x"), "feed 1", "feed 2")
    assert share(linked, Entry(id="urn:z", url=page), "feed 1", None), "an article's page"
    assert share(linked, moved, "feed 1", "feed 1"), "the path, in one feed"
    assert not share(linked, moved, "feed 1", "feed 2"), "and nowhere else"
    assert not share(linked, Entry(id="urn:z"), "feed 1", "feed 1")
    assert lookup_keys(Entry(id="tag:a", url="https://a.example/")) == ()


def test_words_are_what_is_said_beyond_title_and_address() -> None:
    said = Entry(
        id="urn:x",
        url="https://a.example/1",
        title="Ｈello, World!",
        content="<p>HELLO <b>world</b></p>",
        summary="One — <i>two</i>, 三 <script>x</script>",
    )
    assert wording(said) == ("onetwo三",)
    assert (
        wording(Entry(id="urn:x", url="https://a.example/1", content="https://a.example/1")) == ()
    )
    assert wording(Entry(id="urn:x", content="a", summary="<b>A</b>")) == ("a",)


@given(st.text(), st.text(), st.text(), st.text())
def test_any_text_has_keys(guid: str, url: str, title: str, html: str) -> None:
    entry = Entry(id=guid, url=f"https://{url}", title=title, content=html)
    assert all(-(2**63) <= key < 2**63 for key in lookup_keys(entry, guid))
    assert len(lookup_keys(entry, guid)) <= 8
    assert all(wording(entry))
