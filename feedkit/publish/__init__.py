"""Store → files: which documents there are, what is in them, and how they reach the disk."""

from feedkit.publish.kept import Kept
from feedkit.publish.published import Published
from feedkit.publish.publisher import publish
from feedkit.publish.targets import target_of

__all__ = ["Kept", "Published", "publish", "target_of"]
