"""What feedkit reads against what feedparser reads: entry by entry, every difference explained.

feedparser runs with its defaults. Ids are compared as feedkit publishes them: feedparser's guid is
made an id by the same rule. Times are compared to the second, the finest that feedparser tells;
titles, summaries and contents by their words.

    .venv/bin/python bench/agreement.py [FOLDER]

Without FOLDER the documents are those of `bench/parse.py`. Exits 1 when a difference is not
explained, when a field agrees on too few entries, and when a second reading is not the same.
"""

import argparse
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from hashlib import sha256
from itertools import combinations, product
from pathlib import Path

import feedparser
import msgspec
from disagreements import RULES, Kind, Rule, with_id_of_its_own
from documents import URL, Documents, folder_to_read, read_documents
from html_words import words
from oracle import Oracle, Reading

import feedkit
from feedkit import Entry, Feed

LEAST = 99.5
"""Percent of the entries on which each field has to agree."""
ABSENT = "no such entry"
_SHOWN = 160
"""Characters of two texts that are printed from where they begin to differ."""


@dataclass(frozen=True)
class Field:
    """A field of entries, as feedparser and as feedkit tell it."""

    name: str
    theirs: Callable[[Reading], object]
    ours: Callable[[Entry], object]


@dataclass(frozen=True)
class Difference:
    """Where the two differ in `field`; `rules` explain it, and None do when they are None."""

    document: str
    place: str
    field: str
    theirs: object
    ours: object
    rules: tuple[Rule, ...] | None


@dataclass
class Comparison:
    """What a comparison of documents has found."""

    documents: int = 0
    entries: int = 0
    merged: int = 0
    """Entries that feedkit takes for older versions of others in their document."""
    differences: list[Difference] = field(default_factory=list)

    def agreeing(self, name: str, aside: Iterable[Kind] = ()) -> int:
        """Entries whose field `name` is the same once differences of the kinds `aside` are."""
        kinds = set(aside)
        return self.entries - sum(
            difference.field == name
            and (
                difference.rules is None or any(rule.kind not in kinds for rule in difference.rules)
            )
            for difference in self.differences
        )

    @property
    def unexplained(self) -> list[Difference]:
        """The differences without a rule."""
        return [difference for difference in self.differences if difference.rules is None]


def _to_the_second(time: datetime | None) -> datetime | None:
    return time.replace(microsecond=0) if time else None


FIELDS = (
    Field("id", lambda reading: reading.id, lambda entry: entry.id),
    Field("link", lambda reading: reading.link or None, lambda entry: entry.url),
    Field("title", lambda reading: words(reading.title), lambda entry: entry.title),
    Field(
        "published",
        lambda reading: reading.published,
        lambda entry: _to_the_second(entry.published),
    ),
    Field(
        "updated",
        lambda reading: reading.updated,
        lambda entry: _to_the_second(entry.updated),
    ),
    Field("categories", lambda reading: reading.categories, lambda entry: entry.categories),
    Field(
        "summary",
        lambda reading: words(reading.summary, reading.left_out),
        lambda entry: words(entry.summary or ""),
    ),
    Field(
        "content",
        lambda reading: words(reading.content, reading.left_out),
        lambda entry: words(entry.content or entry.summary or ""),
    ),
)


# ------------------------------------------------------------------------------------- comparing


def compare(documents: Documents) -> Comparison:
    """Both readings of `documents`, compared."""
    found = Comparison()
    for name, data in documents.items():
        readings, entries = Oracle(data).entries, _read(data).entries
        pairs = list(_pairs(readings, entries))
        found.documents += 1
        found.entries += len(pairs)
        found.merged += len(readings) - sum(reading is not None for reading, _ in pairs)
        for reading, entry in pairs:
            found.differences += _differences(name, reading, entry)
    return found


def _read(data: bytes) -> Feed:
    try:
        return feedkit.parse(data, url=URL)
    except feedkit.ParseError:
        return Feed()


def _pairs(
    readings: Sequence[Reading], entries: Sequence[Entry]
) -> Iterator[tuple[Reading | None, Entry | None]]:
    """The two readings of each entry: by position, and by id where there are not as many.

    Of several versions of one entry, only the newest is paired.
    """
    if len(readings) == len(entries):
        yield from zip(readings, entries, strict=True)
        return
    left = {entry.id: entry for entry in entries}
    known = set(left)
    for reading in sorted(readings, key=_newest_first):
        ids = [name for name in (reading.id, with_id_of_its_own(reading).id) if name in known]
        entry = next((left.pop(name) for name in ids if name in left), None)
        if entry or not ids:
            yield reading, entry
    for entry in left.values():
        yield None, entry


def _newest_first(reading: Reading) -> tuple[float, int]:
    return -reading.updated.timestamp() if reading.updated else float("inf"), reading.position


def _differences(
    document: str, reading: Reading | None, entry: Entry | None
) -> Iterator[Difference]:
    for compared in FIELDS:  # what only one of them has agrees in no field
        theirs = compared.theirs(reading) if reading else ABSENT
        ours = compared.ours(entry) if entry else ABSENT
        if theirs != ours:
            rules = explanation(compared, reading, ours) if reading and entry else None
            place = f"entry {reading.position + 1}" if reading else "an entry"
            yield Difference(document, place, compared.name, theirs, ours, rules)


def explanation(compared: Field, reading: Reading, ours: object) -> tuple[Rule, ...] | None:
    """The fewest rules that turn feedparser's reading into feedkit's; None when none do."""
    rules = [rule for rule in RULES if compared.name in rule.fields]
    for count in range(1, len(rules) + 1):
        for chosen in combinations(rules, count):
            mended = reduce(lambda read, rule: rule.mend(read), chosen, reading)
            if compared.theirs(mended) == ours:
                return chosen
    return None


# ------------------------------------------------------------------------------------ reading twice


def fingerprint(documents: Documents) -> str:
    """A hash of the models of all `documents`, the order of everything in them included."""
    digest = sha256()
    for data in documents.values():
        digest.update(msgspec.json.encode(_read(data)))
    return digest.hexdigest()


def is_the_same_twice(documents: Documents) -> bool:
    """Whether `documents` give equal models when they are read again in this process."""
    return all(_read(data) == _read(data) for data in documents.values())


def is_the_same_elsewhere(documents: Documents, folder: Path | None) -> bool:
    """Whether the `documents` of `folder` give equal models in a process that hashes otherwise."""
    seed = "4287" if os.environ.get("PYTHONHASHSEED") != "4287" else "4288"
    command = [sys.executable, __file__, "--fingerprint", *([str(folder)] if folder else [])]
    done = subprocess.run(
        command,
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip() == fingerprint(documents)


# --------------------------------------------------------------------------------------- printing


def report(documents: Documents, folder: Path | None) -> bool:
    """Prints how far the two agree on the `documents` of `folder`, and whether they are read the
    same twice; gives back whether all is as it should be."""
    found = compare(documents)
    version = feedparser.__version__
    print(f"{found.documents} documents, {found.entries} entries: feedkit and feedparser {version}")
    if found.merged:
        print(f"{found.merged} older versions of entries that their document repeats, left out")
    _print_fields(found)
    _print_explained(found)
    _print_unexplained(found)
    twice, elsewhere = is_the_same_twice(documents), is_the_same_elsewhere(documents, folder)
    print(
        f"read twice: {_judged(twice)}; in a process with another PYTHONHASHSEED: "
        f"{_judged(elsewhere)}"
    )
    return is_enough(found) and not found.unexplained and twice and elsewhere


def is_enough(found: Comparison) -> bool:
    """Whether each field agrees on `LEAST` percent, apart from what feedkit is to normalize."""
    return all(
        found.agreeing(each.name, (Kind.NORMALIZED,)) >= found.entries * LEAST / 100
        for each in FIELDS
    )


def _judged(is_equal: bool) -> str:
    return "equal models" if is_equal else "DIFFERENT models"


def _print_fields(found: Comparison) -> None:
    print(f"{'':12}{'as they are':>16}{'normalized aside':>18}{'misread aside too':>19}")
    for each in FIELDS:
        columns = [
            found.agreeing(each.name, aside)
            for aside in ((), (Kind.NORMALIZED,), (Kind.NORMALIZED, Kind.MISREAD))
        ]
        first, second, third = (_share(count, found.entries) for count in columns)
        print(f"{each.name:12}{first:>16}{second:>18}{third:>19}")


def _share(count: int, of: int) -> str:
    return f"{count} {100 * count / of if of else 100:6.2f}%"


def _print_explained(found: Comparison) -> None:
    places: defaultdict[tuple[str, Rule], Counter[str]] = defaultdict(Counter)
    for difference in found.differences:
        for rule in difference.rules or ():
            places[difference.field, rule][difference.document] += 1
    for name, rule in product((each.name for each in FIELDS), RULES):
        if documents := places.get((name, rule)):
            where = ", ".join(f"{document} {count}" for document, count in documents.items())
            print(f"{name}: {documents.total()}, {rule.kind.value}: {rule.why} ({where})")


def _print_unexplained(found: Comparison) -> None:
    for difference in found.unexplained:
        theirs, ours = _from_where_they_differ(difference.theirs, difference.ours)
        print(
            f"UNEXPLAINED {difference.field} of {difference.place} of {difference.document}: "
            f"feedparser {theirs}, feedkit {ours}"
        )


def _from_where_they_differ(theirs: object, ours: object) -> tuple[str, str]:
    if not isinstance(theirs, str) or not isinstance(ours, str):
        return repr(theirs), repr(ours)
    pairs = enumerate(zip(theirs, ours, strict=False))
    differing = next(
        (at for at, (one, other) in pairs if one != other), min(map(len, (theirs, ours)))
    )
    start = max(0, differing - _SHOWN // 4)
    return repr(theirs[start : start + _SHOWN]), repr(ours[start : start + _SHOWN])


def main() -> int:
    """Parse the arguments, run, print. 0 when all is as it should be, else 1."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument(
        "--fingerprint", action="store_true", help="print a hash of the models alone"
    )
    arguments = parser.parse_args()
    folder = folder_to_read(arguments.folder)
    documents = read_documents(folder)
    if arguments.fingerprint:
        print(fingerprint(documents))
        return 0
    return 0 if report(documents, folder) else 1


if __name__ == "__main__":
    sys.exit(main())
