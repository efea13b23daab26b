"""JSON as feeds write it: strictly where it is JSON, and with its flaws where it nearly is."""

import json
import re

import msgspec
from msgspec import Struct

from feedkit.errors import ParseError

INVALID = "is no valid JSON"
"""How the note on a text begins that was not."""

_BYTE = re.compile(r" \(byte (\d+)\)$")
# A text as a whole, or a comma that no value follows. Possessive: one pass over any text.
_LAST_COMMA = re.compile(r'"(?:[^"\\]++|\\.)*+"?|,(?=\s*+[\]}])', re.DOTALL)
_MOST_DIGITS = 300
"""Of a number; what has more is no number that anyone computes with, so it stays text."""


class Decoded(Struct, frozen=True):
    """What a JSON text says."""

    value: object
    note: str | None = None
    """What is wrong with it, in words that follow "the document"; None when nothing is."""
    line: int | None = None
    """Where that is, from 1."""


def decode_json(text: str) -> Decoded:
    """The value that `text` holds.

    Understood, with a note, is what is not JSON (RFC 8259) but is often written: half of a
    surrogate pair, control characters in strings, NaN, numbers of any size, a comma after the last
    value, and something after the end. Strings may hold lone surrogates then. Raises ParseError
    with the reason when it is something else.
    """
    data = text.encode("utf-8", "replace")
    try:
        return Decoded(msgspec.json.decode(data))
    except (msgspec.DecodeError, RecursionError) as error:
        reason, line = _reason(str(error), data)
        cause = error
    try:
        value = _decode_leniently(text)
    except (ValueError, RecursionError):
        place = f", line {line}" if line else ""
        raise ParseError(f"it looks like JSON but is not: {reason}{place}") from cause
    return Decoded(value, f"{INVALID}: {reason}", line)


def _reason(said: str, data: bytes) -> tuple[str, int | None]:
    """msgspec's words, and the line that it means."""
    if said == "Input data was truncated":
        return "it ends in the middle, as a download that was cut off does", None
    place = _BYTE.search(said)
    line = data.count(b"\n", 0, int(place[1])) + 1 if place else None
    return _BYTE.sub("", said).removeprefix("JSON is malformed: ").partition(" - at ")[0], line


def _decode_leniently(text: str) -> object:
    decoder = json.JSONDecoder(
        strict=False, parse_int=_whole, parse_float=_fraction, parse_constant=_nothing
    )
    text = text.lstrip()
    try:
        return decoder.raw_decode(text)[0]
    except ValueError:
        return decoder.raw_decode(_LAST_COMMA.sub(_without_comma, text))[0]


def _without_comma(match: re.Match[str]) -> str:
    return "" if match[0] == "," else match[0]


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= _MOST_DIGITS else digits


def _fraction(digits: str) -> float | str:
    number = float(digits)
    return digits if number in (float("inf"), float("-inf")) else number


def _nothing(_: str) -> None:
    """For NaN and Infinity, which are no values of JSON."""
