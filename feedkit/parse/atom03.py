"""What Atom 0.3 says otherwise than RFC 4287: its ``mode``, and content in several forms.

Its other differences are elements of other names, which the tables of `feedkit.parse.atom` know.
The specification: https://datatracker.ietf.org/doc/html/draft-nottingham-atom-format-02.
"""

import base64
import binascii

from lxml import etree

from feedkit.parse.names import XML_BASE, canonical
from feedkit.parse.text import strip_forbidden

_TEXTS = frozenset((
    "atom:title", "atom:tagline", "atom:copyright", "atom:info", "atom:summary", "atom:content",
    "atom:subtitle", "atom:rights",
))  # fmt: skip
_BEST_FIRST = ("text/html", "application/xhtml+xml", "text/plain")


def as_atom10(root: etree._Element) -> None:
    """Rewrites the content constructs (Atom 0.3, 3.1) of a feed or an entry as RFC 4287 has
    them."""
    parents = [root, *(child for child in root if canonical(child.tag) == "atom:entry")]
    for parent in parents:
        for child in parent:
            if canonical(child.tag) in _TEXTS:
                _rewrite(child)


def _rewrite(element: etree._Element) -> None:
    if _kind(element) == "multipart/alternative":
        _choose(element)
    mode = element.attrib.pop("mode", "xml").strip().lower()
    if mode == "base64":
        _decode(element)
    elif mode == "escaped" and len(element) == 0 and _kind(element) == "application/xhtml+xml":
        element.set("type", "html")


def _kind(element: etree._Element) -> str:
    return element.get("type", "text/plain").partition(";")[0].strip().lower()


def _choose(element: etree._Element) -> None:
    """Puts the form that shows most in place of all (Atom 0.3, 4.13.8.1)."""
    forms = {_kind(form): form for form in element if canonical(form.tag) == "atom:content"}
    chosen = next((forms[kind] for kind in _BEST_FIRST if kind in forms), None)
    if chosen is None:
        return
    element.set("type", _kind(chosen))
    for name in ("mode", XML_BASE):
        if value := chosen.get(name):
            element.set(name, value)
    element.text = chosen.text
    for form in list(element):
        element.remove(form)
    element.extend(list(chosen))


def _decode(element: etree._Element) -> None:
    """The text that is encoded in base64; nothing where it is no text."""
    written = "".join((element.text or "").split())
    element.text = None
    try:
        element.text = strip_forbidden(base64.b64decode(written).decode())
    except (binascii.Error, ValueError):
        element.set("type", "application/octet-stream")
