"""The second look: which way a document was read, and on which lines its flaws are."""

import pytest

from feedkit.parse import parse_feed
from feedkit.parse.examine import Examined, examine

ITEM = "<item><title>a</title><guid>1</guid></item>"


def look(text: str | bytes, content_type: str | None = None) -> Examined:
    data = text.encode() if isinstance(text, str) else text
    return examine(data, parse_feed(data, content_type=content_type), content_type)


def flaws(examined: Examined) -> list[tuple[str, int | None]]:
    return [(flaw.code, flaw.line) for flaw in examined.flaws]


@pytest.mark.parametrize(
    "before",
    [
        "",
        "\n\n",
        "<?xml version='1.0'?>\n<!-- a\nb -->\n",
        "\n\n<!-- a\nb -->\n",
        "\n\n<!-- a\nb -->\n<!DOCTYPE rss [\n<!ENTITY x 'y'>\n]>\n",
        "<!DOCTYPE rss [\n<!ENTITY x 'y'>\n]>\n",
        "junk\n\n<?xml version='1.0'?>\n",
        "<!DOCTYPE rss [\n<!ENTITY x 'y'>\n]>\n<!-- & -->",
    ],
)
@pytest.mark.parametrize("broken", [False, True])
def test_lines_are_the_documents_own_whatever_stands_before_the_root(
    before: str, broken: bool
) -> None:
    wrong = "<title>a & b</title>" if broken else "<title>c</title>"
    text = f"{before}<rss version='2.0'><channel>\n{wrong}\n\n{ITEM}\n{ITEM}</channel></rss>"
    examined = look(text)
    first = before.count("\n") + 1
    assert examined.lines == (first + 3, first + 4)
    assert examined.path == "lxml"
    assert (("not-well-formed", first + 1) in flaws(examined)) is broken


def test_a_well_formed_feed_has_no_flaw() -> None:
    examined = look(f"<rss version='2.0'><channel><title>t</title>{ITEM}</channel></rss>")
    assert (examined.path, examined.encoding, examined.flaws) == ("lxml", "utf-8", ())


@pytest.mark.parametrize(
    ("element", "said"),
    [
        ("<pubDate>yesterday</pubDate>", "<pubDate>"),
        ("<dc:date xmlns:dc='http://purl.org/dc/elements/1.1/'>soon</dc:date>", "<dc:date>"),
        (
            "<a:updated xmlns:a='http://www.w3.org/2005/Atom'>2021-02-31</a:updated>",
            "<a:updated>",
        ),
    ],
)
def test_a_date_that_is_none_is_found_in_its_entry(element: str, said: str) -> None:
    text = f"<rss version='2.0'><channel>{ITEM}<item><title>b</title>\n{element}</item>"
    (flaw,) = look(text + "</channel></rss>").flaws
    assert (flaw.code, flaw.line, flaw.entry) == ("bad-date", 2, 1)
    assert flaw.text.startswith(f"has a {said} that is no date: ")


def test_a_date_of_the_feed_belongs_to_no_entry() -> None:
    text = f"<rss version='2.0'><channel>\n<lastBuildDate>x</lastBuildDate>{ITEM}</channel></rss>"
    (flaw,) = look(text).flaws
    assert (flaw.code, flaw.line, flaw.entry) == ("bad-date", 2, None)


def test_dates_of_a_json_feed_are_looked_at_too() -> None:
    examined = look(
        '{"version":"https://jsonfeed.org/version/1.1","title":"t","items":'
        '[null,{"id":"1","date_published":"2021-05-18"},{"id":"2","date_modified":"never"}]}'
    )
    assert examined.path == "json"
    assert [(f.code, f.entry, f.text) for f in examined.flaws] == [
        ("bad-date", 1, "has a date_modified that is no date: never")
    ]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (b"<rss><channel>\n<title>caf\xe9 \xfc\xdf</title></channel></rss>", "encoding", 2),
        (
            b"<?xml version='1.0' encoding='iso-8859-1'?>\n"
            b"<rss><channel><title>\xe9\x9b\x85</title></channel></rss>",
            "encoding",
            None,
        ),
        (b"\nmoved\n<?xml version='1.0'?><rss><channel/></rss>", "text-before", 2),
        (b"<rss><channel/>\n</rss>\n\n<script/>", "text-after", 4),
        (b"<rss><channel>\n<title>a\x08b</title></channel></rss>", "control-characters", 2),
        (b"<rss><channel>\n<title>a&#x1B;b</title></channel></rss>", "control-characters", 2),
        (
            b"<rss><channel><title><![CDATA[&eacute;]]></title>\n<link>a&eacute;</link></channel>"
            b"</rss>",
            "html-names",
            2,
        ),
    ],
)
def test_what_was_mended_is_told_with_its_line(text: bytes, code: str, line: int | None) -> None:
    assert (code, line) in flaws(look(text))


def test_one_mistake_is_not_told_as_many() -> None:
    lines = "\n".join("<description>a & b</description>" for _ in range(50))
    found = flaws(look(f"<rss><channel><title>t</title>{lines}</channel></rss>"))
    assert [line for _, line in found] == [1, 2, 3, 4, 5, None]


def test_references_to_nothing_are_no_elements() -> None:
    examined = look(f"<rss><channel><title>&foo;</title>&bar;{ITEM}&baz;</channel></rss>")
    assert examined.lines == (1,)


def test_misplaced_entries_are_said() -> None:
    data = b"<rss version='2.0'><channel><list><item><title>A</title></item></list></channel></rss>"
    examined = look(data)
    assert examined.path == "feedparser"
    assert flaws(examined) == [("misplaced-entries", None)]
