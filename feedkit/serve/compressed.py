"""A document in a content coding: from the file beside it, or made here."""

import hashlib
import os
import zlib
from contextlib import suppress
from typing import NamedTuple

import brotli

from feedkit.collect.codings import Decoding
from feedkit.collect.failures import AnswerError
from feedkit.serve.codings import SUFFIXES
from feedkit.serve.files import open_file, read_file

MADE_HERE = 500_000
"""Bytes up to which a document is compressed when that is first asked for, and no file is there:
that takes up to 20 ms."""
_LEAST = 200
"""Bytes below which a coding saves nothing."""
_BROTLI_QUALITY = 5
"""As fast as gzip, and smaller."""
_CHUNK = 1 << 18


class Copy(NamedTuple):
    """A file beside a document that has the same content in a coding."""

    name: str
    status: os.stat_result
    digest: str
    """SHA-256 of its bytes."""


def copy_beside(name: str, root: str, digest: str, length: int, coding: str) -> Copy | None:
    """The file beside the document `name` in `coding`, if what it holds is of that SHA-256 and
    `length`, as `compressed` looks at it, but for a document that is too large to be in memory.
    None where there is none, or no smaller one."""
    file = open_file(name + SUFFIXES[coding], root)
    if file is None:
        return None
    coded, plain = hashlib.sha256(), hashlib.sha256()
    decoding = Decoding([coding], length)
    with file, suppress(OSError, AnswerError, brotli.error, zlib.error):
        status = os.fstat(file.fileno())
        while chunk := file.read(_CHUNK):
            coded.update(chunk)
            for piece in decoding.decode(chunk):
                plain.update(piece)
        decoding.finish()
        if plain.hexdigest() == digest and status.st_size < length:
            return Copy(name + SUFFIXES[coding], status, coded.hexdigest())
    return None


def compressed(name: str, root: str, plain: bytes, coding: str) -> bytes | None:
    """`plain` in `coding`, as the file beside `name` has it, if that has the same content: of two
    files one is replaced before the other. None where it is not to be had, or no smaller."""
    if len(plain) < _LEAST:
        return None
    body = read_file(name + SUFFIXES[coding], root, most=len(plain))
    if body is None or not _holds(body, coding, plain):
        body = _compress(plain, coding) if len(plain) <= MADE_HERE else None
    return body if body is not None and len(body) < len(plain) else None


def _holds(body: bytes, coding: str, plain: bytes) -> bool:
    decoding = Decoding([coding], len(plain))
    try:
        found = b"".join(decoding.decode(body))
        decoding.finish()
    except (AnswerError, brotli.error, zlib.error):
        return False
    return found == plain


def _compress(plain: bytes, coding: str) -> bytes:
    """Always the same bytes for the same document."""
    if coding == "br":
        return brotli.compress(plain, mode=brotli.MODE_TEXT, quality=_BROTLI_QUALITY)
    stream = zlib.compressobj(6, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    return stream.compress(plain) + stream.flush()
