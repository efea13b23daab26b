"""Which documents there are, and of what each is made. Pure.

A topic has a feed in each format, a page, and a chain of archives. What a document is made of is
its fingerprint: one that was written with the same need not be rendered.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from feedkit import __version__
from feedkit.config import Settings
from feedkit.publish.jobs import PAGE, Chain, Form
from feedkit.publish.topics import Topic, archive_path
from feedkit.store.editions import Archive

RENDERING = "4"
"""Grows when the same entries make other bytes, so that every document is written again; whole
archives stay as they are."""

ARCHIVE, FEED, PAGES = range(3)
"""The order in which a topic's documents are written: none names one that is not there yet."""


class Planned(NamedTuple):
    """A document that there is to be."""

    path: str
    """Below the output folder."""
    fingerprint: str
    topic: Topic
    form: Form
    rank: int
    chain: Chain | None = None
    is_open: bool = False
    """Whether it is an archive that is not whole yet."""


class Standings(NamedTuple):
    """What is known of a topic's archives."""

    whole: Sequence[Archive]
    has_open: bool
    """Whether something is in the open one."""

    @property
    def is_chain(self) -> bool:
        """Whether there are archives; one that is open then, too: whole ones name it."""
        return self.has_open or bool(self.whole)


def plan(
    settings: Settings,
    topics: Sequence[Topic],
    archives: Mapping[int, Standings],
    theme: str,
    planet: str,
) -> Iterator[Planned]:
    """All documents of `topics`, each topic's in the order in which they are to be written, and
    those of everything last: its page names the others.

    `theme` stands for the templates of pages, `planet` for what the page of everything lists.
    """
    site, publish = settings.site, settings.publish
    whole_of_all = digest(site.url, publish.compress)
    of_all = digest(
        RENDERING,
        __version__,
        (site.url, site.title, site.description, site.language, site.author),
        (publish.entries, publish.per_source, publish.hubs, publish.pages, publish.compress),
    )
    of_pages = digest(of_all, theme, publish.formats)
    for topic in sorted(topics, key=lambda topic: topic.name is None):
        standings = archives[topic.id]
        yield from _archives(topic, standings, whole_of_all, of_all)
        chain = _chain_of_feed(standings)
        content = digest(of_all, topic, chain)
        for name in publish.formats:
            yield Planned(
                topic.path(name),
                digest(content, name),
                topic,
                Form(name, topic.is_whole),
                FEED,
                chain,
            )
        if publish.pages:
            shown = planet if topic.name is None else ""
            fingerprint = digest(of_pages, topic, shown)
            yield Planned(topic.path(PAGE), fingerprint, topic, Form(PAGE), PAGES)


def _archives(
    topic: Topic, standings: Standings, whole_of_all: str, of_all: str
) -> Iterator[Planned]:
    """Documents of a topic's archives, the open one last. Those that are whole are always so: what
    they are made of is which they are."""
    form = Form("atom", topic.is_whole)
    last = len(standings.whole)
    for archive in standings.whole:
        number = archive.number
        chain = Chain(number, number - 1 or None, number + 1)
        fingerprint = f"{whole_of_all} {archive.whole_at} {archive.version}"
        yield Planned(archive_path(topic.folder, number), fingerprint, topic, form, ARCHIVE, chain)
    if standings.is_chain:
        chain = Chain(last + 1, last or None, None)
        fingerprint = digest(of_all, topic, chain)
        path = archive_path(topic.folder, last + 1)
        yield Planned(path, fingerprint, topic, form, ARCHIVE, chain, is_open=True)


def _chain_of_feed(standings: Standings) -> Chain | None:
    if not standings.is_chain:
        return None
    return Chain(None, len(standings.whole) + 1, None)


def digest(*parts: object) -> str:
    """32 characters that stand for all of `parts`."""
    return hashlib.blake2b(msgspec.json.encode(parts), digest_size=16).hexdigest()
