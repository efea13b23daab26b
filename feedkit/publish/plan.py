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
from feedkit.store import Archive

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
    number: int | None = None
    """That of an archive; None: it is none."""
    last: int = 0
    """How many whole archives the topic has; the one that is open has the number after that."""
    is_chained: bool = False
    """Whether the topic has archives."""

    @property
    def is_open(self) -> bool:
        """Whether it is the archive that is not whole yet."""
        return self.number is not None and self.number > self.last

    def has_only_other_copies(self, fingerprint: str) -> bool:
        """Whether it is a whole archive that was written with that fingerprint, and is to stay as
        it is but for its compressed copies."""
        is_whole = self.number is not None and not self.is_open
        return is_whole and fingerprint.rpartition(" ")[0] == self.fingerprint.rpartition(" ")[0]

    @property
    def chain(self) -> Chain | None:
        """Where the document stands among archives, if it is to say so."""
        if not self.is_chained or self.rank == PAGES:
            return None
        if self.number is None:
            return Chain(None, self.last + 1, None)
        return Chain(
            self.number, self.number - 1 or None, None if self.is_open else self.number + 1
        )


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
    whole_of_all, compression = digest(site.url), str(int(publish.compress))
    of_all = digest(
        RENDERING,
        __version__,
        (site.url, site.title, site.description, site.language, site.author),
        (publish.entries, publish.per_source, publish.hubs, publish.pages, publish.compress),
    )
    of_pages = digest(of_all, theme, publish.formats)
    for topic in sorted(topics, key=lambda topic: topic.name is None):
        standings = archives[topic.id]
        yield from _archives(topic, standings, whole_of_all, compression, of_all)
        last, is_chained = len(standings.whole), standings.is_chain
        content = digest(of_all, topic, last, is_chained)
        for name in publish.formats:
            path, form = topic.path(name), Form(name, topic.is_whole)
            fingerprint = f"{content} {name}"
            yield Planned(path, fingerprint, topic, form, FEED, None, last, is_chained)
        if publish.pages:
            shown = planet if topic.name is None else ""
            fingerprint = digest(of_pages, topic, shown)
            yield Planned(topic.path(PAGE), fingerprint, topic, Form(PAGE), PAGES)


def _archives(
    topic: Topic, standings: Standings, whole_of_all: str, compression: str, of_all: str
) -> Iterator[Planned]:
    """Documents of a topic's archives, the open one last. Those that are whole are always so: what
    they are made of is which they are. What follows the last space of their fingerprint is about
    their copies alone."""
    form = Form("atom", topic.is_whole)
    last = len(standings.whole)
    for _, number, whole_at, version in standings.whole:
        path = archive_path(topic.folder, number)
        fingerprint = f"{whole_of_all} {whole_at} {version} {compression}"
        yield Planned(path, fingerprint, topic, form, ARCHIVE, number, last, True)
    if standings.is_chain:
        path = archive_path(topic.folder, last + 1)
        fingerprint = digest(of_all, topic, last)
        yield Planned(path, fingerprint, topic, form, ARCHIVE, last + 1, last, True)


def digest(*parts: object) -> str:
    """32 characters that stand for all of `parts`."""
    return hashlib.blake2b(msgspec.json.encode(parts), digest_size=16).hexdigest()
