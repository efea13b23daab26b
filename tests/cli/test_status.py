"""`feedkit status`: what a person sees of feeds that are well, wait, moved, fail or are gone."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from planet import Planet
from publisher import Publisher
from terminal import columns, on_terminal, uncoloured

from feedkit.cli.layout import write
from feedkit.cli.status import section
from feedkit.config import load_settings
from feedkit.pipeline.status import FeedStatus, status
from feedkit.store import open_store

START = datetime(2025, 3, 1, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
QUIET = "it has been quiet for 7d 1h"
SEVEN = "it failed 7 times in a row"
GONE = "its server said that it is gone for good (410)"


@pytest.fixture(name="publishers")
def publishers_fixture() -> Iterator[list[tuple[Publisher, str]]]:
    """Four feeds, each on a port of its own."""
    with ExitStack() as stack:
        found = [Publisher(START, [("one", START - HOUR)]) for _ in range(4)]
        yield [(publisher, stack.enter_context(publisher.serving())) for publisher in found]


def planet_of(folder: Path, *urls: str) -> Planet:
    config = "[fetch]\nallow_private_hosts = true\nper_host = 1\n"
    return Planet(folder, config + "".join(f'[[feeds]]\nurl = "{url}"\n' for url in urls))


def statuses(planet: Planet, now: datetime) -> list[FeedStatus]:
    settings = load_settings(planet.root / "config.toml")
    with open_store(settings.store.url) as store:
        return status(settings, store, now)


def test_the_table_says_what_there_is_to_do(
    tmp_path: Path,
    publishers: list[tuple[Publisher, str]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    urls = [url for _, url in publishers]
    planet = planet_of(tmp_path, *urls[:3], "missing.xml", urls[3])
    planet.cycle(at=START)
    _, fails, gone, _ = (publisher for publisher, _ in publishers)
    fails.status, gone.status = 500, 410
    for number in range(1, 4):
        planet.cycle(at=START + number * DAY)
    moved, moved_url = publishers[3]
    moved.redirect, moved.path = (301, "/new"), "/new"
    for number in range(4, 8):
        planet.cycle(at=START + number * DAY)
    now = START + 7 * DAY + HOUR / 2
    found = statuses(planet, now)
    write([section(found, found, now)])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "5 feeds, 3 failing"
    rows = [re.split(r"\s{2,}", line.strip()) for line in lines[1:]]
    assert rows[0] == ["feed", "last success", "next", "entries", "failures", "why then"]
    assert (rows[1][:2], rows[1][3:]) == ([urls[0], "30min ago"], ["1", QUIET])
    assert rows[1][2].startswith("in ")
    assert (rows[2][:2], rows[2][3:]) == ([urls[1], "7d ago"], ["1", "7", SEVEN])
    assert rows[2][2].startswith("in 2")
    assert rows[3] == ["last error: answered 500 Internal Server Error"]
    assert (rows[4][:3], rows[4][-1]) == ([urls[2], "7d ago", "never"], GONE)
    assert rows[5][0].startswith("last error: answered 410 Gone; it is not asked again")
    assert rows[6] == ["missing.xml", "never", "next run", "0", "8", "read in every run"]
    assert rows[7] == ["last error: is not there"]
    assert (rows[8][:2], rows[8][3:]) == ([moved_url, "30min ago"], ["1", QUIET])
    new = moved_url.replace("/feed", "/new")
    assert rows[9] == [f"moved to {new}: write that into the configuration"]
    assert len(lines) == 11


def test_a_line_of_a_terminal_that_is_too_narrow_for_the_table_is_broken_between_words(
    tmp_path: Path, publishers: list[tuple[Publisher, str]]
) -> None:
    (_, good), (bad, bad_url), (chinese, chinese_url) = publishers[:3]
    bad.status = 401
    chinese.status = 410
    long = f"{bad_url}?{'and_more' * 20}"
    planet = planet_of(tmp_path, good, long, chinese_url, "订阅/新.xml")
    planet.feedkit("run")
    for wide in (60, 80):
        lines = [uncoloured(line) for line in on_terminal(tmp_path, "status", wide=wide)]
        assert all(columns(line) <= wide for line in lines)
        text = "\n".join(lines)
        assert lines[:2] == ["4 feeds, 3 failing", f"  {good}"]
        assert re.fullmatch(r"    next: in [\w ]+: it has been quiet for [\w ]+", lines[2])
        assert re.fullmatch(r"    last success: \d+s ago, 1 entry", lines[3])
        assert text.count("    last success: never, 0 entries, 1 failure in a row\n") == 3
        assert f"  {chinese_url}\n    next: never: its server said" in text
        error = "    last error: answered 401 Unauthorized; check its username and password"
        assert error.split() == " ".join(lines).split()[text.split().index("error:") - 1 :][:10]
        assert text.endswith("  订阅/新.xml\n    next: next run: read in every run\n"
                             "    last success: never, 0 entries, 1 failure in a row\n"
                             "    last error: is not there")  # fmt: skip


def test_a_terminal_that_is_wide_enough_has_a_table(
    tmp_path: Path, publishers: list[tuple[Publisher, str]]
) -> None:
    (_, good), (bad, bad_url), (gone, gone_url) = publishers[:3]
    bad.status, gone.status = 404, 410
    planet = planet_of(tmp_path, good, bad_url, gone_url)
    planet.feedkit("run")
    _, header, *rows = [uncoloured(line) for line in on_terminal(tmp_path, "status", wide=110)]
    assert header.split("  ")[1] == "feed"
    assert [row[header.index("last") :][:6].strip() for row in rows[:2]] != ["", ""]
    assert [row[header.index("entries")] for row in rows[:2]] == ["1", "0"]
    assert rows[1].rstrip().endswith("it failed once")
    assert rows[2].rstrip() == "    last error: answered 404 Not Found; check its address"
    folded = rows[3][header.index("why") :].split() + rows[4].split()
    assert " ".join(folded) == GONE, "a long reason makes no table too wide"
    assert "(410)" in rows[4]


def test_failing_feeds_alone_and_json_for_programs(
    tmp_path: Path, publishers: list[tuple[Publisher, str]]
) -> None:
    (_, good), (bad, bad_url) = publishers[:2]
    bad.status = 404
    planet = planet_of(tmp_path, good, bad_url)
    assert planet.feedkit("run").code == 0
    ended = planet.feedkit("status", "--failing")
    assert (ended.code, ended.lines) == (0, [])
    assert ended.output.startswith("2 feeds, 1 failing\n")
    assert good not in ended.output
    (row,) = [line for line in ended.output.splitlines() if bad_url in line]
    assert re.fullmatch(rf"  {bad_url}  never +in \w+( \w+)? +0 +1 +it failed once", row)
    document = json.loads(planet.feedkit("status", "--json").output)
    assert [feed["source"] for feed in document["feeds"]] == [good, bad_url]
    assert [feed["failures"] for feed in document["feeds"]] == [0, 1]
    assert [feed["entries"] for feed in document["feeds"]] == [1, 0]
    assert document["feeds"][1]["error"] == "answered 404 Not Found; check its address"
    due_at = [datetime.fromisoformat(feed["due_at"]) for feed in document["feeds"]]
    assert all(time > datetime.fromisoformat(document["at"]) for time in due_at)
    (only,) = json.loads(planet.feedkit("status", "--json", "--failing").output)["feeds"]
    assert only == document["feeds"][1]


def test_the_categories_with_a_feed_and_those_without_and_why(tmp_path: Path) -> None:
    planet = Planet(
        tmp_path, '[categories."C++"]\naliases = ["cpp"]\n[[articles]]\npath="articles"'
    )
    planet.article("one.md", categories="[Go, 新媒体]", tags="[cpp, Rust, tag]")
    planet.article("two.md", categories="[Go]", tags="[Rust]")
    planet.feedkit("run")
    output = planet.feedkit("status").output
    gives = "in the configuration gives it a feed"
    assert output == (
        "0 feeds, none failing\n\n"
        "3 categories with a feed\n"
        "  category  folder                 entries\n"
        "  Go        categories/go/         2\n"
        "  C++       categories/cplusplus/  1\n"
        "  新媒体    categories/新媒体/     1\n\n"
        "2 categories without a feed\n"
        "  category  entries  why\n"
        f'  Rust      2        not declared; [categories."Rust"] {gives}\n'
        f'  tag       1        not declared; [categories."tag"] {gives}\n'
    )
    assert planet.feedkit("status", "--failing").output == "0 feeds, none failing\n"
    document = json.loads(planet.feedkit("status", "--json").output)["categories"]
    assert document["published"][1] == {"name": "C++", "slug": "cplusplus", "entries": 1}
    assert [one["name"] for one in document["left_out"]] == ["Rust", "tag"]
    assert planet.categories() == {one["slug"] for one in document["published"]}


def test_of_many_categories_the_largest_are_shown_and_the_rest_counted(tmp_path: Path) -> None:
    planet = Planet(tmp_path)
    planet.article("all.md", tags=str([f"tag {number:02}" for number in range(1, 31)]))
    planet.article("two.md", tags="[tag 25]", categories=str([f"c{n}" for n in range(10)]))
    planet.cycle(at=START)
    for lines in (
        planet.feedkit("status").output.splitlines(),
        [uncoloured(line).rstrip() for line in on_terminal(tmp_path, "status", wide=60)],
    ):
        assert "10 categories with a feed" in lines
        start = lines.index("30 categories without a feed")
        assert lines[start + 2].split()[:3] == ["tag", "25", "2"]
        assert sum(line.startswith("  tag ") for line in lines) == 10
        assert lines[-1] == "  and 20 more; --json has all"
    document = json.loads(planet.feedkit("status", "--json").output)["categories"]
    assert (len(document["published"]), len(document["left_out"])) == (10, 30)


def test_a_host_that_asked_to_wait_is_the_reason_for_all_of_its_feeds(
    tmp_path: Path, publishers: list[tuple[Publisher, str]]
) -> None:
    (throttling, one), (_, other) = publishers[:2]
    planet = planet_of(tmp_path, one, other)
    planet.cycle(at=START)
    throttling.throttle(503, START + 3 * DAY, as_date=False)
    planet.cycle(at=START)
    for feed in statuses(planet, START + DAY):
        assert feed.due_at == START + 3 * DAY
        assert feed.due_reason.endswith("asked to wait (Retry-After)")


def test_before_the_first_run_every_feed_is_new_and_no_store_is_made(tmp_path: Path) -> None:
    planet = planet_of(tmp_path, "https://ada:s3cret@feed.example/")
    with (planet.root / "config.toml").open("a") as config:
        config.write('[[opml]]\npath = "missing.opml"\n')
    ended = planet.feedkit("status")
    assert ended.output.splitlines()[0] == "2 feeds, 1 failing"
    assert "https://feed.example/  never" in ended.output
    assert "never asked so far" in ended.output
    assert "s3cret" not in ended.output
    assert not (planet.root / "feedkit.db").exists()


def test_a_password_is_never_shown(tmp_path: Path, publishers: list[tuple[Publisher, str]]) -> None:
    (moved, url), (bad, bad_url) = publishers[:2]
    bad.status = 500
    secret = [address.replace("//", "//ada:s3cret@") for address in (url, bad_url)]
    planet = planet_of(tmp_path, *secret)
    planet.cycle(at=START)
    moved.redirect, moved.path = (301, secret[0].replace("/feed", "/new")), "/new"
    for number in range(1, 5):
        planet.cycle(at=START + number * DAY)
    for arguments in (("status",), ("status", "--json"), ("status", "--failing")):
        ended = planet.feedkit(*arguments)
        assert "http://127.0.0.1" in ended.output
        assert "s3cret" not in ended.output
    assert "/new" in planet.feedkit("status").output


def test_a_wrong_config_is_exit_2(tmp_path: Path) -> None:
    assert Planet(tmp_path, "[fetches]\n").feedkit("status").code == 2
