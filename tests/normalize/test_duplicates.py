"""Which entries of different sources are one, which is the original, and what stays apart."""

from itertools import permutations

import pytest

from feedkit.model import Entry, Origin
from feedkit.normalize.duplicates import Candidate, Publisher, originals, own_ids

BLOG = Publisher(
    "feed:https://blog.example/feed.xml",
    feed_url="https://blog.example/feed.xml",
    site_url="https://blog.example/",
)
ATOM = Publisher("feed:https://blog.example/atom.xml", site_url="http://www.blog.example")
PLANET = Publisher("feed:https://planet.example/rss", feed_url="https://planet.example/rss")
LINKS = Publisher("feed:https://links.example/rss", site_url="https://links.example/")
FOLDER = Publisher("articles:articles", is_folder=True)
OTHER_FOLDER = Publisher("articles:notes", is_folder=True)
OF_BLOG = Origin(id="tag:blog", title="Blog", feed_url="http://blog.example/feed.xml")
PAGE = "https://blog.example/hello"
WORDS = "<p>The first sentence of what the entry says.</p>"
MORE = f"{WORDS}<p>And the second one.</p>"


def entry(
    guid: str = PAGE,
    url: str | None = PAGE,
    title: str = "Hello",
    words: str | None = WORDS,
    origin: Origin | None = None,
    comments: str | None = None,
    summary: str | None = None,
) -> Entry:
    return Entry(
        id=guid,
        url=url,
        title=title,
        content=words,
        summary=summary,
        origin=origin,
        comments_url=comments,
    )


ORIGINAL = entry("tag:blog,2024:1", comments="https://blog.example/hello#comments")


def is_copy(
    publisher: Publisher, copy: Entry, of: Publisher = BLOG, original: Entry = ORIGINAL
) -> bool:
    """Whether one of them is published, whichever was seen first and comes first."""
    found = set()
    for first, second in permutations((0, 1)):
        candidates = [Candidate(1, original, of, first), Candidate(2, copy, publisher, second)]
        for order in permutations(candidates):
            found.add(len(originals(order)))
    assert len(found) == 1, "the order decides nothing"
    return found == {1}


@pytest.mark.parametrize(
    ("publisher", "copy"),
    [
        pytest.param(PLANET, entry("tag:blog,2024:1", "https://r.example/1", "X", "Y", OF_BLOG),
                     id="the id, of the feed that it names"),
        pytest.param(PLANET, entry("tag:blog,2024:1", words="Cut …"), id="id and link"),
        pytest.param(PLANET, entry("tag:blog,2024:1", "https://r.example/1", words="Y"),
                     id="id and title, through a redirect"),
        pytest.param(PLANET, entry("tag:blog,2024:1", "https://r.example/1", "Blog: Hello", "Y"),
                     id="id and title after the blog's name"),
        pytest.param(PLANET, entry("urn:other", "http://www.blog.example/hello/?utm_source=x"),
                     id="link, title and words"),
        pytest.param(PLANET,
                     entry("urn:other", title="ＨＥＬＬＯ!", words="The <b>first sentence of wh…"),
                     id="link, title, and the beginning of the words"),
        pytest.param(PLANET, entry("urn:other", title="Blog: Hello"),
                     id="link, words, and the title after the blog's name"),
        pytest.param(PLANET, entry("urn:other", words=None), id="link and title, nothing said"),
        pytest.param(PLANET, entry("urn:other", words="Hello"), id="the title once more"),
        pytest.param(PLANET, entry("urn:other", words=f'<a href="{PAGE}">{PAGE}</a>'),
                     id="the link once more"),
        pytest.param(PLANET, entry("urn:other", words=MORE, origin=OF_BLOG),
                     id="more words, but it names the original's feed"),
        pytest.param(ATOM, entry("urn:other", words=MORE), id="another feed of the site"),
        pytest.param(ATOM, entry(PAGE, words=None, summary="By hand."),
                     id="another feed of the site that says nothing the same"),
    ],
)  # fmt: skip
def test_the_same_entry(publisher: Publisher, copy: Entry) -> None:
    original = entry(PAGE) if copy.summary else ORIGINAL
    assert is_copy(publisher, copy, original=original)


@pytest.mark.parametrize(
    ("publisher", "other"),
    [
        pytest.param(LINKS, entry("urn:other", words="I do not agree."), id="own words"),
        pytest.param(LINKS, entry(words="I do not agree."), id="own words, and no guid"),
        pytest.param(LINKS, entry("urn:other", words=f"{WORDS} Really?"), id="a word to a quote"),
        pytest.param(LINKS, entry("urn:other", words=WORDS, summary="I do not agree."),
                     id="own words in a summary"),
        pytest.param(LINKS, entry("urn:other", words="The"), id="too few words to tell"),
        pytest.param(LINKS, entry("urn:other", title="On this"), id="another title"),
        pytest.param(LINKS, entry("urn:other", words=None, title="On: Hello"),
                     id="another title and nothing said"),
        pytest.param(LINKS, entry("urn:other", words=None, comments="https://links.example/1"),
                     id="a discussion elsewhere"),
        pytest.param(PLANET, entry("urn:other", "https://blog.example/hello2"), id="another link"),
        pytest.param(PLANET, entry("urn:other", None), id="no link"),
        pytest.param(PLANET, entry("tag:blog,2024:1", "https://x.example/1", "X"),
                     id="an id that both have by mistake"),
        pytest.param(LINKS, entry("tag:blog,2024:1", "https://links.example/1", words="Mine."),
                     id="the id and the title, taken for a page of its own"),
        pytest.param(BLOG, entry("urn:other"), id="of the same source"),
        pytest.param(ATOM, entry("urn:other", words="Something else, by the same author."),
                     id="the site says something else of its page"),
    ],
)  # fmt: skip
def test_another_entry(publisher: Publisher, other: Entry) -> None:
    assert not is_copy(publisher, other)


def test_who_has_words_is_no_copy_of_who_has_none() -> None:
    assert not is_copy(LINKS, entry("urn:other"), original=entry(words=None))


def test_two_comments_on_a_page_are_two_entries() -> None:
    first, second = (entry(f"urn:{n}", f"{PAGE}#comment-{n}", words=None) for n in (1, 2))
    assert not is_copy(ATOM, second, original=first)
    assert is_copy(ATOM, entry("urn:2", f"{PAGE}#comment-1", words=None), original=first)


def test_a_front_page_is_no_link() -> None:
    front = "https://blog.example/"
    assert not is_copy(PLANET, entry("urn:1", front), original=entry("urn:2", front))


def test_articles_are_originals_and_never_copies_of_each_other() -> None:
    page = entry("tag:site", "https://blog.example/hello")
    assert is_copy(BLOG, ORIGINAL, of=FOLDER, original=page)
    assert not is_copy(OTHER_FOLDER, entry("tag:other"), of=FOLDER, original=page)
    unread = Candidate(1, entry("tag:site", words=None), FOLDER, 5, has_all_words=False)
    own = Candidate(2, ORIGINAL, BLOG, 1)
    elsewhere = Candidate(3, entry("urn:other"), LINKS, 1)
    assert originals([own, unread]) == {2: 1}
    assert originals([elsewhere, unread]) == {}, "what the article says is not known"


def rank(candidates: list[Candidate]) -> int:
    """The original of `candidates`, all of which are one entry."""
    found = {tuple(sorted(originals(order).items())) for order in permutations(candidates)}
    assert len(found) == 1, "the order decides nothing"
    (copies,) = found
    (original,) = {original for _, original in copies}
    assert len(copies) == len(candidates) - 1
    return original


def test_the_original_is_who_has_the_page_then_who_names_no_other_then_the_first() -> None:
    guid = "tag:blog,2024:1"
    names_it = Candidate(1, entry(guid, origin=OF_BLOG), PLANET, 1)
    first = Candidate(2, entry(guid), PLANET, 2)
    later = Candidate(3, entry(guid), LINKS, 3)
    at_home = Candidate(4, entry(guid), BLOG, 4)
    article = Candidate(5, entry(guid), FOLDER, 5)
    gone = Candidate(6, entry(guid), BLOG._replace(key="feed:old", is_followed=False), 0)
    assert rank([names_it, later, at_home, article, gone]) == 5
    assert rank([names_it, later, at_home, gone]) == 4
    assert rank([names_it, later, gone]) == 3
    assert rank([first, later]) == 2
    assert rank([names_it, gone]) == 1


def test_a_feed_that_names_itself_as_its_entries_source_is_at_home() -> None:
    named = Candidate(2, entry("tag:blog,2024:1", origin=OF_BLOG), BLOG, 2)
    assert rank([Candidate(1, ORIGINAL, LINKS, 1), named]) == 2


def test_what_is_like_two_entries_is_a_copy_of_one_and_hides_no_third() -> None:
    original = Candidate(1, ORIGINAL, BLOG, 1)
    nothing_said = Candidate(2, entry("urn:2", words=None), LINKS, 2)
    own_words = Candidate(3, entry("urn:3", words="I do not agree with that."), PLANET, 3)
    assert originals([own_words, nothing_said, original]) == {2: 1}


def test_two_entries_with_one_id_get_two_and_keep_them() -> None:
    first = Candidate(1, entry(), BLOG, 1)
    second = Candidate(2, entry(words="I do not agree."), LINKS, 2)
    given = own_ids([second, first], {})
    assert given.keys() == {2}
    assert given[2].startswith("urn:uuid:")
    assert own_ids([first, second], {}) == given
    known = Candidate(2, entry(words="I do not agree."), LINKS, 2, own_id=given[2])
    assert own_ids([first, known], {}) == {}
    assert own_ids([first, second], {2: 1}) == {}, "a copy is not published"
    shown_again = Candidate(1, entry(), BLOG, 1, was_copy=True)
    assert own_ids([shown_again, second], {}).keys() == {1}, "the other was published under it"
    article = Candidate(3, entry(), FOLDER, 3)
    assert own_ids([first, article], {}).keys() == {1}


@pytest.mark.parametrize("bad", ["https://[", "https://[::1", "\ud800", "https://a.example:99999/"])
def test_addresses_that_are_none_compare_as_they_are(bad: str) -> None:
    odd = Publisher("feed:odd", feed_url=bad, site_url=bad)
    assert not is_copy(
        odd, entry("urn:1", bad, origin=Origin(id=bad)), original=entry("urn:2", bad)
    )


def test_thousands_that_share_a_link_cost_no_more_than_their_number() -> None:
    crowd = [
        Candidate(n, entry(f"urn:{n}", title=f"Title {n}"), (LINKS, PLANET)[n % 2], n)
        for n in range(3000)
    ]
    assert originals(crowd) == {}
