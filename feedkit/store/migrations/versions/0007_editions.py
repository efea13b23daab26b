"""What each topic's feed lists, and its archives."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add the tables. They are filled when a topic is next published."""
    op.create_table(
        "editions",
        sa.Column("topic_id", _ID, nullable=False, autoincrement=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("listed", sa.LargeBinary, nullable=False),
        sa.Column("rest", sa.LargeBinary, nullable=False),
        sa.Column("last_id", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["topic_id"], ["categories.id"], name="fk_editions_topic_id"),
        sa.PrimaryKeyConstraint("topic_id", name="pk_editions"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "edition_members",
        sa.Column("category_id", _ID, nullable=False, autoincrement=False),
        sa.Column("topic_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"], ["categories.id"], name="fk_edition_members_category_id"
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["editions.topic_id"], name="fk_edition_members_topic_id"
        ),
        sa.PrimaryKeyConstraint("category_id", name="pk_edition_members"),
        sqlite_with_rowid=False,
    )
    _of_topics("arrivals", "entry_id", sa.Column("entry_id", _ID, nullable=False))
    _of_topics(
        "archives",
        "number",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("entries", sa.LargeBinary, nullable=False),
        sa.Column("whole_at", sa.BigInteger, nullable=False),
        sa.Column("version", sa.Integer, nullable=False, server_default="0"),
    )
    _of_topics(
        "tombstones",
        "guid",
        sa.Column("guid", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )


def _of_topics(name: str, key: str, *columns: sa.Column[object]) -> None:
    op.create_table(
        name,
        sa.Column("topic_id", _ID, nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["topic_id"], ["editions.topic_id"], name=f"fk_{name}_topic_id"),
        sa.PrimaryKeyConstraint("topic_id", key, name=f"pk_{name}"),
        sqlite_with_rowid=False,
    )
