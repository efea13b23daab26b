"""What bytes are that are no feed, said in a few words. Looks only at how a document begins."""

import re

from feedkit.parse.text import HTML_NAMES

_MAGIC = (
    (b"\x1f\x8b", "gzip-compressed data"),
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"\0\0\1\0", "an icon"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"BZh", "bzip2-compressed data"),
    (b"\xfd7zXZ\0", "xz-compressed data"),
    (b"\x28\xb5\x2f\xfd", "zstd-compressed data"),
    (b"ID3", "an MP3 recording"),
    (b"OggS", "an Ogg recording"),
    (b"\x1aE\xdf\xa3", "a Matroska video"),
    (b"wOFF", "a web font"),
    (b"wOF2", "a web font"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"\xca\xfe\xba\xbe", "a program"),
    (b"\0asm", "a program"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office document"),
    (b"{\\rtf", "an RTF document"),
    (b"II*\0", "a TIFF image"),
    (b"MM\0*", "a TIFF image"),
    (b"\xff\xfb", "an MP3 recording"),
    (b"\x04\x22\x4d\x18", "lz4-compressed data"),
)
_RIFF = {b"WEBP": "a WebP image", b"WAVE": "a WAV recording", b"AVI ": "an AVI video"}

# What may come before the first element: space, comments, instructions. Possessive, and each
# alternative starts with another character, so that a prologue without an end costs one pass.
_PROLOGUE = re.compile(r"(?:\s++|<\?(?:[^?]|\?(?!>))*+\?>|<!--(?:[^-]|-(?!->))*+-->)*+")
_PROLOGUE_BYTES = re.compile(_PROLOGUE.pattern.encode("ascii"))
_DOCTYPE = re.compile(
    r"""<!DOCTYPE(?:"[^"]*+"|'[^']*+'|[^\[<>"'])*+"""
    r"""(?:\[(?:"[^"]*+"|'[^']*+'|<!--(?:[^-]|-(?!->))*+-->|<\?(?:[^?]|\?(?!>))*+\?>"""
    r"""|<(?!!--|\?)|[^\]<"'])*+\]\s*+)?+>""",
    re.IGNORECASE,
)
_ROOT = re.compile(r"<([^\s<>/!?]{1,100})")
_ROOT_TAG = re.compile(r"""<[^\s<>/!?](?:"[^"<]*+"|'[^'<]*+'|[^<>"'])*+>""")


def binary_kind(data: bytes) -> str | None:
    """What kind of file `data` is by its first bytes; None when it may be text."""
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if data[:4] == b"RIFF":
        return _RIFF.get(data[8:12], "a RIFF file")
    if data[4:8] == b"ftyp":
        return "an MP4 video"
    return None


def is_binary(text: str) -> bool:
    """Whether what was decoded to `text` was no text: much of its beginning is not printable."""
    head = text[:500]
    odd = sum(char == "\ufffd" or not (char.isprintable() or char.isspace()) for char in head)
    return odd > len(head) // 10


def has_doctype(data: bytes) -> bool:
    """Whether a document type declaration stands where XML allows one: before the root."""
    start = _PROLOGUE_BYTES.match(data)
    begin = start.end() if start else 0
    return data[begin : begin + 9].upper() == b"<!DOCTYPE"


def doctype_span(text: str) -> tuple[int, int] | None:
    """Where the document type declaration starts and ends, if there is one before the root.

    One that has no end reaches to the first element that a feed may start with.
    """
    start = _PROLOGUE.match(text)
    begin = start.end() if start else 0
    if text[begin : begin + 9].upper() != "<!DOCTYPE":
        return None
    if match := _DOCTYPE.match(text, begin):
        return begin, match.end()
    root = re.compile(r"<(?:rss|feed|rdf:RDF|channel)\b").search(text, begin)
    return begin, root.start() if root else len(text)


def root_name(text: str) -> str | None:
    """The name of the first element, as written; None when `text` does not begin with one."""
    match = _ROOT.match(text, _root_begin(text))
    return match[1] if match else None


def has_no_element(text: str) -> bool:
    """Whether nothing comes after what may stand before the first element."""
    return not text[_root_begin(text) :].strip()


def root_span(text: str) -> tuple[int, int] | None:
    """Where the first tag starts and ends; None when `text` does not begin with one."""
    begin = _root_begin(text)
    match = _ROOT_TAG.match(text, begin)
    return (begin, match.end()) if match else None


def _root_begin(text: str) -> int:
    start = _PROLOGUE.match(text)
    begin = start.end() if start else 0
    if span := doctype_span(text):
        after = _PROLOGUE.match(text, span[1])
        begin = after.end() if after else span[1]
    return begin


def is_html(text: str) -> bool:
    """Whether `text` is a web page, by its document type or its first element."""
    span = doctype_span(text)
    if span and text[span[0] + 9 : span[0] + 40].lstrip()[:4].lower() == "html":
        return True
    return (root_name(text) or "").lower() in HTML_NAMES
