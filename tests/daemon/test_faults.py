"""A cycle that ends early: a line, and the next one does better."""

import asyncio
import errno
import os
import signal
import time
from pathlib import Path

import pytest
from planet import Planet

from feedkit.config import Settings, load_settings
from feedkit.daemon import ticks
from feedkit.daemon.cycle import Cycles
from feedkit.daemon.loop import Daemon
from feedkit.daemon.notify import Notifier


@pytest.mark.parametrize(
    ("error", "event", "sentence"),
    [
        (
            MemoryError(),
            "machine",
            "there is not enough memory; give feedkit more: what was stored",
        ),
        (OSError(errno.EMFILE, "Too many open files"), "machine", "too many files are open; raise"),
        (KeyError("x"), "fault", "a cycle ended early: KeyError('x'); the next comes in a minute."),
    ],
)
def test_a_cycle_that_ends_early_is_a_line_and_the_next_does_better(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    error: Exception, event: str, sentence: str,
) -> None:  # fmt: skip
    planet = Planet(tmp_path)
    planet.article("a.md", title="one")
    settings = load_settings(tmp_path / "config.toml")
    errors, tick = [error], Cycles.tick

    def failing(self: Cycles, settings: Settings) -> float:
        if errors:
            raise errors.pop()
        os.kill(os.getpid(), signal.SIGTERM)
        return tick(self, settings)

    async def serve() -> bool:
        notifier = Notifier()
        has_ended = await Daemon(settings, notifier).serve()
        notifier.close()
        return has_ended

    monkeypatch.setattr(Cycles, "tick", failing)
    monkeypatch.setattr(ticks, "LONGEST", 0.1)
    with caplog.at_level("INFO", logger="feedkit"):
        assert asyncio.run(serve())
    (line,) = (record for record in caplog.records if record.levelname == "ERROR")
    assert vars(line)["event"] == event
    assert line.getMessage().startswith(sentence)
    assert planet.titles() == ["one"]


def test_a_tick_that_is_asked_for_as_one_begins_comes_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings = load_settings(Planet(tmp_path).root / "config.toml")
    began: list[float] = []

    async def serve() -> bool:
        notifier = Notifier()
        daemon = Daemon(settings, notifier)
        its_loop = asyncio.get_running_loop()

        def tick(_: Cycles, __: Settings) -> float:
            began.append(time.monotonic())
            if len(began) == 1:
                its_loop.call_soon_threadsafe(daemon._ticks.plan, 0)
                time.sleep(0.1)
            else:
                os.kill(os.getpid(), signal.SIGTERM)
            return 60.0

        monkeypatch.setattr(Cycles, "tick", tick)
        async with asyncio.timeout(20):
            has_ended = await daemon.serve()
        notifier.close()
        return has_ended

    assert asyncio.run(serve())
    assert len(began) == 2
    assert began[1] - began[0] < 1.0, "what a hub tells as a cycle ends is not to wait longer"
    assert [record.getMessage() for record in caplog.records if record.levelname != "INFO"] == []
