"""Which keys each table of ``config.toml`` may have, and what reads the value of each.

Those of ``[serve]`` are in `feedkit.config.serving`, and those of requests in
`feedkit.config.request`.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from feedkit.config.request import REQUEST_KEYS
from feedkit.config.values import (
    read_content,
    read_count,
    read_cron,
    read_delay,
    read_duration,
    read_feed_url,
    read_file_path,
    read_flag,
    read_folder_url,
    read_formats,
    read_hubs,
    read_keep,
    read_keep_entries,
    read_language,
    read_local_path,
    read_maybe_empty,
    read_output,
    read_patterns,
    read_size,
    read_slug,
    read_store_url,
    read_text,
    read_texts,
    read_timezone,
    read_which_categories,
)

Keys: TypeAlias = Mapping[str, Callable[[object], object]]

SITE: Keys = {
    "title": read_text,
    "url": read_folder_url,
    "description": read_maybe_empty,
    "language": read_language,
    "author": read_text,
    "output": read_output,
}
KEEP: Keys = {"keep": read_keep, "keep_entries": read_keep_entries}
STORE: Keys = {"url": read_store_url, **KEEP}
FETCH: Keys = {
    "concurrency": read_count,
    "per_host": read_count,
    "host_delay": read_delay,
    "timeout": read_duration,
    "max_bytes": read_size,
    "user_agent": read_text,
    "allow_private_hosts": read_flag,
}
SCHEDULE: Keys = {
    "every": read_duration,
    "cron": read_cron,
    "min": read_duration,
    "max": read_duration,
    "timezone": read_timezone,
}
PUBLISH: Keys = {
    "formats": read_formats,
    "entries": read_count,
    "categories": read_which_categories,
    "min_entries": read_count,
    "content": read_content,
    "per_source": read_count,
    "pages": read_flag,
    "theme": read_file_path,
    "archives": read_flag,
    "compress": read_flag,
    "hubs": read_hubs,
}
ARTICLES: Keys = {"path": read_local_path, "base_url": read_folder_url, "categories": read_texts}
FEEDS: Keys = {
    "url": read_feed_url,
    "title": read_text,
    "categories": read_texts,
    "every": read_duration,
    "cron": read_cron,
    "include": read_patterns,
    "exclude": read_patterns,
    **KEEP,
    **REQUEST_KEYS,
}
OPML: Keys = {"path": read_local_path}
CATEGORY: Keys = {
    "slug": read_slug,
    "title": read_text,
    "aliases": read_texts,
    "content": read_content,
}
DOCUMENT = (
    "site", "store", "fetch", "schedule", "publish", "serve", "articles", "feeds", "opml",
    "categories",
)  # fmt: skip
