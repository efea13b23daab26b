from collections.abc import AsyncIterator
from pathlib import Path

def awatch(
    *paths: Path | str, debounce: int = 1600, ignore_permission_denied: bool | None = None
) -> AsyncIterator[set[tuple[object, str]]]: ...
