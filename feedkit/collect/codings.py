"""Content codings (RFC 9110, 8.4.1), undone a small step at a time: a few kilobytes can unfold to
gigabytes, and each step is counted before the next is taken."""

import zlib
from collections.abc import Iterable, Iterator
from typing import Protocol

import brotli

from feedkit.collect.addresses import shown
from feedkit.collect.failures import AnswerError, too_large

MAX_CODINGS = 2
"""How many codings a body may be wrapped in: one is usual, two is a server's mistake."""
_READ = 64 * 1024
"""Bytes decompressed at a time."""


class _Decoder(Protocol):
    def decode(self, data: bytes) -> Iterator[bytes]: ...

    def is_whole(self) -> bool:
        """Whether the coded data has come to its own end."""
        ...


class _Zlib:
    """gzip (RFC 1952) with all of its members, or deflate, which servers send with a zlib header
    (RFC 1950, as the standard has it) and without (RFC 1951)."""

    def __init__(self, *, gzip: bool) -> None:
        self._gzip = gzip
        self._rest = b""
        self._stream = zlib.decompressobj(16 + zlib.MAX_WBITS) if gzip else None

    def decode(self, data: bytes) -> Iterator[bytes]:
        if self._stream is None:
            # The first byte of a zlib header ends in 8; no encoder starts a raw block so.
            wrapped = data[0] & 0x0F == 8
            self._stream = zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
        while True:
            if self._stream.eof:
                data = self._rest + data
                self._rest = data[:2]
                if not self._gzip or self._rest != b"\x1f\x8b":
                    return  # padding or rubbish after the end, which browsers ignore too
                self._stream = zlib.decompressobj(16 + zlib.MAX_WBITS)
                self._rest = b""
            piece = self._stream.decompress(data, _READ)
            yield piece
            data = self._stream.unconsumed_tail or self._stream.unused_data
            if not data and len(piece) < _READ:  # a full piece may have left more inside
                return

    def is_whole(self) -> bool:
        return self._stream is not None and self._stream.eof


class _Brotli:
    """br (RFC 7932)."""

    def __init__(self) -> None:
        self._stream = brotli.Decompressor()

    def decode(self, data: bytes) -> Iterator[bytes]:
        # `can_accept_more_data` says yes while output is still waiting (Brotli 1.2): only an empty
        # piece says that the input is used up.
        while piece := self._stream.process(data, output_buffer_limit=_READ):
            yield piece
            data = b""

    def is_whole(self) -> bool:
        return self._stream.is_finished()


class Decoding:
    """Undoes the codings of one body, the last applied first, each within `limit` bytes."""

    def __init__(self, names: Iterable[str], limit: int) -> None:
        self._limit = limit
        self._stages = [_decoder(name) for name in reversed(list(names))]
        self._sizes = [0] * len(self._stages)
        self._fed = False

    def decode(self, data: bytes) -> Iterator[bytes]:
        """What `data`, the next bytes of the body, stand for, in small pieces."""
        self._fed = True
        return self._decode(data, 0)

    def _decode(self, data: bytes, stage: int) -> Iterator[bytes]:
        if stage == len(self._stages):
            yield data
            return
        for piece in self._stages[stage].decode(data):
            self._sizes[stage] += len(piece)
            if self._sizes[stage] > self._limit:
                raise too_large(self._limit, "decompressed")
            if piece:
                yield from self._decode(piece, stage + 1)

    def finish(self) -> None:
        """Raise when the coded data was cut short. A body of no bytes at all is just empty."""
        if self._fed and not all(stage.is_whole() for stage in self._stages):
            raise AnswerError("sent compressed data that breaks off; try again later")


def _decoder(name: str) -> _Decoder:
    return _Brotli() if name == "br" else _Zlib(gzip=name == "gzip")


def codings_of(header: str) -> list[str]:
    """The codings of a Content-Encoding in the order they were applied (RFC 9110, 8.4).

    Raises `AnswerError` when there are too many, or one that was not asked for.
    """
    names = [name.strip().lower().removeprefix("x-") for name in header.split(",")]
    names = [name for name in names if name not in ("", "identity")]
    if len(names) > MAX_CODINGS or not {"gzip", "deflate", "br"}.issuperset(names):
        raise AnswerError(
            f"sent a body in the encoding {shown(header)}, though only gzip, deflate and br "
            "were asked for"
        )
    return names
