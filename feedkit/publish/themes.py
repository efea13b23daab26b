"""Templates and the files beside them: feedkit's own, and in their place those of a theme.

A theme is a folder. What is in it stands in place of what has the same name in ``theme/`` here; all
else is as it was. A template that fails is a sentence for who wrote it.
"""

import hashlib
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from traceback import walk_tb

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
)
from jinja2.runtime import Macro

from feedkit.errors import PublishError

_OWN = Path(__file__).parent / "theme"
_OWN_PREFIX = "feedkit"
"""Under it a theme finds feedkit's own templates, to extend them."""
_TEMPLATE = ".html"
_WORDS = "words.html"
"""Its macros may be called in every template."""
_NO_ASSETS = (_TEMPLATE, ".xml", ".json", ".opml", ".gz", ".br")
"""Ends of names that are templates or documents: a theme's file may not take a document's place."""
_FAILURES = (
    TemplateError,
    TypeError,
    ValueError,
    ArithmeticError,
    LookupError,
    AttributeError,
    RecursionError,
    OSError,
)
"""What a template may end with: it is a program, though a small one."""


def fill(name: str, variables: Mapping[str, object], theme: Path | None) -> str:
    """What the template makes of `variables`. Raises PublishError where it fails."""
    try:
        return _environment(theme, _stamp(theme)).get_template(name).render(variables)
    except _FAILURES as error:
        raise PublishError(_sentence(error, name, theme)) from error


def place(name: str, theme: Path | None) -> Path:
    """The file of the template `name`."""
    return theme / name if theme and (theme / name).is_file() else _OWN / name


def assets(theme: Path | None) -> dict[str, bytes]:
    """The files to publish beside pages, by their paths below the output folder.

    These are feedkit's own, and in their place or beside them those of the theme: all but
    templates, hidden files, and files named like a document. Raises PublishError for one that
    cannot be read.
    """
    return {
        name: data
        for name, data in _files(theme).items()
        if not name.lower().endswith(_NO_ASSETS)
        and not any(part.startswith(".") for part in name.split("/"))
    }


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
    return dict(_read(_OWN))


def _read(folder: Path) -> Iterator[tuple[str, bytes]]:
    if not folder.is_dir():
        raise PublishError(f"{folder}: is no folder; let publish.theme name one with templates")
    for path in sorted(folder.rglob("*")):
        try:
            if path.is_file():
                yield path.relative_to(folder).as_posix(), path.read_bytes()
        except OSError as error:
            raise PublishError(f"{path}: cannot be read: {error.strerror}") from error


def _stamp(theme: Path | None) -> tuple[int, ...]:
    """Changes when a theme's template comes or goes, or its words do; Jinja sees the rest."""
    if theme is None:
        return ()
    words = theme / _WORDS
    return theme.stat().st_mtime_ns, words.stat().st_mtime_ns if words.is_file() else 0


@lru_cache(maxsize=4)
def _environment(theme: Path | None, stamp: tuple[int, ...]) -> Environment:
    """The templates, compiled when first asked for and then kept."""
    own = FileSystemLoader(_OWN)
    loaders: list[BaseLoader] = [own, PrefixLoader({_OWN_PREFIX: own})]
    if theme is not None:
        loaders.insert(0, FileSystemLoader(theme))
    environment = Environment(
        loader=ChoiceLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=theme is not None,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = vars(environment.get_template(_WORDS).module)
    environment.globals |= {name: word for name, word in words.items() if isinstance(word, Macro)}
    return environment


def _sentence(error: Exception, name: str, theme: Path | None) -> str:
    """What is wrong in which template, for who wrote it."""
    if theme is not None and not theme.is_dir():
        return f"{theme}: is no folder; let publish.theme name one with templates"
    where = str(place(name, theme))
    what = str(error) or type(error).__name__
    if isinstance(error, TemplateSyntaxError):
        where = f"{error.filename or where}, line {error.lineno}"
        what = error.message or what
    else:
        for frame, line in walk_tb(error.__traceback__):
            if frame.f_code.co_filename.endswith(_TEMPLATE):
                where = f"{frame.f_code.co_filename}, line {line}"
    if isinstance(error, TemplateNotFound):
        what = f"there is no template {error.message!r}"
    return (
        f"{where}: the template fails: {' '.join(what.split())}; correct it, "
        "or remove it to have feedkit's own (docs/pages.md)"
    )
