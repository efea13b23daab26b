"""Answers that no server should give: endless, slow, folded up, going in circles."""

import asyncio
import gzip
import zlib

import brotli
from fetching import whole
from raw_server import Answer, Exchange


def endless(wbits: int) -> bytes:
    """A few hundred kilobytes that unfold to 400 MB: one deflate block, repeated."""
    compressor = zlib.compressobj(wbits=wbits)
    head = compressor.compress(bytes(10**6)) + compressor.flush(zlib.Z_FULL_FLUSH)
    block = compressor.compress(bytes(10**6)) + compressor.flush(zlib.Z_FULL_FLUSH)
    return head + block * 400


BOMBS = {
    "gzip": endless(16 + zlib.MAX_WBITS),
    "deflate": endless(-zlib.MAX_WBITS),
    "br": brotli.compress(bytes(400 * 10**6), quality=1),
}
BOMBS["gzip, gzip"] = gzip.compress(BOMBS["gzip"])
BOMBS["br, gzip"] = gzip.compress(BOMBS["br"])


def drip(before: bytes, piece: bytes) -> Answer:
    async def answer(exchange: Exchange) -> None:
        if before:
            await exchange.send(before)
        while True:
            await asyncio.sleep(0.02)
            if piece:
                await exchange.send(piece)

    return answer


def flood(before: bytes, piece: bytes) -> Answer:
    """`piece` as fast as it is read, and no end."""

    async def answer(exchange: Exchange) -> None:
        await exchange.send(before)
        while True:
            await exchange.send(piece)
            await asyncio.sleep(0)  # the other servers have their turn

    return answer


def parts(*pieces: bytes) -> Answer:
    """Each piece arrives alone, and the connection stays open."""

    async def answer(exchange: Exchange) -> None:
        for piece in pieces:
            await exchange.send(piece)
            await asyncio.sleep(0.05)
        await asyncio.Event().wait()

    return answer


def redirecting(*locations: str, status: int = 302) -> Answer:
    """Path /0 leads to the first location, /1 to the second, …; every other path is the feed."""

    async def answer(exchange: Exchange) -> None:
        step = exchange.path.strip("/")
        if step.isdecimal() and int(step) < len(locations):
            location = f"Location: {locations[int(step)]}"
            status_line = f"HTTP/1.1 {status} Somewhere\r\n".encode()
            await exchange.send(whole(b"moved", location, status=status_line))
        else:
            await exchange.send(whole(b"<rss/>"))

    return answer
