"""New entries alone, for readers that ask for them (RFC 3229): of a planet that publishes."""

from pathlib import Path

import pytest
from lxml import etree
from planet import ARTICLES, Planet, is_well_formed, titles
from server import Answered, Client, serving

from feedkit.serve.entries import pieces_of, without
from feedkit.serve.versions import wants_delta

CDATA = (
    b'<?xml version="1.0"?><!-- <entry> --><a:feed xmlns:a="http://www.w3.org/2005/Atom">'
    b"<a:entry><a:id>1</a:id><a:content><![CDATA[</a:entry><a:entry>]]></a:content></a:entry> "
    b'<a:entry a="&gt;>"><a:id>2</a:id><a:source><a:feed><a:entry/></a:feed></a:source></a:entry>'
    b"<a:entry/></a:feed>"
)


@pytest.fixture(name="planet")
def planet_fixture(tmp_path: Path) -> Planet:
    planet = Planet(tmp_path, ARTICLES)
    for number in range(1, 6):
        planet.article(f"{number}.md", f"Text {number}.", date=f"2024-01-0{number}")
    planet.cycle()
    return planet


def asked(client: Client, path: str, tag: str, coding: str = "", method: str = "GET") -> Answered:
    return client.ask(path, method, A_IM="feed", If_None_Match=tag, Accept_Encoding=coding)


@pytest.mark.parametrize("coding", ["", "br"])
@pytest.mark.parametrize("path", ["/atom.xml", "/rss.xml"])
def test_a_reader_gets_the_entries_that_it_has_not(planet: Planet, path: str, coding: str) -> None:
    with serving(planet.root) as (client, _):
        first = client.ask(path, A_IM="feed", Accept_Encoding=coding)
        assert first.status == 200, "who has nothing gets everything"
        assert first.fields["vary"] == "Accept, Accept-Encoding, A-IM"
        tag = first.fields["etag"]
        assert asked(client, path, tag, coding).status == 304
        planet.article("6.md", "Text 6.", date="2024-01-06")
        planet.article("2.md", "Another text.", date="2024-01-02")
        planet.cycle()
        delta = asked(client, path, tag, coding)
        assert delta.status == 226
        assert delta.fields["im"] == "feed"
        assert delta.fields["cache-control"] == "no-store, im"
        assert titles(delta.body) == ["6", "2"]
        assert is_well_formed(delta.body)
        whole = client.ask(path, Accept_Encoding=coding)
        assert delta.fields["etag"] == whole.fields["etag"]
        assert asked(client, path, delta.fields["etag"], coding).status == 304
        weak = f'"x", W/{tag}'
        assert asked(client, path, weak, coding).body == delta.body, "as a proxy hands it on"
        head = asked(client, path, tag, coding, "HEAD")
        moments = {"date": "", "last-modified": ""}
        assert {**head.fields, **moments} == {**delta.fields, **moments}
        assert (head.status, head.body) == (226, b"")
        plain = client.ask(path, If_None_Match=tag, Accept_Encoding=coding)
        assert plain.status == 200, "who does not ask for it gets everything"
        part = client.ask(path, A_IM="feed", If_None_Match=tag, Range="bytes=0-9")
        assert part.status == 206
        other = asked(client, path, '"0123456789abcdef0123"', coding)
        assert other.status == 200, "of a version that is not known"


def test_versions_are_known_after_a_restart(planet: Planet) -> None:
    tags = []
    for number in range(6, 8):
        with serving(planet.root) as (client, service):
            tags.append(client.ask("/atom.xml").fields["etag"])
            assert service.stop() == 0
        planet.article(f"{number}.md", date=f"2024-01-0{number}")
        planet.cycle()
    with serving(planet.root) as (client, _):
        found = [titles(asked(client, "/atom.xml", tag).body) for tag in tags]
    assert found == [["7", "6"], ["7"]]


def test_a_file_of_versions_that_is_damaged_costs_only_deltas(planet: Planet) -> None:
    planet.write("feedkit.db.served", b"\x81nonsense")
    with serving(planet.root) as (client, service):
        assert client.ask("/atom.xml").status == 200
        assert service.stop() == 0


def test_feedkit_reads_feedkit_by_deltas(planet: Planet, tmp_path: Path) -> None:
    with serving(planet.root) as (client, service):
        reader = Planet(
            tmp_path / "reader",
            "[fetch]\nallow_private_hosts = true\n"
            f'[[feeds]]\nurl = "http://127.0.0.1:{client.port}/atom.xml"\n',
        )
        reader.cycle()
        assert reader.titles() == ["5", "4", "3", "2", "1"]
        reader.cycle()
        planet.article("6.md", date="2024-01-06")
        planet.cycle()
        reader.cycle()
        assert reader.titles() == ["6", "5", "4", "3", "2", "1"]
        metrics = client.ask("/metrics").body.decode()
        for status in ("200", "226", "304"):
            assert f'feedkit_serve_requests_total{{status="{status}"}} 1.0' in metrics
        assert service.stop() == 0


def test_entries_are_found_as_a_parser_finds_them() -> None:
    pieces = pieces_of(CDATA)
    assert [CDATA[piece.start : piece.end][:9] for piece in pieces] == [
        b"<a:entry>", b"<a:entry ", b"<a:entry/",
    ]  # fmt: skip
    for piece in pieces:
        less = without(CDATA, pieces, {piece.mark})
        assert len(etree.fromstring(less)) == 2
    assert len(etree.fromstring(without(CDATA, pieces, {each.mark for each in pieces}))) == 0
    assert pieces_of(b"<feed><entry>") == ()
    assert pieces_of(b"") == ()
    assert pieces_of("<feed><entry>é</entry>".encode("latin-1") + b"</feed>") == ()


@pytest.mark.parametrize(
    ("field", "wants"),
    [
        ("feed", True), ("vcdiff, feed", True), ("FEED;q=0.5", True), ("feed;q=0", False),
        ("vcdiff", False), ("", False), (None, False), ("feeds", False),
    ],
)  # fmt: skip
def test_what_is_asked_for_is_read_as_a_list(field: str | None, wants: bool) -> None:
    assert wants_delta(field) is wants
