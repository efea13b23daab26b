"""Summaries for entries that have none."""

from feedkit.normalize.html import escaped
from feedkit.normalize.text import excerpt


def summary_of(content: str, limit: int = 300) -> str | None:
    """The beginning of `content` as HTML: its words in at most `limit` characters, cut at a word,
    with "…" when cut. None when there are no words.

    The result is text alone, so it is valid wherever it was cut, and sanitizing it changes nothing.
    It is for lists and pages. `normalize_entry` makes none: a feed whose entries have a content and
    a summary is read as one that says both.
    """
    return escaped(excerpt(content, limit)) or None
