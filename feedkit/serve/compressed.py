"""A document in a content coding: from the file beside it, or made here."""

import zlib

import brotli

from feedkit.collect.codings import Decoding
from feedkit.collect.failures import AnswerError
from feedkit.serve.codings import SUFFIXES
from feedkit.serve.files import read_file

MADE_HERE = 500_000
"""Bytes up to which a document is compressed when that is first asked for, and no file is there:
that takes up to 20 ms."""
_LEAST = 200
"""Bytes below which a coding saves nothing."""
_BROTLI_QUALITY = 5
"""As fast as gzip, and smaller."""


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
