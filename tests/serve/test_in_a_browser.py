"""What a person sees of a running `feedkit serve`, in Debian's chromium."""

from pathlib import Path

from browser import chromium, visit
from planet import ARTICLES, Planet
from server import serving


def test_feeds_and_what_the_server_says_itself_can_be_read(tmp_path: Path) -> None:
    feeds = '[[feeds]]\nurl = "http://127.0.0.1:1/a-feed-with-a-long-name-and-address.xml"\n'
    more = f"{feeds}[fetch]\nallow_private_hosts = true\n"
    planet = Planet(tmp_path, ARTICLES + more, is_full=True)
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
            opened.page.go_back()
            opened.page.click("text=The page of everything")
            assert opened.page.url == client.url + "/"
        with visit(browser, client.url + "/status", width=320) as opened:
            why = opened.page.locator("td", has_text="refused the connection").bounding_box()
            assert why, "of a feed that fails"
            assert why["x"] + why["width"] <= 320
            assert opened.page.locator("td", has_text="never").is_visible()


def test_a_browser_that_asks_for_an_icon_unasked_gets_the_planet_s(tmp_path: Path) -> None:
    planet = Planet(tmp_path, ARTICLES, is_full=True)
    planet.cycle()
    with serving(tmp_path) as (client, _):
        asked, named = client.ask("/favicon.ico"), client.ask("/icon.svg")
        assert (asked.status, asked.body) == (200, named.body)
        assert asked.fields["content-type"] == named.fields["content-type"]
        (planet.public / "favicon.ico").write_bytes(b"its own")
        assert client.ask("/favicon.ico").body == b"its own"
