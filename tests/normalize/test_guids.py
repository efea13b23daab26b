"""Which entries of a document are stored ones whose guids their source changed."""

from datetime import UTC, datetime

import pytest

from feedkit.model import Entry
from feedkit.normalize.guids import changed_guids

WORDS = "<p>What the entry says, in some words.</p>"


def entry(
    guid: str,
    url: str | None = None,
    title: str = "Hello",
    *,
    day: int | None = 1,
    words: str | None = WORDS,
) -> Entry:
    published = None if day is None else datetime(2024, 1, day, 10, tzinfo=UTC)
    return Entry(id=guid, url=url, title=title, content=words, published=published)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("http://a.example/1", "https://a.example/1"),
        ("https://a.example/1", "https://www.a.example/1/"),
        ("https://a.example/1", "https://a.example/1?utm_source=rss"),
        ("https://a.example/?p=1", "http://a.example/?p=1"),
        ("https://a.example/p#1", "http://a.example/p#1"),
        ("https://a.example/#1", "http://a.example/#1"),
    ],
)
def test_another_spelling_of_the_guid_needs_nothing_else(old: str, new: str) -> None:
    unlike = entry(new, title="Edited", day=2, words="Other words.")
    assert changed_guids([unlike], [entry(old)], {new}) == {new: old}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (entry("http://old.example/1"), entry("https://new.example/1")),
        (entry("http://old.example/?p=1"), entry("https://new.example/?p=1")),
        (entry("https://a.example/1"), entry("https://a.example/1?session=1")),
        (entry("https://a.example/1?session=1"), entry("https://a.example/1?session=2")),
        (entry("https://a.example/1"), entry("https://a.example/1#top")),
        (entry("urn:x:1", "https://a.example/1"), entry("urn:x:2", "http://www.a.example/1")),
        (entry("urn:x:1", "https://old.example/1"), entry("urn:x:2", "https://new.example/1")),
    ],
)
def test_the_same_page_or_path_needs_what_agrees(old: Entry, new: Entry) -> None:
    def found(old: Entry, new: Entry) -> bool:
        return changed_guids([new], [old], {new.id}) == {new.id: old.id}

    def variants(**changes: object) -> tuple[Entry, Entry]:
        return tuple(_with(one, **changes) for one in (old, new))  # type: ignore[return-value]

    assert found(old, new)
    assert found(old, _with(new, title="Hello, again")), "same words at the same time"
    assert found(old, _with(new, content="Edited.")), "same title at the same time"
    assert found(*variants(published=None)), "same title, same words"
    assert found(*variants(published=None, content=None)), "nothing tells them apart"
    assert not found(old, _with(new, title="Other", content="Other."))
    assert not found(old, _with(new, published=datetime(2024, 1, 8, 10, tzinfo=UTC)))
    assert not found(_with(old, published=None), _with(new, content="Other words."))
    one, other = variants(published=None, title="", content=None)
    assert not found(one, other), "there is nothing that agrees"


def _with(one: Entry, **changes: object) -> Entry:
    fields = {name: getattr(one, name) for name in one.__struct_fields__}
    return Entry(**(fields | changes))


@pytest.mark.parametrize(
    ("unknown", "stored", "listed"),
    [
        pytest.param(
            [entry("https://a.example/1")], [entry("http://a.example/1")], {"http://a.example/1"},
            id="the document has both",
        ),
        pytest.param(
            [entry("urn:x:3", "https://a.example/p")],
            [entry("urn:x:1", "https://a.example/p"), entry("urn:x:2", "https://a.example/p")], (),
            id="two stored ones have the page",
        ),
        pytest.param(
            [entry("urn:x:2", "https://a.example/p"), entry("urn:x:3", "https://a.example/p")],
            [entry("urn:x:1", "https://a.example/p")], (),
            id="two new ones have the page",
        ),
        pytest.param(
            [entry("urn:x:2", "https://a.example/")], [entry("urn:x:1", "https://a.example/")], (),
            id="the front page is nobody's",
        ),
        pytest.param(
            [entry("https://a.example/p#2", title="2", words="2")],
            [entry("https://a.example/p#1", title="1", words="1")], (),
            id="paragraphs of a page",
        ),
        pytest.param(
            [entry("https://b.example/?p=1", title="2", words="2")],
            [entry("https://a.example/?p=1", title="1", words="1")], (),
            id="the first posts of two blogs in a planet",
        ),
        pytest.param([entry("urn:x:2")], [entry("urn:x:1")], (), id="a title alone"),
    ],
)  # fmt: skip
def test_what_may_be_another_entry_is_one(
    unknown: list[Entry], stored: list[Entry], listed: set[str]
) -> None:
    assert changed_guids(unknown, stored, {*listed, *(one.id for one in unknown)}) == {}


def test_comments_on_one_page() -> None:
    def comments(scheme: str, guid: str = "") -> list[Entry]:
        urls = [f"{scheme}://a.example/page#comment-{n}" for n in range(9)]
        return [entry(f"{guid}{n}" if guid else url, url) for n, url in enumerate(urls)]

    for old, new in ((comments("http"), comments("https")),
                     (comments("http", "urn:x:"), comments("https", "urn:y:"))):  # fmt: skip
        found = changed_guids(new, old, {one.id for one in new})
        assert found == {after.id: before.id for before, after in zip(old, new, strict=True)}


def test_an_entry_is_taken_for_one_stored_entry_at_most() -> None:
    new = [
        entry("https://a.example/1", "https://a.example/page"),
        entry("urn:x:2", "https://a.example/other/1"),
    ]
    stored = [entry("http://a.example/1", "https://a.example/other/1")]
    assert changed_guids(new, stored, {one.id for one in new}) == {
        "https://a.example/1": "http://a.example/1"
    }


def test_hundreds_of_guids_at_once() -> None:
    old = [entry(f"http://old.example/{n}", title=f"Entry {n}") for n in range(500)]
    new = [entry(f"https://new.example/{n}", title=f"Entry {n}") for n in range(500)]
    assert changed_guids(new, old, {one.id for one in new}) == {
        f"https://new.example/{n}": f"http://old.example/{n}" for n in range(500)
    }
