"""Compressed copies of documents, for servers that send files as they are.

A server that finds ``atom.xml.gz`` sends it to who takes gzip (RFC 9110, 12.5.3), and never looks
whether it is of the ``atom.xml`` beside it. That it is, is seen to here.
"""

import gzip

import brotli

from feedkit.publish.targets import Target
from feedkit.publish.targets.paths import COPIES

_SMALLEST = 200
"""Bytes. What is smaller fits into one packet either way."""
_GZIP_LEVEL = 6
_BROTLI_QUALITY = 6
"""Of the levels that real feeds were compressed with, the last before time grows faster than
room shrinks (docs/targets.md): a document is written anew whenever an entry comes."""


def compressed(data: bytes) -> dict[str, bytes]:
    """The copies of `data` by what is appended to its path: the same for the same bytes, without
    a time in them. Such as would not be smaller are left out."""
    if len(data) < _SMALLEST:
        return {}
    copies = {
        ".gz": gzip.compress(data, _GZIP_LEVEL, mtime=0),
        ".br": brotli.compress(data, mode=brotli.MODE_TEXT, quality=_BROTLI_QUALITY),
    }
    return {suffix: copy for suffix, copy in copies.items() if len(copy) < len(data)}


def write_with_copies(target: Target, path: str, data: bytes, compress: bool) -> bool:
    """Have `data` at `path` and, to `compress` it, its copies beside it; else none. Whether that
    took a write. Raises `PublishError`.

    A copy that is not to be there goes first and those that are come before the document, so
    once the document is of these bytes, nothing beside it is of others. Who is killed in between
    has not noted yet that the document is written: the next run comes here again, with the same
    bytes, and all that is missing is made good.
    """
    copies = compressed(data) if compress else {}
    unwanted = (path + suffix for suffix in COPIES if suffix not in copies)
    stale = [copy for copy in unwanted if target.state(copy) is not None]
    for copy in stale:
        target.remove(copy)
    files = [(path + suffix, copy) for suffix, copy in copies.items()]
    return target.write_together([*files, (path, data)]) or bool(stale)
