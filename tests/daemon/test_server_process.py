"""The process that serves beside the daemon: it dies with it, not before it, and is replaced."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from feed_server import FeedServer, rss
from planet import ARTICLES, Planet
from server import Client
from service import Manager, Service, daemon, wait_for

from feedkit import __version__
from feedkit.config import Listen, load_settings
from feedkit.daemon.channel import channel_over
from feedkit.daemon.messages import (
    Alive,
    Begin,
    Call,
    Here,
    Lease,
    News,
    Stop,
    configuration_of,
    line_of,
    to_daemon,
    to_server,
)
from feedkit.daemon.metrics import Metrics
from feedkit.daemon.serving import ending, pause_after
from feedkit.serve.listening import listening

SERVE = '[serve]\nlisten = "127.0.0.1:0"\n'
GONE = f'{ARTICLES}{SERVE}username = "you"\npassword = "${{NOT_SET_ANYWHERE}}"\n'


class Served:
    """A daemon, and the process that serves for it."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.client = Client(0)
        self.pid = 0
        self.until_serving()

    def until_serving(self) -> None:
        """Wait until another process serves."""
        line = self.service.until("serving")
        self.client = Client(int(line["listen"].rpartition(":")[2]))
        self.pid = line["pid"]

    def has_ended(self) -> bool:
        """Whether the process is gone, and the port free."""
        with socket.socket() as probe:
            return not is_there(self.pid) and probe.connect_ex(("127.0.0.1", self.client.port)) != 0


def is_there(pid: int) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


@pytest.fixture(name="planet")
def planet_fixture(tmp_path: Path) -> Planet:
    planet = Planet(tmp_path, ARTICLES + SERVE)
    planet.article("one.md")
    return planet


@contextmanager
def served(planet: Planet, silence: float | None = None) -> Iterator[Served]:
    with daemon(planet.root, silence=silence) as service:
        it = Served(service)
        service.until("published")
        yield it


def test_it_is_another_process_that_ends_with_the_daemon(planet: Planet) -> None:
    with served(planet) as it:
        assert it.pid != it.service.process.pid
        assert it.client.ask("/atom.xml").status == 200
        assert it.service.stop() == 0
    assert it.has_ended()
    assert it.service.lines[-1]["event"] == "stopped"


def test_it_ends_with_a_daemon_that_is_killed(planet: Planet) -> None:
    with served(planet) as it, socket.create_connection(("127.0.0.1", it.client.port)):
        it.service.signal(signal.SIGKILL)
        wait_for(it.has_ended, "nobody holds the port")


def test_when_it_is_killed_another_serves_on_the_same_port_and_cycles_go_on(
    planet: Planet,
) -> None:
    with served(planet) as it:
        first, port = it.pid, it.client.port
        os.kill(first, signal.SIGKILL)
        assert it.client.ask("/atom.xml").status == 200, "who comes meanwhile waits"
        line = it.service.until("server")
        assert line["level"] == "error"
        assert line["message"].startswith("the process that serves was killed (SIGKILL; ")
        it.until_serving()
        assert (it.pid != first, it.client.port) == (True, port)
        counted = it.client.ask("/metrics").body.decode()
        assert "feedkit_entries_new_total 1.0" in counted, "before it began"
        planet.article("two.md")
        it.service.signal(signal.SIGHUP)
        it.service.until("published")
        assert b">two<" in it.client.ask("/atom.xml").body
        assert it.service.stop() == 0
    assert it.has_ended()


def test_one_that_hangs_is_killed_and_another_serves(planet: Planet) -> None:
    with served(planet, silence=1) as it:
        first = it.pid
        os.kill(first, signal.SIGSTOP)
        line = it.service.until("server")
        assert line["level"] == "error"
        said = f"the process that serves (pid {first}) shows no sign of life for 1 s, and is killed"
        assert line["message"].startswith(said)
        assert it.client.ask("/atom.xml").status == 200, "who comes meanwhile waits"
        it.until_serving()
        assert it.pid != first
        assert it.service.stop() == 0
        assert len(it.service.events("server")) == 1, "its end is no second line"
    assert it.has_ended()


def test_one_that_slept_as_the_daemon_did_is_not_killed(planet: Planet) -> None:
    """As when a machine sleeps, a container is frozen, or Ctrl-Z stops both."""
    with served(planet, silence=1) as it:
        os.kill(it.pid, signal.SIGSTOP)
        time.sleep(0.2)  # so that it owes an answer
        it.service.signal(signal.SIGSTOP)
        time.sleep(1.3)
        it.service.signal(signal.SIGCONT)
        time.sleep(0.2)
        os.kill(it.pid, signal.SIGCONT)
        assert it.client.ask("/atom.xml").status == 200
        assert it.service.stop() == 0
        assert not it.service.events("server", "serving")[1:], "none took its place"
    assert it.has_ended()


def test_signals_to_all_of_the_group_end_it_when_the_daemon_says_so(planet: Planet) -> None:
    """As Ctrl-C on a terminal, and a service manager that tells all."""
    big = planet.write("public/big.xml", b"<rss>" + b"x" * 9_000_000)
    with served(planet) as it, socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32_768)
        slow.connect(("127.0.0.1", it.client.port))
        slow.sendall(b"GET /big.xml HTTP/1.1\r\nHost: x\r\n\r\n")
        received = len(slow.recv(1_000))
        for number in (signal.SIGHUP, signal.SIGINT):
            os.kill(it.pid, number)
            it.service.signal(number)
        it.service.until("stopping")
        while piece := slow.recv(1_000_000):
            received += len(piece)
        assert received > big.stat().st_size, "an answer that is being sent comes to its end"
        assert it.service.ended() == 0
    assert it.has_ended()
    assert not it.service.events("server", "library", "fault")


def test_a_second_signal_does_not_wait_for_answers(planet: Planet) -> None:
    planet.write("public/big.xml", b"<rss>" + b"x" * 9_000_000)
    with served(planet) as it, socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32_768)
        slow.connect(("127.0.0.1", it.client.port))
        slow.sendall(b"GET /big.xml HTTP/1.1\r\nHost: x\r\n\r\n")
        slow.recv(1_000)
        it.service.signal(signal.SIGTERM)
        it.service.until("stopping")
        it.service.signal(signal.SIGTERM)
        began = time.monotonic()
        assert it.service.ended() == 0
        assert time.monotonic() - began < 5
    assert it.has_ended()


def test_a_daemon_that_stands_still_is_not_well(planet: Planet) -> None:
    """The time in which it is expected to say something is a shorter one here."""
    ours, theirs = socket.socketpair()
    code = (
        "import sys, feedkit.daemon.server_process as process\n"
        "process._SILENCE = 0.5\nprocess.main()"
    )
    sockets = listening(Listen(host="127.0.0.1"))
    with (
        ours,
        subprocess.Popen(
            [sys.executable, "-c", code, str(theirs.fileno())],
            cwd=planet.root,
            pass_fds=[theirs.fileno(), sockets.sockets[0].fileno()],
            stderr=subprocess.DEVNULL,
        ) as process,
    ):
        theirs.close()
        ours.sendall(line_of(begin_of(planet, sockets.sockets[0].fileno(), sockets.address)))
        client = Client(sockets.address.port)
        assert client.ask("/healthz").body == b"ok\n"
        time.sleep(0.6)
        ours.settimeout(10)
        ours.sendall(line_of(Call()))
        said = b""
        while not said.endswith(line_of(Here())):
            said += ours.recv(1_000)  # it says that it is there itself; so much for the daemon
        answer = client.ask("/healthz")
        assert (answer.status, b"no sign of life" in answer.body) == (503, True)
        ours.sendall(line_of(Alive(Metrics(cycles=7))))
        wait_for(lambda: client.ask("/healthz").status == 200, "it is well again")
        assert "feedkit_cycles_total 7.0" in client.ask("/metrics").body.decode()
        ours.sendall(line_of(Stop(0.1)))
        sockets.close()
        assert process.wait(10) == 0


def test_a_port_that_is_taken_is_told_before_anything_begins(planet: Planet) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        planet.configure(f'{ARTICLES}[serve]\nlisten = "127.0.0.1:{port}"\n')
        ended = planet.feedkit("daemon")
    assert ended.code == 2
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in ended.conclusion
    assert not (planet.root / "feedkit.db").exists()


def test_what_it_cannot_serve_is_a_sentence_of_the_daemon_and_its_end(planet: Planet) -> None:
    planet.configure(GONE)
    ended = planet.feedkit("daemon")
    assert ended.code == 2
    last = json.loads(ended.conclusion)
    assert (last["event"], "NOT_SET_ANYWHERE" in last["message"]) == ("serve", True)


def test_the_daemon_is_ready_when_it_serves(planet: Planet, tmp_path: Path) -> None:
    manager = Manager(str(tmp_path / "notify"))
    with daemon(planet.root, environment={"NOTIFY_SOCKET": manager.address}) as service:
        manager.until("READY=1")
        it = Served(service)
        environment = Path(f"/proc/{it.pid}/environ").read_bytes()
        assert b"NOTIFY_SOCKET=" not in environment, "one process speaks with the manager"
        assert service.stop() == 0
    manager.close()


def test_a_unix_socket_goes_with_the_daemon(planet: Planet) -> None:
    planet.configure(f'{ARTICLES}[serve]\nlisten = "unix:{planet.root}/socket"\n')
    with daemon(planet.root) as service:
        service.until("serving")
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(f"{planet.root}/socket")
            connection.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
            assert connection.recv(1_000).startswith(b"HTTP/1.1 ")
        assert service.stop() == 0
    assert not (planet.root / "socket").exists()


def test_cycles_give_way_to_the_server_and_to_nobody_without_one(tmp_path: Path) -> None:
    with FeedServer().serving() as feeds:
        url = feeds.put("/slow.xml", rss("slow", "one"), hangs=True)
        config = f'[fetch]\nallow_private_hosts = true\n[[feeds]]\nurl = "{url}"\n'
        for serve, niceness in (("", {0}), (SERVE, {0, 19})):
            planet = Planet(tmp_path / f"planet {len(serve)}", serve + config)
            with daemon(planet.root) as service:
                feeds.asked()
                wait_for(lambda: len(feeds.log) == 1, "a cycle is on")
                pid = service.process.pid
                threads = [path.name for path in Path(f"/proc/{pid}/task").iterdir()]
                found = {os.getpriority(os.PRIO_PROCESS, int(thread)) for thread in threads}
                assert found == niceness
                if serve:
                    it = Served(service)
                    assert os.getpriority(os.PRIO_PROCESS, it.pid) == 0
                service.signal(signal.SIGKILL)


# By itself


def begin_of(planet: Planet, descriptor: int, address: Listen) -> Begin:
    settings = load_settings(planet.root / "config.toml")
    return Begin(
        __version__, configuration_of(settings), str(address), [descriptor], Metrics(),
        is_verbose=False, is_quiet=False,
    )  # fmt: skip


def test_messages_are_lines_that_are_read_back_as_they_were(planet: Planet) -> None:
    begin = begin_of(planet, 7, Listen(host="::1", port=80))
    line = line_of(begin)
    assert line.count(b"\n") == 1
    again = to_server(line)
    assert again == begin
    assert isinstance(again, Begin)
    settings = load_settings(planet.root / "config.toml")
    assert again.configuration.settings() == settings
    assert to_daemon(line_of(News("a\nb"))) == News("a\nb")
    assert to_daemon(line_of(Lease("a", None))) == Lease("a", None)
    for wrong in (b"", b"{}", b'{"type":"News"}', line_of(News("a")), b"\xff"):
        with pytest.raises(msgspec.MsgspecError):
            to_server(wrong)


def test_the_other_ends_death_is_the_end_of_what_it_tells(caplog: pytest.LogCaptureFixture) -> None:
    async def told(*said: bytes) -> list[bytes]:
        ours, theirs = socket.socketpair()
        channel = await channel_over(ours)
        for piece in said:
            theirs.sendall(piece)
        theirs.close()
        found = [line async for line in channel.lines()]
        channel.tell(News("nobody hears that"))
        await channel.close()
        return found

    assert asyncio.run(told(b"one\ntw", b"o\nthr")) == [b"one\n", b"two\n"]
    assert asyncio.run(told()) == []
    assert not caplog.records


def test_a_process_that_dies_again_and_again_is_replaced_less_and_less_often() -> None:
    pauses = [pause_after(failures) for failures in (1, 2, 3, 9, 100, 10_000)]
    assert pauses == [0.25, 0.5, 1.0, 60.0, 60.0, 60.0]
    assert ending(0) == "ended by itself (exit code 0)"
    assert ending(-signal.SIGSEGV) == "was ended by SIGSEGV"
    assert ending(-250) == "was ended by signal 250"
