"""What the header of a response says of time: how long it stays fresh, and when to come back.

Pure: header fields and a time go in. What a server may ask for is not bounded here, but for what
a `timedelta` and a `datetime` can hold: the schedule has bounds of its own.
"""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from multidict import CIMultiDict, CIMultiDictProxy

Fields = CIMultiDict[str] | CIMultiDictProxy[str]
"""The fields of a header by name."""

_MOST_SECONDS = 2**31
"""What a larger number of seconds counts as (RFC 9111, 1.2.2)."""

# A directive of Cache-Control with its argument (RFC 9111, 5.2). A quotation that nothing closes
# reaches to the end, so that no text is looked through twice.
_DIRECTIVE = re.compile(
    r"""([!#$%&'*+.^_`|~0-9A-Za-z-]+) (?:\s*=\s* ("(?:[^"\\]|\\.)*(?:"|\\?\Z) | [^\s,"]*) )?""",
    re.VERBOSE | re.DOTALL,
)


def fresh_for(fields: Fields, now: datetime) -> timedelta | None:
    """How long what came with `fields` at `now` stays fresh (RFC 9111, 4.2.1), from `now` on.

    That is ``max-age`` less ``Age``, else ``Expires`` less ``Date``. None where the server says
    nothing, nothing that can be read, or ``no-cache`` or ``no-store``, and where it is stale.
    """
    directives = _directives(", ".join(fields.getall("Cache-Control", ())))
    if "no-cache" in directives or "no-store" in directives:
        return None
    if "max-age" in directives:
        lifetime, age = _seconds(directives["max-age"]), _seconds(fields.get("Age", "0"))
        fresh = None if lifetime is None else lifetime - (age or timedelta())
    else:
        expires = _http_date(fields.get("Expires"))
        fresh = None if expires is None else expires - (_http_date(fields.get("Date")) or now)
    return fresh if fresh is not None and fresh > timedelta() else None


def retry_at(fields: Fields, now: datetime) -> datetime | None:
    """The time in UTC that ``Retry-After`` names, as seconds or as a date (RFC 9110, 10.2.3).

    None where it is not there, cannot be read, or is over at `now`.
    """
    text = fields.get("Retry-After")
    seconds = _seconds(text)
    at = _http_date(text) if seconds is None else now + seconds
    return at if at is not None and at > now else None


def _directives(text: str) -> dict[str, str]:
    """The directives by name, in lower case. Of one that is there twice the first counts."""
    found: dict[str, str] = {}
    for name, argument in _DIRECTIVE.findall(text):
        found.setdefault(name.lower(), argument.strip('"'))
    return found


def _seconds(text: str | None) -> timedelta | None:
    digits = (text or "").strip()
    if not re.fullmatch(r"[0-9]+", digits):
        return None
    return timedelta(seconds=_MOST_SECONDS if len(digits) > 10 else min(int(digits), _MOST_SECONDS))


def _http_date(text: str | None) -> datetime | None:
    """The date of one of HTTP's three forms (RFC 9110, 5.6.7), which e-mail's parser all reads."""
    if not text or len(text) > 64:
        return None
    try:
        date = parsedate_to_datetime(text.strip())
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
