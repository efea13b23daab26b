"""Articles as Hexo, Jekyll and Hugo write them, and what is wrong with those that are not."""

import codecs
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from feedkit.errors import ParseError
from feedkit.model import Entry, Person
from feedkit.parse.article import Article, read_article, with_body


def article(text: str | bytes, path: str = "post.md") -> Article:
    read = read_article(text.encode() if isinstance(text, str) else text, path)
    return replace(read, entry=with_body(read.entry, read.body))


def entry(text: str | bytes, path: str = "post.md") -> Entry:
    """The entry of an article that is read without a note."""
    read = article(text, path)
    assert read.notes == ()
    return read.entry


def matter(lines: str, body: str = "Body", title: str = "One") -> str:
    return f"---\ntitle: {title}\n{lines}\n---\n{body}\n"


def refusal(data: bytes) -> str:
    with pytest.raises(ParseError) as caught:
        article(data)
    return str(caught.value)


# Whole articles


def test_an_article_of_a_collector() -> None:
    """The shape of shared/articles/huxiu-2021-05-18.md; the words are made up."""
    image = "https://img.example.com/cover/1.jpg?imageView2/1/w/1440/|imageMogr2/strip/format/jpg"
    html = (
        f'<div>   \n<img src="{image}" alt="图" data-v-30cd1b88 referrerpolicy="no-referrer">'
        '<p>第一段。<br></p><ul class=" list" style="x: y;"><li><p>一</p></li></ul>'
        '<p><img class="lazyImg" _src="https://img.example.com/2.png" data-w="755"></p>  \n</div>'
    )
    read = article(
        "\n---\n"
        "title: '一份_热土_在内部释放'\n"
        "categories: \n - 新媒体\n - 虎嗅\n - 首页资讯\n"
        f"headimg: '{image}'\n"
        "author: 虎嗅\n"
        "comments: false\n"
        "date: Tue, 18 May 2021 11:30:00 GMT\n"
        f"thumbnail: '{image}'\n"
        "---\n\n"
        f"{html}\n            ",
        "huxiu-2021-05-18.md",
    )
    assert read == Article(
        entry=Entry(
            id="",
            url="./huxiu-2021-05-18/",
            title="一份_热土_在内部释放",
            content=html,
            authors=(Person(name="虎嗅"),),
            categories=("新媒体", "虎嗅", "首页资讯"),
            published=datetime(2021, 5, 18, 11, 30, tzinfo=UTC),
            image=image,
        ),
        body=read.body,
        categories=("新媒体", "虎嗅", "首页资讯"),
    )


def test_an_article_of_hexo() -> None:
    read = article(
        "---\ntitle: 分類\ndate: 2022-11-05 09:15:00\nupdated: 2023-01-10 18:00:00\nlang: zh-Hant\n"
        "categories:\n  - [Web, Feeds]\n  - [Life]\ntags:\n  - Hexo\ncover: /a.png\n"
        "excerpt: Short\npermalink: /2022/feeds/\n---\nIntro.\n\n<!-- more -->\n\nRest.\n"
    )
    found = read.entry
    assert (found.title, found.language, found.image) == ("分類", "zh-Hant", "/a.png")
    assert found.published == datetime(2022, 11, 5, 9, 15, tzinfo=UTC)
    assert found.updated == datetime(2023, 1, 10, 18, tzinfo=UTC)
    assert found.categories == ("Web", "Feeds", "Life", "Hexo")
    assert read.categories == ("Web", "Feeds", "Life")
    assert found.summary == "Short"
    assert found.url == "/2022/feeds/"
    assert found.content is not None
    assert "Intro." in found.content
    assert "Rest." in found.content


def test_an_article_of_jekyll() -> None:
    found = entry(
        "---\nlayout: post\ntitle: One feed\ncategory: Web\ntags: feeds, atom\nauthor: Ann\n"
        "image: /i.png\ndescription: About feeds.\n---\nWords.\n",
        "_posts/2024-03-05-one-feed.md",
    )
    assert found.published == datetime(2024, 3, 5, tzinfo=UTC)
    assert found.categories == ("Web", "feeds", "atom")
    assert found.url == "./_posts/2024-03-05-one-feed/"
    assert found.content == "<p>Words.</p>\n"


HUGO = {
    "title": "History",
    "date": "2023-06-01T10:00:00+02:00",
    "lastmod": "2023-06-02",
    "draft": False,
    "categories": ["Web"],
    "tags": ["rss", "atom"],
    "authors": ["Ann", "Bo"],
    "images": ["/a.png", "/b.png"],
    "slug": "history-of-feeds",
    "summary": "Long ago",
}


@pytest.mark.parametrize("notation", ["yaml", "toml", "json"])
def test_an_article_of_hugo(notation: str) -> None:
    values = {key: json.dumps(value) for key, value in HUGO.items()}
    if notation == "yaml":
        text = "---\n" + "".join(f"{k}: {v}\n" for k, v in values.items()) + "---\n"
    elif notation == "toml":
        values |= {"date": "2023-06-01T10:00:00+02:00", "lastmod": "2023-06-02"}
        text = "+++\n" + "".join(f"{k} = {v}\n" for k, v in values.items()) + "+++\n"
    else:
        text = json.dumps(HUGO, indent=2)
    assert entry(f"{text}\nBody\n", "posts/index.md") == Entry(
        id="",
        url="./posts/history-of-feeds/",
        title="History",
        summary="Long ago",
        content="<p>Body</p>\n",
        authors=(Person(name="Ann"), Person(name="Bo")),
        categories=("Web", "rss", "atom"),
        published=datetime(2023, 6, 1, 8, tzinfo=UTC),
        updated=datetime(2023, 6, 2, tzinfo=UTC),
        image="/a.png",
    )


# Dates


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Tue, 18 May 2021 11:30:00 GMT", (2021, 5, 18, 11, 30)),
        ("Tue, 18 May 2021 19:30:00 +0800", (2021, 5, 18, 11, 30)),
        ("18 May 2021 06:30:00 EST", (2021, 5, 18, 11, 30)),
        ("2021-05-18T11:30:00Z", (2021, 5, 18, 11, 30)),
        ("2021-05-18T19:30:00+08:00", (2021, 5, 18, 11, 30)),
        ("2021-05-18T11:30:00", (2021, 5, 18, 11, 30)),
        ("2021-05-18 11:30:00", (2021, 5, 18, 11, 30)),
        ("2021-05-18 19:30:00 +0800", (2021, 5, 18, 11, 30)),
        ("2021-05-18 11:30", (2021, 5, 18, 11, 30)),
        ("2021/05/18 11:30:00", (2021, 5, 18, 11, 30)),
        ("2021-05-18", (2021, 5, 18)),
        ("2021-5-8", (2021, 5, 8)),
        ("'2021-05-18'", (2021, 5, 18)),
        ("May 18, 2021", (2021, 5, 18)),
        ("1621337400", (2021, 5, 18, 11, 30)),
    ],
)
def test_dates_of_every_spelling_are_utc(written: str, expected: tuple[int, ...]) -> None:
    found = entry(matter(f"date: {written}")).published
    year, month, day, hour, minute = (*expected, 0, 0)[:5]
    assert found == datetime(year, month, day, hour, minute, tzinfo=UTC)
    assert found is not None
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "written",
    [
        "2021-05-18T11:30:00Z",
        "2021-05-18T19:30:00+08:00",
        "2021-05-18 11:30:00",
        '"Tue, 18 May 2021 11:30:00 GMT"',
    ],
)
def test_dates_of_toml(written: str) -> None:
    found = entry(f"+++\ntitle = 'One'\ndate = {written}\n+++\n").published
    assert found == datetime(2021, 5, 18, 11, 30, tzinfo=UTC)


def test_a_date_of_toml_without_a_time_is_its_midnight() -> None:
    assert entry("+++\ntitle = 'One'\ndate = 2021-05-18\n+++\n").published == datetime(
        2021, 5, 18, tzinfo=UTC
    )


@pytest.mark.parametrize("key", ["date", "Date", "publishDate", "pubDate", "published", "created"])
def test_the_names_of_the_date(key: str) -> None:
    assert entry(matter(f"{key}: 2021-05-18")).published == datetime(2021, 5, 18, tzinfo=UTC)


@pytest.mark.parametrize("key", ["updated", "lastmod", "modified", "last_modified_at", "LastMod"])
def test_the_names_of_the_date_of_change(key: str) -> None:
    found = entry(matter(f"{key}: 2021-05-18"))
    assert (found.published, found.updated) == (None, datetime(2021, 5, 18, tzinfo=UTC))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("2021-05-18-one.md", datetime(2021, 5, 18, tzinfo=UTC)),
        ("2021-05-18_one.md", datetime(2021, 5, 18, tzinfo=UTC)),
        ("_posts/2021-05-18.md", datetime(2021, 5, 18, tzinfo=UTC)),
        ("2021-05-18one.md", None),
        ("one-2021-05-18.md", None),
        ("2021-13-18-one.md", None),
        ("2021-02-30-one.md", None),
        ("2021-05-18-folder/one.md", None),
    ],
)
def test_the_date_in_a_file_name(path: str, expected: datetime | None) -> None:
    assert entry(matter(""), path).published == expected


def test_a_written_date_goes_before_that_of_the_file_name() -> None:
    found = entry(matter("date: 2020-01-01"), "2021-05-18-one.md")
    assert found.published == datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "written", ["2021-02-30", "2021-13-01", "0000-00-00", "99999-01-01", "yesterday", "25:61"]
)
def test_an_impossible_date_costs_the_date_and_is_noted(written: str) -> None:
    read = article(matter(f"date: {written}\ncategories: A"))
    assert read.entry.published is None
    assert read.entry.categories == ("A",)
    assert read.notes == (f"has a date that is no date: {written}",)


def test_the_next_name_is_tried_where_a_date_is_none() -> None:
    read = article(matter("date: soon\npublishDate: 2021-05-18"))
    assert read.entry.published == datetime(2021, 5, 18, tzinfo=UTC)
    assert read.notes == ("has a date that is no date: soon",)
    assert article(matter("date: soon"), "2021-05-18-a.md").entry.published is not None


def test_an_empty_date_is_none() -> None:
    assert entry(matter("date:\nupdated: ''")).published is None


@pytest.mark.parametrize(
    "written",
    [
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:00:00-10:00",
        "07:32:00",
        "[1]",
        "{a.b = 1}",
        f"0x{'f' * 5000}",
        "1e400",
    ],
)
def test_values_of_toml_that_are_no_date_are_noted(written: str) -> None:
    read = article(f"+++\ntitle = 'One'\ndate = {written}\n+++\n")
    assert read.entry.published is None
    assert len(read.notes) == 1
    assert read.notes[0].startswith("has a date that is no date: ")
    assert len(read.notes[0]) < 100


# Categories and tags


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[A, B]", ("A", "B")),
        ("\n - A\n - B", ("A", "B")),
        ("A", ("A",)),
        ("A, B ,C", ("A", "B", "C")),
        ("A，B", ("A", "B")),
        ("技術、日記", ("技術", "日記")),
        ("أ، ب", ("أ", "ب")),
        ("['技術、日記']", ("技術、日記",)),
        ("'A,, B,'", ("A", "B")),
        ("[[A, B], [A, C], D]", ("A", "B", "C", "D")),
        ("\n - A\n - [B, [C]]", ("A", "B", "C")),
        ("['Salt, Pepper', B]", ("Salt, Pepper", "B")),
        ("[{name: A}, {title: B}, {other: C}]", ("A", "B")),
        ("[A, A, ' A ', ~, '', B]", ("A", "B")),
        ("[2021, on, 1.10, a: b]", ("2021", "on", "1.10")),
        ("Web Standards", ("Web Standards",)),
        ("", ()),
        ("[]", ()),
        ("{}", ()),
    ],
)
@pytest.mark.parametrize("key", ["categories", "category", "tags", "tag"])
def test_categories_and_tags_of_every_shape(
    key: str, written: str, expected: tuple[str, ...]
) -> None:
    read = article(matter(f"{key}: {written}"))
    assert read.entry.categories == expected
    assert read.categories == (expected if key.startswith("cat") else ())
    assert read.notes == ()


def test_both_names_of_categories_count() -> None:
    assert article(matter("category: A\ncategories: [B, A]")).categories == ("B", "A")


def test_numbers_of_toml_and_json_are_names_too() -> None:
    assert entry("+++\ntitle = 1\ntags = [2021, 1.5, true, 2021-05-18]\n+++\n").categories == (
        "2021",
        "1.5",
        "true",
        "2021-05-18",
    )


def test_too_many_categories_are_cut_and_noted() -> None:
    read = article(matter(f"tags: [{', '.join(f't{n}' for n in range(300))}]"))
    assert len(read.entry.categories) == 100
    assert read.notes == ("has 300 tags; the first 100 count",)


# Authors


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("author: Ann", (Person(name="Ann"),)),
        ("author: Ann <ann@example.org>", (Person(name="Ann", email="ann@example.org"),)),
        ("author: <ann@example.org>", (Person(email="ann@example.org"),)),
        ("author: Ann <no mail>", (Person(name="Ann <no mail>"),)),
        ("author: [Ann, Bo]", (Person(name="Ann"), Person(name="Bo"))),
        ("authors: [Ann, Bo]", (Person(name="Ann"), Person(name="Bo"))),
        ("authors: [Ann]\nauthor: Bo", (Person(name="Ann"),)),
        ("authors: []\nauthor: Bo", (Person(name="Bo"),)),
        ("author: Smith, John", (Person(name="Smith, John"),)),
        (
            "author: {name: Ann, email: a@b.org, url: https://a.example/}",
            (Person(name="Ann", email="a@b.org", url="https://a.example/"),),
        ),
        (
            "authors:\n  - Name: Ann\n    link: /ann\n  - Bo",
            (Person(name="Ann", url="/ann"), Person(name="Bo")),
        ),
        ("author: {twitter: ann}", ()),
        ("author:", ()),
        ("author: ['', ~, []]", ()),
    ],
)
def test_authors_of_every_shape(written: str, expected: tuple[Person, ...]) -> None:
    assert entry(matter(written)).authors == expected


# Titles, texts and addresses


@pytest.mark.parametrize("title", ["007", "on", "null and void", "1.10", "2021-05-18", "'~'"])
def test_a_title_is_what_its_author_sees(title: str) -> None:
    assert entry(matter("", title=title)).title == title.strip("'")


@pytest.mark.parametrize(
    ("text", "path", "title"),
    [
        ("Intro\n\n## A *heading*\n\n# Another", "a.md", "A heading"),
        ("---\ntitle:\n---\n# Heading\n", "a.md", "Heading"),
        ("---\ntitle: [a]\n---\n# Heading\n", "a.md", "Heading"),
        ("<html><head><title>T</title></head><body><h1>H</h1>", "a.html", "T"),
        ("<body><h1>H</h1>", "a.html", "H"),
    ],
)
def test_a_missing_title_is_found_in_the_body(text: str, path: str, title: str) -> None:
    assert entry(text, path).title == title


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("sub/my post.md", "my post"),
        ("2021-05-18-one.md", "one"),
        ("2021-05-18.md", "2021-05-18"),
        ("words.v2.txt", "words.v2"),
    ],
)
def test_without_any_title_it_is_the_name_of_the_file_and_noted(path: str, title: str) -> None:
    read = article("Words.", path)
    assert read.entry.title == title
    assert read.notes == (f'has no title; published as "{title}"',)


def test_an_empty_file_is_an_article_without_content() -> None:
    read = article(b"", "empty.md")
    assert (read.entry.title, read.entry.content) == ("empty", None)


@pytest.mark.parametrize("key", ["description", "excerpt", "summary", "Description"])
def test_the_names_of_the_summary(key: str) -> None:
    assert entry(matter(f"{key}: Some words")).summary == "Some words"


def test_a_summary_is_text_or_html_and_goes_before_the_excerpt() -> None:
    body = "Intro\n\n<!-- more -->\n\nRest"
    assert entry(matter("summary: 1 < 2 & 3", body)).summary == "1 &lt; 2 &amp; 3"
    assert entry(matter("summary: a <b>bold</b> word", body)).summary == "a <b>bold</b> word"
    assert entry(matter("", body)).summary == "<p>Intro</p>"
    assert entry(matter("")).summary is None


@pytest.mark.parametrize(
    "key", ["headimg", "thumbnail", "cover", "image", "banner", "featured_image", "images"]
)
@pytest.mark.parametrize(
    "written", ["/a.png", "[/a.png, /b.png]", "{url: /a.png}", "{src: /a.png}", "[{image: /a.png}]"]
)
def test_the_image_of_every_name_and_shape(key: str, written: str) -> None:
    assert entry(matter(f"{key}: {written}")).image == "/a.png"


@pytest.mark.parametrize("written", ["", "[]", "{}", "{alt: x}", "''", "[[]]"])
def test_an_image_that_is_none_is_left_out(written: str) -> None:
    assert entry(matter(f"headimg: {written}\ncover: /b.png")).image == "/b.png"


@pytest.mark.parametrize("key", ["lang", "language", "locale"])
def test_the_names_of_the_language(key: str) -> None:
    assert entry(matter(f"{key}: zh-Hans")).language == "zh-Hans"


@pytest.mark.parametrize("key", ["id", "guid"])
def test_an_id_that_is_written_is_kept(key: str) -> None:
    assert entry(matter(f"{key}: ' tag:a.example,2021:x '")).id == "tag:a.example,2021:x"
    assert entry(matter("id: a\nguid: b")).id == "a"
    assert entry(matter("")).id == ""


@pytest.mark.parametrize(
    ("lines", "path", "url"),
    [
        ("", "one.md", "./one/"),
        ("", "sub/two words.markdown", "./sub/two words/"),
        ("", "sub/page.html", "./sub/page.html"),
        ("", "sub/index.md", "./sub/"),
        ("", "index.md", "./"),
        ("", "what? 100% #1.md", "./what%3F 100%25 %231/"),
        ("", "a:b.md", "./a:b/"),
        ("slug: other", "sub/one.md", "./sub/other/"),
        ("slug: /other/", "one.html", "./other/"),
        ("permalink: /2021/one.html", "one.md", "/2021/one.html"),
        ("url: https://example.org/one", "one.md", "https://example.org/one"),
        ("link: two", "one.md", "two"),
        ("permalink: a\nurl: b\nlink: c\nslug: d", "one.md", "a"),
        ("permalink: /:year/:title/", "one.md", "./one/"),
        ("permalink:", "one.md", "./one/"),
    ],
)
def test_the_address_of_an_article(lines: str, path: str, url: str) -> None:
    assert entry(matter(lines), path).url == url


@pytest.mark.parametrize("address", ["http://[bad", "http://a]b/", "//[::1/x"])
def test_a_permalink_that_is_no_address_is_noted(address: str) -> None:
    read = article(matter(f"permalink: '{address}'"))
    assert read.entry.url == "./post/"
    assert len(read.notes) == 1
    assert read.notes[0].startswith(f"has a permalink that is no address: {address} (")


@pytest.mark.parametrize(
    ("lines", "is_draft"),
    [
        ("draft: true", True),
        ("draft: True", True),
        ("draft: 'yes'", True),
        ("draft: 1", True),
        ("published: false", True),
        ("published: no", True),
        ("draft: true\npublished: true", True),
        ("draft: false", False),
        ("draft:", False),
        ("published: true", False),
        ("published: 2021-05-18", False),
        ("", False),
    ],
)
def test_drafts(lines: str, is_draft: bool) -> None:
    read = article(matter(lines))
    assert read.draft is is_draft
    assert read.notes == ()


@pytest.mark.parametrize("line", ["draft = true", "draft = 1", "published = false"])
def test_drafts_in_toml(line: str) -> None:
    assert article(f"+++\ntitle = 'One'\n{line}\n+++\n").draft


# Kinds of files


def test_the_suffix_says_how_the_body_is_read() -> None:
    text = matter("", "<p>a</p>\n\n*b*")
    assert entry(text, "a.md").content == "<p>a</p>\n<p><em>b</em></p>\n"
    assert entry(text, "a.MARKDOWN").content == entry(text, "a.md").content
    assert entry(text, "a.HTML").content == "<p>a</p>\n\n*b*"
    assert entry(text, "a.txt").content == "<p>&lt;p&gt;a&lt;/p&gt;</p>\n<p>*b*</p>"


def test_an_html_document_with_front_matter() -> None:
    found = entry(
        matter("", "<html><head><title>No</title></head><body><p>a</p></body></html>"), "a.html"
    )
    assert (found.title, found.content) == ("One", "<p>a</p>")


# Encodings

CHINESE = f"""---
title: 一份热土在阿里内部释放
categories: [新媒体]
---
{"现场，他们来参加大会。" * 20}"""


@pytest.mark.parametrize(
    "data",
    [
        codecs.BOM_UTF8 + CHINESE.encode(),
        CHINESE.encode("utf-16"),
        codecs.BOM_UTF16_BE + CHINESE.encode("utf-16-be"),
        CHINESE.encode("utf-32"),
        CHINESE.replace("\n", "\r\n").encode(),
        CHINESE.replace("\n", "\r").encode(),
        (codecs.BOM_UTF8 + b"\r\n\r\n" + CHINESE.replace("\n", "\r\n").encode()),
    ],
    ids=["bom", "utf-16", "utf-16-be", "utf-32", "crlf", "cr", "bom-crlf"],
)
def test_unicode_of_every_form_is_read_without_a_note(data: bytes) -> None:
    assert entry(data) == entry(CHINESE.encode())
    assert entry(data).title == "一份热土在阿里内部释放"


@pytest.mark.parametrize("front", ["lang: fr", "title: x\nlanguage: 'fr-CA'", "Locale: FR"])
def test_the_language_of_the_front_matter_tells_the_encoding(front: str) -> None:
    data = f"---\n{front}\n---\nLe café est très bon.\n".encode("cp1252")
    article = read_article(data, "a.md")
    assert article.notes[0] == "is not utf-8, read as cp1252; save it as UTF-8"
    assert "très bon" in (with_body(article.entry, article.body).content or "")


def test_gb18030_is_read_and_noted() -> None:
    read = article(CHINESE.encode("gb18030"))
    assert read.entry == entry(CHINESE)
    (note,) = read.notes
    assert note.startswith("is not utf-8, read as gb")
    assert note.endswith("; save it as UTF-8")


def test_a_stray_byte_costs_itself_and_is_noted() -> None:
    read = article(CHINESE.encode() + b"\xff\n")
    assert read.entry.title == "一份热土在阿里内部释放"
    assert read.notes == ("holds bytes that are not utf-8; save it as UTF-8",)


def test_utf16_that_is_cut_off_loses_one_character() -> None:
    read = article(CHINESE.encode("utf-16")[:-1])
    assert read.entry.title == "一份热土在阿里内部释放"
    assert read.notes == ("holds bytes that are not utf-16-le; save it as UTF-8",)


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0",
        b"---\ntitle: a\0b\n---\n",
        b"\x7fELF\2\1\1\0",
    ],
    ids=["png", "nul", "elf"],
)
def test_binary_data_is_no_article(data: bytes) -> None:
    assert refusal(data) == "holds binary data, no article"


# Never anything but ParseError


@pytest.mark.parametrize(
    "text",
    [
        "---\na: " + "[" * 100_000 + "\n---\n",
        "---\n" + "-  " * 100_000 + "x\n---\n",
        "+++\ntitle = 0x" + "f" * 5000 + "\n+++\n",
        "+++\ntags = [0x" + "f" * 5000 + "]\n+++\n",
        '{\n"date": ' + "[" * 900 + "]" * 900 + "\n}\n",
        '{"title": "\\ud800", "guid": "\\udfff", "date": "\\ud800"}',
        "---\ntitle: x\nauthor: '<" + "@" * 200_000 + "'\n---\n",
        "---\ntitle: x\nsummary: '" + "<a" * 200_000 + "'\n---\n",
        "---\na: &a '" + "a," * 200_000 + "'\ntags: [" + "*a," * 500 + "]\n---\n",
        "<h1>" * 200_000,
        "<pre>\n\n" * 100_000 + ">",
        "<html><title>" + "<" * 200_000 + "</title>",
    ],
    ids=lambda text: text[:16],
)
@pytest.mark.parametrize("path", ["a.md", "a.html"])
def test_hostile_articles_are_read_or_refused_at_once(text: str, path: str) -> None:
    try:
        read = read_article(text.encode(), path)
    except ParseError:
        return
    json.dumps(read.notes, ensure_ascii=False).encode()
    (read.entry.title + read.entry.id).encode()


def read_or_refused(data: bytes, path: str) -> None:
    try:
        read = article(data, path)
    except ParseError as error:
        reason = str(error)
        assert reason.startswith(("has ", "holds "))
        assert "\n" not in reason
    else:
        assert read.entry.title
        assert all(note.startswith(("has ", "is ", "holds ")) for note in read.notes)


PATHS = st.sampled_from(["a.md", "a.html", "a.txt", "2021-05-18-a.md"])
WORDS = st.sampled_from(
    [*"[]{}:-?,|>&*!%@`'\"#~ \n\t\r\\<=.", "- ", "? ", ": ", "&a ", "*a", "<<: ", "!!x "]
) | st.text(max_size=4)
KEYS = st.sampled_from(
    [
        "title",
        "date",
        "updated",
        "published",
        "draft",
        "categories",
        "tags",
        "author",
        "image",
        "slug",
        "permalink",
        "id",
        "lang",
        "summary",
        "<<",
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "url", "a"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.binary(max_size=300), PATHS)
def test_any_bytes_are_read_or_refused(data: bytes, path: str) -> None:
    read_or_refused(data, path)


@given(st.text(max_size=300), PATHS)
def test_any_text_is_read_or_refused(text: str, path: str) -> None:
    read_or_refused(text.encode(errors="surrogatepass"), path)


@given(st.sampled_from(["---", "+++"]), st.lists(WORDS, max_size=40), PATHS)
def test_anything_like_yaml_or_toml_is_read_or_refused(
    fence: str, words: list[str], path: str
) -> None:
    text = f"{fence}\ntitle: {''.join(words)}\n{fence}\nBody"
    read_or_refused(text.encode(errors="surrogatepass"), path)


@given(st.dictionaries(KEYS, VALUES, max_size=6), st.sampled_from(["yaml", "json"]), PATHS)
def test_fields_of_any_kind_are_read(fields: dict[str, object], kind: str, path: str) -> None:
    text = json.dumps(fields, default=str)
    if kind == "yaml":
        text = f"---\n{text}\n---\n"
    read_or_refused(text.encode(), path)
