"""feedkit collects article files and remote feeds and publishes a feed per category."""

__version__ = "0.1.0"
