"""Entries that may be copies are remembered until that is settled."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the table. Until now all was settled in the transaction that stored it."""
    op.create_table(
        "unsettled",
        sa.Column(
            "entry_id",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            nullable=False,
            autoincrement=False,
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="fk_unsettled_entry_id"),
        sa.PrimaryKeyConstraint("entry_id", name="pk_unsettled"),
    )
