"""Articles that cannot be read, or not well, in one folder together with good ones."""

import os
from pathlib import Path

import pytest
from planet import ARTICLES, Planet, is_well_formed

from feedkit.cli.report import problems
from feedkit.config import load_settings
from feedkit.parse import article, body
from feedkit.pipeline.run import run
from feedkit.store import open_store

ALIASES = "---\ntitle: bomb\na: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{this}: &{this} [{','.join([f'*{last}'] * 9)}]\n"
    for last, this in zip("abcdefgh", "bcdefghi", strict=True)
) + "categories: *i\n---\nBoom.\n"  # fmt: skip

UNREADABLE: dict[str, tuple[str | bytes, str]] = {
    "unclosed.md": ("---\ntitle: Unclosed\n\nText that never ends its front matter.\n", "closed"),
    "no-mapping.md": ("---\n- a\n- list\n---\nText.\n", "mapping"),
    "aliases.md": (ALIASES, "alias"),
    "not-yaml.md": ("---\ntitle: [unbalanced\n---\nText.\n", "YAML"),
    "not-toml.md": ("+++\ntitle = \n+++\nText.\n", "line 2"),
    "not-json.md": ('{\n  "title": "x",,\n}\n\nText.\n', "JSON"),
    "binary.md": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" * 30, "binary"),
    "huge.md": ("---\ntitle: Huge\n---\n" + "x" * 50_001_000, "fetch.max_bytes"),
}
"""Each gets one line, and is not published."""

NOTED: dict[str, tuple[str | bytes, str, str]] = {
    "untitled.md": ("---\ndate: 2024-01-01\n---\nText.\n", "untitled", "title"),
    "no-date.md": ("---\ntitle: No date\ndate: whenever\n---\nText.\n", "No date", "date"),
    "gb18030.md": (
        "---\ntitle: 订阅的乐趣\n---\n把阅读的节奏拿回来，由自己来决定。\n".encode("gb18030"),
        "订阅的乐趣",
        "UTF-8",
    ),
}  # fmt: skip
"""Each gets one line, and is published under the title."""

GOOD: dict[str, tuple[str | bytes, str]] = {
    "bom.md": (b"\xef\xbb\xbf---\ntitle: BOM\ndate: 2024-01-01\n---\nText.\n", "BOM"),
    "crlf.md": ("---\r\ntitle: CRLF\r\ndate: 2024-01-01\r\n---\r\nText.\r\n", "CRLF"),
    "utf16.md": ("\ufeff---\ntitle: UTF-16\ndate: 2024-01-01\n---\nText.\n".encode("utf-16-le"),
                 "UTF-16"),
    "no-front-matter.md": ("# A heading\n\nText.\n", "A heading"),
    "empty-body.md": ("---\ntitle: Empty\ndate: 2024-01-01\n---\n", "Empty"),
    "controls.md": ('---\ntitle: "a\\x01b"\ncategories: ["c\\x02d"]\n---\nx\x03y\n', "ab"),
}  # fmt: skip
"""These are published without a word."""


@pytest.fixture(name="planet", scope="module")
def planet_fixture(tmp_path_factory: pytest.TempPathFactory) -> Planet:
    planet = Planet(tmp_path_factory.mktemp("bad"))
    for name, data in {
        **{name: data for name, (data, _) in UNREADABLE.items()},
        **{name: data for name, (data, _, _) in NOTED.items()},
        **{name: data for name, (data, _) in GOOD.items()},
    }.items():
        planet.write(f"articles/{name}", data)
    secret = planet.write("elsewhere/secret.md", "---\ntitle: Secret\n---\nNot for everyone.\n")
    (planet.articles / "leaving.md").symlink_to(secret)
    (planet.articles / "leaving-folder").symlink_to(secret.parent)
    (planet.articles / "dangling.md").symlink_to(planet.root / "nowhere.md")
    (planet.articles / "inside.md").symlink_to(planet.articles / "bom.md")
    (planet.articles / "loop").symlink_to(planet.articles)
    os.mkfifo(planet.articles / "pipe.md")
    (planet.articles / "folder.md").mkdir()
    return planet


@pytest.fixture(name="lines", scope="module")
def lines_fixture(planet: Planet) -> list[str]:
    ended = planet.feedkit("run")
    assert ended.code == 0
    return ended.lines


def test_each_gets_one_clear_line_and_nobody_else_one(lines: list[str]) -> None:
    problems = [line for line in lines if line.startswith("articles/")]
    assert [line.partition(" ")[0] for line in problems] == sorted(
        f"articles/{name}"
        for name in (
            *UNREADABLE, *NOTED, "leaving.md", "leaving-folder", "dangling.md", "pipe.md",
        )
    )  # fmt: skip
    assert all(20 < len(line) < 200 for line in problems)


@pytest.mark.parametrize(
    ("name", "why"),
    [(name, why) for name, (_, why) in UNREADABLE.items()]
    + [(name, why) for name, (_, _, why) in NOTED.items()]
    + [("leaving.md", "leaves the folder"), ("leaving-folder", "leaves the folder")]
    + [("dangling.md", "leads nowhere"), ("pipe.md", "no regular file")],
)  # fmt: skip
def test_the_line_says_why(lines: list[str], name: str, why: str) -> None:
    (line,) = [line for line in lines if line.startswith(f"articles/{name} ")]
    assert why in line


def test_every_good_one_is_published(planet: Planet, lines: list[str]) -> None:
    assert lines
    expected = [title for _, title in GOOD.values()] + [title for _, title, _ in NOTED.values()]
    assert sorted(planet.titles()) == sorted(expected)
    assert sorted(planet.titles(format_name="rss")) == sorted(expected)
    assert all(is_well_formed(document) for document in planet.documents().values())
    assert planet.categories() == {"cd"}


def test_the_lines_come_again_in_the_next_run_which_writes_nothing(
    planet: Planet, lines: list[str]
) -> None:
    before = planet.stamps()
    again = planet.feedkit("run", "-q", "--strict")
    assert again.code == 0
    assert again.lines == [line for line in lines if line.startswith("articles/")]
    assert planet.rewritten(before) == set()


class Vanishing:
    """A progress that removes a file once the folder was searched and before it is read."""

    def __init__(self, *files: Path) -> None:
        self.files = files

    def total(self, steps: int) -> None:
        assert steps
        for file in self.files:
            file.unlink()

    def step(self, done: int = 1) -> None:
        """Nothing to do."""


def test_files_that_vanish_in_between_get_a_line_each(tmp_path: Path) -> None:
    planet = Planet(tmp_path)
    planet.article("stays.md", date="2024-01-01")
    files = [planet.article(f"goes{n}.md", date="2024-01-01") for n in range(2)]
    settings = load_settings(tmp_path / "config.toml")
    with open_store(settings.store.url) as store:
        report = run(settings, store, everything=True, progress=Vanishing(*files))
    first, second = report.sources[0].problems
    assert first.startswith("articles/goes0.md is not there")
    assert second.startswith("articles/goes1.md is not there")
    assert planet.titles() == ["stays"]
    assert planet.cycle().sources[0].problems == []


def test_an_article_that_vanishes_while_it_is_read_again_stays_until_the_next_run(
    tmp_path: Path,
) -> None:
    planet = Planet(tmp_path)
    planet.article("stays.md", date="2024-01-01")
    planet.article("goes.md", date="2024-01-02")
    planet.cycle()
    file = planet.article("goes.md", "Edited.", date="2024-01-02")
    settings = load_settings(tmp_path / "config.toml")
    with open_store(settings.store.url) as store:
        run(settings, store, everything=True, progress=Vanishing(file))
    assert planet.titles() == ["goes", "stays"]
    planet.cycle()
    assert planet.titles() == ["stays"]


def test_names_in_any_script_and_with_url_characters_have_valid_addresses(
    tmp_path: Path,
) -> None:
    planet = Planet(tmp_path, ARTICLES + 'base_url = "https://blog.example.org/"\n')
    names = ["新媒体.md", "a b.md", "50%.md", "what?.md", "c#.md", "a&b.md", "quote'\".md", "é.md"]
    for name in names:
        planet.article(name, title=f"'{name[0]}'", date="2024-01-01")
    (report,) = planet.cycle().sources
    assert (report.counts.new, report.problems) == (len(names), [])
    document = (planet.public / "rss.xml").read_text()
    links = {part.partition("</link>")[0] for part in document.split("<link>")[2:]}
    assert len(links) == len(names)
    assert all(" " not in link and link.count("#") == link.count("?") == 0 for link in links)


def test_a_body_that_ends_its_renderer_costs_its_content_and_gets_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planet = Planet(tmp_path, ARTICLES + "[publish]\nentries = 200\n")
    for number in range(120):
        planet.article(f"{number:03}.md", "Deadly." if number == 60 else f"Text {number}.")
    rendered = body.render

    def deadly(text: str, kind: str) -> body.Body:
        if "Deadly" in text:
            os._exit(9)
        return rendered(text, kind)

    monkeypatch.setattr(article, "render", deadly)  # workers are forked with it
    report = planet.cycle()
    assert [line.rpartition(":")[2] for line in problems(report)] == [
        " its content ended the process that rendered it; published without"
    ]
    document = (planet.public / "atom.xml").read_text()
    assert len(planet.titles()) == 120
    assert "Deadly" not in document
    assert all(f"Text {number}." in document for number in range(120) if number != 60)
