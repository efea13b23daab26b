"""HTML: sanitized and its references made absolute.

Text that is plainly written (`feedkit.normalize.plain`) has its tags replaced where they stand. All
other goes to nh3, which parses as a browser does (WHATWG HTML): what runs before it only bounds
the work and moves the addresses of lazy images, and what runs after it only touches nh3's own
canonical output. Both roads lead to the same result.
"""

import threading
from html import escape

from feedkit.normalize.bounds import bounded
from feedkit.normalize.cleaner import Cleaners, tidied
from feedkit.normalize.lazy import repair_lazy_images
from feedkit.normalize.plain import Plain
from feedkit.normalize.stand_ins import with_stand_ins
from feedkit.normalize.text import has_forbidden, plain_text, strip_forbidden

_MOST_PASSES = 6
_MARK = "\ufeff"


def sanitize(
    html: str, base: str | None, page: str | None = None, *, is_xml_text: bool = False
) -> str:
    """`html` as a fragment that is safe to publish, its references absolute.

    References resolve against `base` (RFC 3986, 5); those that cannot be absolute are dropped. A
    reference to a place within the text ("#note") leads to that place of `page`, the entry's own,
    where that is known: many feeds write notes so, whatever their base.
    Scripts, styles, event handlers, forms, ids, classes (but ``language-*`` on code) and
    frames that are no known player's are left out; lazy images get their address
    (`repair_lazy_images`). The result is a fixed point: sanitizing it again changes nothing.
    Time is linear in the length, whatever is in it.

    Nor does it hold a character that XML 1.0 (2.2) forbids. To look for them takes a tenth of the
    time; `is_xml_text` says that somebody did, as XML parsers do.
    """
    _tools.desk.page = page
    # A parser drops a byte order mark that comes first, and would drop another the next time.
    html = html.lstrip(_MARK)
    is_xml_text = is_xml_text or not has_forbidden(html)
    if "<" not in html and "&" not in html:
        out: str | None = escaped(html if is_xml_text else strip_forbidden(html))
    else:
        out = _tools.plain.sanitized(html, base) if is_xml_text else None
    return (by_the_parser(html, base) if out is None else out).lstrip(_MARK)


def by_the_parser(html: str, base: str | None) -> str:
    """What `sanitize` makes of `html` that is not plainly written."""
    cleaners, desk = _tools.cleaners, _tools.desk
    html = bounded(with_stand_ins(html))
    try:
        out = cleaners.clean(html, base)
    except UnicodeEncodeError:  # lone surrogates cannot enter Rust
        html = strip_forbidden(html)
        out = cleaners.clean(html, base)
    if has_forbidden(out):
        html = strip_forbidden(html)
        out = strip_forbidden(cleaners.clean(html, base))
    if desk.may_be_lazy():
        repaired = repair_lazy_images(html)
        if repaired is not html:
            out = strip_forbidden(cleaners.clean(repaired, base))
            html = repaired
    return tidied(out, desk.seen) if desk.is_settled(out) else _settled(html, base)


def _settled(html: str, base: str | None) -> str:
    """The fixed point of cleaning `html`; its words alone when there is none in sight."""
    cleaners = _tools.cleaners
    out = tidied(strip_forbidden(cleaners.clean_strictly(html, base)))
    for _ in range(_MOST_PASSES):
        again = tidied(strip_forbidden(cleaners.clean_strictly(out, base)))
        if again == out:
            return out
        out = again
    return escaped(plain_text(out))


def escaped(text: str) -> str:
    """`text` as HTML, spelt as the serializer spells it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return escape(text, quote=False).replace("\xa0", "&nbsp;")


class _Tools(threading.local):
    """What each thread sanitizes with."""

    def __init__(self) -> None:
        self.cleaners = Cleaners()
        self.desk = self.cleaners.desk
        self.plain = Plain(self.cleaners)


_tools = _Tools()
