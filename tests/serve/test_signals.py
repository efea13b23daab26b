"""What signals have `feedkit serve` do."""

import signal
import socket
import sys
import time
from pathlib import Path

import pytest
from planet import Planet
from server import Client, serving
from service import PATIENCE, Service, wait_for

SLOW_STATUS = """
import time
import feedkit.pipeline.status as status
status.status = lambda *_: time.sleep(60)
from feedkit.cli import main
main()
"""


@pytest.fixture(name="planet")
def planet_fixture(tmp_path: Path) -> Planet:
    planet = Planet(tmp_path, "")
    planet.write("public/atom.xml", "<feed/>")
    planet.write("public/big.xml", b"<rss>" + b"x" * 9_000_000)
    return planet


def slow_reader(port: int) -> socket.socket:
    """Somebody who has taken a little of what takes long."""
    slow = socket.socket()
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32_768)
    slow.settimeout(PATIENCE)
    slow.connect(("127.0.0.1", port))
    slow.sendall(b"GET /big.xml HTTP/1.1\r\nHost: x\r\n\r\n")
    assert slow.recv(1_000).startswith(b"HTTP/1.1 200 ")
    return slow


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_one_lets_what_is_sent_come_to_its_end_and_a_second_does_not(
    planet: Planet, number: signal.Signals
) -> None:
    with serving(planet.root) as (client, service), slow_reader(client.port) as slow:
        service.signal(number)
        wait_for(lambda: not is_listening(client), "it takes nobody any more")
        assert service.process.poll() is None, "it waits for the reader"
        taken = len(slow.recv(1_000_000))
        began = time.monotonic()
        service.signal(number)
        assert service.ended() == 0
        assert time.monotonic() - began < 5
        assert taken > 0
        assert not service.events("fault", "serve")


def is_listening(client: Client) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", client.port)) == 0


def test_a_second_does_not_wait_for_what_is_being_looked_up(planet: Planet) -> None:
    command = [sys.executable, "-c", SLOW_STATUS, "serve", "--listen", "127.0.0.1:0"]
    service = Service(planet.root, command, {})
    port = int(service.until("serving")["listen"].rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as asking:
        asking.sendall(b"GET /status HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        time.sleep(0.2)
        service.signal(signal.SIGTERM)
        wait_for(lambda: not is_listening(Client(port)), "it takes nobody any more")
        began = time.monotonic()
        service.signal(signal.SIGTERM)
        assert service.ended() == 0
        assert time.monotonic() - began < 5
    assert service.process.stderr is not None
    service.process.stderr.close()


def test_hangup_has_the_configuration_read_again(planet: Planet) -> None:
    planet.write("elsewhere/atom.xml", "<feed>elsewhere</feed>")
    with serving(planet.root) as (client, service):
        site = '[site]\nurl = "https://planet.example.org/"\noutput = '
        for more, output, problem in (
            ("nonsense = 1\n", "public", "nonsense"),
            ("[serve]\nmax_age = '1h'\n", "public", "serve: cannot change while the server runs"),
            ("", "s3://bucket", "site.output: cannot change while the server runs"),
        ):
            planet.configure(more, site=f'{site}"{output}"\n')
            service.signal(signal.SIGHUP)
            service.until("config", has=problem)
            service.until("config", has="not reloaded; the old configuration stays in force")
        assert client.ask("/atom.xml").body == b"<feed/>", "all that changed nothing"
        planet.configure("", site=f'{site}"elsewhere"\n')
        service.signal(signal.SIGHUP)
        assert service.until("reloaded")["message"].endswith("/elsewhere is served")
        assert client.ask("/atom.xml").body == b"<feed>elsewhere</feed>"
        assert service.stop() == 0
