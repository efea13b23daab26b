"""Links: references made absolute and valid, or refused; and told whether they are the same."""

import re
from functools import lru_cache
from urllib.parse import quote, unquote, urljoin, urlsplit

from feedkit.normalize.tracking import without_tracking
from feedkit.normalize.words import words

SCHEMES = words(
    """http https mailto tel sms magnet ftp ftps sftp news nntp irc ircs xmpp sip sips geo gopher
    gemini rtsp rtmp mms webcal bitcoin matrix"""
)
"""The schemes a link may have: none that runs code, holds data or reads the reader's disk."""

# RFC 3986, 2.2 and 2.3 without "#": what may stand in a path or a query ("[" and "]" may not).
_PLAIN = r"A-Za-z0-9\-._~:/?@!$&'()*+,;="
_ORDINARY = r"https?://(?!xn--)[a-z0-9-]++(?:\.(?!xn--)[a-z0-9-]++)*+(?<=[a-z])(?::[0-9]{1,4})?"
_VALID = re.compile(
    rf"{_ORDINARY}(?=[/?#]|\Z)"
    rf"(?:[{_PLAIN}]++|%[0-9A-Fa-f]{{2}})*+(?:#(?:[{_PLAIN}]++|%[0-9A-Fa-f]{{2}})*+)?"
)
_HOST = re.compile(rf"{_ORDINARY}(?=[/?#]|\Z)")
_INVALID = re.compile(rf"[^{_PLAIN}%]+|%(?![0-9A-Fa-f]{{2}})")
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")
_IGNORED = re.compile("[\t\n\r]+")
_EDGES = "".join(map(chr, range(0x21))) + "\x7f\x85\xa0\u2028\u2029\u3000\ufeff"
_SURROGATES = re.compile("[\ud800-\udfff]")
_HTTP = re.compile(r"(https?):[/\\]*(.*)", re.IGNORECASE | re.DOTALL)
_LABELS = re.compile(r"[a-z0-9_~-]{1,63}(?:\.[a-z0-9_~-]{1,63})*\.?")
_IPV4 = re.compile(r"(?:(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(?:\.(?!\Z)|\Z)){4}")


def absolute(url: str | None, base: str | None) -> str | None:
    """The reference `url` as an absolute URI (RFC 3986, 5.2), or None when it is no usable link.

    Usable is what has a scheme of `SCHEMES`: not ``javascript:``, ``data:``, a drive letter, nor a
    relative reference without a `base`. White space around it is dropped, tabs and line
    ends within it too, and a backslash before the query is a slash, as browsers read it.
    The result is valid in any document: what RFC 3986 does not allow is percent-encoded (white
    space, controls, non-ASCII, and also ``|``, ``^``, ``"``, ``[``, which servers accept in both
    spellings), and a host in another script becomes punycode. Other spellings are left alone:
    a URL that is valid already comes back unchanged. Never raises.
    """
    if not url:
        return None
    if _VALID.fullmatch(url):
        return url
    url = _SURROGATES.sub("\ufffd", _IGNORED.sub("", url.strip(_EDGES)))
    if not url:
        return None
    scheme = _SCHEME.match(url)
    try:
        if scheme is None:
            return _joined(url, base)
        name = scheme[1].lower()
        if name not in SCHEMES:
            return None
        rest = url[scheme.end() :]
        return _valid_http(url) if name in ("http", "https") else _valid_other(name, rest)
    except ValueError:  # urllib's word for a host that cannot be one
        return None


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


@lru_cache(maxsize=256)
def _base(base: str) -> str | None:
    """`base` when it is something to resolve against: an absolute http(s) URL."""
    found = absolute(base, None)
    return found if found and found.startswith(("http:", "https:")) else None


def _joined(url: str, base: str | None) -> str | None:
    root = _base(base) if base else None
    if root is None:
        return None
    path, mark, rest = re.split(r"([?#]|\Z)", url, maxsplit=1)
    return _valid_http(urljoin(root, path.replace("\\", "/") + mark + rest))


def _valid_http(url: str) -> str | None:
    if _VALID.fullmatch(url):
        return url
    if (ordinary := _HOST.match(url)) and "\\" not in url:
        before, hash_, fragment = url[ordinary.end() :].partition("#")
        return f"{ordinary[0]}{_encoded(before)}{hash_}{_encoded(fragment)}"
    match = _HTTP.fullmatch(url)
    if match is None:
        return None
    authority, slash, tail = re.split(r"([/\\?#]|\Z)", match[2], maxsplit=1)
    urlsplit(f"http://{authority}")  # raises for what NFKC would turn into another host
    user, at, place = authority.rpartition("@")
    host = _authority(place)
    if host is None:
        return None
    head, mark, rest = re.split(r"([?#]|\Z)", slash + tail, maxsplit=1)
    query, hash_, fragment = (mark + rest).partition("#")
    encoded = _encoded(head.replace("\\", "/")) + _encoded(query) + hash_ + _encoded(fragment)
    return f"{match[1].lower()}://{_encoded_user(user) + at if user else ''}{host}{encoded}"


def _valid_other(scheme: str, rest: str) -> str | None:
    before, hash_, fragment = rest.partition("#")
    if not before.strip("/"):
        return None
    return f"{scheme}:{_encoded(before)}{hash_}{_encoded(fragment)}"


def _encoded(text: str) -> str:
    return _INVALID.sub(lambda invalid: quote(invalid[0], safe=""), text)


def _encoded_user(text: str) -> str:
    return quote(_BARE_PERCENT.sub("%25", text), safe="-._~!$&'()*+,;=%:")


def _authority(place: str) -> str | None:
    """Host and port, the host in ASCII (RFC 3986, 3.2.2; RFC 3490), or None."""
    if place.startswith("["):
        literal, bracket, port = place.partition("]")
        urlsplit(f"http://{place}")
        if not bracket or not re.fullmatch(r"\[[0-9A-Fa-f:.]+", literal):
            return None
        host = literal.lower() + "]"
        if port and not port.startswith(":"):
            return None
        port = port[1:]
    else:
        name, _, port = place.partition(":")
        ascii_name = ascii_host(name)
        if ascii_name is None:
            return None
        host = ascii_name
    if not port:
        return host
    return f"{host}:{port}" if re.fullmatch(r"[0-9]{1,5}", port) and int(port) < 65536 else None


@lru_cache(maxsize=1024)
def ascii_host(name: str) -> str | None:
    """A host name in ASCII and lower case (IDNA, RFC 3490), or None when it is none."""
    name = unquote(name)
    if not name or len(name) > 253:
        return None
    try:
        name = name.lower() if name.isascii() else name.encode("idna").decode("ascii").lower()
        if "xn--" in name:
            name.encode("ascii").decode("idna")
    except UnicodeError:
        return None
    if not _LABELS.fullmatch(name):
        return None
    last = name.rstrip(".").rpartition(".")[2]
    if (last.isdigit() or last.startswith("0x")) and not _IPV4.fullmatch(name):
        return None
    return name
