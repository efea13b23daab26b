"""nginx with the configurations of docs/nginx.md, read by newsboat."""

import gzip
import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from planet import ARTICLES, Planet
from server import Client, serving
from service import wait_for
from test_readers import needs, newsboat

PAGE = Path(__file__).parents[2] / "docs" / "nginx.md"
MAIN = """
daemon off;
{user}
worker_processes 1;
pid {root}/nginx.pid;
error_log {root}/error.log;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {root}/body;
    proxy_temp_path {root}/proxy;
    fastcgi_temp_path {root}/fastcgi;
    uwsgi_temp_path {root}/uwsgi;
    scgi_temp_path {root}/scgi;
    {site}
}}
"""


def documented(number: int, **instead: str) -> str:
    """A configuration of the page, with other things in place of what it names."""
    site = re.findall(r"```nginx\n(.*?)```", PAGE.read_text(), re.DOTALL)[number]
    for old, new in instead.items():
        name = {"port": "listen 80;", "folder": "/var/lib/feedkit", "backend": "127.0.0.1:8080"}[
            old
        ]
        assert name in site
        site = site.replace(name, new)
    return str(site)


@contextmanager
def nginx(root: Path, number: int, **instead: str) -> Iterator[Client]:
    """nginx with a configuration of the page."""
    needs("nginx")
    program = "/usr/sbin/nginx"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    home = root / "nginx"
    home.mkdir()
    user = "user root;" if os.geteuid() == 0 else ""  # else it reads as one who may not
    site = documented(number, port=f"listen 127.0.0.1:{port};", **instead)
    (home / "nginx.conf").write_text(MAIN.format(root=home, site=site, user=user))
    server = subprocess.Popen(
        [program, "-p", home, "-c", home / "nginx.conf"], stderr=subprocess.PIPE
    )
    try:
        client = Client(port)
        wait_for(lambda: is_open(port) or server.poll() is not None, "nginx is there")
        assert server.poll() is None, server.stderr and server.stderr.read()
        yield client
    finally:
        server.terminate()
        server.wait()
        assert server.stderr is not None
        server.stderr.close()


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(name="planet")
def planet_fixture(tmp_path: Path) -> Planet:
    planet = Planet(tmp_path / "planet", ARTICLES)
    for number in range(12):
        planet.article(f"entry {number}.md", f"Text {number}.", date=f"2024-02-01 10:{number:02}")
    planet.cycle()
    return planet


def read_three_times(planet: Planet, folder: Path, url: str) -> None:
    """newsboat collects all, then nothing, then what is new."""
    folder.mkdir()
    long_ago = time.time() - 60
    for path in planet.public.glob("*.xml"):  # within a second, dates tell nothing
        os.utime(path, (long_ago, long_ago))
    there = {article.stem for article in planet.articles.iterdir()}
    assert newsboat(folder, url) == there
    assert newsboat(folder, url) == there
    planet.article("news.md", date="2024-02-02 10:00")
    planet.cycle()
    assert newsboat(folder, url) == there | {"news"}


def test_nginx_serves_the_folder_as_documented(planet: Planet, tmp_path: Path) -> None:
    document = (planet.public / "atom.xml").read_bytes()
    planet.write("public/atom.xml.gz", gzip.compress(document))
    planet.write("public/feed.json", "{}")
    planet.write("public/archive/1.atom.xml", document)
    planet.write("public/index.html", "<!doctype html><title>x</title>")
    planet.write("public/feeds.opml", "<opml/>")
    planet.write("public/style.css", "")
    planet.write("public/.atom.xml.tmp", "half")
    with nginx(tmp_path, 0, folder=str(planet.root)) as client:
        for path, kind in {
            "/atom.xml": "application/atom+xml",
            "/archive/1.atom.xml": "application/atom+xml",
            "/rss.xml": "application/rss+xml",
            "/feed.json": "application/feed+json",
            "/feeds.opml": "text/x-opml",
            "/style.css": "text/css",
            "/": "text/html",
        }.items():
            answer = client.ask(path)
            assert answer.status == 200
            assert answer.fields["content-type"] == f"{kind}; charset=utf-8"
            assert answer.fields["cache-control"] == "public, max-age=900"
            assert answer.fields["x-content-type-options"] == "nosniff"
            assert "default-src 'none'" in answer.fields["content-security-policy"]
            is_feed = kind.endswith(("+xml", "+json", "opml"))
            assert answer.fields.get("access-control-allow-origin") == ("*" if is_feed else None)
            again = client.ask(path, If_None_Match=answer.fields["etag"])
            assert again.status == 304
        for path in ("/atom.xml", "/archive/1.atom.xml", "/rss.xml"):
            shown = client.ask(path, Accept="text/html,application/xml;q=0.9,*/*;q=0.8")
            assert shown.fields["content-type"] == "application/xml; charset=utf-8"
            assert shown.fields["access-control-allow-origin"] == "*"
            assert shown.body == (planet.public / path[1:]).read_bytes()
            assert client.ask(path, If_None_Match=shown.fields["etag"]).status == 304
        assert client.ask("/no/atom.xml", Accept="text/html").status == 404
        small = client.ask("/atom.xml", Accept_Encoding="gzip")
        assert small.fields["content-encoding"] == "gzip"
        assert small.fields["vary"] == "Accept"  # the last of its lines
        assert gzip.decompress(small.body) == document
        assert small.fields["etag"] != client.ask("/atom.xml").fields["etag"]
        assert client.ask("/.atom.xml.tmp").status == 404
        (planet.public / "atom.xml.gz").unlink()
        read_three_times(planet, tmp_path / "newsboat", client.url + "/atom.xml")


@pytest.mark.parametrize("way", ["port", "socket"])
def test_nginx_stands_before_feedkit_as_documented(
    planet: Planet, tmp_path: Path, way: str
) -> None:
    path = tmp_path / "feedkit.sock"
    listen = f"unix:{path}" if way == "socket" else "127.0.0.1:0"
    proxies = "unix" if way == "socket" else "127.0.0.1"
    planet.configure(
        f'{ARTICLES}[serve]\ntrusted_proxies = ["{proxies}"]\naccess_log = true\nstatus_from = []\n'
    )
    with serving(planet.root, "--listen", listen) as (direct, service):
        backend = listen if way == "socket" else f"127.0.0.1:{direct.port}"
        with nginx(tmp_path, 1, backend=backend) as client:
            answer = client.ask("/atom.xml", X_Forwarded_For="192.0.2.1", Accept_Encoding="br")
            assert answer.status == 200
            assert answer.fields["content-encoding"] == "br"
            tag = answer.fields["etag"]
            assert client.ask("/atom.xml", If_None_Match=tag, Accept_Encoding="br").status == 304
            # This reader's address is one that is believed itself, where nginx comes by a port.
            reader = "127.0.0.1" if way == "socket" else "192.0.2.1"
            assert service.until("request")["message"] == f"{reader} GET /atom.xml 200"
            assert client.ask("/status").status == 404
            read_three_times(planet, tmp_path / "newsboat", client.url + "/rss.xml")
