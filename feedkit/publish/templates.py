"""Templates: feedkit's own, and in their place those of a theme. They are Jinja2's.

A template that fails is a sentence for who wrote it.
"""

from collections.abc import Mapping
from functools import lru_cache
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

from feedkit.errors import PublishError
from feedkit.publish.themes import OWN, no_theme

_OWN_PREFIX = "feedkit"
"""Under it a theme finds feedkit's own templates, to extend them."""
_WORDS = "words.html"
"""What it defines is there in every template."""
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
    return theme / name if theme and (theme / name).is_file() else OWN / name


def _stamp(theme: Path | None) -> tuple[int, ...]:
    """Changes when a theme's template comes or goes, or its words do; Jinja sees the rest."""
    if theme is None:
        return ()
    words = theme / _WORDS
    return theme.stat().st_mtime_ns, words.stat().st_mtime_ns if words.is_file() else 0


@lru_cache(maxsize=4)
def _environment(theme: Path | None, stamp: tuple[int, ...]) -> Environment:
    """The templates, compiled when first asked for and then kept."""
    own = FileSystemLoader(OWN)
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
    environment.globals |= {name: word for name, word in words.items() if name[0] != "_"}
    return environment


def _sentence(error: Exception, name: str, theme: Path | None) -> str:
    """What is wrong in which template, for who wrote it."""
    if theme is not None and not theme.is_dir():
        return str(no_theme(theme))
    where = str(place(name, theme))
    what = str(error) or type(error).__name__
    if isinstance(error, TemplateSyntaxError):
        where = f"{error.filename or where}, line {error.lineno}"
        what = error.message or what
    else:
        for frame, line in walk_tb(error.__traceback__):
            if frame.f_code.co_filename.endswith(".html"):
                where = f"{frame.f_code.co_filename}, line {line}"
    if isinstance(error, TemplateNotFound):
        what = f"there is no template {error.message!r}"
    return (
        f"{where}: the template fails: {' '.join(what.split())}; correct it, "
        "or remove it to have feedkit's own (docs/pages.md)"
    )
