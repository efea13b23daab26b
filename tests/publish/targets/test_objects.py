"""Documents in S3-compatible storage: by the real client, at a server that speaks its API."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from s3_server import S3Server

from feedkit.errors import PublishError
from feedkit.publish.targets import Target, target_of
from feedkit.publish.targets.objects import Objects


@pytest.fixture(name="s3")
def s3_fixture(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Server]:
    with S3Server().serving() as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        yield server


def test_a_document_is_put_with_what_a_browser_needs_to_know(s3: S3Server) -> None:
    target = target_of("s3://planet/blog")
    assert target.write("categories/新媒体/atom.xml", b"<feed/>")
    assert target.write("categories/新媒体/atom.xml.gz", b"zipped")
    assert target.write("index.html.br", b"small")
    document, zipped, page = (s3.objects[f"blog/{path}"] for path in (
        "categories/新媒体/atom.xml", "categories/新媒体/atom.xml.gz", "index.html.br"
    ))  # fmt: skip
    atom = "application/atom+xml; charset=utf-8"
    cache = {"Cache-Control": "public, max-age=300"}
    assert (document.data, document.headers) == (b"<feed/>", {"Content-Type": atom, **cache})
    assert zipped.headers == {"Content-Type": atom, "Content-Encoding": "gzip", **cache}
    html = {"Content-Type": "text/html; charset=utf-8", "Content-Encoding": "br"}
    assert page.headers == html | cache


def test_the_same_bytes_are_not_sent_again(s3: S3Server) -> None:
    Objects("s3://planet/blog").write("atom.xml", b"<feed/>")
    s3.asked()
    again = Objects("s3://planet/blog/")
    assert not again.write("atom.xml", b"<feed/>")
    assert s3.asked() == ["GET /planet"]
    assert again.write("atom.xml", b"<fEed/>")
    assert not again.write("atom.xml", b"<fEed/>")
    assert s3.asked() == ["PUT /planet/blog/atom.xml"]
    assert s3.objects["blog/atom.xml"].data == b"<fEed/>"


def test_one_listing_tells_the_state_of_everything(s3: S3Server) -> None:
    first = Objects("s3://planet")
    paths = [f"categories/c{number}/atom.xml" for number in range(10)]
    assert first.state(paths[0]) is None
    for path in paths:
        first.write(path, path.encode())
    s3.asked()
    second = Objects("s3://planet")
    assert [second.state(path) for path in paths] == [first.state(path) for path in paths]
    assert s3.asked() == ["GET /planet"] * 4, "its pages"
    states = {first.state(path) for path in paths}
    assert (len(states), {state and state[0] for state in states}) == (10, {len(paths[0])})


def test_what_another_wrote_since_has_another_state(s3: S3Server) -> None:
    target = Objects("s3://planet")
    target.write("atom.xml", b"<feed/>")
    target.write("rss.xml", b"<rss />")
    s3.objects["atom.xml"] = s3.objects["rss.xml"]
    again = Objects("s3://planet")
    assert again.state("atom.xml") != target.state("atom.xml")
    assert again.state("rss.xml") == target.state("rss.xml")


def test_a_document_goes_with_its_copies_and_nothing_else(s3: S3Server) -> None:
    target = Objects("s3://planet/blog")
    for path in ("atom.xml", "atom.xml.gz", "atom.xml.br", "atom.xml.asc", "categories/atom.xml"):
        target.write(path, path.encode())
    Objects("s3://planet/other").write("atom.xml", b"of another planet")
    target.remove("atom.xml")
    assert target.state("atom.xml") is target.state("atom.xml.br") is None
    assert sorted(s3.objects) == ["blog/atom.xml.asc", "blog/categories/atom.xml", "other/atom.xml"]
    s3.asked()
    target.remove("atom.xml")
    assert s3.asked() == []


def test_threads_share_it(s3: S3Server) -> None:
    target: Target = Objects("s3://planet")
    paths = [f"categories/c{number}/atom.xml" for number in range(100)]
    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(lambda path: target.write(path, path.encode()), paths))
    assert sorted(s3.objects) == sorted(paths)
    assert s3.asked().count("GET /planet") == 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [((404, "NoSuchBucket"), "there is no bucket planet; make it, or correct the address"),
     ((403, "AccessDenied"), "access was denied; the key must be allowed to list, write and delete "
      "in bucket planet"),
     ((403, "SignatureDoesNotMatch"),
      "AWS_SECRET_ACCESS_KEY is not that of AWS_ACCESS_KEY_ID; correct it"),
     ((301, "PermanentRedirect"), "bucket planet is in another region; set AWS_REGION"),
     ((418, "Teapot"), "the storage answered Teapot")],
)  # fmt: skip
def test_a_refusal_is_a_sentence(s3: S3Server, answer: tuple[int, str], reason: str) -> None:
    target = Objects("s3://planet/x")
    s3.refuses = answer
    for _ in range(2):
        with pytest.raises(PublishError) as caught:
            target.state("atom.xml")
        assert str(caught.value) == f"s3://planet/x: cannot be listed: {reason}"
    assert len(s3.asked()) == 1, "what was refused once is not asked for every document"


def test_a_refused_write_stops_no_other(s3: S3Server) -> None:
    target = Objects("s3://planet")
    target.write("atom.xml", b"<feed/>")
    s3.refuses = (403, "AccessDenied")
    with pytest.raises(PublishError, match=r"planet: rss\.xml: cannot be written: access was den"):
        target.write("rss.xml", b"<rss/>")
    with pytest.raises(PublishError, match=r"planet: atom\.xml: cannot be removed: access was den"):
        target.remove("atom.xml")
    s3.refuses = None
    assert target.write("rss.xml", b"<rss/>")


def test_what_is_not_answered_is_asked_again(s3: S3Server) -> None:
    target = Objects("s3://planet")
    s3.hangs_up = 2
    assert target.write("atom.xml", b"<feed/>")
    s3.hangs_up = 1
    assert target.write("rss.xml", b"<rss/>")


def test_storage_that_is_out_of_reach_is_asked_for_one_document_and_no_other(
    s3: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = Objects("s3://planet")
    target.state("atom.xml")
    s3.asked()
    s3.hangs_up = 1_000_000
    for path in ("atom.xml", "rss.xml"):
        with pytest.raises(PublishError) as caught:
            target.write(path, b"data")
        assert str(caught.value).startswith(
            f"s3://planet: {path}: cannot be written: {s3.url} could not be reached"
        )
    assert len(s3.asked()) == 4, "once, and three times more"
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(PublishError, match=r"http://127.0.0.1:1 could not .* \(Connection refused"):
        Objects("s3://planet").state("atom.xml")


def test_a_wrong_key_and_none_are_told_apart(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "another")
    with pytest.raises(PublishError, match="the storage does not know AWS_ACCESS_KEY_ID"):
        Objects("s3://planet").state("atom.xml")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_METADATA_ENDPOINT", "http://127.0.0.1:1")  # no machine of a cloud
    with pytest.raises(PublishError, match="no key is given; set AWS_ACCESS_KEY_ID and AWS_SECRET"):
        Objects("s3://planet").state("atom.xml")


@pytest.mark.parametrize("url", ["s3://", "s3://a", "s3:///x", "s3://UPPER/x", "s3://planet/../x"])
def test_an_address_that_is_none_is_told(url: str) -> None:
    with pytest.raises(PublishError, match='is no bucket such as "s3://bucket/planet"'):
        Objects(url)


def test_the_package_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)
    monkeypatch.delitem(sys.modules, "feedkit.publish.targets.objects")
    with pytest.raises(PublishError, match=r"s3://planet: takes a .*: pip install 'feedkit\[s3\]'"):
        target_of("s3://planet")


@pytest.mark.parametrize("path", ["../atom.xml", "/etc/passwd", "a//b", ""])
def test_nothing_is_written_outside(s3: S3Server, path: str) -> None:
    with pytest.raises(PublishError, match="it is no path below it"):
        Objects("s3://planet/x").write(path, b"data")
    assert s3.asked() == []
