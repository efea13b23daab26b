"""A publisher of one feed on loopback who watches how it is asked, by the clock of the test."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal, NamedTuple

MINUTE = timedelta(minutes=1)
AWAY = 0
"""The status of a server that closes the connection without an answer."""
_TOLD = {"host", "user-agent", "accept", "accept-encoding"}
_CONDITIONAL = {"if-none-match", "if-modified-since", "a-im"}


class Pair(NamedTuple):
    """The validators of one version, or what a request sends of them."""

    etag: str | None
    last_modified: str | None


class Seen(NamedTuple):
    """One request and its answer."""

    at: datetime
    path: str
    sent: Pair
    status: int
    agent: str | None


@dataclass
class Faults:
    """What a publisher may hold against a client."""

    unconditional: int = 0
    wrong: list[str] = field(default_factory=list)
    """Validators that were never given together, were replaced since, or came with no feed."""
    rude: list[str] = field(default_factory=list)
    """What no client has to say: cookies, where it comes from, queries; and no name of its own."""
    early: list[str] = field(default_factory=list)


@dataclass
class Publisher:
    """A feed at ``/feed`` with the newest `window` of `entries`. Everything may be changed at any
    time; what is said of freshness and of waiting is remembered and held against who ignores it."""

    now: datetime
    entries: list[tuple[str, datetime]] = field(default_factory=list)
    window: int = 30
    path: str = "/feed"
    """Where the feed is."""
    redirect: tuple[int, str] | None = None
    """How ``/feed`` leads elsewhere."""
    status: int | None = None
    """What is answered in place of the feed."""
    slip: Literal["page", "cut", "304"] | None = None
    """What goes wrong with a 200, or a 304: a page in the feed's place, or half of the feed, each
    with validators of its own; or the validators of a version that was never sent."""
    retry_after: str | None = None
    max_age: timedelta | None = None
    channel: str = ""
    """More elements of the channel."""
    gives_deltas: bool = False
    is_manual: bool = False
    """Whether a person asks, whom only Retry-After can stop."""
    may_be_behind: bool = False
    """Whether the client crashed: it need not know the newest validators."""
    log: list[Seen] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    given: list[Pair] = field(default_factory=list)
    versions: dict[str, int] = field(default_factory=dict)
    """How many entries there were at each ETag."""
    not_before: datetime | None = None
    fresh_until: datetime | None = None

    def publish(self) -> None:
        """One more entry, now."""
        self.entries.append((f"entry {len(self.entries)}", self.now))

    def throttle(self, status: int, until: datetime, *, as_date: bool) -> None:
        """Answer `status` and say to wait `until` then, in either form (RFC 9110, 10.2.3)."""
        seconds = str(int((until - self.now).total_seconds()))
        self.retry_after = format_datetime(until, usegmt=True) if as_date else seconds
        self.status = status

    def recover(self) -> None:
        """Answer with the feed again."""
        self.status = self.retry_after = None

    def current(self) -> Pair:
        """The validators of the feed as it is."""
        count = len(self.entries)
        newest = self.entries[-1][1] if self.entries else self.now
        etag = f'W/"v{count}-\xe9, \\"{len(self.channel)}"'
        self.versions[etag] = count
        return Pair(etag, format_datetime(newest, usegmt=True))

    def document(self, since: int = 0) -> bytes:
        """The feed, or what is new of it `since` so many entries."""
        first = max(since, len(self.entries) - self.window)
        items = "".join(
            f"<item><title>{name}</title><guid isPermaLink='false'>{name}</guid>"
            f"<pubDate>{format_datetime(at)}</pubDate></item>"
            for name, at in reversed(self.entries[first:])
        )
        return (
            '<rss version="2.0"><channel><title>Watched</title><description>d</description>'
            f"<link>https://watched.example/</link>{self.channel}{items}</channel></rss>"
        ).encode()

    def answer(
        self, path: str, fields: Sequence[tuple[str, str]]
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, header and body; and the request is judged."""
        asked = {name.lower(): value for name, value in fields}
        sent = Pair(asked.get("if-none-match"), asked.get("if-modified-since"))
        self._judge(path, sent)
        if len(asked) != len(fields) or asked.keys() - _CONDITIONAL != _TOLD or "?" in path:
            self.faults.rude.append(f"{path} {fields}")
        status, headers, body = self._answer(path, sent, asked.get("a-im"))
        self.log.append(Seen(self.now, path, sent, status, asked.get("user-agent")))
        return status, headers | {"Set-Cookie": "session=1; Path=/"}, body

    def _answer(self, path: str, sent: Pair, a_im: str | None) -> tuple[int, dict[str, str], bytes]:
        if self.status is not None:
            return self.status, self._refusal(), b"no"
        if path == "/feed" and self.redirect:
            status, to = self.redirect
            return status, {"Location": to}, b""
        if path != self.path:
            return 404, {}, b"not here"
        pair = self.current()
        headers = {"ETag": pair.etag or "", "Last-Modified": pair.last_modified or ""}
        if self.max_age is not None:
            headers |= {"Cache-Control": f"max-age={int(self.max_age.total_seconds())}"}
            self.fresh_until = self.now + self.max_age
        other = {"ETag": '"another"', "Last-Modified": format_datetime(self.now, usegmt=True)}
        if sent == pair:
            return 304, headers | (other if self.slip == "304" else {}), b""
        if self.slip == "page":
            return 200, other, b"<!doctype html><title>Back soon</title><p>We are back soon."
        if self.slip == "cut":
            return 200, headers, self.document()
        self.given.append(pair)
        if self.gives_deltas and a_im == "feed" and sent.etag in self.versions:
            return 226, headers | {"IM": "feed"}, self.document(self.versions[sent.etag])
        return 200, headers, self.document()

    def _refusal(self) -> dict[str, str]:
        if self.retry_after is None:
            return {}
        if self.retry_after.isdigit():
            self.not_before = self.now + timedelta(seconds=int(self.retry_after))
        else:
            self.not_before = datetime.strptime(
                self.retry_after, "%a, %d %b %Y %H:%M:%S GMT"
            ).replace(tzinfo=UTC)
        return {"Retry-After": self.retry_after}

    def _judge(self, path: str, sent: Pair) -> None:
        said = f"{self.now:%d %H:%M:%S} {path} {sent}"
        if sent == Pair(None, None):
            self.faults.unconditional += 1
        elif sent not in self.given[-2 if self.may_be_behind else -1 :]:
            self.faults.wrong.append(said)
        last = self.log[-1] if self.log else None
        if last and (last.at, last.path, last.status, path) == (self.now, "/feed", *self._way()):
            return  # the next step on one way
        if self.not_before is not None and self.now < self.not_before:
            self.faults.early.append(f"{said}: Retry-After {self.not_before}")
        if self.is_manual:
            return
        if self.log and self.now < self.log[-1].at + 15 * MINUTE:
            self.faults.early.append(f"{said}: last asked {self.log[-1].at}")
        if self.fresh_until is not None and self.now < self.fresh_until:
            self.faults.early.append(f"{said}: fresh until {self.fresh_until}")

    def _way(self) -> tuple[int, str]:
        return self.redirect or (0, "")

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Answer requests until the end; the feed's address."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/feed"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def _handler(publisher: Publisher) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = publisher.answer(self.path, self.headers.items())
            if status == AWAY:
                self.close_connection = True
                return
            self.send_response_only(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 304:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if status != 304:
                is_cut = status == 200 and publisher.slip == "cut"
                self.wfile.write(body[: len(body) // 2] if is_cut else body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing on stderr."""

    return Handler
