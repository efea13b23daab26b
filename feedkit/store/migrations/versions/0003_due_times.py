"""When sources are due: what was learned for it, moves, and hosts that asked to wait."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add what is known of time. Stored sources have no due time yet: the next run plans it by
    when they were last asked, before it asks any."""
    for column in (
        _text("schedule", ""),
        sa.Column("due_at", sa.BigInteger),
        _text("due_reason", ""),
        sa.Column("succeeded_at", sa.BigInteger),
        sa.Column("fresh_until", sa.BigInteger),
        sa.Column("retry_at", sa.BigInteger),
        sa.Column("is_gone", sa.Boolean, nullable=False, server_default=sa.text("0")),
        sa.Column("ttl", sa.BigInteger),
        _text("skip_hours", "[]"),
        _text("skip_days", "[]"),
        sa.Column("rhythm", sa.BigInteger),
        sa.Column("newest_at", sa.BigInteger),
        sa.Column("url", sa.Text),
        sa.Column("moved_to", sa.Text),
        sa.Column("moved_since", sa.BigInteger),
        sa.Column("moved_times", sa.Integer, nullable=False, server_default="0"),
    ):
        op.add_column("sources", column)
    op.execute("UPDATE sources SET succeeded_at = checked_at WHERE failures = 0")
    op.create_table(
        "hosts",
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("retry_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("host", name="pk_hosts"),
        sqlite_with_rowid=False,
    )


def _text(name: str, default: str) -> "sa.Column[str]":
    return sa.Column(name, sa.Text, nullable=False, server_default=default)
