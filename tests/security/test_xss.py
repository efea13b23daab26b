"""No script that a feed or an article brings runs in a reader's browser.

Every payload is carried by feeds and articles through a real run, read back from the published
documents, and opened in a real browser by a reader that trusts them.
"""

from collections.abc import Iterator
from html import escape
from urllib.parse import urlsplit

import pytest
from browser import CHROMIUM
from carriers import CARRIED, LINKS, carry
from payloads import PAYLOADS, URLS
from planet import Planet
from reader import (
    Reader,
    Shown,
    control_page,
    entries,
    frames_page,
    reader,
    scripted_page,
    static_page,
)

pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists(), reason=f"needs {CHROMIUM}: apt-get install chromium"
)

_PICTURED = ("feed.test", "x.test")
"""The hosts whose images and media the payloads name, as any article may."""

_FRAMES = 50
"""On one page. A browser becomes slow when there are hundreds."""


@pytest.fixture(scope="module", name="published")
def published_fixture(tmp_path_factory: pytest.TempPathFactory) -> list[Shown]:
    planet = Planet(tmp_path_factory.mktemp("planet"))
    shown: list[Shown] = []
    for names in carry(planet):
        ended = planet.feedkit("run")
        assert ended.code == 0, ended.lines
        for document in ("atom.xml", "rss.xml"):
            found = entries((planet.public / document).read_bytes())
            assert {one.id for one in found} == names
            shown += found
    return shown


@pytest.fixture(scope="module", name="browser")
def browser_fixture(published: list[Shown]) -> Iterator[Reader]:
    with reader() as browser:
        yield browser


def test_nothing_runs_in_a_readers_browser(browser: Reader, published: list[Shown]) -> None:
    html = sorted({html for one in published for html in one.html})
    texts = sorted({text for one in published for text in one.texts})
    links = sorted({link for one in published for link in one.links})
    images = sorted({image for one in published for image in one.images})
    static = browser.open("/static", static_page(html, texts, links, images))
    scripted = browser.open("/scripted", scripted_page(html, texts, links, images))
    for page in (static, scripted):
        page.evaluate("exercise()")
    static.wait_for_timeout(1_000)
    for page, count in ((static, len(html)), (scripted, 2 * len(html))):
        assert page.evaluate("ran") == []
        assert browser.faults(page) == []
        assert not page.evaluate(f"[...Array({len(CARRIED)}).keys()].some(clobbered)")
        # No article breaks out of its element, nor takes the next ones in.
        children = "[...document.querySelector('main').children].map(e => e.localName)"
        assert page.evaluate(children) == ["article"] * count
        assert page.evaluate("document.querySelector('main + section#end > a') !== null")
        page.close()
    assert browser.dialogs == []
    assert len(browser.opened) == 2
    strange = [asked for asked in browser.asked_of_strangers() if not _is_picture(asked)]
    assert strange == []


def _is_picture(asked: str) -> bool:
    kind, _, url = asked.partition(" ")
    parts = urlsplit(url)
    if kind == "document":
        return parts.hostname == "www.youtube.com" and parts.path.startswith("/embed/")
    return kind in ("image", "media") and parts.hostname in _PICTURED


def test_the_same_payloads_run_where_nobody_sanitizes(browser: Reader) -> None:
    live = {one.number: one.text for one in CARRIED if not PAYLOADS[one.number].dead}
    live |= {
        one.number: f'<a href="{escape(one.text)}">x</a>'
        for one in LINKS
        if not URLS[one.number - 1000].dead
    }
    for number, html in live.items():
        browser.put(f"/control/{number}", control_page(html))
    numbers = list(live)
    for start in range(0, len(numbers), _FRAMES):
        some = numbers[start : start + _FRAMES]
        page = browser.open("/control", frames_page(f"/control/{number}" for number in some))
        for _ in range(100):
            if browser.ran(page).issuperset(some):
                break
            page.wait_for_timeout(100)
        ran = browser.ran(page)
        assert [live[number] for number in some if number not in ran] == []
        page.close()
