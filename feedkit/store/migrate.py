"""Brings a store up to date with Alembic, in one transaction."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from feedkit.errors import StoreError

FOLDER = Path(__file__).parent / "migrations"


def migrate(connection: Connection, where: str, version: str | None) -> None:
    """Upgrade the store at `where` from schema `version` (None: no tables) to this code's.

    Runs in the transaction of `connection`. Raises `StoreError` when this code does not know
    `version`: a newer feedkit wrote it.
    """
    if version is not None and not is_known(version):
        raise StoreError(
            f"store {where}: was written by a newer feedkit (schema {version}); update feedkit"
        )
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def is_known(version: str) -> bool:
    """Whether this code knows that schema."""
    try:
        ScriptDirectory.from_config(_config()).get_revision(version)
    except CommandError:
        return False
    return True


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config
