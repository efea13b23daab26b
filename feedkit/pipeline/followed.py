"""A feed that is followed, as one run knows it."""

from datetime import datetime
from typing import NamedTuple

from feedkit.collect.addresses import host_at
from feedkit.config import FeedSource
from feedkit.pipeline.prepare import RECIPE
from feedkit.pipeline.report import SourceReport
from feedkit.store import SourceRow


class FollowedFeed(NamedTuple):
    """What is known of a feed when a run begins, and what became of it."""

    feed: FeedSource
    """What the configuration says."""
    row: SourceRow
    """What the store knows."""
    report: SourceReport
    told_until: datetime | None
    """Until when its hub tells of its news; None: none does."""

    @property
    def address(self) -> str:
        """Where it is asked for: where it moved for good, else as the configuration has it."""
        return self.row.moving.url or self.feed.url

    @property
    def host(self) -> str:
        """The host that it is asked of, by its one name; "" where its address cannot be used."""
        return host_at(self.address)

    @property
    def recipe(self) -> str:
        """What entries and a title that are made now are made by."""
        return RECIPE if self.feed.title is None else f"{RECIPE}, titled"

    @property
    def sent(self) -> str:
        """Stands for what a person configured to be sent with the request for it."""
        return "" if self.feed.request is None else self.feed.request.checksum()
