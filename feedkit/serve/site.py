"""What each request is answered: what is in memory at once, the rest after a wait."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias
from urllib.parse import quote

from feedkit import __version__
from feedkit.config import Settings
from feedkit.errors import FeedkitError
from feedkit.serve import heads, pages
from feedkit.serve.access import knows_password, may_see_status
from feedkit.serve.codings import IDENTITY_ALONE, acceptable
from feedkit.serve.conditions import is_same, verdict
from feedkit.serve.entries import without
from feedkit.serve.gone import Gone
from feedkit.serve.inside import Inside, Measure, as_json, as_metrics, as_page
from feedkit.serve.listing import Listing
from feedkit.serve.media import HTML, JSON, TEXT, shown_as
from feedkit.serve.messages import Answer, Fault, FilePart, Request
from feedkit.serve.paths import below, file_of, path_of
from feedkit.serve.ranges import parts_of
from feedkit.serve.shelf import Document, LargeError, Shelf, Variant
from feedkit.serve.subscriptions import Subscriptions
from feedkit.serve.versions import Versions, is_less, wants_delta

Answering: TypeAlias = Answer | Awaitable[Answer]
_Special: TypeAlias = Callable[[Request], Answering]

_PATHS = 10_000
"""Targets whose paths are remembered."""
_LONGEST_KNOWN = 300
_READING = ("GET", "HEAD")
_NOT_HERE = "There is nothing here."
_GONE = "The category that was here is gone, and its feeds with it."
_HUBS = "websub/"
_FAVICON, _ICON = "favicon.ico", "icon.svg"
"""What browsers ask for that were told of no icon, as a feed does; and the planet's."""
_MESSAGE_SECONDS = 30.0
_CACHED = "Bytes of documents kept in memory."


class Site:
    """The documents of `settings`, and how feedkit is doing."""

    def __init__(
        self,
        settings: Settings,
        folder: Path,
        password: bytes | None,
        inside: Inside,
        versions: Versions,
    ) -> None:
        """What is published is in `folder`. `password` as "user:password"; None: everybody may have
        the documents."""
        serve = settings.serve
        self._base = serve.base_path
        self._trusted = serve.trusted_proxies
        self._status_from = serve.status_from
        self._password = password
        self._inside = inside
        for_whom = "public" if password is None else "private"
        self._versions = versions
        self._shelf = Shelf(folder, serve.cache)
        self._manner = heads.Manner(
            f"{for_whom}, max-age={max_age_of(settings)}",
            settings.publish.hubs,
            settings.site.url,
            self._shelf.root,
        )
        self._gone = Gone(settings)
        self._listing = Listing(self._shelf.root)
        self._paths: dict[str, str] = {}
        self._special: dict[str, _Special] = {
            "healthz": self._healthz,
            "status": self._status,
            "status.json": self._status,
            "metrics": self._metrics,
        }
        self.now = int(time.time())
        """The time as ``Date`` tells it, in seconds since 1970; the server's to set."""
        self.subscriptions: Subscriptions | None = None
        """Where hubs are expected."""
        self.counted: Callable[[], list[Measure]] = list
        """What the server itself counts."""

    @property
    def root(self) -> str:
        """The folder of the documents, as a real path."""
        return self._shelf.root

    def answer(self, request: Request) -> Answering:
        """The answer, or what it is to be waited for."""
        path = self._paths.get(request.target)
        if path is None:
            found = path_of(request.target)
            path = None if found is None else below(found, self._base)
            if path is None:
                return self._elsewhere(request, found)
            if path.startswith(_HUBS) and self.subscriptions is not None:
                return self._of_hub(request, path.removeprefix(_HUBS))
            if path in self._special and (answer := self._of_status(request, path)) is not None:
                return answer
            path = file_of(path)
        if self._password is not None and not knows_password(request, self._password):
            return self._unauthorized(request)
        if request.method not in _READING:
            return self._other(request)
        try:
            document = self._shelf.find(path, self.now)
            if document is None and path == _FAVICON:
                document = self._shelf.find(_ICON, self.now)
        except LargeError:
            return self._when_read(request, path)
        if document is None:
            return self._missing(request, path)
        if request.target not in self._paths and len(request.target) <= _LONGEST_KNOWN:
            self._remember(request.target, path)
        return self._document(request, document)

    # Documents

    def _document(self, request: Request, document: Document) -> Answer:
        if document.pieces is None:
            self._versions.note(document)
            self._shelf.count(document)
        fields = request.fields
        is_partial = "Range" in fields and not request.is_head
        # Parts are of the document as it is: what is put together of parts of two compressions,
        # by two programs, would be neither.
        wanted = IDENTITY_ALONE if is_partial else acceptable(request.field("Accept-Encoding"))
        coding, variant = self._shelf.variant(document, wanted)
        status = verdict(request.field, variant.etag, document.date_said)
        if status == 304:
            head = variant.heads.get(304)
            if head is None:
                head = heads.unmodified(self._manner, document, coding, variant)
                variant.heads[304] = head
            return Answer(304, head)
        if status == 412:
            return pages.refusal(request, 412, "This document is another one by now.", pages.CORS)
        if is_partial:
            if (answer := self._parts(request, document)) is not None:
                return answer
        elif "A-IM" in fields and (answer := self._delta(request, document, variant)) is not None:
            return answer
        kind = shown_as(document.kind, request.field("Accept"))
        head = variant.heads.get(200) if kind == document.kind else None
        if head is None:
            head = heads.full(self._manner, document, coding, variant, kind)
            if kind == document.kind:
                variant.heads[200] = head
        if request.is_head:
            return Answer(200, head)
        if variant.body is None:
            return Answer(200, head, file=_part_of(variant, 0, variant.length))
        return Answer(200, head, variant.body)

    def _delta(self, request: Request, document: Document, variant: Variant) -> Answer | None:
        """The entries that the reader has not (RFC 3229); None where it is to have the whole."""
        tags, body = request.field("If-None-Match"), document.plain.body
        if tags is None or body is None or not document.pieces:
            return None
        if not wants_delta(request.field("A-IM")) or (known := self._versions.known(tags)) is None:
            return None
        if not is_less(document.pieces, known):
            return None
        body = without(body, document.pieces, known)
        head = heads.delta(self._manner, document, variant, len(body))
        return Answer(226, head, b"" if request.is_head else body)

    def _parts(self, request: Request, document: Document) -> Answer | None:
        """Parts of the document (RFC 9110, 14.2, 15.5.17); None where the whole is to be sent."""
        variant = document.plain
        condition = request.fields.get("If-Range")
        if condition is not None and not is_same(condition, variant.etag, document.date_said):
            return None
        parts = parts_of(request.field("Range") or "", variant.length)
        if parts is None:
            return None
        if not parts:
            return Answer(416, heads.unsatisfiable(self._manner, document, variant))
        if variant.body is None and len(parts) > 1:
            return None
        head, around = heads.partial(self._manner, document, variant, parts)
        if variant.body is None:
            return Answer(206, head, file=_part_of(variant, *parts[0]))
        pieces = []
        for before, (start, end) in zip(around, parts, strict=False):
            pieces += [before, variant.body[start:end]]
        return Answer(206, head, b"".join([*pieces, *around[len(parts) :]]))

    async def _when_read(self, request: Request, path: str) -> Answer:
        """The answer with a document that is large and has to be read before."""
        document = await asyncio.to_thread(self._shelf.read, path)
        self._shelf.keep(path, document, self.now)
        if document is None:
            return self._not_found(request)
        return self._document(request, document)

    def _remember(self, target: str, path: str) -> None:
        if len(self._paths) >= _PATHS:
            self._paths.clear()
        self._paths[target] = path

    # What is no document

    def _elsewhere(self, request: Request, path: str | None) -> Answer:
        """What to say of a path that is not below the base, or is none."""
        if request.method == "OPTIONS":
            return pages.options()
        if request.method not in _READING:
            return pages.not_allowed(request)
        if path is not None and f"{path}/" == self._base:
            return pages.refusal(request, 301, "It is there.", ("Location", self._base))
        return self._not_found(request)

    def _other(self, request: Request) -> Answer:
        return pages.options() if request.method == "OPTIONS" else pages.not_allowed(request)

    def _missing(self, request: Request, path: str) -> Answering:
        if self._shelf.has_index(path):
            return pages.refusal(
                request, 301, "It is there.", ("Location", quote(f"{self._base}{path}/"))
            )
        if path.startswith("categories/"):
            return self._gone_or_missing(request, path)
        return self._not_found(request)

    async def _gone_or_missing(self, request: Request, path: str) -> Answer:
        if await asyncio.to_thread(self._gone.has, path):
            return pages.refusal(request, 410, _GONE, pages.CORS, **self._feeds(request))
        return self._not_found(request)

    def _not_found(self, request: Request) -> Answer:
        return pages.refusal(request, 404, _NOT_HERE, pages.CORS, **self._feeds(request))

    def _feeds(self, request: Request) -> pages.Links:
        """What there is instead; nothing is told to who has no password."""
        is_told = self._password is None or knows_password(request, self._password)
        return {
            "links": self._listing.feeds() if is_told else (),
            "base": self._base,
            "has_page": is_told and self._shelf.has_index(""),
        }

    def _unauthorized(self, request: Request) -> Answer:
        realm = ("WWW-Authenticate", 'Basic realm="feedkit", charset="UTF-8"')
        return pages.refusal(request, 401, "This asks for a user name and a password.", realm)

    # What hubs say (W3C WebSub, 5.3 and 7)

    def _of_hub(self, request: Request, token: str) -> Answering:
        if request.method == "POST" and self.subscriptions is not None:
            if not self.subscriptions.is_told(token, time.time()):
                return pages.refusal(request, 410, "Nobody waits for this any more.")
            request.body = asyncio.get_running_loop().create_future()
            return self._told(request, token, request.body)
        if request.method != "GET" or self.subscriptions is None:
            return pages.not_allowed(request, "GET, POST")
        query = request.target.partition("?")[2].partition("#")[0]
        challenge = self.subscriptions.verified(token, query, time.time())
        if challenge is None:
            return pages.refusal(request, 404, "Nobody asked for this.")
        return pages.page(request, 200, TEXT, challenge.encode(errors="replace"))

    async def _told(
        self, request: Request, token: str, coming: "asyncio.Future[bytes | Fault]"
    ) -> Answer:
        """The answer to a message that is still coming."""
        try:
            async with asyncio.timeout(_MESSAGE_SECONDS):
                body = await coming
        except TimeoutError:
            return pages.refusal(request, 408, "The message did not come to its end in time.")
        if isinstance(body, Fault):
            return pages.refusal(request, *body)
        signature = request.field("X-Hub-Signature")
        if self.subscriptions and self.subscriptions.take(token, signature, body, time.time()):
            return pages.page(request, 202, TEXT, b"")
        return pages.refusal(request, 403, "This is not signed with the secret that was given.")

    # How feedkit is doing

    def _of_status(self, request: Request, path: str) -> Answering | None:
        """The answer to who may see that; None: the path is as good as any other."""
        if not may_see_status(request, self._trusted, self._status_from):
            return None
        return self._special[path](request) if request.method in _READING else self._other(request)

    def _healthz(self, request: Request) -> Answer:
        if (trouble := self._inside.trouble()) is not None:
            return pages.refusal(request, 503, trouble)
        return pages.page(request, 200, TEXT, b"ok\n")

    async def _status(self, request: Request) -> Answer:
        try:
            sources = await asyncio.to_thread(self._inside.sources)
        except FeedkitError as error:
            return pages.refusal(request, 503, str(error))
        accepted = request.field("Accept") or ""
        wants_page = "text/html" in accepted or "json" not in accepted
        if wants_page and not request.target.partition("?")[0].endswith(".json"):
            body = as_page(sources, datetime.now(UTC), __version__, self._base)
            return pages.page(request, 200, HTML, body, ("Vary", "Accept"))
        body = as_json(sources, datetime.now(UTC), __version__)
        return pages.page(request, 200, JSON, body, ("Vary", "Accept"))

    async def _metrics(self, request: Request) -> Answer:
        own = [
            *self.counted(),
            Measure("feedkit_serve_cached_bytes", _CACHED, "gauge", self._shelf.size),
        ]
        try:
            kind, body = await asyncio.to_thread(
                lambda: as_metrics([*self._inside.measures(), *own])
            )
        except FeedkitError as error:
            return pages.refusal(request, 503, str(error))
        return pages.page(request, 200, kind, body)


def max_age_of(settings: Settings) -> int:
    """Seconds for which a document may be kept unasked: what is configured, else as long as feedkit
    itself lets a source be."""
    schedule = settings.schedule
    return int((settings.serve.max_age or schedule.every or schedule.min).total_seconds())


def _part_of(variant: Variant, start: int, end: int) -> FilePart:
    return FilePart(*variant.file, start, end)
