"""Hubs are named by the server and told of what changed (W3C WebSub, the publisher's side)."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from hub import Hub
from planet import ARTICLES, Planet
from server import serving
from service import daemon, wait_for

from feedkit.publish.websub import Announcer

SITE = "https://planet.example.org/"


@pytest.fixture(name="hub")
def hub_fixture() -> Iterator[Hub]:
    with Hub().serving() as hub:
        yield hub


def with_hub(hub: Hub, more: str = "") -> str:
    return f'{ARTICLES}[publish]\nhubs = ["{hub.url}"]\nformats = ["atom", "rss", "json"]\n{more}'


def test_the_server_names_hub_and_topic_in_a_link_header(tmp_path: Path, hub: Hub) -> None:
    """What websub.rocks looks for in a publisher: the header first …"""
    planet = Planet(tmp_path, with_hub(hub))
    planet.article("one.md", categories="[新媒体]")
    planet.cycle()
    with serving(tmp_path) as (client, _):
        for path in ("atom.xml", "rss.xml", "feed.json"):
            link = f'<{hub.url}>; rel="hub", <{SITE}{path}>; rel="self"'
            assert client.ask(f"/{path}").fields["link"] == link
            assert client.ask(f"/{path}", "HEAD").fields["link"] == link
        folder = "categories/%E6%96%B0%E5%AA%92%E4%BD%93/atom.xml"
        link = client.ask(f"/{folder}").fields["link"]
        assert link == f'<{hub.url}>; rel="hub", <{SITE}{folder}>; rel="self"'
        assert "link" not in client.ask("/index.html").fields
        assert "link" not in client.ask("/feeds.opml").fields


def test_documents_name_hub_and_topic(tmp_path: Path, hub: Hub) -> None:
    """… then the document."""
    planet = Planet(tmp_path, with_hub(hub))
    planet.cycle()
    for path in ("atom.xml", "rss.xml"):
        document = (planet.public / path).read_text()
        assert (
            f'href="{hub.url}" rel="hub"' in document or f'rel="hub" href="{hub.url}"' in document
        )
        assert f'href="{SITE}{path}"' in document
    assert hub.url in (planet.public / "feed.json").read_text()


def test_a_run_tells_hubs_of_the_feeds_that_changed(tmp_path: Path, hub: Hub) -> None:
    planet = Planet(tmp_path, with_hub(hub))
    planet.article("one.md", categories="[A]")
    planet.article("two.md", categories="[B]")
    assert planet.feedkit("run").code == 0
    names = ("atom.xml", "rss.xml", "feed.json")
    folders = ("", "categories/a/", "categories/b/")
    assert sorted(hub.published) == sorted(f"{SITE}{f}{n}" for f in folders for n in names)
    hub.published.clear()
    planet.feedkit("run")
    assert hub.published == [], "nothing changed"
    planet.article("two.md", "Another text.", categories="[B]")
    hub.refuses_times = 1
    ended = planet.feedkit("run")
    assert not any("was not told" in line for line in ended.lines), "it was tried again"
    changed = [f"{SITE}{f}{n}" for f in ("", "categories/b/") for n in names]
    assert sorted(hub.published) == sorted(changed)


def test_the_daemon_tells_hubs_while_it_goes_on(tmp_path: Path, hub: Hub) -> None:
    planet = Planet(tmp_path, with_hub(hub))
    planet.article("one.md")
    with daemon(tmp_path) as service:
        wait_for(lambda: len(hub.published) == 3, "the hub is told")
        assert service.stop() == 0


def test_a_hub_that_cannot_be_told_is_a_line_and_stops_nothing(tmp_path: Path) -> None:
    planet = Planet(tmp_path, f'{ARTICLES}[publish]\nhubs = ["http://127.0.0.1:1/"]\n')
    planet.article("one.md")
    said: list[str] = []

    async def tell() -> None:
        announcer = Announcer("feedkit", said.append, (0.01, 0.01))
        announcer.announce(["http://127.0.0.1:1/"], [SITE])
        announcer.announce(["http://127.0.0.1:1/"], [SITE])
        await announcer.finish()
        announcer.announce(["http://127.0.0.1:1/"], [SITE])
        await announcer.close()

    asyncio.run(tell())
    assert len(said) == 1, "told of once, though it was announced twice; and not at all when closed"
    assert said[0].startswith(f"the hub http://127.0.0.1:1/ was not told of {SITE}: ")


def test_what_a_hub_refuses_for_one_reason_is_one_line(hub: Hub) -> None:
    hub.refuses_times = 1000
    said: list[str] = []
    topics = [f"{SITE}{number}/atom.xml" for number in range(30)]

    async def tell() -> None:
        announcer = Announcer("feedkit", said.append, ())
        announcer.announce([hub.url], topics)
        await announcer.finish()
        await announcer.close()

    asyncio.run(tell())
    (line,) = said
    assert line.startswith(f"the hub {hub.url} was not told of {SITE}")
    assert line.endswith("/atom.xml and 29 more: it answered 503")


def test_a_run_waits_once_for_a_hub_that_is_not_there(tmp_path: Path, hub: Hub) -> None:
    hubs = f'hubs = ["http://127.0.0.1:1/", "{hub.url}"]\nformats = ["atom", "rss", "json"]\n'
    planet = Planet(tmp_path, f"{ARTICLES}[publish]\n{hubs}")
    planet.article("one.md", categories="[A]")
    ended = planet.feedkit("run")
    (said,) = [line for line in ended.lines if "was not told" in line]
    assert "the hub http://127.0.0.1:1/ was not told of https://planet.example.org/" in said
    assert " and 5 more: " in said
    assert len(hub.published) == 6
