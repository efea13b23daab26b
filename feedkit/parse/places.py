"""Places out of text: the shapes of GeoRSS Simple (OGC 17-002r1). Pure functions on strings."""

import re

from feedkit.model import Place

MOST_NUMBERS = 1000
"""Of one shape. What has more is a map, and not kept."""

_NUMBER = re.compile(r"[+-]?\d{1,3}(?:\.\d{0,30})?", re.ASCII)
_FEWEST = {"point": 2, "line": 4, "polygon": 8, "box": 4}
SHAPES = tuple(_FEWEST)
_MOST = {"point": 2, "line": MOST_NUMBERS, "polygon": MOST_NUMBERS, "box": 4}


def read_shape(shape: str, text: str) -> Place | None:
    """A point, line, polygon or box of latitudes and longitudes; None when the numbers are not
    those of one on Earth."""
    words = text.replace(",", " ").split(maxsplit=MOST_NUMBERS)
    numbers = tuple(float(word) for word in words if _NUMBER.fullmatch(word))
    if len(numbers) != len(words) or len(numbers) % 2:
        return None
    if not _FEWEST[shape] <= len(numbers) <= _MOST[shape]:
        return None
    is_on_earth = all(abs(number) <= 90 for number in numbers[::2]) and all(
        abs(number) <= 180 for number in numbers[1::2]
    )
    return Place(shape=shape, coordinates=numbers) if is_on_earth else None
