"""What a person sees of a running `feedkit serve`, in Debian's chromium."""

from pathlib import Path

from browser import chromium, visit
from planet import ARTICLES, Planet
from server import serving


def test_a_feed_is_shown_as_its_style_sheet_has_it(tmp_path: Path) -> None:
    planet = Planet(tmp_path, ARTICLES, is_full=True)
    planet.article("first.md", date="2026-01-01")
    planet.cycle()
    with serving(tmp_path) as (client, _), chromium() as browser:
        for path in ("/atom.xml", "/rss.xml"):
            with visit(browser, client.url + path) as opened:
                assert opened.page.evaluate("document.styleSheets.length") == 1
                assert opened.page.evaluate("document.contentType") == "application/xml"
                assert opened.said == []
        with visit(browser, client.url + "/nowhere") as opened:
            assert opened.page.inner_text("h1") == "There is nothing here."
            opened.page.click("text=/atom.xml")
            assert opened.page.url == client.url + "/atom.xml"


def test_a_browser_that_asks_for_an_icon_unasked_gets_the_planet_s(tmp_path: Path) -> None:
    planet = Planet(tmp_path, ARTICLES, is_full=True)
    planet.cycle()
    with serving(tmp_path) as (client, _):
        asked, named = client.ask("/favicon.ico"), client.ask("/icon.svg")
        assert (asked.status, asked.body) == (200, named.body)
        assert asked.fields["content-type"] == named.fields["content-type"]
        (planet.public / "favicon.ico").write_bytes(b"its own")
        assert client.ask("/favicon.ico").body == b"its own"
