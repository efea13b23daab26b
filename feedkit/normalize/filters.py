"""Filters: which entries of a source a person wants."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from feedkit.model import Entry
from feedkit.normalize.text import plain_text


@dataclass(frozen=True, slots=True)
class Filter:
    """The patterns of a source: at least one of `include` (if any), and none of `exclude`."""

    include: Sequence[re.Pattern[str]] = ()
    exclude: Sequence[re.Pattern[str]] = ()

    def accepts(self, entry: Entry) -> bool:
        """Whether a normalized entry is wanted.

        A pattern is searched in the title, the URLs, each author's name, each category, and the
        text of summary and content.
        """
        if not self.include and not self.exclude:
            return True
        texts = list(_texts(entry))
        if any(_found(pattern, texts) for pattern in self.exclude):
            return False
        return not self.include or any(_found(pattern, texts) for pattern in self.include)


def _found(pattern: re.Pattern[str], texts: Sequence[str]) -> bool:
    return any(pattern.search(text) for text in texts)


def _texts(entry: Entry) -> Iterator[str]:
    yield entry.title
    yield from (url for url in (entry.url, entry.external_url) if url)
    yield from (author.name for author in entry.authors if author.name)
    yield from entry.categories
    yield from (plain_text(html) for html in (entry.summary, entry.content) if html)
