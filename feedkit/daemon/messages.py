"""What the daemon and the process that serves tell each other, one message a line. Pure.

The daemon tells what is to be served and how it is doing; the other one tells what hubs say.
"""

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

import msgspec
from msgspec import Struct

from feedkit.config import Settings, read_settings
from feedkit.daemon.metrics import Metrics
from feedkit.pipeline.report import Hub

LONGEST = 64_000_000
"""Bytes of a line, at most; a configuration of 100,000 feeds has a third of that."""


class Configuration(Struct, frozen=True, tag=True):
    """The settings, as the text that the daemon has read and found to be right: a file might say
    something else by now."""

    file: bytes
    """Its path, as the system writes it."""
    text: str

    def settings(self) -> Settings:
        """What it says. Raises `ConfigError`."""
        return read_settings(self.text, Path(os.fsdecode(self.file)))


class Begin(Struct, frozen=True, tag=True):
    """Serve this; the first message."""

    version: str
    """The daemon's: another may be installed by the time at which a process starts."""
    configuration: Configuration
    address: str
    """Where the sockets listen, as `Listen` is written."""
    sockets: Sequence[int]
    """Their file descriptors."""
    metrics: Metrics
    is_verbose: bool
    is_quiet: bool


class Follow(Struct, frozen=True, tag=True):
    """Serve this from now on."""

    configuration: Configuration


class Alive(Struct, frozen=True, tag=True):
    """Nothing is stuck. What the daemon did since it started."""

    metrics: Metrics


class Call(Struct, frozen=True, tag=True):
    """Is somebody there? Whoever is says so at once."""


class Learned(Struct, frozen=True, tag=True):
    """What a cycle knows of feeds."""

    hubs: Sequence[Hub]
    """Those that feeds named in it."""
    feeds: frozenset[str] | None
    """All that are followed; None: as before."""


class Stop(Struct, frozen=True, tag=True):
    """Take no more requests; what is being answered has so many seconds to come to its end."""

    grace: float


class Serving(Struct, frozen=True, tag=True):
    """It serves."""


class Refused(Struct, frozen=True, tag=True):
    """It cannot serve, and ends."""

    sentence: str


class Here(Struct, frozen=True, tag=True):
    """Somebody is: it serves, and hangs on nothing."""


class News(Struct, frozen=True, tag=True):
    """A hub says that a feed has news."""

    feed: str


class Lease(Struct, frozen=True, tag=True):
    """Until when the hub of a feed tells of its news; None: it does not."""

    feed: str
    until: datetime | None


ToServer: TypeAlias = Begin | Follow | Alive | Call | Learned | Stop
ToDaemon: TypeAlias = Serving | Refused | Here | News | Lease

_TO_SERVER = msgspec.json.Decoder[ToServer](ToServer)
_TO_DAEMON = msgspec.json.Decoder[ToDaemon](ToDaemon)


def configuration_of(settings: Settings) -> Configuration:
    """That of `settings`, for who is to follow them."""
    return Configuration(os.fsencode(settings.file), settings.original.text)


def line_of(message: ToServer | ToDaemon) -> bytes:
    """The line that tells it."""
    return msgspec.json.encode(message) + b"\n"


def to_server(line: bytes) -> ToServer:
    """What the daemon tells. Raises `msgspec.MsgspecError` for what is no such line."""
    message: ToServer = _TO_SERVER.decode(line)
    return message


def to_daemon(line: bytes) -> ToDaemon:
    """What the process that serves tells. Raises `msgspec.MsgspecError`, likewise."""
    message: ToDaemon = _TO_DAEMON.decode(line)
    return message
