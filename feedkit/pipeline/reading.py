"""Fetched documents → feeds ready to be stored: in worker processes where there are many, else in
threads.

libxml2 and nh3 release Python's lock, but half of the work of reading a feed is Python's. A thread
costs no start; a process also keeps what a document does to it (no memory left inside of a library
that ends the process for it) from this one.
"""

import asyncio
from typing import NamedTuple

import msgspec

from feedkit.config import FeedSource
from feedkit.errors import ParseError
from feedkit.pipeline.prepare import PreparedFeed, prepare_feed
from feedkit.pipeline.workers import Workers


class Document(NamedTuple):
    """What was fetched of a source."""

    source: FeedSource
    body: bytes
    url: str | None
    """Where it was found; None: a local file."""
    content_type: str | None


class FeedReader:
    """Reads documents beside the event loop."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self._suspects = asyncio.Lock()

    async def read(self, document: Document) -> PreparedFeed:
        """The feed in the document. Raises `ParseError` when it is none, and `MemoryError`."""
        if not self._workers.are_running:
            return await asyncio.to_thread(_prepared, document)
        return _unpack(await self._packed(document))

    async def _packed(self, document: Document) -> bytes:
        from concurrent.futures.process import BrokenProcessPool

        try:
            return await asyncio.wrap_future(self._workers.submit(_pack_prepared, document))
        except BrokenProcessPool:
            # One of the documents under way ended the process: each is read again by itself.
            async with self._suspects:
                try:
                    return await asyncio.to_thread(self._workers.alone, _pack_prepared, document)
                except BrokenProcessPool as error:
                    reason = (
                        "ended the process that read it (too much memory, or a library's fault)"
                    )
                    raise ParseError(reason) from error


def _prepared(document: Document) -> PreparedFeed:
    source, body, url, content_type = document
    return prepare_feed(body, source=source, url=url, content_type=content_type)


def _pack_prepared(document: Document) -> bytes:
    return _pack(_prepared(document))


_pack = msgspec.msgpack.Encoder().encode  # a fifth of what pickling these costs
_unpack = msgspec.msgpack.Decoder(PreparedFeed).decode
