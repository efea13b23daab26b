"""Whose the validators of a source are, and what was sent for them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add both. Stored validators count as given by the origin that is asked, for what a source
    without options sends."""
    op.add_column("sources", sa.Column("given_by", sa.Text))
    op.add_column("sources", sa.Column("given_for", sa.Text, nullable=False, server_default=""))
