"""Entries and feeds, from what their source wrote to what feedkit publishes."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from feedkit.model import Enclosure, Entry, Extra, Feed, Origin, Person, Resource
from feedkit.normalize.categories import fold
from feedkit.normalize.dates import to_utc
from feedkit.normalize.html import sanitize
from feedkit.normalize.identity import entry_id, name_id
from feedkit.normalize.images import fit_image, is_beacon, stands_for_more
from feedkit.normalize.links import absolute
from feedkit.normalize.text import one_line
from feedkit.normalize.tracking import without_tracking

MOST_CATEGORIES = 100
LONGEST_CATEGORY = 200
"""Characters. What is longer is no category but a sentence, and is cut."""

_HOME = re.compile(r"https?://[^/?#]*/?", re.IGNORECASE)
"""A site's front page, which feeds link every entry to where entries have no page of their own."""
_LANGUAGE = re.compile(
    r"(?:[A-Za-z]{2,3}|[A-Za-z]{5,8}|[iIxX]-[A-Za-z0-9]{1,8})(?:-[A-Za-z0-9]{1,8})*"
)
_EDGES = "".join(map(chr, filter(lambda code: chr(code).isspace(), range(0x3001)))) + "\ufeff"
_EMAIL = re.compile(r"[^\s@<>()\",;:]+@[^\s@<>()\",;:]+\.[^\s@<>()\",;:]+")
_MAILBOX = re.compile(rf"(?P<email>{_EMAIL.pattern})\s*\((?P<name>[^()]*)\)")
_ANGLE = re.compile(rf"\"?(?P<name>[^<>\"]*)\"?\s*<(?P<email>{_EMAIL.pattern})>")


class _Source(Struct):
    """Where entries come from, and what became of what many entries of one feed repeat."""

    namespace: str
    base: str | None
    language: str | None
    is_xml_text: bool
    """Whether no text of it holds what XML 1.0 (2.2) forbids."""
    roots: dict[str, str | None] = {}
    people: dict[tuple[str | None, tuple[Person, ...]], tuple[Person, ...]] = {}
    languages: dict[str, str | None] = {}

    def root_of(self, entry: Entry) -> str | None:
        """What references in `entry` are relative to."""
        if not entry.base:
            return self.base
        if entry.base not in self.roots:
            self.roots[entry.base] = absolute(entry.base, self.base) or self.base
        return self.roots[entry.base]

    def people_of(self, persons: tuple[Person, ...], root: str | None) -> tuple[Person, ...]:
        """`people`, worked out once."""
        if not persons:
            return ()
        key = root, persons
        if key not in self.people:
            self.people[key] = people(persons, root)
        return self.people[key]

    def language_of(self, entry: Entry) -> str | None:
        """The language of `entry`: its own, else the feed's."""
        tag = entry.language
        if not tag:
            return self.language
        if tag not in self.languages:
            self.languages[tag] = language_tag(tag) or self.language
        return self.languages[tag]

    def html(self, html: str | None, base: str | None, page: str | None) -> str | None:
        """`html`, sanitized and trimmed; None where nothing is left."""
        if not html:
            return None
        return sanitize(html, base, page, is_xml_text=self.is_xml_text).strip(_EDGES) or None


def normalize_entry(
    entry: Entry, *, namespace: str, base: str | None = None, language: str | None = None
) -> Entry:
    """`entry` as `Entry` says a normalized one is.

    `namespace` names the feed in ids made of a guid that is none (`entry_id`); relative
    references resolve against the entry's own base, else `base`, else its URL; `language` is the
    entry's where it has none of its own. A normalized entry comes back equal.
    """
    source = _Source(namespace, base, language_tag(language), is_xml_text=False)
    return _normalized(entry, source)


def _normalized(entry: Entry, source: _Source) -> Entry:
    root = source.root_of(entry)
    page = absolute(entry.url, root)
    url = without_tracking(page) if page else None
    root = root or page
    title = one_line(entry.title)
    content = source.html(entry.content, root, url)
    summary = content if entry.summary == entry.content else source.html(entry.summary, root, url)
    published = to_utc(entry.published)
    enclosures = _enclosures(entry.enclosures, root) if entry.enclosures else ()
    own_image = absolute(entry.image, root) if entry.image else None
    # By position what comes first: of 16 named arguments CPython makes a dict, at four times the
    # cost of the whole call.
    return Entry(
        entry_id(
            entry.id,
            url=page,  # as it was written: an id outlives feedkit's opinion of parameters
            title=title,
            content=entry.content or entry.summary,
            published=published,
            namespace=source.namespace,
        ),
        url,
        _other(_link(entry.external_url, root), url) if entry.external_url else None,
        title,
        None if summary == content else summary,
        content,
        authors=source.people_of(entry.authors, root),
        contributors=source.people_of(entry.contributors, root),
        categories=categories(entry.categories) if entry.categories else (),
        published=published,
        updated=to_utc(entry.updated),
        enclosures=enclosures,
        image=_image(own_image, enclosures, content or summary),
        language=source.language_of(entry),
        rights=_line(entry.rights),
        comments_url=_link(entry.comments_url, root) if entry.comments_url else None,
        origin=_origin(entry.origin, root) if entry.origin else None,
        extra=_extra(entry.extra, root) if entry.extra else None,
    )


def normalize_feed(
    feed: Feed, *, url: str | None, namespace: str | None = None, is_xml_text: bool = False
) -> Feed:
    """`feed` with its own texts and URLs normalized, and every entry (`normalize_entry`).

    `feed` is as `parse_feed` gives it: no text holds a character that XML 1.0 (2.2) forbids.
    `url` is where the document was read; `namespace` names the feed in ids that are made for its
    entries, where that is something else than `url`; `is_xml_text` says that no text of it holds a
    character that XML 1.0 (2.2) forbids, as `parse_feed` promises. No two entries of the result
    have one id: see `_distinct` for what becomes of those that had.
    """
    where = absolute(url, None)
    self_url = absolute(feed.self_url, where)
    base = absolute(feed.url, where or self_url) or where or self_url
    language = language_tag(feed.language)
    namespace = namespace or url or feed.id or feed.url or ""
    root = where or self_url or base
    source = _Source(namespace, root, language, is_xml_text)
    entries = tuple(_normalized(entry, source) for entry in feed.entries)
    return replace(
        feed,
        id=_line(feed.id),
        url=absolute(feed.url, root),
        title=one_line(feed.title),
        subtitle=_line(feed.subtitle),
        authors=people(feed.authors, root),
        language=language,
        image=absolute(feed.image, root),
        updated=to_utc(feed.updated),
        rights=_line(feed.rights),
        hub=absolute(feed.hub, root),
        self_url=self_url,
        next_archive_url=absolute(feed.next_archive_url, root),
        entries=_distinct(feed.entries, entries, source),
    )


def categories(names: Iterable[str]) -> tuple[str, ...]:
    """`names` trimmed and without repetitions: spellings of one (`fold`) count once, the first."""
    kept: dict[str, str] = {}
    for name in names:
        line = _category_line(name)
        if key := fold(line):
            kept.setdefault(key, line)
            if len(kept) == MOST_CATEGORIES:
                break
    return tuple(kept.values())


def cut_long(names: Sequence[str]) -> Sequence[str]:
    """`names` as `categories` has them, but for spelling: what is longer than any is cut."""
    if all(len(name) <= LONGEST_CATEGORY for name in names):
        return names
    return [_category_line(name) for name in names]


def _category_line(name: str) -> str:
    line = one_line(name).strip()
    return line if len(line) <= LONGEST_CATEGORY else line[:LONGEST_CATEGORY].rstrip()


def people(persons: Sequence[Person], base: str | None) -> tuple[Person, ...]:
    """`persons` with clean fields, without the empty ones and repetitions."""
    if not persons:
        return ()
    cleaned = (_person(person, base) for person in persons)
    return tuple(dict.fromkeys(person for person in cleaned if person is not None))


def language_tag(tag: str | None) -> str | None:
    """`tag` when it has the shape of a language tag (BCP 47, 2.1; ``_`` for ``-``), else None."""
    if not tag:
        return None
    tag = tag.strip().replace("_", "-")
    return tag if _LANGUAGE.fullmatch(tag) else None


def _person(person: Person, base: str | None) -> Person | None:
    name, email = person.name, person.email
    if name:
        name = one_line(name)
    if email:
        email = one_line(email)
        email = email[7:] if email[:7].lower() == "mailto:" else email
        if not _EMAIL.fullmatch(email):
            name, email = name or email, None
    if name and "@" in name:
        name, email = _parted(name, email)
    url = absolute(person.url, base)
    if not (name or email or url):
        return None
    return Person(name=name or None, email=email or None, url=url)


def _parted(name: str, email: str | None) -> tuple[str | None, str | None]:
    """A name that holds an address too: ``a@b.org (Ann)`` (RSS 2.0), ``Ann <a@b.org>``."""
    if _EMAIL.fullmatch(name):
        return None, email or name
    found = _MAILBOX.fullmatch(name) or _ANGLE.fullmatch(name)
    if found is None:
        return name, email
    return found["name"].strip() or None, email or found["email"]


def _link(url: str, base: str | None) -> str | None:
    found = absolute(url, base)
    return without_tracking(found) if found else None


def _line(text: str | None) -> str | None:
    return (one_line(text) or None) if text else None


def _other(url: str | None, than: str | None) -> str | None:
    return None if url == than else url


def _enclosures(enclosures: Sequence[Enclosure], base: str | None) -> tuple[Enclosure, ...]:
    kept: dict[str, Enclosure] = {}
    for enclosure in enclosures:
        if url := absolute(enclosure.url, base):
            kept.setdefault(
                url,
                Enclosure(
                    url=url,
                    type=_line(enclosure.type),
                    length=enclosure.length,
                    duration=enclosure.duration,
                ),
            )
    return tuple(kept.values())


def _image(own: str | None, enclosures: Sequence[Enclosure], html: str | None) -> str | None:
    """The image that stands for the entry: its own, an enclosure, the first fit one of its text.

    An avatar or an emoji stands for it only where the entry says so and there is no other.
    """
    if own and stands_for_more(own):
        return own
    for enclosure in enclosures:
        is_image = enclosure.type and enclosure.type.lower().startswith("image/")
        if is_image and stands_for_more(enclosure.url):
            return enclosure.url
    found = fit_image(html) if html else None
    if found:
        return absolute(found, None)
    return own if own and not is_beacon(own) else None


def _origin(origin: Origin, base: str | None) -> Origin | None:
    author = _person(origin.author, base) if origin.author else None
    cleaned = Origin(
        id=one_line(origin.id).strip() or None if origin.id else None,
        title=_line(origin.title),
        url=absolute(origin.url, base),
        feed_url=absolute(origin.feed_url, base),
        author=author,
        rights=_line(origin.rights),
    )
    return None if cleaned == Origin() else cleaned


def _extra(extra: Extra, base: str | None) -> Extra:
    transcripts = (_resource(resource, base) for resource in extra.transcripts)
    return replace(
        extra,
        transcripts=tuple(resource for resource in transcripts if resource),
        chapters=_resource(extra.chapters, base) if extra.chapters else None,
    )


def _resource(resource: Resource, base: str | None) -> Resource | None:
    url = absolute(resource.url, base)
    if url is None:
        return None
    return Resource(url=url, type=_line(resource.type), language=language_tag(resource.language))


def _distinct(
    raw: Sequence[Entry], entries: tuple[Entry, ...], source: _Source
) -> tuple[Entry, ...]:
    """`entries` with one entry to an id, in their order; `raw` is what they were made of.

    Entries of one id that share their URL or title are versions of one: the one updated
    last stays, else the first. (A site's front page is no entry's own URL, and without a guid the
    id is the URL, which says nothing: there the title must agree.) Entries that differ were given
    one id by mistake, as by feeds that use the same guid for every item; none may be lost, so
    *each* gets an id of its own, made of the shared id, its URL and its title, and is known by
    that in the next run too, whichever of them is first then. URLs are compared as they were
    written, tracking parameters and all, so that ids stay what they are when feedkit learns of
    another parameter.
    """
    if len({entry.id for entry in entries}) == len(entries):
        return entries
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for position, entry in enumerate(entries):
        groups[entry.id].append(position)
    kept: dict[int, Entry] = {}
    pages = {
        position: absolute(raw[position].url, source.root_of(raw[position]))
        for positions in groups.values()
        if len(positions) > 1
        for position in positions
    }
    for positions in groups.values():
        versions = _versions(positions, raw, entries, pages) if len(positions) > 1 else [positions]
        for same in versions:
            newest = max(same, key=lambda i: (_stamp(entries[i].updated), -i))
            entry = entries[newest]
            if len(versions) > 1:
                names = (pages[newest] or "", entry.title or entry.content or entry.summary or "")
                entry = replace(entry, id=name_id(source.namespace, entry.id, *names))
            kept[same[0]] = entry
    return tuple(kept[position] for position in sorted(kept))


def _versions(
    positions: Sequence[int],
    raw: Sequence[Entry],
    entries: Sequence[Entry],
    pages: Mapping[int, str | None],
) -> list[list[int]]:
    """The entries at `positions` in groups, each group the versions of one entry."""
    groups: list[list[int]] = []
    found: dict[tuple[str, str], list[int]] = {}
    for position in positions:
        entry = entries[position]
        keys = [("title", entry.title)] if entry.title else []
        page = pages[position]
        if raw[position].id.strip() and page and not _HOME.fullmatch(page):
            keys.append(("url", page))
        if not keys:
            keys = [("text", entry.content or entry.summary or "")]
        group = next((found[key] for key in keys if key in found), None)
        if group is None:
            group = []
            groups.append(group)
        group.append(position)
        for key in keys:
            found.setdefault(key, group)
    return groups


def _stamp(time: datetime | None) -> float:
    return time.timestamp() if time else float("-inf")
