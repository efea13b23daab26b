"""Addresses: as given where that is possible, and never with a password where people read."""

import re
from collections.abc import Sequence
from urllib.parse import unquote, urljoin, urlsplit

from yarl import URL

from feedkit.errors import CollectError

MAX_REDIRECTS = 10
UNUSABLE = "is not an address that can be used; check the host name and the port"


def address_of(url: str) -> URL:
    """`url` as a request target. Raises `CollectError` when it is none.

    Percent-encoding stays as it was written; only what may not stand in a URL is encoded
    (RFC 3986, 2.1), and a host in letters of other scripts becomes its A-label (RFC 5891).
    """
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise CollectError(UNUSABLE) from error
    if parts.scheme not in ("http", "https"):
        raise CollectError("is no http or https address; nothing else is fetched")
    if not host:
        raise CollectError("is an address without a host; write it as in https://example.org/feed")
    query = f"?{_encoded(parts.query)}" if parts.query else ""
    try:
        origin = URL.build(
            scheme=parts.scheme,
            user=None if parts.username is None else unquote(parts.username),
            password=None if parts.password is None else unquote(parts.password),
            host=unquote(host),
            port=port,
        )
        return URL(f"{origin}{_encoded(parts.path) or '/'}{query}", encoded=True)
    except ValueError as error:
        raise CollectError(UNUSABLE) from error


def host_of(url: URL) -> str:
    """The host of `url` in ASCII and lower case, by one name: a dot at its end says only that it
    is whole (RFC 3986, 3.2.2)."""
    return (url.raw_host or "").removesuffix(".")


def host_at(url: str) -> str:
    """The host that `url` is asked of, by its one name; "" where it is no address of one."""
    try:
        return host_of(address_of(url))
    except CollectError:
        return ""


def _encoded(text: str) -> str:
    return re.sub(
        r'[^!-~]|["<>\\^`{|}]',
        lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode(errors="surrogateescape")),
        text,
    )


def next_hop(road: Sequence[URL], location: str) -> URL:
    """Where a redirect leads (RFC 9110, 10.2.2), unless it leads astray."""
    try:
        target = address_of(urljoin(str(road[-1]), location))
    except (CollectError, ValueError) as error:
        why = str(error) if isinstance(error, CollectError) else UNUSABLE
        raise CollectError(f"redirects to {shown(location)}, which {why}") from error
    if target in road:
        raise CollectError(f"redirects in a circle, back to {shown(str(target))}")
    if len(road) > MAX_REDIRECTS:
        raise CollectError(
            f"redirects more than {MAX_REDIRECTS} times, at last to {shown(str(target))}"
        )
    return target


def public(url: URL | None) -> str | None:
    """`url` without the user and password that it may have."""
    return None if url is None else str(url.with_user(None))


def shown(url: str) -> str:
    """`url` as people may see it: no user and password, no control characters, not too long."""
    text = re.sub(r"(?<=//)[^/?#]*@", "", url)
    text = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )
    return text if len(text) <= 200 else f"{text[:199]}…"
