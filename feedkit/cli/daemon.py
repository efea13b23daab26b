"""`feedkit daemon`: the log set up, the store claimed, the loop run until it is told to stop."""

import asyncio
import logging
import os
from pathlib import Path

from feedkit import logs
from feedkit.cli import DONE, NOT_USABLE
from feedkit.config import load_settings
from feedkit.daemon.loop import Daemon
from feedkit.daemon.memory import share_one_heap
from feedkit.daemon.notify import notifier_of
from feedkit.errors import ServeError, StoreError
from feedkit.store import only_daemon


def serve(config: Path, *, verbose: bool, quiet: bool) -> int:
    """``feedkit daemon``; the exit code."""
    share_one_heap()
    settings = load_settings(config)
    notifier = notifier_of(os.environ)
    with only_daemon(settings.store.url):
        logs.start(verbose=verbose, quiet=quiet)

        async def serving() -> bool:
            return await Daemon(settings, notifier).serve()

        try:
            has_ended = asyncio.run(serving())
        except StoreError as error:
            logs.complain("store", str(error))
            return NOT_USABLE
        except ServeError as error:
            logs.complain("serve", str(error))
            return NOT_USABLE
        if not has_ended:
            # A thread cannot be ended from outside. Every source is stored in one transaction, so
            # this is as if the process were killed, which loses nothing.
            logging.shutdown()
            os._exit(DONE)
    notifier.close()
    return DONE
