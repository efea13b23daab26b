"""Words for a terminal: numbers with their nouns, and how wide they are."""

import unicodedata

from feedkit.terminal import JOINERS


def number(count: int, noun: str, nouns: str | None = None) -> str:
    """ "1 file", "2 files"; `nouns` is for a plural that has more than an "s"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {nouns or noun + 's'}"


def size(count: int) -> str:
    """A number of bytes: "512 B", "4.2 kB", "31 MB"."""
    value, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{value:.1f} {unit}" if value < 10 and unit != "B" else f"{value:,.0f} {unit}"


def width(text: str) -> int:
    """The columns that `text` takes on a terminal: two for a Chinese character."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) or c in JOINERS
        else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )  # fmt: skip
