"""Reading local files: all of one, or a reason why not."""

import os
import socket
from pathlib import Path

import pytest

from feedkit.collect.files import read_file
from feedkit.errors import CollectError


def refusal(path: Path | str, limit: int = 100) -> str:
    with pytest.raises(CollectError) as caught:
        read_file(path, limit)
    return str(caught.value)


@pytest.mark.parametrize("data", [b"", b"x", b"\x00\xff\r\n", b"x" * 100])
def test_a_file_up_to_the_limit_comes_back_byte_for_byte(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.md").write_bytes(data)
    assert read_file(tmp_path / "a.md", 100) == data
    assert read_file(str(tmp_path / "a.md"), 100) == data


def test_a_file_over_the_limit_is_refused_and_both_sizes_are_told(tmp_path: Path) -> None:
    with (tmp_path / "a.md").open("wb") as file:
        file.truncate(20_000_001)
    assert refusal(tmp_path / "a.md", 20_000_000) == (
        "is 20.000001 MB large, more than the 20 MB of fetch.max_bytes; not read"
    )


def test_sizes_of_gigabytes_are_readable(tmp_path: Path) -> None:
    with (tmp_path / "a.md").open("wb") as file:
        file.truncate(5_000_000_000)  # sparse: no disk is used, and none of it is read
    assert "is 5,000 MB large" in refusal(tmp_path / "a.md", 20_000_000)


def test_a_file_whose_size_is_not_known_beforehand_is_read_whole() -> None:
    """What the kernel makes up says that it has no bytes."""
    assert Path("/proc/self/cmdline").stat().st_size == 0
    assert read_file("/proc/self/cmdline", 1_000_000) == Path("/proc/self/cmdline").read_bytes()
    assert "more than the 0.000001 MB" in refusal("/proc/self/cmdline", 1)


def test_a_pipe_does_not_make_it_wait(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.md")
    assert refusal(tmp_path / "x.md") == "is no regular file, so it was not read"


@pytest.mark.parametrize("path", ["/dev/zero", "/"])
def test_what_is_no_regular_file_is_not_read(path: str) -> None:
    assert refusal(path) == "is no regular file, so it was not read"


def test_a_socket_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("x.md")
        assert refusal("x.md").startswith("cannot be read: ")


def test_a_file_that_vanished_is_named_as_gone(tmp_path: Path) -> None:
    assert refusal(tmp_path / "a.md") == "is not there"
    (tmp_path / "link.md").symlink_to("nowhere")
    assert refusal(tmp_path / "link.md") == "is not there"


def test_the_systems_reason_is_told(tmp_path: Path) -> None:
    (tmp_path / "loop.md").symlink_to("loop.md")
    assert refusal(tmp_path / "loop.md") == "cannot be read: Too many levels of symbolic links"
    (tmp_path / "file").touch()
    assert refusal(tmp_path / "file" / "a.md") == "cannot be read: Not a directory"
    assert refusal(tmp_path / ("x" * 300)) == "cannot be read: File name too long"


def test_a_name_that_no_file_can_have_is_a_refusal() -> None:
    assert refusal("a\0b") == "is no usable file name: embedded null byte"


def test_nothing_is_left_open(tmp_path: Path) -> None:
    (tmp_path / "good").touch()
    (tmp_path / "large").write_bytes(b"x" * 101)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        read_file(tmp_path / "good", 100)
        refusal(tmp_path / "large")
        refusal(tmp_path)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
