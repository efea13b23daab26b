"""Documents on the disk: whole or not at all, and written only where they changed."""

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from planet import Planet

from feedkit.errors import PublishError
from feedkit.publish.targets import target_of
from feedkit.publish.targets.folder import Folder


def write_document(path: Path, data: bytes) -> bool:
    return Folder(path.parent).write(path.name, data)


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
        "Wrote 3 files of 8 in public.",
    ]
    assert planet.titles() == ["one"]
    assert planet.feedkit("run", "--strict", "-q").code == 1
    (planet.public / "categories/python/atom.xml").rmdir()
    (planet.public / "categories/go").unlink()
    mended = planet.feedkit("run", "--strict")
    assert (mended.code, mended.conclusion) == (0, "Wrote 5 files of 8 in public.")
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


def test_files_that_belong_together_take_their_places_at_once(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    assert folder.write_together([("a/atom.xml.gz", b"zipped"), ("a/atom.xml", b"<feed/>")])
    assert not folder.write_together([("a/atom.xml.gz", b"zipped"), ("a/atom.xml", b"<feed/>")])
    before = (tmp_path / "a/atom.xml.gz").stat().st_ino
    assert folder.write_together([("a/atom.xml.gz", b"zipped"), ("a/atom.xml", b"<fEed/>")])
    assert (tmp_path / "a/atom.xml.gz").stat().st_ino == before
    assert (tmp_path / "a/atom.xml").read_bytes() == b"<fEed/>"


def test_where_one_file_has_no_room_none_takes_its_place(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    long = "n" * 252  # the file beside it has five letters more
    with pytest.raises(PublishError, match="File name too long"):
        folder.write_together([("atom.xml", b"<feed/>"), (long, b"data")])
    assert list(tmp_path.iterdir()) == []


def test_the_state_is_of_what_is_there_now(tmp_path: Path) -> None:
    target = target_of(tmp_path)
    assert target.state("a/atom.xml") is None
    target.write("a/atom.xml", b"<feed/>")
    status = (tmp_path / "a/atom.xml").stat()
    assert target.state("a/atom.xml") == (7, status.st_mtime_ns)
    assert target.state("a") is None
    assert target.state("a/atom.xml/x") is None
    assert target.state("n" * 300) is None


def test_a_document_goes_with_its_copies_and_the_folders_that_are_empty_then(
    tmp_path: Path,
) -> None:
    target = target_of(tmp_path / "public")
    for path in ("atom.xml", "categories/a/atom.xml", "categories/a/archive/1.atom.xml"):
        for suffix in ("", ".gz", ".br"):
            target.write(path + suffix, b"data")
    public = tmp_path / "public"
    (public / "categories/a/.atom.xml.tmp").write_bytes(b"of a killed process")
    (public / "categories/a/atom.xml.asc").write_bytes(b"a person's")
    target.remove("categories/a/atom.xml")
    assert sorted(path.name for path in (public / "categories/a").iterdir()) == [
        "archive", "atom.xml.asc"
    ]  # fmt: skip
    target.remove("categories/a/archive/1.atom.xml")
    assert [path.name for path in (public / "categories/a").iterdir()] == ["atom.xml.asc"]
    (public / "categories/a/atom.xml.asc").unlink()
    target.remove("categories/a/atom.xml")
    assert not (public / "categories").exists()
    target.remove("atom.xml")
    assert list(public.iterdir()) == [], "the root stays"


def test_what_is_not_there_is_removed_already(tmp_path: Path) -> None:
    target = target_of(tmp_path)
    (tmp_path / "file").touch()
    target.remove("no/such/atom.xml")
    target.remove("file/atom.xml")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_folder_in_place_of_a_document_is_not_removed(tmp_path: Path) -> None:
    (tmp_path / "atom.xml").mkdir()
    with pytest.raises(PublishError) as caught:
        target_of(tmp_path).remove("atom.xml")
    assert str(caught.value) == f"{tmp_path}/atom.xml: cannot be removed: Is a directory"
    assert (tmp_path / "atom.xml").is_dir()


def test_of_a_link_only_the_link_is_removed(tmp_path: Path) -> None:
    public, elsewhere = tmp_path / "public", tmp_path / "elsewhere"
    (elsewhere / "a").mkdir(parents=True)
    (elsewhere / "precious").touch()
    public.mkdir()
    (public / "categories").symlink_to(elsewhere)
    (public / "atom.xml").symlink_to(elsewhere / "precious")
    target = target_of(public)
    target.write("categories/a/atom.xml", b"<feed/>")
    target.remove("categories/a/atom.xml")
    target.remove("atom.xml")
    assert [path.name for path in elsewhere.iterdir()] == ["precious"]
    assert [path.name for path in public.iterdir()] == ["categories"]


@pytest.mark.parametrize("path", ["../atom.xml", "/etc/atom.xml", "a/../../atom.xml", "a//b", ""])
def test_nothing_is_touched_outside(tmp_path: Path, path: str) -> None:
    (tmp_path / "atom.xml").write_bytes(b"precious")
    target = target_of(tmp_path / "public")
    for do in (target.remove, target.state, lambda path: target.write(path, b"<feed/>")):
        with pytest.raises(PublishError, match="is no path below"):
            do(path)
    assert (tmp_path / "atom.xml").read_bytes() == b"precious"


def test_threads_make_and_remove_the_same_folder(tmp_path: Path) -> None:
    target = target_of(tmp_path)

    def turn(number: int) -> None:
        for _ in range(100):
            target.write(f"categories/a/{number}.xml", b"data")
            target.remove(f"categories/a/{number}.xml")

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(turn, range(8)))
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_the_system_has_no_letters_for_is_told(tmp_path: Path) -> None:
    script = (
        "from pathlib import Path; from feedkit.errors import PublishError\n"
        "from feedkit.publish.targets import target_of\n"
        "target = target_of(Path('.'))\n"
        "print(target.state('\\u65b0/atom.xml'))\n"
        "for do in (target.remove, lambda path: target.write(path, b'data')):\n"
        "    try: do('\\u65b0/atom.xml')\n"
        "    except PublishError as error: print(error)\n"
    )
    ascii_only = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(__file__).parents[3]), **ascii_only},
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    assert done.stdout.splitlines() == [
        "None",
        *(
            f"'\\u65b0/atom.xml{suffix}': cannot be {what}: file names are in ascii here; "
            "set PYTHONUTF8=1"
            for suffix, what in ((".gz", "removed"), ("", "written"))
        ),
    ]
