"""Pages by their source: valid whatever entries hold, and of a theme where there is one."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from html5lib import HTMLParser
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.html import HtmlElement, document_fromstring
from planet_pages import DAY, FORMATS, HOSTILE, NORMAL, SITE, category, index, stored

from feedkit.config import Site
from feedkit.errors import PublishError
from feedkit.model import Enclosure, Extra, Origin, Person
from feedkit.normalize.text import one_line, opening, strip_forbidden
from feedkit.publish.jobs import ROOT, StoredEntry
from feedkit.publish.pages import assets, render_item, theme_fingerprint


def item(**fields: object) -> str:
    """One entry on the page of everything."""
    return render_item(stored(**fields), None).decode().replace(ROOT, "")  # type: ignore[arg-type]


def values(element: HtmlElement, path: str) -> list[str]:
    """The attributes or texts at an XPath."""
    return list(map(str, element.xpath(path)))


def check(page: str) -> None:
    """Raises html5lib's ParseError for what is not HTML to the letter."""
    HTMLParser(strict=True).parse(page)


@pytest.mark.parametrize("entries", [NORMAL, HOSTILE, ()], ids=["normal", "hostile", "none"])
def test_every_page_is_html_to_the_letter(entries: tuple[StoredEntry, ...]) -> None:
    check(index(entries))
    check(index(entries, more=50))
    check(index(entries, sources=(), site=Site(url="https://example.org/", title="\x7f&<")))
    check(category("日本語", entries))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(), min_size=6, max_size=6))
def test_no_text_breaks_a_page(texts: list[str]) -> None:
    title, summary, name, label, path, tag = map(strip_forbidden, texts)
    entry = stored(
        one_line(title),
        "https://example.org/" + path,
        summary=summary,
        authors=(Person(name=name),),
        categories=(label, "Reading"),
        origin=Origin(tag, tag, "http://example.org/" + tag),
        image="https://example.org/" + path,
    )
    page = category("Reading", (entry,))
    check(page)
    assert "\x00" not in page


def test_nothing_of_a_feed_is_an_element_or_an_address_that_runs() -> None:
    page = document_fromstring(index(HOSTILE).encode())
    assert not page.xpath("//script | //font | //h1[@style] | //*[@style] | //article//h1")
    addresses = values(page, "//@href | //@src")
    assert {urlsplit(url).scheme for url in addresses} == {"", "https"}


def test_an_entry_shows_what_is_known_of_it() -> None:
    shown = item(
        title="On reading",
        summary="<p>What to <b>read</b>,</p><p>and when &amp; how.</p>",
        language="de-AT",
        image="https://images.example.org/1.png",
        authors=(Person(name="Ada"), Person(name="Grace")),
        categories=("reading", "Reading", "other"),
    )
    assert '<a href="https://example.org/1"><bdi>On reading</bdi></a>' in shown
    assert '<h3 class="title" lang="de-AT">' in shown
    assert 'lang="de-AT" dir="auto">What to read, and when &amp; how.</p>' in shown
    assert '<a class="source" href="https://weblog.example.org/"><bdi>A weblog</bdi></a>' in shown
    assert "<bdi>Ada</bdi>" in shown
    assert "<bdi>Grace</bdi>" in shown
    assert '<time datetime="2021-05-18T08:30:00+00:00"><bdi>18 May 2021</bdi></time>' in shown
    assert shown.count('<a href="categories/reading/index.html"><bdi>reading</bdi></a>') == 1
    assert "<span><bdi>other</bdi></span>" in shown
    assert (
        '<img class="thumbnail" src="https://images.example.org/1.png" alt="" width="320" '
        'height="240" loading="lazy" decoding="async" referrerpolicy="no-referrer">' in shown
    )


def test_an_entry_is_the_same_in_every_page_but_for_the_way_to_the_root() -> None:
    entry = NORMAL[0]
    own = render_item(entry, None).decode()
    assert own.replace(ROOT, "") in index(NORMAL)
    assert own.replace(ROOT, "../../") in category("Reading", NORMAL)


def test_a_note_is_its_first_words_once() -> None:
    shown = item(title="", content="<p>Good morning.</p>")
    assert shown.count("Good morning.") == 1
    assert "note" in shown


def test_a_summary_that_repeats_the_title_is_not_shown() -> None:
    assert item(title="Good morning.", summary="<p>Good morning.</p>").count("Good morning.") == 1


def test_an_episode_can_be_listened_to() -> None:
    episode = Enclosure("https://example.org/1.mp3", "audio/mpeg")
    for seconds, words in (3725, "1 h 2 min"), (59, "1 min"), (3600, "1 h 0 min"), (180, "3 min"):
        shown = item(enclosures=(episode,), extra=Extra(duration=seconds))
        assert f'Listen <span class="quiet">{words}</span>' in shown
    assert "Watch<" in item(enclosures=(Enclosure("https://example.org/1", "video/mp4"),))
    assert "Listen" not in item(enclosures=(Enclosure("https://example.org/1.pdf", "a/pdf"),))


def test_an_author_named_like_the_source_is_named_once() -> None:
    assert item(authors=(Person(name="A weblog"),)).count("A weblog") == 1
    assert "The editors" not in item()
    assert "The editors" in item(origin=None)


@pytest.mark.parametrize(
    ("title", "language", "direction"),
    [
        ("Hello", None, "ltr"),
        ("شهر", "en", "rtl"),
        ("RSS بالعربية", "ar", "rtl"),
        ("Uzbek", "uz-Arab", "rtl"),
        ("Azərbaycan", "az-Latn", "ltr"),
        ("«שלום»", None, "rtl"),
        ("日本語", None, "ltr"),
    ],
)
def test_an_entry_runs_in_its_own_direction(title: str, language: str, direction: str) -> None:
    assert f'dir="{direction}">' in item(title=title, language=language).splitlines()[0]


def test_a_title_without_letters_runs_as_the_page_does() -> None:
    assert item(title="2021").startswith('<article class="entry">')


def test_a_page_names_its_feeds_and_the_way_home() -> None:
    page = document_fromstring(category("日本語", NORMAL).encode())
    alternates = page.xpath("//link[@rel='alternate']")
    assert [(link.get("type"), link.get("href")) for link in alternates] == [
        ("application/atom+xml", "atom.xml"),
        ("application/rss+xml", "rss.xml"),
        ("application/feed+json", "feed.json"),
    ]
    assert values(page, "//ul[@class='subscribe']//@href") == ["atom.xml", "rss.xml", "feed.json"]
    assert values(page, "//link[@rel='canonical']/@href") == [
        SITE.url + "categories/%E6%97%A5%E6%9C%AC%E8%AA%9E/"
    ]
    assert values(page, "//nav/a/@href") == ["../../index.html"]
    assert values(page, "//link[@rel='stylesheet']/@href") == ["../../style.css"]
    assert values(page, "//h1/text()") == ["日本語"]
    assert values(page, "//title/text()") == ["日本語 – My <planet>"]


def test_the_index_lists_categories_and_sources_with_their_health() -> None:
    page = document_fromstring(index(NORMAL).encode())
    topic = page.xpath("//ul[@class='topics']/li")[1]
    folder = "categories/%E6%97%A5%E6%9C%AC%E8%AA%9E/"
    names = ["index.html", "atom.xml", "rss.xml", "feed.json"]
    assert values(topic, ".//@href") == [folder + name for name in names]
    assert len(FORMATS) == 3
    assert "feeds.opml" in values(page, "//ul[@class='subscribe']//@href")
    states = [" ".join(state.text_content().split()) for state in page.xpath("//*[@class='state']")]
    assert states[:4] == [
        "Newest: 18 May 2021",
        "No entries yet",
        "Failing since 11 May 2021",
        "Has never answered",
    ]
    titles = [title.text_content() for title in page.xpath("//aside//*[@class='source']")]
    assert titles[4] == "unnamed.example.org"


def test_the_page_is_in_the_language_of_the_site() -> None:
    arabic = Site(url="https://example.org/", title="كوكب", language="ar")
    assert '<html lang="ar" dir="rtl">' in index(NORMAL, site=arabic)
    assert '<html lang="en" dir="ltr">' in category("Reading", NORMAL)


def test_a_page_is_the_same_bytes_each_time() -> None:
    assert index(NORMAL) == index(NORMAL)


def test_an_opening_is_text_alone_and_as_long_as_asked() -> None:
    html = "<h2>One</h2><p>two <b>th</b>ree&nbsp;&lt;four&gt;<br/>five</p>"
    assert opening(html, 99) == "One two three <four> five"
    assert opening(html, 9) == "One two…"
    assert opening('<img alt="nothing"/>', 9) == ""
    assert opening("<p>" + "word " * 9000, 20) == "word word word word…"
    assert opening("cut <of", 20) == "cut"


# Themes


def test_a_theme_replaces_one_template_and_leaves_the_others(tmp_path: Path) -> None:
    (tmp_path / "item.html").write_text("<h3>{{ title }}, {{ day(published) }}</h3>\n")
    page = index(NORMAL[:1], theme=tmp_path)
    assert "<h3>On reading &amp; feeds, 18 May 2021</h3>" in page
    assert '<h2 class="hidden">Newest entries</h2>' in page
    assert "thumbnail" not in page


def test_a_theme_extends_a_template_that_it_replaces(tmp_path: Path) -> None:
    (tmp_path / "base.html").write_text(
        '{% extends "feedkit/base.html" %}\n{% block footer %}<p>Write to us.</p>{% endblock %}\n'
    )
    for page in index(NORMAL, theme=tmp_path), category("Reading", NORMAL, theme=tmp_path):
        assert "<p>Write to us.</p>" in page
        assert "published with feedkit" not in page
        assert "On reading" in page


def test_a_theme_says_dates_in_its_own_words(tmp_path: Path) -> None:
    index(NORMAL, theme=tmp_path)
    (tmp_path / "words.html").write_text(
        "{% macro day(date) %}{{ date.strftime('%d.%m.%Y') }}{% endmacro %}\n"
        "{% macro duration(seconds) %}{{ seconds }} s{% endmacro %}\n"
        "{% set formats = {'atom': 'ATOM', 'rss': 'RSS', 'json': 'JSON'} %}\n"
        "{% set short_formats = formats %}\n"
    )
    page = index(NORMAL, theme=tmp_path)
    assert "18.05.2021" in page
    assert "3725 s" in page
    assert 'title="My &lt;planet&gt; (ATOM)"' in page
    assert "May" not in page


def test_a_change_of_a_theme_is_seen_at_once(tmp_path: Path) -> None:
    fingerprints = {theme_fingerprint(None), theme_fingerprint(tmp_path)}
    assert "On reading" in index(NORMAL, theme=tmp_path)
    for name, text, seen in [
        ("item.html", "<p>first</p>", "first"),
        ("item.html", "<p>second</p>", "second"),
        ("part.html", "<p>third</p>", "second"),
        ("item.html", "{% include 'part.html' %}", "third"),
        ("style.css", "body {}", "third"),
        ("style.css", "main {}", "third"),
    ]:
        (tmp_path / name).write_text(text)
        assert seen in index(NORMAL, theme=tmp_path)
        fingerprints.add(theme_fingerprint(tmp_path))
    assert len(fingerprints) == 8
    assert theme_fingerprint(tmp_path) in fingerprints


def test_a_themes_files_are_published_but_never_in_a_documents_place(tmp_path: Path) -> None:
    own = assets(None)
    assert own.keys() == {"style.css", "feed.css", "icon.svg"}
    (tmp_path / "fonts").mkdir()
    for name in (
        "style.css", "fonts/a.woff2", "base.html", "atom.xml", "FEED.JSON", "feeds.opml",
        "style.css.gz", ".git", "fonts/.DS_Store",
    ):  # fmt: skip
        (tmp_path / name).write_bytes(name.encode())
    assert assets(tmp_path) == own | {"style.css": b"style.css", "fonts/a.woff2": b"fonts/a.woff2"}


@pytest.mark.parametrize(
    ("template", "line", "what"),
    [
        ("<p>\n{% if title %}", 2, "Unexpected end of template"),
        ("<p>\n\n{{ tilte }}", 3, "'tilte' is undefined"),
        ("{{ title.nothing }}", 1, "has no attribute 'nothing'"),
        ("\n{{ title / 2 }}", 2, "unsupported operand type(s)"),
        ("\n{% include 'gone.html' %}", 2, "there is no template 'gone.html'"),
        ("\n{{ 1 // 0 }}", 2, "by zero"),
        ("\n{{ title | shout }}", 2, "No filter named 'shout'"),
    ],
)
def test_a_broken_template_is_a_sentence(
    tmp_path: Path, template: str, line: int, what: str
) -> None:
    path = tmp_path / "item.html"
    path.write_text(template)
    with pytest.raises(PublishError) as raised:
        render_item(stored(), tmp_path)
    sentence = str(raised.value)
    assert sentence.startswith(f"{path}, line {line}: the template fails: ")
    assert what in sentence
    assert sentence.endswith("; correct it, or remove it to have feedkit's own (docs/pages.md)")
    assert "\n" not in sentence


def test_a_page_without_room_for_entries_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "category.html"
    path.write_text("<!doctype html><title>Nothing</title>")
    with pytest.raises(
        PublishError, match=r"has \{\{ entries \}\} 0 times; write it once"
    ) as raised:
        category("Reading", NORMAL, theme=tmp_path)
    assert str(raised.value).startswith(f"{path}: ")
    assert index(NORMAL, theme=tmp_path)


def test_a_template_in_another_encoding_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "item.html").write_bytes("<p>Grüße</p>".encode("latin-1"))
    with pytest.raises(PublishError, match=r"item\.html: the template fails: .*utf-8"):
        render_item(stored(), tmp_path)


def test_a_theme_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    words = f"{gone}: is no folder; let publish.theme name one with templates"
    for call in (
        lambda: render_item(stored(at=DAY), gone),
        lambda: index((), theme=gone),
        lambda: assets(gone),
        lambda: theme_fingerprint(gone),
    ):
        with pytest.raises(PublishError) as raised:
            call()
        assert str(raised.value) == words
