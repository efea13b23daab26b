"""`feedkit serve`: what is published, served over HTTP until it is told to stop."""

import asyncio
import logging
import os
from pathlib import Path
from typing import NoReturn

import msgspec

from feedkit import logs
from feedkit.cli import DONE
from feedkit.config import Listen, Settings, load_settings
from feedkit.config.serving import read_listen
from feedkit.config.values import Unexpected
from feedkit.daemon.inside import inside_of
from feedkit.daemon.reloading import complain_of, loaded_anew
from feedkit.daemon.signals import handled
from feedkit.errors import ConfigError
from feedkit.serve.listening import listening
from feedkit.serve.server import Server

DEFAULT = Listen(host="127.0.0.1", port=8080)


class Service:
    """A server, and what signals have it do. Made once, used once."""

    def __init__(self, settings: Settings) -> None:
        """Raises `ServeError` where what is published cannot be served."""
        self._settings = settings
        self._server = Server(settings, inside_of(lambda: self._settings))
        self._stop = asyncio.Event()
        self._abandon = asyncio.Event()
        self._reloading = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self, where: Listen) -> None:
        """Serve there until told to stop. Raises `ServeError` where nobody can listen."""
        with handled(stop=self._on_stop, reload=self._on_reload):
            open_at = listening(where)
            await self._server.start(open_at)
            await self._stop.wait()
            self._server.close()
            open_at.close()  # now: soon its path may be another server's
            ends = asyncio.ensure_future(self._server.stop())
            abandoned = asyncio.ensure_future(self._abandon.wait())
            await asyncio.wait((ends, abandoned), return_when=asyncio.FIRST_COMPLETED)
            if not ends.done():
                self._server.abandon()
            await ends

    def _on_stop(self) -> None:
        if self._stop.is_set():
            self._abandon.set()
        self._stop.set()

    def _on_reload(self) -> None:
        task = asyncio.ensure_future(self._reload())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _reload(self) -> None:
        """Serve by the configuration as it is now; one that cannot be used changes nothing."""
        async with self._reloading:
            old = self._settings
            try:
                new = await asyncio.to_thread(loaded_anew, old, "the server", is_served=True)
            except ConfigError as error:
                complain_of(error)
                return
            self._settings = new
            self._server.follow(new)
            logs.say("reloaded", f"configuration read again: {self._server.root} is served")


def serve_until_told(config: Path, listen: str | None, *, verbose: bool, quiet: bool) -> NoReturn:
    """``feedkit serve``; the process ends with it."""
    settings = load_settings(config)
    where = settings.serve.listen or DEFAULT
    if listen is not None:
        where = _listen_of(listen)
    logs.start(verbose=verbose, quiet=quiet)

    async def serving() -> None:
        await Service(settings).serve(where)

    with asyncio.Runner() as runner:
        runner.run(serving())
        logging.shutdown()
        os._exit(DONE)  # threads that still look something up would be waited for


def _listen_of(text: str) -> Listen:
    try:
        listen = read_listen(text)
    except Unexpected as error:
        raise ConfigError([f"--listen: expected {error.expected}"]) from error
    if listen.path is not None:
        return msgspec.structs.replace(listen, path=listen.path.absolute())
    return listen
