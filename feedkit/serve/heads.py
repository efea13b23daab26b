"""What is said of each document beside its content: fields of headers, made once and kept."""

from collections.abc import Sequence
from email.utils import formatdate
from typing import NamedTuple
from urllib.parse import quote

from feedkit.serve.media import FEEDS, TOPICS
from feedkit.serve.messages import header, status_line
from feedkit.serve.ranges import Part
from feedkit.serve.shelf import Document, Variant
from feedkit.serve.versions import KINDS, MANIPULATION

Fields = list[tuple[str, str | int]]

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' http: https: data:; "
    "media-src 'self' http: https:; font-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Nothing that a page says is run, and nothing but pictures and sound comes from elsewhere."""
SECURITY: Fields = [
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
]
BOUNDARY = "feedkit-part"
"""Between the parts of several; no document that is well-formed has it on a line after two
hyphens, and a reader goes by the lengths of the parts."""


class Manner(NamedTuple):
    """What is said of all documents."""

    cache_control: str
    """For whom and how long a document may be kept (RFC 9111, 5.2.2)."""
    hubs: tuple[str, ...] = ()
    site: str = ""
    """The public address of what is published, ending in "/"."""
    root: str = ""
    """The folder that it is in."""

    def links(self, document: Document) -> Fields:
        """The hubs of a feed and the topic that it is to them (W3C WebSub, 4)."""
        if not self.hubs or document.kind not in TOPICS:
            return []
        topic = self.site + quote(document.name.removeprefix(f"{self.root}/"))
        hubs = [f'<{hub}>; rel="hub"' for hub in self.hubs]
        return [("Link", ", ".join([*hubs, f'<{topic}>; rel="self"']))]


def full(manner: Manner, document: Document, coding: str, variant: Variant, kind: str) -> bytes:
    """The header of the whole (200), which is called `kind`."""
    said: Fields = [("Content-Length", variant.length)]
    return header_of(manner, document, coding, variant, 200, said, kind=kind)


def unmodified(manner: Manner, document: Document, coding: str, variant: Variant) -> bytes:
    """The header that says that the reader has it (RFC 9110, 15.4.5)."""
    return status_line(304) + header(*_validators(manner, document, variant))


def partial(
    manner: Manner, document: Document, variant: Variant, parts: Sequence[Part]
) -> tuple[bytes, list[bytes]]:
    """The header of parts of the document as it is (206), and what stands before each part; after
    the last of several stands the last."""
    if len(parts) == 1:
        start, end = parts[0]
        said: Fields = [
            ("Content-Range", f"bytes {start}-{end - 1}/{variant.length}"),
            ("Content-Length", end - start),
        ]
        return header_of(manner, document, "", variant, 206, said), [b""]
    before = [
        f"\r\n--{BOUNDARY}\r\n".encode()
        + header(
            ("Content-Type", document.kind),
            ("Content-Range", f"bytes {start}-{end - 1}/{variant.length}"),
        )
        + b"\r\n"
        for start, end in parts
    ]
    last = f"\r\n--{BOUNDARY}--\r\n".encode()
    length = sum(end - start for start, end in parts) + sum(map(len, before)) + len(last)
    kind = f"multipart/byteranges; boundary={BOUNDARY}"
    said = [("Content-Length", length)]
    return header_of(manner, document, "", variant, 206, said, kind=kind), [*before, last]


def unsatisfiable(manner: Manner, document: Document, variant: Variant) -> bytes:
    """The header that says that there are no such parts (416)."""
    said: Fields = [("Content-Range", f"bytes */{variant.length}"), ("Content-Length", 0)]
    return status_line(416) + header(*_validators(manner, document, variant), *said)


def delta(manner: Manner, document: Document, variant: Variant, length: int) -> bytes:
    """The header of new entries alone (226), of so many bytes: RFC 3229, 10.4.1. The entity tag is
    that of the whole, which the reader has from then on. A cache that knows nothing of this would
    take it for the whole (10.8.1)."""
    said: Fields = [("Content-Length", length), ("IM", MANIPULATION)]
    manner = manner._replace(cache_control="no-store, im")
    return header_of(manner, document, "", variant, 226, said)


def header_of(
    manner: Manner,
    document: Document,
    coding: str,
    variant: Variant,
    status: int,
    said: Fields,
    *,
    kind: str | None = None,
) -> bytes:
    """The header of an answer with content of a document; `said` is what it alone says."""
    fields: Fields = [("Content-Type", kind or document.kind), *said]
    if coding:
        fields.append(("Content-Encoding", coding))
    fields += _validators(manner, document, variant)
    fields.append(("Accept-Ranges", "bytes"))
    fields += manner.links(document)
    return status_line(status) + header(*fields, *SECURITY)


def _validators(manner: Manner, document: Document, variant: Variant) -> Fields:
    fields: Fields = [("ETag", variant.etag)]
    if document.is_dated:
        fields.append(("Last-Modified", formatdate(document.modified, usegmt=True)))
    fields.append(("Cache-Control", manner.cache_control))
    is_varied = document.kind in KINDS
    fields.append(("Vary", "Accept, Accept-Encoding, A-IM" if is_varied else "Accept-Encoding"))
    if document.kind in FEEDS:
        fields.append(("Access-Control-Allow-Origin", "*"))
        fields.append(("Access-Control-Expose-Headers", "ETag, IM, Link"))
    return fields
