"""Duplicates: which entries of different sources are one, and which of them is the original. Pure.

The rules favour publishing an entry twice over losing one: a link alone proves nothing, for link
blogs have the link of what they write about.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from feedkit.model import Entry, Origin
from feedkit.normalize.canonical import canonical_url
from feedkit.normalize.identity import name_id
from feedkit.normalize.likeness import letters, name, page, wording

_TELLING = 20
"""Letters from which on the beginning of a text is not there by chance."""
_MOST = 50
"""Originals that a candidate is compared with: a link that more of them share says little, and
hostile sources cost no more than their size."""


class Publisher(NamedTuple):
    """A source, as entries may name it."""

    key: str
    is_folder: bool = False
    """Whether its entries are articles of this site."""
    is_followed: bool = True
    """Whether it is still collected, so that its entries are as they are now."""
    feed_url: str | None = None
    site_url: str | None = None

    @property
    def names(self) -> frozenset[str]:
        """The canonical addresses of the feed and of its site."""
        return _canonical(self.feed_url, self.site_url)

    @property
    def hosts(self) -> frozenset[str]:
        """Where its own pages are."""
        return _hosts(self.names)


class Candidate:
    """A stored entry that may be a copy, or have one."""

    def __init__(
        self,
        row: int,
        entry: Entry,
        publisher: Publisher,
        first_seen: int,
        *,
        has_all_words: bool = True,
        was_copy: bool = False,
        own_id: str | None = None,
    ) -> None:
        self.row = row
        self.id = entry.id
        self.publisher = publisher
        self.first_seen = first_seen
        self.has_all_words = has_all_words
        """False: the content of the article is not made yet."""
        self.was_copy = was_copy
        self.own_id = own_id
        """The id that `own_ids` gave it once."""
        self.page = page(entry.url)
        self.fragment = (entry.url or "").partition("#")[2]
        self.title = letters(entry.title)
        self.comments_url = canonical_url(entry.comments_url) if entry.comments_url else None
        self.has_own_id = name(entry.id) != self.page
        """Whether the id is not the link once more."""
        self._long_title = entry.title.casefold()
        self.content = entry.content
        self._entry = entry
        own = publisher.names
        origin = _names(entry.origin) if entry.origin else own
        self.is_foreign = entry.origin is not None and not origin & own
        self.home = origin if self.is_foreign else own
        """The names of the feed that the entry is said to come from."""
        host = _host(self.page) if self.page else ""
        self.is_at_home = publisher.is_folder or (not self.is_foreign and host in publisher.hosts)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """What it says beyond its title."""
        return wording(self._entry)

    def is_titled_after(self, other: "Candidate") -> bool:
        """Whether the title is the other's with a name before it: ``Ann: Hello``."""
        return bool(other.title) and self._long_title.endswith(": " + other._long_title)

    def rank(self) -> tuple[object, ...]:
        """The smallest of its like is the original; the same in every run."""
        return (
            not self.publisher.is_followed,
            not self.publisher.is_folder,
            not self.is_at_home,
            self.is_foreign,
            self.first_seen,
            self.row,
        )


def originals(candidates: Iterable[Candidate]) -> dict[int, int]:
    """The row of its original, for each candidate that is a copy. An original is no copy.

    The original is the article of a file; else the entry whose source's site has its page; else
    one that does not say that it comes from another feed; else the one that was seen first. A
    source that is not collected any more comes after all others: what it has may be out of date.
    """
    found: dict[int, int] = {}
    chosen: defaultdict[str, list[Candidate]] = defaultdict(list)
    for candidate in sorted(candidates, key=Candidate.rank):
        marks = list(dict.fromkeys(filter(None, (candidate.page, name(candidate.id)))))
        like = {other.row: other for mark in marks for other in chosen[mark][:_MOST]}
        original = next(
            (o for o in sorted(like.values(), key=Candidate.rank) if is_copy(candidate, o)), None
        )
        if original is not None:
            found[candidate.row] = original.row
            continue
        for mark in marks:
            chosen[mark].append(candidate)
    return found


def is_copy(copy: Candidate, original: Candidate) -> bool:
    """Whether `copy`, of another source, is the same entry as `original`, which ranks before it.

    It is when the ids are the same and

    - both say that they come from the same feed (``atom:source``, RFC 4287, 4.2.11), or
    - the id is more than the copy's link once again, and the links agree, or the titles where the
      copy links to no page of its own site, or
    - links and titles agree, and both sources are the page's own site,

    or when links and titles agree and what the copy says, the original says: nothing, or all of it
    at its beginning, and no discussion elsewhere. Of two feeds of the page's own site, and of a
    copy that names the original's feed, it is enough that either says nothing, or the beginning
    of what the other says. (``Ann: Hello`` agrees with ``Hello`` where there are words that do.)
    """
    if copy.publisher.key == original.publisher.key:
        return False
    if copy.publisher.is_folder and original.publisher.is_folder:
        return False  # each file is an article of its own
    same_page = copy.page is not None and copy.page == original.page
    if copy.fragment and original.fragment:  # two comments on a page
        same_page = same_page and copy.fragment == original.fragment
    same_title = copy.title == original.title
    if copy.id == original.id:
        if copy.home & original.home:
            return True
        titled = (same_title and copy.title != "") or copy.is_titled_after(original)
        if copy.has_own_id and (same_page or (titled and not copy.is_at_home)):
            return True
    if not same_page:
        return False
    if not same_title:
        return copy.is_titled_after(original) and _repeats(copy, original)
    if _are_of_one_hand(copy, original):
        return _agree(copy, original)
    if copy.comments_url not in (None, original.comments_url):
        return False
    return not copy.words or _repeats(copy, original)


def _are_of_one_hand(copy: Candidate, original: Candidate) -> bool:
    """Whether nobody else can have written the copy, so that it has no words of its own."""
    if copy.is_at_home and original.is_at_home:
        return True
    return copy.is_foreign and bool(copy.home & original.publisher.names)


def _agree(one: Candidate, other: Candidate) -> bool:
    """Whether two accounts of one page under one title may be of one entry."""
    if one.id == other.id or not (one.has_all_words and other.has_all_words):
        return True
    if one.content is not None and one.content == other.content:
        return True
    if not one.words or not other.words:
        return True
    return any(_begins(a, b) or _begins(b, a) for a in one.words for b in other.words)


def own_ids(candidates: Sequence[Candidate], copies: Mapping[int, int]) -> dict[int, str]:
    """Ids for published entries whose id another published entry has, by row: no document holds
    one id twice (RFC 4287, 4.1.1), and neither entry may be lost for it.

    As when a link blog without guids has the link of an entry whose guid is its link. Who was
    published under the id first keeps it, an article keeps its own, and an id once given stays.
    """
    groups: defaultdict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        if candidate.row not in copies and candidate.own_id is None:
            groups[candidate.id].append(candidate)
    found = {}
    for group in groups.values():
        keeper = min(
            group, key=lambda c: (not c.publisher.is_folder, c.was_copy, c.first_seen, c.row)
        )
        for candidate in group:
            source = candidate.publisher
            if source.key != keeper.publisher.key and not source.is_folder:
                found[candidate.row] = name_id(source.key, candidate.id)
    return found


def _repeats(copy: Candidate, original: Candidate) -> bool:
    """Whether the copy says something, and nothing but what the original does."""
    return bool(copy.words) and all(
        any(_begins(text, whole) for whole in original.words) for text in copy.words
    )


def _begins(beginning: str, text: str) -> bool:
    return beginning == text or (len(beginning) >= _TELLING and text.startswith(beginning))


def _names(origin: Origin) -> frozenset[str]:
    return _canonical(origin.id, origin.feed_url, origin.url)


@lru_cache(maxsize=1024)
def _canonical(*urls: str | None) -> frozenset[str]:
    return frozenset(map(canonical_url, filter(None, urls)))


@lru_cache(maxsize=1024)
def _hosts(names: frozenset[str]) -> frozenset[str]:
    return frozenset(map(_host, names))


def _host(canonical: str) -> str:
    """Of a canonical address; "" of what is none, and of one that no host can have."""
    try:
        return urlsplit(canonical).netloc.rpartition("@")[2] if "://" in canonical else ""
    except ValueError:
        return ""
