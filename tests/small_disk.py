"""A disk that is soon full, or read-only: a real one, in memory, that nobody else sees."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from planet import Ended

_MOUNT = 'mount -t tmpfs -o size="$2" feedkit "$1" && echo mounted && read -r _'
_IN = 'cd "$0" && exec "$@"'


class SmallDisk:
    """A disk at `at`, for the processes that are started here. It goes with its holder."""

    def __init__(self, at: Path, holder: int, flags: tuple[str, ...]) -> None:
        self.at = at
        self.entering = ("nsenter", "--target", str(holder), *flags, f"--wd={at.parent}")
        """A command that has another see the disk, in the folder above it."""
        self.seen = Path(f"/proc/{holder}/root{at}")
        """Where its files are for this process."""

    def run(self, *command: str) -> None:
        """Run a command that sees the disk."""
        subprocess.run([*self.entering, *command], check=True, capture_output=True)

    def feedkit(self, folder: Path, *arguments: str) -> Ended:
        """feedkit on that disk, started in `folder`."""
        done = subprocess.run(
            [
                *self.entering,
                "sh",
                "-c",
                _IN,
                str(folder),
                sys.executable,
                "-m",
                "feedkit",
                *arguments,
            ],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return Ended(done.returncode, done.stderr.splitlines(), done.stdout)

    def fill(self) -> None:
        """Leave no byte free."""
        block = b"\0" * 65536
        descriptor = os.open(self.seen / "fill", os.O_WRONLY | os.O_CREAT)
        try:
            for size in (65536, 4096, 1):
                with suppress(OSError):  # no room for so much
                    while os.write(descriptor, block[:size]):
                        pass
        finally:
            os.close(descriptor)

    def make_room(self) -> None:
        """Undo `fill`."""
        (self.seen / "fill").unlink()


@contextmanager
def small_disk(at: Path, size: str) -> Iterator[SmallDisk]:
    """A disk of that size at the folder `at`; skips the test where none may be mounted."""
    at.mkdir(parents=True, exist_ok=True)
    is_root = os.geteuid() == 0
    with subprocess.Popen(
        ["unshare", "--mount" if is_root else "-rm", "sh", "-c", _MOUNT, "sh", str(at), size],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        if holder.stdout.readline() != "mounted\n":
            holder.communicate()
            pytest.skip("no disk may be mounted here")
        flags = ("--mount",) if is_root else ("--user", "--mount", "--preserve-credentials")
        try:
            yield SmallDisk(at, holder.pid, flags)
        finally:
            holder.communicate("\n")
