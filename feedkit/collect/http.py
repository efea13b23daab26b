"""The HTTP client: a URL → the bytes of one whole response, or one sentence that says why not.

It is polite (RFC 9110 conditional requests, few connections a host, no cookies, no referrer) and
it trusts no server: time, bytes, redirects and addresses are all bounded. It knows nothing of
feeds. Between two requests it keeps only which hosts asked to be left alone; what to ask for, and
when, is decided elsewhere.
"""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Self

import aiohttp
import msgspec
from msgspec import Struct
from yarl import URL

from feedkit.collect.addresses import address_of, host_of, next_hop, public, shown
from feedkit.collect.codings import Decoding, codings_of
from feedkit.collect.failures import (
    ADVICE,
    REPORTED,
    AnswerError,
    StatusError,
    reason_for,
    status_text,
    told_from,
    too_large,
)
from feedkit.collect.freshness import fresh_for
from feedkit.collect.guard import PrivateAddressError, names_private, public_socket
from feedkit.collect.hosts import Hosts, minute
from feedkit.collect.links import linked
from feedkit.collect.names import Resolver
from feedkit.collect.terms import Terms, origin, terms_of, trusting
from feedkit.collect.wire import (
    DELTA,
    ConditionalFields,
    WireConnector,
    WireRequest,
    WireResponse,
    sendable,
)
from feedkit.config import Fetch, RequestOptions
from feedkit.errors import CollectError, RefusalError

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, text/html;q=0.5, */*;q=0.1"
)
"""Feeds first, then what feeds are mislabelled as, then whatever there is (RFC 9110, 12.5.1)."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_TAKEN = frozenset({HTTPStatus.OK, HTTPStatus.NO_CONTENT})
_HOLDS_FOR_THE_HOST = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
"""Statuses whose Retry-After speaks of the server, not of one document (RFC 6585, 4; RFC 9110,
15.6.4)."""
_KEEP_ALIVE = 2.0
"""Seconds an idle connection is kept: enough for the next feed of the same host in one cycle,
and too short for thousands of hosts to pile up open files."""
_IN_MEMORY = 10**6
"""Bytes of a body that may be in memory while it arrives; a larger one waits on the disk. Many
servers that send almost `max_bytes`, and then nothing, would else fill the memory together."""
_READ = 64 * 1024
"""Bytes read from the network at a time."""


class Fetched(Struct, frozen=True):
    """A response worth having."""

    url: str
    """Where it came from, after redirects; without the user and password that it may have had."""
    not_modified: bool
    """304: what the validators belong to is still current (RFC 9110, 15.4.5)."""
    is_delta: bool = False
    """226: `body` has only what is new since the version of the validators (RFC 3229), and what
    is missing from it is not gone."""
    body: bytes = b""
    """Decompressed, and whole."""
    content_type: str | None = None
    etag: str | None = None
    """As received, byte for byte: one character (U+0000 to U+00FF) for each byte. Of a 304, and of
    a 226 without validators, those that were sent."""
    last_modified: str | None = None
    """As received, in the same way."""
    origin: str = ""
    """Who gave the validators (RFC 6454, 4)."""
    wait: timedelta | None = None
    """How long it stays fresh, as the server says (RFC 9111, 4.2.1); None: it does not say."""
    links: dict[str, str] = {}
    """Addresses that its header names, by relation (RFC 8288)."""
    moved_to: str | None = None
    """Where what was asked for has moved for good: the end of the 301 and 308 that the road began
    with, without user and password. None: it began with none."""


class _Redirect(Struct, frozen=True):
    """An answer that says where else to look (RFC 9110, 15.4)."""

    location: str
    is_permanent: bool


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Client:
    """Fetches over HTTP within `limits`; an async context manager, to be shared by all sources.

    A host that answers 429 or 503 with a Retry-After is left alone until then: whatever else of it
    is asked for raises `RefusalError` without a request.
    """

    def __init__(
        self, limits: Fetch, user_agent: str, *, clock: Callable[[], datetime] = _utc_now
    ) -> None:
        """`clock` tells the time in UTC, by which dates of servers are judged."""
        self._limits = limits
        self._clock = clock
        self._headers = {
            # A control character in it would forge a header (RFC 9110, 5.5).
            "User-Agent": re.sub(r"[\x00-\x1f\x7f]+", " ", user_agent),
            "Accept": ACCEPT,
            "Accept-Encoding": "gzip, deflate, br",
        }
        self._hosts = Hosts(limits, clock)
        self._session: aiohttp.ClientSession | None = None
        self._proxied: aiohttp.ClientSession | None = None
        self._resolver: Resolver | None = None
        self._tls: dict[Path, ssl.SSLContext] = {}

    async def __aenter__(self) -> Self:
        self._resolver = Resolver(self._limits.concurrency)
        guard = None if self._limits.allow_private_hosts else public_socket
        self._session = self._new_session(guard)
        # A person chose the proxies, so they may be anywhere; nothing is asked here without one.
        self._proxied = self._new_session(None)
        return self

    def _new_session(self, guard: aiohttp.SocketFactoryType | None) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            # It counts no connections: `Hosts` does, where waiting costs no request its time.
            connector=WireConnector(
                self._limits.max_bytes,
                keepalive_timeout=_KEEP_ALIVE,
                socket_factory=guard,
                resolver=self._resolver,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
            headers=self._headers,
            request_class=WireRequest,
            response_class=WireResponse,
            auto_decompress=False,
            trust_env=False,
            read_bufsize=_READ,
        )

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        sessions, self._session, self._proxied = (self._session, self._proxied), None, None
        for session in sessions:
            if session is not None:
                await session.close()
        if self._resolver is not None:
            await self._resolver.close()

    async def get(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        given_by: str | None = None,
        takes_delta: bool = True,
        options: RequestOptions | None = None,
    ) -> Fetched:
        """GET `url`, conditionally where validators are known (RFC 9110, 13.1.2 and 13.1.3).

        `etag` and `last_modified` are those of the last `Fetched` from this URL; they go back as
        they came, both when both are known. A 304 says that they still hold, and replaces neither:
        if it names others, they are of a version that nobody here has (RFC 9111, 4.3.4).

        Redirects are followed (RFC 9110, 15.4), at most `MAX_REDIRECTS`. The validators go along
        on each hop within the origin `given_by` (None: that of `url`), since a hop that redirects
        ignores them (RFC 9110, 13.2.1). No other origin gets them: one that knows a document by
        its date only would say 304 for another document than ours.

        `options` are those of the source that `url` is of, or was before it moved. What they keep
        secret is sent to that source's own origin only. Behind a proxy it is the proxy that looks
        names up, so that of private hosts only addresses and localhost are refused there.

        With an ETag it also offers to take only the entries that are new (RFC 3229, `A-IM: feed`),
        unless `takes_delta` is false: the caller must be able to merge an answer that `is_delta`.

        Raises `CollectError` for everything that keeps a whole 200, 204, 226 or 304 from arriving
        within `limits`, and of these `RefusalError` for an answer with another status. Its text,
        like that of every reader of sources, follows the source's name ("answered 500 Internal
        Server Error").
        """
        async with self.asking(
            url,
            etag=etag,
            last_modified=last_modified,
            given_by=given_by,
            takes_delta=takes_delta,
            options=options,
        ) as fetched:
            return fetched

    @asynccontextmanager
    async def asking(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        given_by: str | None = None,
        takes_delta: bool = True,
        options: RequestOptions | None = None,
        at_turn: Callable[[], Awaitable[None]] | None = None,
    ) -> AsyncIterator[Fetched]:
        """What `get` gives, whose turn lasts as long as the context, but for the host's own.

        So no more answers are in hand at once than there may be requests, and what is done with
        them keeps no host from being asked. `at_turn` is awaited
        when the turn has come, before anything is sent; where the host is not asked, never.
        """
        road = [address_of(url)]
        validators = ConditionalFields(
            sendable(etag), sendable(last_modified), given_by or origin(road[0]), takes_delta
        )
        terms = Terms() if options is None else terms_of(options, address_of(options.url))
        if terms.ca is not None:
            self._trusting(terms.ca)
        moved_to: URL | None = None
        is_permanent = True
        remaining = self._limits.timeout
        while True:
            async with self._hosts.turn(host_of(road[-1])) as has_answered:
                if len(road) == 1 and at_turn is not None:
                    await at_turn()
                try:
                    answer, took = await self._step(road, validators, terms, remaining)
                except RefusalError as error:
                    error.is_detour = not is_permanent
                    raise
                has_answered()
                if isinstance(answer, Fetched):
                    yield msgspec.structs.replace(answer, moved_to=public(moved_to))
                    return
            remaining -= took
            road.append(next_hop(road, answer.location))
            is_permanent = is_permanent and answer.is_permanent
            if is_permanent:
                moved_to = road[-1]

    async def _step(
        self, road: Sequence[URL], validators: ConditionalFields, terms: Terms, remaining: timedelta
    ) -> tuple[Fetched | _Redirect, timedelta]:
        """What the end of `road` answers within the time that remains, and how long it took."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            async with asyncio.timeout(remaining.total_seconds()):
                answer = await self._hop(road[-1], validators, terms)
        except TimeoutError as error:
            seconds = self._limits.timeout.total_seconds()
            reason = f"gave no whole answer within {seconds:g} s (fetch.timeout)"
            raise CollectError(told_from(road, reason)) from error
        except StatusError as error:
            raise self._refusal(road, error) from error
        except REPORTED as error:
            raise CollectError(told_from(road, reason_for(error))) from error
        return answer, timedelta(seconds=loop.time() - started)

    def _refusal(self, road: Sequence[URL], error: StatusError) -> RefusalError:
        host = host_of(road[-1])
        reason = str(error)
        if error.retry_at is not None:
            reason += f", and wants no request before {minute(error.retry_at)} (Retry-After)"
            if error.status in _HOLDS_FOR_THE_HOST:
                self._hosts.close(host, error.retry_at)
        else:
            reason += ADVICE.get(error.status, "")
        return RefusalError(
            told_from(road, reason), status=error.status, retry_at=error.retry_at, host=host
        )

    async def _hop(
        self, url: URL, validators: ConditionalFields, terms: Terms
    ) -> Fetched | _Redirect:
        """What `url` itself answers: a response worth having, or where else to look."""
        known = validators if validators.origin == origin(url) else ConditionalFields()
        fields = known.headers()
        async with self._request(url, terms, fields) as response:
            now, status = self._clock(), response.status
            if status in _REDIRECTS:
                return _Redirect(_location(response), status in _PERMANENT)
            if status == HTTPStatus.NOT_MODIFIED and fields:
                return _not_modified(response, now, known)
            is_delta = status == HTTPStatus.IM_USED and known.asks_for_delta
            if is_delta:
                _check_manipulation(response)
            elif status not in _TAKEN:
                raise StatusError(response, now)
            fetched = _fetched(response, now, await self._body(response))
            return _delta(fetched, known) if is_delta else fetched

    def _request(
        self, url: URL, terms: Terms, fields: Mapping[str, str]
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        """The request for `url` on the source's `terms`, whose own `fields` go before them."""
        session = self._session if terms.proxy is None else self._proxied
        if session is None:
            raise RuntimeError("the client is used inside `async with` only")
        is_guarded = not self._limits.allow_private_hosts
        if terms.proxy is not None and is_guarded and names_private(url.raw_host or ""):
            raise PrivateAddressError(url.raw_host or "")
        to_proxy = {} if terms.proxy is None else terms.proxy.fields
        # The proxy reads what is asked of http hosts, but of https hosts only whom to connect to.
        is_read = url.scheme == "http"
        return session.get(
            url.with_user(None) if url.raw_user is not None else url,
            headers={**terms.fields_for(url), **(to_proxy if is_read else {}), **fields},
            allow_redirects=False,
            proxy=None if terms.proxy is None else terms.proxy.url,
            proxy_headers=None if is_read or terms.proxy is None else to_proxy,
            ssl=True if terms.ca is None else self._trusting(terms.ca),
        )

    def _trusting(self, ca: Path) -> ssl.SSLContext:
        if ca not in self._tls:
            self._tls[ca] = trusting(ca)
        return self._tls[ca]

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        """The body, decoded (RFC 9110, 8.4), while it and what it unfolds to stay within bounds."""
        limit = self._limits.max_bytes
        if (response.content_length or 0) > limit:
            raise too_large(limit)
        names = ",".join(response.headers.getall("Content-Encoding", ()))
        coding = Decoding(codings_of(names), limit)
        received = 0
        with SpooledTemporaryFile(_IN_MEMORY) as body:
            while chunk := await response.content.readany():
                received += len(chunk)
                if received > limit:
                    raise too_large(limit)
                for piece in coding.decode(chunk):
                    body.write(piece)
            if isinstance(response, WireResponse):
                response.check_end()
            coding.finish()
            body.seek(0)
            return body.read()


def _location(response: aiohttp.ClientResponse) -> str:
    location = response.headers.get("Location", "").strip()
    if not location:
        raise AnswerError(
            f"answered {status_text(response.status)} without saying where to (Location)"
        )
    return location


def _fetched(response: aiohttp.ClientResponse, now: datetime, body: bytes) -> Fetched:
    given = {name.lower(): value for name, value in reversed(response.raw_headers)}

    def received(name: bytes) -> str | None:
        return sendable(given.get(name, b"").decode("latin-1"))

    return Fetched(
        url=str(response.url.with_user(None)),
        not_modified=False,
        body=body,
        content_type=received(b"content-type"),
        etag=received(b"etag"),
        last_modified=received(b"last-modified"),
        origin=origin(response.url),
        wait=fresh_for(response.headers, now),
        links=_links(response),
    )


def _links(response: aiohttp.ClientResponse) -> dict[str, str]:
    return linked(response.headers.getall("Link", ()), str(response.url.with_user(None)))


def _not_modified(
    response: aiohttp.ClientResponse, now: datetime, known: ConditionalFields
) -> Fetched:
    return Fetched(
        url=str(response.url.with_user(None)),
        not_modified=True,
        etag=known.etag,
        last_modified=known.last_modified,
        origin=origin(response.url),
        wait=fresh_for(response.headers, now),
        links=_links(response),
    )


def _delta(fetched: Fetched, known: ConditionalFields) -> Fetched:
    """`fetched` as what is new since `known`. It should name its version (RFC 3229); where it
    does not, what is new since the one before is asked for again."""
    if fetched.etag or fetched.last_modified:
        return msgspec.structs.replace(fetched, is_delta=True)
    return msgspec.structs.replace(
        fetched, is_delta=True, etag=known.etag, last_modified=known.last_modified
    )


def _check_manipulation(response: aiohttp.ClientResponse) -> None:
    """Raise unless the 226 is the one that was asked for: new entries, and nothing else done."""
    done = ",".join(response.headers.getall("IM", ()))
    if [name.strip().lower() for name in done.split(",")] != [DELTA]:
        raise AnswerError(
            f"answered 226 IM Used with the manipulation {shown(done)!r}, though only {DELTA!r} "
            "was asked for"
        )
