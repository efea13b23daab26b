"""Store → files: which documents there are, what is in them, and how they reach the disk."""

from feedkit.publish.published import Published
from feedkit.publish.publisher import publish

__all__ = ["Published", "publish"]
