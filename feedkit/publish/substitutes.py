"""What stands in a document in place of what an entry does not have and a format wants. Pure."""

import re
from functools import lru_cache
from html import escape

from feedkit.model import Entry, Person
from feedkit.normalize.text import SUMMARY_LENGTH, below_title, excerpt, one_line, summary_of

UNKNOWN_TYPE = "application/octet-stream"
"""Of a file of which no media type is known, where a format wants one (RFC 2046, 4.5.1)."""

_TITLE_LENGTH = 80
"""Characters of an untitled entry's content that stand for its title."""
_MEDIA_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+(?:\s*;.*)?", re.ASCII)


def title_of(entry: Entry) -> str:
    """The entry's title; a note without one is known by its first words."""
    return (
        entry.title
        or one_line(excerpt(entry.content or entry.summary or "", _TITLE_LENGTH))
        or entry.url
        or entry.id
    )


def shown_summary(entry: Entry, *, is_whole: bool) -> str | None:
    """The entry's summary as HTML, else the first words of its content; None where the content,
    which `is_whole` says stands beside it, has not much more to say."""
    if entry.summary is not None or entry.content is None:
        return entry.summary
    summary = _first_words(entry.content, entry.title)
    if summary is None and not is_whole:
        below = below_title(entry.content, entry.title)
        return escape(excerpt(below, SUMMARY_LENGTH), quote=False) or None
    return summary


@lru_cache(maxsize=4)
def _first_words(content: str, title: str) -> str | None:
    """`summary_of` what does not only say the title again, once for all forms of an entry."""
    return summary_of(below_title(content, title))


def name_of(person: Person) -> str:
    """What a person is called where a name has to be (RFC 4287, 3.2.1)."""
    return person.name or person.email or person.url or ""


def media_type(text: str | None) -> str | None:
    """`text` where it has the shape of a media type (RFC 6838, 4.2), else None."""
    return text if text and _MEDIA_TYPE.fullmatch(text) else None
