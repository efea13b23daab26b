"""Lines of the log, as people and programs read them."""

import io
import json
import logging
import warnings
from collections.abc import Iterator

import pytest

from feedkit import logs


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root, raises = logging.getLogger(), logging.raiseExceptions
    handlers, level = root.handlers[:], root.level
    yield
    logging.captureWarnings(False)
    root.handlers[:], logging.raiseExceptions = handlers, raises
    root.setLevel(level)


HOSTILE = "\x1b]0;owned\x07\nsecond line \u202eright to left \ud800 http://me:hunter2@host/x"


def test_elsewhere_each_line_is_one_json_object_that_names_the_source() -> None:
    stream = io.StringIO()
    logs.start(stream=stream)
    logs.say("entries", "3 new", source="https://example.org/订阅.xml", new=3)
    line = json.loads(stream.getvalue())
    assert line == line | {
        "level": "info",
        "event": "entries",
        "source": "https://example.org/订阅.xml",
        "message": "3 new",
        "new": 3,
    }
    assert "订阅" in stream.getvalue(), "readable as it is"


@pytest.mark.parametrize("kind", [io.StringIO, Terminal])
def test_nothing_from_outside_moves_a_cursor_or_tells_a_password(
    kind: type[io.StringIO],
) -> None:
    stream = kind()
    logs.start(stream=stream)
    logs.warn("failing", HOSTILE, source=HOSTILE, reason=HOSTILE)
    try:
        int(HOSTILE)
    except ValueError:
        logging.getLogger("library").exception(HOSTILE)
    said = stream.getvalue()
    assert not set("\x1b\x07\u202e\ud800") & set(said)
    assert "hunter2" not in said
    assert "http://host/x" in said
    if kind is io.StringIO:
        first, second = map(json.loads, said.splitlines())
        assert (first["event"], second["event"]) == ("failing", "library")
        assert "ValueError" in second["traceback"]


def test_a_long_reason_is_cut() -> None:
    stream = io.StringIO()
    logs.start(stream=stream)
    logs.warn("failing", "x" * 1_000_000)
    assert len(stream.getvalue()) < 3_000


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"verbose": True}, ["poll", "news", "trouble"]),
        ({}, ["news", "trouble"]),
        ({"quiet": True}, ["trouble"]),
    ],
)
def test_how_much_is_said(options: dict[str, bool], said: list[str]) -> None:
    stream = Terminal()
    logs.start(stream=stream, **options)
    logs.debug("a", "poll")
    logs.say("b", "news")
    logs.complain("c", "trouble")
    logging.getLogger("library").info("chatter")
    assert [line.split()[-1] for line in stream.getvalue().splitlines()] == said
    assert "error: trouble" in stream.getvalue()


def test_a_librarys_warning_is_a_line_too() -> None:
    stream = io.StringIO()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logs.start(stream=stream)
        warnings.warn("old", UserWarning, stacklevel=1)
    assert "UserWarning: old" in json.loads(stream.getvalue())["message"]
