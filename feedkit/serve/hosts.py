"""For which host a request is (RFC 9110, 7.2; RFC 9112, 3.2). Pure."""

import re
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv6Address

_AUTHORITY = re.compile(r"https?://([^/?#]*)", re.IGNORECASE)
_HOST = re.compile(
    r"(?:\[(?:(?P<v6>[0-9A-Fa-f:.]+)|v[0-9A-Fa-f]+\.[A-Za-z0-9._~!$&'()*+,;=:-]+)\]"
    r"|(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)"
    r"(?::[0-9]*)?"
)
"""``uri-host [ ":" port ]``, but for what may stand between the brackets of an IPv6 address. A name
may be empty (RFC 3986, 3.2.2): so a client says that what it asks has none."""


def host_of(target: str, field: str | None) -> str | None:
    """The host, with a port where one is said, that a request is for: that of an absolute target,
    whatever the ``Host`` field says (RFC 9112, 3.2.2), else what that says; None: nothing does."""
    match = None if target.startswith("/") else _AUTHORITY.match(target)
    return match[1] if match else field


def is_for_a_host(target: str, fields: Sequence[str], *, is_old: bool) -> bool:
    """Whether a request says in the way that it has to for which host it is (RFC 9112, 3.2):
    ``Host`` has one line, of which `fields` has the value, and is one; `is_old` of HTTP/1.0, which
    needs none. An absolute target has a host, and no user (RFC 9110, 4.2.1 and 4.2.4)."""
    if not (_is_host(fields[0]) if len(fields) == 1 else is_old and not fields):
        return False
    if target.startswith("/") or (match := _AUTHORITY.match(target)) is None:
        return True
    return not match[1].startswith(":") and match[1] != "" and _is_host(match[1])


@lru_cache(256)
def _is_host(text: str) -> bool:
    match = _HOST.fullmatch(text.strip(" \t"))
    if match is None:
        return False
    try:
        return match["v6"] is None or IPv6Address(match["v6"]) is not None
    except ValueError:
        return False
