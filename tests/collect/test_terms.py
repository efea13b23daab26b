"""Users, headers, proxies and authorities of single sources: sent to whom they are for, and nobody
else, and never told."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from certificates import Authority
from fetching import LIMITS, always, whole
from hostile import redirecting
from raw_server import Answer, Exchange, RawServer, serving

from feedkit.collect.http import Client, Fetched
from feedkit.config import RequestOptions, Secret
from feedkit.errors import CollectError, RefusalError

GUARDED = msgspec.structs.replace(LIMITS, allow_private_hosts=False)
SECRET = "s3cret"
FEED = whole(b"<rss/>")


def options(url: str, **given: str | Path | None) -> RequestOptions:
    headers = tuple(
        (name.removeprefix("header_").replace("_", "-"), Secret(str(text)))
        for name, text in given.items()
        if name.startswith("header_")
    )
    ca = given.pop("ca", None)
    rest = {
        name: Secret(str(text)) for name, text in given.items() if not name.startswith("header_")
    }
    return RequestOptions(url=url, headers=headers, ca=Path(ca) if ca is not None else None, **rest)


def basic(text: str) -> bytes:
    return b"Basic " + base64.b64encode(text.encode())


def asked(
    answer: Answer, path: str = "/feed", source: str | None = None, **given: str
) -> list[Exchange]:
    """What a server is sent for `path`, on terms of the source at `source` (or at `path`)."""

    async def run() -> list[Exchange]:
        async with serving(answer) as server, Client(LIMITS, "feedkit") as client:
            url = source if source is not None else server.url + path
            await client.get(server.url + path, options=options(url, **given))
            return server.exchanges

    return asyncio.run(run())


def refusal(url: str, **given: str | Path) -> str:
    async def run() -> Fetched:
        async with Client(LIMITS, "feedkit") as client:
            return await client.get(url, options=options(url, **given))

    with pytest.raises(CollectError) as caught:
        asyncio.run(run())
    assert SECRET not in str(caught.value)
    return str(caught.value)


# Users and headers.


def test_the_user_and_the_headers_of_a_source_are_sent() -> None:
    (seen,) = asked(
        always(FEED), username="mé", password="p:a ss", header_X_Key="k", header_Accept="text/xml"
    )
    assert seen.header("authorization") == basic("mé:p:a ss")
    assert seen.header("x-key") == b"k"
    assert seen.header("accept") == b"text/xml"
    assert seen.head.lower().count(b"\naccept:") == 1


def test_a_user_without_a_password_is_sent() -> None:
    (seen,) = asked(always(FEED), username="token")
    assert seen.header("authorization") == basic("token:")


def test_secrets_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEED_TOKEN", "abc")
    monkeypatch.setenv("FEED_USER", "me")
    (seen,) = asked(always(FEED), header_Authorization="Bearer ${FEED_TOKEN}")
    assert seen.header("authorization") == b"Bearer abc"
    (seen,) = asked(always(FEED), username="${FEED_USER}", password="$${FEED_TOKEN} $1 $")
    assert seen.header("authorization") == basic("me:${FEED_TOKEN} $1 $")


def test_a_variable_that_is_not_set_is_named_and_nobody_is_asked() -> None:
    sentence = refusal("http://127.0.0.1:9/", username="me", password="${NOBODY_SET_THIS}")
    assert sentence == "needs the environment variable NOBODY_SET_THIS, which is not set"


@pytest.mark.parametrize("value", [f"{SECRET}\r\nX-Forged: yes", f"{SECRET}\udcff", f"\0{SECRET}"])
def test_a_variable_can_never_forge_a_header(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    if "\0" in value:
        value = value.replace("\0", "\x7f")
    monkeypatch.setenv("FEED_TOKEN", value)
    sentence = refusal("http://127.0.0.1:9/", header_X_Key="${FEED_TOKEN}")
    assert sentence == (
        "needs the environment variable FEED_TOKEN, which holds control characters; set it without"
    )


def test_a_user_from_the_environment_has_no_colon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEED_USER", f"me:{SECRET}")
    assert refusal("http://127.0.0.1:9/", username="${FEED_USER}") == (
        "needs a user name without a colon (username)"
    )


# Whom they are for.


def test_they_stay_on_redirects_within_the_origin() -> None:
    seen = asked(redirecting("/1", "/feed"), "/0", username="me", header_X_Key="k")
    assert [exchange.header("authorization") for exchange in seen] == [basic("me:")] * 3
    assert [exchange.header("x-key") for exchange in seen] == [b"k"] * 3


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])  # another name, another port
def test_they_never_follow_to_another_origin(host: str) -> None:
    async def run() -> list[Exchange]:
        async with serving(always(FEED)) as other:
            there = f"http://{host}:{other.port}/"
            async with (
                serving(redirecting(there)) as server,
                Client(LIMITS, "feedkit") as client,
            ):
                url = server.url + "/0"
                given = options(url, username="me", password=SECRET, header_Cookie="a=b")
                await client.get(url, etag='"1"', options=given)
            return other.exchanges

    (seen,) = asyncio.run(run())
    assert seen.header("authorization") is None
    assert seen.header("cookie") is None
    assert seen.header("if-none-match") is None, "it says nothing of another origin's document"


def test_they_never_follow_a_source_that_moved_to_another_origin() -> None:
    (seen,) = asked(always(FEED), source="http://old.example/feed", username="me", header_X_Key="k")
    assert seen.header("authorization") is None
    assert seen.header("x-key") is None


def test_they_stay_with_a_source_that_moved_within_its_origin() -> None:
    async def run() -> Exchange:
        async with serving(always(FEED)) as server, Client(LIMITS, "feedkit") as client:
            old = f"http://old:user@127.0.0.1:{server.port}/old"
            await client.get(server.url + "/new", options=options(old, username="me"))
            return server.exchanges[0]

    assert asyncio.run(run()).header("authorization") == basic("me:")


def test_a_wrong_password_is_a_refusal_that_tells_none() -> None:
    async def run() -> None:
        no = whole(b"", 'WWW-Authenticate: Basic realm="x"', status=b"HTTP/1.1 401 No\r\n")
        async with serving(always(no)) as server, Client(LIMITS, "feedkit") as client:
            given = options(server.url, username="me", password=SECRET)
            await client.get(server.url, options=given)

    with pytest.raises(RefusalError) as caught:
        asyncio.run(run())
    assert str(caught.value) == "answered 401 Unauthorized; check its username and password"


def test_no_secret_is_in_what_python_shows_of_options() -> None:
    given = options("http://a.example/", username="me", password=SECRET, header_A=SECRET)
    assert SECRET not in repr(given)
    assert SECRET not in str(msgspec.structs.asdict(given))


# Proxies.


async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
    writer.close()


@asynccontextmanager
async def tunnelling() -> AsyncIterator[tuple[str, list[bytes]]]:
    """A proxy that connects whoever asks (RFC 9110, 9.3.6): its URL, and the headers it got."""
    heads: list[bytes] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        heads.append(head)
        host, _, port = head.split(b" ")[1].decode().rpartition(":")
        there_reader, there_writer = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        await asyncio.gather(pipe(reader, there_writer), pipe(there_reader, writer))

    async with await asyncio.start_server(connected, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", heads


def with_proxy(
    url: str, proxy: str = "http://me:{password}@{host}", answer: bytes = FEED
) -> tuple[Fetched, RawServer]:
    """What comes of `url` through a proxy at a private address, with the guard on."""

    async def run() -> tuple[Fetched, RawServer]:
        async with serving(always(answer)) as server, Client(GUARDED, "feedkit") as client:
            written = proxy.replace("{host}", server.url.removeprefix("http://"))
            given = options(url, proxy=written.replace("{password}", SECRET), username="you")
            return await client.get(url, options=given), server

    return asyncio.run(run())


def test_a_proxy_is_asked_instead_of_the_host() -> None:
    fetched, server = with_proxy("http://feeds.example/a?b")
    (seen,) = server.exchanges
    assert seen.path == "http://feeds.example/a?b"
    assert seen.header("proxy-authorization") == basic(f"me:{SECRET}")
    assert seen.header("authorization") == basic("you:")
    assert (fetched.url, fetched.body) == ("http://feeds.example/a?b", b"<rss/>")


def test_a_password_of_a_proxy_may_have_any_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROXY_PASSWORD", "p@ss:w/rd %41")
    _, server = with_proxy("http://feeds.example/", "http://me:${PROXY_PASSWORD}@{host}/")
    assert server.exchanges[0].header("proxy-authorization") == basic("me:p@ss:w/rd %41")


def test_https_goes_through_a_tunnel_and_the_proxy_sees_no_request(tmp_path: Path) -> None:
    authority = Authority(tmp_path)

    async def run() -> tuple[list[bytes], list[Exchange]]:
        tls = authority.server("127.0.0.1")
        async with (
            serving(always(FEED), tls=tls) as server,
            tunnelling() as (proxy, heads),
            Client(LIMITS, "feedkit") as client,
        ):
            written = proxy.replace("//", f"//me:{SECRET}@")
            given = options(server.url, proxy=written, username="you", ca=authority.file)
            await client.get(server.url, options=given)
            return heads, server.exchanges

    (head,), (seen,) = asyncio.run(run())
    assert head.startswith(b"CONNECT 127.0.0.1:")
    assert basic(f"me:{SECRET}") in head
    assert basic("you:") not in head
    assert seen.header("authorization") == basic("you:")
    assert seen.header("proxy-authorization") is None


@pytest.mark.parametrize(
    ("url", "answer", "sentence"),
    [
        ("http://a.example/", b"407 No", "answered 407 Proxy Authentication Required"),
        (
            "https://a.example/",
            b"407 No",
            "cannot be asked: its proxy answered 407 Proxy Authentication Required",
        ),
        ("https://a.example/", b"502 No", "cannot be asked: its proxy answered 502 Bad Gateway"),
    ],
)
def test_a_proxy_that_refuses_is_told(url: str, answer: bytes, sentence: str) -> None:
    with pytest.raises(CollectError) as caught:
        with_proxy(url, answer=whole(b"", status=b"HTTP/1.1 " + answer + b"\r\n"))
    assert str(caught.value) == sentence


def test_a_proxy_that_is_not_there_is_told() -> None:
    sentence = refusal("http://a.example/", proxy=f"http://me:{SECRET}@127.0.0.1:9")
    assert sentence.startswith("cannot be asked: its proxy refused the connection")


@pytest.mark.parametrize("value", [f"ftp://me:{SECRET}@a.example", SECRET, f"http://[{SECRET}"])
def test_a_proxy_from_the_environment_must_be_one(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("FEED_PROXY", value)
    assert refusal("http://a.example/", proxy="${FEED_PROXY}") == (
        "needs the address of an HTTP proxy (proxy), which is not one"
    )


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "0x7f000001", "2130706433", "[::1]", "localhost", "a.localhost.",
     "169.254.169.254", "[64:ff9b::a9fe:a9fe]", "localhost..", "127.0.0.1..", "%6cocalhost",
     "１２７.1", "127。0。0。1", "127.0.0.256", "1.127.0.0.1", "08.1", "0x100000001",
     "[fe80::1%25lo]", "[::127.0.0.1]", "[2002:7f00:1::]", "0"],
)  # fmt: skip
def test_through_a_proxy_private_addresses_are_refused_too(host: str) -> None:
    with pytest.raises(CollectError, match=r"private address|is not an address"):
        with_proxy(f"http://{host}/")


def test_a_redirect_to_a_private_address_is_refused_before_the_proxy_is_asked() -> None:
    moved = whole(b"", "Location: http://169.254.169.254/", status=b"HTTP/1.1 302 Found\r\n")
    with pytest.raises(CollectError, match=r"redirects to http://169.254.169.254/, which leads"):
        with_proxy("http://a.example/", answer=moved)


# Authorities.


def test_a_private_authority_is_trusted_for_its_source_alone(tmp_path: Path) -> None:
    authority = Authority(tmp_path)

    async def run() -> tuple[Fetched, str]:
        tls = authority.server("127.0.0.1")
        async with serving(always(FEED), tls=tls) as server, Client(LIMITS, "feedkit") as client:
            fetched = await client.get(server.url, options=options(server.url, ca=authority.file))
            with pytest.raises(CollectError) as caught:
                await client.get(server.url)
            return fetched, str(caught.value)

    fetched, sentence = asyncio.run(run())
    assert fetched.body == b"<rss/>"
    assert sentence.startswith("has a TLS certificate that is not valid (")


@pytest.mark.parametrize(("content", "why"), [(None, "No such file"), ("-", "no certificate")])
def test_an_authority_that_cannot_be_read_is_told(
    tmp_path: Path, content: str | None, why: str
) -> None:
    file = tmp_path / "authority.pem"
    if content is not None:
        file.write_text(content)
    sentence = refusal("https://127.0.0.1:9/", ca=file)
    assert sentence.startswith(f"needs the certificates of {file} (ca): {why}")
