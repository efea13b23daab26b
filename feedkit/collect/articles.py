"""Finds the article files of a folder; opens none of them.

What has changed since the last run is told from size and modification time, so a run over ten
thousand unchanged articles costs ten thousand `stat` calls and no read.
"""

import os
import re
import stat
from collections.abc import Collection
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from feedkit.errors import CollectError

SUFFIXES = (".md", ".markdown", ".html", ".txt")

_UNREADABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Control characters, line ends, and bytes that are no UTF-8 (PEP 383). What else is invisible
(U+3000, or U+200C, which Persian is written with) is part of a name like any other letter."""


class FoundFile(NamedTuple):
    """An article file: its path below the folder ("/" between names), bytes and mtime (ns)."""

    path: str
    size: int
    mtime_ns: int


class Problem(NamedTuple):
    """Something of the folder that is not read, and why, in one clause."""

    path: str
    reason: str


class Scan(NamedTuple):
    """What a folder holds: files in the order of their paths."""

    files: list[FoundFile]
    problems: list[Problem]


def scan(folder: Path, left_out: Collection[str] = (), *, stamps: bool = True) -> Scan:
    """All article files below `folder` (or `folder` itself, where it is a file), but for those in
    `left_out`: paths below it, of files or folders.

    Names that begin with "." or "_" are left out, except Jekyll's ``_posts``; so are symbolic
    links: what they lead to inside the folder is found at its own place, and what lies outside or
    nowhere is named as a problem. Without `stamps` sizes and times are 0, and found in half the
    time: whoever reads the files learns them. Raises `CollectError` when the folder itself cannot
    be read.
    """
    try:
        status = folder.stat()
    except OSError as error:
        raise CollectError(f"cannot be read: {error.strerror}") from error
    found = Scan([], [])
    if stat.S_ISREG(status.st_mode):
        found.files.append(FoundFile(folder.name, status.st_size, status.st_mtime_ns))
    else:
        _walk(str(folder), os.path.realpath(folder), frozenset(left_out), found, stamps=stamps)
        found.files.sort(key=itemgetter(0))
        found.problems.sort()
    return found


def _walk(
    root: str, real_root: str, left_out: Collection[str], found: Scan, *, stamps: bool
) -> None:
    """Fill `found` from `root` downwards, without recursion: a tree may be deep."""
    prefixes = [""]
    while prefixes:
        prefix = prefixes.pop()
        try:
            with os.scandir(f"{root}/{prefix}") as listing:
                entries = list(listing)
        except OSError as error:
            if not prefix:
                raise CollectError(f"cannot be read: {error.strerror}") from error
            found.problems.append(Problem(prefix, f"cannot be read: {error.strerror}"))
            continue
        for entry in entries:
            name = entry.name
            if name[0] in "._" and name != "_posts":
                continue
            path = prefix + name
            if path in left_out:
                continue
            is_article = name.lower().endswith(SUFFIXES)
            if is_article and path.isprintable() and entry.is_file(follow_symlinks=False):
                _file(entry, path, found, stamps=stamps)
            elif not path.isprintable() and _UNREADABLE.search(path):
                if is_article or entry.is_dir():
                    shown = ascii(path).strip("'\"")
                    found.problems.append(Problem(shown, "has an unreadable name; rename it"))
            elif entry.is_symlink():
                _link(entry, path, real_root, found)
            elif entry.is_dir(follow_symlinks=False):
                prefixes.append(f"{path}/")
            elif is_article:
                _file(entry, path, found, stamps=stamps)


def _file(entry: "os.DirEntry[str]", path: str, found: Scan, *, stamps: bool) -> None:
    if not stamps:
        found.files.append(FoundFile(path, 0, 0))
        return
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError as error:
        found.problems.append(Problem(path, f"cannot be read: {error.strerror}"))
    else:
        found.files.append(FoundFile(path, status.st_size, status.st_mtime_ns))


def _link(entry: "os.DirEntry[str]", path: str, real_root: str, found: Scan) -> None:
    is_article = entry.name.lower().endswith(SUFFIXES)
    target = os.path.realpath(entry.path)
    if not os.path.exists(target):  # noqa: PTH110 - ten thousand of these are not made Paths
        if is_article:
            found.problems.append(Problem(path, "is a symbolic link that leads nowhere; not read"))
        return
    if target == real_root or target.startswith(real_root + os.sep):
        return
    if is_article or entry.is_dir():
        found.problems.append(
            Problem(path, f"is a symbolic link that leaves the folder (to {target}); not read")
        )
