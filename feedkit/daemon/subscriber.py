"""Asks hubs to tell of the news of feeds, and again before they stop."""

import asyncio
import time
from collections.abc import Callable, Sequence

import aiohttp

from feedkit.collect.guard import public_socket
from feedkit.config import Settings
from feedkit.logs import debug, say, warn
from feedkit.pipeline.agent import user_agent
from feedkit.pipeline.report import Hub
from feedkit.serve.subscriptions import LEASE, Subscription, Subscriptions

_PERIOD = 20.0
"""Seconds between two looks at what is to be renewed."""
_TIMEOUT = 15.0


class Subscriber:
    """Runs in the event loop of the process that serves."""

    def __init__(self, settings: Callable[[], Settings], subscriptions: Subscriptions) -> None:
        self._settings = settings
        self._subscriptions = subscriptions
        self._wake = asyncio.Event()

    def learn(self, hubs: Sequence[Hub], feeds: frozenset[str] | None) -> None:
        """Take up the `hubs` that feeds named in a cycle, which followed `feeds` (None: it is not
        known which)."""
        if feeds is not None:
            self._subscriptions.follow(feeds)
        for hub in hubs:
            if self._subscriptions.want(hub.feed, hub.url, hub.topic):
                debug("hub", f"its hub is {hub.url}", source=hub.feed)
                self._wake.set()
        if self._wake.is_set():
            self._subscriptions.keep()

    async def serve(self) -> None:
        """Ask hubs whenever it is time, for ever."""
        while True:
            self._wake.clear()
            if due := self._subscriptions.due(now := time.time()):
                for each in due:
                    self._subscriptions.asking(each, now)
                self._subscriptions.keep()  # once: there may be thousands
                async with self._session() as session:
                    await asyncio.gather(*(self._ask(session, each) for each in due))
            try:
                async with asyncio.timeout(_PERIOD):
                    await self._wake.wait()
            except TimeoutError:
                continue

    def _session(self) -> aiohttp.ClientSession:
        """A hub's address comes from a feed, and may lead to a machine that only we can reach."""
        fetch = self._settings().fetch
        guard = None if fetch.allow_private_hosts else public_socket
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=fetch.concurrency, socket_factory=guard),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=_TIMEOUT),
            headers={"User-Agent": user_agent(self._settings())},
        )

    async def _ask(self, session: aiohttp.ClientSession, subscription: Subscription) -> None:
        """Ask one hub (W3C WebSub, 5.1); it answers at the callback."""
        settings = self._settings()
        base = settings.serve.public_url or settings.site.url
        form = {
            "hub.mode": "subscribe",
            "hub.topic": subscription.topic,
            "hub.callback": f"{base}websub/{subscription.token}",
            "hub.lease_seconds": str(LEASE),
            "hub.secret": subscription.secret,
        }
        try:
            async with session.post(subscription.hub, data=form) as response:
                reason = None if response.ok else f"it answered {response.status}"
        except TimeoutError:
            reason = f"it did not answer within {_TIMEOUT:.0f} s"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            reason = str(error) or type(error).__name__
        if reason is None:
            say("hub", f"asked {subscription.hub} to tell of its news", source=subscription.feed)
        else:
            rest = "the feed is asked as if it had none"
            sentence = f"its hub {subscription.hub} cannot be asked: {reason}; {rest}"
            warn("hub", sentence, source=subscription.feed)
