"""Plain text out of what feeds write where plain text belongs: titles, names, categories, numbers.

Pure functions on strings; nothing of XML here. Every pattern is linear in the length of its text.
"""

import re
from collections.abc import Iterable
from html import escape, unescape

from feedkit.model import Person

MAX_PEOPLE = 50
"""People that are taken of one entry: each is compared with all before it."""

# Elements that titles are known to be written with. "List<String>" and "the <thing> operator"
# name no element of HTML and so are text.
HTML_NAMES = frozenset((
    "a", "abbr", "acronym", "address", "article", "aside", "audio", "b", "bdi", "bdo", "big",
    "blockquote", "body", "br", "button", "center", "cite", "code", "data", "del", "details",
    "dfn", "div", "dl", "dd", "dt", "em", "figure", "figcaption", "font", "footer", "form",
    "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "i", "iframe", "img",
    "input", "ins", "kbd", "label", "li", "link", "main", "mark", "meta", "nav", "nobr", "ol",
    "option", "p", "picture", "pre", "q", "rp", "rt", "ruby", "s", "samp", "script", "section",
    "select", "small", "source", "span", "strike", "strong", "style", "sub", "summary", "sup",
    "svg", "table", "tbody", "td", "textarea", "tfoot", "th", "thead", "time", "title", "tr",
    "tt", "u", "ul", "var", "video", "wbr",
))  # fmt: skip
BREAKS = frozenset((
    "br", "p", "div", "li", "tr", "td", "th", "dd", "dt", "h1", "h2", "h3", "h4", "h5", "h6",
    "hr", "blockquote",
))  # fmt: skip
"""Elements that part words."""

_TAG = re.compile(r"""</?([a-zA-Z][\w:-]*+)(?:[^<>"']|"[^"<]*+"|'[^'<]*+')*+>""", re.ASCII)
_BARE_TAG = re.compile(r"<([a-zA-Z]\w*+)>", re.ASCII)
_CLOSED = re.compile(r"</([a-zA-Z]\w*+)", re.ASCII)
_MARKUP_SIGN = re.compile(
    r"</([a-zA-Z]\w*)\s*>|<(?:[a-zA-Z]\w*\s*/|br|wbr|hr|img\b[^<>]*)>", re.ASCII
)
_COMMENT = re.compile(r"<!--[^<>]*-->")
_REFERENCE = re.compile(r"&(?:#\d{1,8}|#[xX][0-9a-fA-F]{1,8}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_SPACE = re.compile(r"[ \t\r\n\f]+")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_WINDOWS = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
_CLOCK = re.compile(r"(?:(\d{1,5}):)?(\d{1,5}):(\d{1,2})(?:\.\d+)?", re.ASCII)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MINUTES = {"hourly": 60, "daily": 1440, "weekly": 10080, "monthly": 43200, "yearly": 525600}
_NUMBER = re.compile(r"\d{1,15}", re.ASCII)


def collapse(text: str) -> str:
    """`text` with each run of white space made one space, and none at its ends.

    Controls beyond ASCII, which no one writes, are the characters that Windows-1252 has in their
    place: that is what feeds mean by ``&#146;`` (WHATWG HTML, 13.2.5.80).
    """
    if not text.isascii() and not text.isprintable():
        text = text.translate(_WINDOWS)
    if "\n" in text or "  " in text or "\t" in text or "\r" in text or "\f" in text:
        text = _SPACE.sub(" ", text)
    return text.strip(" \xa0")


def strip_forbidden(text: str) -> str:
    """`text` without the characters that XML 1.0 (2.2) has no place for."""
    return _FORBIDDEN.sub("", text)


def plain_title(text: str) -> str:
    """The plain text of a title whose format nothing says, as in RSS 2.0.

    Markup and references are read as HTML, once more where the title was escaped twice; what only
    looks like markup ("A < B", "R&D", "vector<int>") is kept.
    """
    if "<" in text or "&" in text:
        for _ in range(2):
            if is_markup(text):
                text = _without_tags(text)
            text = unescape_text(text)
    return collapse(text)


def html_title(text: str) -> str:
    """The plain text of a title that is said to be HTML (RFC 4287, 3.1.1.2).

    What looks like a tag but names no element and is never closed ("C++ <vector> explained") is
    text that was not escaped.
    """
    if "<" in text:
        text = _without_tags(_with_escaped_names(text))
    return collapse(unescape_text(text))


def unescape_text(text: str) -> str:
    """`text` with HTML's character references, where they end in ";", resolved once."""
    return _REFERENCE.sub(_referred, text) if "&" in text else text


def text_to_html(text: str) -> str:
    """Plain text as HTML (RFC 4287, 3.1.1.1)."""
    return escape(text, quote=False)


def lines_to_html(text: str) -> str:
    """Plain text as HTML with its lines, which are meant where a person typed them, as in a note
    or under a video."""
    return text_to_html(text).replace("\n", "<br>\n")


def media_html(text: str, kind: str) -> str | None:
    """A ``media:description`` as HTML. It is "plain" unless it says otherwise (Media RSS 1.5.1),
    but what says nothing often is HTML."""
    text, kind = text.strip(), kind.strip().lower()
    is_html = kind in ("html", "text/html") or (not kind and is_markup(text))
    return (text if is_html else lines_to_html(text)) or None


def is_markup(text: str) -> bool:
    """Whether `text` has a closed or void element, and no tag that HTML does not know."""
    return bool(_MARKUP_SIGN.search(text)) and all(
        match[1].lower() in HTML_NAMES for match in _TAG.finditer(text)
    )


def _without_tags(text: str) -> str:
    return _TAG.sub(_tag_gap, _COMMENT.sub("", text))


def _with_escaped_names(text: str) -> str:
    """`text` with those tags escaped that are none, having no attributes, no end and no meaning."""
    known = HTML_NAMES.union(map(str.lower, _CLOSED.findall(text)))
    return _BARE_TAG.sub(lambda tag: tag[0] if tag[1].lower() in known else escape(tag[0]), text)


def _tag_gap(match: re.Match[str]) -> str:
    return " " if match[1].lower() in BREAKS else ""


def _referred(match: re.Match[str]) -> str:
    return strip_forbidden(unescape(match[0]))


# ----------------------------------------------------------------------------------------- people

_BRACKETED = re.compile(r"([^()<>]*)(?:\(([^()]*)\)|<([^<>]*)>)\s*")
_ADDRESS = re.compile(r"(?:mailto:)?([^\s@<>()]+@[^\s@<>()]+)", re.IGNORECASE)


def read_person(text: str) -> Person | None:
    """A person as RSS names one: ``mail (Name)``, ``Name <mail>``, ``Name (mail)``, or only one."""
    text = collapse(unescape_text(text))  # tags stay, for "Name <mail>" looks like one
    if "@" not in text:
        return Person(name=text) if text else None
    if match := _BRACKETED.fullmatch(text):
        first, second = match[1].strip(), (match[2] or match[3] or "").strip()
        for address, name in ((first, second), (second, first)):
            if mail := _ADDRESS.fullmatch(address):
                return Person(name=name or None, email=mail[1])
    if mail := _ADDRESS.fullmatch(text):
        return Person(email=mail[1])
    return Person(name=text)


def add_person(people: list[Person], person: Person | None) -> None:
    """Appends `person`, or completes the one of the same name or address that is there already:
    RSS items often name one author both in ``<author>`` and in ``<dc:creator>``."""
    if person is None or len(people) >= MAX_PEOPLE:
        return
    for index, known in enumerate(people):
        same_name = bool(known.name) and known.name == person.name
        same_mail = bool(known.email) and known.email == person.email
        one_is_nameless = not known.name or not person.name
        if same_name or (same_mail and one_is_nameless):
            people[index] = Person(
                name=known.name or person.name,
                email=known.email or person.email,
                url=known.url or person.url,
            )
            return
    people.append(person)


def with_person(people: tuple[Person, ...], person: Person | None) -> tuple[Person, ...]:
    """`people` and `person`, who may be one of them already."""
    together = list(people)
    add_person(together, person)
    return tuple(together)


# ---------------------------------------------------------------------------------------- numbers


def read_number(text: str | None) -> int | None:
    """A number of at most 15 digits that is not negative; None for anything else."""
    match = _NUMBER.fullmatch(text.strip()) if text else None
    return int(match[0]) if match else None


def read_duration(text: str | None) -> int | None:
    """Seconds, from "5025", "83:45" or "1:23:45" (itunes:duration); None for anything else."""
    text = (text or "").strip()
    if match := _CLOCK.fullmatch(text):
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        return hours * 3600 + minutes * 60 + seconds
    return read_number(text.partition(".")[0])


def read_flag(text: str | None) -> bool | None:
    """itunes:explicit: "yes" and "true" are True, "no", "false" and "clean" are False."""
    word = (text or "").strip().lower()
    if word in ("yes", "true", "explicit"):
        return True
    return False if word in ("no", "false", "clean") else None


def read_language(text: str | None) -> str | None:
    """A language tag (BCP 47), "_" made "-"; None when there is none."""
    return (text or "").strip().replace("_", "-") or None


def read_minutes(text: str | None) -> int | None:
    """How long a period of the syndication module is; None for a word that names none."""
    return _MINUTES.get((text or "").strip().lower())


def read_hours(texts: Iterable[str | None]) -> tuple[int, ...]:
    """Hours of the day, 0 to 23. RSS 0.91 counted from 1 to 24, where 24 is midnight."""
    hours = map(read_number, texts)
    return tuple(sorted({hour % 24 for hour in hours if hour is not None and hour <= 24}))


def read_days(texts: Iterable[str | None]) -> tuple[str, ...]:
    """English names of days, from Monday on."""
    named = {(text or "").strip().capitalize() for text in texts}
    return tuple(day for day in _DAYS if day in named)
