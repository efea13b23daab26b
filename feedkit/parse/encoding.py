"""A feed's bytes to text: which encoding they are in, when the declarations lie too."""

import codecs
import re

from feedkit.parse.charset import detect

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it starts with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# How "<", or the "{" of JSON, and the character after it look without a byte order mark (XML 1.0,
# appendix F).
_SHAPES = (
    (re.compile(rb"[<{]\0\0\0"), "utf-32-le"),
    (re.compile(rb"\0\0\0[<{]"), "utf-32-be"),
    (re.compile(rb"(?:[\s]\0)*[<{]\0[^\0]\0"), "utf-16-le"),
    (re.compile(rb"(?:\0[\s])*\0[<{]\0[^\0]"), "utf-16-be"),
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
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
}
# Names of the same table that Python does not know.
_LABELS = {
    **dict.fromkeys(("unicode-1-1-utf-8", "unicode11utf8", "x-unicode20utf8"), "utf-8"),
    **dict.fromkeys(("csiso88596e", "csiso88596i", "iso-8859-6-e", "iso-8859-6-i"), "iso8859-6"),
    **dict.fromkeys(("iso-8859-8-e", "iso-8859-8-i", "logical", "visual"), "iso8859-8"),
    **dict.fromkeys(("koi", "koi8", "koi8-ru"), "koi8-u"),
    **dict.fromkeys(("csmacintosh", "mac", "x-mac-roman"), "mac-roman"),
    **dict.fromkeys(("x-mac-cyrillic", "x-mac-ukrainian"), "mac-cyrillic"),
    **dict.fromkeys(("dos-874", "windows-874"), "cp874"),
    **dict.fromkeys(("csgb2312", "gb_2312", "gb_2312-80", "x-gbk"), "gb18030"),
    **dict.fromkeys(("cn-big5", "x-x-big5"), "big5hkscs"),
    **dict.fromkeys(("windows-31j", "x-sjis"), "cp932"),
    **dict.fromkeys(("cseuckr", "iso-ir-149", "ks_c_5601-1989", "windows-949"), "cp949"),
    **{f"x-cp125{n}": f"cp125{n}" for n in range(9)},
    "csisolatin9": "iso8859-15",
    "sun_eu_greek": "iso8859-7",
    "x-euc-jp": "euc_jp",
}
# What a text is that is declared as an ISO encoding but has bytes which that one has controls for:
# Windows has quotation marks there, and letters.
_OF_WINDOWS = {
    "iso8859-2": "cp1250",
    "iso8859-7": "cp1253",
    "iso8859-8": "cp1255",
    "iso8859-13": "cp1257",
    "iso8859-15": "cp1252",
}
_C1 = bytes(range(0x80, 0xA0))
_MULTIBYTE = ("gb18030", "cp932", "cp949", "big5hkscs", "euc_jp")
_PROOF = 4
"""Characters beyond ASCII that are no chance: of two bytes each, a Chinese text of fewer may be
UTF-8 as well."""


def declared_encodings(data: bytes, content_type: str | None) -> list[str]:
    """Python's names of the encodings that `data` may be in, the most trusted first.

    In the order of RFC 7303 (3): the byte order mark, the charset of the HTTP `content_type`, the
    XML declaration; UTF-8 when nothing is said. Names that nobody knows are left out, and so is
    HTTP's us-ascii for what is not ASCII.
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            return [name]
    head = data[:1024]
    for shape, name in _SHAPES:
        if shape.match(head):
            return [name]
    found: list[str] = []
    of_http = _CHARSET.search(content_type) if content_type else None
    if of_http and (of_http[1].lower() not in ("us-ascii", "ascii") or data.isascii()):
        found.append(of_http[1])
    if declared := _DECLARATION.search(head):
        found.append(declared[1].decode("ascii"))
    names = [name for name in map(_python_name, found) if name]
    return list(dict.fromkeys([*names, "utf-8"]))


def decode(data: bytes, encodings: list[str]) -> tuple[str, str | None]:
    """The text of `data`, and a note when it is not in the first of its `encodings`.

    Strictly decoded in the first encoding that fits. What fits none is in the one that its byte
    order mark names, with U+FFFD for what is not; else UTF-8 with surrogate pairs (CESU-8); else
    what is found out about it (`feedkit.parse.charset`); else UTF-8 with U+FFFD.
    """
    for name in _in_order_of_proof(data, encodings):
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        is_as_declared = name == encodings[0] or name == _OF_WINDOWS.get(encodings[0])
        note = None if is_as_declared else f"is not {encodings[0]} but {name}"
        return text.removeprefix("\ufeff"), note
    holds = f"holds bytes that are not {encodings[0]}"
    if "utf-8" not in encodings:
        return data.decode(encodings[0], "replace").removeprefix("\ufeff"), holds
    if (joined := _with_joined_surrogates(data)) is not None:
        return joined.removeprefix("\ufeff"), holds
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    found = None if _is_mostly_utf8(text) else detect(data)
    if found is None:
        return text, holds
    return data.decode(found, "replace"), f"is not {encodings[0]}, read as {found}"


def _in_order_of_proof(data: bytes, encodings: list[str]) -> list[str]:
    """`encodings`, with those before them that the bytes speak for.

    Bytes that happen to be UTF-8 and are not ASCII are UTF-8: no text of another script looks so,
    while any bytes at all pass for one of the single-byte encodings.
    """
    first = encodings[0]
    if first.startswith("utf-") or data.isascii():
        return encodings
    before: list[str] = []
    if "utf-8" in encodings and (first not in _MULTIBYTE or _is_proven_utf8(data)):
        before.append("utf-8")
    if first in _OF_WINDOWS and len(data.translate(None, _C1)) != len(data):
        before.append(_OF_WINDOWS[first])
    return [*before, *encodings]


def _is_proven_utf8(data: bytes) -> bool:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return False
    return len(_NOT_ASCII.findall(text)) >= _PROOF


def _with_joined_surrogates(data: bytes) -> str | None:
    """The text of UTF-8 in which surrogates are encoded one by one, as Java and older databases
    write them (Unicode TR 26): pairs joined, single ones U+FFFD. None when it is not that."""
    try:
        text = data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return None
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _python_name(declared: str) -> str | None:
    try:
        name = codecs.lookup(_LABELS.get(declared.lower(), declared)).name
    except LookupError:
        return None
    return _WIDER.get(name, name) if _TEXT_CODEC.match(name) else None


def _is_mostly_utf8(text: str) -> bool:
    """Whether a text decoded with U+FFFD for what is no UTF-8 has more that is."""
    return len(_NOT_ASCII.findall(text)) > text.count("\ufffd")
