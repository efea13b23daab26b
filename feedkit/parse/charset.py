"""What encoding bytes are in that are not UTF-8, where nothing says so or what says so is wrong."""

import re
from collections.abc import Sequence

_LOOKED_AT = 65536
"""Bytes. The beginning of a feed holds text enough."""

_LANGUAGE = re.compile(
    rb"""(?:<(?:dc:)?language>\s*|xml:lang\s*=\s*["']|"language"\s*:\s*"
    |^["']?(?:lang|language|locale)["']?\s*[:=]\s*["']?)([a-z]{2})(?![a-z])""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)

# The encodings that a language was written in before UTF-8 (after WHATWG HTML, 13.2.3.2). Not
# here are the languages that `charset_normalizer` tells apart better, those of Cyrillic and of
# East Asia, and English, which feeds in any language declare.
_LATIN_ALPHABETS = {
    **dict.fromkeys(
        ("ca", "da", "de", "es", "eu", "fi", "fr", "ga", "gl", "is", "it", "nb", "nl", "nn", "no",
         "pt", "sv"),
        ("cp1252",),
    ),
    **dict.fromkeys(("bs", "cs", "hr", "hu", "pl", "ro", "sk", "sl"), ("cp1250", "iso8859_2")),
    **dict.fromkeys(("et", "lt", "lv"), ("cp1257", "iso8859_13")),
    "tr": ("cp1254",),
}  # fmt: skip
_OTHER_ALPHABETS = {
    "ar": ("cp1256", "iso8859_6"),
    "el": ("cp1253", "iso8859_7"),
    "he": ("cp1255", "iso8859_8"),
    "th": ("cp874",),
    "vi": ("cp1258",),
}

# Four letters in a row that no keyboard of a Latin alphabet has: another script.
_WORD_BEYOND_ASCII = re.compile(rb"[\xc0-\xff]{4}")
_OTHER_WORD = re.compile(rb"[\xa1-\xff]{4}")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_WESTERN = frozenset(
    "ÀÂÃÄÅÆÇÈÉÊËÍÎÏÑÓÔÕÖØÙÚÛÜŒŸßàáâãäåæçèéêëìíîïñòóôõöøùúûüÿœÁÌÒ¡¿ªº«»‹›€£©®™°§·•…–—‘’‚“”„\xa0"
)
"""What French, German, Italian, Portuguese, Spanish and Scandinavian texts are written with."""

_NEVER_CENTRAL = frozenset("ŕĺă")


def detect(data: bytes) -> str | None:
    """Python's name of the encoding that `data` is most likely in; None when it is like no text.

    The language that the document says it is in decides, where that had one encoding; else what
    charset-normalizer finds. Of the encodings that read a western text as letters of rare
    languages, it likes one too well: such a text is Windows-1252.
    """
    from charset_normalizer import from_bytes  # 40 ms, for one feed in a thousand

    head = data[:_LOOKED_AT]
    if named := _by_language(head):
        return named
    best = from_bytes(head, steps=5, chunk_size=2048).best()
    if best is None:
        return None
    return "cp1252" if _is_western(head, best.encoding) else best.encoding


def _by_language(head: bytes) -> str | None:
    match = _LANGUAGE.search(head)
    language = match[1].decode("ascii").lower() if match else ""
    if encodings := _OTHER_ALPHABETS.get(language):
        return _most_letters(head, encodings) if _OTHER_WORD.search(head) else None
    encodings = _LATIN_ALPHABETS.get(language)
    return (
        None if not encodings or _WORD_BEYOND_ASCII.search(head) else _most_letters(head, encodings)
    )


def _most_letters(head: bytes, encodings: Sequence[str]) -> str | None:
    """The one of `encodings` in which most is letters, if any reads the bytes."""
    readings: dict[str, int] = {}
    for name in encodings:
        try:
            text = head.decode(name)
        except UnicodeDecodeError:
            continue
        readings[name] = sum(char.isalpha() for char in _NOT_ASCII.findall(text))
    return max(readings, key=lambda name: readings[name]) if readings else None


def _is_western(head: bytes, found: str) -> bool:
    """Whether bytes that look like a text in `found` are one of Western Europe instead."""
    try:
        reading = head.decode("cp1252")
        other = head.decode(found)
    except UnicodeDecodeError:
        return False
    if _WORD_BEYOND_ASCII.search(head) or not _WESTERN.issuperset(_NOT_ASCII.findall(reading)):
        return False
    # What cp1250 has in place of "à", "å" and "ã" hardly occurs, but for the Romanian one, which
    # comes with another that is not western. All else could be Hungarian, too.
    return found != "cp1250" or not _NEVER_CENTRAL.isdisjoint(other)
