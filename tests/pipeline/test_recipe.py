"""A release that reads the same bytes in another way reaches what is stored; nobody edited it."""

from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from feed_server import FeedServer
from planet import ARTICLES, Planet
from sqlalchemy import create_engine, text

BODY = 'Text <a href="https://example.org/x?p=1&amp;utm_source=rss">link</a>.'
ITEM = f"""<rss version="2.0"><channel><title>a</title><item><title>one</title>
<guid>https://example.org/1?utm_source=rss</guid><link>https://example.org/1?utm_source=rss</link>
<pubDate>2021年5月18日 11:30</pubDate><description><![CDATA[{BODY}]]></description></item>
</channel></rss>"""


@pytest.fixture(name="server")
def server_fixture() -> Iterator[FeedServer]:
    with FeedServer().serving() as server:
        yield server


def make_older(planet: Planet) -> None:
    """As if what is stored were an older release's: another recipe, entries of another text."""
    engine = create_engine(f"sqlite:///{planet.root}/feedkit.db")
    with engine.begin() as connection:
        connection.execute(text("UPDATE sources SET recipe = '1'"))
        connection.execute(text("UPDATE entries SET hash = 'older'"))
        older = "replace(CAST(data AS TEXT), 'one', 'another')"
        connection.execute(text(f"UPDATE entries SET data = CAST({older} AS BLOB)"))  # noqa: S608
    engine.dispose()


def changed_at(planet: Planet) -> list[tuple[int, int]]:
    engine = create_engine(f"sqlite:///{planet.root}/feedkit.db")
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT first_seen, changed_at FROM entries")).all()
    engine.dispose()
    return [(first, changed) for first, changed in rows]


def test_stored_entries_are_prepared_anew_and_do_not_count_as_edited(
    server: FeedServer, planet: Planet
) -> None:
    before = (planet.public / "atom.xml").read_bytes()
    times = changed_at(planet)
    make_older(planet)
    planet.cycle()
    assert changed_at(planet) == times
    assert all(first == changed for first, changed in times)
    assert (planet.public / "atom.xml").read_bytes() == before
    assert planet.cycle().published.written == []


def test_what_is_published_tells_nobody_where_the_reader_came_from(planet: Planet) -> None:
    document = (planet.public / "atom.xml").read_text()
    assert 'href="https://example.org/1"' in document
    assert 'href="https://example.org/x?p=1"' in unescape(document)
    assert "<id>https://example.org/1?utm_source=rss</id>" in document
    assert "<published>2021-05-18T11:30:00+00:00</published>" in document
    assert document.count("utm_source") == 1


@pytest.fixture(name="planet")
def planet_fixture(tmp_path: Path, server: FeedServer) -> Planet:
    planet = Planet(tmp_path)
    url = server.put("/", ITEM)
    planet.configure(f'{ARTICLES}[fetch]\nallow_private_hosts = true\n[[feeds]]\nurl = "{url}"\n')
    planet.article("article.md", BODY, date="2024-01-01")
    planet.cycle()
    return planet
