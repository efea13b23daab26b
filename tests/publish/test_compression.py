"""Compressed copies: smaller, of the document beside them, and what a reader sees meanwhile."""

import gzip
import hashlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import brotli
import pytest
from s3_server import S3Server
from small_disk import small_disk

from feedkit.errors import PublishError
from feedkit.publish.compression import compressed, write_with_copies
from feedkit.publish.targets import target_of

DOCUMENT = b"<feed>" + b"<entry><title>An entry</title></entry>" * 100 + b"</feed>"


def unpacked(folder: Path) -> dict[str, bytes]:
    """What each file in `folder` says, uncompressed."""
    codings = {".gz": gzip.decompress, ".br": brotli.decompress}
    return {
        path.name: codings.get(path.suffix, bytes)(path.read_bytes()) for path in folder.iterdir()
    }


def test_copies_say_the_same_and_are_smaller() -> None:
    copies = compressed(DOCUMENT)
    assert gzip.decompress(copies[".gz"]) == brotli.decompress(copies[".br"]) == DOCUMENT
    assert all(len(copy) < len(DOCUMENT) / 10 for copy in copies.values())


def test_copies_of_the_same_bytes_are_the_same_at_any_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = compressed(DOCUMENT)
    monkeypatch.setattr(time, "time", lambda: 1.0)
    assert compressed(DOCUMENT) == first
    assert first[".gz"][4:8] == bytes(4), "no time (RFC 1952, 2.3.1)"


@pytest.mark.parametrize("data", [b"", b"<feed/>", b"a" * 199, hashlib.shake_128(b"").digest(5000)])
def test_what_would_not_be_smaller_has_no_copies(data: bytes) -> None:
    assert compressed(data) == {}


def test_a_document_is_written_with_its_copies_once(tmp_path: Path) -> None:
    target = target_of(tmp_path)
    assert write_with_copies(target, "atom.xml", DOCUMENT, compress=True)
    names = {"atom.xml", "atom.xml.gz", "atom.xml.br"}
    assert unpacked(tmp_path) == dict.fromkeys(names, DOCUMENT)
    assert not write_with_copies(target, "atom.xml", DOCUMENT, compress=True)
    (tmp_path / "atom.xml.br").unlink()
    assert write_with_copies(target, "atom.xml", DOCUMENT, compress=True)
    assert unpacked(tmp_path) == dict.fromkeys(names, DOCUMENT)


def test_copies_that_are_not_wanted_any_more_go(tmp_path: Path) -> None:
    target = target_of(tmp_path)
    write_with_copies(target, "atom.xml", DOCUMENT, compress=True)
    assert write_with_copies(target, "atom.xml", DOCUMENT, compress=False)
    assert unpacked(tmp_path) == {"atom.xml": DOCUMENT}
    assert not write_with_copies(target, "atom.xml", DOCUMENT, compress=False)
    write_with_copies(target, "atom.xml", DOCUMENT, compress=True)
    assert write_with_copies(target, "atom.xml", b"<feed/>", compress=True)
    assert unpacked(tmp_path) == {"atom.xml": b"<feed/>"}


def test_objects_have_copies_as_files_do(monkeypatch: pytest.MonkeyPatch) -> None:
    with S3Server().serving() as s3:
        for name, value in s3.environment.items():
            monkeypatch.setenv(name, value)
        target = target_of("s3://planet")
        assert write_with_copies(target, "atom.xml", DOCUMENT, compress=True)
        assert not write_with_copies(target, "atom.xml", DOCUMENT, compress=True)
        puts = [f"PUT /planet/atom.xml{suffix}" for suffix in (".gz", ".br", "")]
        assert s3.asked() == ["GET /planet", *puts]
        assert gzip.decompress(s3.objects["atom.xml.gz"].data) == DOCUMENT
        assert write_with_copies(target, "atom.xml", DOCUMENT, compress=False)
        assert list(s3.objects) == ["atom.xml"]


def test_where_the_document_cannot_be_written_its_copies_are_not_either(tmp_path: Path) -> None:
    (tmp_path / ".atom.xml.tmp").mkdir()
    with pytest.raises(PublishError, match=r"atom\.xml: cannot be written: Is a directory"):
        write_with_copies(target_of(tmp_path), "atom.xml", DOCUMENT, compress=True)
    assert [path.name for path in tmp_path.iterdir()] == [".atom.xml.tmp"]


def test_a_full_disk_leaves_the_document_and_its_copies_as_they_were(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "256k") as disk:
        public = disk.seen / "public"
        target = target_of(public)
        write_with_copies(target, "atom.xml", DOCUMENT, compress=True)
        before = unpacked(public)
        disk.fill()
        newer = DOCUMENT * 20
        with pytest.raises(PublishError, match="cannot be written: No space left on device"):
            write_with_copies(target, "atom.xml", newer, compress=True)
        assert unpacked(public) == before
        disk.make_room()
        write_with_copies(target, "atom.xml", newer, compress=True)
        assert unpacked(public) == dict.fromkeys(before, newer)


def test_a_reader_never_sees_half_a_copy_nor_long_one_of_another_version(tmp_path: Path) -> None:
    """A reader of the document and then of a copy sees one version, or has met the moment between
    two renames: reading again, it sees the copy of that version or of one after it."""
    versions = [DOCUMENT.replace(b"An", b"%d" % number) for number in range(60)]
    target = target_of(tmp_path)
    write_with_copies(target, "atom.xml", versions[0], compress=True)
    done = threading.Event()
    seen = []

    def read() -> None:
        while not done.is_set():
            document = versions.index((tmp_path / "atom.xml").read_bytes())
            small = brotli.decompress((tmp_path / "atom.xml.br").read_bytes())
            seen.append((document, versions.index(small)))

    reader = threading.Thread(target=read)
    reader.start()
    for version in versions:
        write_with_copies(target, "atom.xml", version, compress=True)
    done.set()
    reader.join()
    assert len(seen) > 10
    assert all(document <= copy for document, copy in seen)


_WRITES = """
import sys
from feedkit.publish.compression import write_with_copies
from feedkit.publish.targets import target_of
target = target_of(sys.argv[1])
document = b"<feed>%d" + b"<entry><title>An entry</title></entry>" * 100 + b"</feed>"
print("begun", flush=True)
for number in range(10**9):
    write_with_copies(target, "a/atom.xml", document % number, compress=number % 3 > 0)
"""


def test_a_process_killed_at_any_moment_leaves_whole_files_that_the_next_makes_good(
    tmp_path: Path,
) -> None:
    chance = random.Random(6)  # noqa: S311 - moments, not secrets
    target = target_of(tmp_path)
    for _ in range(8):
        with subprocess.Popen(
            [sys.executable, "-c", _WRITES, tmp_path], stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(chance.uniform(0.001, 0.05))
            os.kill(process.pid, signal.SIGKILL)
        for name in ("atom.xml", "atom.xml.gz", "atom.xml.br"):
            if (tmp_path / "a" / name).exists():
                assert unpacked(tmp_path / "a")[name].endswith(b"</feed>")
        write_with_copies(target, "a/atom.xml", DOCUMENT, compress=True)
        names = {"atom.xml", "atom.xml.gz", "atom.xml.br"}
        assert unpacked(tmp_path / "a") == dict.fromkeys(names, DOCUMENT)
