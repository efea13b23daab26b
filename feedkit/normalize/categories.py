"""Categories: when two spellings are one category, and what a category's folder is called."""

import re
import unicodedata
from collections.abc import Container
from functools import lru_cache
from hashlib import sha256

MOST_BYTES = 100
"""How long a slug may be, in bytes of UTF-8: file names end at 255, and `unique_slug` adds some."""

_SEPARATORS = re.compile(r"[\s_]+")
_HYPHENS = re.compile(r"(?<=\w)[\-\u2010\u2011\u2043\u2212]+(?=\w)")
_WIDTH = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x3000: 0x20}
_SPELLED = {"+": "plus", "#": "sharp", "&": "-and-"}
_DEVICE = re.compile(r"(?:con|prn|aux|nul|(?:com|lpt)[0-9¹²³])")
_DASHES = re.compile("-{2,}")


@lru_cache(maxsize=8192)
def fold(name: str) -> str:
    """The key under which the spellings of one category meet; "" when nothing is left of it.

    Width and compatibility forms (NFKC), case (full case folding), white space and underscores,
    control and format characters make no difference: "Web Development", "web_development" and
    "ｗｅｂ  development" are one. Neither does a hyphen between two letters or digits:
    people write "web-development" for the same thing. Other punctuation does ("C", "C++", "C#").
    """
    text = unicodedata.normalize("NFKC", name)
    text = unicodedata.normalize("NFKC", text.casefold())
    text = _SEPARATORS.sub(" ", text)
    if not text.isprintable():
        text = "".join(c for c in text if c == " " or unicodedata.category(c) not in _INVISIBLE)
        text = _SEPARATORS.sub(" ", unicodedata.normalize("NFKC", text))
    return _HYPHENS.sub(" ", text).strip(" ")


_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Cn"))


@lru_cache(maxsize=8192)
def slugify(name: str) -> str:
    """The folder name and URL segment of the category `name`: readable, and safe as both.

    Letters, marks and digits of every script are kept, in lower case and NFC; ``+``, ``#`` and
    ``&`` are spelled out (but a leading ``#`` is a hashtag's); every other run is one hyphen.
    Never empty, never a device of Windows, never begins or ends with a dot, a hyphen or a space,
    at most 100 bytes of UTF-8: a longer one is cut and ends in a hash of the whole, and a name
    with nothing to keep is called after its hash. Slugs are slugs of themselves.
    """
    text = unicodedata.normalize("NFC", name).translate(_WIDTH).strip()
    text = _lower(text.removeprefix("#") if text[1:2].isalpha() else text)
    kept: list[str] = []
    for character in text:
        kind = unicodedata.category(character)
        if kind[0] in "LMN":
            kept.append(character)
        elif kind not in _INVISIBLE or character.isspace():
            kept.append(_SPELLED.get(character, "-"))
    slug = _DASHES.sub("-", unicodedata.normalize("NFC", "".join(kept))).strip("-")
    if not slug:
        return f"category-{_hash(name)}"
    if _DEVICE.fullmatch(slug):
        return f"category-{slug}"
    return slug if len(slug.encode()) <= MOST_BYTES else f"{_cut(slug, 9)}-{_hash(slug)}"


def unique_slug(slug: str, taken: Container[str]) -> str:
    """`slug`, or `slug` with ``-2``, ``-3``, … when it is in `taken`; within the same byte limit.

    `taken` holds slugs; one that differs only in case or normalization is taken too when its
    folded form (NFC of its case folding) is in `taken`, as some file systems compare so.
    """
    candidate, number = slug, 1
    while candidate in taken or _compared(candidate) in taken:
        number += 1
        suffix = f"-{number}"
        candidate = _cut(slug, len(suffix)) + suffix
    return candidate


def _compared(slug: str) -> str:
    return unicodedata.normalize("NFC", slug.casefold())


def _lower(text: str) -> str:
    """Lower case and NFC, both at once: the one can undo the other."""
    while (lower := unicodedata.normalize("NFC", text.lower())) != text:
        text = lower
    return text


def _cut(slug: str, room: int) -> str:
    """`slug` in at most `MOST_BYTES` less `room` bytes, cut between characters."""
    data = slug.encode()[: MOST_BYTES - room]
    return data.decode(errors="ignore").rstrip("-")


def _hash(text: str) -> str:
    return sha256(text.encode(errors="surrogatepass")).hexdigest()[:8]
