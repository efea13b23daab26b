"""What a service manager hears, on real sockets (sd_notify(3))."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from planet import Planet
from service import Manager, daemon

from feedkit.daemon.notify import notifier_of


@pytest.fixture(name="manager", params=["path", "abstract"])
def manager_fixture(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Manager]:
    name = str(tmp_path / "notify") if request.param == "path" else f"@feedkit-{os.getpid()}"
    manager = Manager(name)
    yield manager
    manager.close()


def test_it_hears_of_readiness_reloads_life_and_the_end(manager: Manager, tmp_path: Path) -> None:
    Planet(tmp_path)
    told = {"NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "400000"}
    with daemon(tmp_path, environment=told) as service:
        manager.until("READY=1")
        assert "sources, 0 failing" in manager.until("STATUS=")
        for _ in range(3):
            manager.until("WATCHDOG=1")
        service.signal(signal.SIGHUP)
        reloading = manager.until("RELOADING=1").splitlines()
        manager.until("READY=1")
        service.signal(signal.SIGTERM)
        manager.until("STOPPING=1")
        assert service.ended() == 0
    name, _, microseconds = reloading[1].partition("=")
    assert name == "MONOTONIC_USEC"
    assert int(microseconds) > 0


def test_a_manager_that_went_away_is_no_trouble(tmp_path: Path) -> None:
    Planet(tmp_path)
    with daemon(tmp_path, environment={"NOTIFY_SOCKET": str(tmp_path / "nobody")}) as service:
        service.until("published")
        assert service.stop() == 0


@pytest.mark.parametrize("usec", ["", "0", "-5", "soon", "٣"])
def test_what_is_no_watchdog_is_none(usec: str) -> None:
    environment = {"NOTIFY_SOCKET": "vsock:2:1", "WATCHDOG_USEC": usec}
    notifier = notifier_of(environment)
    assert notifier.watchdog is None
    notifier.ready()
    notifier.close()
    assert environment == {}, "no child says that it is the daemon"


def test_a_watchdog_of_another_process_is_not_this_ones() -> None:
    other = notifier_of({"WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "1"})
    own = notifier_of({"WATCHDOG_USEC": "1000000", "WATCHDOG_PID": str(os.getpid())})
    assert (other.watchdog, own.watchdog) == (None, 1.0)
    other.close()
    own.close()
