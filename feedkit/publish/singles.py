"""Documents that are of no topic: the files beside pages, and lists of feeds."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from feedkit.config import Settings, Site
from feedkit.errors import PublishError
from feedkit.publish.jobs import PAGE, SourceLine
from feedkit.publish.plan import RENDERING, digest
from feedkit.publish.published import Published
from feedkit.publish.topics import Topic
from feedkit.store import SourceRow
from feedkit.store.source_keys import feed_of, name_of

OF_NO_TOPIC = "/"
"""Stands for the folder of what is of no topic."""


class Single(NamedTuple):
    """A document that is of no topic."""

    path: str
    fingerprint: str
    make: Callable[[], bytes]

    @property
    def folder(self) -> str:
        """Whose row in the store stands for it."""
        return OF_NO_TOPIC


class Theme:
    """What pages are made by, and what is published beside them; nothing where there are none.

    One that cannot be read costs the pages alone, which stay as they are.
    """

    def __init__(self, settings: Settings, published: Published) -> None:
        self.fingerprint = ""
        self.assets: list[Single] = []
        self.is_broken = False
        if not settings.publish.pages:
            return
        from feedkit.publish.themes import assets, theme_fingerprint

        theme = settings.publish.theme
        try:
            self.fingerprint = theme_fingerprint(theme)
            found = assets(theme)
        except PublishError as error:
            published.failed.append(str(error))
            self.is_broken = True
            return
        self.assets = [
            Single(name, digest(data, settings.publish.compress), partial(bytes, data))
            for name, data in sorted(found.items())
        ]


def feed_lists(
    settings: Settings, topics: Sequence[Topic], sources: Sequence[SourceRow]
) -> Iterator[Single]:
    """What is published of all topics together, written once these are there."""
    site, publish = settings.site, settings.publish
    formats = (*publish.formats, PAGE) if publish.pages else publish.formats
    of_all = (RENDERING, site.url, site.title, site.author, publish.compress)
    named = [(topic.title, topic.folder) for topic in topics]
    yield Single(
        "feeds.opml", digest(of_all, named, formats), partial(_feeds_opml, site, topics, formats)
    )
    lines = [
        SourceLine(
            source.title,
            source.moving.url or name_of(source.key),
            source.site_url,
            tuple(category.name for category in source.categories),
        )
        for source in sources
        if is_followed_feed(source)
    ]
    yield Single("sources.opml", digest(of_all, lines), partial(_sources_opml, site, lines))


def is_followed_feed(source: SourceRow) -> bool:
    """Whether the source is a feed that the configuration names."""
    return source.is_followed and feed_of(source.key) is not None


def _feeds_opml(site: Site, topics: Sequence[Topic], formats: Sequence[str]) -> bytes:
    from feedkit.publish.opml import feeds_opml  # lxml costs 15 ms

    return feeds_opml(site, topics, formats)


def _sources_opml(site: Site, lines: Sequence[SourceLine]) -> bytes:
    from feedkit.publish.opml import sources_opml

    return sources_opml(site, lines)
