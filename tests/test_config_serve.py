"""What ``[serve]`` may say."""

from datetime import timedelta
from pathlib import Path

import pytest

from feedkit.config import LOOPBACK, Listen, Serve, load_settings
from feedkit.errors import ConfigError

SITE = '[site]\nurl = "https://planet.example.org/"\n[serve]\n'


def serve(folder: Path, text: str) -> Serve:
    file = folder / "config.toml"
    file.write_text(SITE + text)
    return load_settings(file).serve


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        serve(folder, text)
    return [problem.partition(": ")[2] for problem in caught.value.problems]


def test_without_a_word_the_daemon_serves_nothing(tmp_path: Path) -> None:
    found = serve(tmp_path, "")
    assert (found.listen, found.base_path, found.status_from) == (None, "/", LOOPBACK)
    assert found.status_from.has("127.0.0.1")
    assert found.status_from.has("::ffff:127.0.0.1")
    assert not found.trusted_proxies.has("127.0.0.1")


def test_everything_can_be_said(tmp_path: Path) -> None:
    found = serve(
        tmp_path,
        """
        listen = "[::1]:8080"
        public_url = "https://planet.example.org/all"
        base_path = "planet/all"
        trusted_proxies = ["10.0.0.0/8", "fd00::/8", "unix"]
        status_from = ["192.0.2.7"]
        username = "me"
        password = "${PASSWORD}"
        max_age = "5m"
        cache = "1GB"
        connections = 100
        access_log = true
        """,
    )
    assert found.listen == Listen(host="::1", port=8080)
    assert str(found.listen) == "[::1]:8080"
    assert (found.public_url, found.base_path) == (
        "https://planet.example.org/all/",
        "/planet/all/",
    )
    proxies = found.trusted_proxies
    assert [proxies.has(each) for each in ("10.1.2.3", "fd00::1", None, "11.0.0.1", "no")] == [
        True, True, True, False, False,
    ]  # fmt: skip
    assert not found.status_from.has("127.0.0.1")
    assert (found.max_age, found.cache) == (timedelta(minutes=5), 10**9)


def test_a_unix_socket_is_relative_to_the_configuration(tmp_path: Path) -> None:
    found = serve(tmp_path, 'listen = "unix:run/feedkit.sock"')
    assert found.listen is not None
    assert found.listen.path == tmp_path / "run" / "feedkit.sock"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('listen = "8080"', "serve.listen: expected an address such as"),
        ('listen = "localhost:http"', "serve.listen: expected an address such as"),
        ('listen = "unix:"', "serve.listen: expected an address such as"),
        ('base_path = "/a/../b"', "serve.base_path: expected a path such as"),
        ('trusted_proxies = ["10.0.0.1/8"]', "serve.trusted_proxies: expected a list of addresses"),
        ('trusted_proxies = "unix"', "serve.trusted_proxies: expected a list of addresses"),
        ('username = "me"', "serve: found a username without a password; expected both"),
        ('password = "x"', "serve: found a password without a username; expected both"),
        ('lissten = "x"', "serve.lissten: unknown key; did you mean listen?"),
        ("subscribe = true", "serve: found subscribe without listen and public_url"),
        ("connections = 0", "serve.connections: expected a whole number"),
    ],
)
def test_a_mistake_is_a_sentence(tmp_path: Path, text: str, problem: str) -> None:
    found = problems(tmp_path, text)
    assert len(found) == 1
    assert found[0].startswith(problem)
