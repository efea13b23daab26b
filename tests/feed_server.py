"""A web server on loopback with feeds on it, which logs what it was asked and what it said."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple


@dataclass(frozen=True)
class Page:
    """What the server has at one path."""

    body: bytes
    etag: str | None = None
    last_modified: str | None = None
    content_type: str = "application/xml"
    status: int = 200
    hangs: bool = False
    """The headers are sent, and no body ever."""


class Asked(NamedTuple):
    """One request, and how it was answered."""

    path: str
    status: int
    if_none_match: str | None
    if_modified_since: str | None


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 128  # with the five that it has else, connections wait a second


class FeedServer:
    """Pages by path. A conditional request for what is current is answered 304."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.log: list[Asked] = []
        self.closed = threading.Event()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self.port = int(self._server.server_address[1])
        self.url = f"http://127.0.0.1:{self.port}"

    def put(
        self, path: str, body: str | bytes, *, etag: str | None = None,
        last_modified: str | None = None, content_type: str = "application/xml",
        status: int = 200, hangs: bool = False,
    ) -> str:  # fmt: skip
        """Have `body` at `path`; its address."""
        data = body.encode() if isinstance(body, str) else body
        self.pages[path] = Page(data, etag, last_modified, content_type, status, hangs)
        return self.url + path

    def change(self, path: str, **changes: str | bytes | int | None) -> None:
        """Change some of what is at `path`."""
        self.pages[path] = replace(self.pages[path], **changes)  # type: ignore[arg-type]

    def asked(self) -> list[Asked]:
        """What was asked since the last call, by path."""
        log, self.log = sorted(self.log, key=lambda asked: asked.path), []
        return log

    @contextmanager
    def serving(self) -> Iterator["FeedServer"]:
        """Answer requests until the end."""
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield self
        finally:
            self.closed.set()
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                page = outer.pages.get(self.path, Page(b"not here", status=404))
                sent = (self.headers["If-None-Match"], self.headers["If-Modified-Since"])
                known = (page.etag, page.last_modified)
                is_current = any(sent) and all(
                    ours == theirs for ours, theirs in zip(known, sent, strict=True) if theirs
                )
                status = 304 if is_current and page.status == 200 else page.status
                outer.log.append(Asked(self.path, status, *sent))
                self._answer(page, status)

            def _answer(self, page: Page, status: int) -> None:
                self.send_response(status)
                headers: Sequence[tuple[str, str | None]] = (
                    ("ETag", page.etag),
                    ("Last-Modified", page.last_modified),
                    ("Content-Type", page.content_type),
                )
                for name, value in headers:
                    if value is not None:
                        self.send_header(name, value)
                if status != 304:
                    self.send_header("Content-Length", str(len(page.body)))
                self.end_headers()
                if page.hangs:
                    outer.closed.wait()
                elif status != 304:
                    self.wfile.write(page.body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Nothing on stderr."""

        return Handler


def rss(name: str, *titles: str, day: int = 1) -> str:
    """An RSS feed with an item for each of `titles`, newest first."""
    items = "".join(
        f"<item><title>{title}</title><link>https://{name}.example/{title}</link>"
        f"<guid>https://{name}.example/{title}</guid><category>tag of {name}</category>"
        f"<pubDate>Mon, {day:02} Jan 2024 10:{59 - number:02}:00 GMT</pubDate>"
        f"<description>About {title}.</description></item>"
        for number, title in enumerate(titles)
    )
    return (
        f'<rss version="2.0"><channel><title>{name}</title><link>https://{name}.example/</link>'
        f"<description>d</description>{items}</channel></rss>"
    )


def atom(name: str, *titles: str, day: int = 1) -> str:
    """An Atom feed with an entry for each of `titles`, newest first."""
    entries = "".join(
        f"<entry><id>tag:{name}.example,2024:{title}</id><title>{title}</title>"
        f"<link href='https://{name}.example/{title}'/>"
        f"<published>2024-01-{day:02}T10:{59 - number:02}:00Z</published>"
        f"<updated>2024-01-{day:02}T10:{59 - number:02}:00Z</updated>"
        f"<content type='html'>About {title}.</content></entry>"
        for number, title in enumerate(titles)
    )
    return (
        f"<feed xmlns='http://www.w3.org/2005/Atom'><id>tag:{name}.example,2024:feed</id>"
        f"<title>{name}</title><link href='https://{name}.example/'/>"
        f"<updated>2024-01-{day:02}T10:59:00Z</updated>{entries}</feed>"
    )
