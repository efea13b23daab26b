"""The daemon as a server: what it publishes is there at once."""

import json
import signal
from pathlib import Path

import pytest
from feed_server import FeedServer, rss
from planet import Planet
from server import Client
from service import daemon, wait_for

QUICK = '[fetch]\nallow_private_hosts = true\n[schedule]\nmin = "1s"\nevery = "1s"\n'
SERVE = '[serve]\nlisten = "127.0.0.1:0"\n'


@pytest.fixture(name="feeds")
def feeds_fixture() -> FeedServer:
    return FeedServer()


def test_what_the_daemon_publishes_is_served_and_how_it_does_is_shown(
    tmp_path: Path, feeds: FeedServer
) -> None:
    with feeds.serving():
        url = feeds.put("/a.xml", rss("a", "one"), etag='"1"')
        planet = Planet(tmp_path, f'{QUICK}{SERVE}[[feeds]]\nurl = "{url}"\n')
        with daemon(tmp_path) as service:
            address = service.until("serving")["listen"]
            client = Client(int(address.rpartition(":")[2]))
            service.until("published")
            first = client.ask("/atom.xml")
            assert b">one<" in first.body
            assert first.fields["cache-control"] == "public, max-age=1"
            feeds.change("/a.xml", body=rss("a", "two", "one").encode(), etag='"2"')
            service.until("published")
            second = client.ask("/atom.xml", If_None_Match=first.fields["etag"])
            assert (second.status, b">two<" in second.body) == (200, True)
            found = json.loads(client.ask("/status.json").body)
            assert [feed["source"] for feed in found["feeds"]] == [url]
            wait_for(
                lambda: b"feedkit_entries_new_total 2.0" in client.ask("/metrics").body,
                "the cycle is counted",
            )
            assert b"feedkit_sources 1.0" in client.ask("/metrics").body
            planet.configure(QUICK + '[serve]\nlisten = "127.0.0.1:1"\n')
            service.signal(signal.SIGHUP)
            assert "serve: cannot change" in service.until("config")["message"]
            planet.configure(
                f'{QUICK}{SERVE}[[feeds]]\nurl = "{url}"\n',
                site='[site]\nurl = "https://planet.example.org/"\noutput = "elsewhere"\n',
            )
            service.signal(signal.SIGHUP)
            service.until("published")
            (planet.public / "atom.xml").unlink()
            wait_for(lambda: client.ask("/atom.xml").status == 200, "the new folder is served")
            assert service.stop() == 0


def test_a_daemon_that_cannot_listen_ends_with_a_sentence(tmp_path: Path) -> None:
    planet = Planet(tmp_path, '[serve]\nlisten = "192.0.2.1:80"\n')
    ended = planet.feedkit("daemon")
    assert ended.code == 2
    assert "cannot listen on 192.0.2.1:80: " in ended.conclusion
