"""WebSub, the publisher's side: hubs are told which feeds changed, and fetch them themselves.

How a publisher tells is left open by the recommendation (W3C WebSub, 6); hubs take a form with
``hub.mode=publish`` and the topic, as the protocol's earlier versions had it, some by the name
``hub.url`` and some by ``hub.topic``: so both are sent.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from feedkit.config import Settings
from feedkit.publish.topics import FILE_NAMES

if TYPE_CHECKING:
    import aiohttp

PATIENCE = 10.0
"""Seconds in which a hub has to answer."""
DELAYS = (5.0, 30.0, 120.0, 600.0, 3600.0)
"""Seconds between one attempt and the next, where a hub cannot be told."""
ONE_RUN = (1.0, 3.0)
"""The same for a run, which ends then."""
_AT_ONCE = 8
_GATHER = 1.0
"""Seconds in which what a hub was not told of comes together, to be said in one sentence."""
_FEEDS = frozenset(name for kind, name in FILE_NAMES.items() if kind != "page")

Failed = Callable[[str], None]
"""Called with a sentence where a hub was not told."""


def topics_of(settings: Settings, paths: Iterable[str]) -> list[str]:
    """The addresses of the feeds among published `paths`; pages and archives are no topics."""
    feeds = (path for path in paths if path.rpartition("/")[2] in _FEEDS)
    return [settings.site.url + quote(path) for path in feeds]


class Failure(NamedTuple):
    """Why a hub was not told."""

    reason: str
    is_answer: bool = False
    """Whether the hub said so: of another topic it may say otherwise."""


class Announcer:
    """Tells hubs of changed topics in the background; make and use it in an event loop.

    A topic that changes while a hub is still to be told of it is told of once more, and once.
    """

    def __init__(self, agent: str, on_failure: Failed, delays: Sequence[float] = DELAYS) -> None:
        self._agent = agent
        self._on_failure = on_failure
        self._delays = delays
        self._tasks: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._untold: dict[tuple[str, str], list[str]] = {}
        """By hub and reason, the topics of which nothing was said yet."""
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._session: aiohttp.ClientSession | None = None

    def announce(self, hubs: Iterable[str], topics: Sequence[str]) -> None:
        """Tell each of the `hubs` of each of the `topics`, from now on; returns at once."""
        for hub in hubs:
            for topic in topics:
                if (before := self._tasks.get((hub, topic))) is not None:
                    before.cancel()
                task = asyncio.get_running_loop().create_task(self._tell(hub, topic))
                self._tasks[hub, topic] = task
                task.add_done_callback(partial(self._forget, (hub, topic)))

    async def finish(self) -> None:
        """Wait until all hubs are told, or are not to be told any more."""
        while self._tasks:
            await asyncio.wait([*self._tasks.values()])
            await asyncio.sleep(0)  # in which they are forgotten
        for hub, reason in [*self._untold]:
            self._say(hub, reason)

    async def close(self) -> None:
        """Tell nobody any more."""
        for task in self._tasks.values():
            task.cancel()
        await self.finish()
        if self._session is not None:
            await self._session.close()

    def _forget(self, key: tuple[str, str], task: asyncio.Task[None]) -> None:
        if self._tasks.get(key) is task:
            del self._tasks[key]

    async def tell(self, hub: str, topic: str) -> Failure | None:
        """Tell the hub, as often as it takes; why it could not be told in the end, or None."""
        failure = None
        for delay in (*self._delays, None):
            async with self._turn:
                failure = await self._post(hub, topic)
            if failure is None:
                return None
            if delay is not None:
                await asyncio.sleep(delay)
        return failure

    async def _tell(self, hub: str, topic: str) -> None:
        if failure := await self.tell(hub, topic):
            self.give_up(hub, [topic], failure.reason)

    def give_up(self, hub: str, topics: Iterable[str], reason: str) -> None:
        """Say soon that the hub was not told of the `topics`, and of those others with them that
        it is not told of for the same reason."""
        if (hub, reason) not in self._untold:
            self._untold[hub, reason] = []
            asyncio.get_running_loop().call_later(_GATHER, self._say, hub, reason)
        self._untold[hub, reason] += topics

    def _say(self, hub: str, reason: str) -> None:
        if topics := self._untold.pop((hub, reason), None):
            more = f" and {len(topics) - 1} more" if len(topics) > 1 else ""
            self._on_failure(f"the hub {hub} was not told of {topics[0]}{more}: {reason}")

    async def _post(self, hub: str, topic: str) -> Failure | None:
        """Tell the hub; why that failed, or None."""
        import aiohttp

        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=PATIENCE)
            headers = {"User-Agent": self._agent}
            self._session = aiohttp.ClientSession(timeout=timeout, headers=headers)
        form = {"hub.mode": "publish", "hub.url": topic, "hub.topic": topic}
        try:
            async with self._session.post(hub, data=form) as response:
                if response.ok:
                    return None
                return Failure(f"it answered {response.status}", is_answer=True)
        except TimeoutError:
            return Failure(f"it did not answer within {PATIENCE:.0f} s")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Failure(str(error) or type(error).__name__)


async def announce_once(
    agent: str, hubs: Sequence[str], topics: Sequence[str], on_failure: Failed
) -> None:
    """Tell the hubs of the topics, with few attempts; returns when that is done.

    A hub that does not answer for the first is not asked for the others: a run would wait for it
    as often as there are feeds.
    """
    if not topics:
        return
    first = topics[0]
    announcer = Announcer(agent, on_failure, ONE_RUN)
    try:
        failures = await asyncio.gather(*(announcer.tell(hub, first) for hub in hubs))
        for hub, failure in zip(hubs, failures, strict=True):
            is_away = failure is not None and not failure.is_answer
            if failure is not None:
                announcer.give_up(hub, topics if is_away else [first], failure.reason)
            if not is_away:
                announcer.announce([hub], topics[1:])
        await announcer.finish()
    finally:
        await announcer.close()
