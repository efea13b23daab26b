"""Words for a terminal: numbers with their nouns, and how wide they are."""

import unicodedata

from feedkit.terminal import JOINERS


def number(count: int, noun: str, nouns: str | None = None) -> str:
    """ "1 file", "2 files"; `nouns` is for a plural that has more than an "s"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {nouns or noun + 's'}"


def width(text: str) -> int:
    """The columns that `text` takes on a terminal: two for a Chinese character."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) or c in JOINERS
        else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )  # fmt: skip
