"""What keeps a response from being had, in words that follow the source's name."""

import errno
import ssl
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus

import aiohttp
import brotli
from yarl import URL

from feedkit.collect.addresses import UNUSABLE, shown
from feedkit.collect.freshness import retry_at
from feedkit.collect.guard import PrivateAddressError


class AnswerError(Exception):
    """An answer that is not taken."""


class StatusError(AnswerError):
    """An answer whose status says that there is nothing to take."""

    def __init__(self, response: aiohttp.ClientResponse, now: datetime) -> None:
        super().__init__(f"answered {status_text(response.status)}")
        self.status = response.status
        self.retry_at = retry_at(response.headers, now)


ADVICE: Mapping[int, str] = {
    HTTPStatus.UNAUTHORIZED: "; check its username and password",
    HTTPStatus.FORBIDDEN: "; if a browser gets it, ask its publisher to let feedkit in",
    HTTPStatus.NOT_FOUND: "; check its address",
}
"""What a person can do about an answer with this status."""

REPORTED = (AnswerError, aiohttp.ClientError, OSError, ValueError, zlib.error, brotli.error)
"""What a request may raise: aiohttp's own errors, the system's, a host or header that cannot be
written (ValueError), and data that is not in the coding it is said to be in."""


_UNKNOWN_ISSUER = (2, 18, 19, 20, 21)
"""X509_V_ERR_… of OpenSSL for certificates signed by themselves or by nobody known
(X509_STORE_CTX_get_error(3))."""


def told_from(road: Sequence[URL], reason: str) -> str:
    """`reason`, and where it was met when that is not the address asked for."""
    return f"redirects to {shown(str(road[-1]))}, which {reason}" if len(road) > 1 else reason


def too_large(limit: int, form: str = "") -> AnswerError:
    """The error of a body of more than `limit` bytes, in the `form` in which it has so many."""
    return AnswerError(
        f"is larger than {_size(limit)}{' ' + form if form else ''} (fetch.max_bytes)"
    )


def _size(count: int) -> str:
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= factor:
            return f"{count / factor:g} {unit}"
    return f"{count} bytes"


def status_text(code: int) -> str:
    """The code with its own phrase (RFC 9110, 15), not the server's."""
    try:
        return f"{code} {HTTPStatus(code).phrase}"
    except ValueError:
        return str(code)


def reason_for(error: Exception) -> str:
    """Why there is no response, worded to follow its address. Never the server's own words."""
    match error:
        case AnswerError():
            return str(error)
        case PrivateAddressError():
            return _private(error)
        case aiohttp.ClientProxyConnectionError():
            return f"cannot be asked: its proxy {_no_connection(error)}"
        case aiohttp.ClientConnectorError():
            return _no_connection(error)
        case aiohttp.ServerDisconnectedError():
            return "closed the connection without an answer; try again later"
        case aiohttp.ClientPayloadError():
            return "sent a body that breaks off or is garbled; try again later"
        case aiohttp.ClientHttpProxyError():
            return f"cannot be asked: its proxy answered {status_text(error.status)}"
        case aiohttp.ClientResponseError():
            return _unreadable(error.message)
        case zlib.error() | brotli.error():
            return "sent data that is not in the encoding it names (Content-Encoding)"
        case OSError(errno=errno.ENOSPC | errno.ENOENT | errno.EDQUOT):
            return "is too large for the memory, and the folder for temporary files has no room"
        case OSError():
            return f"broke off the connection ({_told_by_system(error)}); try again later"
        case ValueError():  # aiohttp.InvalidURL is one as well
            return UNUSABLE
        case _:
            return f"could not be fetched ({type(error).__name__})"


def _unreadable(why: str) -> str:
    """What is wrong with a header. Only aiohttp's words tell; they quote the server's."""
    if why.startswith(("Got more than ", "Too many headers")):
        return "answered with a header that is too large (a line over 8 kB, or over 128 lines)"
    if why.startswith("Bad status line"):
        return "answered something that is not HTTP; check the scheme, the host and the port"
    return "answered with a header that is not valid HTTP; its server has to be mended"


def _no_connection(error: aiohttp.ClientConnectorError) -> str:
    match error:
        case aiohttp.ClientConnectorDNSError():
            return "has a host name that cannot be resolved; check the spelling and the network"
        case aiohttp.ClientConnectorCertificateError():
            certificate = error.certificate_error
            why = getattr(certificate, "verify_message", "") or type(certificate).__name__
            return f"has a TLS certificate that is not valid ({why}){_what_to_trust(certificate)}"
        case aiohttp.ClientSSLError():
            why = _told_by_system(error.os_error)
            return f"cannot be reached over TLS ({why}); check whether its address is one of https"
    cause = error.os_error
    if isinstance(cause, PrivateAddressError):
        return _private(cause)
    if isinstance(cause, ConnectionRefusedError):
        return "refused the connection; check the port, or try again later"
    return f"cannot be reached ({_told_by_system(cause)}); check the address and the network"


def _what_to_trust(error: Exception) -> str:
    if getattr(error, "verify_code", None) in _UNKNOWN_ISSUER:
        return "; tell its publisher, or name an authority to trust (ca)"
    return "; tell its publisher"


def _private(error: PrivateAddressError) -> str:
    return f"{error} ({error.address}); if it should, set fetch.allow_private_hosts = true"


def _told_by_system(error: OSError) -> str:
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.replace("_", " ").lower()
    return error.strerror or str(error)[:200] or type(error).__name__
