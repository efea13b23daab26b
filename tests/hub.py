"""A WebSub hub that follows the recommendation (https://www.w3.org/TR/websub/), over aiohttp, in a
thread of its own."""

import asyncio
import hmac
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

import aiohttp
from aiohttp import web


@dataclass
class Subscription:
    """Who is told of a topic, where and how."""

    callback: str
    topic: str
    secret: str | None
    lease_seconds: int


class Hub:
    """Subscriptions by callback, and what happened."""

    def __init__(self) -> None:
        self.url = ""
        self.subscriptions: dict[str, Subscription] = {}
        self.published: list[str] = []
        """Topics that it was told of."""
        self.asked: list[dict[str, str]] = []
        """Forms of those who wanted to subscribe."""
        self.verified: list[tuple[int, bool]] = []
        """Status of each verification, and whether the challenge came back."""
        self.delivered: list[int] = []
        """Status of each delivery."""
        self.refuses_times = 0
        """Publishers are answered 503 so often."""
        self.algorithm = "sha256"
        self.lease_seconds: int | None = None
        """What it grants instead of what was asked for."""
        self.denies = ""
        """Why it denies each subscription; "": it grants them."""
        self._loop = asyncio.new_event_loop()

    def sign(self, secret: str, body: bytes, algorithm: str | None = None) -> str:
        """``X-Hub-Signature`` of a delivery (7.1)."""
        name = algorithm or self.algorithm
        return f"{name}={hmac.new(secret.encode(), body, name).hexdigest()}"

    async def _post(self, request: web.Request) -> web.Response:
        form = dict(parse_qsl(await request.text(), keep_blank_values=True))
        if form.get("hub.mode") == "publish":
            if self.refuses_times:
                self.refuses_times -= 1
                return web.Response(status=503)
            self.published.append(form["hub.topic"])
            asyncio.get_running_loop().create_task(self._distribute(form["hub.topic"]))
            return web.Response(status=204)
        self.asked.append(form)
        asyncio.get_running_loop().create_task(self._verify(form))
        return web.Response(status=202)

    async def _verify(self, form: dict[str, str]) -> None:
        """Verification of intent (5.3); nothing is kept without it."""
        callback, topic = form["hub.callback"], form["hub.topic"]
        if self.denies:
            query = {"hub.mode": "denied", "hub.topic": topic, "hub.reason": self.denies}
            await self._get(callback, query)
            return
        lease = self.lease_seconds or int(form.get("hub.lease_seconds", "864000"))
        challenge = secrets.token_urlsafe()
        query = {
            "hub.mode": form["hub.mode"], "hub.topic": topic, "hub.challenge": challenge,
            "hub.lease_seconds": str(lease),
        }  # fmt: skip
        status, body = await self._get(callback, query)
        is_meant = 200 <= status < 300 and body == challenge
        self.verified.append((status, is_meant))
        if is_meant and form["hub.mode"] == "subscribe":
            subscription = Subscription(callback, topic, form.get("hub.secret"), lease)
            self.subscriptions[callback] = subscription
        elif is_meant:
            self.subscriptions.pop(callback, None)

    async def _get(self, callback: str, query: dict[str, str]) -> tuple[int, str]:
        url = f"{callback}{'&' if '?' in callback else '?'}{urlencode(query)}"
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            return response.status, await response.text()

    async def _distribute(self, topic: str) -> None:
        """Content distribution (7): the topic as it is now, to each subscriber."""
        if all(each.topic != topic for each in self.subscriptions.values()):
            return
        async with aiohttp.ClientSession() as session:
            async with session.get(topic) as response:
                body, kind = await response.read(), response.headers["Content-Type"]
            for each in [*self.subscriptions.values()]:
                if each.topic != topic:
                    continue
                headers = {
                    "Content-Type": kind,
                    "Link": f'<{self.url}>; rel="hub", <{topic}>; rel="self"',
                }
                if each.secret is not None:
                    headers["X-Hub-Signature"] = self.sign(each.secret, body)
                async with session.post(each.callback, data=body, headers=headers) as response:
                    self.delivered.append(response.status)
                if response.status == 410:
                    del self.subscriptions[each.callback]

    @contextmanager
    def serving(self) -> Iterator["Hub"]:
        """Answer requests until the end."""
        started = threading.Event()
        ended = asyncio.Event()

        async def serve() -> None:
            app = web.Application()
            app.router.add_post("/", self._post)
            runner = web.AppRunner(app)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            self.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
            started.set()
            await ended.wait()
            await runner.cleanup()

        thread = threading.Thread(target=self._loop.run_until_complete, args=(serve(),))
        thread.start()
        started.wait()
        try:
            yield self
        finally:
            self._loop.call_soon_threadsafe(ended.set)
            thread.join()
            self._loop.close()
