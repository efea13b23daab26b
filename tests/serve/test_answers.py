"""What HTTP says of documents (RFC 9110), of a running `feedkit serve`, over every route."""

import email
import gzip
import os
import re
import time
from collections.abc import Iterator
from email.utils import formatdate, parsedate_to_datetime
from pathlib import Path

import brotli
import pytest
from feed_server import rss
from planet import Planet
from server import Client, serving
from service import wait_for

ATOM = b'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">' + b"<!-- %s -->" % (
    b"a feed " * 5_000
)
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
"""What a browser accepts that goes to a page."""
LONG_AGO = "Sat, 29 Oct 1994 19:43:31 GMT"
LARGE = b"<rss>" + bytes(range(32, 127)) * 50_000
FILES: dict[str, bytes] = {
    "atom.xml": ATOM,
    "rss.xml": b'<?xml version="1.0"?><rss version="2.0">' + b" " * 300 + b"</rss>",
    "feed.json": b'{"version": "https://jsonfeed.org/version/1.1", "items": []}',
    "feeds.opml": b'<?xml version="1.0"?><opml version="2.0"><body/></opml>',
    "index.html": b"<!doctype html><title>Planet</title>",
    "style.css": b"body { margin: 0 }",
    "categories/python/atom.xml": ATOM.replace(b"a feed", b"python"),
    "categories/python/index.html": b"<!doctype html><title>Python</title>",
    "categories/新媒体/atom.xml": ATOM,
    "categories/python/archive/1.atom.xml": ATOM,
    "large.xml": LARGE,
}
TYPES = {
    "atom.xml": "application/atom+xml",
    "rss.xml": "application/rss+xml",
    "feed.json": "application/feed+json",
    "feeds.opml": "text/x-opml",
    "html": "text/html",
    "style.css": "text/css",
    "large.xml": "application/rss+xml",
}


def target(name: str) -> str:
    """The address of a file of this planet."""
    return "/" + name.replace("新媒体", "%E6%96%B0%E5%AA%92%E4%BD%93")


ROUTES = [target(name) for name in FILES]


@pytest.fixture(name="planet", scope="module")
def planet_fixture(tmp_path_factory: pytest.TempPathFactory) -> Planet:
    planet = Planet(tmp_path_factory.mktemp("planet"), '[schedule]\nevery = "10m"\n')
    then = time.time() - 1_000
    for name, data in FILES.items():
        os.utime(planet.write(f"public/{name}", data), (then, then))
    return planet


@pytest.fixture(name="client", scope="module")
def client_fixture(planet: Planet) -> Iterator[Client]:
    with serving(planet.root) as (client, _):
        yield client


@pytest.mark.parametrize("name", FILES)
def test_each_document_is_there_with_its_type_and_validators(client: Client, name: str) -> None:
    answer = client.ask(target(name))
    assert (answer.status, answer.body) == (200, FILES[name])
    kind, _, charset = answer.fields["content-type"].partition("; ")
    assert kind == next(kind for ending, kind in TYPES.items() if name.endswith(ending))
    assert charset == "charset=utf-8"
    assert re.fullmatch(r'"[0-9a-f]{20}"', answer.fields["etag"])
    assert parsedate_to_datetime(answer.fields["last-modified"]) < parsedate_to_datetime(
        answer.fields["date"]
    )
    assert answer.fields["cache-control"] == "public, max-age=600", "what [schedule] every says"
    is_atom_or_rss = name.endswith(".xml")
    varied = "Accept, Accept-Encoding, A-IM" if is_atom_or_rss else "Accept-Encoding"
    assert answer.fields["vary"] == varied
    assert answer.fields["accept-ranges"] == "bytes"
    assert answer.fields["x-content-type-options"] == "nosniff"
    assert answer.fields["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in answer.fields["content-security-policy"]
    is_feed = not name.endswith((".html", ".css"))
    assert answer.fields.get("access-control-allow-origin") == ("*" if is_feed else None)


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, "atom+xml"),
        ("*/*", "atom+xml"),
        ("application/atom+xml, text/html;q=0.5, */*;q=0.1", "atom+xml"),
        ("application/rss+xml, application/xml, text/html", "atom+xml"),
        (BROWSER, "xml"),
    ],
)
def test_only_a_browser_is_told_that_a_feed_is_xml(
    client: Client, accept: str | None, kind: str
) -> None:
    fields = {} if accept is None else {"Accept": accept}
    for method in ("GET", "HEAD"):
        answer = client.ask("/atom.xml", method, **fields)
        assert answer.fields["content-type"] == f"application/{kind}; charset=utf-8"
        assert "Accept," in answer.fields["vary"]
    again = client.ask("/atom.xml", If_None_Match=answer.fields["etag"], **fields)
    assert again.status == 304


@pytest.mark.parametrize("route", [*ROUTES, "/", "/categories/python/", "/nowhere", "/.git/x"])
@pytest.mark.parametrize("coding", ["", "br", "gzip"])
def test_head_says_what_get_says_and_sends_nothing(client: Client, route: str, coding: str) -> None:
    got = client.ask(route, Accept_Encoding=coding)
    head = client.ask(route, "HEAD", Accept_Encoding=coding)
    assert head.body == b""
    assert head.status == got.status
    assert {**head.fields, "date": ""} == {**got.fields, "date": ""}
    assert int(got.fields["content-length"]) == len(got.body)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("coding", ["", "br", "gzip"])
def test_who_has_it_is_told_so(client: Client, route: str, coding: str) -> None:
    first = client.ask(route, Accept_Encoding=coding)
    etag, date = first.fields["etag"], first.fields["last-modified"]
    by_tag = client.ask(route, Accept_Encoding=coding, If_None_Match=etag)
    by_date = client.ask(route, Accept_Encoding=coding, If_Modified_Since=date)
    for answer in (by_tag, by_date):
        assert (answer.status, answer.body) == (304, b"")
        for name in ("etag", "last-modified", "cache-control", "vary"):
            assert answer.fields[name] == first.fields[name]
        assert "content-length" not in answer.fields


WEAK, OTHER = "W/{etag}", '"another"'
CASES: list[tuple[dict[str, str], int]] = [
    ({"If_None_Match": "{etag}"}, 304),
    ({"If_None_Match": WEAK}, 304),
    ({"If_None_Match": "*"}, 304),
    ({"If_None_Match": OTHER + ", {etag}"}, 304),
    ({"If_None_Match": '"a,b" , ,{etag}'}, 304),
    ({"If_None_Match": OTHER}, 200),
    ({"If_None_Match": "etag without quotes"}, 200),
    ({"If_None_Match": OTHER, "If_Modified_Since": "{date}"}, 200),  # 13.1.3: ignored then
    ({"If_None_Match": "{etag}", "If_Modified_Since": LONG_AGO}, 304),
    ({"If_Modified_Since": "{date}"}, 304),
    ({"If_Modified_Since": "{later}"}, 304),
    ({"If_Modified_Since": LONG_AGO}, 200),
    ({"If_Modified_Since": "Saturday, 29-Oct-94 19:43:31 GMT"}, 200),
    ({"If_Modified_Since": "yesterday"}, 200),
    ({"If_Match": "{etag}"}, 200),
    ({"If_Match": "*"}, 200),
    ({"If_Match": OTHER}, 412),
    ({"If_Match": WEAK}, 412),  # 13.1.1: the strong comparison
    ({"If_Match": OTHER, "If_None_Match": "{etag}"}, 412),
    ({"If_Match": "{etag}", "If_None_Match": "{etag}"}, 304),
    ({"If_Match": "{etag}", "If_Unmodified_Since": LONG_AGO}, 200),  # 13.1.4: ignored then
    ({"If_Unmodified_Since": LONG_AGO}, 412),
    ({"If_Unmodified_Since": "{date}"}, 200),
    ({"If_Unmodified_Since": "never"}, 200),
    ({"If_Unmodified_Since": "{date}", "If_None_Match": "{etag}"}, 304),
    ({"If_Unmodified_Since": LONG_AGO, "If_None_Match": "{etag}"}, 412),
    ({"If_None_Match": "{etag}", "Range": "bytes=0-4"}, 304),
    ({"If_None_Match": OTHER, "Range": "bytes=0-4"}, 206),
    ({"If_Match": OTHER, "Range": "bytes=0-4"}, 412),
    ({"Range": "bytes=0-4", "If_Range": "{etag}"}, 206),
    ({"Range": "bytes=0-4", "If_Range": WEAK}, 200),
    ({"Range": "bytes=0-4", "If_Range": OTHER}, 200),
    ({"Range": "bytes=0-4", "If_Range": "{date}"}, 206),
    ({"Range": "bytes=0-4", "If_Range": LONG_AGO}, 200),
    ({"If_Range": OTHER}, 200),
]


@pytest.mark.parametrize(("fields", "status"), CASES)
def test_conditions_are_taken_in_their_order(
    client: Client, fields: dict[str, str], status: int
) -> None:
    first = client.ask("/atom.xml")
    later = formatdate(
        parsedate_to_datetime(first.fields["last-modified"]).timestamp() + 60, usegmt=True
    )
    known = {"etag": first.fields["etag"], "date": first.fields["last-modified"], "later": later}
    sent = {name: value.format(**known) for name, value in fields.items()}
    got = client.ask("/atom.xml", **sent)
    assert got.status == status
    without_range = {name: value for name, value in sent.items() if name != "Range"}
    head = client.ask("/atom.xml", "HEAD", **without_range)
    assert head.status == (200 if status == 206 else status)


SIZE = len(ATOM)


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-499", 0, 500),
        ("bytes=500-", 500, SIZE),
        ("bytes=-500", SIZE - 500, SIZE),
        (f"bytes=-{SIZE * 2}", 0, SIZE),
        (f"bytes={SIZE - 1}-{SIZE * 9}", SIZE - 1, SIZE),
        ("BYTES=1-2", 1, 3),
        (f"bytes=7-8, {SIZE}-", 7, 9),
    ],
)
def test_a_part_is_sent(client: Client, asked: str, start: int, end: int) -> None:
    answer = client.ask("/atom.xml", Range=asked, Accept_Encoding="br, gzip")
    assert (answer.status, answer.body) == (206, ATOM[start:end])
    assert answer.fields["content-range"] == f"bytes {start}-{end - 1}/{SIZE}"
    assert "content-encoding" not in answer.fields


def test_several_parts_are_sent_as_one_message(client: Client) -> None:
    answer = client.ask("/atom.xml", Range="bytes=0-9, 100-199, -5")
    assert answer.status == 206
    kind = answer.fields["content-type"]
    message = email.message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + answer.body)
    parts = message.get_payload()
    assert isinstance(parts, list)
    found = [(part["Content-Range"], part.get_payload(decode=True)) for part in parts]  # type: ignore[index, union-attr]
    assert found == [
        (f"bytes 0-9/{SIZE}", ATOM[:10]),
        (f"bytes 100-199/{SIZE}", ATOM[100:200]),
        (f"bytes {SIZE - 5}-{SIZE - 1}/{SIZE}", ATOM[-5:]),
    ]


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", f"bytes={SIZE * 2}-{SIZE * 3}", "bytes=-0"])
def test_parts_that_are_not_there_are_refused(client: Client, asked: str) -> None:
    answer = client.ask("/atom.xml", Range=asked)
    assert answer.status == 416
    assert answer.fields["content-range"] == f"bytes */{SIZE}"


@pytest.mark.parametrize(
    "asked",
    [
        "lines=1-2", "bytes=", "bytes=a-b", "bytes=5-2", "bytes=-", "bytes", "bytes=1-2-3",
        "bytes=" + ",".join(["0-"] * 2), "bytes=" + ",".join(["1-2"] * 100), "bytes=" + "9" * 400,
    ],
)  # fmt: skip
def test_a_range_that_cannot_be_read_or_costs_too_much_gets_the_whole(
    client: Client, asked: str
) -> None:
    assert client.ask("/atom.xml", Range=asked).status == 200


def test_a_part_of_a_large_document_comes_from_the_disk(client: Client) -> None:
    answer = client.ask("/large.xml", Range="bytes=4000000-4700000")
    assert (answer.status, answer.body) == (206, LARGE[4_000_000:4_700_001])


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip", "gzip"),
        ("br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("br;q=0, *", "gzip"),
        ("identity;q=0.5, gzip;q=0.4", None),
        ("*;q=0", None),
        ("identity", None),
        ("", None),
        ("x-gzip", "gzip"),
        ("GZIP", "gzip"),
        ("gzip;q=0", None),
        ("deflate", None),
        ("rubbish;;;q=2,,gzip", "gzip"),
    ],
)
def test_the_coding_is_the_readers_choice(
    client: Client, accepted: str, coding: str | None
) -> None:
    answer = client.ask("/atom.xml", Accept_Encoding=accepted)
    assert answer.fields.get("content-encoding") == coding
    undo = {"gzip": gzip.decompress, "br": brotli.decompress, None: bytes}[coding]
    assert undo(answer.body) == ATOM
    assert "Accept-Encoding" in answer.fields["vary"]
    tags = {client.ask("/atom.xml", Accept_Encoding=each).fields["etag"] for each in ("", "br")}
    assert len(tags | {answer.fields["etag"]}) == (3 if coding == "gzip" else 2)


def test_the_file_beside_a_document_is_sent_if_it_has_the_same_content(
    client: Client, planet: Planet
) -> None:
    planet.write("public/beside.xml", ATOM)
    planet.write("public/beside.xml.gz", gzip.compress(ATOM, 1))
    planet.write("public/behind.xml", ATOM)
    planet.write("public/behind.xml.gz", gzip.compress(ATOM + b"an old one", 1))
    planet.write("public/behind.xml.br", b"no brotli at all")
    got = client.ask("/beside.xml", Accept_Encoding="gzip").body
    assert got == (planet.public / "beside.xml.gz").read_bytes()
    behind = client.ask("/behind.xml", Accept_Encoding="gzip")
    assert gzip.decompress(behind.body) == ATOM
    assert brotli.decompress(client.ask("/behind.xml", Accept_Encoding="br").body) == ATOM


def test_a_new_document_is_seen_at_once_and_an_old_one_is_forgotten(
    client: Client, planet: Planet
) -> None:
    path = planet.write("public/news.xml", "<rss>one</rss>")
    tags = set()
    for text in ("<rss>two</rss>", "<rss>six</rss>", "<rss>ten</rss>"):
        beside = planet.write("public/.news.xml.tmp", text)
        beside.replace(path)
        answer = client.ask("/news.xml")
        assert answer.body == text.encode()
        tags.add(answer.fields["etag"])
        assert "last-modified" not in answer.fields, "it may change again within this second"
        since = client.ask("/news.xml", If_Modified_Since=answer.fields["date"])
        assert since.status == 200
    assert len(tags) == 3
    wait_for(lambda: "last-modified" in client.ask("/news.xml").fields, "it is over")
    last = client.ask("/news.xml").fields
    assert parsedate_to_datetime(last["last-modified"]) <= parsedate_to_datetime(last["date"])
    path.unlink()
    assert client.ask("/news.xml").status == 404


def test_conditions_on_a_date_that_a_document_has_not_yet_are_none(
    client: Client, planet: Planet
) -> None:
    """RFC 9110, 13.1.3 to 13.1.5."""
    path = planet.write("public/undated.xml", "<rss>undated</rss>")
    changed = path.stat().st_mtime + 1_000  # its second is not over for a while
    os.utime(path, (changed, changed))
    own = formatdate(int(changed) + 1, usegmt=True)
    for date in (own, LONG_AGO, formatdate(changed + 9_000, usegmt=True)):
        assert client.ask("/undated.xml", If_Modified_Since=date).status == 200
        assert client.ask("/undated.xml", If_Unmodified_Since=date).status == 200
        assert client.ask("/undated.xml", Range="bytes=0-1", If_Range=date).status == 200
    etag = client.ask("/undated.xml").fields["etag"]
    assert client.ask("/undated.xml", If_None_Match=etag).status == 304
    assert client.ask("/undated.xml", Range="bytes=0-1", If_Range=etag).status == 206


def test_validators_survive_a_restart_and_codings_too(client: Client, planet: Planet) -> None:
    with serving(planet.root) as (other, service):
        for coding in ("", "br", "gzip"):
            first = client.ask("/atom.xml", Accept_Encoding=coding).fields
            second = other.ask("/atom.xml", Accept_Encoding=coding).fields
            assert first["etag"] == second["etag"]
            assert first["last-modified"] == second["last-modified"]
        assert service.stop() == 0


def test_other_methods_are_told_which_there_are(client: Client) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"):
        answer = client.ask("/atom.xml", method)
        assert answer.status == 405
        assert answer.fields["allow"] == "GET, HEAD, OPTIONS"
    for path in ("/atom.xml", "*", "/nowhere"):
        answer = client.ask(path, "OPTIONS", Origin="https://reader.example")
        assert (answer.status, answer.body) == (204, b"")
        assert answer.fields["allow"] == "GET, HEAD, OPTIONS"
        assert "If-None-Match" in answer.fields["access-control-allow-headers"]


def test_a_page_of_another_site_may_know_that_a_feed_is_not_there(client: Client) -> None:
    for path, fields in (("/nowhere.xml", {}), ("/atom.xml", {"If-Match": '"other"'})):
        answer = client.ask(path, Origin="https://reader.example", **fields)
        assert answer.status in (404, 412)
        assert answer.fields["access-control-allow-origin"] == "*"


def test_what_is_not_there_is_told_with_what_is(client: Client) -> None:
    text = client.ask("/nowhere")
    assert text.status == 404
    assert "/atom.xml" in text.body.decode()
    page = client.ask("/categories/none/atom.xml", Accept="text/html, */*;q=0.1")
    assert page.status == 404
    assert page.fields["content-type"] == "text/html; charset=utf-8"
    assert f'<a href="{target("categories/新媒体/atom.xml")}">' in page.body.decode()
    assert page.fields["cache-control"] == "no-store"


def test_a_folder_is_its_page_behind_a_slash(client: Client) -> None:
    answer = client.ask("/categories/python")
    assert (answer.status, answer.fields["location"]) == (301, "/categories/python/")
    for path in ("/categories/python/", "/categories/python/?page=1", "/?x", "http://other/"):
        assert client.ask(path).status == 200
    assert client.ask("/categories").status == 404
    assert client.ask("/categories/").status == 404


HIDDEN = [
    "/.secret.tmp", "/../config.toml", "/..%2fconfig.toml", "/%2e%2e/config.toml",
    "/categories/../../config.toml", "/categories/%2e%2e/%2e%2e/config.toml",
    "/categories/..%5c..%5cconfig.toml", "/%252e%252e/config.toml", "//etc/passwd",
    "/categories//python/atom.xml", "/atom.xml/", "/atom.xml%00.html", "/atom.xml%0a",
    "/%c0%ae%c0%ae/config.toml", "/%ff", "/%zz", "/..;/config.toml", "/./atom.xml",
    "/categories/python/.", "/link-out.xml", "/folder-out/config.toml", "/pipe",
    "/unreadable/x", "/\\..\\config.toml", "/....//config.toml", "file:///etc/passwd",
    "/" + "a" * 300, "/" + "a/" * 2_000, "/atom.xml%20", "/%2e/atom.xml", "/%2Fetc%2Fpasswd",
]  # fmt: skip


@pytest.mark.parametrize("path", HIDDEN)
def test_nothing_outside_of_the_folder_and_nothing_hidden_is_there(
    client: Client, planet: Planet, path: str
) -> None:
    if not (planet.public / "link-out.xml").is_symlink():
        planet.write("public/.secret.tmp", "secret [site]")
        (planet.public / "link-out.xml").symlink_to("../config.toml")
        (planet.public / "folder-out").symlink_to("..")
        os.mkfifo(planet.public / "pipe")
    for method in ("GET", "HEAD"):
        request = f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        answer = client.say(request.encode("latin-1"))
        assert answer.split(b" ")[1] in (b"404", b"400"), answer
        assert b"[site]" not in answer
        assert b"root:" not in answer


def test_a_link_within_the_folder_is_followed(client: Client, planet: Planet) -> None:
    (planet.public / "latest.xml").symlink_to("atom.xml")
    assert client.ask("/latest.xml").body == ATOM


def test_a_category_that_is_gone_is_said_to_be(tmp_path: Path) -> None:
    feed = '[[feeds]]\nurl = "a.xml"\n'
    planet = Planet(
        tmp_path, f'{feed}[publish]\ncategories = "all"\nmin_entries = 1\n[categories.X]\n'
    )
    planet.write("a.xml", rss("jazz", "one"))
    planet.cycle()
    folder = next(path.name for path in planet.public.glob("categories/tag*"))
    planet.configure(f"{feed}[categories.X]\n")
    planet.cycle()
    (planet.public / "categories/x/atom.xml").unlink()
    with serving(tmp_path) as (client, _):
        gone = client.ask(f"/categories/{folder}/atom.xml", Origin="https://reader.example")
        assert (gone.status, gone.fields["access-control-allow-origin"]) == (410, "*")
        assert client.ask(f"/categories/{folder}/").status == 410
        assert client.ask(f"/categories/{folder}").status == 410
        assert client.ask("/categories/x/atom.xml").status == 404, "it is only missing"
        assert client.ask("/categories/never/atom.xml").status == 404
