"""Text, references and values of plain HTML as the serializer spells them (WHATWG HTML, 13.3)."""

import re
from html.entities import html5

from feedkit.normalize.text import has_forbidden

_REFERENCE = re.compile(r"(&(?!(?:amp|lt|gt|nbsp);)#?\w*+;?+)")
"""What looks like a reference to a character and may have to be spelt otherwise."""
_SPELT = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\xa0": "&nbsp;", '"': "&quot;", "'": "&#39;"}
_ODD_CHARACTERS = '\x00-\x09\x0b-\x1f"&<>\x7f-\xa0\ud800-\udfff\ufffe\uffff'
_ODD = re.compile(f"[{_ODD_CHARACTERS}]")
"""What must be looked at before it is written into a value."""
WORDS = f"[^{_ODD_CHARACTERS}]*+"
"""The pattern of values that are written as they are."""
_IN_TEXT = {ord(character): _SPELT[character] for character in "&<>\xa0"}
_IN_VALUE = {ord(character): spelt for character, spelt in _SPELT.items() if character != "'"}
_UNENDED = tuple(name for name in html5 if name[-1] != ";")
"""Names that are references without a semicolon (WHATWG HTML, 13.5)."""
_NO_MARKUP = re.compile(r"[#$%()*+,.:;@\[\]^_{|}~]|[^\x00-\x7f]++")
_NUMBER = re.compile(r"#(?:([0-9]{1,7})|[xX]([0-9a-fA-F]{1,6}));")
_MOST_REMEMBERED = 8_192
_MARK = "\0"
"""A character that is in no text, for XML forbids it."""


class NotPlainError(Exception):
    """Nobody but nh3 should say what becomes of this text."""


class Texts(dict[str, str]):
    """A reference → how the serializer spells the character in text."""

    def spelt(self, texts: list[str]) -> list[str]:
        """Texts between tags as the serializer spells them; the same list where nothing changes.

        Raises `NotPlainError` for a reference that is read otherwise in one place than in another.
        """
        joined = written = _MARK.join(texts)
        if "&" in written:
            pieces = _REFERENCE.split(written)
            if len(pieces) > 1:
                pieces[1::2] = map(self.__getitem__, pieces[1::2])
                written = "".join(pieces)
        written = written.replace(">", "&gt;").replace("\xa0", "&nbsp;")
        return texts if written is joined else written.split(_MARK)

    def __missing__(self, reference: str) -> str:
        if len(self) > _MOST_REMEMBERED:
            self.clear()
        spelt = self[reference] = _meant(reference[1:]).translate(_IN_TEXT)
        return spelt


def tag_spelt(tag: str) -> str:
    """A tag with the references in it spelt one way; raises `NotPlainError` as `Texts.spelt`."""
    return _REFERENCE.sub(_spelt_in_tag, tag.replace("\xa0", "&nbsp;"))


def attribute_spelt(name: str, value: str) -> str:
    """An attribute as the serializer spells it (WHATWG HTML, 13.3)."""
    if _ODD.search(value):
        if has_forbidden(value):
            raise NotPlainError
        value = value.translate(_IN_VALUE)
    return f' {name}="{value}"'


def _spelt_in_tag(match: re.Match[str]) -> str:
    character = _meant(match[0][1:])
    if len(character) > 1 and character[0] == "&":
        return f"&amp;{character[1:]}"
    spelt = _SPELT.get(character, character)
    # Other ASCII could be markup in a place where it was none.
    if spelt is character and not _NO_MARKUP.fullmatch(character):
        raise NotPlainError
    return spelt


def _meant(reference: str) -> str:
    """The characters that a reference stands for; `reference` begins after its ``&``."""
    if number := _NUMBER.fullmatch(reference):
        return _character(int(number[1]) if number[1] else int(number[2], 16))
    if reference[:1] == "#":
        raise NotPlainError
    if reference in html5 and reference[-1] == ";":
        return html5[reference]
    if reference.startswith(_UNENDED):
        raise NotPlainError
    return f"&{reference}"  # it is no reference


def _character(number: int) -> str:
    """The character of a numeric reference (WHATWG HTML, 13.2.5.80)."""
    if 0x80 <= number < 0xA0 and (meant := bytes((number,)).decode("cp1252", "ignore")):
        return meant
    is_itself = 0x20 <= number < 0x7F or 0xA0 <= number < 0xD800 or 0xE000 <= number < 0xFDD0
    if not is_itself and not 0xFDF0 <= number < 0xFFFE and not 0x10000 <= number < 0x1FFFE:
        raise NotPlainError
    return chr(number)
