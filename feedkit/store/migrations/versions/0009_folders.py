"""The folders that have each topic's documents, as they were when these were written; and what
feeds list that whole archives have, too."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_OF_A_TOPIC = re.compile(
    r"(categories/[^/]+/|)(archive/\d+\.)?(atom\.xml|rss\.xml|feed\.json|index\.html)"
)


def upgrade() -> None:
    """Add the table, and to each document its folder. What is in the folders is looked at when
    they are next published."""
    op.create_table(
        "folders",
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("made_of", sa.Text, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("archives_made_of", sa.Text, nullable=False),
        sa.Column("archives_changed_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("path", name="pk_folders"),
        sqlite_with_rowid=False,
    )
    op.add_column("documents", sa.Column("folder", sa.Text, nullable=False, server_default="/"))
    op.add_column(
        "editions",
        sa.Column("relisted", sa.LargeBinary, nullable=False, server_default=sa.text("x''")),
    )
    op.create_index("ix_documents_folder", "documents", ["folder"])
    op.create_index("ix_archives_whole", "archives", ["topic_id", "whole_at", "version"])
    connection = op.get_bind()
    found: set[str] = set()
    for (path,) in connection.execute(sa.text("SELECT path FROM documents")).all():
        if match := _OF_A_TOPIC.fullmatch(path):
            found.add(match[1])
            folder = match[1] + ("archive/" if match[2] else "")
            connection.execute(
                sa.text("UPDATE documents SET folder = :folder WHERE path = :path"),
                {"folder": folder, "path": path},
            )
    for folder in sorted(found):
        connection.execute(
            sa.text("INSERT INTO folders VALUES (:folder, '', 0, '', 0)"), {"folder": folder}
        )
