"""Fetched documents become feeds: in threads, in processes, and when one of these dies."""

import asyncio
import os
from collections.abc import Sequence
from typing import cast

import pytest
from feed_server import rss

from feedkit.config import FeedSource
from feedkit.errors import ParseError
from feedkit.pipeline.prepare import PreparedFeed
from feedkit.pipeline.reading import Document, FeedReader
from feedkit.pipeline.workers import Workers


class Bomb:
    """What ends the process that unpacks it, as a library does that finds no memory."""

    def __reduce__(self) -> tuple[object, ...]:
        return os._exit, (1,)


def document(name: str, *, content_type: str | None = "application/rss+xml") -> Document:
    url = f"https://{name}.example/feed.xml"
    return Document(FeedSource(url=url), rss(name, "one", "two").encode(), url, content_type)


def read(*documents: Document, in_processes: bool) -> Sequence[PreparedFeed | BaseException]:
    async def run(reader: FeedReader) -> Sequence[PreparedFeed | BaseException]:
        return await asyncio.gather(*map(reader.read, documents), return_exceptions=True)

    with Workers() as workers:
        if in_processes:
            workers.start_for_feeds()
        return asyncio.run(run(FeedReader(workers)))


def test_threads_and_processes_read_the_same() -> None:
    documents = [document(name) for name in "abcdefgh"]
    read_here = read(*documents, in_processes=False)
    assert read(*documents, in_processes=True) == read_here
    assert [len(feed.entries) for feed in cast(list[PreparedFeed], read_here)] == [2] * 8


@pytest.mark.parametrize("in_processes", [False, True])
def test_what_is_no_feed_is_said_to_be_none(*, in_processes: bool) -> None:
    page = document("a")._replace(body=b"<!doctype html><title>Gone</title>", content_type=None)
    error, feed = read(page, document("b"), in_processes=in_processes)
    assert isinstance(error, ParseError)
    assert "HTML" in str(error)
    assert isinstance(feed, PreparedFeed)


def test_a_document_that_ends_its_process_costs_itself_alone() -> None:
    bomb = document("bomb", content_type=cast(str, Bomb()))
    found = read(
        *map(document, "abc"), bomb, *map(document, "def"), bomb, document("g"), in_processes=True
    )
    broken = [str(error) for error in found if isinstance(error, BaseException)]
    assert (
        broken
        == [
            "ended the process that read it (too much memory, or a library's fault)",
        ]
        * 2
    )
    assert sum(isinstance(feed, PreparedFeed) for feed in found) == 7
