"""The tables. `feedkit.store.migrations` builds the same, step by step.

Times are microseconds since 1970 UTC; digests are hexadecimal; lists and mappings are JSON. The
category with the empty key stands for everything: each visible entry is linked to it, so the
document of all entries is found the way a category's is.

An entry that is a copy of another source's keeps its links to categories, not shown; the original
is linked to them too, neither as its own nor given. What may be a copy is not shown either until
that is settled.
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
    text,
)

REVISION = "0009"
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
    Column("is_keyed", Boolean, nullable=False, server_default=text("1")),  # in `entry_keys`
    Column("is_followed", Boolean, nullable=False, server_default=text("1")),  # by the config
    Column("schedule", Text, nullable=False, server_default=""),  # by which `due_at` was planned
    Column("due_at", BigInteger),
    Column("due_reason", Text, nullable=False, server_default=""),
    Column("succeeded_at", BigInteger),
    Column("fresh_until", BigInteger),  # what the server said of the last answer
    Column("retry_at", BigInteger),  # Retry-After
    Column("is_gone", Boolean, nullable=False, server_default=text("0")),  # 410
    Column("ttl", BigInteger),  # minutes; this and the next two are the feed's own words
    Column("skip_hours", Text, nullable=False, server_default="[]"),  # JSON
    Column("skip_days", Text, nullable=False, server_default="[]"),  # JSON
    Column("rhythm", BigInteger),  # microseconds from entry to entry
    Column("newest_at", BigInteger),  # the time of its newest entry
    Column("url", Text),  # where it is fetched from since it moved there for good
    Column("moved_to", Text),  # where it may be moving to, as seen `moved_times`
    Column("moved_since", BigInteger),
    Column("moved_times", Integer, nullable=False, server_default="0"),
    Column("given_by", Text),  # the origin of its validators
    Column("given_for", Text, nullable=False, server_default=""),  # a checksum of what was sent
    Column("origin", Text, nullable=False, server_default="{}"),  # an Origin, JSON
)

hosts = Table(
    "hosts",
    metadata,
    Column("host", Text, primary_key=True),
    Column("retry_at", BigInteger, nullable=False),  # Retry-After of a 429 or 503
    sqlite_with_rowid=False,
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
    Column("alias", Text),  # the guid that its source gives it now, where that is another
    Column("original_id", _Id),  # the entry that is published in place of this copy
    Column("own_id", Text),  # what it is published under, where that is not its guid
    Column("lent", Text),  # categories that copies of it are in, and it is not, JSON
    UniqueConstraint("source_id", "guid"),
    Index("ix_entries_alias", "source_id", "alias", sqlite_where=text("alias IS NOT NULL")),
    Index("ix_entries_original_id", "original_id", sqlite_where=text("original_id IS NOT NULL")),
)

entry_keys = Table(
    "entry_keys",
    metadata,
    Column("key", BigInteger, nullable=False, primary_key=True, autoincrement=False),
    Column("source_id", _Id, nullable=False, primary_key=True),
    Column("entry_id", _Id, nullable=False, primary_key=True),
    Index("ix_entry_keys_entry_id", "entry_id"),
    sqlite_with_rowid=False,
)

unsettled = Table(
    "unsettled",  # entries of which is not known yet whether they are copies, or have any
    metadata,
    Column("entry_id", _Id, ForeignKey("entries.id"), primary_key=True, autoincrement=False),
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
    Column("shown", Boolean, nullable=False, server_default=text("1")),  # not so where a copy is
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
    # Whose row stands for it: a topic's, or that of its whole archives; "/" for what is of no topic
    Column("folder", Text, nullable=False, server_default="/"),
    Index("ix_documents_folder", "folder"),
    sqlite_with_rowid=False,
)

folders = Table(
    "folders",  # of a topic, as it was when all its documents were there
    metadata,
    Column("path", Text, primary_key=True),  # below the output folder
    Column("made_of", Text, nullable=False),  # what its documents were made of
    Column("changed_at", BigInteger, nullable=False),  # when the folder was
    Column("archives_made_of", Text, nullable=False),  # the same of its whole archives
    Column("archives_changed_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

editions = Table(
    "editions",  # of a topic: what its feed lists, as it was last put together
    metadata,
    Column("topic_id", _Id, ForeignKey("categories.id"), primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),  # what it was put together of
    Column("listed", LargeBinary, nullable=False),  # ids of entries, 8 bytes each, newest first
    Column("rest", LargeBinary, nullable=False),  # of those not listed, nor in a whole archive
    Column("last_id", BigInteger, nullable=False),  # no entry had a higher id then
    Column("relisted", LargeBinary, nullable=False, server_default=text("x''")),
    sqlite_with_rowid=False,
)

edition_members = Table(
    "edition_members",  # categories that are one topic
    metadata,
    Column("category_id", _Id, ForeignKey("categories.id"), primary_key=True, autoincrement=False),
    Column("topic_id", _Id, ForeignKey("editions.topic_id"), nullable=False),
    sqlite_with_rowid=False,
)

arrivals = Table(
    "arrivals",  # entries that came into a topic, changed or left it since its last edition
    metadata,
    Column(
        "topic_id",
        _Id,
        ForeignKey("editions.topic_id"),
        nullable=False,
        primary_key=True,
        autoincrement=False,
    ),
    Column("entry_id", _Id, nullable=False, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

archives = Table(
    "archives",  # whole ones: what each holds changes no more
    metadata,
    Column(
        "topic_id",
        _Id,
        ForeignKey("editions.topic_id"),
        nullable=False,
        primary_key=True,
        autoincrement=False,
    ),
    Column("number", Integer, nullable=False, primary_key=True, autoincrement=False),
    Column("entries", LargeBinary, nullable=False),  # ids, 8 bytes each, newest first
    Column("whole_at", BigInteger, nullable=False),
    Column("version", Integer, nullable=False, server_default="0"),  # grows with each one deleted
    Index("ix_archives_whole", "topic_id", "whole_at", "version"),  # what is asked of all together
    sqlite_with_rowid=False,
)

tombstones = Table(
    "tombstones",  # entries of a topic that were published and are deleted
    metadata,
    Column(
        "topic_id",
        _Id,
        ForeignKey("editions.topic_id"),
        nullable=False,
        primary_key=True,
        autoincrement=False,
    ),
    Column("guid", Text, nullable=False, primary_key=True),  # the id they were published under
    Column("at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

listings = Table(
    "listings",
    metadata,
    Column("source_id", _Id, ForeignKey("sources.id"), primary_key=True),
    Column("guids", LargeBinary, nullable=False),  # numbers of those in its document, 8 bytes each
    sqlite_with_rowid=False,
)

removed = Table(
    "removed",
    metadata,
    Column("source_id", _Id, ForeignKey("sources.id"), nullable=False, primary_key=True),
    Column("guid", BigInteger, nullable=False, primary_key=True, autoincrement=False),  # a number
    sqlite_with_rowid=False,
)

facts = Table(
    "facts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
