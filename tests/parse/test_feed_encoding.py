"""Which characters a feed's bytes are, and what is put right before it is read."""

import codecs

import pytest

from feedkit.parse import parse_feed

RSS = "<rss version='2.0'><channel><title>{}</title></channel></rss>"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_decides(encoding: str) -> None:
    document = "<?xml version='1.0' encoding='iso-8859-1'?>" + RSS.format("Žluťoučký 新")
    feed = parse_feed(document.encode(encoding), content_type="text/xml; charset=us-ascii")
    assert feed.title == "Žluťoučký 新"


def test_utf16_is_recognized_without_its_mark() -> None:
    for encoding in ("utf-16-le", "utf-16-be"):
        document = "<?xml version='1.0'?>" + RSS.format("ő")
        assert parse_feed(document.encode(encoding)).title == "ő"


def test_the_charset_of_http_goes_before_the_declaration() -> None:
    document = ("<?xml version='1.0' encoding='utf-8'?>" + RSS.format("кот")).encode("koi8-r")
    assert parse_feed(document, content_type='text/xml; charset="KOI8-R"').title == "кот"


@pytest.mark.parametrize(
    ("declared", "real", "text"),
    [
        ("gb2312", "gb18030", "新媒体 鎔"),
        ("shift_jis", "cp932", "機種依存①"),
        ("euc-kr", "cp949", "똠방각하"),
        ("koi8-r", "koi8-r", "Новости"),
        ("iso-8859-1", "cp1252", "“Smart” – it’s"),
        ("windows-1252", "windows-1252", "naïve"),
        ("x-sjis", "cp932", "日本語"),
        ("windows-874", "cp874", "ข่าววันนี้"),
        ("iso-8859-8-i", "iso-8859-8", "חדשות"),
        ("iso-8859-2", "cp1250", "„Wiadomości” jaźń"),
        ("iso-8859-2", "iso-8859-2", "Wiadomości jaźń"),
        ("gb2312", "gb18030", "联通"),
    ],
)
def test_a_declared_encoding_is_read_as_the_web_means_it(
    declared: str, real: str, text: str
) -> None:
    document = f"<?xml version='1.0' encoding='{declared}'?>" + RSS.format(text)
    feed = parse_feed(document.encode(real))
    assert (feed.title, feed.bozo) == (text, None)


def test_utf8_under_a_wrong_declaration_is_read_and_said() -> None:
    document = "<?xml version='1.0' encoding='iso-8859-1'?>" + RSS.format("Æblegrød")
    feed = parse_feed(document.encode())
    assert feed.title == "Æblegrød"
    assert feed.bozo == "the document is not cp1252 but utf-8"


@pytest.mark.parametrize(
    ("declared", "text"),
    [("windows-1251", "Новости"), ("koi8-r", "Ёж"), ("gb2312", "你好世界"), ("big5", "新媒体新闻")],
)
def test_utf8_is_proven_against_any_declaration(declared: str, text: str) -> None:
    document = f"<?xml version='1.0' encoding='{declared}'?>" + RSS.format(text)
    assert parse_feed(document.encode()).title == text


def test_ascii_is_not_believed_of_what_is_not_ascii() -> None:
    document = ("<?xml version='1.0' encoding='koi8-r'?>" + RSS.format("кот")).encode("koi8-r")
    assert parse_feed(document, content_type="text/xml; charset=us-ascii").title == "кот"


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "L’été dernier, les élèves français ont été à la plage — « déjà vu »"),
        ("cp1252", "Så er det jul i Århus, og æblerne på træet er røde"),
        ("cp1252", "Não há como voltar atrás: a decisão é da nação"),
        ("cp1251", "Пусть всегда будет солнце, пусть всегда будет небо"),
        ("cp1250", "Zażółć gęślą jaźń, wiadomości z kraju, łódź i świat"),
    ],
)
def test_a_text_that_nothing_declares_is_read_as_its_letters_are(encoding: str, text: str) -> None:
    assert parse_feed(RSS.format(f"{text} " * 4).encode(encoding)).title == f"{text} " * 3 + text


@pytest.mark.parametrize(
    ("language", "encoding", "text"),
    [
        ("fr", "cp1252", "œuvre à côté"),
        ("pl", "cp1250", "Zażółć gęślą jaźń"),
        ("pl", "iso-8859-2", "Zażółć gęślą jaźń"),
        ("hu-HU", "cp1250", "Ősz és tűz"),
        ("tr", "cp1254", "İstanbul’da ığdır"),
        ("lt", "cp1257", "žąsų šėlsmas"),
        ("el", "cp1253", "Ειδήσεις"),
        ("he", "cp1255", "חדשות"),
        ("th", "cp874", "ข่าว"),
        ("de", "cp1251", "Пусть всегда будет солнце, пусть всегда будет небо"),
    ],
)
def test_the_language_of_a_feed_tells_its_encoding(language: str, encoding: str, text: str) -> None:
    document = RSS.format(f"{text}</title><language>{language}</language><title>")
    feed = parse_feed(document.encode(encoding))
    assert (feed.title, feed.language) == (text, language)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_a_flaw_in_utf16_costs_one_character(encoding: str) -> None:
    document = RSS.format("a\ud800b 新").encode(encoding, "surrogatepass") + b"\n"
    feed = parse_feed(document)
    assert feed.title == "a\ufffdb 新"
    assert feed.bozo is not None
    assert feed.bozo.startswith("the document holds bytes that are not utf-")


def test_surrogates_in_utf8_are_joined() -> None:
    document = RSS.format("a\ud83d\ude00b\ud800c").encode("utf-8", "surrogatepass")
    feed = parse_feed(document)
    assert (feed.title, feed.bozo) == ("a😀b\ufffdc", "the document holds bytes that are not utf-8")


def test_another_encoding_under_utf8_is_detected() -> None:
    text = "Пусть всегда будет солнце, пусть всегда будет небо, пусть всегда будет мама. " * 5
    feed = parse_feed(RSS.format(text).encode("windows-1251"))
    assert feed.title == text.strip()
    assert feed.bozo is not None
    assert "not utf-8" in feed.bozo


def test_a_character_cut_in_half_does_not_spoil_the_others() -> None:
    document = RSS.format("Grüße aus Köln und Ä#").encode().replace(b"#", b"\xc3")
    assert parse_feed(document).title == "Grüße aus Köln und Ä\ufffd"


def test_an_unknown_charset_is_not_heeded() -> None:
    for name in ("klingon", "base64", "idna", "utf-7"):
        feed = parse_feed(RSS.format("ok").encode(), content_type=f"text/xml; charset={name}")
        assert (feed.title, feed.bozo) == ("ok", None)


def test_control_characters_are_dropped_and_said() -> None:
    feed = parse_feed(RSS.format("a\0b\x0bc&#x1;d&#xD800;e&#99999999999;f").encode())
    assert feed.title == "abcdef"
    assert feed.bozo == "the document holds control characters that XML forbids"


def test_text_before_the_declaration_is_dropped_and_said() -> None:
    feed = parse_feed(b"Warning: x in y.php\n<?xml version='1.0'?>" + RSS.format("ok").encode())
    assert feed.title == "ok"
    assert feed.bozo == "the document has text before its XML declaration"


def test_text_after_the_end_is_dropped_and_said() -> None:
    feed = parse_feed(RSS.format("ok").encode() + b"\n<script>count()</script>")
    assert (feed.title, feed.bozo) == ("ok", "the document goes on after its end")


def test_names_of_html_characters_are_understood_outside_cdata() -> None:
    feed = parse_feed(RSS.format("caf&eacute;&nbsp;<![CDATA[&eacute;lan]]> &amp; co").encode())
    assert feed.title == "café\xa0élan & co"
    assert feed.bozo == "the document uses names of HTML characters that XML does not have"


def test_entities_declared_as_plain_text_are_put_in() -> None:
    document = '<!DOCTYPE rss [<!ENTITY co "Acme &#38; Sons"><!ENTITY who "Ann">]>'
    feed = parse_feed((document + RSS.format("&who;&nbsp;B")).encode())
    assert feed.title == "Ann\xa0B"


def test_a_mark_alone_is_no_trouble() -> None:
    assert parse_feed(codecs.BOM_UTF8 + b" " + RSS.format("ok").encode()).bozo is None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("R&D", "R&D"),
        ("A < B &amp; 1 <2", "A < B & 1 <2"),
        ("AT&T &amp; <b>co</b> &", "AT&T & co &"),
        ("it&#8217s", "it’s"),
        ("<![CDATA[R&D]]> & co", "R&D & co"),
    ],
)
def test_what_was_not_escaped_is_text(written: str, read: str) -> None:
    feed = parse_feed(RSS.format(written).encode())
    assert feed.title == read
    assert feed.bozo == 'the document holds "&" or "<" that should be escaped'


def test_addresses_that_were_not_escaped_are_read() -> None:
    document = b"""<rss version='2.0'><channel><link>https://x.example/?a=1&b=2</link>
        <item><enclosure url="https://x.example/?c=1&copy=2"/></item></channel></rss>"""
    feed = parse_feed(document)
    assert feed.url == "https://x.example/?a=1&b=2"
    assert feed.entries[0].enclosures[0].url == "https://x.example/?c=1&copy=2"
