"""Renders the documents whose entries changed, and writes those whose bytes did."""

import hashlib
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import msgspec

from feedkit import __version__
from feedkit.config import Settings
from feedkit.errors import PublishError
from feedkit.publish.assembly import Assembly
from feedkit.publish.jobs import Press
from feedkit.publish.published import Published
from feedkit.publish.topics import Topic, choose_topics
from feedkit.publish.writer import write_document
from feedkit.store import DocumentRow, Store

_WRITERS = 4

RENDERING = "2"
"""Grows when the same entries make other bytes, so that every document is written again."""


def publish(
    store: Store, settings: Settings, output: Path, press: Press, *, remember: bool = True
) -> Published:
    """Bring the documents below `output` up to date with the store.

    With `remember` the store keeps what was written, and a document whose entries, settings and
    file are as they were is not even rendered; without it each is rendered and compared.
    """
    with store.read() as transaction:
        rows = transaction.categories()
        everything = settings.publish.categories == "all"
        sizes = transaction.category_sizes() if everything else {}
        documents = transaction.documents() if remember else {}
    topics, slugs = choose_topics(settings, rows, sizes)
    if slugs:
        with store.write() as transaction:
            transaction.set_slugs(slugs)
    published = Published(documents=len(topics) * len(settings.publish.formats))
    stale = _stale(topics, settings, documents, output)
    if stale:
        assembly = Assembly(store, settings, press)
        done = list(_write(assembly, stale, output, published))
        published.problems += sorted(set(assembly.problems))
        if remember:
            with store.write() as transaction:
                transaction.save_documents(done)
    return published


def _stale(
    topics: Sequence[Topic],
    settings: Settings,
    documents: Mapping[str, DocumentRow],
    output: Path,
) -> list[tuple[Topic, dict[str, str]]]:
    """The topics with documents to render, and the fingerprints of those by format."""
    stale = []
    for topic in topics:
        fingerprints = {
            name: _fingerprint(topic, name, settings) for name in settings.publish.formats
        }
        needed = {
            name: fingerprint
            for name, fingerprint in fingerprints.items()
            if not _is_current(documents.get(topic.path(name)), fingerprint, output)
        }
        if needed:
            stale.append((topic, needed))
    return stale


def _write(
    assembly: Assembly,
    stale: Sequence[tuple[Topic, Mapping[str, str]]],
    output: Path,
    published: Published,
) -> Iterator[DocumentRow]:
    """Write the stale documents; what to remember of each that is on the disk now.

    The disk works while the next documents are put together.
    """
    fingerprints = {topic.folder: by_format for topic, by_format in stale}
    waiting: deque[tuple[str, str, Future[bool]]] = deque()
    with ThreadPoolExecutor(_WRITERS) as writers:
        for topic, name, data in assembly.documents(stale):
            path = topic.path(name)
            write = writers.submit(write_document, output / path, data)
            waiting.append((path, fingerprints[topic.folder][name], write))
            if len(waiting) > 2 * _WRITERS:
                yield from _written(*waiting.popleft(), output, published)
        while waiting:
            yield from _written(*waiting.popleft(), output, published)


def _written(
    path: str, fingerprint: str, write: "Future[bool]", output: Path, published: Published
) -> Iterator[DocumentRow]:
    try:
        if write.result():
            published.written.append(path)
        status = (output / path).stat()
    except PublishError as error:
        published.failed.append(str(error))
    except OSError as error:
        published.failed.append(f"{output / path}: cannot be read: {error.strerror}")
    else:
        yield DocumentRow(path, fingerprint, status.st_size, status.st_mtime_ns)


def _fingerprint(topic: Topic, format_name: str, settings: Settings) -> str:
    """Of everything a document is made of, the entries by their categories' revisions."""
    site = settings.site
    parts = (
        RENDERING,
        __version__,
        format_name,
        topic,
        (site.url, site.title, site.description, site.language, site.author),
        settings.publish.entries,
    )
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:32]


def _is_current(row: DocumentRow | None, fingerprint: str, output: Path) -> bool:
    """Whether the file is the one that was written, from what is there now."""
    if row is None or row.fingerprint != fingerprint:
        return False
    try:
        status = (output / row.path).stat()
    except OSError:
        return False
    return (status.st_size, status.st_mtime_ns) == (row.size, row.mtime_ns)
