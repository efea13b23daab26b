"""``config.toml`` → `Settings`.

Every problem of a file is found in one reading and told in one sentence each: the file, the key's
path, what was found and what was expected, and for an unknown key the nearest known one. Times
and sizes are typed here, at the door: past it a duration is a `timedelta`, a size a number of
bytes, a path absolute, a pattern compiled.
"""

from feedkit.config.reader import load_settings, read_settings
from feedkit.config.request import RequestOptions, Secret
from feedkit.config.serving import LOOPBACK, Listen, Networks, Serve
from feedkit.config.settings import (
    ArticleFolder,
    CategorySettings,
    FeedSource,
    Fetch,
    ObjectStore,
    OpmlList,
    Original,
    Publish,
    Retention,
    Schedule,
    Settings,
    Site,
    StoreSettings,
)
from feedkit.config.values import BUCKET, FORMATS

__all__ = [
    "BUCKET",
    "FORMATS",
    "LOOPBACK",
    "ArticleFolder",
    "CategorySettings",
    "FeedSource",
    "Fetch",
    "Listen",
    "Networks",
    "ObjectStore",
    "OpmlList",
    "Original",
    "Publish",
    "RequestOptions",
    "Retention",
    "Schedule",
    "Secret",
    "Serve",
    "Settings",
    "Site",
    "StoreSettings",
    "load_settings",
    "read_settings",
]
