"""Parts of a document (RFC 9110, 14). Pure."""

import re
from typing import NamedTuple

_RANGES = re.compile(r"bytes=[ \t]*(.*)", re.IGNORECASE | re.DOTALL)
_RANGE = re.compile(r"([0-9]{0,18})-([0-9]{0,18})")
_MOST = 20
"""Parts asked for at once; who wants more gets the whole (RFC 9110, 14.2)."""


class Part(NamedTuple):
    """The bytes from `start` to before `end`."""

    start: int
    end: int


def parts_of(field: str, length: int) -> list[Part] | None:
    """The parts that ``Range`` asks for of `length` bytes; an empty list where none of them is
    there (416); None where the field is to be ignored: another unit, a field that cannot be read,
    or parts that together are more than the whole."""
    match = _RANGES.fullmatch(field.strip(" \t"))
    if match is None:
        return None
    items = [item.strip(" \t") for item in match[1].split(",")]
    items = [item for item in items if item]
    if not items or len(items) > _MOST:
        return None
    parts = []
    for item in items:
        found = _RANGE.fullmatch(item)
        if found is None or item == "-":
            return None
        first, last = found.groups()
        if first and last and int(last) < int(first):
            return None
        start = int(first) if first else max(length - int(last), 0)
        end = min(int(last) + 1, length) if first and last else length
        if start < end:
            parts.append(Part(start, end))
    if sum(end - start for start, end in parts) > length:
        return None
    return parts
