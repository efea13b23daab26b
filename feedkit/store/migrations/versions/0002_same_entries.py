"""Entries that are one: keys to find them by, copies and their originals, guids that changed."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add what is known of likeness. The keys of stored entries are made by the next run: what
    they are made of is for `feedkit.normalize` to say."""
    op.add_column("sources", _flag("is_keyed"))
    op.add_column("sources", _flag("is_followed"))
    op.execute("UPDATE sources SET is_keyed = 0")
    op.add_column("entries", sa.Column("alias", sa.Text))
    op.add_column("entries", sa.Column("original_id", _ID))
    op.add_column("entries", sa.Column("own_id", sa.Text))
    op.add_column("entries", sa.Column("lent", sa.Text))
    op.create_index(
        "ix_entries_alias",
        "entries",
        ["source_id", "alias"],
        sqlite_where=sa.text("alias IS NOT NULL"),
    )
    op.create_index(
        "ix_entries_original_id",
        "entries",
        ["original_id"],
        sqlite_where=sa.text("original_id IS NOT NULL"),
    )
    op.add_column("entry_categories", _flag("shown"))
    op.create_table(
        "entry_keys",
        sa.Column("key", sa.BigInteger, nullable=False),
        sa.Column("source_id", _ID, nullable=False),
        sa.Column("entry_id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("key", "source_id", "entry_id", name="pk_entry_keys"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_entry_keys_entry_id", "entry_keys", ["entry_id"])


def _flag(name: str) -> "sa.Column[bool]":
    return sa.Column(name, sa.Boolean, nullable=False, server_default=sa.text("1"))
