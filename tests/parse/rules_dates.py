"""Rules of dates: one form each, of one moment."""

from datetime import UTC, datetime

from feed_rules import Rule, entry, item

_NOON = datetime(2021, 5, 18, 11, 30, tzinfo=UTC)
_MIDNIGHT = datetime(2021, 5, 18, tzinfo=UTC)

# RFC 822 and what people make of it, asctime, Unix times, and words of ten languages.
_OF_RSS = {
    "rfc-822": "Tue, 18 May 21 11:30 GMT",
    "rfc-2822": "Tue, 18 May 2021 13:30:00 +0200",
    "rfc-850": "Tuesday, 18-May-21 11:30:00 GMT",
    "named-zone": "Tue, 18 May 2021 04:30:00 PDT",
    "named-zone-and-offset": "Tue, 18 May 2021 13:30:00 GMT+0200",
    "long-name-of-zone": "Tue, 18 May 2021 04:30:00 Pacific Daylight Time",
    "military-zone": "Tue, 18 May 2021 11:30:00 Z",
    "no-zone": "Tue, 18 May 2021 11:30:00",
    "no-weekday": "18 May 2021 11:30:00 GMT",
    "wrong-weekday": "Fri, 18 May 2021 11:30:00 GMT",
    "comment": "Tue, 18 May 2021 13:30:00 +0200 (CEST)",
    "asctime": "Tue May 18 11:30:00 2021",
    "asctime-with-zone": "Tue May 18 07:30:00 EDT 2021",
    "javascript": "Tue May 18 2021 13:30:00 GMT+0200 (CEST)",
    "month-first": "Tuesday, May 18th, 2021 at 11:30 AM",
    "common-log": "18/May/2021:11:30:00 +0000",
    "unix-time": "1621337400",
    "unix-time-in-milliseconds": "1621337400000",
    "chinese": "2021年5月18日 星期二 上午11:30",
    "chinese-digits": "二〇二一年五月十八日 十一时三十分",
    "chinese-rfc-822": "星期二, 18 五月 2021 11:30:00 +0000",
    "japanese": "2021年5月18日(火) 午前11時30分",
    "japanese-rfc-822": "火, 18 5月 2021 20:30:00 +0900",
    "korean": "2021년 5월 18일 화요일 오후 08시 30분",
    "korean-by-nate": "2021-05-18 오후 8:30:00",
    "korean-by-onblog": "2021년 05월 18일  20:30:00",
    "russian": "вторник, 18 мая 2021 г. 14:30 МСК",
    "russian-rfc-822": "Вт, 18 мая 2021 14:30:00 +0300",
    "french": "mardi 18 mai 2021 à 11h30",
    "french-rfc-822": "mar., 18 mai 2021 13:30:00 +0200",
    "german": "Dienstag, 18. Mai 2021, 11:30 Uhr",
    "german-rfc-822": "Di, 18 Mai 2021 13:30:00 +0200",
    "german-digits": "18.05.2021, 11.30 Uhr",
    "spanish": "martes, 18 de mayo de 2021, 11:30",
    "spanish-rfc-822": "mar, 18 may 2021 11:30:00 +0000",
    "greek": "Τρίτη, 18 Μαΐου 2021 11:30 π.μ.",
    "greek-rfc-822": "Τρι, 18 Μαϊ 2021 14:30:00 EEST",
    "hungarian": "2021. május 18., kedd 11:30",
    "hungarian-w3c": "2021-május-18T13:30+02:00",
}

# RFC 3339, W3CDTF and the rest of ISO 8601.
_OF_ATOM = {
    "rfc-3339": "2021-05-18T11:30:00Z",
    "rfc-3339-with-offset": "2021-05-18T13:30:00+02:00",
    "rfc-3339-in-lower-case": "2021-05-18t11:30:00z",
    "rfc-3339-with-fraction": "2021-05-18T11:30:00.000Z",
    "w3cdtf-of-minutes": "2021-05-18T13:30+02:00",
    "iso-8601-space": "2021-05-18 11:30:00",
    "iso-8601-offset-without-colon": "2021-05-18T13:30:00+0200",
    "iso-8601-basic": "20210518T113000Z",
    "iso-8601-week": "2021-W20-2T11:30:00Z",
    "iso-8601-ordinal": "2021-138T11:30:00Z",
    "iso-8601-comma": "2021-05-18T11:30:00,000Z",
    "iso-8601-decimal-hour": "20210518T11.5Z",
    "sql": "2021-05-18 11:30:00.000 +0000",
    "slashes": "2021/05/18 11:30:00",
    "rfc-822-in-atom": "Tue, 18 May 2021 11:30:00 GMT",
}
_DAYS = {
    "w3cdtf-of-days": "2021-05-18",
    "iso-8601-basic-day": "20210518",
    "iso-8601-hour-24": "2021-05-17T24:00:00Z",
    "day-in-words": "18 May 2021",
}
_IMPOSSIBLE = {
    "day-30-of-february": "Tue, 30 Feb 2021 11:30:00 GMT",
    "month-13": "2021-13-01",
    "hour-25": "Tue, 18 May 2021 25:00:00 GMT",
    "zeros": "0000-00-00 00:00:00",
    "never-of-php": "Wed, 30 Nov -0001 00:00:00 +0000",
    "never-of-net": "0001-01-01T00:00:00Z",
    "no-date-at-all": "yesterday",
    "either-order": "05/06/2021",
}

DATE_RULES: tuple[Rule, ...] = (
    *(
        item(f"date-{name}", f"<pubDate>{text}</pubDate>", published=_NOON)
        for name, text in _OF_RSS.items()
    ),
    *(
        entry(f"date-{name}", f"<updated>{text}</updated>", updated=_NOON)
        for name, text in _OF_ATOM.items()
    ),
    *(
        item(f"date-{name}", f"<dc:date>{text}</dc:date>", published=_MIDNIGHT)
        for name, text in _DAYS.items()
    ),
    *(
        item(f"impossible-date-{name}", f"<title>x</title><pubDate>{text}</pubDate>", title="x")
        for name, text in _IMPOSSIBLE.items()
    ),
)
