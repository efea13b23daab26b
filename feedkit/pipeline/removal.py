"""A source that is to be gone, entries and all: its publisher asked for it, or it was a mistake.

The entries are withdrawn first and that is published, with a tombstone for each (RFC 6721), so
that readers and archives lose them too. Then the store forgets them. A kill in between leaves what
the same command, given again, brings to its end.
"""

import difflib
from collections.abc import Collection, Mapping

from msgspec import Struct

from feedkit.collect.addresses import shown
from feedkit.config import Settings
from feedkit.errors import FeedkitError
from feedkit.pipeline.run import publish_stored
from feedkit.pipeline.subscriptions import subscriptions
from feedkit.publish import Published
from feedkit.store import SourceRow, Store
from feedkit.store.source_keys import feed_key, folder_key, name_of

_BATCH = 500
_NAMED = 5
"""Sources of which one may have been meant."""


class RemovalError(FeedkitError):
    """The source cannot be removed."""


class Removed(Struct):
    """What removing a source did."""

    name: str
    entries: int
    published: Published
    is_complete: bool
    """Whether the store has forgotten it; not so while a document still shows it."""


def remove_source(settings: Settings, store: Store, name: str) -> Removed:
    """Withdraw, publish without and forget all entries of the source that the configuration knew
    as `name`: the address of a feed, the path of a feed file or an article folder.

    Raises `RemovalError` where there is none, or the configuration still has it.
    """
    with store.read() as transaction:
        sources = transaction.sources.all()
    followed = _followed(settings)
    source = _found(name, sources, followed)
    if source.key in followed:
        raise RemovalError(
            f"{name}: take it out of {settings.file.name} first, or the next run collects it again"
        )
    with store.write() as transaction:
        guids = [guid for guid, _, _ in transaction.entries.of_source(source.id)]
        transaction.entries.withdraw(source.id, guids)
        # Should it be collected again before it is forgotten, all of it is to be read anew.
        transaction.sources.update(
            source.id, recipe="", etag=None, last_modified=None, body_hash=None
        )
    published = publish_stored(settings, store)
    if published.failed:
        return Removed(name, len(guids), published, is_complete=False)
    with store.write() as transaction:
        ids = transaction.upkeep.of_source(source.id)
        for start in range(0, len(ids), _BATCH):
            transaction.upkeep.remove(ids[start : start + _BATCH])
        transaction.upkeep.forget_sources([source.id])
        transaction.upkeep.forget_categories()
    return Removed(name, len(guids), published, is_complete=True)


def _found(name: str, sources: Mapping[str, SourceRow], followed: Collection[str]) -> SourceRow:
    for key in (feed_key(name), folder_key(name)):
        if key in sources:
            return sources[key]
    known = [name_of(key) for key in sources]
    if near := difflib.get_close_matches(name, known, n=1, cutoff=0.6):
        hint = f"did you mean {shown(near[0])}?"
    elif former := sorted(name_of(key) for key in sources if key not in followed):
        more = f" and {len(former) - _NAMED} more" if len(former) > _NAMED else ""
        hint = f"those that can be removed are {', '.join(map(shown, former[:_NAMED]))}{more}"
    else:
        hint = "every source that it has is in the configuration"
    raise RemovalError(f"{name}: no source of the store; {hint}")


def _followed(settings: Settings) -> set[str]:
    feeds, _ = subscriptions(settings)
    folders = {folder_key(folder.name) for folder in settings.articles}
    return folders | {feed_key(feed.url) for feed in feeds}
