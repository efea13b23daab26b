"""Which feeds to collect: those of the config and those of its OPML lists, each once."""

import msgspec

from feedkit.collect.files import read_file
from feedkit.config import FeedSource, Settings
from feedkit.errors import CollectError
from feedkit.pipeline.report import SourceReport


def subscriptions(settings: Settings) -> tuple[list[FeedSource], list[SourceReport]]:
    """All feeds, and a report for each OPML list that could not be read or had to be cut.

    A feed that is listed more than once is one source, in the categories of every listing; what
    the config says of it otherwise wins.
    """
    feeds = {feed.url: feed for feed in settings.feeds}
    reports: list[SourceReport] = []
    for listed in settings.opml:
        from feedkit.collect.opml import read_opml  # lxml is not needed without a list
        from feedkit.normalize.text import one_line

        try:
            opml = read_opml(read_file(listed.path, settings.fetch.max_bytes))
        except CollectError as error:
            reports.append(SourceReport(listed.name, "failed", reason=str(error)))
            continue
        if opml.skipped:
            problems = [f"{listed.name}: {sentence}" for sentence in opml.skipped]
            reports.append(SourceReport(listed.name, "unchanged", problems=problems))
        for item in opml.subscriptions:
            feed = feeds.get(item.url) or FeedSource(
                url=item.url, title=one_line(item.title or "") or None, schedule=settings.schedule
            )
            categories = tuple(dict.fromkeys((*feed.categories, *map(one_line, item.categories))))
            feeds[item.url] = msgspec.structs.replace(feed, categories=categories)
    return list(feeds.values()), reports
