"""S3-compatible storage on loopback: what its REST API says of PUT, GET, HEAD, LIST v2 and DELETE.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
"""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

KEY = "AKIAPLANET"
_PAGE = 3
"""Keys in one answer to LIST, so that a few objects take several."""


class Stored(NamedTuple):
    """An object."""

    data: bytes
    headers: dict[str, str]

    @property
    def etag(self) -> str:
        return f'"{hashlib.md5(self.data, usedforsecurity=False).hexdigest()}"'


class _Server(ThreadingHTTPServer):
    daemon_threads = True  # the client keeps its connections open
    request_queue_size = 128


class S3Server:
    """One bucket, called "planet"."""

    def __init__(self) -> None:
        self.objects: dict[str, Stored] = {}
        self.log: list[str] = []
        """"PUT /planet/key" of each request."""
        self.refuses: tuple[int, str] | None = None
        """Status and code with which everything is answered."""
        self.hangs_up = 0
        """How many more requests get no answer."""
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.environment = {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "eu-central-1",
        }

    def asked(self) -> list[str]:
        """What was asked since the last call."""
        log, self.log = self.log, []
        return log

    @contextmanager
    def serving(self) -> Iterator["S3Server"]:
        """Answer requests until the end."""
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_PUT(self) -> None:
                data = self.rfile.read(int(self.headers["Content-Length"]))
                if key := self._key():
                    names = ("Content-Type", "Content-Encoding", "Cache-Control")
                    headers = {name: self.headers[name] for name in names if name in self.headers}
                    outer.objects[key] = Stored(data, headers)
                    self._answer(200, etag=outer.objects[key].etag)

            def do_GET(self) -> None:
                if key := self._key():
                    self._object(key)
                elif key == "":
                    self._answer(200, outer.listing(parse_qs(urlsplit(self.path).query)))

            def do_HEAD(self) -> None:
                self.do_GET()

            def do_DELETE(self) -> None:
                if key := self._key():
                    outer.objects.pop(key, None)
                    self._answer(204)

            def _key(self) -> str | None:
                """The key that is asked for, "" for the bucket; None: an error was answered."""
                path = unquote(urlsplit(self.path).path)
                outer.log.append(f"{self.command} {path}")
                _, bucket, *rest = path.split("/", 2)
                if outer.hangs_up:
                    outer.hangs_up -= 1
                    self.close_connection = True
                elif outer.refuses is not None:
                    self._error(*outer.refuses)
                elif f"Credential={KEY}/" not in self.headers.get("Authorization", ""):
                    self._error(403, "InvalidAccessKeyId")
                elif bucket != "planet":
                    self._error(404, "NoSuchBucket")
                else:
                    return rest[0] if rest else ""
                return None

            def _object(self, key: str) -> None:
                if stored := outer.objects.get(key):
                    self._answer(200, stored.data, stored.headers, etag=stored.etag)
                else:
                    self._error(404, "NoSuchKey")

            def _error(self, status: int, code: str) -> None:
                self._answer(status, f"<Error><Code>{code}</Code></Error>".encode())

            def _answer(
                self,
                status: int,
                body: bytes = b"",
                headers: dict[str, str] | None = None,
                *,
                etag: str | None = None,
            ) -> None:
                self.send_response(status)
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                if etag is not None:
                    self.send_header("ETag", etag)
                    self.send_header("Last-Modified", "Mon, 01 Jan 2024 10:00:00 GMT")
                if status != 204:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Nothing on stderr."""

        return Handler

    def listing(self, query: dict[str, list[str]]) -> bytes:
        """The answer to LIST v2, a page of it."""
        prefix = query.get("prefix", [""])[0]
        after = query.get("continuation-token", [""])[0]
        keys = sorted(key for key in self.objects if key.startswith(prefix) and key > after)
        contents = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>2024-01-01T10:00:00.000Z"
            f"</LastModified><ETag>{escape(self.objects[key].etag)}</ETag>"
            f"<Size>{len(self.objects[key].data)}</Size></Contents>"
            for key in keys[:_PAGE]
        )
        more = ""
        if len(keys) > _PAGE:
            last = escape(keys[_PAGE - 1])
            more = f"<NextContinuationToken>{last}</NextContinuationToken>"
        return (
            f"<ListBucketResult><Name>planet</Name><IsTruncated>{str(bool(more)).lower()}"
            f"</IsTruncated>{more}{contents}</ListBucketResult>"
        ).encode()
