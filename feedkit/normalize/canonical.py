"""Addresses compared: what the spellings of one have in common."""

import re

from feedkit.normalize.links import absolute
from feedkit.normalize.tracking import without_tracking

_PARTS = re.compile(
    r"https?://([^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)(?::(\d*))?([^?#]*)(?:\?([^#]*))?(?:#.*)?",
    re.DOTALL,
)
_WWW = re.compile(r"(?:www\.)+(?=.)")
# What most addresses are: nothing of them has another spelling but the scheme, "www." and "/".
_CANONICAL = re.compile(
    r"https?://(?:www\.)*+((?!xn--)[a-z0-9-]++(?:\.(?!xn--)[a-z0-9-]++)*+(?<=[a-z]))"
    r"((?:/(?!\.{1,2}(?:/|\Z))[A-Za-z0-9\-._~@!$&'()*+,;=:]++)*+)/?"
)
_ENCODED = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def canonical_url(url: str) -> str:
    """What all spellings of the address of one page have in common; for comparison, not to follow.

    The scheme is https, the host in lower case and without "www." and a default port (RFC 3986,
    6.2.3); percent-encoding is normalized and "." and ".." are resolved (6.2.2); a final slash,
    the fragment, empty and tracking parameters are dropped, and parameters are sorted. What is no
    http(s) URL comes back as `absolute` spells it, or unchanged. The form is its own form.
    """
    if (plain := _CANONICAL.fullmatch(url)) is not None:
        return f"https://{plain[1]}{plain[2]}"
    found = absolute(url, None)
    if found is None or not (match := _PARTS.fullmatch(without_tracking(found))):
        return found or url
    user, host, port, path, query = match.groups("")
    place = _WWW.sub("", host.rstrip(".")) or host
    if port and int(port) not in (80, 443):
        place += f":{int(port)}"
    parameters = sorted(filter(None, map(_normal_encoding, query.split("&"))))
    steps = _without_dots(_normal_encoding(path)).rstrip("/")
    return f"https://{user}{place}{steps}{'?' if parameters else ''}{'&'.join(parameters)}"


def _normal_encoding(text: str) -> str:
    """RFC 3986, 6.2.2.1 and 6.2.2.2: digits in upper case, unreserved characters as they are."""

    def spelt(match: re.Match[str]) -> str:
        byte = int(match[1], 16)
        return chr(byte) if byte in _UNRESERVED else match[0].upper()

    return _ENCODED.sub(spelt, text)


def _without_dots(path: str) -> str:
    """RFC 3986, 5.2.4, for an absolute path or none."""
    if "/." not in path:
        return path
    kept: list[str] = []
    for step in path.split("/")[1:]:
        if step == "..":
            del kept[-1:]
        elif step != ".":
            kept.append(step)
    return "".join(f"/{step}" for step in kept)
