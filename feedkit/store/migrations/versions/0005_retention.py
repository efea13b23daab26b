"""What retention needs: what each feed lists, what was removed, and when house was last kept."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add the tables. What a stored feed lists is not known until its document changes; until
    then nothing of it is removed."""
    op.create_table(
        "listings",
        sa.Column("source_id", _ID, nullable=False),
        sa.Column("guids", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_listings_source_id"),
        sa.PrimaryKeyConstraint("source_id", name="pk_listings"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "removed",
        sa.Column("source_id", _ID, nullable=False),
        sa.Column("guid", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_removed_source_id"),
        sa.PrimaryKeyConstraint("source_id", "guid", name="pk_removed"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "facts",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_facts"),
        sqlite_with_rowid=False,
    )
