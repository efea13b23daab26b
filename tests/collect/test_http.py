"""The HTTP client against real servers, good, clumsy and hostile, on loopback."""

import asyncio
import gzip
import itertools
import os
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import tracemalloc
import zlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import brotli
import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from fetching import LIMITS, OK, Get, always, fetch, refusal, refusal_of, resolving, whole
from hostile import BOMBS, drip, flood, parts, redirecting
from raw_server import Answer, Exchange, serving

from feedkit.collect.addresses import shown
from feedkit.collect.codings import Decoding
from feedkit.collect.http import Client, Fetched
from feedkit.config import Fetch
from feedkit.errors import CollectError

# What is asked, and what comes back.


def test_a_200_comes_back_whole() -> None:
    fetched, (seen,) = fetch(
        whole(
            b"<rss/>",
            "Content-Type: application/rss+xml; charset=utf-8",
            'ETag: W/"one"',
            "Last-Modified: Tue, 18 May 2021 11:30:00 GMT",
            "Set-Cookie: a=b",
        ),
    )
    origin = f"http://{(seen.header('host') or b'').decode()}"
    assert fetched == Fetched(
        url=f"{origin}/feed.xml",
        not_modified=False,
        body=b"<rss/>",
        content_type="application/rss+xml; charset=utf-8",
        etag='W/"one"',
        last_modified="Tue, 18 May 2021 11:30:00 GMT",
        origin=origin,
    )


def test_the_request_is_honest_and_says_no_more_than_it_must() -> None:
    _, (seen,) = fetch(whole(b""))
    names = [line.split(b":")[0].decode().lower() for line in seen.head.split(b"\r\n")[1:-2]]
    assert sorted(names) == ["accept", "accept-encoding", "host", "user-agent"]
    assert seen.header("user-agent") == b"feedkit/0 (+https://planet.example/)"
    assert seen.header("accept-encoding") == b"gzip, deflate, br"
    assert (seen.header("accept") or b"").startswith(b"application/atom+xml, application/rss+xml")


def test_cookies_never_come_back() -> None:
    seen: list[str | None] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Cookie"))
        return web.Response(headers={"Set-Cookie": "session=1; Path=/"})

    async def run(get: Get, url: str) -> None:
        await get(url)
        await get(url)

    with_server(answer, run)
    assert seen == [None, None]


@pytest.mark.parametrize(
    "etag",
    [
        b'"plain"',
        b'W/"weak, with ,commas"',
        b"unquoted",
        '"utf-8: 新媒体"'.encode(),
        b'"latin-1: \xe9\xff\x80"',
        b'"c1: \xc2\x85 and \x85"',
        b'"tab:\t."',
    ],
)
def test_validators_go_back_byte_for_byte(etag: bytes) -> None:
    modified = b"yesterday, \xe9 or so"
    header = b"ETag: " + etag + b"\r\nLast-Modified: " + modified + b"\r\nContent-Length: 0\r\n\r\n"
    first, _ = fetch(OK + header)
    assert (first.etag, first.last_modified) == (etag.decode("latin-1"), modified.decode("latin-1"))

    _, (seen,) = fetch(
        b"HTTP/1.1 304 Not Modified\r\n\r\n",
        etag=first.etag,
        last_modified=first.last_modified,
    )
    assert seen.header("if-none-match") == etag
    assert seen.header("if-modified-since") == modified


def test_a_304_keeps_the_stored_validators() -> None:
    fetched, _ = fetch(b"HTTP/1.1 304 Not Modified\r\n\r\n", etag='"1"', last_modified="then")
    assert fetched.not_modified
    assert (fetched.etag, fetched.last_modified, fetched.body) == ('"1"', "then", b"")


def test_a_304_with_other_validators_replaces_none_because_nobody_here_has_what_they_are_of() -> (
    None
):
    fetched, _ = fetch(
        b'HTTP/1.1 304 Not Modified\r\nETag: "2"\r\nLast-Modified: now\r\n\r\n',
        etag='"1"',
        last_modified="then",
    )
    assert (fetched.etag, fetched.last_modified) == ('"1"', "then")


def test_a_200_replaces_both_validators() -> None:
    fetched, _ = fetch(whole(b"x", 'ETag: "2"'), etag='"1"', last_modified="then")
    assert (fetched.etag, fetched.last_modified) == ('"2"', None)


def test_a_304_that_nobody_asked_for_is_an_error() -> None:
    assert refusal(b"HTTP/1.1 304 Not Modified\r\n\r\n") == "answered 304 Not Modified"


def test_a_validator_can_never_forge_a_header() -> None:
    _, (seen,) = fetch(whole(b""), etag='"1"\r\nX-Forged: yes', last_modified="a\nb")
    assert b"Forged" not in seen.head
    assert seen.header("if-modified-since") is None


def test_a_validator_stored_as_other_text_is_left_out() -> None:
    _, (seen,) = fetch(whole(b""), etag="\udce9新", last_modified="then")
    assert seen.header("if-none-match") is None
    assert seen.header("if-modified-since") == b"then"


def test_a_user_agent_can_never_forge_a_header() -> None:
    async def run() -> bytes:
        async with serving(always(whole(b""))) as server, Client(LIMITS, "a\r\nX: y") as client:
            await client.get(server.url)
            return server.exchanges[0].head

    assert b"User-Agent: a X: y\r\n" in asyncio.run(run())


@pytest.mark.parametrize("status", [b"204 No Content", b"200 OK"])
def test_no_body_is_an_empty_body(status: bytes) -> None:
    answer = b"HTTP/1.1 " + status + b"\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n"
    assert fetch(answer)[0].body == b""


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("404 Nothing here, <b>sorry</b>", "answered 404 Not Found; check its address"),
        ("410 Gone", "answered 410 Gone"),
        ("500 Oops", "answered 500 Internal Server Error"),
        ("299 Fine", "answered 299"),
        ("206 Partial Content", "answered 206 Partial Content"),
        ("300 Multiple Choices", "answered 300 Multiple Choices"),
        ("301 Moved", "answered 301 Moved Permanently without saying where to (Location)"),
    ],
)
def test_every_other_status_is_an_error(status: str, sentence: str) -> None:
    answer = whole(b"an error page", status=f"HTTP/1.1 {status}\r\n".encode())
    assert refusal(answer) == sentence


# Addresses.


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/a%2Fb/%7euser?q=%2f+%20&x", "/a%2Fb/%7euser?q=%2f+%20&x"),
        ("/新?媒=体#part", "/%E6%96%B0?%E5%AA%92=%E4%BD%93"),
        ('/a b"<c>|{d}?^\\`', "/a%20b%22%3Cc%3E%7C%7Bd%7D?%5E%5C%60"),
        ("/a/../b/./c", "/a/../b/./c"),
        ("?only=query", "/?only=query"),
        ("/%zz%", "/%zz%"),
    ],
)
def test_an_address_is_sent_as_given(path: str, target: str) -> None:
    _, (seen,) = fetch(whole(b""), path=path)
    assert seen.head.split(b" ")[1].decode() == target


def test_a_host_in_other_letters_is_looked_up_in_its_ascii_form(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def run() -> Exchange:
        async with serving(always(whole(b""))) as server, Client(LIMITS, "feedkit") as client:
            asked = resolving(monkeypatch, "127.0.0.1")
            await client.get(f"http://Bücher.example:{server.port}/")
            assert asked == ["xn--bcher-kva.example"]
            return server.exchanges[0]

    assert (asyncio.run(run()).header("host") or b"").startswith(b"xn--bcher-kva.example:")


def test_the_user_and_password_are_used_and_never_told() -> None:
    async def run() -> tuple[Fetched, Exchange]:
        async with serving(always(whole(b""))) as server, Client(LIMITS, "feedkit") as client:
            url = f"http://me%40here:s%2Fcret@127.0.0.1:{server.port}/feed"
            return await client.get(url), server.exchanges[0]

    fetched, seen = asyncio.run(run())
    assert seen.header("authorization") == b"Basic bWVAaGVyZTpzL2NyZXQ="
    assert fetched.url == f"http://{(seen.header('host') or b'').decode()}/feed"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "feed.xml",
        "file:///etc/passwd",
        "ftp://me:secret@example.org/",
        "http://",
        "http://[::1/",
        "http://me:secret@example.org:port/",
        "http://me:sec/ret@example.org/",
        "http://a b.example/",
        "http://" + "a" * 70 + ".example/",
        "http://a..example/",
        "http://127.1/",
        "http://\udcff.example/",
    ],
)
def test_an_address_that_cannot_be_used_is_told(url: str) -> None:
    sentence = refusal_of(url)
    assert sentence.startswith("is ")
    assert "secret" not in sentence


def test_what_people_see_of_an_address() -> None:
    assert shown("https://me:pass@w@example.org/@me?a@b") == "https://example.org/@me?a@b"
    assert (
        shown("http://example.org/\x1b[31m\n")
        == "http://example.org/\N{REPLACEMENT CHARACTER}[31m\N{REPLACEMENT CHARACTER}"
    )
    assert len(shown("http://example.org/" + "a" * 9000)) == 200


# Redirects.


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_with_their_validators(status: int) -> None:
    fetched, seen = fetch(
        redirecting("/1", "../feed.xml?a=%2F#top", status=status), path="/0", etag='"1"'
    )
    assert [exchange.path for exchange in seen] == ["/0", "/1", "/feed.xml?a=%2F"]
    assert [exchange.header("if-none-match") for exchange in seen] == [b'"1"'] * 3
    assert fetched.url.endswith("/feed.xml?a=%2F")
    assert fetched.body == b"<rss/>"


def test_a_location_in_raw_bytes_is_encoded() -> None:
    async def answer(exchange: Exchange) -> None:
        found = whole(b"", "Location: /\xe6\x96\xb0 \xff", status=b"HTTP/1.1 301 Moved\r\n")
        await exchange.send(found if exchange.path == "/feed.xml" else whole(b"here"))

    _, seen = fetch(answer)
    assert seen[1].path == "/%E6%96%B0%20%FF"


def test_ten_redirects_are_enough() -> None:
    ten = [f"/{number}" for number in range(1, 11)]
    assert fetch(redirecting(*ten), path="/0")[0].body == b"<rss/>"
    sentence = refusal(redirecting(*ten, "/11"), path="/0")
    assert sentence.startswith("redirects more than 10 times")


def test_a_circle_is_noticed_at_once() -> None:
    async def run() -> int:
        async with serving(redirecting("/1", "/0")) as server, Client(LIMITS, "f") as client:
            with pytest.raises(CollectError, match="redirects in a circle, back to http://127"):
                await client.get(server.url + "/0")
            return len(server.exchanges)

    assert asyncio.run(run()) == 2


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://a.example/", "data:,x", "http://[x", "https://:80/"]
)
def test_a_redirect_to_what_is_no_web_address_is_refused(location: str) -> None:
    sentence = refusal(redirecting(location), path="/0")
    assert sentence.startswith(f"redirects to {location}, which is ")


def test_a_password_stays_with_its_own_host() -> None:
    async def run() -> list[Exchange]:
        async with serving(always(whole(b""))) as other:
            there = f"http://localhost:{other.port}/"
            async with (
                serving(redirecting("/1", there)) as server,
                Client(LIMITS, "feedkit") as client,
            ):
                await client.get(f"http://me:secret@127.0.0.1:{server.port}/0")
            return server.exchanges + other.exchanges

    authorized = [exchange.header("authorization") is not None for exchange in asyncio.run(run())]
    assert authorized == [True, True, False]


def test_an_error_after_a_redirect_says_where_it_was_met() -> None:
    async def answer(exchange: Exchange) -> None:
        lost = b"HTTP/1.1 404 Not Found\r\n"
        moved = whole(b"", "Location: /there", status=b"HTTP/1.1 301 Moved\r\n")
        await exchange.send(moved if exchange.path == "/0" else whole(b"", status=lost))

    sentence = refusal(answer, path="/0")
    assert sentence.endswith("/there, which answered 404 Not Found; check its address")
    assert sentence.startswith("redirects to http://127.0.0.1:")


# Content codings.


def deflated(data: bytes, wbits: int) -> bytes:
    compressor = zlib.compressobj(wbits=wbits)
    return compressor.compress(data) + compressor.flush()


TEXT = b"<rss>" + b"".join(b"<item>%d</item>" % number for number in range(20_000)) + b"</rss>"
SQUEEZED = {
    "gzip": gzip.compress(TEXT),
    "x-GZip": gzip.compress(TEXT),
    "deflate": deflated(TEXT, zlib.MAX_WBITS),
    "Deflate": deflated(TEXT, -zlib.MAX_WBITS),
    "br": brotli.compress(TEXT),
    "identity": TEXT,
    "gzip, identity": gzip.compress(TEXT),
    "gzip, gzip": gzip.compress(gzip.compress(TEXT)),
    "deflate,br": brotli.compress(deflated(TEXT, -zlib.MAX_WBITS)),
}


@pytest.mark.parametrize("coding", SQUEEZED)
def test_codings_are_undone(coding: str) -> None:
    answer = whole(SQUEEZED[coding], f"Content-Encoding: {coding}")
    assert fetch(answer)[0].body == TEXT


@pytest.mark.parametrize("coding", ["gzip", "deflate", "Deflate", "br"])
def test_codings_are_undone_byte_by_byte(coding: str) -> None:
    body = {
        "gzip": gzip.compress(b"<rss/>") + gzip.compress(b"<!-- and more -->") + b"\0\0\0",
        "deflate": deflated(b"<rss/><!-- and more -->", zlib.MAX_WBITS),
        "Deflate": deflated(b"<rss/><!-- and more -->", -zlib.MAX_WBITS),
        "br": brotli.compress(b"<rss/><!-- and more -->"),
    }[coding]

    async def answer(exchange: Exchange) -> None:
        head = f"Content-Encoding: {coding}\r\nTransfer-Encoding: chunked\r\n\r\n"
        await exchange.send(OK + head.encode())
        for number in range(len(body)):
            await exchange.send(b"1\r\n" + body[number : number + 1] + b"\r\n")
            await asyncio.sleep(0)
        await exchange.send(b"0\r\n\r\n")

    assert fetch(answer)[0].body == b"<rss/><!-- and more -->"


@pytest.mark.parametrize("size", range(65_530, 65_800, 7))
def test_no_byte_is_left_inside_a_decompressor(size: int) -> None:
    data = b"x" * size
    for name, wbits in (("deflate", -zlib.MAX_WBITS), ("deflate", zlib.MAX_WBITS)):
        coding = Decoding([name], 10**6)
        assert b"".join(coding.decode(deflated(data, wbits))) == data
        coding.finish()


def test_gzip_that_nobody_announced_is_left_alone() -> None:
    body = gzip.compress(b"<rss/>")
    assert fetch(whole(body, "Content-Type: application/gzip"))[0].body == body


@pytest.mark.parametrize("coding", ["zstd", "compress", "gzip, gzip, gzip", "gzip\x1b"])
def test_other_codings_are_refused(coding: str) -> None:
    sentence = refusal(whole(b"x", f"Content-Encoding: {coding}"))
    assert "gzip, deflate and br" in sentence or "not HTTP" in sentence
    assert sentence.isprintable()


@pytest.mark.parametrize("coding", ["gzip", "deflate", "Deflate", "br", "gzip, gzip", "deflate,br"])
@pytest.mark.parametrize("kept", [1, 100, -1])
def test_compressed_data_that_breaks_off_is_never_taken_for_whole(coding: str, kept: int) -> None:
    body = SQUEEZED[coding][:kept]
    sentence = refusal(whole(body, f"Content-Encoding: {coding}"))
    assert sentence == "sent compressed data that breaks off; try again later"


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
def test_data_in_another_coding_than_announced_is_refused(coding: str) -> None:
    sentence = refusal(whole(b"<rss>hello</rss>" * 9, f"Content-Encoding: {coding}"))
    assert "Content-Encoding" in sentence


@pytest.mark.parametrize("coding", BOMBS)
def test_a_decompression_bomb_is_stopped_early(coding: str) -> None:
    answer = whole(BOMBS[coding], f"Content-Encoding: {coding}")
    tracemalloc.start()
    try:
        sentence = refusal(answer)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert sentence == "is larger than 1 MB decompressed (fetch.max_bytes)"
    assert peak < 6_000_000


# Limits.


def test_a_body_of_just_the_limit_is_taken() -> None:
    body = os.urandom(LIMITS.max_bytes)
    assert fetch(whole(body))[0].body == body


def test_a_large_body_that_cannot_be_kept_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    limits = msgspec.structs.replace(LIMITS, max_bytes=3_000_000)
    assert fetch(whole(bytes(900_000)), limits=limits)[0].body == bytes(900_000)
    sentence = refusal(whole(bytes(2_000_000)), limits=limits)
    assert sentence == (
        "is too large for the memory, and the folder for temporary files has no room"
    )


def test_an_announced_size_over_the_limit_is_refused_unread() -> None:
    answer = OK + b"Content-Length: 99999999999\r\n\r\n"
    assert refusal(answer) == "is larger than 1 MB (fetch.max_bytes)"


@pytest.mark.parametrize("framing", ["", "Transfer-Encoding: chunked\r\n"])
def test_an_endless_body_is_cut(framing: str) -> None:
    sent = 0

    async def answer(exchange: Exchange) -> None:
        nonlocal sent
        await exchange.send(OK + framing.encode() + b"\r\n")
        chunk = b"x" * 0x8000
        while True:
            await exchange.send(b"8000\r\n" + chunk + b"\r\n" if framing else chunk)
            sent += len(chunk)

    assert refusal(answer) == "is larger than 1 MB (fetch.max_bytes)"
    assert sent < 20_000_000


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(drip(b"", b""), id="silence"),
        pytest.param(drip(b"HTTP/1.1 200 OK\r\nX-A: ", b"a"), id="in the header"),
        pytest.param(drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), id="100 for ever"),
        pytest.param(drip(OK + b"\r\n", b"x"), id="in the body"),
        pytest.param(drip(whole(b"")[:-9] + b"9", b""), id="never a body"),
    ],
)
def test_a_slow_server_is_left_in_time(answer: Answer) -> None:
    limits = msgspec.structs.replace(LIMITS, timeout=timedelta(seconds=0.3))
    started = time.monotonic()
    sentence = refusal(answer, limits=limits)
    assert sentence == "gave no whole answer within 0.3 s (fetch.timeout)"
    assert time.monotonic() - started < 2


def test_the_time_limit_is_for_all_redirects_together() -> None:
    async def answer(exchange: Exchange) -> None:
        await asyncio.sleep(0.12)
        step = int(exchange.path.strip("/")) + 1
        await exchange.send(whole(b"", f"Location: /{step}", status=b"HTTP/1.1 302 Found\r\n"))

    limits = msgspec.structs.replace(LIMITS, timeout=timedelta(seconds=0.3))
    sentence = refusal(answer, limits=limits, path="/0")
    assert sentence.startswith("redirects to http")
    assert sentence.endswith("/2, which gave no whole answer within 0.3 s (fetch.timeout)")


# Broken servers.

CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
NOT_MODIFIED = b"HTTP/1.1 304 Not Modified\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(OK + b"Content-Length: 100\r\n\r\nshort", id="Content-Length"),
        pytest.param(CHUNKED + b"5\r\nhello\r\n", id="no last chunk"),
        pytest.param(CHUNKED + b"50\r\nhello", id="cut chunk"),
        pytest.param(CHUNKED + b"zz\r\nhello", id="no chunk size"),
        pytest.param(parts(CHUNKED + b"5\r\nhello\r\n", b"zz\r\n"), id="no size later"),
        pytest.param(parts(CHUNKED, b"3\r\nhello\r\n"), id="more than a chunk"),
        pytest.param(OK + b"Content-Length: 3\r\n\r\n<rss/>", id="more than Content-Length"),
        pytest.param(flood(CHUNKED + b"0\r\n", b"X-A: b\r\n" * 500), id="endless trailers"),
    ],
)
def test_a_body_that_breaks_off_is_never_taken_for_whole(answer: Answer | bytes) -> None:
    assert refusal(answer) == "sent a body that breaks off or is garbled; try again later"


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        pytest.param(flood(CHUNKED, b"0" * 20_000), "is larger than 1 MB", id="chunk size"),
        pytest.param(
            flood(CHUNKED + b"5;", b"a=b;" * 5_000), "is larger than 1 MB", id="extension"
        ),
        pytest.param(flood(CHUNKED, b"1\r\na\r\n" * 3_000), "is larger than 1 MB", id="chunks"),
        pytest.param(
            flood(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n" * 500),
            "sends interim answers (1xx) without end",
            id="103",
        ),
    ],
)
def test_what_is_no_body_may_not_go_on_for_ever_either(answer: Answer, sentence: str) -> None:
    assert refusal(answer).startswith(sentence)


def test_a_few_interim_answers_come_before_the_answer() -> None:
    hint = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
    assert fetch(b"HTTP/1.1 100 Continue\r\n\r\n" + hint + whole(b"<rss/>"))[0].body == b"<rss/>"


@pytest.mark.parametrize(
    "answer",
    [
        parts(NOT_MODIFIED + b"Content-Length: 6\r\n\r\n<rss/>"),
        parts(NOT_MODIFIED + b"Content-Length: 6\r\n\r\n", b"<rss/>"),
        parts(NOT_MODIFIED + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        parts(NOT_MODIFIED + b"Transfer-Encoding: chunked\r\n\r\n", b"0\r\n\r\n"),
        parts(NOT_MODIFIED + b"\r\n<rss/>"),
    ],
)
def test_a_304_with_a_body_is_a_304_and_its_body_no_part_of_the_next_answer(answer: Answer) -> None:
    async def run() -> list[bool]:
        async with serving(answer) as server, Client(LIMITS, "feedkit") as client:
            twice = [await client.get(server.url, etag='"a"') for _ in range(2)]
        return [fetched.not_modified for fetched in twice]

    assert asyncio.run(run()) == [True, True]


def test_a_body_without_a_length_that_ends_in_a_reset_is_not_whole() -> None:
    async def answer(exchange: Exchange) -> None:
        await exchange.send(OK + b"\r\n<rss>half of")
        await exchange.reset()

    assert refusal(answer).startswith("broke off the connection (")


def test_a_body_without_a_length_ends_with_the_connection() -> None:
    assert fetch(b"HTTP/1.0 200 OK\r\n\r\n<rss/>")[0].body == b"<rss/>"


def test_a_whole_body_is_taken_though_a_reset_follows() -> None:
    async def answer(exchange: Exchange) -> None:
        await exchange.send(OK + b"Content-Length: 6\r\n\r\n<rss/>")
        await exchange.reset()

    assert fetch(answer)[0].body == b"<rss/>"


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (b"", "closed the connection without an answer"),
        (b"HTTP/1.1 200", "closed the connection without an answer"),
        (b"220 mail.example ESMTP\r\n\r\n", "answered something that is not HTTP"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01" * 99, "answered something that is not HTTP"),
        (OK + b"Content-Length: -1\r\n\r\n", "answered with a header that is not valid HTTP"),
        (OK + b"X-A: " + b"a" * 100_000 + b"\r\n\r\n", "answered with a header that is too large"),
        (OK + b"X-A: b\r\n" * 5_000 + b"\r\n", "answered with a header that is too large"),
    ],
)
def test_garbage_instead_of_http(answer: bytes, sentence: str) -> None:
    assert refusal(answer).startswith(sentence)


def test_a_reset_instead_of_an_answer() -> None:
    async def answer(exchange: Exchange) -> None:
        await exchange.reset()

    assert refusal(answer).startswith(("broke off", "closed the connection"))


@pytest.mark.parametrize("is_reset", [True, False])
def test_who_ends_the_connection_instead_of_answering_is_not_asked_a_second_time(
    is_reset: bool,
) -> None:
    asked: list[str] = []

    async def answer(exchange: Exchange) -> None:
        asked.append(exchange.path)
        if is_reset:
            await exchange.reset()

    refusal(answer)
    assert asked == ["/feed.xml"]


def test_a_kept_connection_that_is_over_by_then_is_no_failure() -> None:
    asked: list[int] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = len(asked)
        for number in range(2):
            await reader.readuntil(b"\r\n\r\n")
            asked.append(connection)
            if connection or not number:
                writer.write(whole(b"<rss/>").replace(b"Connection: close\r\n", b""))
            else:
                break
        writer.close()

    async def run() -> list[bytes]:
        async with (
            await asyncio.start_server(connected, "127.0.0.1", 0) as server,
            Client(LIMITS, "feedkit") as client,
        ):
            url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
            return [(await client.get(url)).body for _ in range(2)]

    assert asyncio.run(run()) == [b"<rss/>"] * 2
    assert asked == [0, 0, 2]


def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        sentence = refusal_of(f"http://127.0.0.1:{free.getsockname()[1]}/")
    assert sentence == "refused the connection; check the port, or try again later"


def test_a_name_that_nobody_has(monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    sentence = refusal_of("http://gone.example/")
    assert sentence.startswith("has a host name that cannot be resolved")


def test_names_that_nobody_answers_for_keep_no_other_from_being_looked_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answered = threading.Event()

    def getaddrinfo(host: str, port: int, *_: object, **__: object) -> list[tuple[object, ...]]:
        if host.startswith("silent"):
            answered.wait(60)
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", port))]

    async def run() -> Fetched:
        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        async with serving(always(whole(b"<rss/>"))) as server, Client(LIMITS, "f") as client:
            names = (f"http://silent{number}.example/" for number in range(20))
            silent = [asyncio.ensure_future(client.get(name)) for name in names]
            await asyncio.sleep(0.1)
            try:
                return await client.get(f"http://good.example:{server.port}/")
            finally:
                answered.set()
                await asyncio.gather(*silent, return_exceptions=True)

    assert asyncio.run(run()).body == b"<rss/>"


def test_a_server_without_tls() -> None:
    async def run() -> None:
        def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        async with server, Client(LIMITS, "feedkit") as client:
            await client.get(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/")

    with pytest.raises(CollectError, match="cannot be reached over TLS"):
        asyncio.run(run())


def test_a_certificate_that_nobody_signed(tmp_path: Path) -> None:
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    names = ["-subj", "/CN=localhost", "-keyout", f"{tmp_path}/key", "-out", f"{tmp_path}/cert"]
    try:
        subprocess.run([*command.split(), *names], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("needs openssl to make a certificate")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "cert", tmp_path / "key")

    async def run() -> None:
        server = await asyncio.start_server(
            lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=context
        )
        port = server.sockets[0].getsockname()[1]
        async with server, Client(LIMITS, "feedkit") as client:
            await client.get(f"https://localhost:{port}/")

    with pytest.raises(
        CollectError, match=r"a TLS certificate that is not valid \(self.signed"
    ) as e:
        asyncio.run(run())
    assert str(e.value).endswith("; tell its publisher, or name an authority to trust (ca)")


# Many at once.


def with_server(
    answer: Callable[[web.Request], Awaitable[web.StreamResponse]],
    run: Callable[[Get, str], Awaitable[None]],
    limits: Fetch = LIMITS,
) -> None:
    async def body() -> None:
        application = web.Application()
        application.router.add_get("/{path:.*}", answer)
        async with TestServer(application) as server, Client(limits, "feedkit") as client:
            await run(client.get, str(server.make_url("/")))

    asyncio.run(body())


class Crowd:
    """Counts how many requests are answered at the same time."""

    def __init__(self) -> None:
        self.now = self.most = self.all = 0

    async def answer(self, request: web.Request) -> web.Response:
        self.all += 1
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.02)
        self.now -= 1
        if request.path.startswith("/moved"):
            raise web.HTTPFound(request.path.removeprefix("/moved"))
        return web.Response(text="<rss/>")


def test_one_host_gets_at_most_its_share_at_once() -> None:
    crowd = Crowd()

    async def run(get: Get, url: str) -> None:
        await asyncio.gather(*(get(f"{url}moved/{number}") for number in range(12)))

    with_server(crowd.answer, run, msgspec.structs.replace(LIMITS, per_host=3))
    assert (crowd.most, crowd.all) == (3, 24)


def test_all_hosts_together_get_at_most_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    crowd = Crowd()
    resolving(monkeypatch, "127.0.0.1")

    async def run(get: Get, url: str) -> None:
        hosts = (url.replace("127.0.0.1", f"host{number}.example") for number in range(16))
        await asyncio.gather(*map(get, hosts))

    with_server(crowd.answer, run, msgspec.structs.replace(LIMITS, concurrency=4))
    assert (crowd.most, crowd.all) == (4, 16)


def test_waiting_for_a_slot_costs_no_request_its_time() -> None:
    crowd = Crowd()

    async def run(get: Get, url: str) -> None:
        await asyncio.gather(*(get(f"{url}{number}") for number in range(20)))

    limits = msgspec.structs.replace(LIMITS, per_host=1, timeout=timedelta(seconds=0.25))
    with_server(crowd.answer, run, limits)  # 0.4 seconds in all
    assert crowd.most == 1


class Arrivals:
    """Notes when each request arrives."""

    def __init__(self) -> None:
        self.times: list[float] = []

    async def answer(self, _: web.Request) -> web.Response:
        self.times.append(time.monotonic())
        return web.Response(text="<rss/>")

    @property
    def shortest_gap(self) -> float:
        return min(after - before for before, after in itertools.pairwise(self.times))


def apart(seconds: float) -> Fetch:
    return msgspec.structs.replace(LIMITS, host_delay=timedelta(seconds=seconds))


def test_requests_to_one_host_begin_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    arrivals = Arrivals()
    resolving(monkeypatch, "127.0.0.1")

    async def run(get: Get, url: str) -> None:
        url = url.replace("127.0.0.1", "one.example")
        await asyncio.gather(*(get(f"{url}{number}") for number in range(4)))

    with_server(arrivals.answer, run, apart(0.4))
    assert len(arrivals.times) == 4
    assert arrivals.shortest_gap > 0.2  # what is on its way for long may come closer to the next


def test_a_host_is_one_in_all_of_its_spellings(monkeypatch: pytest.MonkeyPatch) -> None:
    arrivals = Arrivals()
    resolving(monkeypatch, "127.0.0.1")

    async def run(get: Get, url: str) -> None:
        names = (
            "bücher.example",
            "BÜCHER.example.",
            "xn--bcher-kva.Example",
            "b%C3%BCcher.example",
        )
        await asyncio.gather(*(get(url.replace("127.0.0.1", name)) for name in names))

    with_server(arrivals.answer, run, apart(0.4))
    assert len(arrivals.times) == 4
    assert arrivals.shortest_gap > 0.2


def test_a_redirect_within_a_host_keeps_its_distance_too(monkeypatch: pytest.MonkeyPatch) -> None:
    arrivals = Arrivals()
    resolving(monkeypatch, "127.0.0.1")

    async def answer(request: web.Request) -> web.Response:
        found = await arrivals.answer(request)
        if request.path == "/0":
            raise web.HTTPFound("/1")
        return found

    async def run(get: Get, url: str) -> None:
        await get(url.replace("127.0.0.1", "one.example") + "0")

    with_server(answer, run, apart(0.4))
    assert arrivals.shortest_gap > 0.2


def test_a_busy_host_takes_no_turn_from_others(monkeypatch: pytest.MonkeyPatch) -> None:
    arrivals = Arrivals()
    resolving(monkeypatch, "127.0.0.1")

    async def run(get: Get, url: str) -> None:
        hosts = (url.replace("127.0.0.1", f"host{number}.example") for number in range(12))
        busy = url.replace("127.0.0.1", "busy.example")
        waiting = [asyncio.ensure_future(get(busy)) for _ in range(3)]
        await asyncio.gather(*map(get, hosts))
        assert sum(task.done() for task in waiting) <= 1
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    limits = msgspec.structs.replace(apart(60), concurrency=1)
    with_server(arrivals.answer, run, limits)
    assert len(arrivals.times) == 13


def test_this_machine_is_not_spared() -> None:
    arrivals = Arrivals()

    async def run(get: Get, url: str) -> None:
        await asyncio.gather(*(get(f"{url}{number}") for number in range(9)))

    with_server(arrivals.answer, run, apart(60))
    assert len(arrivals.times) == 9


def test_one_connection_serves_the_feeds_of_one_host() -> None:
    ports = set()

    async def answer(request: web.Request) -> web.Response:
        assert request.transport is not None
        ports.add(request.transport.get_extra_info("peername"))
        return web.Response(text="<rss/>")

    async def run(get: Get, url: str) -> None:
        for number in range(5):
            await get(f"{url}{number}")

    with_server(answer, run)
    assert len(ports) == 1


def test_nothing_is_left_behind() -> None:
    async def run() -> None:
        async with serving(drip(OK + b"\r\n", b"x")) as server:
            before = asyncio.all_tasks()
            async with Client(LIMITS, "feedkit") as client:
                tasks = [asyncio.create_task(client.get(f"{server.url}/{n}")) for n in range(4)]
                await asyncio.sleep(0.1)
                for task in tasks:
                    task.cancel()
                ended = await asyncio.gather(*tasks, return_exceptions=True)
                assert all(isinstance(end, asyncio.CancelledError) for end in ended)
                assert len(client._hosts._hosts) == 0
            await asyncio.sleep(0.05)
            ours = {task for task in asyncio.all_tasks() - before if "connected" not in repr(task)}
            assert not ours

    asyncio.run(run())


def test_a_client_outside_its_context_says_so() -> None:
    with pytest.raises(RuntimeError, match="async with"):
        asyncio.run(Client(LIMITS, "feedkit").get("http://127.0.0.1:1/"))
