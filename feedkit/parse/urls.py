"""References made absolute (RFC 3986, 5), as far as a base is known."""

import re
from urllib.parse import urljoin, urlsplit

_UNWANTED = re.compile(r"[\t\r\n]")


def resolve(base: str | None, reference: str | None) -> str | None:
    """`reference` against `base`; None when it is empty or can be no URL.

    Without a base a relative reference is given back as it is.
    """
    if reference is None:
        return None
    reference = reference.strip()
    if "\n" in reference or "\t" in reference or "\r" in reference:
        reference = _UNWANTED.sub("", reference)  # the URL standard removes these anywhere
    if reference.startswith(("https://", "http://")) or not base:
        return reference or None
    if not reference:
        return None
    try:
        return urljoin(base, reference)
    except ValueError:  # an IPv6 host without its bracket
        return None


def enter(base: str | None, reference: str | None) -> str | None:
    """The base inside an element whose ``xml:base`` is `reference` (XML Base, 4)."""
    return base if reference is None else resolve(base, reference) or base


def document_base(url: str | None, site: str | None) -> str | None:
    """What references in a feed that has no ``xml:base`` are relative to: the document's own URL
    (RFC 3986, 5.1.3), else its site's. A document that another host serves (FeedBurner, a CDN)
    says nothing of where the site's pages are, so there the site comes first.
    """
    if not url or not site or not site.startswith(("http://", "https://")):
        return url or site
    try:
        return url if _host(url) == _host(site) else site
    except ValueError:
        return url


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")
