"""The files of pages: feedkit's own in ``theme/``, and in their place those of a theme.

A theme is a folder. What is in it stands in place of what has the same name here; all else is as it
was. Jinja2 is not imported: what is asked of every run costs little.
"""

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from feedkit.errors import PublishError

OWN = Path(__file__).parent / "theme"
_NO_ASSETS = (".html", ".xml", ".json", ".opml", ".gz", ".br")
"""Ends of names that are templates or documents: a theme's file may not take a document's place."""
_FOLDERS = ("categories", "archive")
"""Where documents are: a theme's file may not take their folder's place either."""


def assets(theme: Path | None) -> dict[str, bytes]:
    """The files to publish beside pages, by their paths below the output folder.

    These are feedkit's own, and in their place or beside them those of the theme: all but
    templates, hidden files, files named like a document or its folder, and such as have a name
    that no address could have. Raises PublishError for one that cannot be read.
    """
    return {name: data for name, data in _files(theme).items() if _is_asset(name)}


def _is_asset(name: str) -> bool:
    folded = name.casefold()  # some file systems do not tell upper from lower case
    parts = folded.split("/")
    return (
        name.isprintable()  # what is no UTF-8 is not
        and not folded.endswith(_NO_ASSETS)
        and parts[0] not in _FOLDERS
        and not any(part.startswith(".") for part in parts)
    )


def theme_fingerprint(theme: Path | None) -> str:
    """Changes when a template or asset does. Raises PublishError for one that cannot be read."""
    digest = hashlib.sha256()
    files = [_files(theme)] if theme is None else [_files(None), _files(theme)]
    for name, data in (item for each in files for item in sorted(each.items())):
        digest.update(f"{name}\0{len(data)}\0".encode(errors="surrogateescape") + data)
    return digest.hexdigest()[:32]


def _files(theme: Path | None) -> dict[str, bytes]:
    return _own_files() if theme is None else _own_files() | dict(_read(theme))


@cache
def _own_files() -> dict[str, bytes]:
    return dict(_read(OWN))


def _read(folder: Path) -> Iterator[tuple[str, bytes]]:
    if not folder.is_dir():
        raise no_theme(folder)
    for path in sorted(folder.rglob("*")):
        try:
            if path.is_file():
                yield path.relative_to(folder).as_posix(), path.read_bytes()
        except OSError as error:
            raise PublishError(f"{path}: cannot be read: {error.strerror}") from error


def no_theme(folder: Path) -> PublishError:
    """What is wrong where a theme's folder is none."""
    return PublishError(f"{folder}: is no folder; let publish.theme name one with templates")
