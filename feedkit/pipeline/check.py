"""`feedkit check`: one document, looked at and not stored. A file, an address, or given bytes.

Reading and fetching happen here, by the same code as in a run; what is seen is put together in
`feedkit.pipeline.findings`.
"""

import asyncio
import re
import stat
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from feedkit import __version__
from feedkit.collect.articles import SUFFIXES
from feedkit.collect.files import read_named
from feedkit.config import ArticleFolder, FeedSource, Fetch, Settings
from feedkit.errors import CollectError, ParseError
from feedkit.parse import parse_feed
from feedkit.parse.examine import Flaw, examine, feeds_of_page
from feedkit.pipeline.checked import Checked
from feedkit.pipeline.findings import article_findings, feed_findings
from feedkit.pipeline.prepare import folder_recipe, prepare_article
from feedkit.pipeline.preview import Plan, no_settings
from feedkit.pipeline.subscriptions import subscriptions

STDIN = "-"

_IS_URL = re.compile(r"https?:", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://|feed:")
_FEED_SCHEME = re.compile(r"feed:(?://)?")
_FRONT_MATTER = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:---|\+\+\+)\s*\n")
_FEED_BEGINS = (b"<", b"{", b"[")
_KEY_OF_NOTE = re.compile(r"has an? ([\w-]+) that ")


class Found(Struct, frozen=True):
    """The bytes of what is checked, and where they were."""

    name: str
    """What people call it."""
    data: bytes
    url: str | None = None
    content_type: str | None = None
    path: Path | None = None


def check(
    where: str, settings: Settings | None, *, read_stdin: Callable[[int], bytes], now: datetime
) -> Checked:
    """What feedkit sees in the document at `where`: an http(s) address, a path, or "-".

    `settings` are those of the configuration, if there is one. What is no feed and no article,
    or could not be had, is a `Checked` with an error.
    """
    shown = _shown(where)
    try:
        found = _obtain(where, shown, settings.fetch if settings else Fetch(), settings, read_stdin)
    except CollectError as error:
        return Checked(shown, error=f"{shown}: {error}")
    folder = _folder_of(found, settings)
    if _is_article(found, folder):
        return _check_article(found, folder, settings, now)
    return _check_feed(where, found, _feed_plan(where, found, settings))


# ------------------------------------------------------------------------------ where it comes from


def _obtain(
    where: str,
    shown: str,
    limits: Fetch,
    settings: Settings | None,
    read_stdin: Callable[[int], bytes],
) -> Found:
    if where == STDIN:
        data = read_stdin(limits.max_bytes + 1)
        if len(data) > limits.max_bytes:
            raise CollectError(f"is larger than the {limits.max_bytes:,} bytes of fetch.max_bytes")
        return Found(shown, data)
    if _IS_URL.match(where):
        return asyncio.run(_fetch(where, shown, limits, settings))
    if not where:
        raise CollectError("is no name; give a file, an address, or - for standard input")
    if _SCHEME.match(where):
        raise CollectError(f"is neither a file nor an http or https address{_feed_hint(shown)}")
    path = Path(where)
    if _is_folder(path):
        raise CollectError("is a folder; name one file in it")
    return Found(shown, read_named(shown, path, limits.max_bytes), path=path)


def _feed_hint(shown: str) -> str:
    """What to write instead of the scheme that browsers once had for feeds."""
    match = _FEED_SCHEME.match(shown)
    if match is None:
        return ""
    rest = shown[match.end() :]
    return f"; write {rest if _IS_URL.match(rest) else f'https://{rest}'}"


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except OSError:  # reading it says why
        return False


async def _fetch(where: str, shown: str, limits: Fetch, settings: Settings | None) -> Found:
    from feedkit.collect.http import Client  # aiohttp costs 150 ms
    from feedkit.pipeline.agent import user_agent

    name = user_agent(settings) if settings else f"feedkit/{__version__}"
    feeds = settings.feeds if settings else ()
    options = next((feed.request for feed in feeds if feed.url == where), None)
    async with Client(limits, name) as client:
        fetched = await client.get(where, options=options)
    return Found(shown, fetched.body, url=fetched.url, content_type=fetched.content_type)


def _shown(where: str) -> str:
    """`where` as people may see it: an address without its user and password."""
    if where == STDIN:
        return "stdin"
    if not where:
        return "''"
    name = where.encode(errors="surrogateescape").decode(errors="replace")
    return re.sub(r"(?<=//)[^/?#]*@", "", name) if _IS_URL.match(name) else name


# -------------------------------------------------------------------------------------------- feeds


def _check_feed(where: str, found: Found, plan: Plan) -> Checked:
    try:
        feed = parse_feed(found.data, url=found.url, content_type=found.content_type)
    except ParseError as error:
        said = str(error).removeprefix(f"{found.url or 'the document'} is no feed: ")
        return Checked(
            found.name,
            address=found.url,
            error=f"{found.name} is no feed: {said}",
            links_to=feeds_of_page(found.data, found.url, found.content_type),
        )
    examined = examine(found.data, feed, found.content_type)
    return feed_findings(found.name, feed, examined, url=found.url, plan=plan)


def _feed_plan(where: str, found: Found, settings: Settings | None) -> Plan:
    """The source of that address or file in the configuration, if it is there."""
    if settings is None:
        return Plan(no_settings(), source=FeedSource(url=where))
    feeds, _ = subscriptions(settings)
    path = found.path.resolve() if found.path else None
    source = next((feed for feed in feeds if feed.url == where or _is_at(feed, path)), None)
    return Plan(
        settings,
        config=settings.file.name,
        source=source or FeedSource(url=where),
        given=source.categories if source else (),
        is_configured=source is not None,
        sources_categories=_sources_categories(settings, [feed.categories for feed in feeds]),
    )


def _is_at(feed: FeedSource, path: Path | None) -> bool:
    return path is not None and feed.path is not None and feed.path.resolve() == path


def _sources_categories(settings: Settings, of_feeds: list[tuple[str, ...]]) -> tuple[str, ...]:
    groups = (*of_feeds, *(folder.categories for folder in settings.articles))
    return tuple(dict.fromkeys(name for group in groups for name in group))


# ----------------------------------------------------------------------------------------- articles


def _folder_of(found: Found, settings: Settings | None) -> ArticleFolder | None:
    """The article folder of the configuration that the file is in: of several the innermost."""
    if settings is None or found.path is None:
        return None
    path = found.path.resolve()
    around = [f for f in settings.articles if path.is_relative_to(f.path.resolve())]
    return max(around, key=lambda folder: len(folder.path.resolve().parts), default=None)


def _is_article(found: Found, folder: ArticleFolder | None) -> bool:
    """Whether it is read as an article: by its name and place, else by how it begins."""
    if found.url is not None:
        return False
    suffix = found.path.suffix.lower() if found.path else ""
    if suffix in (".md", ".markdown") or (folder is not None and suffix in SUFFIXES):
        return True
    if suffix not in SUFFIXES and found.path is not None:
        return False
    if _FRONT_MATTER.match(found.data):
        return True
    return suffix == ".txt" and not found.data.lstrip().startswith(_FEED_BEGINS)


def _check_article(
    found: Found, folder: ArticleFolder | None, settings: Settings | None, now: datetime
) -> Checked:
    path = (found.path or Path("stdin.md")).resolve()
    known = settings or no_settings()
    home = folder or ArticleFolder(name=".", path=path.parent)
    recipe = folder_recipe(known, home)
    below = path.relative_to(Path(recipe.root).resolve()).as_posix()
    try:
        entry, article = prepare_article(recipe, found.data, below)
    except ParseError as error:
        return Checked(found.name, error=f"{found.name} {error}")
    plan = Plan(
        known,
        config=settings.file.name if settings else None,
        given=folder.categories if folder else (),
        is_configured=folder is not None,
        sources_categories=_sources_categories(
            known, [feed.categories for feed in subscriptions(known)[0]]
        ),
    )
    flaws = [_note_flaw(note, found.data) for note in article.notes]
    return article_findings(found.name, article, entry, flaws, plan=plan, now=now)


def _note_flaw(note: str, data: bytes) -> Flaw:
    """A note of `read_article`, with the line of the key that it speaks of."""
    key = _KEY_OF_NOTE.match(note)
    code = "bad-date" if key and "that is no date" in note else "front-matter"
    if note.startswith("has no title"):
        code = "no-title"
    if key is None:
        return Flaw(code, note)
    written = re.compile(rf"^[\s\"']*{re.escape(key[1])}[\"']?\s*[:=]".encode(), re.I | re.M)
    place = written.search(data)
    return Flaw(code, note, data.count(b"\n", 0, place.start()) + 1 if place else None)
