"""Sites that publish by a clock of their own, and fail in every way that servers do.

What a site has published at a time is a function of that time: so whoever follows it can be held to
it. Each has a host of its own, a loopback address, for what one asks for holds for its host.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

START = datetime(2025, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WINDOW = 100
"""Entries that a feed lists: of longer than anything keeps a feed from being read."""
EARLIER = 5
"""Entries that a site has at the start."""
LARGEST = 400_000
"""Bytes of a feed that are taken."""
STATUSES = {"401": 401, "403": 403, "404": 404, "500": 500, "502": 502}
MOODS = (
    *STATUSES, "429", "503", "closes", "hangs", "slow", "cut", "garbage", "page", "nothing",
    "no entries", "old", "not gzip", "huge", "loop", "elsewhere", "ill-formed", "304",
)  # fmt: skip


@dataclass(frozen=True)
class Clock:
    """Simulated time: so many seconds of it to one of this machine's, since it `began`."""

    began: float
    pace: float

    def now(self) -> datetime:
        """The time there."""
        return START + timedelta(seconds=(time.time() - self.began) * self.pace)

    def day(self) -> float:
        """Days since the start."""
        return (self.now() - START) / DAY


@dataclass
class Site:
    """A site with a feed."""

    number: int
    period: timedelta
    """From entry to entry."""
    clock: Clock
    chance: random.Random
    mood: str = "well"
    until: datetime = START
    """When the mood changes."""
    path: str = "/feed"
    """Where the feed is; what was there before says so, for good."""
    is_gone: bool = False
    """Whether what was there before says that there is nothing any more."""
    waits: datetime | None = None
    """Until when it asked to be left alone."""
    asked: int = 0
    early: int = 0
    """Requests before that."""
    moods: set[str] = field(default_factory=set)
    """That somebody met."""

    @property
    def host(self) -> str:
        """Its address."""
        return f"127.0.3.{self.number + 1}"

    def count(self, at: datetime) -> int:
        """How many entries it has published."""
        return EARLIER + int((at - START) / self.period)

    def published(self, entry: int) -> datetime:
        """When the entry was."""
        return START + (entry + 1 - EARLIER) * self.period

    def titles(self, at: datetime) -> dict[str, datetime]:
        """All it has published, and when."""
        return {self.title(entry): self.published(entry) for entry in range(self.count(at))}

    def title(self, entry: int) -> str:
        """The title of an entry, which no other has."""
        return f"site {self.number} entry {entry}"

    def live(self, *, is_well: bool = False) -> None:
        """Change the mood, where it is time to, or become well for good."""
        now = self.clock.now()
        if is_well:
            self.mood, self.until = "well", now + 1000 * DAY
        elif now >= self.until:
            self.mood = "well" if self.chance.random() < 0.5 else self.chance.choice(MOODS)
            self.until = now + self.chance.uniform(6, 30) * HOUR

    def feed(self, at: datetime, *, entries: int = WINDOW) -> bytes:
        """The document: RSS of even sites, Atom of odd ones. An entry is edited when a day old."""
        newest = self.count(at)
        numbers = range(newest - 1, max(newest - entries, 0) - 1, -1)
        make = _atom_entry if self.number % 2 else _rss_item
        items = "".join(make(self, number, at) for number in numbers)
        if self.number % 2:
            return (
                "<feed xmlns='http://www.w3.org/2005/Atom'>"
                f"<id>tag:site{self.number}.example,2025:feed</id><title>Site {self.number}</title>"
                f"<updated>{self.published(newest - 1).isoformat()}</updated>{items}</feed>"
            ).encode()
        return (
            f"<rss version='2.0'><channel><title>Site {self.number}</title><description/>"
            f"<link>https://site{self.number}.example/</link>{items}</channel></rss>"
        ).encode()


def _words(site: Site, entry: int, at: datetime) -> str:
    edition = "second" if at - site.published(entry) > DAY else "first"
    return f"&lt;p&gt;The {edition} edition of {site.title(entry)}. {'Words &amp;amp; more. ' * 20}"


def _rss_item(site: Site, entry: int, at: datetime) -> str:
    link = f"https://site{site.number}.example/{entry}"
    return (
        f"<item><title>{site.title(entry)}</title><link>{link}</link><guid>{link}</guid>"
        f"<pubDate>{format_datetime(site.published(entry))}</pubDate>"
        f"<description>{_words(site, entry, at)}</description></item>"
    )


def _atom_entry(site: Site, entry: int, at: datetime) -> str:
    name = site.published(entry).isoformat()
    return (
        f"<entry><id>tag:site{site.number}.example,2025:{entry}</id>"
        f"<title>{site.title(entry)}</title>"
        f"<link href='https://site{site.number}.example/{entry}'/>"
        f"<published>{name}</published><updated>{name}</updated>"
        f"<content type='html'>{_words(site, entry, at)}</content></entry>"
    )


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


@contextmanager
def serving(sites: list[Site]) -> Iterator[int]:
    """Answer for the sites; the port."""
    by_host = {site.host: site for site in sites}
    server = _Server(("0.0.0.0", 0), _handler(by_host))  # noqa: S104 - each has an address
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(sites: dict[str, Site]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site = sites[str(self.connection.getsockname()[0])]
            now = site.clock.now()
            site.asked += 1
            if site.waits is not None and now < site.waits:
                site.early += 1
            site.waits = None
            if self.path == "/elsewhere" or self.path == site.path:
                site.moods.add(site.mood)
                self._answer(site, now)
            elif site.is_gone:
                self._say(410, b"gone")
            else:
                self._say(301, b"", Location=site.path)

        def _answer(self, site: Site, now: datetime) -> None:
            """As the site's mood is."""
            mood = site.mood
            if mood in STATUSES:
                self._say(STATUSES[mood], b"no")
            elif mood in ("429", "503"):
                wait = timedelta(seconds=site.chance.randrange(600, 40_000))
                site.waits = now + wait
                by_date = format_datetime((now + wait).replace(microsecond=0), usegmt=True)
                in_words = str(int(wait.total_seconds())) if mood == "429" else by_date
                site.waits -= timedelta(seconds=1)
                self._say(int(mood), b"later", **{"Retry-After": in_words})
            elif mood == "closes":
                self.close_connection = True
            elif mood == "elsewhere" and self.path != "/elsewhere":
                self._say(302, b"", Location="/elsewhere")
            elif mood == "loop":
                self._say(302, b"", Location=self.path)
            elif mood == "304":
                self._say(304, b"", ETag='"of a version that nobody was sent"')
            elif mood in ("hangs", "slow", "cut"):
                self._slowly(site.feed(now), mood)
            else:
                self._document(site, now)

        def _document(self, site: Site, now: datetime) -> None:
            bodies: dict[str, Callable[[], bytes]] = {
                "garbage": lambda: site.chance.randbytes(3000),
                "page": lambda: b"<!doctype html><title>Back soon</title><p>We are back soon.",
                "nothing": lambda: b"",
                "no entries": lambda: site.feed(now, entries=0),
                "old": lambda: site.feed(max(now - DAY, START)),
                "huge": lambda: site.feed(now) + b" " * LARGEST,
                "ill-formed": lambda: site.feed(now).replace(b"<title>", b"<title>\x07\xff", 1),
            }
            body = bodies.get(site.mood, lambda: site.feed(now))()
            etag = f'"{sha256(body).hexdigest()[:16]}"'
            if self.headers["If-None-Match"] == etag:
                self._say(304, b"", ETag=etag)
                return
            coding = {"Content-Encoding": "gzip"} if site.mood == "not gzip" else {}
            self._say(200, body, ETag=etag, **coding)

        def _slowly(self, body: bytes, mood: str) -> None:
            self._head(200, len(body))
            half = len(body) // 2
            self.wfile.write(body[:half])
            time.sleep(3 if mood == "hangs" else 0.1)
            if mood == "slow":
                self.wfile.write(body[half:])
            self.close_connection = True

        def _say(self, status: int, body: bytes, **headers: str) -> None:
            self._head(status, len(body), **headers)
            if status != 304:
                self.wfile.write(body)

        def _head(self, status: int, length: int, **headers: str) -> None:
            self.send_response_only(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 304:
                self.send_header("Content-Length", str(length))
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing on stderr."""

        def handle(self) -> None:
            """Answer; who asked may be killed at any time."""
            try:
                super().handle()
            except OSError:
                self.close_connection = True

        def finish(self) -> None:
            """End the connection, likewise."""
            try:
                super().finish()
            except OSError:
                self.close_connection = True

    return Handler
