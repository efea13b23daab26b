"""Which servers asked to be left alone, and until when (Retry-After: RFC 9110, 10.2.3)."""

from collections.abc import Mapping
from datetime import datetime

from feedkit.collect.addresses import host_at
from feedkit.pipeline.instants import exact
from feedkit.schedule.policy import is_waiting


class Waits:
    """The hosts that asked to wait, as the store knows them and as a run learns of them."""

    def __init__(self, hosts: Mapping[str, int]) -> None:
        """`hosts` as `Times.host_waits` has them."""
        self._hosts = dict(hosts)

    def until(self, url: str, retry_at: int | None, now: datetime) -> datetime | None:
        """Until when a feed at `url` is not to be asked, if that is still to come; `retry_at` is
        what its server said of that feed alone."""
        if retry_at is None and not self._hosts:
            return None
        host = self._hosts.get(host_at(url)) if self._hosts else None
        times = (exact(until) for until in (retry_at, host) if until is not None)
        return max((time for time in times if is_waiting(time, now)), default=None)

    def prolong(self, host: str, until: int) -> int:
        """Have `host` wait until then, unless it said so of a later time; when that is over."""
        latest = max(until, self._hosts.get(host, until))
        self._hosts[host] = latest
        return latest
