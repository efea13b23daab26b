"""Normalizing: an entry as its source wrote it becomes one that is ready to publish. Pure."""
