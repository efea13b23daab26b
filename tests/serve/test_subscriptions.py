"""Hubs that are asked to tell of news, and what they may say: the cases of websub.rocks' subscriber
suite by their numbers, against a daemon and a real hub. (Case 101, a page of HTML as the topic,
does not apply: feedkit follows feeds.)"""

import asyncio
import hashlib
import hmac
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from feed_server import atom, rss
from hub import Hub, Subscription
from planet import ARTICLES, Planet, titles
from server import Answered, Client
from service import Service, daemon, wait_for

from feedkit.collect.links import linked
from feedkit.config import load_settings
from feedkit.daemon.subscriber import Subscriber
from feedkit.pipeline.report import Hub as NamedHub
from feedkit.pipeline.timing import told
from feedkit.serve.subscriptions import LEASE, Subscriptions
from feedkit.store import Timing


class Site:
    """Pages with headers of their own, and what was asked for."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[int, dict[str, str], str]] = {}
        self.asked: list[str] = []
        self.url = ""

    @contextmanager
    def serving(self) -> Iterator["Site"]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.answer()

            def do_POST(self) -> None:
                self.answer()

            def answer(self) -> None:
                site.asked.append(self.path)
                status, headers, body = site.pages[self.path]
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body.encode())))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Nothing on stderr."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def configured(port: int, feeds: list[str], more: str = "") -> str:
    listed = "".join(f'[[feeds]]\nurl = "{url}"\n' for url in feeds)
    return (
        "[fetch]\nallow_private_hosts = true\n"
        f'[serve]\nlisten = "127.0.0.1:{port}"\npublic_url = "http://127.0.0.1:{port}/"\n'
        f"subscribe = true\n{listed}{more}"
    )


class World:
    """A hub, a site with feeds, and a daemon that follows them."""

    def __init__(self, hub: Hub, site: Site, root: Path) -> None:
        self.hub = hub
        self.site = site
        self.client = Client(free_port())
        self.planet = Planet(root, "")
        self.service: Service | None = None

    def subscription(self, topic: str) -> Subscription:
        """The hub's, once it has verified it."""

        def found() -> list[Subscription]:
            return [each for each in self.hub.subscriptions.values() if each.topic == topic]

        wait_for(lambda: bool(found()), f"{topic} is subscribed to")
        return found()[0]

    def deliver(
        self, subscription: Subscription, body: bytes, signature: str | None = None
    ) -> Answered:
        """Send a message as a hub does."""
        lines = [f"Content-Length: {len(body)}", "Content-Type: application/atom+xml"]
        if signature is not None:
            lines.append(f"X-Hub-Signature: {signature}")
        path = urlsplit(subscription.callback).path
        head = "\r\n".join([f"POST {path} HTTP/1.1", "Host: x", *lines, "", ""]).encode()
        answer = self.client.say(head + body)
        return Answered(int(answer.split(b" ")[1]), {}, answer.partition(b"\r\n\r\n")[2])


@pytest.fixture(name="world", scope="module")
def world_fixture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with Hub().serving() as hub, Site().serving() as site:
        world = World(hub, site, tmp_path_factory.mktemp("world"))
        up = site.url
        named = {"Link": f'<{hub.url}>; rel="hub", <{up}/100>; rel=self'}
        wrong = f'<link rel="hub" href="{up}/no-hub"/><link rel="self" href="{up}/wrong"/>'

        def feed(name: str, hub_url: str, self_url: str) -> str:
            links = f'<link rel="hub" href="{hub_url}"/><link rel="self" href="{self_url}"/>'
            return atom(name, name).replace("<title>", f"{links}<title>", 1)

        channel = (
            f'<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="hub" href="{hub.url}"/>'
        )
        channel += channel.replace(hub.url, f"{up}/103").replace('"hub"', '"self"')
        site.pages = {
            "/100": (200, named, rss("a100", "a100")),
            "/102": (200, {}, feed("a102", hub.url, f"{up}/102")),
            "/103": (200, {}, rss("a103", "a103").replace("<title>", f"{channel}<title>", 1)),
            "/104": (
                200,
                {"Link": named["Link"].replace("/100", "/104")},
                atom("a104", "a104").replace("<title>", f"{wrong}<title>", 1),
            ),
            "/200": (200, {}, feed("a200", hub.url, f"{up}/200-self")),
            "/201": (302, {"Location": "/201-end"}, ""),
            "/201-end": (200, {}, feed("a201", hub.url, f"{up}/201-end")),
            "/202": (301, {"Location": "/202-end"}, ""),
            "/202-end": (200, {}, feed("a202", hub.url, f"{up}/202-end")),
            "/203": (200, {}, feed("a203", f"{up}/hub-307", f"{up}/203")),
            "/204": (200, {}, feed("a204", f"{up}/hub-308", f"{up}/204")),
            "/hub-307": (307, {"Location": hub.url}, ""),
            "/hub-308": (308, {"Location": hub.url}, ""),
            "/news": (200, {}, feed("news", hub.url, f"{up}/news")),
            "/no-hub": (200, {}, rss("none", "none")),
        }
        followed = [f"/{n}" for n in (100, 102, 103, 104, 200, 201, 202, 203, 204)]
        urls = [up + path for path in (*followed, "/news", "/no-hub")]
        world.planet.configure(configured(world.client.port, urls))
        with daemon(world.planet.root) as service:
            world.service = service
            yield world
            assert service.stop() == 0


@pytest.mark.parametrize(
    ("case", "topic"),
    [
        (100, "/100"), (102, "/102"), (103, "/103"), (104, "/104"), (200, "/200-self"),
        (201, "/201-end"), (202, "/202-end"), (203, "/203"), (204, "/204"),
    ],
)  # fmt: skip
def test_hub_and_topic_are_discovered_and_subscribed_to(
    world: World, case: int, topic: str
) -> None:
    """Discovery in the header (100), Atom (102), RSS (103), the header before the document (104);
    another rel=self (200), topics that redirect (201, 202), hubs that redirect (203, 204)."""
    subscription = world.subscription(world.site.url + topic)
    assert subscription.secret is not None
    assert len(subscription.secret) < 200, "5.1: less than 200 bytes"
    assert subscription.lease_seconds == LEASE
    assert f"{world.site.url}/wrong" not in {each["hub.topic"] for each in world.hub.asked}
    callbacks = [each["hub.callback"] for each in world.hub.asked]
    assert len({*callbacks}) == len(callbacks), "each has a callback of its own"
    assert len(urlsplit(subscription.callback).path) > len("/websub/") + 30, "that is not guessed"


def test_205_a_verification_of_what_was_not_asked_is_refused(world: World) -> None:
    subscription = world.subscription(f"{world.site.url}/news")
    path = urlsplit(subscription.callback).path
    asked = {"hub.mode": "subscribe", "hub.topic": subscription.topic, "hub.challenge": "c<b>"}
    for wrong in (
        {**asked, "hub.topic": "https://other.example/"},
        {**asked, "hub.mode": "unsubscribe"},
        {**asked, "hub.challenge": ""},
        {**asked, "hub.challenge": "c" * 5_000},
        {"hub.mode": "subscribe"},
        {},
    ):
        assert world.client.ask(f"{path}?{urlencode(wrong)}").status == 404
    assert world.client.ask(f"{path}x?{urlencode(asked)}").status == 404
    right = world.client.ask(f"{path}?{urlencode(asked)}")
    assert (right.status, right.body) == (200, b"c<b>")
    assert right.fields["content-type"].startswith("text/plain")
    assert world.client.ask(path, "PUT").status == 405
    raw = f"GET {path}?hub.mode=subscribe&hub.topic={subscription.topic}&hub.challenge=".encode()
    assert b" 400 " in world.client.say(raw + b"\xff HTTP/1.1\r\nHost: x\r\n\r\n")


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha384", "sha512"])
def test_300_a_message_is_taken_and_the_feed_is_asked(world: World, algorithm: str) -> None:
    subscription = world.subscription(f"{world.site.url}/news")
    status, headers, body = world.site.pages["/news"]
    title = f"by {algorithm}"
    entry = atom("news", title).partition("<entry>")[2].partition("</entry>")[0]
    body = body.replace("<entry>", f"<entry>{entry}</entry><entry>", 1)
    world.site.pages["/news"] = (status, headers, body)
    signature = world.hub.sign(str(subscription.secret), body.encode(), algorithm)
    assert world.deliver(subscription, body.encode(), signature).status == 202
    wait_for(
        lambda: title in titles((world.planet.public / "atom.xml").read_bytes()), "it is published"
    )
    before = world.site.asked.count("/news")
    assert world.deliver(subscription, body.encode(), signature).status == 202
    time.sleep(0.3)
    assert world.site.asked.count("/news") == before, "the same message again is no news"


def test_301_302_a_message_that_is_not_signed_as_it_should_be_is_refused(world: World) -> None:
    subscription = world.subscription(f"{world.site.url}/news")
    secret, before = str(subscription.secret), world.site.asked.count("/news")
    body = b"<feed>forged</feed>"
    right = world.hub.sign(secret, body)
    for signature in (
        None, "", "sha256=", "sha256", right[:-1], right.replace("sha256", "sha1"), f"{right}0",
        "md5=" + hashlib.md5(secret.encode() + body).hexdigest(),  # noqa: S324 - what is refused
        "sha256=" + hashlib.sha256(body).hexdigest(), world.hub.sign("another", body),
        world.hub.sign(secret, body + b"x"),
    ):  # fmt: skip
        assert world.deliver(subscription, body, signature).status == 403
    path = urlsplit(subscription.callback).path
    unknown = Subscription(subscription.callback + "x", "", secret, 0)
    assert world.deliver(unknown, body, right).status == 410, "a hub that is told so stops"
    assert world.client.ask(path, "POST").status == 403
    time.sleep(0.3)
    assert world.site.asked.count("/news") == before


def test_a_message_may_come_in_chunks_and_in_pieces_and_not_without_end(world: World) -> None:
    subscription = world.subscription(f"{world.site.url}/102")
    body = b"<feed>" + b"x" * 100_000 + b"</feed>"
    signature = world.hub.sign(str(subscription.secret), body)
    path = urlsplit(subscription.callback).path
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nX-Hub-Signature: {signature}\r\n"
    with socket.create_connection(("127.0.0.1", world.client.port), timeout=5) as connection:
        start = f"{head}Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n".encode()
        connection.sendall(b"GET /atom.xml HTTP/1.1\r\nHost: x\r\n\r\n" + start)
        time.sleep(0.1)
        for at in range(0, len(body), 7_000):
            piece = body[at : at + 7_000]
            connection.sendall(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        connection.sendall(b"0\r\n\r\n")
        answer = b""
        while b" 202 " not in answer:
            answer += connection.recv(65_536)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"HTTP/1.1 100 Continue" in answer
    long = f"{head}Content-Length: 90000000\r\n\r\n".encode() + b"x" * 21_000_000
    assert world.client.say(long).startswith(b"HTTP/1.1 413 "), "its length says so already"
    chunks = f"{head}Transfer-Encoding: chunked\r\n\r\n1400000\r\n".encode() + b"x" * 21_000_000
    assert world.client.say(chunks).startswith(b"HTTP/1.1 413 "), "more than that came"
    asking = f"{head}Content-Length: 90000000\r\nExpect: 100-continue\r\n\r\n".encode()
    assert world.client.say(asking).startswith(b"HTTP/1.1 413 "), "it need not be sent"
    old = f"{head}Content-Length: 9\r\nExpect: 100-continue\r\n\r\n".replace("1.1", "1.0").encode()
    assert world.client.say(old + b"x" * 9).startswith(b"HTTP/1.1 403 "), "that is none in 1.0"
    short = f"{head}Content-Length: 9\r\n\r\nx".encode()
    assert world.client.say(short).startswith(b"HTTP/1.1 400 ")


def test_a_feed_whose_hub_tells_is_asked_once_a_day(world: World) -> None:
    world.subscription(f"{world.site.url}/news")
    found = json.loads(world.client.ask("/status.json").body)["feeds"]
    feeds = {feed["source"].removeprefix(world.site.url): feed for feed in found}
    news, none = feeds["/news"], feeds["/no-hub"]
    assert news["due_reason"] == "its hub tells of its news; asked once a day"
    due = datetime.fromisoformat(news["due_at"]) - datetime.fromisoformat(news["last_asked"])
    assert due == timedelta(days=1)
    assert none["due_reason"] != news["due_reason"]


def test_what_a_hub_was_asked_outlives_the_process_that_serves(world: World) -> None:
    subscription = world.subscription(f"{world.site.url}/news")
    assert world.service is not None
    daemon_pid = world.service.process.pid
    children = Path(f"/proc/{daemon_pid}/task/{daemon_pid}/children")
    os.kill(int(children.read_text()), signal.SIGKILL)
    status, headers, body = world.site.pages["/news"]
    entry = atom("news", "after").partition("<entry>")[2].partition("</entry>")[0]
    body = body.replace("<entry>", f"<entry>{entry}</entry><entry>", 1)
    world.site.pages["/news"] = (status, headers, body)
    signature = world.hub.sign(str(subscription.secret), body.encode())
    assert world.deliver(subscription, body.encode(), signature).status == 202
    wait_for(
        lambda: "after" in titles((world.planet.public / "atom.xml").read_bytes()), "it is there"
    )
    found = json.loads(world.client.ask("/status.json").body)["feeds"]
    (news,) = [feed for feed in found if feed["source"].endswith("/news")]
    assert news["due_reason"] == "its hub tells of its news; asked once a day"


def test_feedkit_tells_feedkit_within_a_second(tmp_path: Path) -> None:
    with Hub().serving() as hub:
        ports = free_port(), free_port()
        site = f'[site]\ntitle = "P"\nurl = "http://127.0.0.1:{ports[0]}/"\n'
        publisher = Planet(
            tmp_path / "publisher",
            f'{ARTICLES}[publish]\nhubs = ["{hub.url}"]\n'
            f'[serve]\nlisten = "127.0.0.1:{ports[0]}"\n',
            site=site,
        )
        publisher.article("one.md")
        feed = f"http://127.0.0.1:{ports[0]}/atom.xml"
        reader = Planet(tmp_path / "reader", configured(ports[1], [feed]))
        with daemon(publisher.root) as first:
            first.until("published")
            with daemon(reader.root) as second:
                wait_for(lambda: len(hub.subscriptions) == 1, "it is subscribed to")
                second.until("published")
                took = [news(publisher, first, reader, title) for title in ("two", "three", "four")]
                assert second.stop() == 0
            assert first.stop() == 0
    assert min(took) < 1.0, f"a busy machine may take longer at times: {took}"
    assert hub.delivered == [202] * 3


def news(publisher: Planet, service: Service, reader: Planet, title: str) -> float:
    """The seconds from one planet's publication to the other's."""
    publisher.article(f"{title}.md")
    service.signal(signal.SIGHUP)
    service.until("published")
    began = time.monotonic()
    wait_for(lambda: title in reader.titles(), "it is there")
    return time.monotonic() - began


# By themselves


def test_a_lease_is_renewed_before_it_ends_and_a_hub_that_fails_is_asked_less_and_less(
    tmp_path: Path,
) -> None:
    file = tmp_path / "hubs"
    subscriptions = Subscriptions(file)
    assert subscriptions.want("feed", "hub", "topic")
    assert not subscriptions.want("feed", "hub", "topic")
    subscriptions.keep()
    (each,) = subscriptions.due(1_000.0)
    assert file.stat().st_mode & 0o777 == 0o600
    waits, now = [], 1_000.0
    for _ in range(12):
        assert subscriptions.due(now) == [each]
        subscriptions.asking(each, now)
        assert subscriptions.due(now + 1) == []
        waits.append(each.renew_at - now)
        now = each.renew_at
    assert (waits[0], waits[1], waits[-1]) == (300.0, 600.0, 86_400.0)
    assert subscriptions.leases(now) == {}
    query = "hub.mode=subscribe&hub.topic=topic&hub.challenge=c&hub.lease_seconds=1000"
    assert subscriptions.verified(each.token, query, now + 1) is None, "that is long ago"
    subscriptions.asking(each, now)
    assert subscriptions.verified(each.token, query, now + 1) == "c"
    assert subscriptions.leases(now + 2) == {"feed": datetime.fromtimestamp(now + 1_001, UTC)}
    assert subscriptions.due(now + 700) == []
    assert subscriptions.due(now + 802) == [each], "a fifth of the lease is left"
    again = Subscriptions(file)
    (kept,) = again
    assert kept == each
    news: list[str] = []
    again.on_news = news.append
    signature = f"sha256={hmac.new(each.secret.encode(), b'x', 'sha256').hexdigest()}"
    assert again.take(each.token, signature, b"x", now + 900)
    assert again.take(each.token, signature, b"x", now + 900)
    assert not again.take(each.token, signature, b"x", now + 1_002), "the lease is over"
    assert not again.is_told(each.token, now + 1_002)
    assert news == ["feed"]
    assert again.want("feed", "another hub", "topic")
    assert not again.is_told(each.token, now + 900), "what the old hub sends is refused"
    again.follow(frozenset())
    assert [*again] == []


class Counting(Subscriptions):
    """Knows how often all of them were written."""

    writes = 0

    def keep(self) -> None:
        self.writes += 1
        super().keep()


def test_many_feeds_with_hubs_are_written_once(tmp_path: Path) -> None:
    """Each time for itself they would keep readers waiting, for a minute where they are 20,000."""
    file = tmp_path / "hubs"
    settings = load_settings(Planet(tmp_path, "").root / "config.toml")
    nowhere = "http://127.0.0.1:9/"  # which is not asked: the address is private

    async def learn() -> int:
        subscriptions = Counting(file)
        subscriber = Subscriber(lambda: settings, subscriptions)
        subscriber.learn([NamedHub(f"feed {n}", nowhere, f"topic {n}") for n in range(50)], None)
        assert len([*Subscriptions(file)]) == 50
        asking = asyncio.ensure_future(subscriber.serve())
        while any(each.failures == 0 for each in subscriptions):
            await asyncio.sleep(0.01)
        asking.cancel()
        return subscriptions.writes

    assert asyncio.run(learn()) == 2
    assert all(each.asked_at for each in Subscriptions(file))


def test_a_hub_that_denies_is_asked_again_in_a_day() -> None:
    subscriptions = Subscriptions(None)
    subscriptions.want("feed", "hub", "topic")
    (each,) = subscriptions.due(0.0)
    subscriptions.asking(each, 0.0)
    assert subscriptions.verified(each.token, "hub.mode=denied&hub.topic=topic", 1.0) == ""
    assert subscriptions.due(80_000.0) == []
    assert subscriptions.due(90_000.0) == [each]


def test_a_lease_that_ends_ends_the_daily_look() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    hour = int((now + timedelta(hours=1)).timestamp() * 1e6)
    timing = Timing(due_at=hour, due_reason="it publishes about every 2h")
    assert told(timing, now, None) == timing
    assert told(timing, now, now - timedelta(seconds=1)) == timing
    soon = told(timing, now, now + timedelta(hours=3))
    assert soon.due_at == int((now + timedelta(hours=3)).timestamp() * 1e6)
    later = timing._replace(due_at=hour * 2)
    assert told(later, now, now + timedelta(days=9)) == later, (
        "a server that asked for more gets it"
    )


@pytest.mark.parametrize(
    ("field", "found"),
    [
        ('<https://h.example/>; rel="hub"', {"hub": "https://h.example/"}),
        ("</h>; rel=hub, <s>; title=\"a, b\"; rel=self", {"hub": "/h", "self": "/a/s"}),
        ('<https://h.example/>; rel="x HUB"', {"x": "https://h.example/", "hub": "https://h.example/"}),
        ("<a>; rel=hub, <b>; rel=hub", {"hub": "/a/a"}),
        ("<javascript:x>; rel=hub", {}),
        ("<http://[::1>; rel=hub", {}),
        ("nonsense", {}),
        ("<a>", {}),
        ("<" * 20_000, {}),
        ("<a>" + ";a" * 9_000, {}),
        ("<a>" + "; " * 9_000, {}),
    ],
)  # fmt: skip
def test_link_fields_are_read(field: str, found: dict[str, str]) -> None:
    base = "https://site.example/a/b"
    wanted = {
        rel: url if url.startswith("https:") else f"https://site.example{url}"
        for rel, url in found.items()
    }
    assert linked([field], base) == wanted
