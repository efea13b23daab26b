"""Putting documents together: within bounded memory, and of entries that are there twice."""

from pathlib import Path

import pytest
from planet import Planet

from feedkit.publish import assembly
from feedkit.store import editions

ENTRY = """<item><guid isPermaLink="false">urn:example:{number}</guid><title>{title}</title>
<link>https://example.org/{number}</link><pubDate>Tue, 18 May 2021 11:{number:02}:00 GMT</pubDate>
<description>Text.</description></item>"""


def feed(title: str, numbers: range) -> str:
    items = "".join(ENTRY.format(number=number, title=f"{title} {number}") for number in numbers)
    return f'<rss version="2.0"><channel><title>{title}</title>{items}</channel></rss>'


@pytest.mark.parametrize(("cache", "batch"), [(1, 1), (1, 7), (2_000, 3), (64_000_000, 1)])
def test_documents_are_the_same_however_little_is_kept_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: int, batch: int
) -> None:
    planet = Planet(tmp_path)
    for number in range(40):
        categories = f"[{'ABC'[number % 3]}, {'CDE'[number % 3]}, All]"
        planet.article(f"{number}.md", "**Text**", date="2021-05-18", categories=categories)
    planet.cycle()
    monkeypatch.setattr(assembly, "_CACHE_BYTES", cache)
    monkeypatch.setattr(assembly, "_BATCH", batch)
    planet.export("again")
    assert planet.documents("again") == planet.documents()
    assert len(planet.titles("all")) == 40


@pytest.mark.parametrize("batch", [1, 50])
def test_an_entry_of_two_feeds_is_there_once_and_takes_no_other_s_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    names = "abcd"
    sources = "".join(f'[[feeds]]\nurl = "{name}.xml"\n' for name in names)
    planet = Planet(tmp_path, f"[publish]\nentries = 12\n{sources}")
    for name in names:
        planet.write(f"{name}.xml", feed(name, range(20)))
    monkeypatch.setattr(editions, "_SPARE", 1)
    monkeypatch.setattr(assembly, "_CACHE_BYTES", 1)
    monkeypatch.setattr(assembly, "_BATCH", batch)
    planet.cycle()
    numbers = [int(title.split()[1]) for title in planet.titles()]
    assert numbers == list(range(19, 7, -1))
