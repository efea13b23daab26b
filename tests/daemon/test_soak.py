"""A daemon that is reloaded and killed while sites fail and a reader reads; `bench/soak.py` has it
live so for a month."""

import signal
from pathlib import Path

from planet import Planet
from service import Service, daemon, wait_for
from soak import Soak
from validity import problems

CONFIG = (
    '[fetch]\nallow_private_hosts = true\n[schedule]\nmin = "1s"\nevery = "1s"\n'
    '[[articles]]\npath = "articles"\n'
)


def test_two_days_of_faults_kills_and_reloads_lose_double_and_break_nothing(
    tmp_path: Path,
) -> None:
    soak = Soak(tmp_path, days=1, seconds=4, kills=3, seed=1)
    soak.run(problems)
    assert soak.problems == []
    counts = soak.counts
    assert counts["kills"] >= 1
    assert counts["log: reloaded"] >= 1
    assert counts["reads"] > 100
    assert len({mood for site in soak.sites for mood in site.moods}) > 5


def test_a_hundred_reloads_leave_nothing_open(tmp_path: Path) -> None:
    Planet(tmp_path, CONFIG)

    def open_files(service: Service) -> int:
        return len(list(Path(f"/proc/{service.process.pid}/fd").iterdir()))

    with daemon(tmp_path) as service:
        service.until("published")
        service.signal(signal.SIGHUP)
        service.until("reloaded")
        before = open_files(service)
        for _ in range(100):
            service.signal(signal.SIGHUP)
            service.until("reloaded")
        wait_for(lambda: open_files(service) <= before, "files are closed again")
        assert len(list(Path(f"/proc/{service.process.pid}/task").iterdir())) < 16
        assert service.stop() == 0
