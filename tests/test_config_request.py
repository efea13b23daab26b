"""What ``[[feeds]]`` may say of its requests, and that nobody is shown a secret."""

from pathlib import Path

import pytest

from feedkit.config import RequestOptions, Secret, load_settings
from feedkit.errors import ConfigError

SITE = '[site]\nurl = "https://planet.example.org/"\n'
FEED = '[[feeds]]\nurl = "https://example.org/feed"\n'
SECRET = "s3cret"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def request(file: Path, text: str) -> RequestOptions | None:
    file.write_text(SITE + text)
    return load_settings(file).feeds[0].request


def problems(file: Path, text: str) -> list[str]:
    file.write_text(SITE + text)
    with pytest.raises(ConfigError) as caught:
        load_settings(file)
    assert SECRET not in str(caught.value)
    return [problem.removeprefix(f"{file}: ") for problem in caught.value.problems]


def test_a_feed_has_a_user_headers_a_proxy_and_an_authority(file: Path) -> None:
    found = request(
        file,
        FEED
        + """
        username = "me"
        password = "${FEED_PASSWORD}"
        headers = { "X-Key" = "Key ${KEY}", "accept" = "text/xml" }
        proxy = "http://me:${PASSWORD}@proxy.example:3128"
        ca = "ours.pem"
        """,
    )
    assert found == RequestOptions(
        url="https://example.org/feed",
        username=Secret("me"),
        password=Secret("${FEED_PASSWORD}"),
        headers=(("X-Key", Secret("Key ${KEY}")), ("accept", Secret("text/xml"))),
        proxy=Secret("http://me:${PASSWORD}@proxy.example:3128"),
        ca=file.parent / "ours.pem",
    )


def test_a_feed_without_any_is_asked_like_every_other(file: Path) -> None:
    assert request(file, FEED) is None


def test_a_user_in_the_address_is_a_user_of_the_feed(file: Path) -> None:
    found = request(file, '[[feeds]]\nurl = "https://me:a%2F${b}@example.org/feed"\n')
    assert found is not None
    assert found.username is not None
    assert found.password is not None
    assert (found.username.reveal({}), found.password.reveal({})) == ("me", "a/${b}")
    assert found.url == "https://example.org/feed"


def test_a_variable_that_is_not_set_keeps_no_command_from_its_work(file: Path) -> None:
    assert request(file, FEED + 'username = "me"\npassword = "${NOBODY_SET_THIS}"') is not None


def test_a_whole_proxy_may_be_a_variable(file: Path) -> None:
    found = request(file, FEED + 'proxy = "${FEED_PROXY}"')
    assert found is not None
    assert found.proxy is not None
    assert found.proxy.is_variable


PLAIN_TEXT = "text without control characters"
USER = "a user name without a colon"
PROXY = 'the address of an HTTP proxy, such as "http://proxy.example.org:3128"'
NOT_SHOWN = "found something else, which is not shown"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (f'password = ["{SECRET}"]', f"password: expected {PLAIN_TEXT}, {NOT_SHOWN}"),
        ('username = ""', f"username: expected {PLAIN_TEXT}, {NOT_SHOWN}"),
        (f'username = "me:{SECRET}"', f"username: expected {USER}, {NOT_SHOWN}"),
        (
            f'password = "${{{SECRET}"',
            f'password: expected text in which "${{NAME}}" is an environment variable, {NOT_SHOWN}',
        ),
        (
            f'headers = "X-Key: {SECRET}"',
            f'headers: expected a table such as {{ "X-Key" = "${{KEY}}" }}, {NOT_SHOWN}',
        ),
        (
            f'headers = {{ "X-Key" = "{SECRET}\\r\\nX: y" }}',
            f"headers: expected {PLAIN_TEXT}, {NOT_SHOWN}",
        ),
        ('headers = { "X Key" = "a" }', 'headers: expected names of headers, found "X Key"'),
        (
            'headers = { "X-Key" = "a", "x-key" = "b" }',
            'headers: expected each header once, found "x-key"',
        ),
        (
            f'proxy = "socks5://me:{SECRET}@a.example:1"',
            f"proxy: expected {PROXY}, {NOT_SHOWN}",
        ),
        (
            f'proxy = "http://me:{SECRET}@a.example:1/path"',
            f"proxy: expected {PROXY}, {NOT_SHOWN}",
        ),
        ("ca = 1", "ca: expected text, found 1"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_told_and_not_shown(file: Path, line: str, sentence: str) -> None:
    given = 'username = "me"\n' if line.startswith("password") else ""
    assert problems(file, f"{FEED}{given}{line}") == [f"feeds[1].{sentence}"]


@pytest.mark.parametrize(
    "name", ["Host", "connection", "Content-Length", "If-None-Match", "A-IM", "Accept-Encoding"]
)
def test_what_feedkit_says_itself_cannot_be_replaced(file: Path, name: str) -> None:
    assert problems(file, f'{FEED}headers = {{ "{name}" = "{SECRET}" }}') == [
        f'feeds[1].headers: expected headers that feedkit does not send itself, found "{name}"'
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            f'{FEED}password = "{SECRET}"',
            "feeds[1]: found a password without a username; expected both",
        ),
        (
            f'[[feeds]]\nurl = "https://me:{SECRET}@example.org/"\nusername = "you"',
            "feeds[1]: found a username beside the one in url; expected one of them",
        ),
        (
            f'{FEED}username = "me"\nheaders = {{ authorization = "{SECRET}" }}',
            "feeds[1]: found the header Authorization beside a username; expected one of them",
        ),
        (
            '[[feeds]]\nurl = "feed.xml"\nusername = "me"',
            'feeds[1].username: expected for an http(s) address only; "feed.xml" is a file',
        ),
        (
            f'[[feeds]]\nurl = "https://me:{SECRET}@a.example/"\n' * 2,
            'feeds[2].url: found "https://a.example/" a second time',
        ),
    ],
)
def test_what_cannot_be_said_together(file: Path, text: str, sentence: str) -> None:
    assert problems(file, text) == [sentence]


def test_no_secret_is_in_what_python_shows_of_the_settings(file: Path) -> None:
    file.write_text(f'{SITE}{FEED}username = "{SECRET}"\nheaders = {{ "X-Key" = "{SECRET}" }}')
    assert SECRET not in repr(load_settings(file))
