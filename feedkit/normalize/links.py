"""Links: references made absolute and valid, or refused."""

import re
from functools import lru_cache
from urllib.parse import quote, unquote, urljoin, urlsplit

from feedkit.normalize.words import words

SCHEMES = words(
    """http https mailto tel sms magnet ftp ftps sftp news nntp irc ircs xmpp sip sips geo gopher
    gemini rtsp rtmp mms webcal bitcoin matrix"""
)
"""The schemes a link may have: none that runs code, holds data or reads the reader's disk."""

# RFC 3986, 2.2 and 2.3 without "#": what may stand in a path or a query ("[" and "]" may not).
_PLAIN = r"A-Za-z0-9\-._~:/?@!$&'()*+,;="
ORDINARY = r"https?://(?!xn--)[a-z0-9-]++(?:\.(?!xn--)[a-z0-9-]++)*+(?<=[a-z])(?::[0-9]{1,4})?"
"""The pattern of the scheme and the host, with its port, of most URLs."""
_ESCAPED = rf"(?:[{_PLAIN.replace('&', '')}]++|%[0-9A-Fa-f]{{2}}|&amp;)*+"
VALID_IN_HTML = rf"{ORDINARY}(?=[/?#\"]){_ESCAPED}(?:#{_ESCAPED})?"
"""The pattern of absolute and valid URLs, each "&" of which is written as a reference."""
_VALID = re.compile(
    rf"{ORDINARY}(?=[/?#]|\Z)"
    rf"(?:[{_PLAIN}]++|%[0-9A-Fa-f]{{2}})*+(?:#(?:[{_PLAIN}]++|%[0-9A-Fa-f]{{2}})*+)?"
)
# References that need no more than to be put behind a part of the base (RFC 3986, 5.2.2): paths
# without dot segments, from the root or from where the base is, and fragments.
_SEGMENT = rf"(?:[{_PLAIN.translate(dict.fromkeys(map(ord, '/?;')))}]++|%[0-9A-Fa-f]{{2}})"
_TAIL = rf"(?:\?(?:[{_PLAIN}]++|%[0-9A-Fa-f]{{2}})++)?+(?:#(?:[{_PLAIN}]++|%[0-9A-Fa-f]{{2}})++)?+"
_ROOTED = re.compile(rf"(?:/(?![/.]){_SEGMENT}*+)++{_TAIL}")
_BESIDE = re.compile(rf"(?!\.|[^/?#:;]*+[:;]){_SEGMENT}++(?:/(?![/.]){_SEGMENT}*+)*+{_TAIL}")
_WITHIN = re.compile(rf"#(?:[{_PLAIN}]++|%[0-9A-Fa-f]{{2}})++")
_NEITHER = ("", "/", "?", "#")
"""What after "./" is no segment of its own (RFC 3986, 5.2.4)."""
_PARTS = re.compile(r"(https?://[^/?#]*+)([^?#]*+)(\??[^#]*+)")
_HOST = re.compile(rf"{ORDINARY}(?=[/?#]|\Z)")
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
    if base:
        rest = url[2:] if url[:2] == "./" and url[2:3] not in _NEITHER else url
        if before := _plainly_before(rest, base):
            return before + rest
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


def is_valid(url: str) -> bool:
    """Whether `url` is absolute, of the web, and written as RFC 3986 has it."""
    return _VALID.fullmatch(url) is not None


def _plainly_before(url: str, base: str) -> str | None:
    """What of `base` stands before `url` in the absolute URI; None where that has to be made."""
    if url[0] == "/":
        return _parts(base)[0] if _ROOTED.fullmatch(url) else None
    if url[0] == "#":
        return _parts(base)[2] if _WITHIN.fullmatch(url) else None
    return _parts(base)[1] if _BESIDE.fullmatch(url) else None


@lru_cache(maxsize=256)
def _parts(base: str) -> tuple[str, str, str]:
    """Of `base`, as `absolute` writes it: the origin, the folder, and all but the fragment.

    The latter two are empty where dot segments would have to be taken out of the path.
    """
    root = _base(base)
    match = _PARTS.match(root) if root else None
    if match is None:
        return "", "", ""
    origin, path, query = match.groups()
    if "/." in path or "//" in path or ";" in path:
        return origin, "", ""
    return origin, origin + (path[: path.rfind("/") + 1] or "/"), origin + path + query


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
