"""Ids: valid, and the same in every run."""

from datetime import UTC, datetime
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedkit.normalize.identity import article_id, entry_id

FEED = "https://example.org/feed.xml"
DATE = datetime(2021, 5, 18, 11, 30, tzinfo=UTC)


def id_of(
    guid: str = "",
    *,
    url: str | None = None,
    title: str = "",
    content: str | None = None,
    published: datetime | None = None,
    namespace: str = FEED,
) -> str:
    return entry_id(
        guid, url=url, title=title, content=content, published=published, namespace=namespace
    )


@pytest.mark.parametrize(
    "guid",
    [
        "https://example.org/?p=1",
        "http://example.org/条目",
        "tag:example.org,2026:1",
        "urn:uuid:60a76c80-d399-11d9-b93c-0003939e0af6",
        "yt:video:abc",
    ],
)
def test_a_guid_that_is_an_iri_is_kept_character_for_character(guid: str) -> None:
    assert id_of(guid) == guid
    assert id_of(f" {guid}\n") == guid


@pytest.mark.parametrize(
    "guid",
    [
        "1234",
        "C:\\x",
        "C:/x",
        "title: foo bar",
        "example.org:80",
        "/relative",
        "http:",
        "https://",
        "javascript:x",
        "a<b",
    ],
)
def test_any_other_guid_becomes_a_uuid_of_the_feed_and_itself(guid: str) -> None:
    assert id_of(guid).startswith("urn:uuid:")
    assert id_of(guid) == id_of(guid)
    assert id_of(guid) != id_of(guid, namespace="https://other.example/")


def test_a_made_id_is_a_uuid_of_version_5() -> None:
    for number in range(200):
        made = UUID(id_of(str(number)))
        assert made.urn == id_of(str(number))
        assert (made.version, made.variant) == (5, RFC_4122)


def test_ids_made_of_guids_never_change_between_releases() -> None:
    assert id_of("1234") == "urn:uuid:9b1c0b1d-9110-5ab1-bd1a-d23461e31d08"
    assert id_of(title="A", published=DATE) == "urn:uuid:91f486b1-e606-568a-83dc-3c3721fae4ca"


def test_an_address_that_is_nearly_an_iri_is_percent_encoded() -> None:
    assert id_of("https://example.org/a b|c") == "https://example.org/a%20b%7Cc"


def test_without_a_guid_the_url_is_the_id() -> None:
    assert id_of(url="https://example.org/1", title="A") == "https://example.org/1"


def test_a_guid_that_is_the_url_without_its_host_is_the_url() -> None:
    url = "https://example.org/posts/1?a=1"
    assert id_of("/posts/1?a=1", url=url) == url
    assert id_of("/posts/1", url=url).startswith("urn:uuid:")
    assert id_of("posts/1?a=1", url=url).startswith("urn:uuid:")
    assert id_of("//[", url=url).startswith("urn:uuid:")


def test_without_both_the_id_is_made_of_title_and_date_and_survives_an_edit() -> None:
    one = id_of(title="A", published=DATE, content="first")
    assert one == id_of(title="A", published=DATE, content="edited")
    assert one != id_of(title="B", published=DATE, content="first")
    assert id_of(content="one") != id_of(content="two")


@given(st.text(st.characters(exclude_categories=())))
def test_an_id_is_the_id_of_itself(guid: str) -> None:
    once = id_of(guid, url="https://example.org/1")
    assert id_of(once) == once


def test_article_ids_are_tag_uris_of_the_host() -> None:
    assert article_id("Example.ORG:8080", "articles", "2021/新 媒体.md") == (
        "tag:example.org,2026:articles/2021/%E6%96%B0%20%E5%AA%92%E4%BD%93.md"
    )
    assert article_id("bücher.example", "a/", "/b\\c.md") == (
        "tag:xn--bcher-kva.example,2026:a/b/c.md"
    )
    assert article_id("", "a", "b.md") == "tag:localhost,2026:a/b.md"
