"""Which content coding a reader is sent (RFC 9110, 12.5.3). Pure."""

import re
from functools import lru_cache

IDENTITY = ""
IDENTITY_ALONE = (IDENTITY,)
PREFERRED = ("br", "gzip", IDENTITY)
"""Codings that there may be, the smallest first."""
SUFFIXES = {"br": ".br", "gzip": ".gz"}
"""What the name of a file in that coding ends in."""

_ITEM = re.compile(
    r"([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?:[ \t]*;[ \t]*q=([01](?:\.[0-9]{0,3})?))?", re.I
)
_LONGEST = 1_000


@lru_cache(256)
def acceptable(field: str | None) -> tuple[str, ...]:
    """The codings to choose from, the best first; `field` is ``Accept-Encoding`` as it came.

    The reader's weights come first; of what it likes alike, the smallest. As it is the document is
    sent at last, also where the reader says not to: better than nothing. So it is without a field,
    by which many a reader means that it knows no coding. What cannot be read is passed over.
    """
    if field is None or len(field) > _LONGEST:
        return IDENTITY_ALONE
    weights: dict[str, float] = {}
    for item in field.split(","):
        if match := _ITEM.fullmatch(item.strip(" \t")):
            name = match[1].lower()
            weights[_ALIASES.get(name, name)] = min(float(match[2] or 1), 1)
    others = weights.get("*")
    wanted = {name: weights.get(name, others or 0) for name in PREFERRED[:-1]}
    plain = weights.get("identity")
    # What is not named is acceptable, but less so than what is (RFC 9110, 12.5.3).
    wanted[IDENTITY] = plain if plain is not None else 0.0005 if others != 0 else 0
    found = sorted((name for name in PREFERRED if wanted[name]), key=lambda name: -wanted[name])
    return tuple(found) if IDENTITY in found else (*found, IDENTITY)


_ALIASES = {"x-gzip": "gzip"}
