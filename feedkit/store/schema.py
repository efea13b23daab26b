"""The tables. `feedkit.store.migrations` builds the same, step by step.

Times are microseconds since 1970 UTC; digests are hexadecimal; lists and mappings are JSON. The
category with the empty key stands for everything: each visible entry is linked to it, so the
document of all entries is found the way a category's is.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

REVISION = "0001"
"""The newest migration; a test holds it to what the migrations say."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_Id = BigInteger().with_variant(Integer, "sqlite")
"""SQLite has a rowid only where the key is INTEGER to the letter."""

sources = Table(
    "sources",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("key", Text, nullable=False, unique=True),  # "feed:<url>" or "articles:<path>"
    Column("title", Text, nullable=False, server_default=""),
    Column("site_url", Text),
    Column("categories", Text, nullable=False, server_default="[]"),  # from config, JSON
    Column("filters", Text, nullable=False, server_default=""),
    Column("recipe", Text, nullable=False, server_default=""),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("body_hash", Text),
    Column("checked_at", BigInteger),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("error", Text),
)

entries = Table(
    "entries",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=False),
    Column("source_id", _Id, ForeignKey("sources.id"), nullable=False),
    Column("guid", Text, nullable=False),  # Entry.id
    Column("hash", Text, nullable=False),  # of `data` and `body` as they came
    Column("first_seen", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("order_time", BigInteger, nullable=False),
    Column("state", SmallInteger, nullable=False),  # EntryState
    Column("data", LargeBinary, nullable=False),  # the Entry, JSON
    Column("body", LargeBinary),  # what its content is still to be made of
    UniqueConstraint("source_id", "guid"),
)

categories = Table(
    "categories",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("key", Text, nullable=False, unique=True),  # feedkit.normalize.fold of the name
    Column("name", Text, nullable=False),  # as first spelled
    Column("slug", Text, unique=True),
    Column("declared", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("revision", BigInteger, nullable=False, server_default="0"),
)

entry_categories = Table(
    "entry_categories",
    metadata,
    Column("category_id", _Id, ForeignKey("categories.id"), nullable=False, primary_key=True),
    Column("order_time", BigInteger, nullable=False, primary_key=True),  # the entry's
    Column("entry_id", _Id, ForeignKey("entries.id"), nullable=False, primary_key=True),
    Column("own", Boolean, nullable=False),  # the entry names it
    Column("given", Boolean, nullable=False),  # its source gives it to each entry
    Index("ix_entry_categories_entry_id", "entry_id"),
    sqlite_with_rowid=False,
)

files = Table(
    "files",
    metadata,
    Column("source_id", _Id, ForeignKey("sources.id"), nullable=False, primary_key=True),
    Column("path", Text, nullable=False, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
    Column("guid", Text),  # of the entry that was read from it
    Column("due_at", BigInteger),  # when an article dated in the future comes
    Column("problems", Text, nullable=False, server_default=""),
    sqlite_with_rowid=False,
)

documents = Table(
    "documents",
    metadata,
    Column("path", Text, primary_key=True),  # below the output folder
    Column("fingerprint", Text, nullable=False),  # of what it was rendered from
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
