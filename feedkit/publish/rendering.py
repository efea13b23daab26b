"""Entries and frames → bytes, each by the module of its format. Pure.

The modules are imported when their format is first rendered: what is not published costs nothing.
"""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from feedkit.errors import PublishError
from feedkit.model import Entry
from feedkit.normalize.categories import fold
from feedkit.publish.jobs import (
    PAGE,
    Form,
    Frame,
    FrameJob,
    RenderedEntry,
    RenderJob,
    StoredEntry,
    from_microseconds,
)
from feedkit.store import NamedCategory

_XML = ("atom", "rss")
"""The formats that feedgen writes."""


def render_stored(job: RenderJob, data: bytes, finished: bytes | None) -> RenderedEntry:
    """The entry encoded in `data` as documents hold it; `finished` is passed through."""
    entry = msgspec.json.decode(data, type=Entry)
    row = job.row
    if row.own_id is not None:
        entry = msgspec.structs.replace(entry, id=row.own_id)
    published = from_microseconds(row.order_time)
    changed = from_microseconds(row.changed_at)
    # An edit that its source does not date is dated by when it was seen.
    edited = changed if row.changed_at > row.first_seen else published
    updated = max(published, min(entry.updated or edited, changed))
    entry = _with_given_categories(entry, job.given)
    stored = StoredEntry(
        entry, published, updated, job.origin, job.author, job.folders, job.site_url
    )
    forms, broken = render_entry(stored, job.forms), None
    if page := next((form for form in job.forms if form.format_name == PAGE), None):
        try:
            forms[page] = _on_pages(stored, job.theme)
        except PublishError as error:
            broken = str(error)
    return RenderedEntry(row.id, entry.id, updated, forms, finished, broken=broken)


def render_entry(stored: StoredEntry, forms: Sequence[Form]) -> dict[Form, bytes]:
    """The entry in each of the `forms`, but on pages."""
    rendered: dict[Form, bytes] = {}
    if elements := [form for form in forms if form.format_name in _XML]:
        from feedkit.publish.xml import render_elements

        rendered.update(render_elements(stored, elements))
    for form in forms:
        if form.format_name == "json":
            from feedkit.publish.jsonfeed import render_item

            rendered[form] = render_item(stored, is_whole=form.is_whole)
    return rendered


def _on_pages(stored: StoredEntry, theme: Path | None) -> bytes:
    from feedkit.publish.pages import render_item

    return render_item(stored, theme)


def render_frame(job: FrameJob) -> Frame:
    """What stands around a document's entries."""
    if job.format_name == PAGE:
        from feedkit.publish.pages import render_page

        try:
            return render_page(job)
        except PublishError as error:
            return Frame(b"", b"", b"", str(error))
    if job.format_name == "json":
        from feedkit.publish.jsonfeed import render_json_frame

        return render_json_frame(job)
    from feedkit.publish.xml import render_xml_frame

    return render_xml_frame(job)


def _with_given_categories(entry: Entry, given: Sequence[NamedCategory]) -> Entry:
    if not given:
        return entry
    own = set(map(fold, entry.categories))
    names = {category.key: category.name for category in given if category.key not in own}
    return msgspec.structs.replace(entry, categories=(*entry.categories, *names.values()))
