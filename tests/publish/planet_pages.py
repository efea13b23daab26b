"""Pages put together as the publisher does: a frame, and items between."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from feedkit.config import Site
from feedkit.model import Enclosure, Entry, Extra, Origin, Person
from feedkit.normalize.categories import fold
from feedkit.publish.jobs import (
    PAGE,
    ROOT,
    FrameJob,
    Listing,
    Planet,
    SourceHealth,
    StoredEntry,
)
from feedkit.publish.pages import render_item, render_page
from feedkit.publish.topics import Topic

DAY = datetime(2021, 5, 18, 8, 30, tzinfo=UTC)
SITE = Site(
    url="https://planet.example.org/",
    title="My <planet>",
    description="Articles & feeds",
    language="en",
)
FORMATS = ("atom", "rss", "json")
FOLDERS = {
    "reading": "categories/reading/",
    "日本語": "categories/日本語/",
    "c" * 120: f"categories/{'c' * 90}/",
}
ORIGIN = Origin("tag:example.org,2021:feed", "A weblog", "https://weblog.example.org/")
PICTURE = "https://images.example.org/picture.png"


def stored(
    title: str = "A title",
    url: str | None = "https://example.org/1",
    *,
    summary: str | None = None,
    content: str | None = None,
    language: str | None = None,
    image: str | None = None,
    categories: tuple[str, ...] = (),
    authors: tuple[Person, ...] = (),
    enclosures: tuple[Enclosure, ...] = (),
    extra: Extra | None = None,
    origin: Origin | None = ORIGIN,
    at: datetime = DAY,
) -> StoredEntry:
    """An entry as it is rendered."""
    entry = Entry(
        "tag:example.org,2021:1", url, None, title, summary, content, authors, (), categories,
        enclosures=enclosures, image=image, language=language, extra=extra,
    )  # fmt: skip
    return StoredEntry(entry, at, at, origin, Person(name="The editors"), FOLDERS, SITE.url)


NORMAL = (
    stored(
        "On reading & feeds",
        summary="<p>What to <b>read</b>, and when.</p>",
        categories=("Reading", "feeds"),
        authors=(Person(name="Ada"),),
        image=PICTURE,
    ),
    stored(
        "Episode 1",
        enclosures=(Enclosure("https://example.org/1.mp3", "audio/mpeg", 1, 3725),),
        content="<p>We talk.</p>",
    ),
    stored("An article", origin=None, content="<p>" + "Some words of a story. " * 50 + "</p>"),
    stored("", content="<p>A note without a title.</p>"),
    stored("No address", None),
    stored("نظرة على الخلاصات", language="ar", summary="خلاصات الويب", image=PICTURE),
    stored(
        "全角と半角のあいだ：組版についての長い覚え書き" * 3, language="ja", summary="禁則処理" * 90
    ),
    stored("שלום עולם", summary="טקסט"),
)
HOSTILE = (
    stored(
        '<h1 style="color:red">Markup</h1><script>alert(1)</script>"\'><img src=x onerror=x()>',
        "javascript:alert(1)",
        summary="<h1>Foreign</h1><img src=x><font color=yellow>pale</font>",
        image="javascript:alert(1)",
    ),
    stored("W" * 5000, "https://example.org/" + "path/" * 500, summary=f"<p>{'x' * 9000}</p>"),
    stored("\u202egnp.exe \u2066\u2067 unclosed", summary="\u202eback to front"),
    stored("controls \x7f\x81\ufdd0\U0001ffff", "https://example.org/\x7f\ufdd0"),
    stored("\u200b\u2060", summary="\u200d", content="<p>&amp;lt;b&amp;gt; only content</p>"),
    stored("\u200b", "https://example.org/nothing"),
    stored("fullwidth ＜script＞" + "　" * 200, image="data:image/svg+xml,<svg onload=alert(1)>"),
    stored(
        "labels",
        categories=("c" * 120, "</ul>", "\x85", *map(str, range(300)), "日本語"),
        authors=(Person(name="</p>" * 99), Person(url="https://e.org"), Person(email="a@b.c")),
        origin=Origin("x", "</a>" + "L" * 900, "javascript:alert(1)"),
        enclosures=(Enclosure("javascript:alert(1)", "video/mp4"),),
    ),
    stored("no names", origin=Origin(feed_url="https://host.example.org/feed.xml")),
    stored("year one", at=datetime(1, 1, 1, tzinfo=UTC)),
)
SOURCES = (
    SourceHealth("A weblog", "https://weblog.example.org/", "https://e.org/feed", DAY, None),
    SourceHealth("Articles", None, None, None, None),
    SourceHealth("Went away", None, "https://gone.example.org/f", DAY, DAY - timedelta(7), True),
    SourceHealth("Was never there", None, "https://never.example.org/f", None, None, True),
    SourceHealth("\u200b", "https://unnamed.example.org/", "https://e.org/f", None, None),
    SourceHealth("<b>" + "S" * 900, "javascript:alert(1)", "javascript:alert(1)", None, None),
)  # fmt: skip


def index(
    entries: Sequence[StoredEntry],
    *,
    site: Site = SITE,
    sources: tuple[SourceHealth, ...] = SOURCES,
    more: int = 0,
    theme: Path | None = None,
) -> str:
    """The page of everything; with `more` categories and sources than there are entries for."""
    named = ["Reading", "日本語", "c" * 120, *(f"Category {n}" for n in range(more))]
    topics = [Listing(site.title, None, "")]
    topics += [
        Listing(
            f"{name} – {site.title}", name, FOLDERS.get(fold(name), f"categories/{fold(name)}/")
        )
        for name in named
    ]
    listed = (*sources, *sources[:1] * more)
    topic = Topic(1, (1,), "", site.title, None, 0, 0)
    return _page(topic, entries, site, Planet(tuple(topics), listed), theme)


def category(
    name: str, entries: Sequence[StoredEntry], *, site: Site = SITE, theme: Path | None = None
) -> str:
    """The page of a category."""
    topic = Topic(1, (1,), FOLDERS[fold(name)], f"{name} – {site.title}", name, 0, 0)
    return _page(topic, entries, site, None, theme)


def _page(
    topic: Topic,
    entries: Sequence[StoredEntry],
    site: Site,
    planet: Planet | None,
    theme: Path | None,
) -> str:
    job = FrameJob(topic, PAGE, site, DAY, (*FORMATS, PAGE), planet=planet, theme=theme)
    frame = render_page(job)
    items = frame.between.join(render_item(entry, theme) for entry in entries)
    root = "../" * topic.folder.count("/")
    return (frame.head + items + frame.tail).replace(ROOT.encode(), root.encode()).decode()
