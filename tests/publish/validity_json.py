"""What is wrong with a JSON Feed, by its specification (https://www.jsonfeed.org/version/1.1/):
its types as a schema, and what types do not say."""

from collections import Counter
from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from validity_modules import MEDIA_TYPE, RFC_3339

_Url = Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9+.\-]*:[^\s<>\"{}|\\^`]+$")]
_Words = Annotated[str, Meta(pattern=r"\S")]
_Date = Annotated[str, Meta(pattern=f"^{RFC_3339.pattern}$")]
_Type = Annotated[str, Meta(pattern=f"^{MEDIA_TYPE.pattern}$")]
_Language = Annotated[str, Meta(pattern=r"^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$")]
_Amount = Annotated[float, Meta(ge=0)]


class _Author(Struct):
    name: _Words | None = None
    url: _Url | None = None
    avatar: _Url | None = None


class _Hub(Struct):
    type: _Words
    url: _Url


class _Attachment(Struct):
    url: _Url
    mime_type: _Type
    title: str | None = None
    size_in_bytes: _Amount | None = None
    duration_in_seconds: _Amount | None = None


class _Item(Struct):
    id: _Words
    url: _Url | None = None
    external_url: _Url | None = None
    title: str | None = None
    content_html: str | None = None
    content_text: str | None = None
    summary: str | None = None
    image: _Url | None = None
    banner_image: _Url | None = None
    date_published: _Date | None = None
    date_modified: _Date | None = None
    authors: list[_Author] = []
    tags: list[_Words] = []
    language: _Language | None = None
    attachments: list[_Attachment] = []


class _Feed(Struct):
    version: Annotated[str, Meta(pattern=r"^https://jsonfeed\.org/version/1\.1$")]
    title: _Words
    items: list[_Item]
    home_page_url: _Url | None = None
    feed_url: _Url | None = None
    description: str | None = None
    user_comment: str | None = None
    next_url: _Url | None = None
    icon: _Url | None = None
    favicon: _Url | None = None
    authors: list[_Author] = []
    language: _Language | None = None
    expired: bool | None = None
    hubs: list[_Hub] = []


def json_feed(document: bytes) -> Iterator[str]:
    """What the specification of JSON Feed 1.1 says against a document."""
    try:
        feed = msgspec.json.decode(document, type=_Feed)
        values = msgspec.json.decode(document)
    except msgspec.DecodeError as error:
        yield str(error)
        return
    yield from _strange(values, _Feed)
    if feed.next_url and feed.next_url == feed.feed_url:
        yield "next_url is the feed itself (Top-level)"
    for item, raw in zip(feed.items, values["items"], strict=True):
        yield from _strange(raw, _Item)
        if item.content_html is None and item.content_text is None:
            yield f"{item.id} has no content (Items)"
        if item.summary is not None and item.summary == "":
            yield f"{item.id} has an empty summary (Items)"
    for author in (*feed.authors, *(author for item in feed.items for author in item.authors)):
        if author.name is None and author.url is None and author.avatar is None:
            yield "an author has neither name nor url nor avatar (Top-level)"
    ids = Counter(item.id for item in feed.items)
    yield from (f"the id {one} comes {count} times" for one, count in ids.items() if count > 1)


def _strange(values: dict[str, object], kind: type[Struct]) -> Iterator[str]:
    """Keys that the specification does not know (Extensions: theirs begin with "_" and a letter),
    and null, which stands for nothing there."""
    for key, value in values.items():
        is_extension = key[:1] == "_" and key[1:2].isalpha() and isinstance(value, dict)
        if key not in kind.__struct_fields__ and not is_extension:
            yield f"{key} is unknown (Extensions)"
        if value is None:
            yield f"{key} is null"
