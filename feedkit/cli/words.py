"""Words for a terminal: what comes from outside made harmless, and numbers with their nouns."""

import unicodedata

_JOINERS = "\u200c\u200d"
"""Persian is written with the one, families of emoji with the other."""


def one_line(text: str) -> str:
    """Without line ends, control characters and marks of direction: what feeds and servers say
    could otherwise move the cursor or turn the line around."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in _JOINERS else " " for c in text)


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
        0 if unicodedata.combining(c) or c in _JOINERS
        else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )  # fmt: skip
