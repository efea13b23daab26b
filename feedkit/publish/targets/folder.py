"""Documents on the disk: whole or not at all, and only where their bytes changed."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_ISREG
from threading import Lock

from feedkit.errors import PublishError
from feedkit.publish.targets.paths import COPIES, is_path


class Folder:
    """The folder `root`, which is made once there is something to write: a `Target`.

    The bytes of a file go to another beside it, which then takes its place (fsync, rename), so a
    reader sees the old document or the new one and a killed process leaves either. What a killed
    process left beside it is overwritten, and goes with the document.

    Folders below the root may be symbolic links, for that is how people put one elsewhere. A
    link in place of a document is replaced, and what it led to left alone.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.name = str(root)
        self._making_folders = Lock()

    def write(self, path: str, data: bytes) -> bool:
        """Have `data` at `path`; whether that took a write. Raises `PublishError`."""
        return self.write_together([(path, data)])

    def write_together(self, files: Sequence[tuple[str, bytes]]) -> bool:
        """Have each of `files` at its path; whether that took a write. Raises `PublishError`.

        All are on the disk before the first takes its place, so between the first and the last
        there are renames alone, and of a disk that is full nobody sees anything.
        """
        ready: list[tuple[Path, Path]] = []
        try:
            for path, data in files:
                place = self._place(path)
                with _in_words(place, "written"):
                    if self._lay_beside(place, data):
                        ready.append((_beside(place), place))
            # The folder itself is not synced (a quarter more time). Renames in one folder reach
            # the disk in their order, so after a power failure the document, renamed last, is the
            # one that its copies are of; or it is the old one, whose state is not what the store
            # remembers, and the next run writes it again.
            for beside, place in ready:
                with _in_words(place, "written"):
                    beside.replace(place)
        except PublishError:
            for beside, _ in ready:
                _drop(beside)
            raise
        return bool(ready)

    def state(self, path: str) -> tuple[int, int] | None:
        """The size of the file at `path` and its time of change, in nanoseconds."""
        self._check(path)
        try:
            status = os.stat(f"{self.name}/{path}")  # noqa: PTH116 - ten thousand in a run
        except (OSError, UnicodeEncodeError):  # why it cannot be had, a write will say
            return None
        return (status.st_size, status.st_mtime_ns) if S_ISREG(status.st_mode) else None

    def changed_at(self, folder: str) -> int | None:
        """The folder's time of change, in nanoseconds. A file that is changed where it stands, as
        feedkit never does, does not change it."""
        try:
            return os.stat(f"{self.name}/{folder}").st_mtime_ns  # noqa: PTH116 - as in `state`
        except (OSError, UnicodeEncodeError):
            return None

    def read(self, path: str) -> bytes:
        """What is in the file at `path`. Raises `PublishError`."""
        place = self._place(path)
        with _in_words(place, "read"):
            return place.read_bytes()

    def remove(self, path: str) -> None:
        """Have nothing at `path`, no copies beside it and no empty folders above it.

        Raises `PublishError`, also where a folder stands in its place, which feedkit did not make.
        """
        place = self._place(path)
        for suffix in (*COPIES, ""):  # as long as the document is there, so may its copies be
            file = place.with_name(place.name + suffix)
            with _in_words(file, "removed"), suppress(FileNotFoundError, NotADirectoryError):
                _beside(file).unlink(missing_ok=True)
                file.unlink()
        with self._making_folders:
            for folder in place.parents[: path.count("/")]:
                try:
                    folder.rmdir()
                except OSError:  # it holds something else, or is a link
                    break

    def _place(self, path: str) -> Path:
        self._check(path)
        return self.root / path

    def _check(self, path: str) -> None:
        if not is_path(path):
            raise PublishError(f"{path!a}: is no path below {self.name}")

    def _lay_beside(self, place: Path, data: bytes) -> bool:
        """Write `data` to the file that is to take the `place`, unless that holds it already."""
        beside = _beside(place)
        if _holds(place, data):
            beside.unlink(missing_ok=True)
            return False
        try:
            descriptor = self._create(beside)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(descriptor)
        except OSError:
            _drop(beside)
            raise
        return True

    def _create(self, path: Path) -> int:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            return os.open(path, flags, 0o644)
        except FileNotFoundError:
            with self._making_folders:  # another thread may find it empty, and remove it
                path.parent.mkdir(parents=True, exist_ok=True)
                return os.open(path, flags, 0o644)


def _beside(place: Path) -> Path:
    return place.with_name(f".{place.name}.tmp")


def _holds(place: Path, data: bytes) -> bool:
    try:
        # The size comes first: what is no regular file (opening a pipe waits) has none.
        return place.stat().st_size == len(data) and place.read_bytes() == data
    except FileNotFoundError:
        return False


def _drop(beside: Path) -> None:
    """Remove what is half written: it takes room on a disk that is full."""
    with suppress(OSError):
        beside.unlink()


@contextmanager
def _in_words(place: Path, done: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PublishError(f"{place}: cannot be {done}: {error.strerror}") from error
    except UnicodeEncodeError as error:
        reason = f"file names are in {error.encoding} here; set PYTHONUTF8=1"
        raise PublishError(f"{str(place)!a}: cannot be {done}: {reason}") from error
