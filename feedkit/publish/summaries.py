"""The summary that a published entry has, its own or one made of its content. Pure."""

from functools import lru_cache
from html import escape

from feedkit.model import Entry
from feedkit.normalize.text import SUMMARY_LENGTH, excerpt, summary_of


def shown_summary(entry: Entry, *, is_whole: bool) -> str | None:
    """The entry's summary as HTML, else the first words of its content; None where the content,
    which `is_whole` says stands beside it, has not much more to say."""
    if entry.summary is not None or entry.content is None:
        return entry.summary
    summary = _first_words(entry.content)
    if summary is None and not is_whole:
        return escape(excerpt(entry.content, SUMMARY_LENGTH), quote=False) or None
    return summary


@lru_cache(maxsize=4)
def _first_words(content: str) -> str | None:
    """`summary_of`, once for all forms of an entry."""
    return summary_of(content)
