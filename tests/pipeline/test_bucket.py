"""feedkit run and feedkit export into a bucket, as a person would."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from planet import Planet, titles
from s3_server import S3Server

SITE = '[site]\nurl = "https://p.example/"\noutput = "s3://planet/blog"\n'


@pytest.fixture(name="s3")
def s3_fixture() -> Iterator[S3Server]:
    with S3Server().serving() as server:
        yield server


def puts(s3: S3Server) -> list[str]:
    return sorted(line for line in s3.asked() if line.startswith(("PUT", "DELETE")))


def test_a_bucket_is_published_to_as_a_folder_is(tmp_path: Path, s3: S3Server) -> None:
    planet = Planet(tmp_path, site=SITE, is_full=True)
    planet.article("one.md", date="2024-01-01", categories="[Go]")
    first = planet.feedkit("run", environment=s3.environment)
    count = len([key for key in s3.objects if not key.endswith((".gz", ".br"))])
    assert first.conclusion == f"Wrote {count} files of {count} in s3://planet/blog."
    atom = s3.objects["blog/categories/go/atom.xml"]
    assert titles(atom.data) == ["one"]
    assert gzip.decompress(s3.objects["blog/categories/go/atom.xml.gz"].data) == atom.data
    puts(s3)
    again = planet.feedkit("run", environment=s3.environment)
    assert again.conclusion.startswith("Nothing to write: all ")
    assert puts(s3) == []
    del s3.objects["blog/categories/go/rss.xml"]
    planet.feedkit("run", environment=s3.environment)
    assert puts(s3) == ["PUT /planet/blog/categories/go/rss.xml"]
    exported = planet.feedkit("export", "out", "-q")
    assert (exported.code, exported.lines) == (0, [])
    assert planet.documents("out") == {
        key.removeprefix("blog/"): stored.data for key, stored in sorted(s3.objects.items())
    }


def test_a_bucket_that_cannot_be_had_is_said_once_and_what_was_collected_is_kept(
    tmp_path: Path, s3: S3Server
) -> None:
    planet = Planet(tmp_path, site=SITE, is_full=True)
    planet.article("one.md", date="2024-01-01", categories="[Go, Rust, Python]")
    s3.refuses = (404, "NoSuchBucket")
    said = "cannot be listed: there is no bucket planet; make it, or correct the address"
    failed = planet.feedkit("run", "-q", "--strict", environment=s3.environment)
    assert (failed.code, failed.lines) == (1, [f"s3://planet/blog: {said}"])
    copied = planet.feedkit("export", "s3://planet/copy", "-q", environment=s3.environment)
    assert (copied.code, copied.lines) == (1, [f"s3://planet/copy: {said}"])
    s3.refuses = None
    planet.feedkit("run", environment=s3.environment)
    assert titles(s3.objects["blog/categories/rust/atom.xml"].data) == ["one"]
    wrong = planet.feedkit("export", "s3://Planet", "-q")
    assert wrong.code == 2
    assert wrong.conclusion.endswith('expected a folder, or a bucket such as "s3://bucket/planet"')
