"""What the benchmarks of whole runs have in common: a configuration, and feedkit as a process."""

import os
import sys
from pathlib import Path

# Python's compiled modules stay from one run to the next, as they do where it is installed.
ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
RUN = [str(Path(sys.executable).parent / "feedkit"), "run", "--all", "--quiet"]
"""Asks for every feed of the configuration in the working directory."""
CONFIG = """
[site]
title = "Bench"
url = "https://planet.example.org/"
output = "public"
[store]
url = "sqlite:///feedkit.db"
[fetch]
allow_private_hosts = true
"""
FEEDS_ALONE = """
[publish]
formats = ["atom", "rss"]
pages = false
archives = false
compress = false
"""
"""No pages, archives and compressed copies, which what feedkit is compared with does not make."""
