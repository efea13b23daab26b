"""Both readers of feedkit, held to the same rules: lxml's to the letter, feedparser's apart from
what it is known to lose."""

import pytest
from feed_rules import URL, Rule
from msgspec.structs import asdict, replace
from rules_atom import ATOM_RULES
from rules_dates import DATE_RULES
from rules_encodings import ENCODING_RULES
from rules_modules import MODULE_RULES
from rules_rss import RSS_RULES

from feedkit.model import Feed
from feedkit.parse import parse_feed
from feedkit.parse.tolerant.reader import read_tolerantly

RULES = (*ATOM_RULES, *RSS_RULES, *MODULE_RULES, *DATE_RULES, *ENCODING_RULES)

# Rule → the fields that differ, and why feedkit is right or feedparser cannot know.
DISAGREEMENTS: dict[str, tuple[frozenset[str], str]] = {
    "base-of-entry": (
        frozenset(("base",)),
        "feedparser tells the base of texts, of which this entry has none; its link is resolved",
    ),
    "base-of-xhtml-div": (
        frozenset(("base",)),
        "feedparser does not look for xml:base inside a text; RFC 4287, 2 allows it on any element",
    ),
    "language-of-entry-without-texts": (
        frozenset(("language",)),
        "feedparser tells the language of texts, of which this entry has none",
    ),
    "atom-03-alternative-forms": (
        frozenset(("content",)),
        "feedparser takes the forms inside of multipart/alternative for one piece of markup",
    ),
    "rss-10": (
        frozenset(("feed.image",)),
        "feedparser reads nothing between a channel's end and the first item, where RSS 1.0 has "
        "the image",
    ),
}


def by_name(rule: Rule) -> str:
    return rule.name


def differences(one: Feed, other: Feed) -> frozenset[str]:
    """The fields of the feed, and of its entries, in which the two differ."""
    if len(one.entries) != len(other.entries):
        return frozenset(("entries",))
    pairs = [(asdict(one), asdict(other), "feed.")]
    pairs += [
        (asdict(left), asdict(right), "")
        for left, right in zip(one.entries, other.entries, strict=True)
    ]
    return frozenset(
        prefix + name
        for left, right, prefix in pairs
        for name in left
        if name != "entries" and left[name] != right[name]
    )


def read(rule: Rule, document: str) -> Feed:
    data = document.encode(rule.encoding)
    return parse_feed(data, url=URL, content_type=rule.content_type)


def test_rules_have_names_of_their_own() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=by_name)
def test_well_formed_documents_are_read_to_the_letter(rule: Rule) -> None:
    assert replace(read(rule, rule.document), bozo=None) == rule.feed


@pytest.mark.parametrize("rule", RULES, ids=by_name)
def test_feedparsers_reader_agrees(rule: Rule) -> None:
    feed = read_tolerantly(rule.document, URL, "")
    known, _ = DISAGREEMENTS.get(rule.name, (frozenset(), ""))
    assert differences(replace(feed, bozo=None), rule.feed) == known


@pytest.mark.parametrize("rule", RULES, ids=by_name)
def test_a_broken_document_is_read_as_it_would_be_whole(rule: Rule) -> None:
    end = rule.document.rindex("</")
    broken = f"{rule.document[:end]}<made>&nosuchname;</made>{rule.document[end:]}"
    feed = read(rule, broken)
    assert feed.bozo is not None
    known, _ = DISAGREEMENTS.get(rule.name, (frozenset(), ""))
    assert differences(feed, replace(rule.feed, bozo=feed.bozo)) == known


def test_disagreements_are_of_rules_that_are_there() -> None:
    assert set(DISAGREEMENTS) <= {rule.name for rule in RULES}
