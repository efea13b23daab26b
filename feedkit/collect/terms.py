"""What a person configured for the requests of one source → what is sent, how, and to whom alone.

Secrets are read here, at the last moment, and stay in what is given back to the client.
"""

import base64
import os
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from yarl import URL

from feedkit.config import RequestOptions, Secret
from feedkit.errors import CollectError


class Proxy(NamedTuple):
    """A proxy, its address without user and password."""

    url: URL
    fields: Mapping[str, str]
    """What is sent to it alone."""


class Terms(NamedTuple):
    """On which terms one source is asked."""

    origin: str | None = None
    """Whom `fields` are for."""
    fields: Mapping[str, str] = {}
    proxy: Proxy | None = None
    ca: Path | None = None

    def fields_for(self, url: URL) -> dict[str, str]:
        """The header fields for `url`: those of the source for its own origin, none for another.

        A user in `url` itself counts where the source has none.
        """
        fields = dict(self.fields) if self.origin == origin(url) else {}
        if url.raw_user is not None and "authorization" not in map(str.lower, fields):
            fields["Authorization"] = _basic(url.user or "", url.password or "")
        return fields


def origin(url: URL) -> str:
    """The origin of `url` (RFC 6454, 4): who answers for it."""
    return f"{url.scheme}://{url.raw_host}:{url.port}"


def terms_of(options: RequestOptions, source: URL) -> Terms:
    """The terms of `options`, whose URL is `source`, with the secrets of the environment in place.

    Raises `CollectError` when one is missing or can be none.
    """
    fields = {name: value.reveal(os.environ) for name, value in options.headers}
    if options.username is not None:
        password = "" if options.password is None else options.password.reveal(os.environ)
        user = options.username.reveal(os.environ)
        if ":" in user:
            raise CollectError("needs a user name without a colon (username)")
        # Replaces nothing: the configuration has the header or the user, not both.
        fields["Authorization"] = _basic(user, password)
    proxy = None if options.proxy is None else _proxy(options.proxy)
    return Terms(origin(source), fields, proxy, options.ca)


def trusting(ca: Path) -> ssl.SSLContext:
    """TLS that trusts the certificates of the file `ca` beside the system's.

    Raises `CollectError` when it cannot be read.
    """
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_verify_locations(cafile=ca)
    except OSError as error:  # ssl.SSLError is one: a file without certificates
        why = error.strerror if not isinstance(error, ssl.SSLError) else "no certificate is in it"
        raise CollectError(f"needs the certificates of {ca} (ca): {why}") from error
    return context


def _proxy(written: Secret) -> Proxy:
    # Values that are a part of the address may have any characters, also those that divide it.
    encoded = str if written.is_variable else (lambda value: quote(value, safe=""))
    refused = CollectError("needs the address of an HTTP proxy (proxy), which is not one")
    try:
        url = URL(written.reveal(os.environ, encoded))
    except ValueError:
        raise refused from None  # the cause quotes the address, and that may hold a password
    if url.scheme not in ("http", "https") or not url.raw_host:
        raise refused
    if url.raw_user is None:
        return Proxy(url.origin(), {})
    authorization = _basic(url.user or "", url.password or "")
    return Proxy(url.origin(), {"Proxy-Authorization": authorization})


def _basic(user: str, password: str) -> str:
    """The credentials of RFC 7617, 2, in UTF-8 (2.1)."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
