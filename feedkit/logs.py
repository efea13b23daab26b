"""What happens, a line each on stderr: plain on a terminal, elsewhere one JSON object a line.

A line is about an event that matters. What comes from outside is made harmless here, once for
every line: no control character reaches a terminal, and no password in an address a file.
"""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import TextIO

from feedkit.terminal import one_line

_LOGGER = logging.getLogger("feedkit")
_LONGEST = 2_000
"""Characters of one value; servers may send a megabyte for a reason."""
_USER = re.compile(r"(?<=//)[^/?#\s\"'<>@]*@")

Fact = str | int | float | None
"""What a line may say beside its sentence, for programs."""


def start(*, verbose: bool = False, quiet: bool = False, stream: TextIO | None = None) -> None:
    """Write what is said from now on to `stream` (stderr); of libraries what they warn of.

    `verbose` also writes what is not worth a line else, `quiet` only what went wrong.
    """
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Plain() if stream.isatty() else AsJson())
    logging.raiseExceptions = False  # a terminal that went away is no reason for a traceback
    logging.captureWarnings(True)
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    _LOGGER.setLevel(
        logging.DEBUG if verbose else logging.WARNING if quiet else logging.INFO,
    )


def manner() -> tuple[bool, bool]:
    """Whether what is said is `verbose`, and whether it is `quiet`, as `start` was told."""
    return _LOGGER.isEnabledFor(logging.DEBUG), not _LOGGER.isEnabledFor(logging.INFO)


def say(
    event: str, sentence: str, *, source: str = "", level: int = logging.INFO, **facts: Fact
) -> None:
    """Write a line: what kind of `event`, what happened, and to which `source`, if to one."""
    extra = {"event": event, "source": source, "facts": facts}
    _LOGGER.log(level, "%s", sentence, extra=extra)


def debug(event: str, sentence: str, *, source: str = "", **facts: Fact) -> None:
    """`say` what is worth a line only to who asked for more of them."""
    say(event, sentence, source=source, level=logging.DEBUG, **facts)


def warn(event: str, sentence: str, *, source: str = "", **facts: Fact) -> None:
    """`say` what went wrong with one thing, while the others go on."""
    say(event, sentence, source=source, level=logging.WARNING, **facts)


def complain(event: str, sentence: str, *, source: str = "", **facts: Fact) -> None:
    """`say` what somebody has to mend."""
    say(event, sentence, source=source, level=logging.ERROR, **facts)


class Plain(logging.Formatter):
    """A line for people: local time, the level where it is no mere news, the source, the sentence.

    A library's traceback follows it."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        at = datetime.fromtimestamp(record.created).astimezone()
        level = "" if record.levelno <= logging.INFO else f"{record.levelname.lower()}: "
        source = _harmless(str(getattr(record, "source", "")))
        said = f"{source}: " if source else ""
        line = f"{at:%Y-%m-%d %H:%M:%S} {level}{said}{_harmless(record.getMessage())}"
        trace = _traceback(record, self)
        return f"{line}\n{trace}" if trace else line


class AsJson(logging.Formatter):
    """A line for programs: an object with `time` (RFC 3339, UTC), `level`, `event`, `source` where
    there is one, `message` and the event's own facts."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        at = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, Fact] = {
            "time": f"{at:%Y-%m-%dT%H:%M:%S}.{int(record.msecs):03}Z",
            "level": record.levelname.lower(),
            "event": str(getattr(record, "event", "library")),
        }
        if source := str(getattr(record, "source", "")):
            line["source"] = _harmless(source)
        line["message"] = _harmless(record.getMessage())
        facts: dict[str, Fact] = getattr(record, "facts", {})
        for name, value in facts.items():
            line[name] = _harmless(value) if isinstance(value, str) else value
        if trace := _traceback(record, self):
            line["traceback"] = trace
        return json.dumps(line, ensure_ascii=False)


def _traceback(record: logging.LogRecord, formatter: logging.Formatter) -> str:
    """The lines of the traceback that `record` has, made harmless; "" where it has none."""
    if not record.exc_info:
        return ""
    return "\n".join(map(_harmless, formatter.formatException(record.exc_info).splitlines()))


def _harmless(text: str) -> str:
    shown = _USER.sub("", one_line(text))
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"
