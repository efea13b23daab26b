"""Text, references and values of plain HTML as the serializer spells them (WHATWG HTML, 13.3)."""

import re
from html.entities import html5

from feedkit.normalize.text import has_forbidden

REFERENCE = re.compile(r"(&(?!(?:amp|lt|gt|nbsp);)#?\w*+;?+)")
_SPELT = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\xa0": "&nbsp;", '"': "&quot;", "'": "&#39;"}
_ODD_CHARACTERS = '\x00-\x09\x0b-\x1f"&<>\x7f-\xa0\ud800-\udfff\ufffe\uffff'
_ODD = re.compile(f"[{_ODD_CHARACTERS}]")
"""What must be looked at before it is written into a value."""
WORDS = f"[^{_ODD_CHARACTERS}]*+"
"""The pattern of values that are written as they are."""
_IN_VALUE = {ord(character): spelt for character, spelt in _SPELT.items() if character != "'"}
_UNENDED = tuple(name for name in html5 if name[-1] != ";")
"""Names that are references without a semicolon (WHATWG HTML, 13.5)."""
_NO_MARKUP = re.compile(r"[#$%()*+,.:;@\[\]^_{|}~]|[^\x00-\x7f]++")
_NUMBER = re.compile(r"#(?:([0-9]{1,7})|[xX]([0-9a-fA-F]{1,6}));")
_MOST_REMEMBERED = 8_192


class NotPlainError(Exception):
    """Nobody but nh3 should say what becomes of this text."""


class References(dict[str, str]):
    """Character references → how the serializer spells them.

    Raises `NotPlainError` for what is read otherwise in one place than in another.
    """

    def __missing__(self, reference: str) -> str:
        if len(self) > _MOST_REMEMBERED:
            self.clear()
        spelt = self[reference] = _spelt(reference[1:])
        return spelt


def attribute_spelt(name: str, value: str) -> str:
    """An attribute as the serializer spells it (WHATWG HTML, 13.3)."""
    if _ODD.search(value):
        if has_forbidden(value):
            raise NotPlainError
        value = value.translate(_IN_VALUE)
    return f' {name}="{value}"'


def _spelt(reference: str) -> str:
    """A character reference, which begins after its ``&``, as the serializer spells it."""
    if number := _NUMBER.fullmatch(reference):
        character = _character(int(number[1]) if number[1] else int(number[2], 16))
    elif reference[:1] == "#":
        raise NotPlainError
    elif reference in html5 and reference[-1] == ";":
        character = html5[reference]
    elif reference.startswith(_UNENDED):
        raise NotPlainError
    else:  # it is no reference
        return f"&amp;{reference}"
    spelt = _SPELT.get(character, character)
    # Other ASCII could be markup in a place where it was none.
    if spelt is character and not _NO_MARKUP.fullmatch(character):
        raise NotPlainError
    return spelt


def _character(number: int) -> str:
    """The character of a numeric reference (WHATWG HTML, 13.2.5.80)."""
    if 0x80 <= number < 0xA0 and (meant := bytes((number,)).decode("cp1252", "ignore")):
        return meant
    is_itself = 0x20 <= number < 0x7F or 0xA0 <= number < 0xD800 or 0xE000 <= number < 0xFDD0
    if not is_itself and not 0xFDF0 <= number < 0xFFFE and not 0x10000 <= number < 0x1FFFE:
        raise NotPlainError
    return chr(number)


def texts_spelt(texts: list[str]) -> list[str]:
    """What stands between tags, as the serializer spells it."""
    joined = "".join(texts)
    if ">" in joined:
        texts = [text.replace(">", "&gt;") for text in texts]
    if "&quot;" in joined:
        texts = [text.replace("&quot;", '"') for text in texts]
    if "&#39;" in joined:
        texts = [text.replace("&#39;", "'") for text in texts]
    return texts
