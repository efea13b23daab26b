"""Debian's chromium, which asks nobody but loopback, and pages opened in it."""

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple

from playwright.sync_api import Browser, Page, Route, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
WCAG: dict[str, object] = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
"""What axe-core looks for."""
_OPTIONS = (
    "--no-sandbox",  # which root may not have
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser, closed at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_OPTIONS)
        try:
            yield browser
        finally:
            browser.close()


class Visit(NamedTuple):
    """A page that a browser has open, and what it did for it."""

    page: Page
    asked: list[str]
    """Requests to others than the page's own server, as "type URL"."""
    said: list[str]
    """What the console was told."""


def _picture() -> bytes:
    """A PNG of one grey pixel."""
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0\x80")),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


@contextmanager
def visit(
    browser: Browser,
    url: str,
    *,
    width: int = 1280,
    scheme: Literal["light", "dark"] = "light",
) -> Iterator[Visit]:
    """Open the page; images of the web are a grey pixel, and nothing else is there."""
    context = browser.new_context(viewport={"width": width, "height": 740}, color_scheme=scheme)
    page = context.new_page()
    opened = Visit(page, [], [])

    def answer(route: Route) -> None:
        request = route.request
        opened.asked.append(f"{request.resource_type} {request.url}")
        assert request.header_value("referer") is None
        route.fulfill(body=_picture(), content_type="image/png")

    own = url.split("/", 3)[2]
    context.route(lambda address: own not in address, answer)
    page.on("console", lambda message: opened.said.append(message.text))
    page.on("pageerror", lambda error: opened.said.append(str(error)))
    page.goto(url)
    try:
        yield opened
    finally:
        context.close()
