"""Pages and feeds as people see them: in a real browser, by keyboard, on a phone, in the dark."""

from collections.abc import Iterator
from itertools import cycle
from typing import Literal
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import CHROMIUM, WCAG, chromium, visit
from feed_server import FeedServer
from planet import Planet
from planet_pages import FOLDERS, HOSTILE, NORMAL, PICTURE, SITE, category, index
from playwright.sync_api import Browser

from feedkit.config import Site
from feedkit.publish.pages import assets

pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists(), reason=f"needs {CHROMIUM}: apt-get install chromium"
)

_TYPES = {"css": "text/css", "svg": "image/svg+xml"}
_PAGES = {
    "/index.html": index((*NORMAL, *HOSTILE), more=45),
    "/empty/index.html": index((), sources=()),
    "/arabic/index.html": index(NORMAL, site=Site(url=SITE.url, title="كوكب", language="ar")),
    "/categories/reading/index.html": category("Reading", NORMAL),
    quote(f"/{FOLDERS['日本語']}index.html"): category("日本語", (*HOSTILE, *NORMAL)),
}


@pytest.fixture(name="browser", scope="module")
def browser_fixture() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(name="site", scope="module")
def site_fixture() -> Iterator[FeedServer]:
    """What is published, on a web server."""
    with FeedServer().serving() as server:
        for path, page in _PAGES.items():
            server.put(path, page, content_type="text/html; charset=utf-8")
            folder = path.removesuffix("index.html") if "categories" not in path else "/"
            for name, data in assets(None).items():
                kind = _TYPES[name.rpartition(".")[2]]
                server.put(folder + name, data, content_type=kind)
        yield server


@pytest.mark.parametrize(
    ("path", "scheme"),
    [*zip(_PAGES, cycle(["light", "dark"]), strict=False), ("/index.html", "dark")],
)
def test_axe_finds_nothing_that_keeps_anybody_out(
    browser: Browser, site: FeedServer, path: str, scheme: Literal["light", "dark"]
) -> None:
    with visit(browser, site.url + path, scheme=scheme) as opened:
        for details in opened.page.locator("details").all():
            details.evaluate("element => { element.open = true; }")
        results = Axe().run(opened.page, options=WCAG)
        assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("path", _PAGES)
def test_a_page_fits_asks_for_nothing_but_images_and_is_silent(
    browser: Browser, site: FeedServer, path: str
) -> None:
    with visit(browser, site.url + path) as opened:
        page = opened.page
        for width in 1280, 360, 320:
            page.set_viewport_size({"width": width, "height": 740})
            assert page.evaluate("document.documentElement.scrollWidth") == width
        page.evaluate("document.querySelectorAll('img').forEach(one => { one.loading = 'eager'; })")
        page.wait_for_function("[...document.images].every(image => image.naturalWidth)")
        assert page.evaluate("document.styleSheets.length") == 1
        assert set(opened.asked) <= {f"image {PICTURE}"}
        assert opened.said == []


def test_enormous_titles_leave_room_for_others(browser: Browser, site: FeedServer) -> None:
    with visit(browser, site.url + "/index.html", width=360) as opened:
        heights = opened.page.evaluate(
            "[...document.querySelectorAll('.entry')].map(one => one.offsetHeight)"
        )
        assert len(heights) == len(NORMAL) + len(HOSTILE)
        assert max(heights) < 600


_FOCUSED = """() => {
  const one = document.activeElement;
  const seen = [one, one.closest('.title')].filter(Boolean).map(e => getComputedStyle(e));
  const box = one.getBoundingClientRect();
  return [
    [...document.querySelectorAll('a[href], summary')].indexOf(one),
    seen.some(style => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2),
    box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.left >= 0,
  ];
}"""


def test_tab_reaches_every_link_in_order_and_shows_where_it_is(
    browser: Browser, site: FeedServer
) -> None:
    with visit(browser, site.url + "/index.html", width=360) as opened:
        page = opened.page
        page.emulate_media(reduced_motion="reduce")
        links = page.locator("a[href], summary").count()
        closed = page.locator("details:not([open]) a[href]").count()
        visited = []
        for _ in range(links - closed):
            page.keyboard.press("Tab")
            number, is_outlined, is_seen = page.evaluate(_FOCUSED)
            assert is_outlined, number
            assert is_seen, number
            visited.append(number)
        assert visited == sorted(set(visited))
        assert visited[0] == 0
        assert len(visited) == links - closed > 100


def test_the_first_link_skips_to_the_entries(browser: Browser, site: FeedServer) -> None:
    with visit(browser, site.url + "/index.html") as opened:
        page = opened.page
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('main article') !== null")
        assert page.url.endswith("#entries")


def test_targets_are_large_enough_for_a_finger(browser: Browser, site: FeedServer) -> None:
    with visit(browser, site.url + "/index.html", width=360) as opened:
        small = opened.page.evaluate("""() =>
            [...document.querySelectorAll('.subscribe a, .labels a, .formats a, .feed, summary')]
            .filter(one => one.checkVisibility())
            .map(one => [one.getBoundingClientRect(), one.outerHTML.slice(0, 99)])
            .filter(([box]) => box.width < 23.9 || box.height < 23.9).map(([, html]) => html)""")
        assert small == []


def test_a_link_leads_from_the_index_to_a_category_and_back(
    browser: Browser, site: FeedServer
) -> None:
    with visit(browser, site.url + "/index.html") as opened:
        page = opened.page
        page.locator("aside .topic", has_text="日本語").click()
        assert page.locator("h1").inner_text() == "日本語"
        page.locator(".back a").click()
        assert page.locator("h1").inner_text() == "My <planet>"


def test_an_empty_page_says_so(browser: Browser, site: FeedServer) -> None:
    with visit(browser, site.url + "/empty/index.html") as opened:
        said = opened.page.evaluate(
            "getComputedStyle(document.querySelector('.entries'), '::before').content"
        )
        assert said == '"Nothing has been published yet."'


# What an XML document shows: the texts of all elements that have a box of their own.
_SHOWN = """() => [...document.documentElement.querySelectorAll('*')]
  .filter(one => one.childElementCount === 0 && one.getClientRects().length)
  .map(one => one.textContent)"""


@pytest.mark.parametrize("format_name", ["atom", "rss"])
def test_a_feed_opened_in_a_browser_can_be_read(
    browser: Browser, site: FeedServer, planet: Planet, format_name: str
) -> None:
    document = (planet.public / f"{format_name}.xml").read_text()
    styled = document.replace("?>", '?>\n<?xml-stylesheet type="text/css" href="feed.css"?>', 1)
    url = site.put(f"/{format_name}.xml", styled, content_type="application/xml")
    for scheme in "light", "dark":
        with visit(browser, url, width=360, scheme=scheme) as opened:
            page = opened.page
            shown = page.evaluate(_SHOWN)
            assert "On <feeds>" in shown
            assert "Ada" in shown
            assert "Planet" in shown
            assert any("2021" in text for text in shown)
            assert not [text for text in shown if "<p>" in text]
            assert "This is a feed." in page.evaluate(
                "getComputedStyle(document.documentElement, '::before').content"
            )
            assert page.evaluate("document.documentElement.scrollWidth") == 360
            assert opened.said == []
            ink, paper = page.evaluate("""() => {
                const style = getComputedStyle(document.documentElement);
                return [style.color, style.backgroundColor].map(
                    color => Number(color.match(/[0-9]+/)[0]));
            }""")
            assert ink + 150 < paper if scheme == "light" else paper + 150 < ink


def test_an_archive_opened_in_a_browser_leads_to_its_feed(
    browser: Browser, site: FeedServer
) -> None:
    archive = """<?xml version="1.0"?><?xml-stylesheet type="text/css" href="feed.css"?>
        <feed xmlns="http://www.w3.org/2005/Atom"><title>Planet</title>
        <link rel="current" href="https://planet.example.org/atom.xml"/>
        <archive xmlns="http://purl.org/syndication/history/1.0"/></feed>"""
    with visit(browser, site.put("/a.xml", archive, content_type="application/xml")) as opened:
        said, address = opened.page.evaluate("""() => [
            getComputedStyle(document.documentElement, '::before').content,
            document.querySelector('link').getClientRects().length
                && getComputedStyle(document.querySelector('link'), '::after').content]""")
        assert said.startswith('"This is an archive:')
        assert address == '"https://planet.example.org/atom.xml"'


@pytest.fixture(name="planet", scope="module")
def planet_fixture(tmp_path_factory: pytest.TempPathFactory) -> Planet:
    """A planet of one article, published."""
    planet = Planet(tmp_path_factory.mktemp("planet"))
    planet.article(
        "one.md", "**Words** of it. " * 99, title="'On <feeds>'", date="2021-05-18", author="Ada"
    )
    planet.cycle()
    return planet
