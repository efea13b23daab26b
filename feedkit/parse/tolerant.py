"""The tolerant path: what is not well-formed, and formats that lxml's readers do not know, by
feedparser.

feedparser only takes the document apart. Dates, people, text and base URLs are read by the same
functions as on the well-formed path, so that both give the same `Feed`.
"""

import io
import re
from datetime import datetime
from xml.sax import SAXException

import feedparser
import msgspec

from feedkit.errors import ParseError
from feedkit.model import Enclosure, Entry, Feed, Origin, Person, Resource
from feedkit.parse.dates import parse_date
from feedkit.parse.draft import EntryDraft, FeedDraft, add_enclosure, finish_entry, finish_feed
from feedkit.parse.sniff import root_name
from feedkit.parse.text import (
    add_person,
    collapse,
    html_title,
    plain_title,
    read_duration,
    read_flag,
    read_language,
    read_number,
    read_person,
    strip_forbidden,
    text_to_html,
    unescape_text,
)
from feedkit.parse.urls import document_base, enter, resolve

Values = dict[str, object]

MAX_MARKUP = 300_000
"""Tags. feedparser takes up to 20 µs for each, however small, so this is six seconds."""

MAX_NAMES = 200
"""Attributes of one tag, and namespace prefixes of a document. feedparser looks each up among all
the others."""

MAX_PAIRS = 100_000_000
"""Pairs of categories of one entry, of which each is compared with each: two seconds."""

_FORMATS = {"rss091n": "rss091", "rss091u": "rss091"}
_TAG = re.compile(r"""<[^<>"']*+(?:"[^"<]*+"[^<>"']*+|'[^'<]*+'[^<>"']*+)*+""")
_PREFIX = re.compile(r"xmlns:([^\s=<>]{1,100})", re.IGNORECASE)
# Stands for "@" while feedparser has the text. It would look for addresses in names, cut them
# after four letters of "example", and give one author's address to the next of the same entry.
_AT = "\ufdd0"
_ENTRY = re.compile(r"<(?:item|entry)\b", re.IGNORECASE)
_CATEGORY = re.compile(r"<[^\s<>:/]{0,40}:?(?:category|subject)\b", re.IGNORECASE)
# Lists of words that no other reader of feedkit takes for categories; feedparser does, at a cost
# that grows with the square of their number.
_WORD_LIST = re.compile(r"(</?(?:[\w-]{1,40}:)?)(?=(?:keywords|tags)\b)", re.IGNORECASE)
_LINK = re.compile(r"<link>\s*(?:<!\[CDATA\[)?([^<>\[\]]{1,2000})", re.IGNORECASE)
_DECLARATION = re.compile(r"\s*<\?xml[^>]*>")
_PAGE_TYPES = ("", "text/html", "application/xhtml+xml")

# What feedparser 6.0.14 lets out when a document surprises it, found by fuzzing: its handlers
# index and convert what may be missing or no number, sgmllib asserts, and the strict parser
# raises its own UndeclaredNamespace through expat.
_SURPRISES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    SAXException,
    TypeError,
    ValueError,
    feedparser.UndeclaredNamespace,
)


def read_tolerantly(text: str, url: str | None, reason: str) -> Feed:
    """The feed in `text`, with `reason` as its bozo; raises ParseError when there is none."""
    _refuse_excess(text, reason)
    base = document_base(url, _site(text))
    plain = _WORD_LIST.sub(r"\1unread-", _DECLARATION.sub("", text, count=1))
    plain = plain.replace("@", _AT)
    root = (root_name(text) or "").lower()
    document = _take_apart(plain, base, root == "rss", reason)
    version = _text(document, "version")
    if not version and root not in ("channel", "item"):
        raise ParseError(reason)
    is_atom = version.startswith("atom")
    feed, entries = _object(document, "feed"), _objects(document, "entries")
    draft = _read_feed(feed, base, is_atom)
    read = [_read_entry(entry, draft, is_atom) for entry in entries]
    if not read and not draft.title and not draft.url:
        raise ParseError(reason)
    format_ = _FORMATS.get(version, version) or "rss"
    return msgspec.structs.replace(finish_feed(draft, format_, read), bozo=reason)


def _refuse_excess(text: str, reason: str) -> None:
    """Keeps feedparser's time within seconds, whatever the document."""
    if text.count("<") + text.count("&") // 5 > MAX_MARKUP:
        raise ParseError(f"it has too many tags to be mended; {reason}")
    if any(tag[0].count("=") > MAX_NAMES for tag in _TAG.finditer(text)):
        raise ParseError(f"it has a tag with over {MAX_NAMES} attributes; {reason}")
    if sum(len(_CATEGORY.findall(entry)) ** 2 for entry in _ENTRY.split(text)) > MAX_PAIRS:
        raise ParseError(f"it has an entry with too many categories; {reason}")
    if len(set(_PREFIX.findall(text))) > MAX_NAMES:
        raise ParseError(f"it declares over {MAX_NAMES} namespaces; {reason}")


def _take_apart(text: str, base: str | None, is_rss: bool, reason: str) -> Values:
    """feedparser's result. It gets a stream, so that it takes nothing for a path or a URL, with
    the headers that say what is known: that it is UTF-8 by now, and where it was found. It is not
    told of the latter for RSS, where it would make a URL of each ``<guid>`` that is none.
    """
    headers = {"content-type": "application/xml; charset=utf-8"}
    if base and not is_rss:
        headers["content-location"] = base
    try:
        return feedparser.parse(
            io.BytesIO(text.encode("utf-8", "replace")),
            response_headers=headers,
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except _SURPRISES as error:
        raise ParseError(f"{reason}; feedparser gave up on it too") from error


def _site(text: str) -> str | None:
    """The first ``<link>`` with text, where it stands before the entries: an RSS channel's."""
    match = _LINK.search(text)
    return match[1].strip() if match and "<item" not in text[: match.start()] else None


# ------------------------------------------------------------------------------------------- feeds


def _read_feed(feed: Values, base: str | None, is_atom: bool) -> FeedDraft:
    draft = FeedDraft(base=base, id=_text(feed, "id") or None)
    draft.title = _title(feed, "title", is_atom)
    draft.subtitle = _title(feed, "subtitle", is_atom) or None
    draft.rights = _title(feed, "rights", is_atom) or None
    draft.language = read_language(_text(feed, "language"))
    draft.authors = _people(feed, "authors", base)
    draft.updated = _date(feed, "updated")
    draft.other_updated = None if is_atom else _date(feed, "published")
    draft.ttl = read_number(_text(feed, "ttl"))
    draft.image = _url(_object(feed, "image"), "href", base) or _url(feed, "logo", base)
    draft.other_image = _url(feed, "icon", base)
    for link in _objects(feed, "links"):
        href = _url(link, "href", base)
        match _text(link, "rel"):
            case "alternate":
                draft.url = draft.url or href
            case "self":
                draft.self_url = draft.self_url or href
            case "hub":
                draft.hub = draft.hub or href
            case "prev-archive":
                draft.prev_archive = draft.prev_archive or href
            case "next":
                draft.next_page = draft.next_page or href
    return draft


# ----------------------------------------------------------------------------------------- entries


def _read_entry(entry: Values, feed: FeedDraft, is_atom: bool) -> Entry:
    base = feed.base
    draft = EntryDraft(base=base, id=_text(entry, "id"))
    draft.title = _title(entry, "title", is_atom)
    language = _text(_object(entry, "title_detail"), "language")
    draft.language = read_language(language) or feed.language
    draft.authors = _people(entry, "authors", base)
    draft.contributors = _people(entry, "contributors", base)
    draft.published = _date(entry, "published")
    draft.other_published = _date(entry, "created")
    if is_atom:
        draft.updated = _date(entry, "updated")
    else:
        draft.dated = _date(entry, "updated")  # dc:date, mostly
    draft.rights = _title(entry, "rights", is_atom) or None
    draft.comments_url = _url(entry, "comments", base)
    draft.origin = _origin(entry, base, is_atom)
    draft.categories = _categories(entry, is_atom)
    _read_links(draft, entry, is_atom)
    _read_markup(draft, entry, is_atom)
    _read_media(draft, entry)
    return finish_entry(draft, feed.authors if is_atom else ())


def _read_links(draft: EntryDraft, entry: Values, is_atom: bool) -> None:
    for link in _objects(entry, "links"):
        href = _url(link, "href", draft.base)
        kind = _text(link, "type")
        if not href:
            continue
        match _text(link, "rel"):
            case "alternate" if kind in _PAGE_TYPES:
                draft.url = draft.url or href
            case "alternate":
                draft.other_url = draft.other_url or href
            case "enclosure":
                length = read_number(_text(link, "length"))
                add_enclosure(
                    draft.enclosures, Enclosure(url=href, type=kind or None, length=length)
                )
            case "replies" if kind in _PAGE_TYPES:
                draft.comments_url = draft.comments_url or href
            case "related":
                draft.external_url = draft.external_url or href
    permanent = _text(entry, "link")  # feedparser's guess from <guid>, and from <atom:id> too
    if not is_atom and permanent.startswith(("http://", "https://")):
        draft.other_url = draft.other_url or permanent
    draft.original_url = _url(entry, "feedburner_origlink", draft.base)


def _read_markup(draft: EntryDraft, entry: Values, is_atom: bool) -> None:
    """Summary and content. A summary without details is feedparser's copy of the content."""
    detail = _object(entry, "summary_detail")
    if _text(detail, "value"):
        draft.summary = _html(detail, is_atom)
        draft.summary_base = enter(draft.base, _text(detail, "base") or None)
    for content in _objects(entry, "content"):
        source = _url(content, "src", draft.base)
        if source:
            draft.other_url = draft.other_url or source
        elif not is_atom and draft.summary and _text(content, "type") == "text/plain":
            continue  # itunes:summary, which feedparser takes for a second description
        elif not draft.content:
            draft.content = _html(content, is_atom)
            draft.content_base = enter(draft.base, _text(content, "base") or None)


def _read_media(draft: EntryDraft, entry: Values) -> None:
    base = draft.base
    for thumbnail in _objects(entry, "media_thumbnail"):
        draft.thumbnail = draft.thumbnail or _url(thumbnail, "url", base)
    for content in _objects(entry, "media_content"):
        url, kind = _url(content, "url", base), _text(content, "type")
        medium = _text(content, "medium") or kind.partition("/")[0]
        if url and medium == "image":
            draft.picture = draft.picture or url
        elif url and medium in ("audio", "video"):
            length = read_number(_text(content, "filesize"))
            add_enclosure(draft.enclosures, Enclosure(url=url, type=kind or None, length=length))
    draft.cover = _url(_object(entry, "image"), "href", base)
    draft.duration = read_duration(_text(entry, "itunes_duration"))
    draft.episode = read_number(_text(entry, "itunes_episode"))
    draft.season = read_number(_text(entry, "itunes_season"))
    explicit = entry.get("itunes_explicit")
    draft.explicit = explicit if isinstance(explicit, bool) else read_flag(_text(entry, "explicit"))
    transcript = _resource(_object(entry, "podcast_transcript"), base)
    draft.transcripts = [transcript] if transcript else []
    draft.chapters = _resource(_object(entry, "podcast_chapters"), base)


def _resource(values: Values, base: str | None) -> Resource | None:
    url = _url(values, "url", base)
    if not url:
        return None
    language = read_language(_text(values, "language"))
    return Resource(url=url, type=_text(values, "type") or None, language=language)


def _origin(entry: Values, base: str | None, is_atom: bool) -> Origin | None:
    source = _object(entry, "source")
    links = _objects(source, "links")
    own = [_url(link, "href", base) for link in links if _text(link, "rel") == "self"]
    authors = _people(source, "authors", base)
    origin = Origin(
        id=_text(source, "id") or None,
        title=_title(source, "title", is_atom) or None,
        url=_url(source, "link", base),
        feed_url=_url(source, "href", base) or (own[0] if own else None),
        author=authors[0] if authors else None,
        rights=_title(source, "rights", is_atom) or None,
    )
    return None if origin == Origin() else origin


# ------------------------------------------------------------------------------ feedparser's values


def _title(values: Values, key: str, is_atom: bool) -> str:
    """A text as plain text: by its type in Atom, by its looks in RSS."""
    text = _text(values, key)
    if not is_atom:
        return plain_title(text)
    if _text(_object(values, key + "_detail"), "type") in ("text/html", "application/xhtml+xml"):
        return html_title(text)
    return collapse(text)


def _html(detail: Values, is_atom: bool) -> str | None:
    text = _text(detail, "value")
    if is_atom and _text(detail, "type") == "text/plain":
        text = text_to_html(text)
    return text or None


def _categories(entry: Values, is_atom: bool) -> list[str]:
    tags = [_text(tag, "term") or _text(tag, "label") for tag in _objects(entry, "tags")]
    names = [collapse(tag) if is_atom else plain_title(tag) for tag in tags]
    return [name for name in names if name]


def _people(values: Values, key: str, base: str | None) -> list[Person]:
    """feedparser's list of people; its ``author_detail`` mixes several authors into one."""
    people: list[Person] = []
    before = ""
    for person in _objects(values, key):
        name, email = _text(person, "name"), _text(person, "email")
        url = _url(person, "href", base)
        if people and name in (before, people[-1].name):
            name = ""  # what feedparser takes over from the author before one without a name
        if email or url:
            known = Person(name=collapse(html_title(name)) or None, email=email or None, url=url)
            add_person(people, known)
        else:
            add_person(people, read_person(unescape_text(name)))
        before = f"{name} ({email})"
    return people


def _date(values: Values, key: str) -> datetime | None:
    return parse_date(_text(values, key))


def _url(values: Values, key: str, base: str | None) -> str | None:
    # In attributes of what is not well-formed, feedparser leaves references as they are.
    return resolve(base, unescape_text(_text(values, key)))


def _text(values: Values, key: str) -> str:
    # dict's own `get`: FeedParserDict's warns, maps "updated" to "published" and can raise.
    value = dict.get(values, key)
    return strip_forbidden(value).replace(_AT, "@").strip() if isinstance(value, str) else ""


def _object(values: Values, key: str) -> Values:
    value = dict.get(values, key)
    return value if isinstance(value, dict) else {}


def _objects(values: Values, key: str) -> list[Values]:
    value = dict.get(values, key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
