"""One run beside every kind of broken and hostile server, as a process of its own."""

import asyncio
import os
import re
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from certificates import Authority
from feed_server import FeedServer, rss
from fetching import OK, always, whole
from hostile import BOMBS, drip, redirecting
from planet import Planet
from raw_server import Answer, Exchange, serving

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


def endless(framing: str) -> Answer:
    async def answer(exchange: Exchange) -> None:
        await exchange.send(OK + framing.encode() + b"\r\n")
        chunk = b"<item/>" * 5000
        piece = b"%x\r\n" % len(chunk) + chunk + b"\r\n" if framing else chunk
        while True:
            await exchange.send(piece)

    return answer


def endless_header(line: bytes) -> Answer:
    async def answer(exchange: Exchange) -> None:
        await exchange.send(OK)
        while True:
            await exchange.send(line * 500)

    return answer


async def reset_at_once(exchange: Exchange) -> None:
    await exchange.reset()


async def reset_in_the_body(exchange: Exchange) -> None:
    await exchange.send(OK + b"\r\n<rss>half of")
    await exchange.reset()


def speak_at_once(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    writer.close()


async def redirect_for_ever(exchange: Exchange) -> None:
    step = int(exchange.path.rpartition("/")[2] or 0) + 1
    await exchange.send(whole(b"", f"Location: /{step}", status=b"HTTP/1.1 302 Found\r\n"))


LATE = f"gave no whole answer within {TIMEOUT} s (fetch.timeout)"
NOT_HTTP = "answered something that is not HTTP, or with a header too large to read"
CUT = "sent a body that breaks off or is garbled; try again later"
CLOSED = "closed the connection without an answer; try again later"
BOMB = "is larger than 20 MB decompressed (fetch.max_bytes)"
LARGE = "is larger than 20 MB (fetch.max_bytes)"

FAULTS: dict[str, tuple[Answer, str]] = {
    "slow before the header": (drip(b"", b""), LATE),
    "slow in the status line": (drip(b"HT", b""), LATE),
    "slow in the header": (drip(OK + b"X-A: ", b"a"), LATE),
    "slow in the body": (drip(OK + b"\r\n<rss>", b" "), LATE),
    "slow in a chunk": (drip(OK + b"Transfer-Encoding: chunked\r\n\r\nffff\r\n", b" "), LATE),
    "100 for ever": (drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), LATE),
    "endless body": (endless(""), LARGE),
    "endless chunks": (endless("Transfer-Encoding: chunked\r\n"), LARGE),
    # Within the limit each, but not together: what is not whole yet waits on the disk.
    **{
        f"{number} of many that stop at 19 MB": (drip(OK + b"\r\n" + bytes(19 * 10**6), b""), LATE)
        for number in range(8)
    },
    "huge Content-Length": (always(OK + b"Content-Length: 99999999999\r\n\r\n"), LARGE),
    "endless header line": (endless_header(b"X-A-and-so-on"), NOT_HTTP),
    "endless header lines": (endless_header(b"X-A: b\r\n"), NOT_HTTP),
    "redirect to itself": (redirecting("/0"), "redirects in a circle, back to http://"),
    "redirects in a circle": (redirecting("/1", "/2", "/0"), "redirects in a circle, back to"),
    "redirects for ever": (redirect_for_ever, "redirects more than 10 times, at last to"),
    "redirect to a file": (
        redirecting("file:///etc/passwd"),
        "redirects to file:///etc/passwd, which is no http or https address",
    ),
    "redirect to ftp": (redirecting("ftp://a.example/"), "redirects to ftp://a.example/, which is"),
    "redirect to data": (redirecting("data:text/xml,x"), "redirects to data:text/xml,x, which is"),
    "Content-Length too long": (always(OK + b"Content-Length: 99\r\n\r\n<rss/>"), CUT),
    "Content-Length of letters": (always(OK + b"Content-Length: many\r\n\r\n<rss/>"), NOT_HTTP),
    "two Content-Lengths": (
        always(OK + b"Content-Length: 6\r\nContent-Length: 9\r\n\r\n<rss/>abc"),
        NOT_HTTP,
    ),
    "no last chunk": (always(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"), CUT),
    "cut chunk": (always(OK + b"Transfer-Encoding: chunked\r\n\r\n50\r\nhello"), CUT),
    "no chunk size": (
        always(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhello"),
        NOT_HTTP,
    ),
    "reset at once": (reset_at_once, "broke off the connection ("),
    "reset in the body": (reset_in_the_body, "broke off the connection ("),
    "closed at once": (always(b""), CLOSED),
    "closed in the header": (always(b"HTTP/1.1 200 OK\r\nX-A"), CLOSED),
    "another protocol": (always(b"220 mail.example ESMTP\r\n\r\n"), NOT_HTTP),
    "bytes without sense": (always(bytes(range(256)) * 64), NOT_HTTP),
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
async def hostile_servers(authority: Authority) -> AsyncIterator[dict[str, tuple[str, str]]]:
    """For each fault the address of a server of its own, and how its sentence begins."""
    feed = always(whole(rss("a", "never seen").encode()))
    found: dict[str, tuple[str, str]] = {}
    async with AsyncExitStack() as stack:
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
        plain = await asyncio.start_server(speak_at_once, "127.0.2.3", 0)
        await stack.enter_async_context(plain)
        port = plain.sockets[0].getsockname()[1]
        found["TLS without TLS"] = (f"https://127.0.2.3:{port}/", "cannot be reached over TLS (")
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

    async def against_all(good: list[str]) -> tuple[Ended, dict[str, tuple[str, str]]]:
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
    assert not wrong
    assert ended.code == 0
    assert ended.seconds < BOUND
    assert ended.peak < MEMORY


def reason(ended: Ended, url: str) -> str:
    """The sentence for the failed source `url`."""
    told = [line for line in ended.lines if line.startswith(f"{url}: ")]
    assert told[0] == f"{url}: failed"
    (sentence,) = told[1:]
    return sentence.removeprefix(f"{url}: ")
