"""Guids that a source changed: which new ones are those of entries that it had before. Pure."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence

from feedkit.model import Entry
from feedkit.normalize.canonical import canonical_url
from feedkit.normalize.likeness import letters, page, tails, wording


def changed_guids(
    unknown: Sequence[Entry], stored: Sequence[Entry], listed: Collection[str]
) -> dict[str, str]:
    """The guid under which each of the `unknown` is stored already, by its own.

    `unknown` are entries of a document whose guids are not stored, `stored` all entries of the
    same source that share one of `lookup_keys` with any of them, and `listed` the guids of the
    document. A stored entry that is still listed is never taken for another, and a name, page
    or path that several have on either side is nobody's. An entry is taken for a stored one when

    1. the guids are spellings of one address (http or https, ``www.``, a final slash, tracking
       parameters), or
    2. the pages are the same, or
    3. the guids' or the pages' paths are, on another host or with another query,

    and for 2 and 3 both say the same: at one time under one title or in the same words, or, where
    a time is missing, under one title in the same words. Two different times never agree, so the
    weekly entry that always has the same title and address is a new one every week.
    """
    found: dict[str, str] = {}
    levels: tuple[tuple[_Marks, bool], ...] = (
        (_spelling, False), (_page, True), (_whole_tails, True), (_paths, True),
    )  # fmt: skip
    taken: set[str] = set()
    for marks, needs_evidence in levels:
        left = [entry for entry in unknown if entry.id not in found]
        candidates = [entry for entry in stored if entry.id not in taken]
        for new, old in _pairs(left, candidates, marks):
            if new.id in found or old.id in taken or old.id in listed:
                continue
            if not needs_evidence or _say_the_same(new, old):
                found[new.id] = old.id
                taken.add(old.id)
    return found


_Marks = Callable[[Entry], Iterable[str]]


def _spelling(entry: Entry) -> Iterable[str]:
    """A fragment is part of it: an entry may be a paragraph of a page, or a comment on it."""
    if tails(entry.id):
        yield f"{canonical_url(entry.id)}#{entry.id.partition('#')[2]}"


def _page(entry: Entry) -> Iterable[str]:
    return filter(None, (page(entry.url),))


def _whole_tails(entry: Entry) -> Iterable[str]:
    return {found[0] for found in (tails(entry.id), tails(entry.url)) if found}


def _paths(entry: Entry) -> Iterable[str]:
    return {tail for found in (tails(entry.id), tails(entry.url)) for tail in found[1:] or found}


def _pairs(
    new: Sequence[Entry], old: Sequence[Entry], marks: _Marks
) -> Iterable[tuple[Entry, Entry]]:
    """Entries of both sides with a mark that no other of either side has."""
    ours, theirs = _by_mark(new, marks), _by_mark(old, marks)
    for mark, entries in ours.items():
        if len(entries) == 1 and len(theirs.get(mark, ())) == 1:
            yield entries[0], theirs[mark][0]


def _by_mark(entries: Sequence[Entry], marks: _Marks) -> dict[str, list[Entry]]:
    found: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        for mark in marks(entry):
            found[mark].append(entry)
    return found


def _say_the_same(one: Entry, other: Entry) -> bool:
    dated = one.published is not None and other.published is not None
    if dated and one.published != other.published:
        return False
    title, words = letters(one.title), wording(one)
    same_title, same_words = title == letters(other.title), words == wording(other)
    if same_title and same_words:
        return dated or bool(title or words)
    return dated and ((same_title and title != "") or (same_words and words != ()))
