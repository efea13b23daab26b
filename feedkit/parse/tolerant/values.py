"""feedparser's values: what it has under a key, as a text, a time, a URL or people."""

import re
from datetime import datetime

from feedkit.model import Person
from feedkit.parse.dates import parse_date
from feedkit.parse.text import (
    add_person,
    collapse,
    html_title,
    plain_title,
    read_person,
    strip_forbidden,
    text_to_html,
    unescape_text,
)
from feedkit.parse.tolerant.for_feedparser import AT, UNREAD
from feedkit.parse.urls import resolve

Values = dict[str, object]

_VOID_END = re.compile(r"</(?:area|br|col|embed|hr|img|input|link|meta|source|track|wbr)\s*>")
_DIV = re.compile(r"<(/?)div\b[^<>]*>")
_UNKNOWN = ("googleplay_", "dcterms_", "itunes_title")
"""Keys of what feedparser has no reader for."""


def text_of(values: Values, key: str) -> str:
    """The text under `key`; "" where there is none."""
    # dict's own `get`: FeedParserDict's warns, maps "updated" to "published" and can raise.
    value = dict.get(values, key)
    return strip_forbidden(value).replace(AT, "@").strip() if isinstance(value, str) else ""


def object_of(values: Values, key: str) -> Values:
    """What is under `key`; empty where nothing is."""
    value = dict.get(values, key)
    return value if isinstance(value, dict) else {}


def objects_of(values: Values, key: str) -> list[Values]:
    """The list under `key`; empty where there is none."""
    value = dict.get(values, key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def url_of(values: Values, key: str, base: str | None) -> str | None:
    """The reference under `key` against `base`; None where there is none."""
    # In attributes of what is not well-formed, feedparser leaves references as they are.
    return resolve(base, unescape_text(text_of(values, key)))


def date_of(values: Values, key: str) -> datetime | None:
    """The time under `key`; None where none is, or what is there is no date."""
    return parse_date(text_of(values, key))


def title_of(values: Values, key: str, is_atom: bool) -> str:
    """A text as plain text: by its type in Atom, by its looks in RSS."""
    text = text_of(values, key)
    if not is_atom:
        return plain_title(text)
    kind = text_of(object_of(values, key + "_detail"), "type")
    is_html = kind in ("text/html", "application/xhtml+xml")
    return html_title(text) if is_html else collapse(text)


def html_of(detail: Values, version: str) -> str | None:
    """A text as HTML, by its type. Where there is none, as in RSS, it is HTML."""
    text, kind = text_of(detail, "value"), text_of(detail, "type").partition(";")[0].strip()
    if kind == "application/xhtml+xml":
        text = _VOID_END.sub("", text)
        text = _without_div(text) if version != "atom10" else text
    elif kind == "text/plain" or (kind.startswith("text/") and kind != "text/html"):
        text = text_to_html(text)
    elif kind not in ("", "text/html"):
        text = ""  # base64 of some file, or XML that is no page
    return text or None


def _without_div(text: str) -> str:
    """`text` without the ``div`` around all of it, which feedparser takes off in Atom 1.0 only."""
    first = _DIV.match(text)
    if not first or not text.endswith("</div>"):
        return text
    depth = 0
    for tag in _DIV.finditer(text):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return text[first.end() : -len("</div>")].strip() if tag.end() == len(text) else text
    return text


def people_of(values: Values, key: str, base: str | None) -> list[Person]:
    """feedparser's list of people; its ``author_detail`` mixes several authors into one."""
    people: list[Person] = []
    before = ""
    for person in objects_of(values, key):
        name, email = text_of(person, "name"), text_of(person, "email")
        url = url_of(person, "href", base)
        if people and name in (before, people[-1].name):
            name = ""  # what feedparser takes over from the author before one without a name
        if email or url:
            known = Person(name=collapse(html_title(name)) or None, email=email or None, url=url)
            add_person(people, known)
        else:
            add_person(people, read_person(unescape_text(name)))
        before = f"{name} ({email})"
    return people


def numbered(values: Values, name: str) -> list[Values]:
    """Those of elements of which an entry has several, which `for_feedparser` gave numbers."""
    keys = [key for key in values if isinstance(key, str) and key.startswith(f"{name}-")]
    return [object_of(values, key) for key in keys]


def unescape_unread(values: Values) -> None:
    """Resolves references in what feedparser stores as it is. Only its strict parser, which a
    broken document does not get, has done so."""
    for key, value in values.items():
        if isinstance(value, str) and (UNREAD in key or key.startswith(_UNKNOWN)):
            values[key] = unescape_text(value)
