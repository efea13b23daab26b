"""Where the entries of a feed document are, and the document without some of them. Pure."""

import hashlib
from collections.abc import Collection, Sequence
from typing import NamedTuple
from xml.parsers import expat

MARK = 8
"""Bytes that tell an entry from others."""
_ENTRIES = {("feed", "entry"), ("channel", "item"), ("RDF", "item")}
"""An entry, and in what it is: of Atom, RSS 2.0 and RSS 1.0."""


class Piece(NamedTuple):
    """An entry: from `start` to before `end`, and what tells it from others, also from what it was
    before it was edited."""

    start: int
    end: int
    mark: bytes


def pieces_of(document: bytes) -> tuple[Piece, ...]:
    """The entries of an Atom or RSS document in UTF-8; none of one that is not well-formed."""
    parser = expat.ParserCreate("UTF-8")
    inside: list[str] = []
    starts: list[int] = []
    found: list[tuple[int, int]] = []

    def begin(name: str, _: object) -> None:
        local = name.rpartition(":")[2]
        if inside and (inside[-1], local) in _ENTRIES and len(inside) < 3:
            starts.append(parser.CurrentByteIndex)
        inside.append(local)

    def end(name: str) -> None:
        local = inside.pop()
        if starts and inside and (inside[-1], local) in _ENTRIES and len(inside) < 3:
            at = parser.CurrentByteIndex  # behind an element without content, else at its end tag
            if document.startswith(f"</{name}".encode(), at):
                at = document.index(b">", at) + 1
            found.append((starts.pop(), at))

    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    try:
        parser.Parse(document, True)
    except expat.ExpatError:
        return ()
    return tuple(Piece(start, at, _mark(document[start:at])) for start, at in found)


def without(document: bytes, pieces: Sequence[Piece], known: Collection[bytes]) -> bytes:
    """The document without the entries whose marks are `known`."""
    kept, at = [], 0
    for piece in pieces:
        if piece.mark in known:
            kept.append(document[at : piece.start])
            at = piece.end
    return b"".join([*kept, document[at:]])


def _mark(entry: bytes) -> bytes:
    return hashlib.sha256(entry).digest()[:MARK]
