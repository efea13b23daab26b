"""Entries → JSON Feed 1.1 documents (https://www.jsonfeed.org/version/1.1/).

What an entry has and JSON Feed has no field for stands in its ``_feedkit`` object, which the
specification leaves to publishers ("Extensions"): docs/formats.md says what is in it.
"""

from datetime import datetime
from urllib.parse import quote

import msgspec
from msgspec import Struct

from feedkit.model import Enclosure, Entry, Extra, Origin, Person, Place, Resource
from feedkit.normalize.text import plain_text
from feedkit.publish.jobs import PAGE, Frame, FrameJob, StoredEntry
from feedkit.publish.substitutes import UNKNOWN_TYPE, media_type, name_of, shown_summary

VERSION = "https://jsonfeed.org/version/1.1"


class _AuthorExtension(Struct, frozen=True):
    email: str


class _Author(Struct, frozen=True, omit_defaults=True, rename={"feedkit": "_feedkit"}):
    name: str | None = None
    url: str | None = None
    feedkit: _AuthorExtension | None = None


class _Attachment(Struct, frozen=True, omit_defaults=True):
    url: str
    mime_type: str
    size_in_bytes: int | None = None
    duration_in_seconds: int | None = None


class _Podcast(Struct, frozen=True, omit_defaults=True):
    duration: int | None = None
    episode: int | None = None
    season: int | None = None
    explicit: bool | None = None
    transcripts: tuple[Resource, ...] = ()
    chapters: Resource | None = None


class _ItemExtension(Struct, frozen=True, omit_defaults=True):
    summary_html: str | None = None
    contributors: tuple[_Author, ...] = ()
    rights: str | None = None
    comments_url: str | None = None
    origin: Origin | None = None
    podcast: _Podcast | None = None
    place: Place | None = None


class _Item(Struct, frozen=True, omit_defaults=True, rename={"feedkit": "_feedkit"}):
    id: str
    content_html: str
    url: str | None = None
    external_url: str | None = None
    title: str = ""
    summary: str | None = None
    image: str | None = None
    date_published: datetime | None = None
    date_modified: datetime | None = None
    authors: tuple[_Author, ...] = ()
    tags: tuple[str, ...] = ()
    language: str | None = None
    attachments: tuple[_Attachment, ...] = ()
    feedkit: _ItemExtension | None = None


class _Hub(Struct, frozen=True):
    type: str
    url: str


class _Head(Struct, frozen=True, omit_defaults=True):
    version: str
    title: str
    home_page_url: str
    feed_url: str
    description: str = ""
    authors: tuple[_Author, ...] = ()
    language: str | None = None
    hubs: tuple[_Hub, ...] = ()


_encode = msgspec.json.Encoder().encode


def render_item(stored: StoredEntry, *, is_whole: bool) -> bytes:
    """The entry as an item of a JSON Feed, on one line."""
    entry = stored.entry
    html = shown_summary(entry, is_whole=is_whole)
    summary = _plain(html) if html else None
    extension = _extension(entry, entry.origin or stored.origin, html if html != summary else None)
    # An item has content, if only its summary.
    content = entry.content if is_whole and entry.content is not None else html or ""
    item = _Item(
        id=entry.id,
        content_html=content,
        url=entry.url,
        external_url=entry.external_url,
        title=entry.title,
        summary=summary or None,
        image=entry.image,
        date_published=stored.published,
        date_modified=stored.updated,
        authors=tuple(map(_author, entry.authors or (stored.author,))),
        tags=entry.categories,
        language=entry.language,
        attachments=tuple(map(_attachment, entry.enclosures)),
        feedkit=extension,
    )
    return _encode(item)


def render_json_frame(job: FrameJob) -> Frame:
    """What stands around the items of a JSON Feed."""
    site, topic = job.site, job.topic
    head = _Head(
        version=VERSION,
        title=topic.title,
        home_page_url=site.url + quote(topic.folder) if PAGE in job.formats else site.url,
        feed_url=topic.url(site.url, job.format_name),
        description=site.description,
        authors=(_Author(name=site.author or site.title),),
        language=site.language,
        hubs=tuple(_Hub("WebSub", url) for url in job.hubs),
    )
    return Frame(_encode(head).removesuffix(b"}") + b',"items":[\n', b",\n", b"\n]}")


def _plain(html: str) -> str:
    return plain_text(html) if "<" in html or "&" in html else html


def _author(person: Person) -> _Author:
    """A name or an address is required; JSON Feed knows none for mail."""
    return _Author(
        name=person.name or (None if person.url else name_of(person)),
        url=person.url,
        feedkit=_AuthorExtension(person.email) if person.email else None,
    )


def _attachment(enclosure: Enclosure) -> _Attachment:
    return _Attachment(
        url=enclosure.url,
        mime_type=media_type(enclosure.type) or UNKNOWN_TYPE,
        size_in_bytes=enclosure.length,
        duration_in_seconds=enclosure.duration,
    )


def _extension(
    entry: Entry, origin: Origin | None, summary_html: str | None
) -> _ItemExtension | None:
    extra = entry.extra
    extension = _ItemExtension(
        summary_html=summary_html,
        contributors=tuple(map(_author, entry.contributors)),
        rights=entry.rights,
        comments_url=entry.comments_url,
        origin=origin,
        podcast=_podcast(extra) if extra else None,
        place=extra.place if extra else None,
    )
    return None if extension == _NOTHING_MORE else extension


def _podcast(extra: Extra) -> _Podcast | None:
    podcast = _Podcast(
        duration=extra.duration,
        episode=extra.episode,
        season=extra.season,
        explicit=extra.explicit,
        transcripts=extra.transcripts,
        chapters=extra.chapters,
    )
    return None if podcast == _Podcast() else podcast


_NOTHING_MORE = _ItemExtension()
