"""Identity: the id under which an entry is known for good."""

import re
from datetime import datetime
from functools import lru_cache
from hashlib import sha1
from urllib.parse import quote
from uuid import NAMESPACE_URL

from feedkit.normalize.links import absolute, ascii_host
from feedkit.normalize.text import strip_forbidden

# RFC 3986, 4.3 and RFC 3987, 2.2: a scheme, and none of what no IRI may hold. One letter is
# a drive, a name with a dot and no "//" a host with its port. Code and files name nothing for good,
# and a web address has a host.
_IRI = re.compile(
    r"(?!(?i:javascript|data|vbscript|file|about|blob):)(?!(?i:https?):(?!//[^/?#]))"
    r"(?:[A-Za-z][A-Za-z0-9+\-]+:|[A-Za-z][A-Za-z0-9+.\-]+://)"
    r"(?:[^\x00-\x20\x7f-\xa0<>\"{}|\\^`%\ud800-\udfff\ufdd0-\ufdef\ufff0-\uffff]++"
    r"|%[0-9A-Fa-f]{2})++"
)
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]*")
_URL_NAMESPACE = NAMESPACE_URL.bytes
_VARIANTS = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
"""The digit of a UUID that says whose rules it follows (RFC 4122, 4.1.1): its first bits are 10."""
_HTTP_IRI = re.compile(r"https?://[^/?#]", re.IGNORECASE)


def entry_id(
    guid: str,
    *,
    url: str | None,
    title: str,
    content: str | None,
    published: datetime | None,
    namespace: str,
) -> str:
    """The id of an entry, an absolute IRI (RFC 4287, 4.2.6), the same in every run.

    `guid` itself, character for character, when it is an absolute IRI (RFC 3987); a web
    address that is nearly one is percent-encoded; any other becomes a ``urn:uuid:`` (RFC 4122,
    version 5) of `namespace` (the feed) and itself. Without a guid it is `url`, as it is where the
    guid is `url` without its host: a permanent link (RSS 2.0) that was written as a path. Without a
    URL it is a ``urn:uuid:`` of title and date, and of `content` where there is neither.
    """
    guid = guid.strip()
    if url and (guid in ("", url) or (guid[0] == "/" and absolute(guid, url) == url)):
        return url
    if guid:
        return _guid_id(guid, namespace)
    stable = [title, published.isoformat() if published else ""]
    return name_id(namespace, *(stable if any(stable) else ["", "", content or ""]))


def is_iri(text: str) -> bool:
    """Whether `text` is an absolute IRI that can be an id."""
    return _IRI.fullmatch(text) is not None


def name_id(namespace: str, *names: str) -> str:
    """The ``urn:uuid:`` of `names` within `namespace`: equal names, equal id (RFC 4122, 4.3)."""
    name = "\n".join((namespace, *names)).encode(errors="surrogatepass")
    digits = sha1(_URL_NAMESPACE + name, usedforsecurity=False).hexdigest()
    # As `uuid.UUID(bytes=…, version=5).urn` writes it, in a third of the time.
    variant = _VARIANTS[digits[16]]
    return (
        f"urn:uuid:{digits[:8]}-{digits[8:12]}-5{digits[13:16]}"
        f"-{variant}{digits[17:20]}-{digits[20:32]}"
    )


def article_id(host: str, folder: str, path: str) -> str:
    """The id of an article file: ``tag:<host>,2026:<folder>/<path>`` (RFC 4151).

    `host` may be a whole authority: its port and user are left out, its name is in lower case and
    ASCII ("localhost" where it is no host name). `folder` and `path` are percent-encoded, with
    ``/`` between their parts whatever the system.
    """
    parts = f"{folder}/{path}".replace("\\", "/")
    if "//" in parts:
        parts = re.sub("/{2,}", "/", parts)
    if not _PLAIN_PATH.fullmatch(parts):
        parts = quote(parts, safe="/-._~!$&'()*+,;=:@", errors="surrogatepass")
    return f"tag:{_tagging_entity(host)},2026:{parts.strip('/')}"


@lru_cache(maxsize=64)
def _tagging_entity(host: str) -> str:
    name = host.strip().rpartition("@")[2].partition(":")[0].rstrip(".")
    return ascii_host(name) or "localhost"


def _guid_id(guid: str, namespace: str) -> str:
    if is_iri(guid):
        return guid
    if _HTTP_IRI.match(guid):
        encoded = absolute(strip_forbidden(guid), None)
        if encoded and is_iri(encoded):
            return encoded
    return name_id(namespace, guid)
