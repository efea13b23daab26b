# ruff: noqa: N818 - the names are feedparser's
"""The part of feedparser that feedkit uses (it ships no types of its own).

Values are `object`: what feedparser puts under a key depends on the document, so whoever reads
one has to look.
"""

from collections.abc import Mapping
from typing import IO

__version__: str

class FeedParserDict(dict[str, object]): ...
class UndeclaredNamespace(Exception): ...

def parse(
    url_file_stream_or_string: IO[bytes],
    *,
    response_headers: Mapping[str, str] | None = None,
    resolve_relative_uris: bool | None = None,
    sanitize_html: bool | None = None,
) -> FeedParserDict: ...
