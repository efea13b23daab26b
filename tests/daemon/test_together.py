"""`run` and `daemon` started together, again and again: never two cycles at once, no deadlock."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from feed_server import rss
from planet import Planet
from service import daemon

ROUNDS = 20
LANES = 4


class Watched(ThreadingHTTPServer):
    """A feed for each round, which sees who asks for it beside whom: each client is a process."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.inside: dict[str, int] = {}
        self.most: dict[str, int] = {}
        self.guard = threading.Lock()

    @contextmanager
    def serving(self) -> Iterator[str]:
        thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{self.server_address[1]}"
        finally:
            self.shutdown()
            self.server_close()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Watched

    def do_GET(self) -> None:
        server, key = self.server, self.path
        with server.guard:
            server.inside[key] = server.inside.get(key, 0) + 1
            server.most[key] = max(server.most.get(key, 0), server.inside[key])
        threading.Event().wait(0.1)
        with server.guard:
            server.inside[key] -= 1
        body = rss("a", "one").encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing on stderr."""


def test_run_and_daemon_started_together_take_turns(tmp_path: Path) -> None:
    server = Watched()
    with server.serving() as url, ThreadPoolExecutor(LANES) as pool:
        rounds = [pool.submit(together, tmp_path / str(n), f"{url}/{n}") for n in range(ROUNDS)]
        wrong = [problem for done in rounds for problem in done.result()]
    assert wrong == []
    assert server.most == {f"/{n}": 1 for n in range(ROUNDS)}, "two asked at once"


def together(root: Path, url: str) -> list[str]:
    """What went wrong when both came at once, and asked for the same feed."""
    config = '[fetch]\nallow_private_hosts = true\n[schedule]\nmin = "1s"\nevery = "1s"\n'
    planet = Planet(root, f'{config}[[feeds]]\nurl = "{url}"\n')
    with daemon(root) as service:
        run = planet.feedkit("run", "--all")
        if service.process.poll() is not None:
            return [f"the daemon ended: {service.ended()} {service.lines}"]
        service.until("started")  # before that, nobody hears SIGTERM
        code = service.stop()
    wrong = [] if run.code == 0 else [f"run: {run}"]
    wrong += [] if code == 0 else [f"daemon: {code} {service.lines}"]
    bad = [line for line in service.lines if line["level"] not in ("info", "debug")]
    wrong += [f"daemon: {line}" for line in bad]
    if planet.titles() != ["one"]:
        wrong.append(f"published: {planet.titles()}")
    return wrong
