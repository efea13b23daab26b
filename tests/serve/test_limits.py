"""Slow, silent, greedy and many clients, and the end of the server."""

import asyncio
import gzip
import re
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import brotli
import pytest
from planet import SITE, Planet
from server import NOTHING_INSIDE

from feedkit.config import Listen, load_settings
from feedkit.serve import connection
from feedkit.serve import server as server_module
from feedkit.serve.listening import listening
from feedkit.serve.server import Server

BIG = b"<rss>" + b"x" * 3_500_000
HUGE = b"<rss>" + b"y" * 9_000_000
PATIENCE = 8.0

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Test = Callable[["Running"], Coroutine[None, None, None]]


class Running:
    """A server in this process."""

    def __init__(self, server: Server) -> None:
        assert server.address is not None
        self.server = server
        self.port = server.address.port

    async def connect(self) -> Streams:
        """A connection that reads at once what comes."""
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def say(self, data: bytes) -> bytes:
        """Send `data`; what comes until the server ends the connection."""
        reader, writer = await self.connect()
        writer.write(data)
        try:
            return await asyncio.wait_for(reader.read(), PATIENCE)
        finally:
            writer.close()

    async def slow(self, data: bytes) -> socket.socket:
        """Send `data` on a connection that takes little at a time, and only when read from."""
        slow = socket.socket()
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32_768)
        slow.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(slow, ("127.0.0.1", self.port))
        await loop.sock_sendall(slow, data)
        return slow


def run(planet: Planet, test: Test) -> None:
    """Run `test` with a server of the planet."""

    @asynccontextmanager
    async def running() -> AsyncIterator[Running]:
        server = Server(load_settings(planet.root / "config.toml"), NOTHING_INSIDE)
        await server.start(listening(Listen(host="127.0.0.1")))
        try:
            yield Running(server)
        finally:
            await server.stop(0.1)

    async def whole() -> None:
        async with running() as it:
            await test(it)

    asyncio.run(whole())


@pytest.fixture(name="planet")
def planet_fixture(tmp_path: Path) -> Planet:
    planet = Planet(tmp_path, "")
    planet.write("public/atom.xml", "<feed/>")
    planet.write("public/big.xml", BIG)
    planet.write("public/huge.xml", HUGE)
    return planet


def get(path: str, *lines: str, version: str = "1.1") -> bytes:
    return "\r\n".join([f"GET {path} HTTP/{version}", "Host: x", *lines, "", ""]).encode()


async def until(is_it: Callable[[], bool]) -> None:
    """Wait until `is_it` so."""
    async with asyncio.timeout(PATIENCE):
        while not is_it():
            await asyncio.sleep(0.02)


def test_a_header_that_does_not_end_is_not_waited_for(
    planet: Planet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.3)

    async def dribble(writer: asyncio.StreamWriter) -> None:
        writer.write(b"GET /atom.xml HTTP/1.1\r\nHost: x\r\nX: ")
        while True:
            writer.write(b"x")
            await asyncio.sleep(0.05)

    async def test(it: Running) -> None:
        reader, writer = await it.connect()
        dribbling = asyncio.ensure_future(dribble(writer))
        silent, other = await it.connect()
        assert (await asyncio.wait_for(reader.read(), PATIENCE)).startswith(b"HTTP/1.1 408 ")
        assert await asyncio.wait_for(silent.read(), PATIENCE) == b""
        dribbling.cancel()
        writer.close()
        other.close()

    run(planet, test)


def test_empty_lines_before_a_request_are_none_of_it(
    planet: Planet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As clients of old send them behind a message (RFC 9112, 2.2)."""
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.1)

    async def test(it: Running) -> None:
        reader, writer = await it.connect()
        writer.write(b"\r\n\r\n\r\n" + get("/atom.xml"))
        assert (await reader.readuntil(b"<feed/>")).startswith(b"HTTP/1.1 200 ")
        writer.write(b"\r\n")
        await asyncio.sleep(1.3)  # limits are looked at once a second
        writer.write(b"\r\n" + get("/atom.xml", "Connection: close"))
        assert (await reader.read()).startswith(b"HTTP/1.1 200 ")
        writer.close()

    run(planet, test)


def test_a_connection_without_requests_ends_in_time(
    planet: Planet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "IDLE_SECONDS", 0.3)

    async def test(it: Running) -> None:
        answer = await it.say(get("/atom.xml"))
        assert answer.endswith(b"\r\n\r\n<feed/>")

    run(planet, test)


def test_who_takes_nothing_is_let_go_and_who_takes_a_little_is_not(
    planet: Planet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "STALL_SECONDS", 0.6)

    async def test(it: Running) -> None:
        loop = asyncio.get_running_loop()
        for path, size in (("/big.xml", len(BIG)), ("/huge.xml", len(HUGE))):
            stalled = await it.slow(get(path))
            slow = await it.slow(get(path, "Connection: close"))
            taken, end = 0, loop.time() + 1.4
            while piece := await loop.sock_recv(slow, 65_536):
                taken += len(piece)
                await asyncio.sleep(0.05 if loop.time() < end else 0)
            assert taken > size, "it took seconds, and all came"
            slow.close()
            await until(lambda: not it.server._connections)
            stalled.close()

    run(planet, test)


def test_what_slow_readers_wait_for_is_bounded(
    planet: Planet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "_UNSENT", 1_000_000)

    async def test(it: Running) -> None:
        sockets = [await it.slow(get("/big.xml")) for _ in range(30)]
        await until(lambda: 0 < len(it.server._connections) < 8)
        assert sum(each.unsent for each in it.server._connections) <= 1_000_000
        assert (await it.say(get("/atom.xml", "Connection: close"))).endswith(b"<feed/>")
        for each in sockets:
            each.close()

    run(planet, test)


def test_requests_behind_one_another_are_answered_in_turn(planet: Planet) -> None:
    planet.write("public/categories/a/atom.xml", "<feed>a</feed>")
    paths = ["/atom.xml", "/huge.xml", "/nowhere", "/categories/b/x", "/big.xml", "/atom.xml"]

    async def test(it: Running) -> None:
        data = b"".join(map(get, paths)) + get("/categories/a/atom.xml", "Connection: close")
        answer = await it.say(data + get("/never"))
        statuses = re.findall(rb"HTTP/1\.1 (\d+) ", answer)
        assert statuses == [b"200", b"200", b"404", b"404", b"200", b"200", b"200"]
        assert answer.endswith(b"<feed>a</feed>")
        assert answer.count(b"Connection: close") == 1
        assert len(answer) > len(BIG) + len(HUGE)

    run(planet, test)


def test_who_asks_without_reading_is_not_listened_to(planet: Planet) -> None:
    async def test(it: Running) -> None:
        slow = await it.slow(get("/big.xml"))
        loop = asyncio.get_running_loop()
        flood, sent = get("/atom.xml") * 1_000, 0
        with suppress(TimeoutError):
            async with asyncio.timeout(0.5):
                while sent < 100_000_000:
                    await loop.sock_sendall(slow, flood)
                    sent += len(flood)
        assert sent < 20_000_000
        slow.close()

    run(planet, test)


@pytest.mark.parametrize("path", ["/atom.xml", "/huge.xml"])
def test_http_1_0_is_answered_and_stays_where_it_asks_to(planet: Planet, path: str) -> None:
    async def test(it: Running) -> None:
        answer = await it.say(get(path, version="1.0"))
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert b"Connection: close\r\n" in answer
        stays = get(path, "Connection: keep-alive", version="1.0") + get(path, version="1.0")
        answer = await it.say(stays)
        assert answer.count(b"Connection: keep-alive\r\n") == 1
        assert answer.count(b"HTTP/1.1 200 ") == 2
        for ends in (
            ("Connection: keep-alive, Close",),
            ("Connection: keep-alive", "Connection: close"),
        ):
            answer = await it.say(get(path, *ends, version="1.0") + get("/nowhere"))
            assert answer.count(b"HTTP/1.1 ") == 1, "to end counts for more (RFC 9112, 9.3)"

    run(planet, test)


def test_more_connections_than_there_is_room_for_are_refused(planet: Planet) -> None:
    planet.configure("[serve]\nconnections = 3\n")

    async def test(it: Running) -> None:
        held = [await it.connect() for _ in range(3)]
        await until(lambda: len(it.server._connections) == 3)
        assert await it.say(b"") == b""
        held.pop()[1].close()
        await until(lambda: len(it.server._connections) == 2)
        assert (await it.say(get("/atom.xml", "Connection: close"))).endswith(b"<feed/>")
        for _, writer in held:
            writer.close()

    run(planet, test)


def test_an_answer_that_is_being_sent_comes_to_its_end_though_the_server_stops(
    planet: Planet,
) -> None:
    async def test(it: Running) -> None:
        loop = asyncio.get_running_loop()
        slow = [await it.slow(get(path)) for path in ("/big.xml", "/huge.xml")]
        idle, writer = await it.connect()
        writer.write(get("/atom.xml"))
        await idle.readuntil(b"<feed/>")
        await until(lambda: len(it.server._slow) == 2)
        stopping = asyncio.ensure_future(it.server.stop())
        assert await asyncio.wait_for(idle.read(), 1) == b"", "who asks for nothing goes at once"
        with pytest.raises(OSError):
            await it.connect()
        for each, size in zip(slow, (len(BIG), len(HUGE)), strict=True):
            taken = 0
            while piece := await loop.sock_recv(each, 262_144):
                taken += len(piece)
            assert taken > size
            each.close()
        await asyncio.wait_for(stopping, PATIENCE)
        writer.close()

    run(planet, test)


def test_a_server_that_stops_leaves_the_socket_of_its_successor(planet: Planet) -> None:
    where = Listen(path=planet.root / "feedkit.sock")
    settings = load_settings(planet.root / "config.toml")

    async def test(it: Running) -> None:
        old, new = Server(settings, NOTHING_INSIDE), Server(settings, NOTHING_INSIDE)
        before = listening(where)
        await old.start(before)
        reader, writer = await asyncio.open_unix_connection(where.path, limit=1_000)
        writer.write(get("/huge.xml"))
        await until(lambda: bool(old._slow))
        old.close()
        before.close()
        stopping = asyncio.ensure_future(old.stop())
        after = listening(where)
        await new.start(after)
        assert (await reader.read()).endswith(HUGE)
        writer.close()
        await asyncio.wait_for(stopping, PATIENCE)
        again, other = await asyncio.open_unix_connection(where.path)
        other.write(get("/atom.xml", "Connection: close"))
        assert (await again.read()).endswith(b"<feed/>")
        other.close()
        new.close()
        after.close()
        await new.stop()
        assert where.path is not None
        assert not where.path.exists()

    run(planet, test)


def test_a_large_document_that_is_replaced_while_it_is_sent_stays_what_it_was(
    planet: Planet,
) -> None:
    async def test(it: Running) -> None:
        loop = asyncio.get_running_loop()
        slow = await it.slow(get("/huge.xml", "Connection: close"))
        await until(lambda: bool(it.server._slow))
        beside = planet.write("public/.huge.xml.tmp", HUGE.replace(b"y", b"z"))
        beside.replace(planet.public / "huge.xml")
        pieces = []
        while piece := await loop.sock_recv(slow, 262_144):
            pieces.append(piece)
        slow.close()
        assert b"".join(pieces).endswith(HUGE)
        assert b"zzz" in await it.say(get("/huge.xml", "Connection: close"))

    run(planet, test)


def test_a_large_document_is_sent_in_a_coding_from_the_file_beside_it(planet: Planet) -> None:
    head = ("Accept-Encoding: br, gzip", "Connection: close")

    def publish(text: bytes) -> None:
        files = {".gz": gzip.compress(text), ".br": brotli.compress(text, quality=1), "": text}
        for suffix, data in files.items():
            planet.write("public/.beside", data).replace(planet.public / f"huge.xml{suffix}")

    async def test(it: Running) -> None:
        publish(HUGE)
        before, _, body = (await it.say(get("/huge.xml", *head))).partition(b"\r\n\r\n")
        assert b"Content-Encoding: br\r\n" in before
        assert brotli.decompress(body) == HUGE
        (tag,) = re.findall(rb'ETag: ("[0-9a-f]{20}\.br\.[0-9a-f]{6}")\r\n', before)
        again = await it.say(get("/huge.xml", *head, f"If-None-Match: {tag.decode()}"))
        assert again.startswith(b"HTTP/1.1 304 ")
        planet.write("public/huge.xml.br", brotli.compress(b"of another document"))
        answer = await it.say(get("/huge.xml", *head))
        assert gzip.decompress(answer.partition(b"\r\n\r\n")[2]) == HUGE
        (planet.public / "huge.xml.gz").unlink()
        assert (await it.say(get("/huge.xml", *head))).endswith(b"\r\n\r\n" + HUGE)
        publish(HUGE + b"z")
        answer = await it.say(get("/huge.xml", *head))
        assert brotli.decompress(answer.partition(b"\r\n\r\n")[2]) == HUGE + b"z"

    run(planet, test)


@pytest.mark.parametrize(
    "data",
    [gzip.compress(HUGE)[:-9], gzip.compress(HUGE * 2), b"", b"none"],
    ids=["broken off", "of more", "empty", "of no coding"],
)
def test_what_beside_a_large_document_is_no_copy_of_it_is_not_sent(
    planet: Planet, data: bytes
) -> None:
    planet.write("public/huge.xml.gz", data)

    async def test(it: Running) -> None:
        answer = await it.say(get("/huge.xml", "Accept-Encoding: gzip", "Connection: close"))
        assert answer.endswith(b"\r\n\r\n" + HUGE)

    run(planet, test)


def test_documents_in_memory_are_bounded(planet: Planet) -> None:
    planet.configure('[serve]\ncache = "1MB"\n')
    for number in range(50):
        planet.write(f"public/{number}.txt", f"{number} " * 30_000)

    async def test(it: Running) -> None:
        shelf = it.server._site._shelf
        for number in [*range(50), *range(50)]:
            for coding in ("identity", "gzip", "br"):
                said = (f"Accept-Encoding: {coding}", "Connection: close")
                assert b" 200 OK" in await it.say(get(f"/{number}.txt", *said))
            kept = [each.size for each in shelf._documents.values()]
            assert sum(kept) == shelf.size <= 1_000_000

    run(planet, test)


def test_where_entries_are_counts_as_memory(planet: Planet) -> None:
    planet.configure('[serve]\ncache = "1MB"\n')
    for number in range(10):
        planet.write(f"public/{number}.xml", f"<feed>{'<entry/>' * 1_000}{number}</feed>")

    async def test(it: Running) -> None:
        shelf = it.server._site._shelf
        for number in range(10):
            assert b" 200 OK" in await it.say(get(f"/{number}.xml", "Connection: close"))
            kept = [each.size for each in shelf._documents.values()]
            assert sum(kept) == shelf.size <= 1_000_000
        assert len(kept) == 4, "a place takes more than such an entry itself"

    run(planet, test)


def test_a_new_configuration_that_cannot_be_served_leaves_what_is(planet: Planet) -> None:
    async def test(it: Running) -> None:
        for output in ("s3://bucket", "."):
            planet.configure("", site=f'{SITE}output = "{output}"\n')
            it.server.follow(load_settings(planet.root / "config.toml"))
            assert b" 404 " in await it.say(get("/config.toml", "Connection: close"))
            assert (await it.say(get("/atom.xml", "Connection: close"))).endswith(b"<feed/>")

    run(planet, test)
