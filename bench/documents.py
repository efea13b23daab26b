"""The documents that the benchmarks of reading use: a folder of real feeds, or made-up ones."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from pathlib import Path

URL = "https://example.org/feed.xml"
"""Where every document is said to be from."""
CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus" / "feeds"
"""Real feeds, where they lie beside the repository; they are no part of it."""
WORDS = ["feeds", "entries", "readers", "collect", "publish", "category", "article", "normalize"]
Documents = Mapping[str, bytes]
"""A document by its name."""


def folder_to_read(chosen: Path | None, corpus: Path = CORPUS) -> Path | None:
    """`chosen`, else `corpus` where it is there, else None: the documents are to be made up."""
    return chosen or (corpus if corpus.is_dir() else None)


def read_documents(folder: Path | None) -> Documents:
    """The files of `folder`, by name in order, or made-up documents without one."""
    if folder is None:
        return made_up()
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def made_up(count: int = 40) -> Documents:
    """RSS and Atom documents of about 100 kB, with the markup that weblogs write."""
    chance = random.Random(4287)
    return {
        f"made-up-{number:02}.xml": (_atom if number % 2 else _rss)(chance, number)
        for number in range(count)
    }


def _html(chance: random.Random) -> str:
    parts = []
    for number in range(chance.randrange(4, 16)):
        text = " ".join(chance.choices(WORDS, k=40))
        link = f'<a class="x" href="/posts/{number}?a=1&amp;b=2" onclick="go()">{text[:20]}</a>'
        parts.append(f'<p style="color: red">{text}, {link} &#8217;<em>{text[:30]}</em></p>')
        if number % 4 == 0:
            parts.append(
                f'<figure class="wp"><img src="/i/{number}.png" alt="" width="9"></figure>'
            )
    return "\n".join(parts)


def _rss(chance: random.Random, feed: int) -> bytes:
    items = "".join(
        f"<item><title>{escape(' '.join(chance.choices(WORDS, k=6)))}</title>"
        f"<link>https://example.org/{feed}/{number}</link><guid>urn:x:{feed}:{number}</guid>"
        f"<pubDate>{format_datetime(_date(number), usegmt=True)}</pubDate><category>a</category>"
        f"<description>{escape(_html(chance))}</description></item>"
        for number in range(20)
    )
    return f'<rss version="2.0"><channel><title>{feed}</title>{items}</channel></rss>'.encode()


def _atom(chance: random.Random, feed: int) -> bytes:
    entries = "".join(
        f"<entry><id>urn:x:{feed}:{number}</id><title>{feed} {number}</title>"
        f'<link href="/{feed}/{number}"/><updated>{_date(number).isoformat()}</updated>'
        f'<content type="html">{escape(_html(chance))}</content></entry>'
        for number in range(20)
    )
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:x:{feed}</id><title>{feed}</title>'
        f"{entries}</feed>"
    ).encode()


def _date(number: int) -> datetime:
    return datetime(2026, 5, 18, 11, 30, tzinfo=UTC) - timedelta(hours=number)
