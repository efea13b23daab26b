"""Who asks, and what that one may see. Pure."""

import base64
import binascii
import hmac
import re
from ipaddress import ip_address

from feedkit.config import LOOPBACK, Networks
from feedkit.serve.messages import Request

_FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")
"""What a proxy says of whom it asks for."""
_PORT = re.compile(r":[0-9]*\Z")


def client(request: Request, trusted: Networks) -> str | None:
    """The address of who asks: who is connected, or for whom a proxy that is `trusted` says to
    ask; None where that is unknown, or who is connected by a unix socket itself."""
    address = request.peer
    named = _named(request)
    while named and trusted.has(address):
        address = named.pop()
    return address


def may_see_status(request: Request, trusted: Networks, allowed: Networks) -> bool:
    """Whether /status and its like are for who asks.

    Who is connected is not who asks where a proxy has put itself between that is not known here, or
    does not say for whom. Nor is a browser on this machine that a page of another name sent here:
    the host that it asks for would be that name, so only an address and "localhost" count there.
    """
    if trusted.has(request.peer) and _named(request):
        return allowed.has(client(request, trusted))
    if any(name in request.fields for name in _FORWARDED):
        return False
    is_from_here = request.peer is not None and LOOPBACK.has(request.peer)
    host = request.host if is_from_here else None  # each browser says one
    return allowed.has(request.peer) and (host is None or _is_no_name(host))


def _named(request: Request) -> list[str]:
    """For whom proxies say to ask, the nearest last."""
    names = (request.field("X-Forwarded-For") or "").split(",")
    return [name for each in names if (name := each.strip())]


def _is_no_name(host: str) -> bool:
    host = host if host.endswith("]") else _PORT.sub("", host)
    try:
        return host.lower() == "localhost" or ip_address(host.strip("[]")) is not None
    except ValueError:
        return False


def knows_password(request: Request, expected: bytes) -> bool:
    """Whether the request has the user and the password (RFC 7617), `expected` as "user:password".
    How long that takes does not tell how much of them is right."""
    scheme, _, value = request.fields.get("Authorization", "").partition(" ")
    try:
        given = base64.b64decode(value.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(given, expected) and scheme.lower() == "basic"
