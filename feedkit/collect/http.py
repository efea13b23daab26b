"""The HTTP client: a URL → the bytes of one whole response, or one sentence that says why not.

It is polite (RFC 9110 conditional requests, few connections a host, no cookies, no referrer) and
it trusts no server: time, bytes, redirects and addresses are all bounded. It knows nothing of
feeds, and keeps nothing between two requests: what to ask for, and when, is decided elsewhere.
"""

import asyncio
import re
import ssl
import zlib
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import unquote, urljoin, urlsplit

import aiohttp
import brotli
import msgspec
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from msgspec import Struct
from yarl import URL

from feedkit.collect.guard import PrivateAddressError, public_socket
from feedkit.config import Fetch
from feedkit.errors import CollectError, RefusalError

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, text/html;q=0.5, */*;q=0.1"
)
"""Feeds first, then what feeds are mislabelled as, then whatever there is (RFC 9110, 12.5.1)."""

MAX_REDIRECTS = 10
MAX_CODINGS = 2
"""How many codings a body may be wrapped in: one is usual, two is a server's mistake."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_KEEP_ALIVE = 2.0
"""Seconds an idle connection is kept: enough for the next feed of the same host in one cycle,
and too short for thousands of hosts to pile up open files."""
_READ = 64 * 1024
"""Bytes read from the network, and decompressed, at a time."""


class Fetched(Struct, frozen=True):
    """A response worth having."""

    url: str
    """Where it came from, after redirects; without the user and password that it may have had."""
    not_modified: bool
    """304: what the validators belong to is still current (RFC 9110, 15.4.5)."""
    body: bytes = b""
    """Decompressed, and whole."""
    content_type: str | None = None
    etag: str | None = None
    """As received, byte for byte: one character (U+0000 to U+00FF) for each byte."""
    last_modified: str | None = None
    """As received, in the same way."""
    wait: timedelta | None = None
    """How long the server says that the document stays fresh (RFC 9111, 4.2.1)."""
    moved_to: str | None = None
    """Where the first redirects moved the address to for good (301 and 308)."""
    is_delta: bool = False
    """226: only entries that are new (RFC 3229); what is missing is not gone."""


class Client:
    """Fetches over HTTP within `limits`; an async context manager, to be shared by all sources."""

    def __init__(
        self,
        limits: Fetch,
        user_agent: str,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._headers = {
            # A control character in it would forge a header (RFC 9110, 5.5).
            "User-Agent": re.sub(r"[\x00-\x1f\x7f]+", " ", user_agent),
            "Accept": ACCEPT,
            "Accept-Encoding": "gzip, deflate, br",
        }
        self._slots = _Slots(limits.concurrency, limits.per_host)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0,  # `_Slots` counts requests, where waiting costs no request its time
                keepalive_timeout=_KEEP_ALIVE,
                socket_factory=None if self._limits.allow_private_hosts else public_socket,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
            headers=self._headers,
            request_class=_Request,
            response_class=_Response,
            auto_decompress=False,
            trust_env=False,
            read_bufsize=_READ,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def get(
        self, url: str, *, etag: str | None = None, last_modified: str | None = None
    ) -> Fetched:
        """GET `url`, conditionally where validators are known (RFC 9110, 13.1.2 and 13.1.3).

        `etag` and `last_modified` are those of the last `Fetched` from this URL; they go back as
        they came, both when both are known. A 304 without validators of its own returns them.

        Redirects are followed (RFC 9110, 15.4), at most `MAX_REDIRECTS`. The validators go along
        on each hop: they were given at the road's end, and a hop that redirects ignores them
        (RFC 9110, 13.2.1); without them every feed behind a redirect would be sent whole each
        time.

        Raises `CollectError` for everything that keeps a whole 200, 204 or 304 from arriving
        within `limits`. Its text, like that of every reader of sources, follows the source's name
        ("answered 404 Not Found").
        """
        validators = _Validators(_sendable(etag), _sendable(last_modified))
        road = [_address(url)]
        remaining = self._limits.timeout.total_seconds()
        loop = asyncio.get_running_loop()
        moved_to: str | None = None
        is_permanent = True
        while True:
            async with self._slots.hold(road[-1].raw_host or ""):
                started = loop.time()
                try:
                    async with asyncio.timeout(remaining):
                        answer = await self._hop(road[-1], validators)
                except TimeoutError as error:
                    seconds = self._limits.timeout.total_seconds()
                    reason = f"gave no whole answer within {seconds:g} s (fetch.timeout)"
                    raise _failure(road, reason) from error
                except _StatusError as error:
                    sentence = str(_failure(road, str(error)))
                    raise RefusalError(
                        sentence,
                        status=error.status,
                        retry_at=_retry_at(error.retry_after, self._clock()),
                        host=road[-1].raw_host or "",
                        is_gone=error.status == HTTPStatus.GONE,
                    ) from error
                except _REPORTED as error:
                    raise _failure(road, _reason(error)) from error
                remaining -= loop.time() - started
            if isinstance(answer, Fetched):
                return msgspec.structs.replace(answer, moved_to=moved_to)
            status, location = answer
            road.append(_next_hop(road, location))
            is_permanent = is_permanent and status in _PERMANENT
            if is_permanent:
                moved_to = str(road[-1])

    async def _hop(self, url: URL, validators: "_Validators") -> "Fetched | tuple[int, str]":
        """What `url` itself answers: a response worth having, or where else to look."""
        if self._session is None:
            raise RuntimeError("the client is used inside `async with` only")
        async with self._session.get(
            url, headers=validators.headers(), allow_redirects=False
        ) as response:
            if response.status in _REDIRECTS:
                return response.status, _location(response)
            if response.status == HTTPStatus.NOT_MODIFIED and validators.headers():
                return _fetched(response, validators)
            is_delta = response.status == HTTPStatus.IM_USED and bool(validators.headers())
            if not is_delta and response.status not in (HTTPStatus.OK, HTTPStatus.NO_CONTENT):
                raise _StatusError(response.status, response.headers.get("Retry-After", ""))
            fetched = _fetched(response, body=await self._body(response))
            return msgspec.structs.replace(fetched, is_delta=is_delta)

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        """The body, decoded (RFC 9110, 8.4), while it and what it unfolds to stay within bounds."""
        limit = self._limits.max_bytes
        if (response.content_length or 0) > limit:
            raise _too_large(limit)
        coding = _Coding(_codings(response), limit)
        received = 0
        body = bytearray()
        while chunk := await response.content.readany():
            received += len(chunk)
            if received > limit:
                raise _too_large(limit)
            for piece in coding.decode(chunk):
                body += piece
        if isinstance(response, _Response):
            response.check_end()
        coding.finish()
        return bytes(body)


# Who may talk to whom, and when.


class _Slots:
    """So many requests at once, and so many of them to one host, whatever its ports."""

    def __init__(self, total: int, per_host: int) -> None:
        self._total = asyncio.Semaphore(total)
        self._per_host = per_host
        self._hosts: dict[str, _HostSlots] = {}

    @asynccontextmanager
    async def hold(self, host: str) -> AsyncIterator[None]:
        """Wait for a slot of `host`, then for one of all: a busy host never holds up the others."""
        here = self._hosts.setdefault(host, _HostSlots(self._per_host))
        here.users += 1
        try:
            async with here.free, self._total:
                yield
        finally:
            here.users -= 1
            if not here.users:  # thousands of hosts are met, and few of them again soon
                del self._hosts[host]


class _HostSlots:
    def __init__(self, count: int) -> None:
        self.free = asyncio.Semaphore(count)
        self.users = 0
        """Those who hold a slot, and those who wait for one."""


# Addresses: as given where that is possible, and never with a password where people read.


def _address(url: str) -> URL:
    """`url` as a request target. Raises `CollectError` when it is none.

    Percent-encoding stays as it was written; only what may not stand in a URL is encoded
    (RFC 3986, 2.1), and a host in letters of other scripts becomes its A-label (RFC 5891).
    """
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise CollectError(_reason(error)) from error
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
        raise CollectError(_reason(error)) from error


def _encoded(text: str) -> str:
    return re.sub(
        r'[^!-~]|["<>]',
        lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode(errors="surrogateescape")),
        text,
    )


def _next_hop(road: Sequence[URL], location: str) -> URL:
    """Where a redirect leads (RFC 9110, 10.2.2), unless it leads astray."""
    try:
        target = _address(urljoin(str(road[-1]), location))
    except (CollectError, ValueError) as error:
        why = str(error) if isinstance(error, CollectError) else _reason(error)
        raise CollectError(f"redirects to {shown(location)}, which {why}") from error
    if target in road:
        raise CollectError(f"redirects in a circle, back to {shown(str(target))}")
    if len(road) > MAX_REDIRECTS:
        raise CollectError(
            f"redirects more than {MAX_REDIRECTS} times, at last to {shown(str(target))}"
        )
    return target


def _location(response: aiohttp.ClientResponse) -> str:
    location = response.headers.get("Location", "").strip()
    if not location:
        raise _RefusedError(f"answered {_status(response.status)} without saying where to")
    return location


def shown(url: str) -> str:
    """`url` as people may see it: no user and password, no control characters, not too long."""
    text = re.sub(r"(?<=//)[^/?#]*@", "", url)
    text = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )
    return text if len(text) <= 200 else f"{text[:199]}…"


# Headers: bytes, whatever characters they were meant to be.


class _Validators(Struct, frozen=True):
    """What says which version of a document is known (RFC 9110, 8.8)."""

    etag: str | None
    last_modified: str | None

    def headers(self) -> dict[str, str]:
        given = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        sent = {name: _wire_text(value) for name, value in given.items() if value is not None}
        return sent | {"A-IM": "feed"} if sent else {}


def _fetched(
    response: aiohttp.ClientResponse, known: _Validators | None = None, body: bytes = b""
) -> Fetched:
    def received(name: bytes) -> str | None:
        values = (value for key, value in response.raw_headers if key.lower() == name)
        return _sendable(next(values, b"").decode("latin-1"))

    etag, last_modified = received(b"etag"), received(b"last-modified")
    return Fetched(
        url=str(response.url.with_user(None)),
        not_modified=known is not None,
        body=body,
        content_type=received(b"content-type"),
        etag=etag or (known.etag if known else None),
        last_modified=last_modified or (known.last_modified if known else None),
        wait=_fresh_for(response),
    )


def _fresh_for(response: aiohttp.ClientResponse) -> timedelta | None:
    control = response.headers.get("Cache-Control", "").lower()
    found = re.search(r"(?<![\w-])max-age\s*=\s*\"?(\d{1,9})(?!\d)", control)
    if re.search(r"(?<![\w-])no-(?:cache|store)", control):
        return None
    if found:
        age = re.fullmatch(r"\d{1,9}", response.headers.get("Age", "").strip())
        return timedelta(seconds=max(0, int(found[1]) - int(age[0] if age else 0)))
    expires, date = (_http_date(response.headers.get(name, "")) for name in ("Expires", "Date"))
    return max(timedelta(0), expires - date) if expires and date else None


def _http_date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text[:100]).replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _retry_at(text: str, now: datetime) -> datetime | None:
    if re.fullmatch(r"\d{1,9}", text.strip()):
        return now + timedelta(seconds=int(text))
    return _http_date(text)


def _sendable(value: str | None) -> str | None:
    """`value` where it can be a header's (RFC 9110, 5.5): bytes, and none that ends a line."""
    if not value or re.search(r"[\x00-\x08\x0a-\x1f\x7f]|[^\x00-\xff]", value):
        return None
    return value


_RAW = "\x85"  # a control character that no UTF-8 text of a header has use for
_RAW_VALUE = re.compile(f"{_RAW}([0-9a-f]*){_RAW}".encode())


def _wire_text(value: str) -> str:
    """The text that aiohttp is to write for the bytes of `value`.

    aiohttp writes headers in UTF-8 and drops what that cannot say; bytes of any other kind are
    written in hexadecimal, for `_RawWriter` to put right.
    """
    raw = value.encode("latin-1")
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return f"{_RAW}{raw.hex()}{_RAW}"
    return text if _RAW not in text else f"{_RAW}{raw.hex()}{_RAW}"


class _RawWriter(asyncio.Transport):
    """Between aiohttp's writer and the connection while the header is written."""

    def __init__(self, transport: asyncio.Transport) -> None:
        super().__init__()
        self._transport = transport

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        head = _RAW_VALUE.sub(lambda found: bytes.fromhex(found[1].decode()), bytes(data))
        self._transport.write(head)


class _Request(aiohttp.ClientRequest):
    """A request whose header may hold bytes that are not UTF-8."""

    async def send(self, conn: Connection) -> aiohttp.ClientResponse:
        protocol = conn.protocol
        transport = protocol.transport if protocol is not None else None
        if protocol is None or transport is None or not any(map(_is_raw, self.headers.values())):
            return await super().send(conn)
        # A GET has no body: its header, which is all of it, is written before `send` returns.
        protocol.transport = _RawWriter(transport)
        try:
            return await super().send(conn)
        finally:
            protocol.transport = transport


def _is_raw(value: str) -> bool:
    return value.startswith(_RAW)


class _Response(aiohttp.ClientResponse):
    """A response that knows whether its body came to an end or was cut off."""

    _wire: ResponseHandler | None = None

    async def start(self, connection: Connection) -> aiohttp.ClientResponse:
        # The connection may be over, and forgotten, before anybody has read a byte.
        self._wire = connection.protocol
        return await super().start(connection)

    def check_end(self) -> None:
        """Raise the error that ended a body which only the connection's end delimits.

        Such a body has neither Content-Length nor chunks (RFC 9112, 6.3), and aiohttp does not
        tell a connection that was closed from one that was reset in the middle of it.
        """
        delimited = self.content_length is not None or "Transfer-Encoding" in self.headers
        error = self._wire.exception() if self._wire is not None else None
        if isinstance(error, OSError) and not delimited:
            raise error


# Content codings (RFC 9110, 8.4.1), undone a small step at a time: a few kilobytes can unfold to
# gigabytes, and each step is counted before the next is taken.


class _Decoder(Protocol):
    def decode(self, data: bytes) -> Iterator[bytes]: ...

    def is_whole(self) -> bool:
        """Whether the coded data has come to its own end."""
        ...


class _Zlib:
    """gzip (RFC 1952) with all of its members, or deflate, which servers send with a zlib header
    (RFC 1950, as the standard has it) and without (RFC 1951)."""

    def __init__(self, *, gzip: bool) -> None:
        self._gzip = gzip
        self._rest = b""
        self._stream = zlib.decompressobj(16 + zlib.MAX_WBITS) if gzip else None

    def decode(self, data: bytes) -> Iterator[bytes]:
        if self._stream is None:
            # The first byte of a zlib header ends in 8; no encoder starts a raw block so.
            wrapped = data[0] & 0x0F == 8
            self._stream = zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
        while True:
            if self._stream.eof:
                data = self._rest + data
                self._rest = data[:2]
                if not self._gzip or self._rest != b"\x1f\x8b":
                    return  # padding or rubbish after the end, which browsers ignore too
                self._stream = zlib.decompressobj(16 + zlib.MAX_WBITS)
                self._rest = b""
            piece = self._stream.decompress(data, _READ)
            yield piece
            data = self._stream.unconsumed_tail or self._stream.unused_data
            if not data and len(piece) < _READ:  # a full piece may have left more inside
                return

    def is_whole(self) -> bool:
        return self._stream is not None and self._stream.eof


class _Brotli:
    """br (RFC 7932)."""

    def __init__(self) -> None:
        self._stream = brotli.Decompressor()

    def decode(self, data: bytes) -> Iterator[bytes]:
        # `can_accept_more_data` says yes while output is still waiting (Brotli 1.2): only an empty
        # piece says that the input is used up.
        while piece := self._stream.process(data, output_buffer_limit=_READ):
            yield piece
            data = b""

    def is_whole(self) -> bool:
        return self._stream.is_finished()


class _Coding:
    """Undoes the codings of one body, the last applied first, each within `limit` bytes."""

    def __init__(self, names: Iterable[str], limit: int) -> None:
        self._limit = limit
        self._stages = [_decoder(name) for name in reversed(list(names))]
        self._sizes = [0] * len(self._stages)
        self._fed = False

    def decode(self, data: bytes) -> Iterator[bytes]:
        """What `data`, the next bytes of the body, stand for, in small pieces."""
        self._fed = True
        return self._decode(data, 0)

    def _decode(self, data: bytes, stage: int) -> Iterator[bytes]:
        if stage == len(self._stages):
            yield data
            return
        for piece in self._stages[stage].decode(data):
            self._sizes[stage] += len(piece)
            if self._sizes[stage] > self._limit:
                raise _too_large(self._limit, "decompressed")
            if piece:
                yield from self._decode(piece, stage + 1)

    def finish(self) -> None:
        """Raise when the coded data was cut short. A body of no bytes at all is just empty."""
        if self._fed and not all(stage.is_whole() for stage in self._stages):
            raise _RefusedError("sent compressed data that breaks off; try again later")


def _decoder(name: str) -> _Decoder:
    return _Brotli() if name == "br" else _Zlib(gzip=name == "gzip")


def _codings(response: aiohttp.ClientResponse) -> list[str]:
    """The codings of the body in the order they were applied (RFC 9110, 8.4)."""
    header = ",".join(response.headers.getall("Content-Encoding", ()))
    names = [name.strip().lower().removeprefix("x-") for name in header.split(",")]
    names = [name for name in names if name not in ("", "identity")]
    if len(names) > MAX_CODINGS or not {"gzip", "deflate", "br"}.issuperset(names):
        raise _RefusedError(
            f"sent a body in the encoding {shown(header)}, though only gzip, deflate and br "
            "were asked for"
        )
    return names


# What went wrong, in words.


class _RefusedError(Exception):
    """An answer that is not taken."""


class _StatusError(Exception):
    def __init__(self, status: int, retry_after: str) -> None:
        super().__init__(f"answered {_status(status)}")
        self.status = status
        self.retry_after = retry_after


_REPORTED = (_RefusedError, aiohttp.ClientError, OSError, ValueError, zlib.error, brotli.error)
"""What a request may raise: aiohttp's own errors, the system's, a host or header that cannot be
written (ValueError), and data that is not in the coding it is said to be in."""


def _failure(road: Sequence[URL], reason: str) -> CollectError:
    """`reason`, and where it was met when that is not the address asked for."""
    if len(road) > 1:
        return CollectError(f"redirects to {shown(str(road[-1]))}, which {reason}")
    return CollectError(reason)


def _too_large(limit: int, form: str = "") -> _RefusedError:
    return _RefusedError(
        f"is larger than {_size(limit)}{' ' + form if form else ''} (fetch.max_bytes)"
    )


def _size(count: int) -> str:
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= factor:
            return f"{count / factor:g} {unit}"
    return f"{count} bytes"


def _status(code: int) -> str:
    try:
        return f"{code} {HTTPStatus(code).phrase}"
    except ValueError:
        return str(code)


def _reason(error: Exception) -> str:
    """Why there is no response, worded to follow its address. Never the server's own words."""
    match error:
        case _RefusedError():
            return str(error)
        case aiohttp.ClientConnectorError():
            return _no_connection(error)
        case aiohttp.ServerDisconnectedError():
            return "closed the connection without an answer; try again later"
        case aiohttp.ClientPayloadError():
            return "sent a body that breaks off or is garbled; try again later"
        case aiohttp.ClientResponseError():
            return "answered something that is not HTTP, or with a header too large to read"
        case zlib.error() | brotli.error():
            return "sent data that is not in the encoding it names (Content-Encoding)"
        case OSError():
            return f"broke off the connection ({_told_by_system(error)}); try again later"
        case ValueError():  # aiohttp.InvalidURL is one as well
            return "is not an address that can be used; check the host name and the port"
        case _:
            return f"could not be fetched ({type(error).__name__})"


def _no_connection(error: aiohttp.ClientConnectorError) -> str:
    match error:
        case aiohttp.ClientConnectorDNSError():
            return "has a host name that cannot be resolved; check the spelling and the network"
        case aiohttp.ClientConnectorCertificateError():
            certificate = error.certificate_error
            why = getattr(certificate, "verify_message", "") or type(certificate).__name__
            return f"has a TLS certificate that is not valid ({why})"
        case aiohttp.ClientSSLError():
            return f"cannot be reached over TLS ({_told_by_system(error.os_error)})"
    cause = error.os_error
    if isinstance(cause, PrivateAddressError):
        return f"{cause} ({cause.address}); if it should, set fetch.allow_private_hosts = true"
    if isinstance(cause, ConnectionRefusedError):
        return "refused the connection; check the port, or try again later"
    return f"cannot be reached ({_told_by_system(cause)}); check the address and the network"


def _told_by_system(error: OSError) -> str:
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.replace("_", " ").lower()
    return error.strerror or str(error)[:200] or type(error).__name__
