"""One run beside every kind of broken and hostile server, as a process of its own."""

import asyncio
import gzip
import os
import re
import socket
import sys
import time
import zlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple, TypeAlias

from certificates import Authority
from feed_server import FeedServer, rss
from fetching import OK, always, whole
from hostile import BOMBS, drip, flood, parts, redirecting
from planet import Planet
from raw_server import Answer, Exchange, serving

Sentence: TypeAlias = str | tuple[str, ...]
"""How what is told of a fault begins, or may begin."""

GOOD = 20
TIMEOUT = 3
"""Seconds that the run gives each source."""
BOUND = 20
"""Seconds that the whole run may take: one time limit, for all faults wait side by side, and what
a slow machine needs to start feedkit and to read, store and publish 20 feeds."""
MEMORY = 150_000
"""Kilobytes that the process may use at its peak."""

# The process says how much memory it used at most (proc(5), VmHWM).
RUN = """
import sys, re
from feedkit.cli import main
try:
    main()
finally:
    with open("/proc/self/status") as status:
        print(re.search(r"VmHWM:\\s*(\\d+) kB", status.read())[1])
"""


def chunk(data: bytes) -> bytes:
    return b"%x\r\n" % len(data) + data + b"\r\n"


def reset_after(data: bytes) -> Answer:
    async def answer(exchange: Exchange) -> None:
        if data:
            await exchange.send(data)
        await exchange.reset()

    return answer


def leading(location: str) -> Answer:
    return always(whole(b"", f"Location: {location}", status=b"HTTP/1.1 301 Moved\r\n"))


def endless_gzip() -> tuple[bytes, bytes]:
    """The beginning of a gzip stream that unfolds little, and a part of it that may follow for
    ever."""
    compressor = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)
    noise = os.urandom(50_000)
    first = compressor.compress(noise) + compressor.flush(zlib.Z_FULL_FLUSH)
    return first, compressor.compress(noise) + compressor.flush(zlib.Z_FULL_FLUSH)


def speak_at_once(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    writer.close()


def close_at_once(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def redirect_for_ever(exchange: Exchange) -> None:
    step = int(exchange.path.rpartition("/")[2] or 0) + 1
    await exchange.send(whole(b"", f"Location: /{step}", status=b"HTTP/1.1 302 Found\r\n"))


LATE = f"gave no whole answer within {TIMEOUT} s (fetch.timeout)"
INTERIM = "sends interim answers (1xx) without end"
NOT_HTTP = "answered something that is not HTTP; check the scheme, the host and the port"
BIG_HEADER = "answered with a header that is too large (a line over 8 kB, or over 128 lines)"
BAD_HEADER = "answered with a header that is not valid HTTP; its server has to be mended"
OTHER_CODING = "sent data that is not in the encoding it names (Content-Encoding)"
RESET = "broke off the connection ("
UNUSABLE = "which is not an address that can be used; check the host name and the port"
GZIP = "is no feed: it is gzip-compressed data"
CUT = "sent a body that breaks off or is garbled; try again later"
CLOSED = "closed the connection without an answer; try again later"
BOMB = "is larger than 20 MB decompressed (fetch.max_bytes)"
LARGE = "is larger than 20 MB (fetch.max_bytes)"
FLOOD = ("is larger than 20 MB", LATE)
"""Whichever comes first where all these servers and feedkit share a machine."""

CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
PLAIN = rss("a", "never seen").encode()
GZIPPED = gzip.compress(PLAIN)
ENDLESS_GZIP = endless_gzip()

FAULTS: dict[str, tuple[Answer, Sentence]] = {
    "slow before the header": (drip(b"", b""), LATE),
    "slow in the status line": (drip(b"HT", b""), LATE),
    "slow in the header": (drip(OK + b"X-A: ", b"a"), LATE),
    "slow in the body": (drip(OK + b"\r\n<rss>", b" "), LATE),
    "slow in a chunk": (drip(CHUNKED + b"ffff\r\n", b" "), LATE),
    "100 for ever": (drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), (INTERIM, LATE)),
    "a flood of 103": (flood(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n" * 500), INTERIM),
    "a flood of digits of a chunk's size": (flood(CHUNKED, b"0" * 20_000), FLOOD),
    "a flood of a chunk's extensions": (flood(CHUNKED + b"5;", b"a=b;" * 5_000), FLOOD),
    "a flood of chunks of one byte": (flood(CHUNKED, b"1\r\na\r\n" * 3_000), FLOOD),
    "101": (
        always(b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n"),
        "answered 101 Switching Protocols",
    ),
    "endless body": (flood(OK + b"\r\n", b"<item/>" * 5_000), FLOOD),
    "endless chunks": (flood(CHUNKED, chunk(b"<item/>" * 5_000)), FLOOD),
    "endless gzip": (
        flood(OK + b"Content-Encoding: gzip\r\n\r\n" + ENDLESS_GZIP[0], ENDLESS_GZIP[1]),
        FLOOD,
    ),
    "endless gzip in chunks": (
        flood(
            OK
            + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
            + chunk(ENDLESS_GZIP[0]),
            chunk(ENDLESS_GZIP[1]),
        ),
        FLOOD,
    ),
    "a flood of empty gzip members": (
        flood(OK + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"") * 3_000),
        FLOOD,
    ),
    # Within the limit each, but not together: what is not whole yet waits on the disk.
    **{
        f"{number} of many that stop at 19 MB": (drip(OK + b"\r\n" + bytes(19 * 10**6), b""), LATE)
        for number in range(8)
    },
    "huge Content-Length": (always(OK + b"Content-Length: 99999999999\r\n\r\n"), LARGE),
    "endless header line": (flood(OK, b"X-A-and-so-on" * 500), BIG_HEADER),
    "endless header lines": (flood(OK, b"X-A: b\r\n" * 500), BIG_HEADER),
    "one huge header": (always(whole(b"<rss/>", "X-A: " + "a" * 100_000)), BIG_HEADER),
    "many headers": (always(whole(b"<rss/>", *["X-A: b"] * 200)), BIG_HEADER),
    "a huge reason": (always(b"HTTP/1.1 200 " + b"O" * 100_000 + b"\r\n\r\n"), BIG_HEADER),
    "a header that is none": (always(OK + b"no colon\r\n\r\n<rss/>"), BAD_HEADER),
    "NUL in a header": (always(OK + b"X-A: a\x00b\r\n\r\n<rss/>"), BAD_HEADER),
    "endless trailers": (flood(CHUNKED + b"0\r\n", b"X-A: b\r\n" * 500), CUT),
    "redirect to itself": (redirecting("/0"), "redirects in a circle, back to http://"),
    "redirects in a circle": (redirecting("/1", "/2", "/0"), "redirects in a circle, back to"),
    "redirects for ever": (redirect_for_ever, "redirects more than 10 times, at last to"),
    **{
        f"redirect to {location}": (
            leading(location),
            f"redirects to {location}, which is no http or https address; nothing else is fetched",
        )
        for location in (
            "file:///etc/passwd",
            "ftp://a.example/",
            "data:text/xml,x",
            "javascript:alert(1)",
        )
    },
    **{
        f"redirect to {location}": (leading(location), f"redirects to {location}, {UNUSABLE}")
        for location in ("http://[::1/", "http://a.example:99999999/", "http://a b/")
    },
    "redirect to nowhere": (
        always(whole(b"", status=b"HTTP/1.1 302 Found\r\n")),
        "answered 302 Found without saying where to (Location)",
    ),
    "Content-Length too long": (always(OK + b"Content-Length: 99\r\n\r\n<rss/>"), CUT),
    "Content-Length too short": (always(OK + b"Content-Length: 3\r\n\r\n<rss/>"), CUT),
    "Content-Length below zero": (always(OK + b"Content-Length: -6\r\n\r\n<rss/>"), BAD_HEADER),
    "Content-Length of letters": (always(OK + b"Content-Length: many\r\n\r\n<rss/>"), BAD_HEADER),
    "Content-Length of 5,000 digits": (
        always(OK + b"Content-Length: " + b"9" * 5_000 + b"\r\n\r\n<rss/>"),
        BAD_HEADER,
    ),
    "two Content-Lengths": (
        always(OK + b"Content-Length: 6\r\nContent-Length: 9\r\n\r\n<rss/>abc"),
        BAD_HEADER,
    ),
    "Content-Length and chunks": (
        always(OK + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        BAD_HEADER,
    ),
    "no last chunk": (always(CHUNKED + b"5\r\nhello\r\n"), CUT),
    "cut chunk": (always(CHUNKED + b"50\r\nhello"), CUT),
    "no chunk size": (always(CHUNKED + b"zz\r\nhello"), CUT),
    "no chunk size, later": (parts(CHUNKED + b"5\r\nhello\r\n", b"zz\r\n"), CUT),
    "chunk size below zero": (parts(CHUNKED, b"-5\r\nhello\r\n"), CUT),
    "huge chunk size": (parts(CHUNKED, b"f" * 17 + b"\r\nhello\r\n"), CUT),
    "more than a chunk": (parts(CHUNKED, b"3\r\nhello\r\n"), CUT),
    "reset at once": (reset_after(b""), RESET),
    "reset in the header": (reset_after(OK + b"X-A: "), RESET),
    "reset after the header": (reset_after(OK + b"Content-Length: 9\r\n\r\n"), CUT),
    "reset in the body": (reset_after(OK + b"\r\n<rss>half of"), RESET),
    "reset in a chunk": (reset_after(CHUNKED + b"50\r\nhello"), CUT),
    "closed at once": (always(b""), CLOSED),
    "closed in the header": (always(b"HTTP/1.1 200 OK\r\nX-A"), CLOSED),
    "another protocol": (always(b"220 mail.example ESMTP\r\n\r\n"), NOT_HTTP),
    "bytes without sense": (always(bytes(range(256)) * 64), NOT_HTTP),
    "HTTP/0.9": (always(b"<rss/>"), NOT_HTTP),
    "HTTP/2": (always(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), NOT_HTTP),
    "HTTP/2 settings": (always(b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"), NOT_HTTP),
    "TLS for plain HTTP": (always(b"\x15\x03\x01\x00\x02\x02\x46"), NOT_HTTP),
    "a 304 that nobody asked for": (
        always(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 6\r\n\r\n<rss/>"),
        "answered 304 Not Modified",
    ),
    "a body after 204": (
        always(b"HTTP/1.1 204 No Content\r\nContent-Length: 6\r\n\r\n<rss/>"),
        "is no feed: it is empty",
    ),
    **{
        f"{coding} that is plain": (
            always(whole(PLAIN, f"Content-Encoding: {coding}")),
            OTHER_CODING,
        )
        for coding in ("gzip", "deflate", "br")
    },
    "plain that is gzip": (always(whole(GZIPPED)), GZIP),
    "gzip within gzip": (
        always(whole(gzip.compress(GZIPPED), "Content-Encoding: gzip")),
        GZIP,
    ),
    "cut gzip": (
        always(whole(GZIPPED[:-12], "Content-Encoding: gzip")),
        "sent compressed data that breaks off; try again later",
    ),
    "gzip three times": (
        always(whole(GZIPPED, "Content-Encoding: gzip, gzip, gzip")),
        "sent a body in the encoding gzip, gzip, gzip, though only gzip, deflate and br were",
    ),
    "zstd": (
        always(whole(b"\x28\xb5\x2f\xfd", "Content-Encoding: zstd")),
        "sent a body in the encoding zstd, though only gzip, deflate and br were asked for",
    ),
    "transfer in gzip": (
        always(OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + chunk(GZIPPED) + b"0\r\n\r\n"),
        GZIP,
    ),
    **{
        f"{coding} bomb": (always(whole(bomb, f"Content-Encoding: {coding}")), BOMB)
        for coding, bomb in BOMBS.items()
    },
}


class Ended(NamedTuple):
    """What the run left behind."""

    code: int
    seconds: float
    peak: int
    """Kilobytes."""
    lines: list[str]

    def line(self, url: str) -> str:
        """What is told of the source `url`, after its name."""
        (line,) = [line for line in self.lines if line.startswith(f"{url}: ")]
        return line.removeprefix(f"{url}: ")


@asynccontextmanager
async def hostile_servers(authority: Authority) -> AsyncIterator[dict[str, tuple[str, Sentence]]]:
    """For each fault the address of a server of its own, and how its sentence begins."""
    feed = always(whole(PLAIN))
    found: dict[str, tuple[str, Sentence]] = {}
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory())
        for number, (name, (answer, sentence)) in enumerate(FAULTS.items(), 1):
            server = await stack.enter_async_context(serving(answer, f"127.0.1.{number}"))
            found[name] = (f"{server.url}/0", sentence)
        for number, (name, tls, sentence) in enumerate(
            [
                (
                    "wrong name",
                    authority.server("127.0.0.1"),
                    "has a TLS certificate that is not valid (IP address mismatch",
                ),
                (
                    "expired",
                    authority.server("127.0.2.2", days=-1),
                    "has a TLS certificate that is not valid (certificate has expired)",
                ),
            ],
            1,
        ):
            server = await stack.enter_async_context(serving(feed, f"127.0.2.{number}", tls))
            found[name] = (f"{server.url}/", sentence)
        unknown = Authority(Path(folder)).server("127.0.2.5")
        server = await stack.enter_async_context(serving(feed, "127.0.2.5", unknown))
        found["unknown authority"] = (
            f"{server.url}/",
            "has a TLS certificate that is not valid (unable to get local issuer certificate); "
            "tell its publisher, or name an authority to trust (ca)",
        )
        broken = await asyncio.start_server(close_at_once, "127.0.2.6", 0)
        await stack.enter_async_context(broken)
        port = broken.sockets[0].getsockname()[1]
        found["closed in the TLS handshake"] = (
            f"https://127.0.2.6:{port}/",
            "cannot be reached (",
        )
        plain = await asyncio.start_server(speak_at_once, "127.0.2.3", 0)
        await stack.enter_async_context(plain)
        port = plain.sockets[0].getsockname()[1]
        found["TLS without TLS"] = (
            f"https://127.0.2.3:{port}/",
            "cannot be reached over TLS (wrong version number); check whether its address is one "
            "of https",
        )
        silent = stack.enter_context(socket.create_server(("127.0.2.4", 0)))
        port = silent.getsockname()[1]
        found["silent in the TLS handshake"] = (f"https://127.0.2.4:{port}/", LATE)
        yield found


async def run(planet: Planet, authority: Authority) -> Ended:
    started = time.monotonic()
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", RUN, "run", "--all", "-v",
        cwd=planet.root,
        env={**os.environ, "SSL_CERT_FILE": str(authority.file)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, errors = await asyncio.wait_for(child.communicate(), 120)
    seconds = time.monotonic() - started
    assert child.returncode is not None
    lines = errors.decode().splitlines()
    assert re.fullmatch(rb"\d+\s*", output), lines
    return Ended(child.returncode, seconds, int(output), lines)


def test_no_hostile_server_costs_another_source_anything(tmp_path: Path) -> None:
    planet, authority = Planet(tmp_path), Authority(tmp_path)

    async def against_all(good: list[str]) -> tuple[Ended, dict[str, tuple[str, Sentence]]]:
        async with hostile_servers(authority) as faults:
            # What is listed first is asked first: the good ones come after the bad ones.
            urls = [*(url for url, _ in faults.values()), *good]
            limits = f'[fetch]\nallow_private_hosts = true\ntimeout = "{TIMEOUT}s"\n'
            planet.configure(limits + "".join(f'[[feeds]]\nurl = "{url}"\n' for url in urls))
            return await run(planet, authority), faults

    with FeedServer().serving() as server:
        good = [server.put(f"/{n}", rss(f"site{n}", f"a{n}", f"b{n}")) for n in range(GOOD)]
        ended, faults = asyncio.run(against_all(good))

    assert set(planet.titles()) == {f"{letter}{n}" for letter in "ab" for n in range(GOOD)}
    assert [ended.line(url) for url in good] == ["2 new, 0 changed, 0 unchanged"] * GOOD
    told = {name: reason(ended, url) for name, (url, _) in faults.items()}
    wrong = {name: told[name] for name in faults if not told[name].startswith(faults[name][1])}
    assert wrong == {}
    assert ended.code == 0
    assert ended.seconds < BOUND
    assert ended.peak < MEMORY


def reason(ended: Ended, url: str) -> str:
    """The sentence for the failed source `url`."""
    told = [line for line in ended.lines if line.startswith(f"{url}: ")]
    assert told[0] == f"{url}: failed"
    (sentence,) = told[1:]
    return sentence.removeprefix(f"{url}: ")
