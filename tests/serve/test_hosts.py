"""For which host a request is: said once and as it has to be (RFC 9112, 3.2), or refused."""

import re
from collections.abc import Iterator, Sequence

import pytest
from planet import Planet
from server import Client, serving

from feedkit.serve.hosts import host_of, is_for_a_host

GOOD = [
    "x", "example.org", "EXAMPLE.org.", "example.org:80", "example.org:", "127.0.0.1", "a_b",
    "[::1]", "[::1]:8080", "[::ffff:127.0.0.1]", "[2001:db8::1]", "[v1.a:b]", "%61.example", "",
    ":80", "a,b", "!$&'()*+;=~-", "\texample.org \t", "a" * 3_000,
]  # fmt: skip
BAD = [
    "a b", "a:8x", "a:80:80", "::1", "[::1", "::1]", "[]", "[:::1]", "[::1]x", "[::1%25eth0]",
    "[1.2.3.4]", "[12345::]", "[v1.]", "[vg.a]", "user@a", "a/b", "/", "http://a", "a?b", "a#b",
    'a"b', "a\\b", "<a>", "a, b", "%6", "%zz", "a%", "é", "a" * 3_000 + "%",
]  # fmt: skip


@pytest.fixture(name="client", scope="module")
def client_fixture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    root = tmp_path_factory.mktemp("planet")
    Planet(root, "").write("public/atom.xml", "<feed/>")
    with serving(root) as (client, _):
        yield client


def status(client: Client, target: str, lines: Sequence[str], version: str = "1.1") -> int:
    """What a request is answered behind which another comes, and whether that is answered, too."""
    head = "\r\n".join([f"GET {target} HTTP/{version}", *lines, "Connection: keep-alive", "", ""])
    behind = b"GET /atom.xml HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = client.say(head.encode() + behind)
    first, *more = [int(each) for each in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]
    assert more == ([] if first == 400 else [200]), "what is refused is the last"
    assert first != 400 or b"as in Host: example.org" in answer
    return first


@pytest.mark.parametrize("version", ["1.1", "1.0"])
def test_a_host_is_said_once_and_is_one(client: Client, version: str) -> None:
    for host in GOOD:
        assert status(client, "/atom.xml", [f"Host: {host}"], version) == 200, host
    for host in BAD:
        assert status(client, "/atom.xml", [f"Host: {host}"], version) == 400, host
    for twice in (["Host: a", "Host: a"], ["Host: a", "X: y", "hOST: b"], ["Host:", "Host: a"]):
        assert status(client, "/atom.xml", twice, version) == 400
    assert status(client, "/atom.xml", [], version) == (400 if version == "1.1" else 200)


def test_an_absolute_target_names_the_host_and_needs_the_field_all_the_same(client: Client) -> None:
    host = ["Host: example.org"]
    for authority in ("example.net", "example.net:80", "[::1]", "a_b"):
        assert status(client, f"http://{authority}/atom.xml", host) == 200
        assert status(client, f"http://{authority}/atom.xml", ["Host: a b"]) == 400
        assert status(client, f"http://{authority}/atom.xml", []) == 400
        assert status(client, f"HTTPS://{authority}/atom.xml", [], "1.0") == 200
    assert status(client, "http://user@example.org/atom.xml", host) == 400
    assert b"HTTP/1.1 400 " in client.say(b"GET http:///atom.xml HTTP/1.1\r\nHost: x\r\n\r\n")


def test_who_may_see_the_status_goes_by_the_host_of_an_absolute_target(client: Client) -> None:
    here, there = "127.0.0.1:80", "rebound.example"
    assert status(client, "/healthz", [f"Host: {here}"]) == 200
    assert status(client, f"http://{here}/healthz", [f"Host: {there}"]) == 200
    assert status(client, f"http://{there}/healthz", [f"Host: {here}"]) == 404
    assert status(client, "/healthz", [f"Host: {there}"]) == 404


def test_head_is_refused_without_a_body(client: Client) -> None:
    answer = client.say(b"HEAD /atom.xml HTTP/1.1\r\nHost: a b\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.endswith(b"\r\n\r\n")


@pytest.mark.parametrize("target", ["", "http://", "http://:80/", "http://a:b/", "http://a@b"])
def test_what_a_parser_might_let_pass_is_seen_here(target: str) -> None:
    assert not is_for_a_host(target or "/", ["a"] if target else [], is_old=False)
    assert host_of("*", "a") == "a"
    assert host_of("http://b:1?x", "a") == "b:1"
    assert host_of("/", None) is None
