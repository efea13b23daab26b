"""The report on how far feedkit and feedparser agree, on documents written for it."""

import subprocess
import sys
from pathlib import Path

import agreement
import pytest
from disagreements import RULES, Kind, Rule
from documents import folder_to_read, made_up, read_documents
from oracle import Oracle

BENCH = Path(__file__).parents[2] / "bench"
GUID = '<guid isPermaLink="false">urn:x:1</guid>'
DATE = "<pubDate>Tue, 18 May 2021 11:30:00 GMT</pubDate>"


NAMESPACES = (
    'xmlns:a="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
)


def rss(*items: str) -> bytes:
    inside = "".join(f"<item>{item}</item>" for item in items)
    channel = f"<channel><title>T</title>{inside}</channel>"
    return f'<rss version="2.0" {NAMESPACES}>{channel}</rss>'.encode()


def escaped(html: str) -> str:
    return f"<description><![CDATA[{html}]]></description>"


PLAIN = (
    "<title>A &amp;amp; B</title><link>https://x.example/1</link><guid>https://x.example/1</guid>"
    f"<category>C++</category>{DATE}{escaped('<p onclick=x()>One <b>two</b></p><p>three</p>')}"
)
UNKNOWN_DATE = f"{GUID}{DATE.replace('May', 'mai')}"
"""feedkit reads French; feedparser does not, and no rule says so."""

# The item, then the field and the words of the rule that explain the one difference.
EXPLAINED = [
    (
        f"<link>https://x.example/1?utm_source=feed&amp;p=2</link>{GUID}",
        "link",
        "tracking parameters",
    ),
    ("<guid>posts/one</guid><link>https://x.example/1</link>", "id", "relative guid"),
    (f"{GUID}<pubDate>0001-01-01T00:00:00Z</pubDate>", "published", "year 1"),
    (
        f"{GUID}<category>Big Data</category><category>big-data</category>",
        "categories",
        "spellings of one category",
    ),
    (
        f"{GUID}<category>Food &amp;amp; Drink</category>",
        "categories",
        "escaped twice",
    ),
    (
        f"{GUID}{escaped('Text')}<content:encoded>Long text</content:encoded>"
        "<media:content url='https://x.example/a.png' type='image/png'>"
        "<media:description>A caption</media:description></media:content>",
        "summary",
        "caption of a picture",
    ),
    (
        f"{GUID}{escaped('Text')}<content:encoded>Text</content:encoded>",
        "summary",
        "repeats the content",
    ),
    (
        GUID
        + escaped(
            "<p>So <span class='katex'><span class='katex-mathml'><math><mi>x</mi></math></span>"
            "<span class='katex-html'>x</span></span></p>"
        ),
        "content",
        "KaTeX",
    ),
    (
        f"{GUID}{escaped('<p>A<svg><text>label</text></svg></p>')}",
        "content",
        "SVG",
    ),
]


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(BENCH / "agreement.py"), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_where_both_read_the_same_the_report_says_so(tmp_path: Path) -> None:
    (tmp_path / "plain.xml").write_bytes(rss(PLAIN))
    done = run(tmp_path)
    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert lines[0].startswith("1 documents, 1 entries: feedkit and feedparser 6.")
    names = [each.name for each in agreement.FIELDS]
    for name, line in zip(names, lines[2 : 2 + len(names)], strict=True):
        assert line.split() == [name, *["1", "100.00%"] * 3]
    assert lines[2 + len(names) :] == [
        "read twice: equal models; in a process with another PYTHONHASHSEED: equal models"
    ]


def test_a_difference_is_told_in_one_line_with_its_documents(tmp_path: Path) -> None:
    tracked = EXPLAINED[0][0]
    (tmp_path / "one.xml").write_bytes(rss(PLAIN, tracked, tracked.replace("1", "2")))
    (tmp_path / "two.xml").write_bytes(rss(tracked))
    done = run(tmp_path)
    assert done.returncode == 0
    assert (
        "link: 3, feedkit normalizes: tracking parameters are taken out of links "
        "(one.xml 2, two.xml 1)\n"
    ) in done.stdout
    line = next(line for line in done.stdout.splitlines() if line.startswith("link "))
    assert line.split() == ["link", "1", "25.00%", "4", "100.00%", "4", "100.00%"]


def test_a_difference_that_no_rule_explains_is_shown_and_fails(tmp_path: Path) -> None:
    (tmp_path / "french.xml").write_bytes(rss(PLAIN, UNKNOWN_DATE))
    done = run(tmp_path)
    assert done.returncode == 1
    assert (
        "UNEXPLAINED published of entry 2 of french.xml: feedparser None, "
        "feedkit datetime.datetime(2021, 5, 18, 11, 30"
    ) in done.stdout


@pytest.mark.parametrize(("item", "field", "why"), EXPLAINED)
def test_a_rule_explains_what_it_is_about(item: str, field: str, why: str) -> None:
    found = agreement.compare({"a.xml": rss(item)})
    (difference,) = [each for each in found.differences if each.field == field]
    assert difference.rules is not None
    (rule,) = difference.rules
    assert why in rule.why
    assert found.unexplained == []
    assert found.agreeing(field) == 0
    assert found.agreeing(field, Kind) == 1


def test_a_rule_does_not_explain_what_stands_beside_it() -> None:
    categories = next(each for each in agreement.FIELDS if each.name == "categories")
    (reading,) = Oracle(rss(f"{GUID}<category>Food &amp;amp; Drink</category>")).entries
    assert agreement.explanation(categories, reading, ("Food & Drink",)) is not None
    assert agreement.explanation(categories, reading, ("Food & Drink", "Wine")) is None
    assert agreement.explanation(categories, reading, ("Food",)) is None


def test_two_rules_together_explain_what_neither_does() -> None:
    item = f"{GUID}<category>R&amp;amp;D</category><category>r&amp;amp;d</category>"
    (difference,) = agreement.compare({"a.xml": rss(item)}).differences
    assert difference.rules is not None
    assert {rule.kind for rule in difference.rules} == {Kind.NORMALIZED, Kind.MISREAD}


def test_an_entry_that_only_one_of_them_has_is_unexplained() -> None:
    json = b'{"version":"https://jsonfeed.org/version/1.1","title":"T","items":[{"id":"1"}]}'
    found = agreement.compare({"feed.json": json})
    assert {each.theirs for each in found.unexplained} == {agreement.ABSENT}
    assert found.agreeing("title", Kind) == 0
    assert not agreement.is_enough(found)


def test_versions_of_one_entry_are_compared_with_the_newest() -> None:
    link = f"{GUID}<link>https://x.example/1</link>"
    older = f"{link}<a:updated>2021-05-01T00:00:00Z</a:updated>{escaped('old')}"
    newer = f"{link}<a:updated>2021-05-02T00:00:00Z</a:updated>{escaped('new')}"
    found = agreement.compare({"a.xml": rss(older, PLAIN, newer)})
    assert (found.entries, found.merged, found.differences) == (2, 1, [])


def test_entries_that_share_an_id_by_mistake_are_paired() -> None:
    one, two = (f"{GUID}<title>{name}</title>{escaped(name)}" for name in ("One", "Two"))
    found = agreement.compare({"a.xml": rss(one, two), "b.xml": rss(one, two, one)})
    assert (found.entries, found.merged, found.unexplained) == (4, 1, [])
    assert {each.field for each in found.differences} == {"id"}


@pytest.mark.parametrize(
    ("kind", "is_enough"), [(Kind.NORMALIZED, True), (Kind.MISREAD, False), (Kind.LOST, False)]
)
def test_only_what_is_to_be_normalized_is_set_aside(kind: Kind, is_enough: bool) -> None:
    rule = Rule(kind, ("content",), "because", lambda reading: reading)
    found = agreement.Comparison(documents=1, entries=199)
    found.differences = [agreement.Difference("a", "entry 1", "content", "", "x", (rule,))]
    assert (found.agreeing("content"), found.unexplained) == (198, [])
    assert agreement.is_enough(found) is is_enough


def test_made_up_documents_are_read_alike() -> None:
    found = agreement.compare(made_up(4))
    assert (found.documents, found.entries, found.differences) == (4, 80, [])


def test_rules_are_told_apart_by_what_they_say() -> None:
    assert len({rule.why for rule in RULES}) == len(RULES)


def test_the_corpus_beside_the_repository_is_read_where_there_is_one(tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_bytes(rss(PLAIN))
    chosen = tmp_path / "chosen"
    assert folder_to_read(chosen, tmp_path) == chosen
    assert folder_to_read(None, tmp_path) == tmp_path
    assert folder_to_read(None, tmp_path / "none") is None
    assert read_documents(tmp_path) == {"feed.xml": rss(PLAIN)}
    assert len(read_documents(None)) == 40


def test_a_model_that_differs_changes_the_fingerprint() -> None:
    one, two = {"a": rss(PLAIN)}, {"a": rss(PLAIN.replace("One", "Other"))}
    assert agreement.fingerprint(one) == agreement.fingerprint(dict(one))
    assert agreement.fingerprint(one) != agreement.fingerprint(two)
    assert agreement.is_the_same_twice(one)
