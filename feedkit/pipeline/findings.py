"""What feedkit sees in a feed or an article, put together for `feedkit check`. Pure."""

from collections import defaultdict, deque
from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from feedkit.model import Entry, Feed
from feedkit.normalize.categories import fold
from feedkit.normalize.entry import normalize_feed
from feedkit.parse.article import Article
from feedkit.parse.examine import Examined, Flaw
from feedkit.pipeline.checked import (
    ArticleFacts,
    Checked,
    EnclosureFacts,
    EntryFacts,
    FeedFacts,
    State,
)
from feedkit.pipeline.flaws import as_problems, entry_flaws, feed_flaws
from feedkit.pipeline.prepare import source_filter
from feedkit.pipeline.preview import Plan, preview


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
    flaws = [*examined.flaws, *feed_flaws(feed, ready), *entry_flaws(feed, entries, examined)]
    return Checked(
        checked=name,
        address=url,
        kind="feed",
        feed=_feed(feed, ready, examined, facts),
        entries=tuple(facts),
        problems=as_problems(flaws),
        publishes=preview(published, frozenset(), plan),
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
        problems=as_problems(flaws),
        publishes=preview([entry] if state == "published" else [], placed, plan),
    )


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
