"""Answers that are no document: what is not there, what cannot be done, and what to do then."""

from collections.abc import Sequence
from html import escape
from typing import TypedDict
from urllib.parse import quote

from feedkit.serve.heads import SECURITY, Fields
from feedkit.serve.media import HTML, TEXT
from feedkit.serve.messages import Answer, Request, header, status_line


class Links(TypedDict):
    """What there is instead."""

    links: Sequence[str]
    """Paths below `base`."""
    base: str
    has_page: bool
    """Whether there is a page of everything, at `base` itself."""


METHODS = "GET, HEAD, OPTIONS"
CORS = ("Access-Control-Allow-Origin", "*")
"""A reader that is a page of another site may know that a feed is gone, or never was."""
_KEPT = "no-store"


def page(
    request: Request,
    status: int,
    kind: str,
    body: bytes,
    *more: tuple[str, str | int],
    is_last: bool = False,
) -> Answer:
    """An answer that is made anew each time, and not to be kept."""
    fields: Fields = [
        ("Content-Type", kind),
        ("Content-Length", len(body)),
        ("Cache-Control", _KEPT),
        *more,
        *SECURITY,
    ]
    head = status_line(status) + header(*fields)
    return Answer(status, head, b"" if request.is_head else body, is_last=is_last)


def refusal(
    request: Request,
    status: int,
    sentence: str,
    *more: tuple[str, str | int],
    links: Sequence[str] = (),
    base: str = "/",
    has_page: bool = False,
    is_last: bool = False,
) -> Answer:
    """One sentence, and where to go instead: `links` are paths below `base`, where a page may be.
    In HTML to who can show it, else in plain text."""
    addresses = [quote(base + link) for link in links]
    if "text/html" in (request.field("Accept") or ""):
        items = "".join(f'<li><a href="{escape(url)}">{escape(url)}</a></li>' for url in addresses)
        listed = f"<p>The feeds here:</p><ul>{items}</ul>" if items else ""
        if has_page:
            listed = f'<p><a href="{escape(quote(base))}">The page of everything</a></p>{listed}'
        text = document(str(status), sentence, listed, base)
        kind = HTML
    else:
        listed = "".join(f"\n  {url}" for url in addresses)
        text = f"{sentence}{listed and f' The feeds here:{listed}'}\n"
        kind = TEXT
    return page(request, status, kind, text.encode(), ("Vary", "Accept"), *more, is_last=is_last)


def document(title: str, heading: str, content: str, base: str) -> str:
    """A page of feedkit's own, in the style of the pages that are published below `base`; `content`
    is HTML, the others are texts."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="{escape(base)}style.css">'
        f'</head><body class="plain"><header class="masthead"><h1>{escape(heading)}</h1></header>'
        f"<main>{content}</main></body></html>\n"
    )


def not_allowed(request: Request, allowed: str = METHODS) -> Answer:
    """The method is none for this path (RFC 9110, 15.5.6)."""
    sentence = f"This can be asked for with {allowed} only."
    return refusal(request, 405, sentence, ("Allow", allowed))


def options() -> Answer:
    """What may be asked (RFC 9110, 9.3.7), also by a page of another site (CORS)."""
    return Answer(
        204,
        status_line(204)
        + header(
            ("Allow", METHODS),
            CORS,
            ("Access-Control-Allow-Methods", METHODS),
            ("Access-Control-Allow-Headers", "A-IM, If-Modified-Since, If-None-Match, Range"),
            ("Access-Control-Max-Age", 86_400),
        ),
    )
