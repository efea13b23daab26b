"""What feedkit publishes of the shipped inputs, from a web server, in a real browser."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import CHROMIUM, WCAG, chromium, visit
from planet import Planet
from playwright.sync_api import Browser

pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists(), reason=f"needs {CHROMIUM}: apt-get install chromium"
)

ROOT = Path(__file__).parents[2]
PAGES = ["/", "/categories/podcasts/", "/categories/%E6%97%A5%E6%9C%AC%E8%AA%9E/"]
FEEDS = ["/atom.xml", "/categories/podcasts/rss.xml"]


class Quiet(SimpleHTTPRequestHandler):
    """Files of a folder, and no word of each."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing."""


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """A web server over `folder`; its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(name="url", scope="module")
def url_fixture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    planet = Planet(tmp_path_factory.mktemp("shipped"), is_full=True)
    shutil.copytree(ROOT / "feeds", planet.root / "feeds")
    shutil.copy(ROOT / "config.toml", planet.root)
    assert planet.feedkit("run", "--strict").code == 0
    with serving(planet.public) as url:
        yield url


@pytest.fixture(name="browser", scope="module")
def browser_fixture() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.mark.parametrize("path", [*PAGES, *FEEDS])
def test_it_fits_and_asks_others_for_images_alone(browser: Browser, url: str, path: str) -> None:
    with visit(browser, url + path) as opened:
        for width in 1280, 360:
            opened.page.set_viewport_size({"width": width, "height": 740})
            assert opened.page.evaluate("document.documentElement.scrollWidth") == width
        assert opened.page.evaluate("document.styleSheets.length") == 1
        assert opened.said == []
        assert [one for one in opened.asked if not one.startswith("image ")] == []


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(browser: Browser, url: str, path: str) -> None:
    with visit(browser, url + path, width=360, scheme="dark") as opened:
        results = Axe().run(opened.page, options=WCAG)
        assert results.violations_count == 0, results.generate_report()


def test_by_keyboard_one_comes_to_a_category_and_to_its_feed(browser: Browser, url: str) -> None:
    with visit(browser, f"{url}/") as opened:
        page = opened.page
        for part in "/categories/podcasts/", "/categories/podcasts/atom.xml":
            for _ in range(200):
                page.keyboard.press("Tab")
                focused = page.evaluate("document.activeElement.href")
                if focused == url + part or focused == f"{url}{part}index.html":
                    break
            page.keyboard.press("Enter")
            page.wait_for_url(f"{url}{part}*")
        texts = page.evaluate("document.documentElement.textContent")
        assert "Podcasts – My planet" in texts
