"""What a test of the HTTP client needs: a client, a server's whole answer, and a resolver."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeAlias

import pytest
from raw_server import Answer, Exchange, serving

from feedkit.collect.http import Client, Fetched
from feedkit.config import Fetch
from feedkit.errors import CollectError

LIMITS = Fetch(timeout=timedelta(seconds=10), max_bytes=1_000_000, allow_private_hosts=True)
OK = b"HTTP/1.1 200 OK\r\n"


Get: TypeAlias = Callable[..., Awaitable[Fetched]]


def whole(body: bytes, *headers: str, status: bytes = OK) -> bytes:
    lines = [*headers, f"Content-Length: {len(body)}", "Connection: close", "", ""]
    return status + "\r\n".join(lines).encode("latin-1") + body


def always(data: bytes) -> Answer:
    async def answer(exchange: Exchange) -> None:
        await exchange.send(data)

    return answer


def fetch(
    answer: Answer | bytes,
    path: str = "/feed.xml",
    limits: Fetch = LIMITS,
    etag: str | None = None,
    last_modified: str | None = None,
) -> tuple[Fetched, list[Exchange]]:
    """What the client makes of `answer`, and what the server saw."""

    async def run() -> tuple[Fetched, list[Exchange]]:
        async with (
            serving(always(answer) if isinstance(answer, bytes) else answer) as server,
            Client(limits, "feedkit/0 (+https://planet.example/)") as client,
        ):
            fetched = await client.get(server.url + path, etag=etag, last_modified=last_modified)
        return fetched, server.exchanges

    return asyncio.run(run())


def refusal(answer: Answer | bytes, **given: Fetch | str) -> str:
    """The sentence that the client raises for `answer`."""
    with pytest.raises(CollectError) as caught:
        fetch(answer, **given)  # type: ignore[arg-type]
    return str(caught.value)


def refusal_of(url: str, limits: Fetch = LIMITS) -> str:
    async def run() -> Fetched:
        async with Client(limits, "feedkit") as client:
            return await client.get(url)

    with pytest.raises(CollectError) as caught:
        asyncio.run(run())
    return str(caught.value)


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Let each look-up give the next of `answers`, at last the last; returns who was asked for."""
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, *_: object, **__: object) -> list[tuple[object, ...]]:
        addresses = answers[min(len(asked), len(answers) - 1)].split()
        asked.append(host)
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 0, "", (address, port, 0, 0))
            if ":" in address
            else (socket.AF_INET, socket.SOCK_STREAM, 0, "", (address, port))
            for address in addresses
        ]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked
