"""What would be published of a document that is checked, under a configuration. Pure: no store is
asked, so it is what a first run would publish."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from feedkit.config import FeedSource, Settings, Site, StoreSettings
from feedkit.model import Entry
from feedkit.normalize.categories import fold
from feedkit.pipeline.checked import CategoryFacts, Publishes, TagFacts
from feedkit.pipeline.prepare import declared
from feedkit.publish.jobs import PAGE
from feedkit.publish.topics import Topic, choose_topics
from feedkit.store import CategoryRow, NamedCategory


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


def preview(entries: Sequence[Entry], placed: frozenset[str], plan: Plan) -> Publishes:
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
        slug=topic.slug,
        entries=entries,
        documents=tuple(topic.path(format_) for format_ in formats),
    )
