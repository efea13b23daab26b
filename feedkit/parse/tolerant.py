"""The tolerant path: what is not well-formed, by feedparser.

feedparser only takes the document apart. Dates, people, text and base URLs are read by the same
functions as on the well-formed path, so that both give the same `Feed`.
"""

import io
import re
from datetime import datetime
from itertools import islice
from xml.sax import SAXException

import feedparser
import msgspec

from feedkit.errors import ParseError
from feedkit.model import Enclosure, Entry, Feed, Origin, Person, Place, Resource
from feedkit.parse.dates import parse_date
from feedkit.parse.draft import EntryDraft, FeedDraft, add_enclosure, finish_entry, finish_feed
from feedkit.parse.for_feedparser import AT, RSS_LINK, UNREAD, for_feedparser, refuse_excess
from feedkit.parse.places import SHAPES, read_shape
from feedkit.parse.podcast import HOSTS, MAX_TRANSCRIPTS
from feedkit.parse.sniff import root_name
from feedkit.parse.text import (
    add_person,
    collapse,
    html_title,
    media_html,
    plain_title,
    read_days,
    read_duration,
    read_flag,
    read_hours,
    read_language,
    read_minutes,
    read_number,
    read_person,
    strip_forbidden,
    text_to_html,
    unescape_text,
    with_person,
)
from feedkit.parse.urls import document_base, enter, link_relation, resolve

Values = dict[str, object]

_FORMATS = {"rss091n": "rss091", "rss091u": "rss091"}
_LINK = re.compile(r"<link>\s*(?:<!\[CDATA\[)?([^<>\[\]]{1,2000})", re.IGNORECASE)
_OTHERS_LINKS = ("image", "textinput", "textInput", "source")
_VOID_END = re.compile(r"</(?:area|br|col|embed|hr|img|input|link|meta|source|track|wbr)\s*>")
_DIV = re.compile(r"<(/?)div\b[^<>]*>")
_UNKNOWN = ("googleplay_", "dcterms_", "itunes_title")
"""Keys of what feedparser has no reader for."""

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
    refuse_excess(text, reason)
    base = document_base(url, _site(text))
    root = (root_name(text) or "").lower()
    document = _take_apart(for_feedparser(text), base, root == "rss", reason)
    version = _text(document, "version")
    if not version and root not in ("channel", "item"):
        raise ParseError(reason)
    is_atom = version.startswith("atom")
    feed, entries = _object(document, "feed"), _objects(document, "entries")
    if dict.get(document, "bozo"):
        for values in (feed, *entries):
            _unescape_unread(values)
    draft = _read_feed(feed, base, is_atom)
    draft.skip_hours = read_hours(_texts_in(text, "skipHours", "hour"))
    draft.skip_days = read_days(_texts_in(text, "skipDays", "day"))
    outer = _text(_object(feed, "title_detail"), "base")
    read = [_read_entry(entry, draft, outer, version) for entry in entries]
    if not read and not draft.title and not draft.url:
        raise ParseError(reason)
    if root == "channel" and version == "rss10":
        version = "rss11"  # which has a namespace of its own, that feedparser does not know
    format_ = _FORMATS.get(version, version) or "rss"
    return msgspec.structs.replace(finish_feed(draft, format_, read), bozo=reason)


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
    """The first ``<link>`` with text, where it stands before the entries and is the channel's."""
    head = text[: text.find("<item")] if "<item" in text else text
    for match in islice(_LINK.finditer(head), 10):
        before = head[: match.start()]
        if all(before.rfind(f"<{name}") <= before.rfind(f"</{name}") for name in _OTHERS_LINKS):
            return match[1].strip()
    return None


def _texts_in(text: str, list_name: str, name: str) -> list[str]:
    """The texts of a short list in the channel, of which feedparser keeps the last alone."""
    begin = text.find(f"<{list_name}>")
    end = text.find(f"</{list_name}>", begin)
    if begin < 0 or end < 0:
        return []
    return re.findall(rf"<{name}>([^<]{{1,20}})<", text[begin : min(end, begin + 5000)])


# ------------------------------------------------------------------------------------------- feeds


def _read_feed(feed: Values, base: str | None, is_atom: bool) -> FeedDraft:
    draft = FeedDraft(base=base, id=_text(feed, "id") or None)
    draft.title = _title(feed, "title", is_atom)
    draft.subtitle = _title(feed, "subtitle", is_atom) or None
    draft.tagline = plain_title(_text(feed, f"itunes_{UNREAD}subtitle")) or None
    draft.other_subtitle = next(filter(None, map(plain_title, _podcast(feed, "summary"))), None)
    draft.rights = _title(feed, "rights", is_atom) or None
    draft.language = read_language(_text(feed, "language"))
    draft.authors = _people(feed, "authors", base)
    _add_podcast_people(draft, feed, base)
    name, email = _text(feed, f"itunes_{UNREAD}name"), _text(feed, f"itunes_{UNREAD}email")
    if name or email:
        draft.owner = Person(name=name or None, email=email or None)
    draft.updated = _date(feed, "updated")
    draft.other_updated = _date(feed, f"dc_{UNREAD}date")
    if not is_atom:
        draft.other_updated = _date(feed, "published") or draft.other_updated
    draft.ttl = read_number(_text(feed, "ttl"))
    draft.period = read_minutes(_text(feed, "sy_updateperiod"))
    draft.frequency = read_number(_text(feed, "sy_updatefrequency")) or 1
    draft.image = _url(_object(feed, "image"), "href", base) or _url(feed, "logo", base)
    cover = _url(_object(feed, "googleplay_image"), "href", base)
    draft.other_image = _url(feed, "icon", base) or cover
    for link in _objects(feed, "links"):
        href = _url(link, "href", base)
        match link_relation(_text(link, "rel")):
            case "alternate" if RSS_LINK in link:
                draft.link = draft.link or href
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
            case "license":
                draft.license = draft.license or href
    return draft


# ----------------------------------------------------------------------------------------- entries


def _read_entry(entry: Values, feed: FeedDraft, outer: str, version: str) -> Entry:
    """The entry; `outer` is the ``xml:base`` around it. Links are against the document, for
    feedparser puts the bases of their elements before them."""
    is_atom = version.startswith("atom")
    base = feed.base
    inner = enter(base, _text(_object(entry, "title_detail"), "base") or outer)
    draft = EntryDraft(base=inner, id=_text(entry, "id"))
    draft.title = _title(entry, "title", is_atom)
    others = (f"media_{UNREAD}title", "itunes_title", "dcterms_title")
    draft.other_title = plain_title(next(filter(None, (_text(entry, key) for key in others)), ""))
    details = [_object(entry, "title_detail"), *_objects(entry, "content")]
    languages = [
        _text(entry, "language"),
        _text(entry, "dcterms_language"),
        *(_text(detail, "language") for detail in details),
    ]
    own = [language for language in map(read_language, languages) if language != feed.language]
    draft.language = next(filter(None, own), feed.language)
    draft.authors = _people(entry, "authors", base)
    add_person(draft.authors, read_person(_text(entry, "dcterms_creator")))
    draft.contributors = _people(entry, "contributors", base)
    _add_podcast_people(draft, entry, base)
    draft.published = _date(entry, "published")
    draft.other_published = _date(entry, "created")
    draft.updated = _date(entry, "updated")
    draft.dated = _date(entry, f"dc_{UNREAD}date")
    draft.rights = _title(entry, "rights", is_atom) or None
    draft.rights = draft.rights or plain_title(_text(entry, "dcterms_rights")) or None
    draft.comments_url = _url(entry, "comments", base)
    _read_origin(draft, entry, base, is_atom)
    draft.categories = _categories(entry, is_atom)
    if subject := plain_title(_text(entry, "dcterms_subject")):
        draft.categories.append(subject)
    _read_links(draft, entry, base, is_atom)
    if version in ("rss10", "rss090") and draft.id.startswith(("http://", "https://")):
        draft.other_url = draft.other_url or draft.id
    _read_markup(draft, entry, base, version)
    _read_media(draft, entry)
    _read_episode(draft, entry)
    return finish_entry(draft, feed.authors if is_atom else ())


def _read_links(draft: EntryDraft, entry: Values, base: str | None, is_atom: bool) -> None:
    for link in _objects(entry, "links"):
        href = _url(link, "href", base)
        kind = _text(link, "type")
        if not href:
            continue
        match link_relation(_text(link, "rel")):
            case "alternate" if RSS_LINK in link:
                draft.link = draft.link or href
            case "alternate" if kind in _PAGE_TYPES:
                draft.url = draft.url or href
            case "alternate":
                draft.other_url = draft.other_url or href
            case "enclosure":
                length = read_number(_text(link, "length"))
                length = length or (length if is_atom else None)
                # feedparser says text/html of a link that says nothing.
                known = None if kind == "text/html" else kind or None
                add_enclosure(draft.enclosures, Enclosure(url=href, type=known, length=length))
            case "replies" if kind in _PAGE_TYPES:
                draft.comments_url = draft.comments_url or href
            case "related":
                draft.external_url = draft.external_url or href
            case "license":
                draft.license = draft.license or href
    permanent = _text(entry, "link")  # feedparser's guess from <guid>, and from <atom:id> too
    if not is_atom and permanent.startswith(("http://", "https://")):
        draft.other_url = draft.other_url or permanent
    original = _text(entry, "feedburner_origlink")
    if original.startswith(("http://", "https://")):
        draft.original_url = original


def _read_markup(draft: EntryDraft, entry: Values, base: str | None, version: str) -> None:
    """Summary and content. A summary without details is feedparser's copy of the content."""
    detail = _object(entry, "summary_detail")
    if _text(detail, "value"):
        draft.summary = _html(detail, version)
        draft.summary_base = enter(base, _text(detail, "base") or None)
    for content in _objects(entry, "content"):
        source = _url(content, "src", enter(base, _text(content, "base") or None))
        kind = _text(content, "type")
        if source and kind in (*_PAGE_TYPES, "text/plain"):
            draft.other_url = draft.other_url or source
        elif source:
            add_enclosure(draft.enclosures, Enclosure(url=source, type=kind))
        elif not draft.content:
            draft.content = _html(content, version)
            draft.content_base = enter(base, _text(content, "base") or None)
    descriptions = [
        media_html(_text(entry, f"media_{UNREAD}description{kind}"), kind.strip("-"))
        for kind in ("", "-plain", "-html")
    ]
    terms = (_text(entry, f"dcterms_{name}") for name in ("description", "abstract"))
    others = filter(None, (*descriptions, *_podcast(entry, "summary"), *terms))
    draft.other_summary = next(others, None)
    draft.tagline = _text(entry, f"itunes_{UNREAD}subtitle") or None


def _read_media(draft: EntryDraft, entry: Values) -> None:
    base = draft.base
    for thumbnail in _objects(entry, "media_thumbnail"):
        draft.thumbnail = draft.thumbnail or _url(thumbnail, "url", base)
    for content in _of_groups(_objects(entry, "media_content")):
        url, kind = _url(content, "url", base), _text(content, "type")
        medium = _text(content, "medium").lower() or kind.partition("/")[0]
        if url and medium == "image":
            draft.picture = draft.picture or url
        elif url and _is_playable(content):
            enclosure = Enclosure(
                url=url,
                type=kind or None,
                length=read_number(_text(content, "filesize")),
                duration=read_duration(_text(content, "duration")),
            )
            add_enclosure(draft.enclosures, enclosure)
    for credit in _objects(entry, "media_credit"):
        person = read_person(_text(credit, "content"))
        if _text(credit, "role").lower() == "author":
            draft.hosts = with_person(draft.hosts, person)
        else:
            add_person(draft.contributors, person)
    cover = _url(_object(entry, "image"), "href", base)
    draft.cover = cover or _url(_object(entry, "googleplay_image"), "href", base)


def _of_groups(contents: list[Values]) -> list[Values]:
    """`contents`, of whose groups the default recording is taken, or the first."""
    chosen: dict[str, Values] = {}
    for content in contents:
        group = _text(content, "group")
        is_default = _text(content, "isdefault") == "true"
        if group and _is_playable(content) and (group not in chosen or is_default):
            chosen[group] = content
    return [
        content
        for content in contents
        if not _is_playable(content) or chosen.get(_text(content, "group"), content) is content
    ]


def _is_playable(content: Values) -> bool:
    kind = _text(content, "type").lower()
    is_medium = _text(content, "medium").lower() in ("audio", "video")
    takes_time = bool(read_duration(_text(content, "duration")))
    is_medium = is_medium or takes_time or kind.startswith(("audio/", "video/"))
    return "flash" not in kind and is_medium


def _read_episode(draft: EntryDraft, entry: Values) -> None:
    base = draft.base
    extra = draft.extra()
    extra.duration = read_duration(_text(entry, "itunes_duration"))
    extra.episode = _first_number(entry, "itunes_episode", "podcast_episode")
    extra.season = _first_number(entry, "itunes_season", "podcast_season")
    flags = [read_flag(word) for word in (*_podcast(entry, "explicit"), _text(entry, "explicit"))]
    extra.explicit = next((flag for flag in flags if flag is not None), None)
    extra.place = _place(entry)
    extra.latitude = _text(entry, f"geo_{UNREAD}lat")
    extra.longitude = _text(entry, f"geo_{UNREAD}long")
    found = [_resource(values, base) for values in _numbered(entry, "podcast_transcript")]
    extra.transcripts = tuple(filter(None, found))[:MAX_TRANSCRIPTS]
    extra.chapters = _resource(_object(entry, "podcast_chapters"), base)


def _place(entry: Values) -> Place | None:
    """The shape of GeoRSS."""
    for shape in SHAPES:
        if place := read_shape(shape, _text(entry, f"georss_{UNREAD}{shape}")):
            return place
    return None


def _first_number(entry: Values, *names: str) -> int | None:
    numbers = (read_number(_text(entry, name)) for name in names)
    return next((number for number in numbers if number is not None), None)


def _resource(values: Values, base: str | None) -> Resource | None:
    url = _url(values, "url", base)
    if not url:
        return None
    language = read_language(_text(values, "language"))
    return Resource(url=url, type=_text(values, "type") or None, language=language)


def _read_origin(draft: EntryDraft, entry: Values, base: str | None, is_atom: bool) -> None:
    source = _object(entry, "source")
    found = _objects(source, "links")
    links = {link_relation(_text(link, "rel")): link for link in reversed(found)}
    authors = _people(source, "authors", base)
    origin = Origin(
        id=_text(source, "id") or None,
        title=_title(source, "title", is_atom) or None,
        url=_url(links.get("alternate", {}), "href", base),
        feed_url=_url(source, "href", base) or _url(links.get("self", {}), "href", base),
        author=authors[0] if authors else None,
        rights=_title(source, "rights", is_atom) or None,
    )
    if origin != Origin():
        draft.origin = origin
        draft.source_authors = tuple(authors)


def _add_podcast_people(draft: EntryDraft | FeedDraft, values: Values, base: str | None) -> None:
    for name in _podcast(values, "author"):
        draft.other_authors = with_person(draft.other_authors, read_person(name))
    for participant in _numbered(values, "podcast_person"):
        name = collapse(_text(participant, "name"))
        person = Person(name=name, url=_url(participant, "href", base)) if name else None
        if (_text(participant, "role") or "host").lower() in HOSTS:
            draft.hosts = with_person(draft.hosts, person)
        elif isinstance(draft, EntryDraft):
            add_person(draft.contributors, person)


# ------------------------------------------------------------------------------ feedparser's values


def _title(values: Values, key: str, is_atom: bool) -> str:
    """A text as plain text: by its type in Atom, by its looks in RSS."""
    text = _text(values, key)
    if not is_atom:
        return plain_title(text)
    if _text(_object(values, key + "_detail"), "type") in ("text/html", "application/xhtml+xml"):
        return html_title(text)
    return collapse(text)


def _html(detail: Values, version: str) -> str | None:
    """A text as HTML, by its type. Where there is none, as in RSS, it is HTML."""
    text, kind = _text(detail, "value"), _text(detail, "type").partition(";")[0].strip()
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


def _categories(entry: Values, is_atom: bool) -> list[str]:
    names = []
    for tag in _objects(entry, "tags"):
        term, label = _text(tag, "term"), _text(tag, "label")
        if label and (not term or term.startswith(("http://", "https://"))):
            term = label
        names.append(collapse(term) if is_atom else plain_title(term))
    return [name for name in names if name]


def _unescape_unread(values: Values) -> None:
    """Resolves references in what feedparser stores as it is. Only its strict parser, which a
    broken document does not get, has done so."""
    for key, value in values.items():
        if isinstance(value, str) and (UNREAD in key or key.startswith(_UNKNOWN)):
            values[key] = unescape_text(value)


def _podcast(values: Values, name: str) -> list[str]:
    """What the namespaces of podcasts say under `name`, Apple's first."""
    google = {"summary": "description"}.get(name, name)
    texts = (_text(values, f"itunes_{UNREAD}{name}"), _text(values, f"googleplay_{google}"))
    return [text for text in texts if text]


def _numbered(values: Values, name: str) -> list[Values]:
    keys = [key for key in values if isinstance(key, str) and key.startswith(f"{name}-")]
    return [_object(values, key) for key in keys]


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
    return strip_forbidden(value).replace(AT, "@").strip() if isinstance(value, str) else ""


def _object(values: Values, key: str) -> Values:
    value = dict.get(values, key)
    return value if isinstance(value, dict) else {}


def _objects(values: Values, key: str) -> list[Values]:
    value = dict.get(values, key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
