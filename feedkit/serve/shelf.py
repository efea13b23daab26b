"""The documents of the output folder, in memory.

A document is looked at (``stat``) each time it is asked for, so that a new publication is seen at
once; it is read when it is another than before. Files are replaced whole, by renaming, and one that
is open stays as it was: so a document is the old one or the new one. The memory for documents is
bounded, and one that is large is not kept, but sent from the disk.
"""

import hashlib
import os
import stat
from collections import OrderedDict
from pathlib import Path
from typing import TypeAlias

from feedkit.serve.codings import IDENTITY, SUFFIXES
from feedkit.serve.compressed import compressed, copy_beside
from feedkit.serve.entries import Piece
from feedkit.serve.files import open_file
from feedkit.serve.media import SNIFFED, is_compressible, media_type
from feedkit.serve.paths import INDEX

LARGE = 4_000_000
"""Bytes from which a document is sent from the disk."""
_CHUNK = 1 << 18
_OVERHEAD = 2_000
"""Bytes that a document takes beside its content, with its headers."""
_PIECE = 200
"""Bytes that where an entry is takes."""

Stamp = tuple[int, int, int, int, int]
"""Device, inode, size and both times: in one of them another document at a path differs."""

File: TypeAlias = tuple[str, Stamp]
"""The path of a file, and which one there is meant: another may take its place."""


class Variant:
    """A document in one coding."""

    __slots__ = ("body", "etag", "file", "heads", "length")

    def __init__(self, body: bytes | None, etag: str, length: int, file: File) -> None:
        self.body = body
        """None: it is to be read from its file."""
        self.file = file
        self.etag = etag
        """Strong, quoted (RFC 9110, 8.8.3)."""
        self.length = length
        self.heads: dict[int, bytes] = {}
        """The header by status, for whoever writes it."""


class Document:
    """A file as it is at one time, in the codings that were asked for so far."""

    def __init__(
        self, name: str, status: os.stat_result, kind: str, digest: str, body: bytes | None
    ) -> None:
        self.name = name
        """The path of its file."""
        self.stamp = stamp_of(status)
        self.kind = kind
        """Its media type."""
        self.digest = digest
        """Of its content: what its entity tags begin with."""
        self.modified = int(status.st_mtime) + 1
        """The end of the second in which it changed: its date, once that is over. Until then it may
        change again, and no date tells one from the other (RFC 9110, 8.8.2.2)."""
        self.is_dated = False
        """Whether it is over."""
        self.pieces: tuple[Piece, ...] | None = None
        """Its entries, for whoever looked for them."""
        self.counted = 0
        """Bytes of it that the shelf counts; 0: it is not kept there."""
        length = status.st_size if body is None else len(body)
        self.plain = Variant(body, f'"{digest}"', length, (name, self.stamp))
        self.variants: dict[str, Variant | None] = {IDENTITY: self.plain}
        """By coding; None: there is none."""

    def tag(self, coding: str, digest: str) -> str:
        """The entity tag of a variant of that `digest`: another program may make other bytes of the
        same content."""
        return f'"{self.digest}.{coding}.{digest[:6]}"'

    def date(self, now: int) -> None:
        """Let it have its date from when on it can."""
        if now >= self.modified:
            self.is_dated = True
            for variant in self.variants.values():
                if variant is not None:
                    variant.heads.clear()

    @property
    def date_said(self) -> int | None:
        """Its date, if it has one already."""
        return self.modified if self.is_dated else None

    @property
    def size(self) -> int:
        """Bytes that it takes in memory."""
        kept = [variant for variant in self.variants.values() if variant is not None]
        content = sum(len(variant.body or b"") for variant in kept)
        return _OVERHEAD + content + _PIECE * len(self.pieces or ())


class LargeError(Exception):
    """The document has to be read first, which takes a while: call `Shelf.read` in a thread."""


class Shelf:
    """The documents below `root`, of which `capacity` bytes are kept."""

    def __init__(self, root: Path, capacity: int) -> None:
        self.root = os.path.realpath(root)
        self.size = 0
        """Bytes that are kept."""
        self._capacity = capacity
        self._documents: OrderedDict[str, Document] = OrderedDict()

    def find(self, path: str, now: int) -> Document | None:
        """The document at `path` below the folder, as it is `now` (seconds since 1970); None where
        there is none: no file, none that may be read, or one that is elsewhere in truth.

        Raises `LargeError` for one that is large and not known.
        """
        try:
            status = os.stat(f"{self.root}/{path}")  # noqa: PTH116 - a Path costs as much again
        except (OSError, ValueError):
            self._drop(path)
            return None
        document = self._documents.get(path)
        if document is not None and document.stamp == stamp_of(status):
            if not document.is_dated:
                document.date(now)
            self._documents.move_to_end(path)
            return document
        self._drop(path)
        if not stat.S_ISREG(status.st_mode):
            return None
        if status.st_size > LARGE:
            raise LargeError
        return self.keep(path, self.read(path), now)

    def has_index(self, path: str) -> bool:
        """Whether a folder is at `path`, with a page in it."""
        try:
            return stat.S_ISREG(Path(self.root, path, INDEX).stat().st_mode)
        except (OSError, ValueError):
            return False

    def read(self, path: str) -> Document | None:
        """The document as it is on the disk; nothing is kept."""
        file = open_file(f"{self.root}/{path}", self.root)
        if file is None:
            return None
        with file:
            status = os.fstat(file.fileno())
            try:
                beginning = file.read(SNIFFED)
                digest = hashlib.sha256(beginning)
                rest: list[bytes] = []
                while chunk := file.read(_CHUNK):
                    digest.update(chunk)
                    if status.st_size <= LARGE:
                        rest.append(chunk)
            except OSError:
                return None
        body = b"".join((beginning, *rest)) if status.st_size <= LARGE else None
        kind = media_type(path.rpartition("/")[2], beginning)
        name = f"{self.root}/{path}"
        document = Document(name, status, kind, digest.hexdigest()[:20], body)
        if body is None and is_compressible(kind):
            self._look_for_copies(document, digest.hexdigest())
        return document

    def keep(self, path: str, document: Document | None, now: int) -> Document | None:
        """Keep what was read; it is given back."""
        self._drop(path)
        if document is None:
            return None
        document.date(now)
        self._documents[path] = document
        self._count(document)
        return document

    def count(self, document: Document) -> None:
        """Take into account that a document has grown; those that were not asked for for longest
        make room for it."""
        if document.counted:
            self._count(document)

    def variant(self, document: Document, codings: tuple[str, ...]) -> tuple[str, Variant]:
        """The first of `codings` that the document is there in, and how it is there."""
        for coding in codings:
            if coding not in document.variants:
                self._encode(document, coding)
            found = document.variants[coding]
            if found is None:
                continue
            if found.body is not None or found is document.plain or _is_there(found.file):
                return coding, found
            document.variants[coding] = None  # the document will be another one soon, too
        return IDENTITY, document.plain

    def _look_for_copies(self, document: Document, digest: str) -> None:
        for coding in SUFFIXES:
            copy = copy_beside(document.name, self.root, digest, document.plain.length, coding)
            if copy is not None:
                tag, length = document.tag(coding, copy.digest), copy.status.st_size
                file = (copy.name, stamp_of(copy.status))
                document.variants[coding] = Variant(None, tag, length, file)

    def _encode(self, document: Document, coding: str) -> None:
        body, plain = None, document.plain.body
        if plain is not None and is_compressible(document.kind):
            body = compressed(document.name, self.root, plain, coding)
        if body is None:
            document.variants[coding] = None
            return
        tag = document.tag(coding, hashlib.sha256(body).hexdigest())
        document.variants[coding] = Variant(body, tag, len(body), document.plain.file)
        self.count(document)

    def _drop(self, path: str) -> None:
        document = self._documents.pop(path, None)
        if document is not None:
            self._let_go(document)

    def _count(self, document: Document) -> None:
        self.size += document.size - document.counted
        document.counted = document.size
        while self.size > self._capacity and len(self._documents) > 1:
            self._let_go(self._documents.popitem(last=False)[1])

    def _let_go(self, document: Document) -> None:
        self.size -= document.counted
        document.counted = 0


def stamp_of(status: os.stat_result) -> Stamp:
    """What tells a document from another."""
    return (
        status.st_dev,
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )


def _is_there(file: File) -> bool:
    """Whether the file that is meant is still at its path."""
    name, stamp = file
    try:
        return stamp_of(os.stat(name)) == stamp  # noqa: PTH116 - as in `find`
    except OSError:
        return False
