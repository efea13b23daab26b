"""`feedkit serve`: what is published, served over HTTP until it is told to stop."""

import asyncio
from pathlib import Path

import msgspec

from feedkit import logs
from feedkit.cli import DONE
from feedkit.config import Listen, load_settings
from feedkit.config.serving import read_listen
from feedkit.config.values import Unexpected
from feedkit.daemon.inside import inside_of
from feedkit.daemon.signals import handled
from feedkit.errors import ConfigError
from feedkit.serve.listening import listening
from feedkit.serve.server import Server

DEFAULT = Listen(host="127.0.0.1", port=8080)


def serve_until_told(config: Path, listen: str | None, *, verbose: bool, quiet: bool) -> int:
    """``feedkit serve``; the exit code."""
    settings = load_settings(config)
    where = settings.serve.listen or DEFAULT
    if listen is not None:
        where = _listen_of(listen)
    logs.start(verbose=verbose, quiet=quiet)

    async def serving() -> None:
        stop = asyncio.Event()
        server = Server(settings, inside_of(lambda: settings))
        open_at = listening(where)
        await server.start(open_at)
        with handled(stop=stop.set, reload=lambda: None):
            await stop.wait()
            server.close()
            open_at.close()  # now: soon its path may be another server's
            await server.stop()

    asyncio.run(serving())
    return DONE


def _listen_of(text: str) -> Listen:
    try:
        listen = read_listen(text)
    except Unexpected as error:
        raise ConfigError([f"--listen: expected {error.expected}"]) from error
    if listen.path is not None:
        return msgspec.structs.replace(listen, path=listen.path.absolute())
    return listen
