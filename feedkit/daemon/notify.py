"""Tells the service manager how the daemon is: sd_notify(3), without its library.

A datagram on the unix socket in ``$NOTIFY_SOCKET``, and nothing where there is none. Whoever
listens may be gone, and may be slow: the daemon neither waits nor fails for it.
"""

import os
import socket
import time
from collections.abc import MutableMapping
from contextlib import suppress


class Notifier:
    """The socket of a service manager, or none."""

    def __init__(self, address: str | None = None, watchdog: float | None = None) -> None:
        """`address` as sd_notify(3) writes it: a path, or "@" and an abstract name."""
        self.watchdog = watchdog
        """Seconds within which `alive` must be said again and again; None: nobody waits for it."""
        self._address = None if address is None else address.encode(errors="surrogateescape")
        if self._address is not None and self._address.startswith(b"@"):
            self._address = b"\0" + self._address[1:]
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self._socket.setblocking(False)

    def ready(self) -> None:
        """The daemon is up, or has done with its configuration."""
        self._send("READY=1")

    def reloading(self) -> None:
        """The configuration is read again; `ready` ends that."""
        self._send("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """The daemon is about to end."""
        self._send("STOPPING=1")

    def alive(self) -> None:
        """Nothing is stuck."""
        self._send("WATCHDOG=1")

    def status(self, sentence: str) -> None:
        """What ``systemctl status`` shows."""
        self._send(f"STATUS={' '.join(sentence.split())}")

    def close(self) -> None:
        """Say nothing more."""
        self._socket.close()

    def _send(self, *assignments: str) -> None:
        if self._address is not None:
            with suppress(OSError):
                self._socket.sendto("\n".join(assignments).encode(), self._address)


def notifier_of(environment: MutableMapping[str, str]) -> Notifier:
    """The one that `environment` names. It is taken out: no child of this process is meant."""
    address = environment.pop("NOTIFY_SOCKET", "")
    microseconds = environment.pop("WATCHDOG_USEC", "")
    pid = environment.pop("WATCHDOG_PID", "")
    is_meant = pid in ("", str(os.getpid()))  # sd_watchdog_enabled(3)
    watchdog = None
    if is_meant and microseconds.isascii() and microseconds.isdigit():
        watchdog = int(microseconds[:18]) / 1e6 or None
    return Notifier(address if address.startswith(("/", "@")) else None, watchdog)
