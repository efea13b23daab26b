"""Which entries earlier versions of feed documents had, so that a reader is sent only those that it
has not (RFC 3229 with feeds: ``A-IM: feed``).

A version is known by the digest that its entity tags begin with. What is known is bounded, and kept
over a restart in a file beside the store; where that is lost, readers get whole documents.
"""

import re
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from feedkit.serve.conditions import tags_of
from feedkit.serve.entries import MARK, Piece, pieces_of
from feedkit.serve.media import ATOM, RSS
from feedkit.serve.shelf import Document

MANIPULATION = "feed"
"""The name of the instance manipulation."""
KINDS = frozenset({ATOM, RSS})
_LARGEST = 1_000_000
"""Bytes of a document that is looked through: that takes 20 ms."""
_MOST = 4_000
"""Versions of documents, of all together."""
_MOST_BYTES = 8_000_000
_DIGEST = re.compile(r'"([0-9a-f]{20})[".]')


class Versions:
    """The versions that were sent lately, and what their entries were."""

    def __init__(self, file: Path | None) -> None:
        """`file` keeps them over a restart; None: nothing does."""
        self._file = file
        self._marks: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0
        if file is not None:
            with suppress(OSError, msgspec.MsgspecError):
                kept = msgspec.msgpack.decode(file.read_bytes(), type=dict[str, bytes])
                for digest, marks in kept.items():
                    self._keep(digest, marks)

    def note(self, document: Document) -> None:
        """Remember which entries the document has, before it is sent."""
        body = document.plain.body
        document.pieces = ()
        if document.kind in KINDS and body is not None and len(body) <= _LARGEST:
            document.pieces = pieces_of(body)
            self._keep(document.digest, b"".join(piece.mark for piece in document.pieces))

    def known(self, tags: str) -> frozenset[bytes] | None:
        """The marks of the entries that a reader has, whose ``If-None-Match`` is `tags`; None where
        the version is not known any more."""
        for tag in tags_of(tags):
            match = _DIGEST.match(tag)
            marks = self._marks.get(match[1]) if match else None
            if match is not None and marks is not None:
                self._marks.move_to_end(match[1])
                return frozenset(marks[at : at + MARK] for at in range(0, len(marks), MARK))
        return None

    def save(self) -> None:
        """Keep them over a restart; where that cannot be, readers get whole documents after it."""
        if self._file is None or not self._marks:
            return
        beside = self._file.with_name(f".{self._file.name}.tmp")
        with suppress(OSError):
            beside.write_bytes(msgspec.msgpack.encode(dict(self._marks)))
            beside.replace(self._file)

    def _keep(self, digest: str, marks: bytes) -> None:
        self._size += len(marks) - len(self._marks.pop(digest, b""))
        self._marks[digest] = marks
        while len(self._marks) > _MOST or self._size > _MOST_BYTES:
            self._size -= len(self._marks.popitem(last=False)[1])


def wants_delta(field: str | None) -> bool:
    """Whether ``A-IM`` (RFC 3229, 10.5.3) asks for new entries alone."""
    if field is None:
        return False
    for item in field.split(","):
        name, *parameters = (part.strip().lower() for part in item.split(";"))
        if name == MANIPULATION:
            return not any(re.fullmatch(r"q=0(\.0*)?", each) for each in parameters)
    return False


def is_less(pieces: Sequence[Piece], known: frozenset[bytes]) -> bool:
    """Whether a reader that knows some entries is spared any."""
    return any(piece.mark in known for piece in pieces)
