"""Which documents there are, and of what each is made. Pure.

A topic has a feed in each format, a page, and a chain of archives. What a document is made of is
its fingerprint: one that was written with the same need not be rendered.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from feedkit import __version__
from feedkit.config import Settings
from feedkit.publish.jobs import PAGE, Chain, Form
from feedkit.publish.topics import ARCHIVES, Topic, archive_path
from feedkit.store import Archive, Wholes

RENDERING = "6"
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

    @property
    def folder(self) -> str:
        """Whose row in the store stands for it."""
        is_whole = self.number is not None and not self.is_open
        return self.topic.folder + ARCHIVES if is_whole else self.topic.folder

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

    whole: Wholes
    has_open: bool
    """Whether something is in the open one."""

    @property
    def is_chain(self) -> bool:
        """Whether there are archives; one that is open then, too: whole ones name it."""
        return self.has_open or self.whole.total > 0


class Plan:
    """The documents of topics.

    A topic's *own* documents are its feeds, its page and its open archive: all that an entry can
    change. Beside these stand its whole archives.
    """

    def __init__(self, settings: Settings, theme: str, planet: str) -> None:
        """`theme` stands for the templates of pages, `planet` for what the page of everything
        lists."""
        site, publish = settings.site, settings.publish
        self._formats = publish.formats
        self._has_pages = publish.pages
        self._planet = planet
        self._site, self._compression = digest(site.url), str(int(publish.compress))
        self._of_all = digest(
            RENDERING,
            __version__,
            (site.url, site.title, site.description, site.language, site.author),
            (publish.entries, publish.per_source, publish.hubs, publish.pages, publish.compress),
        )
        self._of_pages = digest(self._of_all, theme, publish.formats)

    def count(self, standings: Iterable[Standings]) -> int:
        """How many documents there are of topics with these archives."""
        return sum(
            len(self._formats) + self._has_pages + each.is_chain + each.whole.total
            for each in standings
        )

    def entries_made_by(self, folders: Mapping[str, str]) -> str:
        """What stands for all that entries are rendered by, beside what is stored of them:
        `folders` has where categories are published."""
        return digest(self._of_pages, folders)

    def made_of(self, topic: Topic, standings: Standings) -> str:
        """The fingerprint of the topic's own documents together."""
        planet = self._planet if topic.name is None else ""
        return digest(self._of_pages, topic, standings.whole.total, standings.is_chain, planet)

    def archives_made_of(self, standings: Standings) -> str:
        """The fingerprint of a topic's whole archives together."""
        return " ".join((self._site, self._compression, *map(str, standings.whole)))

    def own(self, topic: Topic, standings: Standings) -> Iterator[Planned]:
        """The topic's own documents, in the order in which they are to be written."""
        last, is_chained = standings.whole.total, standings.is_chain
        if is_chained:
            form = Form("atom", topic.is_whole)
            path = archive_path(topic.folder, last + 1)
            fingerprint = digest(self._of_all, topic, last)
            yield Planned(path, fingerprint, topic, form, ARCHIVE, last + 1, last, True)
        content = digest(self._of_all, topic, last, is_chained)
        for name in self._formats:
            path, form = topic.path(name), Form(name, topic.is_whole)
            fingerprint = f"{content} {name}"
            yield Planned(path, fingerprint, topic, form, FEED, None, last, is_chained)
        if self._has_pages:
            shown = self._planet if topic.name is None else ""
            fingerprint = digest(self._of_pages, topic, shown)
            yield Planned(topic.path(PAGE), fingerprint, topic, Form(PAGE), PAGES)

    def whole(self, topic: Topic, archives: Sequence[Archive]) -> Iterator[Planned]:
        """The topic's whole archives, oldest first. What they are made of is which they are. What
        follows the last space of their fingerprint is about their copies alone."""
        form = Form("atom", topic.is_whole)
        last = len(archives)
        for _, number, whole_at, version in archives:
            path = archive_path(topic.folder, number)
            fingerprint = f"{self._site} {whole_at} {version} {self._compression}"
            yield Planned(path, fingerprint, topic, form, ARCHIVE, number, last, True)


def digest(*parts: object) -> str:
    """32 characters that stand for all of `parts`."""
    return hashlib.blake2b(msgspec.json.encode(parts), digest_size=16).hexdigest()
