"""Conditional requests (RFC 9110, 13). Pure: header fields and validators in, a verdict out."""

import re
from collections.abc import Callable
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Literal

Verdict = Literal[304, 412]

_TAG = re.compile(r'[ \t,]*(W/)?("[\x21\x23-\x7e\x80-\U0010ffff]*")[ \t]*(?:,|\Z)')


def verdict(field: Callable[[str], str | None], etag: str, modified: int | None) -> Verdict | None:
    """What the conditions of a GET or HEAD come to, in their order (RFC 9110, 13.2.2).

    `field` gives the value of a field by its name. `etag` is the strong one, quoted, of what would
    be sent, `modified` its date in seconds, if it has one: else conditions on that are none
    (13.1.3 and 13.1.4). None: it is sent.
    """
    if (tags := field("If-Match")) is not None:
        if not _is_among(etag, tags, is_strong=True):
            return 412
    elif modified is not None:
        date = _seconds(field("If-Unmodified-Since"))
        if date is not None and modified > date:
            return 412
    if (tags := field("If-None-Match")) is not None:
        return 304 if tags == etag or _is_among(etag, tags, is_strong=False) else None
    if modified is None:
        return None
    since = _seconds(field("If-Modified-Since"))
    return 304 if since is not None and modified <= since else None


def is_same(condition: str, etag: str, modified: int | None) -> bool:
    """Whether ``If-Range`` names what would be sent (RFC 9110, 13.1.5): by a strong tag or by its
    date, to the second."""
    if condition.lstrip(" \t").startswith(('"', "W/")):
        return condition.strip(" \t") == etag
    return modified is not None and _seconds(condition) == modified


def tags_of(field: str) -> list[str]:
    """The entity tags of a list, quoted, weak ones as if they were strong; none of a list that
    cannot be read."""
    return [tag for _, tag in _tags(field)]


def _is_among(etag: str, field: str, *, is_strong: bool) -> bool:
    if field.strip(" \t") == "*":
        return True
    return any(tag == etag and not (weak and is_strong) for weak, tag in _tags(field))


def _tags(field: str) -> list[tuple[str, str]]:
    """Pairs of "W/" or "" and the tag (RFC 9110, 8.8.3)."""
    found, at = [], 0
    field = field.strip(" \t,")
    while at < len(field):
        match = _TAG.match(field, at)
        if match is None:
            return []
        found.append((match[1] or "", match[2]))
        at = match.end()
    return found


@lru_cache(1_024)
def _seconds(field: str | None) -> int | None:
    """A date in one of HTTP's three forms (RFC 9110, 5.6.7); None for what is none, which is to be
    ignored."""
    if not field or len(field) > 64 or not field.isascii():
        return None
    try:
        date = parsedate_to_datetime(field.strip())
        return int((date.replace(tzinfo=UTC) if date.tzinfo is None else date).timestamp())
    except (ValueError, OverflowError):
        return None
