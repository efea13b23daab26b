"""Everything that is asked of the store, inside one transaction."""

from sqlalchemy import Connection

from feedkit.store.categories import Categories
from feedkit.store.copies import Copies
from feedkit.store.documents import Documents
from feedkit.store.editions import Editions
from feedkit.store.entries import Entries
from feedkit.store.files import Files
from feedkit.store.identity import Identity
from feedkit.store.keys import Keys
from feedkit.store.links import Links
from feedkit.store.sources import Sources
from feedkit.store.times import Times
from feedkit.store.upkeep import Upkeep


class Transaction:
    """The store within one transaction; made by `feedkit.store.Store`."""

    def __init__(self, connection: Connection) -> None:
        self.categories = Categories(connection)
        """Every category, and which of them change."""
        self.editions = Editions(connection)
        """What was published of each topic, and what has come, changed or gone since."""
        keys = Keys(connection)
        self.copies = Copies(connection, self.categories, self.editions, keys)
        """Entries of different sources that are one."""
        links = Links(connection, self.categories, self.editions)
        self.sources = Sources(connection, self.categories, links, self.copies)
        """Every source ever collected."""
        self.times = Times(connection)
        """When sources are due, and hosts may be asked."""
        self.files = Files(connection)
        """Article files as they were last read."""
        self.upkeep = Upkeep(connection)
        """Removing entries for good, and what is remembered for that."""
        self.identity = Identity(connection, keys, self.sources, self.copies, self.upkeep)
        """What the entries of a source are known by."""
        self.entries = Entries(
            connection,
            keys,
            links,
            self.copies,
            self.sources,
            self.upkeep,
            self.identity,
        )
        """The entries of all sources."""
        self.documents = Documents(connection)
        """What was written, where."""

    def finish(self) -> None:
        """Store what was marked and touched; called before the commit."""
        self.copies.store_marks()
        self.categories.store_touched()
