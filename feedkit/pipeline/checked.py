"""What `feedkit check` found out about one document, as values.

They are the JSON document that ``feedkit check --json`` writes (docs/check.md), so their fields
stay; each is always there, with null for what is not known.
"""

from datetime import datetime
from typing import Literal

from msgspec import Struct

State = Literal["published", "filtered", "another version", "draft", "waits"]


class EnclosureFacts(Struct, frozen=True):
    """A file of an entry."""

    url: str
    type: str | None
    length: int | None
    duration: int | None


class EntryFacts(Struct, frozen=True):
    """An entry, normalized."""

    number: int
    """From 1, in the document's order."""
    line: int | None
    id: str | None
    """The id that it is published with; None where it is not."""
    guid: str | None
    """The id that the source gave it."""
    title: str
    url: str | None
    published: datetime | None
    updated: datetime | None
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    enclosures: tuple[EnclosureFacts, ...]
    state: State


class FeedFacts(Struct, frozen=True):
    """A feed document."""

    format: str
    path: str
    why: str
    """Why it was read this way."""
    encoding: str
    title: str
    id: str | None
    url: str | None
    """The web site."""
    self_url: str | None
    language: str | None
    updated: datetime | None
    entries: int
    newest: datetime | None
    oldest: datetime | None


class ArticleFacts(Struct, frozen=True):
    """What stands in an article's front matter, or is made of what stands there."""

    authors: tuple[str, ...]
    categories: tuple[str, ...]
    tags: tuple[str, ...]
    summary: str | None
    image: str | None
    language: str | None
    rights: str | None
    draft: bool


class Problem(Struct, frozen=True):
    """Something that its author should know."""

    code: str
    line: int | None
    entry: int | None
    """The entry's number; None for the document."""
    text: str
    """A clause that follows the document's or the entry's name."""


class CategoryFacts(Struct, frozen=True):
    """A category that gets a feed."""

    name: str
    slug: str
    entries: int
    documents: tuple[str, ...]
    """Below the output folder."""


class TagFacts(Struct, frozen=True):
    """A category that stays on its entries and gets no feed."""

    name: str
    entries: int


class Publishes(Struct, frozen=True):
    """What would be published of it."""

    config: str | None
    """The configuration that says so; None: there is none."""
    configured: bool
    """Whether the configuration names this source."""
    entries: int
    documents: tuple[str, ...]
    categories: tuple[CategoryFacts, ...]
    tags: tuple[TagFacts, ...]


class Checked(Struct, frozen=True):
    """Everything that was found out about one document."""

    checked: str
    """What was asked for."""
    address: str | None = None
    """Where it came from, after redirects; None for a file."""
    kind: Literal["feed", "article"] | None = None
    """None: neither, and `error` says why."""
    error: str | None = None
    links_to: tuple[str, ...] = ()
    """The feeds that an HTML page links to."""
    feed: FeedFacts | None = None
    article: ArticleFacts | None = None
    entries: tuple[EntryFacts, ...] = ()
    problems: tuple[Problem, ...] = ()
    publishes: Publishes | None = None
