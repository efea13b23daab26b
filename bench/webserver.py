"""nginx on loopback, over a folder: the server that the benchmarks of fetching ask."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

CONFIG = """
daemon off;
worker_processes 1;
pid {root}/nginx.pid;
error_log {root}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  client_body_temp_path {root}/body;
  proxy_temp_path {root}/proxy;
  fastcgi_temp_path {root}/fastcgi;
  uwsgi_temp_path {root}/uwsgi;
  scgi_temp_path {root}/scgi;
  server {{
    {listen}
    root {root}/public;
    types {{ application/rss+xml xml; }}
  }}
}}
"""


@contextmanager
def nginx(
    root: Path, hosts: Sequence[str] = ("127.0.0.1",), *, before: Sequence[str] = ()
) -> Iterator[int]:
    """nginx over the files in ``public`` of `root`, on all `hosts`; its port. `before` is a command
    that starts it, such as taskset."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        sys.exit("this needs nginx: apt-get install nginx-light")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    listen = "\n    ".join(f"listen {host}:{port};" for host in hosts)
    root.chmod(0o755)  # started by root, nginx reads as another user
    (root / "nginx.conf").write_text(CONFIG.format(root=root, listen=listen))
    server = subprocess.Popen([*before, program, "-p", str(root), "-c", str(root / "nginx.conf")])
    try:
        _wait_for(hosts[-1], port)
        yield port
    finally:
        server.terminate()
        server.wait()


def _wait_for(host: str, port: int) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex((host, port)) == 0:
                return
        time.sleep(0.05)
    sys.exit("nginx does not answer")
