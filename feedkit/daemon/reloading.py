"""The configuration read again while something runs that began with it."""

from pathlib import Path

from feedkit.config import Settings, load_settings
from feedkit.errors import ConfigError
from feedkit.logs import complain, warn


def loaded_anew(old: Settings, who: str, *, is_served: bool) -> Settings:
    """What the file of `old` says now. Raises `ConfigError` when it cannot be used by `who`, which
    began with `old`; what is published has to be a folder where it `is_served`."""
    new = load_settings(old.file)
    fixed = [
        place
        for place, is_other in (
            ("store.url", new.store != old.store),
            ("serve", new.serve != old.serve),
            ("site.output", is_served and not isinstance(new.site.output, Path)),
        )
        if is_other
    ]
    if fixed:
        rest = f"cannot change while {who} runs; restart it"
        raise ConfigError([f"{old.file}: {place}: {rest}" for place in fixed])
    return new


def complain_of(error: ConfigError) -> None:
    """Say what keeps a configuration from being used, and that this changes nothing."""
    for problem in error.problems:
        complain("config", problem)
    warn("config", "not reloaded; the old configuration stays in force")
