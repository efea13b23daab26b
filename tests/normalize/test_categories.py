"""Which spellings are one category, and what its folder is called."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedkit.normalize.categories import fold, slugify, unique_slug


@pytest.mark.parametrize(
    "name",
    [
        "web  development",
        "ｗｅｂ development",
        "WEB_DEVELOPMENT",
        " Web\tDevelopment\n",
        "web-development",
        "web\u200b development",
        "web\u3000development",
    ],
)
def test_spellings_of_one_category_meet(name: str) -> None:
    assert fold(name) == fold("Web Development")


def test_names_that_mean_something_else_stay_apart() -> None:
    assert len({fold(name) for name in ("C", "C++", "C#", "C-", ".NET", "NET")}) == 6


@pytest.mark.parametrize("name", ["", "  ", "\u200b", "_", "\x00"])
def test_nothing_folds_to_nothing(name: str) -> None:
    assert fold(name) == ""


def test_full_case_folding_is_used() -> None:
    assert fold("STRASSE") == fold("straße")


@given(st.text(st.characters(exclude_categories=())))
def test_folding_twice_changes_nothing(name: str) -> None:
    assert fold(fold(name)) == fold(name)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("新媒体", "新媒体"),
        ("Web Development", "web-development"),
        ("ｗｅｂ", "web"),
        ("हिन्दी समाचार", "हिन्दी-समाचार"),
        ("ภาษาไทยที่", "ภาษาไทยที่"),
        ("C", "c"),
        ("C++", "cplusplus"),
        ("C#", "csharp"),
        ("#python", "python"),
        ("R&D", "r-and-d"),
        (".NET", "net"),
        ("a/b\\c..", "a-b-c"),
        ("Café", "café"),
        ("Cafe\u0301", "café"),
        ("CON", "category-con"),
        ("lpt1", "category-lpt1"),
    ],
)
def test_slugs_are_readable_folder_names(name: str, slug: str) -> None:
    assert slugify(name) == slug


def test_a_name_without_letters_is_called_after_its_hash() -> None:
    assert slugify("!!!").startswith("category-")
    assert slugify("!!!") != slugify("???")


def test_a_long_name_is_cut_between_characters_and_stays_distinct() -> None:
    one, two = slugify("新" * 100 + "甲"), slugify("新" * 100 + "乙")
    assert one != two
    assert len(one.encode()) <= 100
    assert one.startswith("新新")


@given(st.text(st.characters(exclude_categories=())))
def test_any_name_gives_a_safe_slug_that_is_its_own(name: str) -> None:
    slug = slugify(name)
    assert slugify(slug) == slug
    assert slug
    assert slug[0] not in ".-"
    assert slug[-1] not in ".- "
    assert not set(slug) & set('/\\:*?"<>|\x00')
    assert len(slug.encode()) <= 100
    assert unicodedata.normalize("NFC", slug) == slug


def test_a_taken_slug_gets_a_number() -> None:
    assert unique_slug("a", set()) == "a"
    assert unique_slug("a", {"a"}) == "a-2"
    assert unique_slug("a", {"a", "a-2"}) == "a-3"
    assert unique_slug("straße", {"strasse"}) == "straße-2"
    long = "新" * 33
    assert unique_slug(long, {long}) == "新" * 32 + "-2"
