"""How one source is asked: what ``[[feeds]]`` may say of its requests, and the secrets in it.

A secret may be written down, or name environment variables: ``"${NAME}"`` stands for the value of
NAME wherever it is in the text, ``"$${"`` for ``${`` itself. What the variables hold is read when
the source is asked, so that a variable that is missing costs no other source anything, and no
command that asks nobody needs it.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from msgspec import Struct

from feedkit.config.values import HIDDEN, Unexpected, read_text, read_web_url
from feedkit.errors import CollectError

_VARIABLE = re.compile(r"\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$\{")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")  # RFC 9110, 5.5; RFC 7617, 2
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # a token: RFC 9110, 5.6.2

_OWN_HEADERS = frozenset(
    {
        "a-im",
        "accept-encoding",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "expect",
        "host",
        "if-match",
        "if-modified-since",
        "if-none-match",
        "if-range",
        "if-unmodified-since",
        "keep-alive",
        "max-forwards",
        "proxy-authorization",
        "proxy-connection",
        "range",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
    }
)
"""Those that say what feedkit itself can do and knows: how a message is framed and encoded, who is
asked, and which version of a document is there already."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A text that nobody is shown, as config.toml writes it."""

    written: str = field(repr=False)

    @property
    def is_variable(self) -> bool:
        """Whether one environment variable is all there is."""
        match = _VARIABLE.fullmatch(self.written)
        return match is not None and match[1] is not None

    def reveal(self, environment: Mapping[str, str], encoded: Callable[[str], str] = str) -> str:
        """The text with the values of its variables in place, each of them `encoded`.

        Raises `CollectError` when a variable is not set, or holds what no header can.
        """

        def value(match: re.Match[str]) -> str:
            name = match[1]
            if name is None:
                return "${"
            if name not in environment:
                raise CollectError(f"needs the environment variable {name}, which is not set")
            if _CONTROL.search(environment[name]):
                raise CollectError(
                    f"needs the environment variable {name}, which holds control characters; "
                    "set it without"
                )
            return encoded(environment[name])

        return _VARIABLE.sub(value, self.written)


class RequestOptions(Struct, frozen=True):
    """What is sent to, and how the way leads to, one source."""

    url: str
    """The source's own, without user and password. Its origin (RFC 6454, 4) alone is sent the
    user, the password and the headers, whatever address is asked for and wherever that leads."""
    username: Secret | None = None
    password: Secret | None = None
    headers: tuple[tuple[str, Secret], ...] = ()
    proxy: Secret | None = None
    """An http or https address; None: the host is asked directly."""
    ca: Path | None = None
    """A file of certificates (PEM) that are trusted beside the system's."""

    def checksum(self) -> str:
        """Another one, most likely, when another user or other headers are configured, for which a
        server may have another document (Vary: RFC 9111, 4.1).

        Made of the texts as they are written, and of 16 bits, so that whoever reads it can neither
        tell a password by it nor try which one it is.
        """
        sent = [self.username, self.password, *(value for _, value in self.headers)]
        written = [None if secret is None else secret.written for secret in sent]
        names = [name.lower() for name, _ in self.headers]
        return hashlib.sha256(repr((written, names)).encode()).hexdigest()[:4]


def read_secret(value: object) -> Secret:
    """A text, with ``${NAME}`` for environment variables; what it is not is never shown."""
    if not isinstance(value, str) or not value or _CONTROL.search(value):
        raise Unexpected("text without control characters", HIDDEN)
    if any(match[0] == "${" for match in _VARIABLE.finditer(value)):
        raise Unexpected('text in which "${NAME}" is an environment variable', HIDDEN)
    return Secret(value)


def read_username(value: object) -> Secret:
    """As RFC 7617, 2 has it: without a colon, which divides it from the password."""
    secret = read_secret(value)
    if ":" in secret.written:
        raise Unexpected("a user name without a colon", HIDDEN)
    return secret


def read_proxy(value: object) -> Secret:
    """An http(s) address without a path, or a variable that holds one."""
    secret = read_secret(value)
    if not secret.is_variable:
        check_proxy(_VARIABLE.sub("x", secret.written))
    return secret


def check_proxy(address: str) -> None:
    """Raise `Unexpected` unless `address` is one that a proxy can have."""
    expected = 'the address of an HTTP proxy, such as "http://proxy.example.org:3128"'
    try:
        parts = urlsplit(read_web_url(address))
    except Unexpected as error:
        raise Unexpected(expected, HIDDEN) from error
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise Unexpected(expected, HIDDEN)


def read_headers(value: object) -> tuple[tuple[str, Secret], ...]:
    """Names and values of a table. What feedkit has to say itself cannot be replaced."""
    if not isinstance(value, dict):
        raise Unexpected('a table such as { "X-Key" = "${KEY}" }', HIDDEN)
    seen: set[str] = set()
    for name in value:
        if not _HEADER_NAME.fullmatch(name):
            raise Unexpected("names of headers", name)
        if name.lower() in _OWN_HEADERS:
            raise Unexpected("headers that feedkit does not send itself", name)
        if name.lower() in seen:
            raise Unexpected("each header once", name)
        seen.add(name.lower())
    return tuple((name, read_secret(text)) for name, text in value.items())


def read_ca(value: object) -> str:
    """The path of a file."""
    return read_text(value)


REQUEST_KEYS: Mapping[str, Callable[[object], object]] = {
    "username": read_username,
    "password": read_secret,
    "headers": read_headers,
    "proxy": read_proxy,
    "ca": read_ca,
}


def contradictions(url: str, given: Mapping[str, object]) -> Iterator[str]:
    """What cannot be said together of the source `url`; `given` holds what of `REQUEST_KEYS` is."""
    names = {name.lower() for name, _ in _pairs(given.get("headers"))}
    has_user = urlsplit(url).username is not None
    if "password" in given and "username" not in given:
        yield "found a password without a username; expected both"
    if "username" in given and has_user:
        yield "found a username beside the one in url; expected one of them"
    if "authorization" in names and ("username" in given or has_user):
        yield "found the header Authorization beside a username; expected one of them"


def request_options(
    url: str, given: Mapping[str, object], absolute: Callable[[str], Path]
) -> RequestOptions | None:
    """The options of the source `url`; None where nothing is said, also not in the address."""
    parts = urlsplit(url)
    values = dict(given)
    if "ca" in values:
        values["ca"] = absolute(str(values["ca"]))
    if parts.username is not None:
        values["username"] = _literal(unquote(parts.username))
        values["password"] = _literal(unquote(parts.password or ""))
    public = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    return RequestOptions(url=public, **values) if values else None  # type: ignore[arg-type]


def _literal(text: str) -> Secret:
    return Secret(text.replace("${", "$${"))


def _pairs(headers: object) -> tuple[tuple[str, Secret], ...]:
    return headers if isinstance(headers, tuple) else ()
