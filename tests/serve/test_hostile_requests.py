"""Requests that are wrong, hostile or made up, over raw sockets: none is answered with a server's
error, with another's answer, or with a file from outside of the folder."""

import random
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from planet import Planet
from server import Client, received, serving
from service import Service

SECRET = b"s3cret-outside"
DOCUMENT = b"<feed>the document</feed>"
STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) [A-Za-z -]+\r\n")
MEGABYTES = 150

Running = tuple[Client, Service]


@pytest.fixture(name="server", scope="module")
def server_fixture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    root = tmp_path_factory.mktemp("planet")
    planet = Planet(root, "")
    planet.write("secret.txt", SECRET)
    planet.write("public/atom.xml", DOCUMENT)
    planet.write("public/categories/a/atom.xml", DOCUMENT * 2_000)
    planet.write("public/large.xml", b"<rss>" + b"x" * 5_000_000)
    (planet.public / "out.xml").symlink_to("../secret.txt")
    with serving(root) as (client, service):
        yield client, service
        assert client.ask("/atom.xml").body == DOCUMENT, "it still answers"
        assert memory(service) < MEGABYTES
        assert service.stop() == 0
        assert [name for name, _ in service.events()] == ["serving"], "nothing was a surprise"


def memory(service: Service) -> float:
    """Megabytes that the server has ever taken at once."""
    status = Path(f"/proc/{service.process.pid}/status").read_text()
    match = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert match is not None
    return int(match[1]) / 1_000


def statuses(answer: bytes) -> list[int]:
    return [int(status) for status in STATUS.findall(answer)]


HOST = b"Host: x\r\n"
BEHIND = b"GET /categories/a/atom.xml HTTP/1.1\r\nHost: x\r\n\r\n"
"""What would be answered if it were taken for a request."""

SMUGGLED: list[tuple[str, bytes]] = [
    ("length and chunked", b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ("two lengths", b"Content-Length: 0\r\nContent-Length: 60\r\n\r\n"),
    ("two lengths in one", b"Content-Length: 0, 60\r\n\r\n"),
    ("a length with a sign", b"Content-Length: +0\r\n\r\n"),
    ("a negative length", b"Content-Length: -1\r\n\r\n"),
    ("a length in hexadecimal", b"Content-Length: 0x3\r\n\r\n"),
    ("a length of too many digits", b"Content-Length: 99999999999999999999999\r\n\r\n"),
    ("a length with a space", b"Content-Length : 60\r\n\r\n"),
    ("a length on a folded line", b"X: y\r\n Content-Length: 60\r\n\r\n"),
    ("chunked twice", b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ("chunked and more", b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
    ("chunked misspelt", b"Transfer-Encoding: xchunked\r\n\r\n"),
    ("chunked with a tab", b"Transfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n"),
    ("another coding", b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
    ("another coding alone", b"Transfer-Encoding: gzip\r\n\r\n"),
    ("no coding at all", b"Transfer-Encoding:\r\n\r\n"),
    ("chunked with a control", b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n"),
    ("a chunk of too much", b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n"),
    ("a chunk with a bare line", b"Transfer-Encoding: chunked\r\n\r\n0\n\n"),
    ("a bare line feed", b"X: y\n\n"),
    ("a bare carriage return", b"X: y\rContent-Length: 60\r\n\r\n"),
    ("a NUL", b"X: y\0z\r\n\r\n"),
    ("a name with a space", b"X Y: z\r\n\r\n"),
    ("a line without a colon", b"nonsense\r\n\r\n"),
    ("an empty name", b": x\r\n\r\n"),
    ("a body with a length", b"Content-Length: 60\r\n\r\n"),
    ("a body in chunks", b"Transfer-Encoding: chunked\r\n\r\n3c\r\n"),
    ("an upgrade", b"Connection: upgrade\r\nUpgrade: websocket\r\n\r\n"),
    ("two hosts", b"Host: y\r\n\r\n"),
    ("an expectation", b"Expect: 100-continue\r\nContent-Length: 60\r\n\r\n"),
    (
        "the old chunked of HTTP/1.0",
        b"Transfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n",
    ),
]


@pytest.mark.parametrize("method", [b"GET", b"POST", b"HEAD"])
@pytest.mark.parametrize("shape", [shape for _, shape in SMUGGLED], ids=[n for n, _ in SMUGGLED])
def test_nothing_that_may_be_a_body_is_taken_for_a_request(
    server: Running, method: bytes, shape: bytes
) -> None:
    client, _ = server
    answer = client.say(method + b" /atom.xml HTTP/1.1\r\n" + HOST + shape + BEHIND)
    found = statuses(answer)
    assert len(found) == 1, answer
    assert found[0] in (200, 400, 405, 501)
    assert DOCUMENT * 2 not in answer


@pytest.mark.parametrize("shape", [b"Connection: upgrade\r\nUpgrade: h2c\r\n\r\n", b"\r\n"])
def test_what_is_no_body_is_a_request(server: Running, shape: bytes) -> None:
    client, _ = server
    answer = client.say(b"GET /atom.xml HTTP/1.1\r\n" + HOST + shape + BEHIND)
    assert statuses(answer) == [200, 200]


REFUSED: list[tuple[int, list[bytes]]] = [
    (400, [
        b"GET\r\n", b" GET / HTTP/1.1\r\n", b"GET/ HTTP/1.1\r\n", b"GET x:80 HTTP/1.1\r\n",
        b"\x16\x03\x01\x02\x00\x01\xfc\r\n", b"GET /atom.xml HTTP/1.1 x\r\n", b"\0" * 50 + b"\r\n",
        b"GET \xff\xfe HTTP/1.1\r\n", b"GET http://[::1 HTTP/1.1\r\n", b"GET ?#x HTTP/1.1\r\n",
        b"GET http://x:99999999/ HTTP/1.1\r\n", b"GET * HTTP/1.1\r\n", b"G@T / HTTP/1.1\r\n",
        b"GET / http/1.1\r\n", b"GET / HTTP/1\r\n", b"GET / HTTP/1.10\r\n", b"GET / HTTP/x\r\n",
    ]),
    (404, [b"GET " + b"/" * 5_000 + b" HTTP/1.1\r\n", b"GET /" + b"a" * 8_189 + b" HTTP/1.1\r\n"]),
    (405, [b"CONNECT x:80 HTTP/1.1\r\n", b"TRACE / HTTP/1.1\r\n", b"PROPFIND / HTTP/1.1\r\n"]),
    (414, [
        b"GET /" + b"a" * 8_190 + b" HTTP/1.1\r\n", b"GET /" + b"a" * 90_000 + b" HTTP/1.1\r\n",
        b"GET http://x/" + b"a" * 9_000 + b" HTTP/1.1\r\n",
    ]),
    (501, [b"get / HTTP/1.1\r\n", b"BREW /pot HTTP/1.1\r\n", b"GETTER / HTTP/1.0\r\n"]),
    (505, [
        b"GET /atom.xml\r\n", b"GET / HTTP/9.9\r\n", b"GET / HTTP/2.0\r\n", b"GET / HTTP/0.9\r\n",
        b"GET / HTTP/1.2\r\n", b"get / HTTP/3.0\r\n",
    ]),
]  # fmt: skip


@pytest.mark.parametrize("piece", [1_000_000, 700])
@pytest.mark.parametrize(
    ("status", "request_line"), [(status, line) for status, lines in REFUSED for line in lines]
)
def test_what_is_wrong_with_a_request_line_is_told(
    server: Running, status: int, request_line: bytes, piece: int
) -> None:
    client, _ = server
    data = request_line + HOST + b"\r\n"
    with socket.create_connection(("127.0.0.1", client.port), timeout=5) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for at in range(0, len(data), piece):
            try:
                connection.sendall(data[at : at + piece])
            except (BrokenPipeError, ConnectionResetError):
                break  # it was answered already
        connection.shutdown(socket.SHUT_WR)
        assert statuses(received(connection)) == [status]


@pytest.mark.parametrize("coding", [b"gzip, chunked", b"x, chunked", b""])
def test_a_transfer_coding_that_is_not_known_is_told(server: Running, coding: bytes) -> None:
    client, _ = server
    line = b"Transfer-Encoding: " + coding + b"\r\n"
    answer = client.say(b"GET /atom.xml HTTP/1.1\r\n" + HOST + line + b"\r\n0\r\n\r\n")
    assert statuses(answer) == [501]


@pytest.mark.parametrize("behind", [b"nonsense\r\n\r\n", b"BREW / HTTP/1.1\r\n\r\n", b"\0" * 90])
def test_a_request_is_answered_however_what_came_is_cut_from_the_nonsense_behind_it(
    server: Running, behind: bytes
) -> None:
    client, _ = server
    head = b"GET /atom.xml HTTP/1.1\r\n" + HOST + b"\r\n"
    for cut in range(len(head) - 6, len(head) + 2):
        with socket.create_connection(("127.0.0.1", client.port), timeout=5) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(head[:cut])
            time.sleep(0.005)
            connection.sendall((head + behind)[cut:])
            connection.shutdown(socket.SHUT_WR)
            found = statuses(received(connection))
        assert (found[0], found[1:] in ([400], [501])) == (200, True), cut


def test_http_2_is_told_which_versions_there_are(server: Running) -> None:
    client, _ = server
    answer = client.say(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\x12\x04" + b"\0" * 23)
    assert statuses(answer) == [505]
    assert b"HTTP/1.1 and HTTP/1.0 are spoken here" in answer


def test_options_may_ask_of_the_server_itself(server: Running) -> None:
    client, _ = server
    answer = client.say(b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n")
    assert statuses(answer) == [204]
    assert b"Allow: GET, HEAD, OPTIONS\r\n" in answer


@pytest.mark.parametrize("method", [b"GET", b"PUT"])
def test_a_header_that_is_too_long_or_has_too_many_lines_is_refused(
    server: Running, method: bytes
) -> None:
    client, _ = server
    start = method + b" /atom.xml HTTP/1.1\r\n" + HOST
    for more in (
        b"X: " + b"x" * 9_000 + b"\r\n",
        b"X" * 9_000 + b": x\r\n",
        b"X: y\r\n" * 4_000,
        b"".join(b"X-%d: %s\r\n" % (n, b"y" * 1_000) for n in range(60)),
    ):
        assert statuses(client.say(start + more + b"\r\n")) == [431]
    assert statuses(client.say(start + b"X: y\r\n" * 600 + b"\r\n")) == [431]
    short = start + b"X: y\r\n" * 400 + b"\r\n"
    assert statuses(client.say(short)) == [200 if method == b"GET" else 405]


def test_a_header_without_end_takes_no_memory(server: Running) -> None:
    client, service = server
    before = memory(service)
    sockets = []
    for number in range(100):
        connection = socket.create_connection(("127.0.0.1", client.port), timeout=5)
        connection.sendall(b"GET /atom.xml HTTP/1.1\r\n" + b"X: " + b"y" * 8_000 + b"\r\n")
        if number % 2:
            connection.sendall(b"Z: " + b"z" * 8_000 + b"\r\nZ: ")
        sockets.append(connection)
    assert client.ask("/atom.xml").status == 200
    for connection in sockets:
        connection.close()
    assert memory(service) - before < 20


def test_many_who_do_not_read_take_no_memory(server: Running) -> None:
    client, service = server
    sockets = []
    for _ in range(100):
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.settimeout(5)
        connection.connect(("127.0.0.1", client.port))
        connection.sendall(b"GET /large.xml HTTP/1.1\r\nHost: x\r\n\r\n" * 20)
        sockets.append(connection)
    assert client.ask("/atom.xml").status == 200
    for connection in sockets:
        connection.close()
    assert memory(service) < MEGABYTES


# Made-up requests

STATUSES = {200, 204, 206, 304, 400, 404, 405, 412, 414, 416, 431, 501, 505}

METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "TRACE", "get", "G\0T", "PROPFIND", "", "é"]
TARGETS = [
    "/atom.xml", "/", "/large.xml", "/categories/a/atom.xml", "/categories/x/atom.xml", "/healthz",
    "/status", "/status.json", "/metrics", "*", "http://x/atom.xml", "//", "/../secret.txt",
    "/out.xml", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/%00", "/?", "/#", "/a b", "x:1",
    "/%", "/%FF%FE", "/\x7f", "/categories/../../secret.txt", "/.%2e/secret.txt", "/atom.xml/..",
]  # fmt: skip
NAMES = [
    "Accept-Encoding", "Range", "If-Range", "If-None-Match", "If-Match", "If-Modified-Since",
    "If-Unmodified-Since", "Content-Length", "Transfer-Encoding", "Connection", "Authorization",
    "X-Forwarded-For", "Accept", "A-IM", "Expect", "Upgrade", "Host", "Cookie", "Content-Encoding",
]  # fmt: skip
VALUES = [
    "", "*", "0", "-1", "gzip;q=0.5, *;q=0", "bytes=0-", "bytes=1-2,4-9", "bytes=-1", '"x"',
    'W/"y"',
    "Sat, 29 Oct 1994 19:43:31 GMT", "Sat, 99 Foo 99999 99:99:99 GMT", "close", "keep-alive",
    "Basic !!!", "Basic YTpi", "127.0.0.1", "127.0.0.1, ::1", "text/html", "application/json",
    "chunked", "feed", "100-continue", "h2c", "br", "bytes=" + "0-1," * 50, "9" * 50, "\t", "é\xff",
    "a" * 3_000, "," * 500, '"' * 99, "Mon, 01 Jan 0001 00:00:00 +9999", "identity;q=0",
]  # fmt: skip


def made_up(random_: random.Random) -> bytes:
    """A request that is more or less one."""
    target = random_.choice(TARGETS)
    if random_.random() < 0.3:
        at = random_.randrange(len(target) + 1)
        target = target[:at] + chr(random_.randrange(256)) + target[at:]
    lines = [f"{random_.choice(METHODS[:5] * 3 + METHODS)} {target} HTTP/1.1"]
    if random_.random() < 0.9:
        lines.append("Host: x")
    for _ in range(random_.randrange(6)):
        value = random_.choice(VALUES)
        lines.append(f"{random_.choice(NAMES)}{random_.choice([':', ': '])}{value}")
    data = bytearray("\r\n".join([*lines, "", ""]).encode("latin-1"))
    for _ in range(random_.choice([0, 0, 0, 1, 3])):
        data[random_.randrange(len(data))] = random_.randrange(256)
    return bytes(data) + random_.choice([b"", b"", b"0\r\n\r\n", b"rubbish"])


@pytest.mark.parametrize("seed", range(4))
def test_made_up_requests_are_answered_or_refused(server: Running, seed: int) -> None:
    client, _ = server
    random_ = random.Random(seed)  # noqa: S311 - the same ones each time
    for _ in range(250):
        data = b"".join(made_up(random_) for _ in range(random_.choice([1, 1, 2, 5])))
        with socket.create_connection(("127.0.0.1", client.port), timeout=5) as connection:
            for piece in pieces(random_, data):
                try:
                    connection.sendall(piece)
                except (BrokenPipeError, ConnectionResetError):
                    break  # it was answered already, and for good
            try:
                connection.shutdown(socket.SHUT_WR)
            except OSError:
                continue
            answer = received(connection)
        assert SECRET not in answer
        assert set(statuses(answer)) <= STATUSES, (data, answer)
        assert not answer or answer.startswith(b"HTTP/1.1 "), (data, answer)


def pieces(random_: random.Random, data: bytes) -> Iterator[bytes]:
    """The data at once, or cut somewhere."""
    at = random_.randrange(len(data)) if random_.random() < 0.3 else 0
    yield from (data[:at], data[at:])
