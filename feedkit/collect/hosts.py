"""Who may be asked, and when: so many requests at once, so many of them to one host and so far
apart, and none to a host that asked to be left alone.

A host is a name or an address, whatever its ports: what stands behind them is one machine.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from datetime import datetime
from ipaddress import ip_address

from feedkit.config import Fetch
from feedkit.errors import RefusalError


class Hosts:
    """The turns of all requests of one client, within its limits."""

    def __init__(self, limits: Fetch, clock: Callable[[], datetime]) -> None:
        """`clock` tells the time in UTC."""
        self._total = asyncio.Semaphore(limits.concurrency)
        self._per_host = limits.per_host
        self._delay = limits.host_delay.total_seconds()
        self._clock = clock
        self._hosts: dict[str, _Host] = {}
        self._next_start: dict[str, float] = {}
        self._closed: dict[str, datetime] = {}

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[Callable[[], None]]:
        """Wait for a turn of `host`, then for one of all: a busy host never holds up the others.

        What is given is to be called when the host has answered: others may ask it then, while
        the turn of all lasts as long as the context. Raises `RefusalError` when the host has asked
        to be left alone, also meanwhile.
        """
        here = self._hosts.setdefault(host, _Host(self._per_host))
        here.users += 1
        try:
            with ExitStack() as until_answered:
                await here.free.acquire()
                until_answered.callback(here.free.release)
                await self._start(host)
                try:
                    yield until_answered.close
                finally:
                    self._total.release()
        finally:
            here.users -= 1
            if not here.users:  # thousands of hosts are met, and few of them again soon
                del self._hosts[host]

    async def _start(self, host: str) -> None:
        """Take one turn of all, at least the delay after the last request to `host` began."""
        self._check_open(host)
        loop = asyncio.get_running_loop()
        delay = 0.0 if is_this_machine(host) else self._delay
        while True:
            if (early := self._next_start.get(host, 0.0) - loop.time()) > 0:
                await asyncio.sleep(early)
            await self._total.acquire()
            # Others of the host may have begun meanwhile, or been told to go away.
            if self._next_start.get(host, 0.0) <= loop.time():
                break
            self._total.release()
        try:
            self._check_open(host)
        except RefusalError:
            self._total.release()
            raise
        if delay:
            self._next_start[host] = loop.time() + delay

    def close(self, host: str, until: datetime) -> None:
        """Ask `host` for nothing before `until`."""
        self._closed[host] = max(until, self._closed.get(host, until))

    def _check_open(self, host: str) -> None:
        until = self._closed.get(host)
        if until is not None and until > self._clock():
            raise RefusalError(
                f"was not asked: its host wants no request before {minute(until)} (Retry-After)",
                status=None,
                retry_at=until,
                host=host,
            )


class _Host:
    def __init__(self, turns: int) -> None:
        self.free = asyncio.Semaphore(turns)
        self.users = 0
        """Those who have a turn, and those who wait for one."""


def minute(time: datetime) -> str:
    """`time`, which is in UTC, as people read it."""
    return f"{time:%Y-%m-%d %H:%M} UTC"


def is_this_machine(host: str) -> bool:
    """Whether `host` is a loopback address or localhost, which need no sparing."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
