"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "sources",
        sa.Column("id", _ID, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False, server_default=""),
        sa.Column("site_url", sa.Text),
        sa.Column("categories", sa.Text, nullable=False, server_default="[]"),
        sa.Column("filters", sa.Text, nullable=False, server_default=""),
        sa.Column("recipe", sa.Text, nullable=False, server_default=""),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("body_hash", sa.Text),
        sa.Column("checked_at", sa.BigInteger),
        sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
        sa.Column("error", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_sources"),
        sa.UniqueConstraint("key", name="uq_sources_key"),
    )
    op.create_table(
        "entries",
        sa.Column("id", _ID, nullable=False, autoincrement=False),
        sa.Column("source_id", _ID, nullable=False),
        sa.Column("guid", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("first_seen", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("order_time", sa.BigInteger, nullable=False),
        sa.Column("state", sa.SmallInteger, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("body", sa.LargeBinary),
        sa.PrimaryKeyConstraint("id", name="pk_entries"),
        sa.UniqueConstraint("source_id", "guid", name="uq_entries_source_id"),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_entries_source_id"),
    )
    op.create_table(
        "categories",
        sa.Column("id", _ID, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("slug", sa.Text),
        sa.Column("declared", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="pk_categories"),
        sa.UniqueConstraint("key", name="uq_categories_key"),
        sa.UniqueConstraint("slug", name="uq_categories_slug"),
    )
    op.create_table(
        "entry_categories",
        sa.Column("category_id", _ID, nullable=False),
        sa.Column("order_time", sa.BigInteger, nullable=False),
        sa.Column("entry_id", _ID, nullable=False),
        sa.Column("own", sa.Boolean, nullable=False),
        sa.Column("given", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint(
            "category_id", "order_time", "entry_id", name="pk_entry_categories"
        ),
        sa.ForeignKeyConstraint(
            ["category_id"], ["categories.id"], name="fk_entry_categories_category_id"
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="fk_entry_categories_entry_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_entry_categories_entry_id", "entry_categories", ["entry_id"])
    op.create_table(
        "files",
        sa.Column("source_id", _ID, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("mtime_ns", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("guid", sa.Text),
        sa.Column("due_at", sa.BigInteger),
        sa.Column("problems", sa.Text, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("source_id", "path", name="pk_files"),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_files_source_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "documents",
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("mtime_ns", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("path", name="pk_documents"),
        sqlite_with_rowid=False,
    )
