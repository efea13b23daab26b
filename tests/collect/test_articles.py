"""Which files of a folder are articles, and what is said of the rest."""

import os
import subprocess
from pathlib import Path
from tempfile import mkdtemp

import pytest

from feedkit.collect.articles import Problem, scan
from feedkit.errors import CollectError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    return folder


def put(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("words")


def names(folder: Path) -> list[str]:
    return [file.path for file in scan(folder).files]


def test_articles_are_found_by_suffix_at_any_depth_in_the_order_of_their_paths(
    folder: Path,
) -> None:
    put(folder, "b.md", "a.txt", "sub/deep/c.html", "sub/D.MARKDOWN", "Z.MD")
    put(folder, "image.png", "notes.rst", "page.htm", "md", "x.md.bak")
    assert names(folder) == ["Z.MD", "a.txt", "b.md", "sub/D.MARKDOWN", "sub/deep/c.html"]
    assert scan(folder).problems == []


def test_size_and_time_come_with_each_file(folder: Path) -> None:
    put(folder, "a.md")
    os.utime(folder / "a.md", ns=(1, 1_621_337_400_123_456_789))
    (file,) = scan(folder).files
    assert file == ("a.md", len("words"), 1_621_337_400_123_456_789)


def test_hidden_and_underscored_names_are_left_out_and_jekylls_posts_are_not(
    folder: Path,
) -> None:
    put(folder, ".a.md", "_index.md", ".git/x.md", "_drafts/x.md", "node/_layouts/x.html")
    put(folder, "_posts/2021-05-18-a.md", "blog/_posts/b.md", "_posts/_c.md")
    assert names(folder) == ["_posts/2021-05-18-a.md", "blog/_posts/b.md"]
    assert scan(folder).problems == []


def test_names_of_every_script_are_names(folder: Path) -> None:
    persian, family = "می\u200cخواهم.md", "👨\u200d👩\u200d👧.md"
    wide = "标题\u3000副标题.md"
    put(folder, persian, family, wide, "a\u00a0b.md", "with space.md", "cafe\u0301.md")
    assert set(names(folder)) == {
        persian,
        family,
        wide,
        "a\u00a0b.md",
        "with space.md",
        "cafe\u0301.md",
    }
    assert scan(folder).problems == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"caf\xe9.md", "caf\\udce9.md"),
        (b"two\nlines.md", "two\\nlines.md"),
        (b"red\x1b[31m.md", "red\\x1b[31m.md"),
        ("line\u2028.md".encode(), "line\\u2028.md"),
    ],
)
def test_an_unreadable_name_is_a_problem(folder: Path, name: bytes, shown: str) -> None:
    put(folder, "good.md")
    (folder / os.fsdecode(name)).write_text("words")
    found = scan(folder)
    assert [file.path for file in found.files] == ["good.md"]
    assert found.problems == [Problem(shown, "has an unreadable name; rename it")]


def test_an_unreadable_name_of_what_is_no_article_is_nobodys_problem(folder: Path) -> None:
    (folder / os.fsdecode(b"caf\xe9.jpg")).write_text("words")
    assert scan(folder) == ([], [])


def test_an_unreadable_folder_name_is_a_problem(folder: Path) -> None:
    inside = folder / os.fsdecode(b"caf\xe9")
    inside.mkdir()
    (inside / "a.md").write_text("words")
    found = scan(folder)
    assert found.files == []
    assert found.problems == [Problem("caf\\udce9", "has an unreadable name; rename it")]


def test_a_link_within_the_folder_counts_once_at_the_place_it_leads_to(folder: Path) -> None:
    put(folder, "real/a.md")
    (folder / "b.md").symlink_to(folder / "real/a.md")
    (folder / "again").symlink_to("real")
    assert scan(folder).problems == []
    assert names(folder) == ["real/a.md"]


def test_links_out_of_the_folder_are_not_followed_and_are_named(folder: Path) -> None:
    put(folder.parent, "articles-secret/a.md")
    outside = folder.parent / "articles-secret"
    put(folder, "good.md")
    (folder / "a.md").symlink_to(outside / "a.md")
    (folder / "more").symlink_to("../articles-secret")
    (folder / "picture.png").symlink_to(outside / "a.md")
    found = scan(folder)
    assert [file.path for file in found.files] == ["good.md"]
    assert found.problems == [
        Problem("a.md", f"is a symbolic link that leaves the folder (to {outside}/a.md); not read"),
        Problem("more", f"is a symbolic link that leaves the folder (to {outside}); not read"),
    ]


def test_links_that_lead_nowhere_or_in_circles_are_named(folder: Path) -> None:
    (folder / "gone.md").symlink_to("no-such-file.md")
    (folder / "self.md").symlink_to("self.md")
    (folder / "gone.png").symlink_to("no-such-file.png")
    (folder / "parent").symlink_to("..", target_is_directory=True)
    (folder / "here").symlink_to(".", target_is_directory=True)
    found = scan(folder)
    nowhere = "is a symbolic link that leads nowhere; not read"
    assert found.files == []
    assert found.problems == [
        Problem("gone.md", nowhere),
        Problem(
            "parent", f"is a symbolic link that leaves the folder (to {folder.parent}); not read"
        ),
        Problem("self.md", nowhere),
    ]


def test_the_folder_itself_may_be_a_link(folder: Path) -> None:
    put(folder, "a.md", "sub/b.md")
    (folder / "c.md").symlink_to(folder / "a.md")
    link = folder.parent / "link"
    link.symlink_to(folder)
    assert names(link) == ["a.md", "sub/b.md"]
    assert scan(link).problems == []


def test_a_folder_named_like_an_article_is_searched(folder: Path) -> None:
    put(folder, "trip.md/index.md")
    assert names(folder) == ["trip.md/index.md"]


def test_a_folder_below_that_cannot_be_read_is_named_and_the_rest_is_found(folder: Path) -> None:
    """Too deep for a path, since the tests run as root, who may read everything."""
    put(folder, "good.md")
    name = "d" * 200
    where = os.open(folder, os.O_RDONLY)
    for _ in range(30):
        os.mkdir(name, dir_fd=where)
        inner = os.open(name, os.O_RDONLY, dir_fd=where)
        os.close(where)
        where = inner
    os.close(where)
    found = scan(folder)
    assert [file.path for file in found.files] == ["good.md"]
    (problem,) = found.problems
    assert problem.path.startswith(f"{name}/{name}/")
    assert problem.path.endswith("/")
    assert problem.reason == "cannot be read: File name too long"


def test_a_very_deep_tree_is_no_crash() -> None:
    folder = Path(mkdtemp(prefix="feedkit-test-"))  # pytest's own would be too deep for pytest
    try:
        where = os.open(folder, os.O_RDONLY)
        for _ in range(1200):  # beyond the recursion limit, and within PATH_MAX
            os.mkdir("d", dir_fd=where)
            inner = os.open("d", os.O_RDONLY, dir_fd=where)
            os.close(where)
            where = inner
        os.close(os.open("a.md", os.O_CREAT | os.O_WRONLY, dir_fd=where))
        os.close(where)
        found = scan(folder)
    finally:
        subprocess.run(["rm", "-r", folder], check=True)
    assert [file.path for file in found.files] == ["d/" * 1200 + "a.md"]
    assert found.problems == []


def test_a_single_file_is_a_folder_of_one(folder: Path) -> None:
    put(folder, "_one.rst")
    (file,) = scan(folder / "_one.rst").files
    assert file.path == "_one.rst"
    assert file.size == len("words")


@pytest.mark.parametrize(
    ("name", "reason"),
    [("missing", "No such file or directory"), ("pipe", "Not a directory")],
)
def test_a_folder_that_is_none_says_why(folder: Path, name: str, reason: str) -> None:
    os.mkfifo(folder / "pipe")
    with pytest.raises(CollectError, match=f"^cannot be read: {reason}$"):
        scan(folder / name)


def test_an_empty_folder_holds_nothing(folder: Path) -> None:
    assert scan(folder) == ([], [])
