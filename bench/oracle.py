"""feedparser's reading of a document, as values that feedkit's can be compared with."""

import calendar
import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from html import escape
from time import struct_time

import feedparser
from documents import URL
from html_words import words

from feedkit.normalize.identity import entry_id
from feedkit.normalize.links import absolute

Values = Mapping[str, object]


@dataclass(frozen=True)
class Reading:
    """An entry as feedparser's defaults read it, with what has been mended in that since."""

    oracle: "Oracle"
    position: int
    guid: str
    link: str
    title: str
    """HTML, as `summary` and `content` are."""
    published: datetime | None
    updated: datetime | None
    categories: tuple[str, ...]
    summary: str
    content: str
    """The first content in HTML, else the first, and the summary of an entry without any."""
    left_out: frozenset[str] = frozenset()
    """Elements that do not count, for `html_words.words`."""

    @property
    def id(self) -> str:
        """What feedkit makes an id of, made the same way: guid, else link, else title and date."""
        return entry_id(
            self.guid,
            url=self.page,
            title=words(self.title),
            content=self.content,
            published=self.published,
            namespace=URL,
        )

    @property
    def page(self) -> str | None:
        """The link, absolute and valid."""
        return absolute(self.link, URL)


class Oracle:
    """What feedparser makes of a document."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @cached_property
    def entries(self) -> tuple[Reading, ...]:
        """By its defaults, told where the document was found."""
        return self._read(self._data, URL)

    @cached_property
    def ids(self) -> Counter[str]:
        """How many entries have each id."""
        return Counter(entry.id for entry in self.entries)

    @cached_property
    def unlocated(self) -> tuple[Reading, ...]:
        """Not told where the document was found: nothing can be made absolute."""
        return self._read(self._data, None)

    @cached_property
    def without_media_descriptions(self) -> tuple[Reading, ...]:
        """Each ``media:description`` made an element that means nothing."""
        return self._read(self._data.replace(b"media:description", b"media:x"), URL)

    def _read(self, data: bytes, url: str | None) -> tuple[Reading, ...]:
        headers = {"content-location": url} if url else {}
        document = feedparser.parse(io.BytesIO(data), response_headers=headers)
        entries = _objects(document, "entries")
        return tuple(self._entry(entry, position) for position, entry in enumerate(entries))

    def _entry(self, entry: Values, position: int) -> Reading:
        summary = _html(_object(entry, "summary_detail"))
        contents = sorted(_objects(entry, "content"), key=_is_plain)
        terms = [_text(tag, "term") for tag in _objects(entry, "tags")]
        return Reading(
            oracle=self,
            position=position,
            guid=_text(entry, "id"),
            link=_text(entry, "link"),
            title=_html(_object(entry, "title_detail")),
            published=_time(entry, "published_parsed"),
            updated=_time(entry, "updated_parsed"),
            categories=tuple(filter(None, terms)),
            summary=summary,  # without a detail, it is feedparser's copy of the content
            content=_html(contents[0]) if contents else summary,
        )


def _is_plain(detail: Values) -> bool:
    return _text(detail, "type") == "text/plain"


def _html(detail: Values) -> str:
    value = _text(detail, "value")
    return escape(value, quote=False) if _is_plain(detail) else value


def _time(entry: Values, key: str) -> datetime | None:
    value = _value(entry, key)
    if not isinstance(value, struct_time):
        return None
    return datetime.fromtimestamp(calendar.timegm(value), UTC)


def _text(values: Values, key: str) -> str:
    value = _value(values, key)
    return value if isinstance(value, str) else ""


def _object(values: Values, key: str) -> Values:
    value = _value(values, key)
    return value if isinstance(value, dict) else {}


def _objects(values: Values, key: str) -> list[Values]:
    value = _value(values, key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _value(values: Values, key: str) -> object:
    # dict's own `get`: that of feedparser's dict gives "published" for "updated".
    return dict.get(values, key) if isinstance(values, dict) else None
