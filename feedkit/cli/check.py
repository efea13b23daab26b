"""`feedkit check`: what was found out, told to people on stdout, or as JSON to programs."""

import shlex
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from feedkit.cli import DONE, SOME_FAILED
from feedkit.cli.layout import Row, Section, write, write_json
from feedkit.cli.words import number
from feedkit.config import Settings, load_settings
from feedkit.pipeline.check import check
from feedkit.pipeline.checked import ArticleFacts, Checked, EntryFacts, FeedFacts, Problem
from feedkit.terminal import one_line

FEW = 5
"""Entries that are shown without --verbose."""

_ALIKE = 3
"""Problems of one kind that are shown without --verbose."""
_FEW_TAGS = 8
_FEW_FILES = 3
_DEFAULT = Path("config.toml")
_FORMATS = {
    "atom10": "Atom 1.0",
    "atom03": "Atom 0.3",
    "rss090": "RSS 0.90",
    "rss091": "RSS 0.91",
    "rss092": "RSS 0.92",
    "rss093": "RSS 0.93",
    "rss094": "RSS 0.94",
    "rss10": "RSS 1.0",
    "rss11": "RSS 1.1",
    "rss20": "RSS 2.0",
    "rss": "RSS of no known version",
    "json10": "JSON Feed 1.0",
    "json11": "JSON Feed 1.1",
}
_READERS = {"lxml": "lxml", "feedparser": "feedparser", "json": "msgspec"}


def check_document(
    where: str, config: Path | None, *, verbose: bool, quiet: bool, as_json: bool, strict: bool
) -> int:
    """``feedkit check``; the exit code."""
    checked = check(where, _settings(config), read_stdin=_stdin, now=datetime.now(UTC))
    if as_json:
        write_json(checked)
    if checked.error is not None:
        click.echo(one_line(checked.error), err=True)
        if checked.links_to:
            address = shlex.quote(checked.links_to[0])
            click.echo(f"To look at that feed: feedkit check {address}", err=True)
        return SOME_FAILED
    if not as_json:
        write(_sections(checked, verbose=verbose, quiet=quiet))
    return SOME_FAILED if strict and checked.problems else DONE


def _settings(config: Path | None) -> Settings | None:
    """Those that were asked for; else those of the current folder, if it has any."""
    if config is None and not _DEFAULT.exists():
        return None
    return load_settings(config or _DEFAULT)


def _stdin(limit: int) -> bytes:
    return sys.stdin.buffer.read(limit)


def _sections(checked: Checked, *, verbose: bool, quiet: bool) -> Iterator[Section]:
    problems = _problems(checked, verbose=verbose)
    if quiet:
        yield from problems
        return
    yield Section(_headline(checked))
    if checked.feed:
        yield Section(None, _feed_rows(checked, checked.feed))
        yield from _entries(checked.entries, verbose=verbose)
    if checked.article:
        yield Section(None, _article_rows(checked.article, checked.entries[0]))
    yield from problems
    yield from _publishes(checked, verbose=verbose)


def _headline(checked: Checked) -> str:
    count = len(checked.problems)
    problems = number(count, "problem") if count else "no problems"
    if checked.feed is None:
        return f"{checked.checked}: an article, {problems}"
    name = _FORMATS.get(checked.feed.format, checked.feed.format)
    entries = number(checked.feed.entries, "entry", "entries")
    return f"{checked.checked}: {name}, {entries}, {problems}"


# -------------------------------------------------------------------------------------------- feeds


def _feed_rows(checked: Checked, feed: FeedFacts) -> list[Row]:
    moved = checked.address if checked.address != checked.checked else None
    dates = _time(feed.newest) if feed.newest else None
    if feed.oldest != feed.newest:
        dates = f"{_time(feed.oldest)} to {_time(feed.newest)}"
    return _facts(
        ("title", feed.title),
        ("site", feed.url),
        ("found at", moved),
        ("self link", feed.self_url),
        ("id", feed.id),
        ("language", feed.language),
        ("dated", dates),
        ("encoding", feed.encoding),
        ("read by", f"{_READERS[feed.path]}: {_why(checked, feed)}"),
    )


def _why(checked: Checked, feed: FeedFacts) -> str:
    """Why that reader read it, without what is among the problems anyway."""
    broken = [problem for problem in checked.problems if problem.code == "not-well-formed"]
    if not broken:
        return feed.why
    what = "no valid JSON" if feed.path == "json" else "not well-formed XML"
    return f"it is {what}, see line {broken[0].line}"


def _facts(*facts: tuple[str, str | None]) -> list[Row]:
    return [Row((label, text), ("dim", "")) for label, text in facts if text]


def _entries(entries: Sequence[EntryFacts], *, verbose: bool) -> Iterator[Section]:
    shown = entries if verbose else entries[:FEW]
    rows = [row for entry in shown for row in _entry_rows(entry, verbose=verbose)]
    if rest := len(entries) - len(shown):
        rows.append(Row(("", "", f"… and {rest:,} more; -v shows them all"), ("", "", "dim")))
    if rows:
        yield Section("Entries", rows)


def _entry_rows(entry: EntryFacts, *, verbose: bool) -> Iterator[Row]:
    date = _time(entry.published or entry.updated)
    yield Row((str(entry.number), date, entry.title or "(no title)"), ("dim", "", "bold"))
    more = [(entry.url, "cyan")]
    if entry.id != entry.url:
        more.append((f"id {entry.id}" if entry.id else None, "dim"))
    more.append((", ".join(entry.categories), ""))
    files = entry.enclosures if verbose else entry.enclosures[:_FEW_FILES]
    more += [(_enclosure(file.url, file.type, file.length), "") for file in files]
    if rest := len(entry.enclosures) - len(files):
        more.append((f"… and {number(rest, 'more file')}", "dim"))
    if entry.state in _STATES:
        more.append((_STATES[entry.state], "yellow"))
    yield from (Row(("", "", text), ("", "", style)) for text, style in more if text)


_STATES = {
    "filtered": "not published: the source's filters leave it out",
    "another version": "not published: another version of it is",
}


def _enclosure(url: str, kind: str | None, length: int | None) -> str:
    details = [kind] if kind else []
    details += [_size(length)] if length else []
    return f"{url} ({', '.join(details)})" if details else url


def _size(length: int) -> str:
    for unit, size in (("MB", 1_000_000), ("kB", 1_000)):
        if length >= size:
            return f"{length / size:,.1f} {unit}"
    return number(length, "byte")


def _time(time: datetime | None) -> str:
    if time is None:
        return "no date"
    midnight = time.hour == time.minute == time.second == 0
    return f"{time:%Y-%m-%d}" if midnight else f"{time:%Y-%m-%d %H:%M}"


# ----------------------------------------------------------------------------------------- articles


def _article_rows(article: ArticleFacts, entry: EntryFacts) -> list[Row]:
    made = "made of its folder's place, once config.toml names the folder"
    published = entry.state == "published"
    return _facts(
        ("title", entry.title),
        ("link", entry.url or "none: its folder has no base_url, or is not in config.toml"),
        ("id", entry.id or (made if published else None)),
        ("published", _time(entry.published)),
        ("updated", _time(entry.updated) if entry.updated else None),
        ("authors", ", ".join(entry.authors)),
        ("categories", ", ".join(article.categories)),
        ("tags", ", ".join(article.tags)),
        ("language", article.language),
        ("image", article.image),
        ("summary", article.summary),
        ("rights", article.rights),
    )


# ----------------------------------------------------------------------------------------- problems


def _problems(checked: Checked, *, verbose: bool) -> list[Section]:
    """A line for each problem; where many are alike, by their kinds, the first few of each."""
    if not checked.problems:
        return []
    kinds: dict[str, list[Problem]] = {}
    for problem in checked.problems:
        kinds.setdefault(problem.code, []).append(problem)
    if verbose or all(len(alike) <= _ALIKE for alike in kinds.values()):
        return [Section("Problems", [_problem(problem, checked) for problem in checked.problems])]
    rows = []
    for alike in kinds.values():
        shown = alike if len(alike) == _ALIKE + 1 else alike[:_ALIKE]
        rows += [_problem(problem, checked) for problem in shown]
        if rest := len(alike) - len(shown):
            words = f"… and {rest:,} more of that kind; -v shows them all"
            rows.append(Row(("", "", words), ("", "", "dim")))
    return [Section("Problems", rows)]


def _problem(problem: Problem, checked: Checked) -> Row:
    what = "feed" if checked.feed else "article"
    who = what if problem.entry is None else f"entry {problem.entry}"
    line = f"line {problem.line}" if problem.line else ""
    return Row((line, who, problem.text), ("dim", "", "yellow"))


# -------------------------------------------------------------------------------- what is published


def _publishes(checked: Checked, *, verbose: bool) -> Iterator[Section]:
    plan = checked.publishes
    if plan is None:
        return
    if not plan.entries:
        yield Section("Would publish", [Row((_nothing(checked),), ("yellow",))])
        return
    rows = [Row((_published(plan.entries), ", ".join(plan.documents), "everything"), _STYLES)]
    rows += [
        Row((_published(c.entries), f"categories/{c.slug}/", c.name), _STYLES)
        for c in plan.categories
    ]
    yield Section("Would publish", rows)
    notes = []
    if plan.tags:
        shown = plan.tags if verbose else plan.tags[:_FEW_TAGS]
        names = ", ".join(f"{tag.name} ({tag.entries})" for tag in shown)
        rest = len(plan.tags) - len(shown)
        notes.append(f"get no feed: {names}" + (f" and {rest:,} more; see -v" if rest else ""))
    if plan.config is None:
        notes.append("there is no config.toml here, so these are the defaults")
    elif not plan.configured:
        what = "feed" if checked.feed else "article's folder"
        notes.append(f"{plan.config} does not name this {what}, so no categories are added to it")
    if notes:
        yield Section(None, [Row((note,), ("dim",)) for note in notes])


_STYLES = ("", "bold", "")


def _published(entries: int) -> str:
    return number(entries, "entry in", "entries in")


def _nothing(checked: Checked) -> str:
    states = {entry.state for entry in checked.entries}
    if "draft" in states:
        return "nothing: it is a draft"
    if "waits" in states:
        return f"nothing before {_time(checked.entries[0].published)}, the date that it has"
    return "nothing: the source's filters leave every entry out" if states else "nothing"
