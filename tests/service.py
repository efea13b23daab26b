"""`feedkit daemon` as a service manager or a person runs it, and what it says."""

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PATIENCE = 15.0
"""Seconds after which what was expected does not come any more."""

Line = dict[str, Any]

OTHERWISE = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
import feedkit.daemon.cycle as cycle
import feedkit.daemon.loop as loop
offset, minute, watches, silence = sys.argv[1:5]
del sys.argv[1:5]
if offset:
    now = lambda: datetime.now(UTC) + timedelta(seconds=float(Path(offset).read_text()))
    loop.Daemon.__init__.__kwdefaults__["clock"] = now
cycle.LONGEST = float(minute)
if not int(watches):
    sys.modules["watchfiles"] = None
if silence:
    import feedkit.daemon.serving as serving
    loop._BEAT = 0.05
    serving.ServerKeeper.__init__.__kwdefaults__["silence"] = float(silence)
from feedkit.cli import main
main()
"""
"""The daemon on another machine: its clock so many seconds ahead as a file says, of so many seconds
to a minute, without watchfiles, or where nobody may be silent for long."""


class Service:
    """A daemon in a process of its own."""

    def __init__(self, root: Path, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.lines: list[Line] = []
        """What it said so far, as far as anybody waited for it."""
        self.process = subprocess.Popen(
            command,
            cwd=root,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._said: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self._said.put(line)
        self._said.put(None)

    def until(
        self, event: str, source: str = "", *, has: str = "", patience: float = PATIENCE
    ) -> Line:
        """Wait for a line of that event, with that source or one that ends so; the line."""
        end = time.monotonic() + patience
        while True:
            try:
                said = self._said.get(timeout=max(end - time.monotonic(), 0))
            except queue.Empty:
                raise AssertionError(f"no {event} {source} {has} in {self.lines}") from None
            assert said is not None, f"it ended without {event}: {self.lines}"
            line: Line = json.loads(said)
            self.lines.append(line)
            if (
                line["event"] == event
                and line.get("source", "").endswith(source)
                and has in line["message"]
            ):
                return line

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def ended(self) -> int:
        """Wait for its end; the exit code. All that it said is in `lines` then."""
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        while (said := self._said.get()) is not None:
            self.lines.append(json.loads(said))
        return code

    def stop(self) -> int:
        """Have it stop as a service manager does; the exit code."""
        self.signal(signal.SIGTERM)
        return self.ended()

    def events(self, *names: str) -> list[tuple[str, str]]:
        """Event and sentence of each line so far, of all events or those named."""
        return [(x["event"], x["message"]) for x in self.lines if not names or x["event"] in names]


@contextmanager
def daemon(
    root: Path,
    *arguments: str,
    clock: Path | None = None,
    minute: float = 60,
    is_blind: bool = False,
    silence: float | None = None,
    within: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> Iterator[Service]:
    """`feedkit daemon` in the folder `root`, by its own `clock` (seconds ahead, in a file), which
    looks at articles each `minute` of so many seconds and, where it `is_blind`, only then, and has
    the process that serves replaced after so many seconds of `silence`. `within` is a command that
    starts it."""
    command = ["-m", "feedkit"]
    if clock is not None or minute != 60 or is_blind or silence is not None:
        others = [str(clock or ""), str(minute), str(int(not is_blind)), str(silence or "")]
        command = ["-c", OTHERWISE, *others]
    command = [*within, sys.executable, *command, "daemon", *arguments]
    service = Service(root, command, environment or {})
    try:
        yield service
    finally:
        if service.process.poll() is None:
            service.process.kill()
        service.process.wait()
        service._reader.join()
        assert service.process.stderr is not None
        service.process.stderr.close()


class Manager:
    """A service manager's notification socket (sd_notify(3))."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(f"\0{address[1:]}" if address.startswith("@") else address)
        self._socket.settimeout(PATIENCE)
        self.said: list[str] = []

    def until(self, is_it: str | Callable[[str], bool]) -> str:
        """Wait for a message that is, or begins with, `is_it`."""
        while True:
            said = self._socket.recv(4096).decode()
            self.said.append(said)
            if said.startswith(is_it) if isinstance(is_it, str) else is_it(said):
                return said

    def close(self) -> None:
        """Hear nothing more."""
        self._socket.close()


def wait_for(is_so: Callable[[], bool], what: str) -> None:
    """Wait until it is so."""
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, what
        time.sleep(0.02)
