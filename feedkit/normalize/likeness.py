"""Likeness: what entries have in common that are one entry, and the keys they are found by."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b

from feedkit.model import Entry
from feedkit.normalize.canonical import canonical_url
from feedkit.normalize.text import plain_text

_WEB = re.compile(r"https?:", re.IGNORECASE)
_TAIL = re.compile(r"https://[^/?]*+([^?]*)(\?.*)?", re.DOTALL)
_NO_LETTERS = re.compile(r"[\W_]+")
_SHORT = 300
_LONGEST_TEXT = 200_000
"""Characters of HTML that are compared; what comes after them tells no two entries apart."""


@lru_cache(maxsize=4096)  # entries that are compared have the same addresses
def page(url: str | None) -> str | None:
    """The canonical form of an address that can be one entry's own, else None.

    A site's front page is no entry's, though feeds link to it where an entry has no page.
    """
    if not url or not _WEB.match(url):
        return None
    form = canonical_url(url)
    tail = _TAIL.fullmatch(form)
    return form if tail and (tail[1].strip("/") or tail[2]) else None


def name(guid: str) -> str:
    """What all spellings of an id have in common: a web address has a canonical form."""
    return page(guid) or guid


def tails(url: str | None) -> tuple[str, ...]:
    """A web address without its host, whole first: with query and fragment, without the fragment,
    without the query. What nothing is left of is not among them."""
    if not url or not _WEB.match(url):
        return ()
    match = _TAIL.fullmatch(canonical_url(url))
    if match is None:
        return ()
    path, query = match.groups("")
    _, hash_, fragment = url.partition("#")
    whole = path + query + (hash_ + fragment if fragment else "")
    return tuple(filter(None, dict.fromkeys((whole, path + query, path))))


def lookup_keys(entry: Entry, namespace: str | None = None) -> tuple[int, ...]:
    """Numbers by which a store finds entries that may be `entry` under another id or elsewhere.

    Two entries share one when they share a `page` or a `name`, and, where both are of the feed
    `namespace`, when they share one of the `tails` of their addresses. 64 bits, signed; what is
    found is to be compared, for two texts may have one number.
    """
    own = page(entry.url)
    if namespace is None:
        return () if own is None else (_number("page", own),)
    found = dict.fromkeys(_number("page", text) for text in (own, name(entry.id)) if text)
    for url in (entry.id, entry.url):
        found |= dict.fromkeys(_number("tail", namespace, tail) for tail in tails(url))
    return tuple(found)


def _number(*parts: str) -> int:
    text = "\n".join(parts).encode(errors="surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big", signed=True)


def letters(text: str) -> str:
    """The letters and digits of `text`, their case and width folded: what is compared of it."""
    return _short_letters(text) if len(text) < _SHORT else _letters(text)


@lru_cache(maxsize=4096)  # entries that are compared have the same titles
def _short_letters(text: str) -> str:
    return _letters(text)


def _letters(text: str) -> str:
    return _NO_LETTERS.sub("", unicodedata.normalize("NFKC", text).casefold())


def wording(entry: Entry) -> tuple[str, ...]:
    """The `letters` of the entry's content and of its summary, where they say more than its
    title and its address."""
    said = {"", letters(entry.title), *map(letters, filter(None, (entry.url, entry.id)))}
    return tuple(text for text in dict.fromkeys(_texts(entry)) if text not in said)


def _texts(entry: Entry) -> Iterable[str]:
    for html in (entry.content, entry.summary):
        if html:
            yield letters(plain_text(html[:_LONGEST_TEXT]))
