"""``Link`` header fields (RFC 8288): what else there is to know of a resource. Pure."""

import re
from collections.abc import Iterable
from urllib.parse import urljoin

_LONGEST = 16_384
_PARAMETER = r'\s*;\s*[\w!#$&+.^`|~*-]+(?:\s*=\s*(?:"[^"]*"|[^\s",;]*))?'
_LINK = re.compile(rf"[\s,]*<([^<>]*)>((?:{_PARAMETER})*)")
_REL = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s",;]*))', re.IGNORECASE)


def linked(fields: Iterable[str], base: str) -> dict[str, str]:
    """The first address for each relation, in lower case, that the `fields` name; absolute."""
    found: dict[str, str] = {}
    for field in fields:
        at, field = 0, field[:_LONGEST]
        while match := _LINK.match(field, at):
            at = match.end()
            rel = _REL.search(match[2])
            for name in (rel[1] or rel[2] or "").lower().split() if rel else ():
                if (url := _absolute(base, match[1])) is not None:
                    found.setdefault(name, url)
    return found


def _absolute(base: str, url: str) -> str | None:
    try:
        joined = urljoin(base, url.strip())
    except ValueError:
        return None
    return joined if joined.lower().startswith(("http://", "https://")) else None
