"""A feed's bytes to text: which encoding they are in, when the declarations lie too."""

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it starts with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# How "<" and the character after it look without a byte order mark (XML 1.0, appendix F).
_SHAPES = (
    (re.compile(rb"<\0\0\0"), "utf-32-le"),
    (re.compile(rb"\0\0\0<"), "utf-32-be"),
    (re.compile(rb"(?:[\s]\0)*<\0[^\0]\0"), "utf-16-le"),
    (re.compile(rb"(?:\0[\s])*\0<\0[^\0]"), "utf-16-be"),
)
_DECLARATION = re.compile(rb"""<\?xml\s[^>]*?\bencoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_CHARSET = re.compile(r""";\s*charset\s*=\s*["']?([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)

# Of what Python calls codecs, those of a script's bytes: "idna" and "unicode_escape" are none, and
# without a mark what is declared as UTF-16 but has an XML declaration in ASCII is not UTF-16.
_TEXT_CODEC = re.compile(r"utf-8$|ascii|iso|cp\d|koi8|mac|gb|big5|euc|shift|johab|hz|tis|kz|ptcp")
_NOT_ASCII = re.compile(r"[^\x00-\x7f\ufffd]")

# Names that mean a wider encoding in practice (WHATWG Encoding Standard, 4.2).
_WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
}


def declared_encodings(data: bytes, content_type: str | None) -> list[str]:
    """Python's names of the encodings that `data` may be in, the most trusted first.

    In the order of RFC 7303 (3): the byte order mark, the charset of the HTTP `content_type`, the
    XML declaration; UTF-8 when nothing is said. Names that Python does not know are left out.
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            return [name]
    head = data[:1024]
    for shape, name in _SHAPES:
        if shape.match(head):
            return [name]
    found: list[str] = []
    if content_type and (match := _CHARSET.search(content_type)):
        found.append(match[1])
    if declared := _DECLARATION.search(head):
        found.append(declared[1].decode("ascii"))
    names = [name for name in map(_python_name, found) if name]
    return list(dict.fromkeys([*names, "utf-8"]))


def decode(data: bytes, encodings: list[str]) -> tuple[str, str | None]:
    """The text of `data`, and a note when it is not in the first of its `encodings`.

    Strictly decoded in the first encoding that fits, else in what charset-normalizer finds in it,
    else as UTF-8 with U+FFFD for what is not.
    """
    for name in _in_order_of_proof(data, encodings):
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        note = None if name == encodings[0] else f"is not {encodings[0]} but {name}"
        return text.removeprefix("\ufeff"), note
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    found = None if _is_mostly_utf8(text) else _detect(data)
    if found is None:
        return text, f"holds bytes that are not {encodings[0]}"
    return data.decode(found, "replace"), f"is not {encodings[0]}, read as {found}"


def _in_order_of_proof(data: bytes, encodings: list[str]) -> list[str]:
    """Bytes that happen to be UTF-8 and are not ASCII are UTF-8: no single-byte text looks so,
    while any bytes at all pass for one of the single-byte encodings."""
    single = encodings[0] in ("cp1252", "cp1254") or encodings[0].startswith("iso8859")
    if single and "utf-8" in encodings and not data.isascii():
        return ["utf-8", *encodings]
    return encodings


def _python_name(declared: str) -> str | None:
    try:
        name = codecs.lookup(declared).name
    except LookupError:
        return None
    return _WIDER.get(name, name) if _TEXT_CODEC.match(name) else None


def _is_mostly_utf8(text: str) -> bool:
    """Whether a text decoded with U+FFFD for what is no UTF-8 has more that is."""
    return len(_NOT_ASCII.findall(text)) > text.count("\ufffd")


def _detect(data: bytes) -> str | None:
    from charset_normalizer import from_bytes  # 40 ms, for one feed in a thousand

    best = from_bytes(data[:65536], steps=5, chunk_size=2048).best()
    return best.encoding if best is not None else None
