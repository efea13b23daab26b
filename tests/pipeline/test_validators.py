"""Whose validators are sent to whom: a 304 is only worth something from who gave them, and for what
was asked then."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path

import pytest
from feed_server import FeedServer, rss
from planet import Planet
from publisher import Pair, Publisher

START = datetime(2025, 3, 1, 6, tzinfo=UTC)
DAY = timedelta(days=1)
FETCH = "[fetch]\nallow_private_hosts = true\n"


class ByDate(Publisher):
    """A publisher who knows versions by their dates, and says 304 to who has a later one."""

    def current(self) -> Pair:
        return Pair(None, format_datetime(self.entries[-1][1], usegmt=True))

    def _answer(self, path: str, sent: Pair, a_im: str | None) -> tuple[int, dict[str, str], bytes]:
        if sent.last_modified and not self.redirect:
            known = parsedate_to_datetime(sent.last_modified)
            if known >= self.entries[-1][1]:
                return 304, {}, b""
        return super()._answer(path, sent, a_im)


@pytest.fixture(name="server")
def server_fixture() -> Iterator[FeedServer]:
    with FeedServer().serving() as server:
        yield server


def test_a_feed_that_is_led_to_another_origin_is_not_taken_for_what_was_there_before(
    tmp_path: Path,
) -> None:
    first, later = ByDate(START, [("later", START)]), ByDate(START, [("sooner", START - DAY)])
    with first.serving() as url, later.serving() as other:
        planet = Planet(tmp_path, f'{FETCH}[[feeds]]\nurl = "{url}"\n')
        planet.cycle()
        first.redirect = (302, other)
        assert planet.cycle().counts.new == 1
        assert planet.cycle().counts.new == 0
        assert [seen.status for seen in later.log] == [200, 304]
        first.redirect, first.entries = None, [("back", START - 2 * DAY)]
        planet.cycle()
        assert set(planet.titles()) == {"later", "sooner", "back"}


def test_where_a_redirect_leads_within_one_origin_the_validators_go_along(tmp_path: Path) -> None:
    publisher = Publisher(START, [("one", START)])
    with publisher.serving() as url:
        planet = Planet(tmp_path, f'{FETCH}[[feeds]]\nurl = "{url}"\n')
        planet.cycle()
        publisher.redirect, publisher.path = (302, "/elsewhere"), "/elsewhere"
        planet.cycle()
    assert [seen.status for seen in publisher.log] == [200, 302, 304]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", 'username = "me"\npassword = "s3cret"'),
        ('username = "me"\npassword = "s3cret"', 'username = "you"\npassword = "s3cret"'),
        ('username = "me"\npassword = "s3cret"', 'username = "me"\npassword = "0ther"'),
        ('headers = { "Accept-Language" = "de" }', 'headers = { "Accept-Language" = "en" }'),
        ('headers = { "X-Key" = "k" }', 'headers = { "X-Other" = "k" }'),
    ],
)
def test_what_others_were_given_is_not_taken_for_what_one_would_get(
    server: FeedServer, tmp_path: Path, before: str, after: str
) -> None:
    url = server.put("/feed", rss("F", "one"), etag='"1"', last_modified="then")
    planet = Planet(tmp_path, f'{FETCH}[[feeds]]\nurl = "{url}"\n{before}\n')
    planet.cycle()
    planet.cycle()
    planet.configure(f'{FETCH}[[feeds]]\nurl = "{url}"\n{after}\n')
    server.change("/feed", status=403)
    planet.cycle()
    server.change("/feed", status=200, body=rss("F", "one", "two").encode())
    assert planet.cycle().counts.new == 1
    planet.cycle()
    assert [asked.status for asked in server.asked()] == [200, 304, 403, 200, 304]
    assert b"s3cret" not in (tmp_path / "feedkit.db").read_bytes()


@pytest.mark.parametrize(
    "changes",
    [
        {"body": b"<html><title>Down for maintenance</title></html>", "content_type": "text/html"},
        {"body": b"", "status": 204},
        {"status": 500},
    ],
)
def test_an_error_leaves_the_validators_as_they_are_whatever_it_says_of_itself(
    server: FeedServer, tmp_path: Path, changes: dict[str, str | bytes | int]
) -> None:
    url = server.put("/feed", rss("F", "one"), etag='"1"', last_modified="then")
    planet = Planet(tmp_path, f'{FETCH}[[feeds]]\nurl = "{url}"\n')
    planet.cycle()
    good = server.pages["/feed"]
    server.change("/feed", etag='"error"', last_modified="now", **changes)
    assert [source.outcome for source in planet.cycle().sources] == ["failed"]
    server.pages["/feed"] = good
    planet.cycle()
    asked = server.asked()
    assert asked[-1][1:] == (304, '"1"', "then")


class BadDeltas(Publisher):
    """A publisher whose 226 has everything in some form that nobody asked for."""

    def _answer(self, path: str, sent: Pair, a_im: str | None) -> tuple[int, dict[str, str], bytes]:
        status, headers, body = super()._answer(path, sent, a_im)
        if status == 226:
            return 226, headers | {"IM": "vcdiff"}, b"VCD"
        return status, headers, body


def test_who_does_deltas_wrong_is_asked_for_the_whole_feed(tmp_path: Path) -> None:
    publisher = BadDeltas(START, [("one", START)], gives_deltas=True)
    with publisher.serving() as url:
        planet = Planet(tmp_path, f'{FETCH}[[feeds]]\nurl = "{url}"\n')
        planet.cycle()
        publisher.publish()
        assert [source.outcome for source in planet.cycle().sources] == ["failed"]
        assert planet.cycle().counts.new == 1
    assert [seen.status for seen in publisher.log] == [200, 226, 200]
    assert publisher.faults.unconditional == 1
