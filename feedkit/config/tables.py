"""The tables of a TOML document, read by what reads each of their keys; every problem is kept.

A problem is a sentence: the key's path, what was expected and what was found, and for an unknown
key the nearest known one.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping

from feedkit.config.keys import Keys
from feedkit.config.values import HIDDEN, Unexpected


class Tables:
    """One reading of one document. It goes on after a problem, without the value that has it."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        """A sentence each, without the file's name."""

    def one(self, document: dict[str, object], key: str, keys: Keys) -> dict[str, object]:
        """The table `[key]`, empty where there is none."""
        return self.values(document.get(key, {}), keys, key)

    def each(
        self,
        document: dict[str, object],
        key: str,
        keys: Keys,
        *,
        required: str,
        expected: str,
    ) -> Iterable[tuple[str, dict[str, object]]]:
        """Each table of the array `[[key]]` that has the key which is `required`, and the table's
        own path. A table without that key is told what is `expected` there."""
        tables = document.get(key, [])
        if not isinstance(tables, list):
            self.unexpected(key, tables, f"tables, each under [[{key}]]")
            return
        for number, table in enumerate(tables, 1):
            where = f"{key}[{number}]"
            values = self.values(table, keys, where)
            if required in values:
                yield where, values
            elif isinstance(table, dict) and required not in table:
                self.problems.append(f"{where}.{required}: missing; expected {expected}")

    def values(self, table: object, keys: Keys, where: str) -> dict[str, object]:
        """The values of one table that are as expected; the rest become problems."""
        if not isinstance(table, dict):
            self.unexpected(where, table, "a table")
            return {}
        self.unknown(table, keys, f"{where}.")
        values: dict[str, object] = {}
        for key in [key for key in table if key in keys]:
            self.value(f"{where}.{key}", table[key], keys[key], values, key)
        return values

    def value(
        self,
        where: str,
        found: object,
        read: Callable[[object], object],
        into: dict[str, object] | None = None,
        key: str = "",
    ) -> None:
        """What is `found` there, by `read`, set as `key` of `into` where it is as expected."""
        try:
            value = read(found)
        except Unexpected as error:
            self.unexpected(where, found if error.found is None else error.found, error.expected)
        else:
            if into is not None:
                into[key] = value

    def unexpected(self, where: str, found: object, expected: str) -> None:
        """Note that what is `found` there is not what is `expected`."""
        self.problems.append(f"{where}: expected {expected}, found {quoted(found)}")

    def unknown(self, table: Mapping[str, object], known: Iterable[str], prefix: str) -> None:
        """Note each key of `table`, whose keys have that `prefix`, that is none of the `known`."""
        known = list(known)
        for key in table:
            if key in known:
                continue
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
            self.problems.append(f"{prefix}{_one_line(key)}: unknown key; {hint}")


def quoted(found: object) -> str:
    """What was found, as TOML would write it, on one line and not too long; never a password."""
    if found is HIDDEN:
        return "something else, which is not shown"
    if isinstance(found, bool):
        return str(found).lower()
    if isinstance(found, dict):
        return "a table"
    if isinstance(found, list):
        return f"a list of {len(found)}"
    if isinstance(found, int) and found.bit_length() > 200:
        return "a number of many digits"
    text = f'"{found}"' if isinstance(found, str) else str(found)
    return _one_line(re.sub(r"(?<=//)[^/?#\s]*@", "", text))


def _one_line(text: str) -> str:
    text = " ".join(text[:1000].split())
    text = "".join(c if c.isprintable() else f"\\u{ord(c):04X}" for c in text)
    return text if len(text) <= 60 else f"{text[:57]}…"
