"""What feeds say of themselves: their ids, authors and rights."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the column. It is filled when a feed is next read."""
    op.add_column("sources", sa.Column("origin", sa.Text, nullable=False, server_default="{}"))
