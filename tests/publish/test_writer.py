"""Documents on the disk: whole or not at all, and written only where they changed."""

import os
import threading
from pathlib import Path

import pytest
from planet import Planet

from feedkit.errors import PublishError
from feedkit.publish.writer import write_document


def test_a_new_document_is_written_in_folders_that_are_made(tmp_path: Path) -> None:
    path = tmp_path / "categories/新媒体/atom.xml"
    assert write_document(path, b"<feed/>")
    assert path.read_bytes() == b"<feed/>"
    assert [child.name for child in path.parent.iterdir()] == ["atom.xml"]
    assert path.stat().st_mode & 0o777 == 0o644 & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_the_same_bytes_are_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "atom.xml"
    write_document(path, b"<feed/>")
    before = path.stat()
    assert not write_document(path, b"<feed/>")
    after = path.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("old", [b"<fEed/>", b"", b"<feed/>longer", b"<feed"])
def test_other_bytes_take_the_files_place(tmp_path: Path, old: bytes) -> None:
    path = tmp_path / "atom.xml"
    path.write_bytes(old)
    assert write_document(path, b"<feed/>")
    assert path.read_bytes() == b"<feed/>"


def test_a_reader_that_has_the_old_document_open_keeps_it_whole(tmp_path: Path) -> None:
    path = tmp_path / "atom.xml"
    write_document(path, b"old" * 10_000)
    with path.open("rb") as reader:
        assert reader.read(3) == b"old"
        write_document(path, b"new" * 10_000)
        assert reader.read() == b"old" * 9_999


def test_a_reader_never_sees_half_a_document(tmp_path: Path) -> None:
    path = tmp_path / "atom.xml"
    versions = [bytes([65 + n]) * (100_000 + n) for n in range(10)]
    write_document(path, versions[0])
    done = threading.Event()
    seen: list[bytes] = []

    def read() -> None:
        while not done.is_set():
            seen.append(path.read_bytes())

    reader = threading.Thread(target=read)
    reader.start()
    for version in versions:
        write_document(path, version)
    done.set()
    reader.join()
    assert seen
    assert all(data in versions for data in seen)


def test_what_a_killed_process_left_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / ".atom.xml.tmp").write_bytes(b"half of a docum" * 100)
    assert write_document(tmp_path / "atom.xml", b"<feed/>")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"atom.xml": b"<feed/>"}


def test_what_a_killed_process_left_beside_a_current_document_goes(tmp_path: Path) -> None:
    (tmp_path / "atom.xml").write_bytes(b"<feed/>")
    (tmp_path / ".atom.xml.tmp").write_bytes(b"half")
    assert not write_document(tmp_path / "atom.xml", b"<feed/>")
    assert [path.name for path in tmp_path.iterdir()] == ["atom.xml"]


def test_a_link_in_place_of_the_half_written_file_is_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    public = tmp_path / "public"
    public.mkdir()
    (public / ".atom.xml.tmp").symlink_to(victim)
    with pytest.raises(PublishError, match=r"atom\.xml: cannot be written: "):
        write_document(public / "atom.xml", b"<feed/>")
    assert victim.read_bytes() == b"precious"
    assert not (public / "atom.xml").exists()


def test_a_link_in_place_of_the_document_is_replaced_and_its_target_left_alone(
    tmp_path: Path,
) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    path = tmp_path / "public/atom.xml"
    path.parent.mkdir()
    path.symlink_to(victim)
    assert write_document(path, b"<feed/>")
    assert (path.is_symlink(), path.read_bytes()) == (False, b"<feed/>")
    assert victim.read_bytes() == b"precious"


def test_a_link_that_leads_nowhere_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "atom.xml"
    path.symlink_to(tmp_path / "nowhere")
    assert write_document(path, b"<feed/>")
    assert (path.is_symlink(), path.read_bytes()) == (False, b"<feed/>")


def test_a_pipe_in_place_of_the_document_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "atom.xml"
    os.mkfifo(path)
    assert write_document(path, b"<feed/>")
    assert path.read_bytes() == b"<feed/>"


@pytest.mark.parametrize(
    ("name", "reason"),
    [("taken", "Is a directory"), ("file/atom.xml", "Not a directory"),
     ("n" * 300, "File name too long")],
)  # fmt: skip
def test_what_cannot_be_written_gets_a_sentence(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(PublishError) as caught:
        write_document(tmp_path / name, b"<feed/>")
    assert str(caught.value) == f"{tmp_path / name}: cannot be written: {reason}"


def test_a_document_that_cannot_be_written_stops_no_other_and_is_tried_again(
    tmp_path: Path,
) -> None:
    planet = Planet(tmp_path)
    planet.article("one.md", date="2024-01-01", categories="[Python, Go]")
    (planet.public / "categories/python/atom.xml").mkdir(parents=True)
    planet.write("public/categories/go", "a file where a folder should be")
    ended = planet.feedkit("run")
    assert ended.code == 0
    assert ended.lines[2:] == [
        f"{planet.public}/categories/go/atom.xml: cannot be written: Not a directory",
        f"{planet.public}/categories/go/rss.xml: cannot be written: Not a directory",
        f"{planet.public}/categories/python/atom.xml: cannot be written: Is a directory",
        "Wrote 3 files of 6 in public.",
    ]
    assert planet.titles() == ["one"]
    assert planet.feedkit("run", "--strict", "-q").code == 1
    (planet.public / "categories/python/atom.xml").rmdir()
    (planet.public / "categories/go").unlink()
    mended = planet.feedkit("run", "--strict")
    assert (mended.code, mended.conclusion) == (0, "Wrote 3 files of 6 in public.")
    assert planet.titles("go") == planet.titles("python") == ["one"]


def test_an_output_that_may_not_be_written_gets_a_line_for_each_document(tmp_path: Path) -> None:
    """/proc stands for a folder without permission, which root would not notice."""
    planet = Planet(tmp_path, "", site='[site]\nurl = "https://p.example/"\noutput = "/proc/x"\n')
    ended = planet.feedkit("run", "-q")
    assert ended.lines == [
        f"/proc/x/{name}: cannot be written: No such file or directory"
        for name in ("atom.xml", "rss.xml")
    ]
    assert planet.feedkit("run", "-q", "--strict").code == 1
