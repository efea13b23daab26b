"""What feedkit sees in a feed or an article, as values: `feedkit check` shows them. Pure.

The structs are the JSON document that ``feedkit check --json`` writes (docs/check.md), so their
fields stay; each is always there, with null for what is not known.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from feedkit.config import FeedSource, Settings, Site, StoreSettings
from feedkit.model import Entry, Feed
from feedkit.normalize.categories import fold
from feedkit.normalize.entry import normalize_feed
from feedkit.parse.article import Article
from feedkit.parse.examine import Examined, Flaw
from feedkit.pipeline.prepare import declared, source_filter
from feedkit.publish.jobs import PAGE
from feedkit.publish.topics import Topic, choose_topics
from feedkit.store import CategoryRow, NamedCategory

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


class Plan(Struct, frozen=True):
    """What the configuration says of the document that is checked."""

    settings: Settings
    config: str | None = None
    """How the configuration is called; None where there is none."""
    source: FeedSource = FeedSource(url="")
    """The feed's, with its filters; one without any where the configuration does not name it."""
    given: tuple[str, ...] = ()
    """Categories of the source: the config's, or its article folder's."""
    is_configured: bool = False
    sources_categories: tuple[str, ...] = ()
    """Categories that sources have: each gets a feed."""


def no_settings() -> Settings:
    """The settings of a person who has no configuration: every default."""
    return Settings(Path("config.toml"), Site(url="https://localhost/"), StoreSettings(url=""))


# -------------------------------------------------------------------------------------------- feeds


def feed_findings(
    name: str, feed: Feed, examined: Examined, *, url: str | None, plan: Plan
) -> Checked:
    """What is seen in `feed`, as read; `url` is where it was found (None: a file called `name`)."""
    source = plan.source
    ready = normalize_feed(feed, url=url, namespace=source.url)
    # One at a time, so that entries of one id all stay.
    entries = [
        normalize_feed(replace(feed, entries=(raw,)), url=url, namespace=source.url).entries[0]
        for raw in feed.entries
    ]
    ids = _published_ids(entries, ready.entries)
    lines: Sequence[int | None] = examined.lines or [None] * len(entries)
    wanted = source_filter(source)
    facts = []
    for number, (entry, id_) in enumerate(zip(entries, ids, strict=True), start=1):
        state: State = "published" if id_ else "another version"
        if id_ and not wanted.accepts(entry):
            id_, state = None, "filtered"
        guid = feed.entries[number - 1].id.strip() or None
        facts.append(_entry(entry, number, lines[number - 1], id_, guid, state))
    published = [
        entry for entry, fact in zip(entries, facts, strict=True) if fact.state == "published"
    ]
    flaws = [*examined.flaws, *_feed_flaws(feed, ready), *_entry_flaws(feed, entries, examined)]
    return Checked(
        checked=name,
        address=url,
        kind="feed",
        feed=_feed(feed, ready, examined, facts),
        entries=tuple(facts),
        problems=_problems(flaws),
        publishes=_publishes(published, frozenset(), plan),
    )


def _published_ids(entries: Sequence[Entry], ready: Sequence[Entry]) -> list[str | None]:
    """The id that each of `entries` has among the `ready`, which are without the versions of one
    entry but one, and of which some were given ids of their own; None for one that is not there."""
    left = dict.fromkeys(ready)
    ids: list[str | None] = []
    for entry in entries:
        ids.append(entry.id if entry in left else None)
        left.pop(entry, None)
    renamed: defaultdict[Entry, deque[str]] = defaultdict(deque)
    for entry in left:
        renamed[replace(entry, id="")].append(entry.id)
    for index, entry in enumerate(entries):
        if ids[index] is None and (same := renamed[replace(entry, id="")]):
            ids[index] = same.popleft()
    return ids


def _feed(feed: Feed, ready: Feed, examined: Examined, facts: Sequence[EntryFacts]) -> FeedFacts:
    times = [time for fact in facts if (time := fact.published or fact.updated)]
    return FeedFacts(
        format=ready.format,
        path=examined.path,
        why=_why(feed, examined),
        encoding=examined.encoding,
        title=ready.title,
        id=ready.id,
        url=ready.url,
        self_url=ready.self_url,
        language=ready.language,
        updated=ready.updated,
        entries=len(facts),
        newest=max(times, default=None),
        oldest=min(times, default=None),
    )


def _why(feed: Feed, examined: Examined) -> str:
    if examined.path == "feedparser":
        return feed.bozo or ""
    what = "JSON" if examined.path == "json" else "well-formed"
    return f"it is {what}" if not feed.bozo else f"it is {what}, once mended"


def _entry(
    entry: Entry, number: int, line: int | None, id_: str | None, guid: str | None, state: State
) -> EntryFacts:
    return EntryFacts(
        number=number,
        line=line,
        id=id_,
        guid=guid,
        title=entry.title,
        url=entry.url,
        published=entry.published,
        updated=entry.updated,
        authors=_names(entry),
        categories=entry.categories,
        enclosures=tuple(
            EnclosureFacts(file.url, file.type, file.length, file.duration)
            for file in entry.enclosures
        ),
        state=state,
    )


def _names(entry: Entry) -> tuple[str, ...]:
    return tuple(person.name or person.email or person.url or "" for person in entry.authors)


def _feed_flaws(feed: Feed, ready: Feed) -> list[Flaw]:
    flaws = []
    if not ready.title:
        flaws.append(Flaw("no-title", "has no title"))
    if not feed.entries:
        flaws.append(Flaw("no-entries", "has no entries"))
    if feed.url and not ready.url:
        flaws.append(_link_flaw(feed.url, None, None))
    return flaws


def _entry_flaws(feed: Feed, entries: Sequence[Entry], examined: Examined) -> list[Flaw]:
    """What entries lack, by what they are called in the feed's format."""
    id_name = "id" if feed.format.startswith(("atom", "json")) else "guid"
    dated_badly = {flaw.entry for flaw in examined.flaws if flaw.code == "bad-date"}
    lines: Sequence[int | None] = examined.lines or [None] * len(entries)
    first: dict[str, int] = {}
    flaws = []
    for index, (raw, entry, line) in enumerate(zip(feed.entries, entries, lines, strict=True)):
        if not (guid := raw.id.strip()):
            instead = "its link is its id" if entry.url else "its id is made of title and date"
            flaws.append(Flaw("no-id", f"has no {id_name}, so {instead}", line, index))
        elif guid in first:
            text = f"has the {id_name} of entry {first[guid] + 1}"
            flaws.append(Flaw("same-id", text, line, index))
        first.setdefault(guid, index)
        if not entry.title:
            flaws.append(Flaw("no-title", "has no title", line, index))
        if raw.url and not entry.url:
            flaws.append(_link_flaw(raw.url, line, index))
        elif not entry.url:
            flaws.append(Flaw("no-link", "has no link", line, index))
        if not (entry.published or entry.updated) and index not in dated_badly:
            early = raw.published or raw.updated
            text = f"is dated {early.date()}, which counts as no date" if early else "has no date"
            flaws.append(Flaw("no-date", text, line, index))
    return flaws


def _link_flaw(url: str, line: int | None, entry: int | None) -> Flaw:
    if ":" in url.partition("/")[0]:
        return Flaw("bad-link", f"has a link that is no usable address: {url[:100]}", line, entry)
    text = f"has a relative link, and nothing says to what: {url[:100]}"
    return Flaw("relative-link", text, line, entry)


def _problems(flaws: Sequence[Flaw]) -> tuple[Problem, ...]:
    """The document's own first, then those of entries, in their order."""
    ordered = sorted(flaws, key=lambda f: (f.entry is not None, f.entry or 0, f.line or 0))
    return tuple(
        Problem(f.code, f.line, None if f.entry is None else f.entry + 1, f.text) for f in ordered
    )


# ----------------------------------------------------------------------------------------- articles


def article_findings(
    name: str, article: Article, entry: Entry, flaws: Sequence[Flaw], *, plan: Plan, now: datetime
) -> Checked:
    """What is seen in an article; `entry` is it normalized, `flaws` what reading it noted."""
    state: State = "published"
    if article.draft:
        state = "draft"
    elif entry.published and entry.published > now:
        state = "waits"
    guid = article.entry.id or None
    # Its id is made of its folder's place, unless it has one: without a folder there is none yet.
    id_ = entry.id if state == "published" and (plan.is_configured or guid) else None
    placed = frozenset(map(fold, article.categories))
    tags = tuple(name for name in entry.categories if fold(name) not in placed)
    if not (entry.published or entry.updated) and not any(f.code == "bad-date" for f in flaws):
        flaws = [*flaws, Flaw("no-date", "has no date")]
    return Checked(
        checked=name,
        kind="article",
        article=ArticleFacts(
            authors=_names(entry),
            categories=tuple(name for name in entry.categories if fold(name) in placed),
            tags=tags,
            summary=entry.summary,
            image=entry.image,
            language=entry.language,
            rights=entry.rights,
            draft=article.draft,
        ),
        entries=(_entry(entry, 1, None, id_, guid, state),),
        problems=_problems(flaws),
        publishes=_publishes([entry] if state == "published" else [], placed, plan),
    )


# -------------------------------------------------------------------------------- what is published


def _publishes(entries: Sequence[Entry], placed: frozenset[str], plan: Plan) -> Publishes:
    """The documents that would get `entries`, under the rule of the configuration; `placed` are
    keys of categories that an author put them in."""
    given = declared(plan.given)
    own = [
        {named.key: named for named in (*given, *_named(entry, placed))}.values()
        for entry in entries
    ]
    rows = _rows(plan, [named for names in own for named in names])
    by_key = {row.key: row for row in rows}
    sizes = Counter(by_key[named.key].id for names in own for named in names)
    topics, _ = choose_topics(plan.settings, rows, sizes)
    publish = plan.settings.publish
    formats = (*publish.formats, PAGE) if publish.pages else publish.formats
    kept = frozenset(id_ for topic in topics for id_ in topic.category_ids)
    categories = []
    for topic in topics[1:]:
        keys = {row.key for row in rows if row.id in topic.category_ids}
        count = sum(1 for names in own if any(named.key in keys for named in names))
        if count:
            categories.append(_category(topic, count, formats))
    tags = [TagFacts(row.name, sizes[row.id]) for row in rows if row.id in sizes.keys() - kept]
    return Publishes(
        config=plan.config,
        configured=plan.is_configured,
        entries=len(entries),
        documents=tuple(topics[0].path(format_) for format_ in formats) if entries else (),
        categories=tuple(categories),
        tags=tuple(sorted(tags, key=lambda tag: (-tag.entries, tag.name))),
    )


def _named(entry: Entry, placed: frozenset[str]) -> list[NamedCategory]:
    return [
        NamedCategory(key, name, key in placed) for name in entry.categories if (key := fold(name))
    ]


def _rows(plan: Plan, own: Sequence[NamedCategory]) -> list[CategoryRow]:
    """The categories as a store would have them after a first run."""
    config = [category.name for category in plan.settings.categories]
    named: dict[str, NamedCategory] = {}
    for category in (*declared(config), *declared(plan.sources_categories), *own):
        known = named.setdefault(category.key, category)
        if category.declared and not known.declared:
            named[category.key] = known._replace(declared=True)
    rows = [CategoryRow(0, "", "", None, True, 0, 0)]
    for number, (key, category) in enumerate(named.items(), start=1):
        rows.append(CategoryRow(number, key, category.name, None, category.declared, 0, 0))
    return rows


def _category(topic: Topic, entries: int, formats: Sequence[str]) -> CategoryFacts:
    return CategoryFacts(
        name=topic.name or "",
        slug=topic.folder.removeprefix("categories/").rstrip("/"),
        entries=entries,
        documents=tuple(topic.path(format_) for format_ in formats),
    )
