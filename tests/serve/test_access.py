"""Who may have the documents, and who may see how feedkit is doing."""

import base64
import json
import socket
from pathlib import Path

import pytest
from multidict import CIMultiDict, CIMultiDictProxy
from planet import ARTICLES, SITE, Planet
from server import Answered, received, serving

from feedkit.config import LOOPBACK, Networks
from feedkit.config.serving import read_networks
from feedkit.serve.access import client as client_of
from feedkit.serve.access import may_see_status
from feedkit.serve.messages import Request

STATUS = ("/status", "/status.json", "/metrics", "/healthz")


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


def unix(path: Path, target: str, **fields: str) -> Answered:
    """Ask by a unix socket."""
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    request = f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{lines}\r\n"
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(str(path))
        connection.sendall(request.encode())
        head, _, body = received(connection).partition(b"\r\n\r\n")
    first, *rest = head.decode().split("\r\n")
    found = dict(line.lower().split(": ", 1) for line in rest)
    return Answered(int(first.split(" ")[1]), found, body)


def test_a_private_planet_asks_for_its_password(tmp_path: Path) -> None:
    private = '[serve]\nusername = "me"\npassword = "${PLANET_PASSWORD}"\n'
    planet = Planet(tmp_path, private)
    planet.write("public/atom.xml", "<feed/>")
    planet.write("public/categories/secret/atom.xml", "<feed/>")
    with serving(tmp_path, environment={"PLANET_PASSWORD": "pässword:1"}) as (client, _):
        for wrong in ("", basic("me:pässword"), basic("you:pässword:1"), "Basic !", "Bearer x"):
            for path in ("/atom.xml", "/nowhere", "/categories/secret/"):
                answer = client.ask(path, Authorization=wrong)
                assert answer.status == 401
                assert answer.fields["www-authenticate"].startswith('Basic realm="feedkit"')
                assert b"/categories/secret" not in answer.body, "it tells nothing of what there is"
            elsewhere = client.ask("/.hidden", Authorization=wrong)
            assert (elsewhere.status, b"/categories/secret" in elsewhere.body) == (404, False)
        answer = client.ask("/atom.xml", Authorization=basic("me:pässword:1"))
        assert answer.status == 200
        assert answer.fields["cache-control"] == "private, max-age=900"
        assert client.ask("/healthz").status == 200, "who watches the server needs no password"


def test_a_password_that_is_not_set_is_a_sentence(tmp_path: Path) -> None:
    planet = Planet(tmp_path, '[serve]\nusername = "me"\npassword = "${NOT_SET_AT_ALL}"\n')
    ended = planet.feedkit("serve", "--listen", "127.0.0.1:0")
    assert ended.code == 2
    assert "needs the environment variable NOT_SET_AT_ALL, which is not set" in ended.conclusion


@pytest.mark.parametrize(
    ("output", "store", "named"),
    [
        (".", "feedkit.db", "config.toml"),
        ("..", "feedkit.db", "config.toml"),
        ("link", "feedkit.db", "config.toml"),
        ("public", "public/feedkit.db", "feedkit.db"),
    ],
)
def test_a_folder_that_holds_passwords_is_not_served(
    tmp_path: Path, output: str, store: str, named: str
) -> None:
    site = SITE + f'output = "{output}"\n[store]\nurl = "sqlite:///{store}"\n'
    planet = Planet(tmp_path / "planet", "", site=site)
    (planet.root / "link").symlink_to(".")
    ended = planet.feedkit("serve", "--listen", "127.0.0.1:0")
    assert ended.code == 2
    assert f"{named} is in " in ended.conclusion
    assert "site.output" in ended.conclusion


def test_status_is_a_page_and_json_and_metrics(tmp_path: Path) -> None:
    feeds = '[[feeds]]\nurl = "http://127.0.0.1:1/<b>.xml"\n'.replace("<b>", "b")
    planet = Planet(tmp_path, ARTICLES + feeds + "[fetch]\nallow_private_hosts = true\n")
    planet.cycle()
    with serving(tmp_path) as (client, _):
        page = client.ask("/status", Accept="text/html")
        assert page.fields["content-type"] == "text/html; charset=utf-8"
        assert "1 feed, 1 failing" in page.body.decode()
        assert "http://127.0.0.1:1/b.xml" in page.body.decode()
        for answer in (
            client.ask("/status.json"),
            client.ask("/status", Accept="application/json"),
        ):
            assert answer.fields["content-type"] == "application/json; charset=utf-8"
            found = json.loads(answer.body)
            assert (found["sources"], found["failing"]) == (1, 1)
            assert found["feeds"][0]["source"] == "http://127.0.0.1:1/b.xml"
            assert found["feeds"][0]["due_at"]
        client.ask("/nowhere")
        metrics = client.ask("/metrics")
        assert metrics.fields["content-type"].startswith("text/plain; version=")
        assert 'feedkit_serve_requests_total{status="404"} 1.0' in metrics.body.decode()
        assert client.ask("/healthz").body == b"ok\n"
        for path in STATUS:
            assert client.ask(path, "HEAD").status == 200
            assert client.ask(path, "POST").status == 405


@pytest.mark.parametrize(
    "fields",
    [
        {"X-Forwarded-For": "127.0.0.1"},
        {"X-Real-IP": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"Via": "1.1 proxy"},
        {"Host": "planet.example.org"},
        {"Host": "rebound.example:8080"},
    ],
)
def test_status_is_not_for_whom_a_proxy_or_a_page_sent(
    tmp_path: Path, fields: dict[str, str]
) -> None:
    request = Request("GET", "/status", CIMultiDictProxy(CIMultiDict(fields)), "127.0.0.1")
    assert not may_see_status(request, Networks(), LOOPBACK)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:80", "[::1]:8080", "[::1]", "10.0.0.1"])
def test_status_is_for_who_is_on_this_machine(host: str) -> None:
    fields = CIMultiDictProxy(CIMultiDict({"Host": host}))
    for peer in ("127.0.0.1", "::1", "::ffff:127.0.0.1"):
        assert may_see_status(Request("GET", "/status", fields, peer), Networks(), LOOPBACK)
    for other in ("10.0.0.1", "::2", None):
        assert not may_see_status(Request("GET", "/status", fields, other), Networks(), LOOPBACK)


@pytest.mark.parametrize(
    ("fields", "is_seen"),
    [
        ({"Forwarded": "for=192.0.2.1", "Host": "localhost"}, False),
        ({"X-Real-IP": "192.0.2.1", "Host": "localhost"}, False),
        ({"Host": "planet.example.org"}, False),  # a proxy that says nothing of whom it asks for
        ({"Host": "rebound.example:8080"}, False),
        ({"X-Forwarded-For": "", "Host": "localhost"}, False),
        ({"X-Forwarded-For": "127.0.0.1, 192.0.2.1,", "Host": "localhost"}, False),
        ({"X-Forwarded-For": "192.0.2.1, ,", "Host": "localhost"}, False),
        ({"X-Forwarded-For": "127.0.0.1", "Host": "planet.example.org"}, True),
        ({"Host": "localhost:8080"}, True),
        ({}, True),  # HTTP/1.0, as programs that watch a server speak it
    ],
)
def test_a_proxy_on_this_machine_that_is_believed_has_to_say_for_whom_it_asks(
    fields: dict[str, str], is_seen: bool
) -> None:
    request = Request("GET", "/status", CIMultiDictProxy(CIMultiDict(fields)), "127.0.0.1")
    assert may_see_status(request, LOOPBACK, LOOPBACK) is is_seen


def test_status_is_for_a_network_that_is_configured_by_whatever_name_it_asks() -> None:
    fields = CIMultiDictProxy(CIMultiDict({"Host": "planet.lan:8080"}))
    request = Request("GET", "/metrics", fields, "192.168.1.7")
    assert may_see_status(request, Networks(), read_networks(["192.168.0.0/16"]))
    assert not may_see_status(request, Networks(), LOOPBACK)


PROXIES = read_networks(["10.0.0.0/8", "unix"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("10.0.0.1", "192.0.2.1", "192.0.2.1"),
        ("10.0.0.1", "127.0.0.1, 192.0.2.1", "192.0.2.1"),  # what the reader itself said
        ("10.0.0.1", "192.0.2.1, 10.0.0.2", "192.0.2.1"),
        ("10.0.0.1", None, "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("192.0.2.9", "127.0.0.1", "192.0.2.9"),
        (None, "192.0.2.1", "192.0.2.1"),
        (None, None, None),
        ("10.0.0.1", "rubbish", "rubbish"),
    ],
)
def test_only_a_configured_proxy_is_believed(
    peer: str | None, forwarded: str | None, client: str | None
) -> None:
    fields: CIMultiDict[str] = CIMultiDict()
    if forwarded is not None:
        fields["X-Forwarded-For"] = forwarded
    request = Request("GET", "/status", CIMultiDictProxy(fields), peer)
    assert client_of(request, PROXIES) == client
    assert not may_see_status(request, PROXIES, LOOPBACK)


def test_a_base_path_stands_before_everything(tmp_path: Path) -> None:
    planet = Planet(tmp_path, '[serve]\nbase_path = "planet"\n')
    planet.write("public/atom.xml", "<feed/>")
    planet.write("public/index.html", "<!doctype html><title>x</title>")
    planet.write("public/categories/a/index.html", "<!doctype html><title>x</title>")
    with serving(tmp_path) as (client, _):
        assert client.ask("/planet/atom.xml").status == 200
        assert client.ask("/planet/").status == 200
        assert client.ask("/planet/healthz").status == 200
        assert client.ask("/planet").fields["location"] == "/planet/"
        assert client.ask("/planet/categories/a").fields["location"] == "/planet/categories/a/"
        for path in ("/atom.xml", "/", "/healthz", "/planet/../planet/atom.xml", "/planetatom.xml"):
            answer = client.ask(path)
            assert answer.status == 404
        assert b"/planet/atom.xml" in answer.body


def test_it_listens_on_a_unix_socket_whose_proxy_is_believed(tmp_path: Path) -> None:
    config = (
        '[serve]\nlisten = "unix:feedkit.sock"\ntrusted_proxies = ["unix"]\naccess_log = true\n'
    )
    planet = Planet(tmp_path, config)
    planet.write("public/atom.xml", "<feed/>")
    path = tmp_path / "feedkit.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))  # as a server that was killed leaves it
    with serving(tmp_path, "--config", "config.toml") as (_, service):
        assert unix(path, "/atom.xml", X_Forwarded_For="192.0.2.1").body == b"<feed/>"
        assert "192.0.2.1 GET /atom.xml 200" in service.until("request")["message"]
        assert unix(path, "/status").status == 404
        assert unix(path, "/healthz", X_Forwarded_For="192.0.2.1").status == 404
        assert unix(path, "/healthz", X_Forwarded_For="127.0.0.1").status == 200
        second = planet.feedkit("serve")
        assert second.code == 2
        assert "a server listens there already" in second.conclusion
        assert service.stop() == 0
    assert not path.exists()


def test_an_address_that_is_taken_is_a_sentence(tmp_path: Path) -> None:
    planet = Planet(tmp_path, "")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = planet.feedkit("serve", "--listen", f"127.0.0.1:{port}")
    assert ended.code == 2
    assert f"cannot listen on 127.0.0.1:{port}: " in ended.conclusion
