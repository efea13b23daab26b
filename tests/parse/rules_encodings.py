"""Rules of encodings: one each, declared truly, wrongly, by HTTP or not at all."""

from feed_rules import Rule, document
from msgspec.structs import replace

_NEWS = {
    "ar": "أخبار اليوم من العالم",
    "cs": "Příliš žluťoučký kůň úpěl ďábelské ódy",
    "de": "Grüße aus München, schöne Straße",
    "el": "Ειδήσεις σήμερα από την Ελλάδα",
    "fr": "L’été dernier, les élèves français ont été à la plage — « déjà vu »",
    "he": "חדשות היום מישראל",
    "ja": "日本語のニュースです。今日は天気がいい",
    "ko": "한국어 뉴스입니다. 오늘은 날씨가 좋습니다",
    "lt": "Ąžuolas ir šuo, žąsys kieme",
    "pl": "Zażółć gęślą jaźń, wiadomości",
    "ru": "Пусть всегда будет солнце, пусть всегда будет небо",
    "th": "ข่าววันนี้จากประเทศไทย",
    "tr": "İstanbul'da güneşli bir ığdır günü",
    "uk": "Щось їй у цьому ґанку подобається",
    "zh": "新媒体：中国的互联网发展迅速",
    "zh-TW": "新媒體與網際網路的新聞",
}


def _declared(real: str, declared: str, language: str) -> Rule:
    return _rule(f"{declared}-in-{real}", f' encoding="{declared}"', real, language)


def _bare(real: str, language: str) -> Rule:
    return _rule(f"{real}-undeclared", "", real, language)


def _of_http(real: str, charset: str, declared: str, language: str) -> Rule:
    rule = _rule(f"{charset}-by-http-{declared}", f' encoding="{declared}"', real, language)
    return replace(rule, content_type=f"application/rss+xml; charset={charset}")


def _rule(name: str, declaration: str, real: str, language: str) -> Rule:
    title = _NEWS[language]
    rule = document(
        f"encoding-{language}-{name}",
        f'<?xml version="1.0"{declaration}?><rss version="2.0"><channel><title>{title}</title>'
        f"<language>{language}</language></channel></rss>",
        format="rss20",
        title=title,
        language=language,
    )
    return replace(rule, encoding=real)


ENCODING_RULES: tuple[Rule, ...] = (
    # Unicode, with a mark and without, and declared as something else
    _bare("utf-8", "zh"),
    _declared("utf-8-sig", "iso-8859-1", "ru"),
    _declared("utf-8", "iso-8859-1", "fr"),
    _declared("utf-8", "windows-1251", "ru"),
    _declared("utf-8", "koi8-r", "ru"),
    _declared("utf-8", "gb2312", "zh"),
    _declared("utf-8", "utf-16", "zh"),
    _declared("utf-16", "utf-16", "ja"),
    _declared("utf-16", "utf-8", "ja"),
    _bare("utf-16-le", "ru"),
    _bare("utf-16-be", "ru"),
    _declared("utf-32", "utf-32", "ko"),
    _bare("utf-32-le", "ko"),
    _bare("utf-32-be", "ko"),
    # As declared
    _declared("cp1252", "windows-1252", "fr"),
    _declared("iso-8859-2", "iso-8859-2", "pl"),
    _declared("cp1250", "windows-1250", "cs"),
    _declared("cp1251", "windows-1251", "ru"),
    _declared("koi8-r", "koi8-r", "ru"),
    _declared("koi8-u", "koi8-u", "uk"),
    _declared("iso-8859-5", "iso-8859-5", "ru"),
    _declared("cp866", "ibm866", "ru"),
    _declared("mac-cyrillic", "x-mac-cyrillic", "ru"),
    _declared("iso-8859-7", "iso-8859-7", "el"),
    _declared("cp1253", "windows-1253", "el"),
    _declared("cp1254", "windows-1254", "tr"),
    _declared("iso-8859-8", "iso-8859-8-i", "he"),
    _declared("cp1255", "windows-1255", "he"),
    _declared("iso-8859-6", "iso-8859-6", "ar"),
    _declared("cp1256", "windows-1256", "ar"),
    _declared("cp1257", "windows-1257", "lt"),
    _declared("cp874", "windows-874", "th"),
    _declared("cp874", "tis-620", "th"),
    _declared("gb18030", "gb18030", "zh"),
    _declared("big5", "big5", "zh-TW"),
    _declared("big5hkscs", "x-x-big5", "zh-TW"),
    _declared("shift_jis", "shift_jis", "ja"),
    _declared("euc_jp", "euc-jp", "ja"),
    _declared("iso2022_jp", "iso-2022-jp", "ja"),
    _declared("euc_kr", "euc-kr", "ko"),
    # Declared as a narrower one
    _declared("cp1252", "iso-8859-1", "fr"),
    _declared("cp1252", "us-ascii", "fr"),
    _declared("cp1254", "iso-8859-9", "tr"),
    _declared("cp1250", "iso-8859-2", "cs"),
    _declared("gb18030", "gb2312", "zh"),
    _declared("cp932", "x-sjis", "ja"),
    _declared("cp949", "ks_c_5601-1987", "ko"),
    # By HTTP, which goes before the document (RFC 7303, 3) unless the bytes say that it is wrong
    _of_http("koi8-r", "koi8-r", "utf-8", "ru"),
    _of_http("cp1251", "windows-1251", "koi8-r", "ru"),
    _of_http("koi8-r", "us-ascii", "koi8-r", "ru"),
    _of_http("utf-8", "iso-8859-1", "utf-8", "ru"),
    _of_http("cp1252", "utf-8", "iso-8859-1", "fr"),
    _of_http("utf-16", "utf-8", "utf-8", "zh"),
    # Declared by no one, or as UTF-8
    _bare("cp1252", "de"),
    _bare("cp1252", "fr"),
    _bare("cp1250", "pl"),
    _bare("cp1251", "ru"),
    _bare("koi8-r", "ru"),
    _bare("cp1253", "el"),
    _bare("cp1254", "tr"),
    _bare("cp1255", "he"),
    _bare("cp1256", "ar"),
    _bare("cp1257", "lt"),
    _bare("cp874", "th"),
    _bare("gb18030", "zh"),
    _bare("cp932", "ja"),
    _bare("euc_jp", "ja"),
    _bare("cp949", "ko"),
    _declared("cp1252", "utf-8", "fr"),
    _declared("cp1251", "utf-8", "ru"),
    _declared("gb18030", "utf-8", "zh"),
)
