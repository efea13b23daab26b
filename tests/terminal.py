"""feedkit on a terminal of its own, as a person meets it."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path


def on_terminal(folder: Path, *arguments: str, wide: int = 80) -> list[str]:
    """The lines that the command writes when its stdout is a terminal of `wide` columns."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(wide), "TERM": "xterm"}
    environment.pop("NO_COLOR", None)
    with subprocess.Popen(
        [sys.executable, "-m", "feedkit", *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        pieces = []
        while piece := _read(ours):
            pieces.append(piece)
        os.close(ours)
    assert process.returncode == 0
    return b"".join(pieces).decode().splitlines()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux's word for a terminal that was closed at the other end
        return b""


def uncoloured(line: str) -> str:
    """`line` without the commands by which a terminal colours it."""
    return re.sub(r"\x1b\[[0-9;]*m", "", line)


def columns(line: str) -> int:
    """The columns that `line` takes, which has no characters but Latin and Chinese ones."""
    return sum(2 if ord(character) > 0x2E80 else 1 for character in line)
