"""Normalizing: an entry as its source wrote it becomes one that is ready to publish. Pure."""

from feedkit.normalize.categories import fold, slugify, unique_slug
from feedkit.normalize.dates import to_utc
from feedkit.normalize.entry import normalize_entry, normalize_feed
from feedkit.normalize.filters import Filter
from feedkit.normalize.html import sanitize
from feedkit.normalize.identity import article_id, entry_id
from feedkit.normalize.lazy import repair_lazy_images
from feedkit.normalize.links import absolute
from feedkit.normalize.text import excerpt, plain_text, strip_forbidden

__all__ = [
    "Filter",
    "absolute",
    "article_id",
    "entry_id",
    "excerpt",
    "fold",
    "normalize_entry",
    "normalize_feed",
    "plain_text",
    "repair_lazy_images",
    "sanitize",
    "slugify",
    "strip_forbidden",
    "to_utc",
    "unique_slug",
]
