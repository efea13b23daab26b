"""What a feed and its entries lack, for the person who writes them. Pure.

What can be seen in the document's text alone, with its lines, is `feedkit.parse.examine`'s.
"""

from collections.abc import Sequence

from feedkit.model import Entry, Feed
from feedkit.parse.examine import Examined, Flaw
from feedkit.pipeline.checked import Problem


def feed_flaws(feed: Feed, ready: Feed) -> list[Flaw]:
    """What `feed` itself lacks; `ready` is it normalized."""
    flaws = []
    if not ready.title:
        flaws.append(Flaw("no-title", "has no title"))
    if not feed.entries:
        flaws.append(Flaw("no-entries", "has no entries"))
    if feed.url and not ready.url:
        flaws.append(_link_flaw(feed.url, None, None))
    return flaws


def entry_flaws(feed: Feed, entries: Sequence[Entry], examined: Examined) -> list[Flaw]:
    """What the entries of `feed` lack, as they are called in its format; `entries` are they
    normalized, each by itself."""
    id_name = "id" if feed.format.startswith(("atom", "json")) else "guid"
    dated_badly = {flaw.entry for flaw in examined.flaws if flaw.code == "bad-date"}
    lines: Sequence[int | None] = examined.lines or [None] * len(entries)
    first: dict[str, int] = {}
    flaws = []
    for index, (raw, entry, line) in enumerate(zip(feed.entries, entries, lines, strict=True)):
        if not (guid := raw.id.strip()):
            instead = "its link is its id" if entry.url else "its id is made of title and date"
            flaws.append(Flaw("no-id", f"has no {id_name}, so {instead}", line, index))
        elif guid in first:
            text = f"has the {id_name} of entry {first[guid] + 1}"
            flaws.append(Flaw("same-id", text, line, index))
        first.setdefault(guid, index)
        if not entry.title:
            flaws.append(Flaw("no-title", "has no title", line, index))
        if raw.url and not entry.url:
            flaws.append(_link_flaw(raw.url, line, index))
        elif not entry.url:
            flaws.append(Flaw("no-link", "has no link", line, index))
        if not (entry.published or entry.updated) and index not in dated_badly:
            early = raw.published or raw.updated
            text = f"is dated {early.date()}, which counts as no date" if early else "has no date"
            flaws.append(Flaw("no-date", text, line, index))
    return flaws


def _link_flaw(url: str, line: int | None, entry: int | None) -> Flaw:
    if ":" in url.partition("/")[0]:
        return Flaw("bad-link", f"has a link that is no usable address: {url[:100]}", line, entry)
    text = f"has a relative link, and nothing says to what: {url[:100]}"
    return Flaw("relative-link", text, line, entry)


def as_problems(flaws: Sequence[Flaw]) -> tuple[Problem, ...]:
    """The document's own first, then those of entries, in their order."""
    ordered = sorted(flaws, key=lambda f: (f.entry is not None, f.entry or 0, f.line or 0))
    return tuple(
        Problem(f.code, f.line, None if f.entry is None else f.entry + 1, f.text) for f in ordered
    )
