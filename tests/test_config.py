"""What a person is told about ``config.toml``, and what it means when nothing is wrong with it."""

import re
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from feedkit.config import ObjectStore, Retention, Schedule, load_settings
from feedkit.errors import ConfigError

SITE = '[site]\nurl = "https://planet.example.org/"\n'
PROJECT = Path(__file__).parent.parent


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def problems(file: Path, text: str | bytes) -> tuple[str, ...]:
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(ConfigError) as caught:
        load_settings(file)
    assert str(caught.value) == "\n".join(caught.value.problems)
    assert all(problem.isprintable() for problem in caught.value.problems)
    assert all(problem.startswith(f"{file}: ") for problem in caught.value.problems)
    return tuple(problem.replace(str(file), file.name) for problem in caught.value.problems)


def problem(file: Path, text: str | bytes) -> str:
    (only,) = problems(file, text)
    return only


# Defaults and values


def test_one_address_is_all_that_a_config_must_have(file: Path) -> None:
    file.write_text(SITE)
    settings = load_settings(file)
    assert settings.file == file
    assert settings.site.title == "feedkit"
    assert settings.site.output == file.parent / "public"
    assert settings.store.url == f"sqlite:///{file.parent}/feedkit.db"
    assert settings.fetch.concurrency == 32
    assert settings.fetch.per_host == 2
    assert settings.fetch.host_delay == timedelta(seconds=1)
    assert settings.fetch.timeout == timedelta(seconds=30)
    assert settings.fetch.max_bytes == 20_000_000
    assert settings.fetch.allow_private_hosts is False
    assert settings.schedule == Schedule(min=timedelta(minutes=15), max=timedelta(days=1))
    assert settings.publish.formats == ("atom", "rss", "json")
    assert settings.publish.entries == 50
    assert settings.publish.categories == "declared"
    assert settings.publish.min_entries == 5
    assert (settings.articles, settings.feeds, settings.opml, settings.categories) == ((),) * 4


def test_every_key_of_the_design_that_this_version_has_is_read(file: Path) -> None:
    file.write_text(
        """
        [site]
        title = "My planet"
        url = "https://planet.example.org"
        description = ""
        language = "zh-Hans"
        author = "The editors"
        output = "out"
        [store]
        url = "sqlite:///data/my%20feeds.db"
        [fetch]
        concurrency = 8
        per_host = 1
        host_delay = "2s"
        timeout = "1m"
        max_bytes = "5MiB"
        user_agent = "planet/1"
        allow_private_hosts = true
        [schedule]
        every = "2h"
        [publish]
        formats = ["rss", "rss"]
        entries = 10
        hubs = []
        categories = "all"
        min_entries = 3
        [[articles]]
        path = "posts"
        base_url = "https://planet.example.org/articles"
        categories = [" Blog "]
        [[feeds]]
        url = "https://example.org/feed.xml"
        title = "A feed"
        categories = ["Python"]
        every = "15m"
        include = ["(?i)python"]
        exclude = ["^Ad:"]
        [[feeds]]
        url = "HTTP://example.org/other.xml"
        cron = "*/30 * * * *"
        [[feeds]]
        url = "samples/atom.xml"
        [[opml]]
        path = "subscriptions.opml"
        [categories."新媒体"]
        slug = "new-media"
        title = "新媒体 New media"
        aliases = ["new media", "newmedia"]
        """
    )
    settings = load_settings(file)
    assert settings.site.url == "https://planet.example.org/"
    assert settings.site.description == ""
    assert settings.site.language == "zh-Hans"
    assert settings.site.output == file.parent / "out"
    assert settings.store.url == f"sqlite:///{file.parent}/data/my%20feeds.db"
    assert settings.fetch.timeout == timedelta(minutes=1)
    assert settings.fetch.max_bytes == 5 * 2**20
    assert settings.fetch.user_agent == "planet/1"
    assert settings.fetch.allow_private_hosts is True
    assert settings.publish.formats == ("rss",)
    assert (settings.publish.categories, settings.publish.min_entries) == ("all", 3)
    (folder,) = settings.articles
    assert (folder.name, folder.path) == ("posts", file.parent / "posts")
    assert folder.base_url == "https://planet.example.org/articles/"
    assert folder.categories == ("Blog",)
    remote, other, local = settings.feeds
    assert (remote.title, remote.path, remote.categories) == ("A feed", None, ("Python",))
    assert remote.schedule == Schedule(every=timedelta(minutes=15))
    assert remote.include[0].search("about PYTHON")
    assert remote.exclude[0].search("Ad: buy")
    assert (other.path, other.schedule) == (None, Schedule(cron="*/30 * * * *"))
    assert local.path == file.parent / "samples/atom.xml"
    assert local.schedule == Schedule(every=timedelta(hours=2))
    assert settings.opml[0].path == file.parent / "subscriptions.opml"
    (category,) = settings.categories
    assert (category.name, category.slug) == ("新媒体", "new-media")
    assert category.aliases == ("new media", "newmedia")


def test_the_shipped_config_loads_as_it_is_and_with_its_subscriptions_turned_on(
    file: Path,
) -> None:
    shipped = load_settings(PROJECT / "config.toml")
    assert [folder.name for folder in shipped.articles] == ["feeds/articles"]
    assert all(feed.path is not None and feed.path.is_file() for feed in shipped.feeds)
    assert not shipped.opml

    text = (PROJECT / "config.toml").read_text()
    turned_on = re.sub(r"(?m)^# (\[\[opml\]\]|path = .*opml.*)$", r"\1", text)
    assert turned_on.count("\n[[opml]]\n") == 1
    file.write_text(turned_on)
    (subscriptions,) = load_settings(file).opml
    assert (PROJECT / subscriptions.name).is_file()


def test_each_default_that_the_shipped_config_shows_can_be_uncommented(file: Path) -> None:
    text = (PROJECT / "config.toml").read_text()
    shown = re.sub(r"(?m)^# (?=[a-z_]+ = )", "", text).replace('path = "feeds/subs', '# path = "')
    assert shown.count("\ntimeout = ") == 1
    file.write_text(shown)
    settings, defaults = load_settings(file), load_settings(PROJECT / "config.toml")
    assert settings.publish == defaults.publish
    assert settings.schedule == defaults.schedule
    assert settings.fetch.timeout == defaults.fetch.timeout
    assert settings.fetch.max_bytes == defaults.fetch.max_bytes


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("15m", 900), ("1h", 3600), ("2d", 172800), ("1w", 604800), (" 1.5 h ", 5400)],
)
def test_durations(file: Path, text: str, seconds: int) -> None:
    file.write_text(f'{SITE}[schedule]\nevery = "{text}"')
    assert load_settings(file).schedule.every == timedelta(seconds=seconds)


@pytest.mark.parametrize(("text", "seconds"), [("0s", 0), ("0.5s", 0.5), ("1m", 60)])
def test_delays_may_be_none(file: Path, text: str, seconds: float) -> None:
    file.write_text(f'{SITE}[fetch]\nhost_delay = "{text}"')
    assert load_settings(file).fetch.host_delay == timedelta(seconds=seconds)


def test_all_is_kept_unless_a_limit_is_given_and_a_feed_may_have_its_own(file: Path) -> None:
    file.write_text(SITE)
    assert load_settings(file).retention == Retention()
    own = ("", 'keep = "forever"', "keep_entries = 7", 'keep = "36h"\nkeep_entries = "all"')
    feeds = "".join(f'[[feeds]]\nurl = "https://e.example/{n}"\n{k}\n' for n, k in enumerate(own))
    file.write_text(f'{SITE}[store]\nkeep = "2y"\nkeep_entries = 500\n{feeds}')
    settings = load_settings(file)
    year = timedelta(days=365.25)
    assert settings.retention == Retention(2 * year, 500)
    assert [feed.retention for feed in settings.feeds] == [
        None,
        Retention(None, 500),
        Retention(2 * year, 7),
        Retention(timedelta(hours=36), None),
    ]


@pytest.mark.parametrize("value", ['"1h"', '"0d"', '"101y"', '"90"', "90", '"always"', "true"])
def test_what_is_no_time_to_keep_entries_for_is_refused(file: Path, value: str) -> None:
    said = problem(file, f"{SITE}[store]\nkeep = {value}\n")
    assert 'store.keep: expected "forever" or a time such as "90d"' in said


@pytest.mark.parametrize("value", ["0", '"some"', "-1", "1.5", "true"])
def test_what_is_no_number_of_entries_to_keep_is_refused(file: Path, value: str) -> None:
    said = problem(file, f"{SITE}[store]\nkeep_entries = {value}\n")
    assert 'store.keep_entries: expected "all" or a whole number from 1 to 1,000,000' in said


@pytest.mark.parametrize("output", ["posts", "./posts/", "posts/../posts", "link"])
def test_publishing_into_a_folder_of_articles_is_refused(file: Path, output: str) -> None:
    (file.parent / "posts").mkdir()
    (file.parent / "link").symlink_to("posts")
    text = (
        f'{SITE}output = "{output}"\n[[articles]]\npath = "other"\n[[articles]]\npath = "posts"\n'
    )
    said = problem(file, text)
    assert said.startswith(
        "config.toml: articles[2].path: expected another folder than site.output"
    )


def test_what_is_in_a_folder_of_articles_and_not_its_own_is_left_out(file: Path) -> None:
    (file.parent / "real/out").mkdir(parents=True)
    (file.parent / "posts").symlink_to("real")
    text = f'{SITE}output = "real/out"\n[publish]\ntheme = "posts/theme"\n'
    for path in ("posts", "posts/notes/", "posts/a.md", "other", "other/../posts/deep/er"):
        text += f'[[articles]]\npath = "{path}"\n'
    file.write_text(text)
    posts, *others = load_settings(file).articles
    assert posts.left_out == ("a.md", "deep/er", "notes", "out", "theme")
    assert [folder.left_out for folder in others] == [(), (), (), ()]


@pytest.mark.parametrize("theme", [".", "..", "/", "theme/.."])
def test_a_theme_that_would_publish_the_configuration_is_refused(file: Path, theme: str) -> None:
    (file.parent / "theme").mkdir()
    said = problem(file, f'{SITE}[publish]\ntheme = "{theme}"\n')
    assert said.startswith("config.toml: publish.theme: expected a folder of templates alone")
    file.write_text(f'{SITE}[publish]\ntheme = "theme"\n')
    assert load_settings(file).publish.theme == file.parent / "theme"


def test_a_delay_is_at_most_a_minute(file: Path) -> None:
    assert problem(file, f'{SITE}[fetch]\nhost_delay = "2m"') == (
        'config.toml: fetch.host_delay: expected a time such as "0s", "0.5s" or "2s", '
        'at most a minute, found "2m"'
    )


@pytest.mark.parametrize(
    "value", ['"1"', '""', "30", '"0s"', '"-1h"', '"5 minutes"', '"400d"', '"0.0000001s"']
)
def test_what_is_no_duration_is_refused(file: Path, value: str) -> None:
    assert problem(file, f"{SITE}[schedule]\nevery = {value}").startswith(
        'config.toml: schedule.every: expected a time such as "90s", "15m", "1h" or "2d"'
    )


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("1B", 1),
        ("500kB", 500_000),
        ("20MB", 20_000_000),
        ("1.5 GB", 1_500_000_000),
        ("1KiB", 1024),
        ("2MiB", 2**21),
        ("1GiB", 2**30),
    ],
)
def test_sizes(file: Path, text: str, size: int) -> None:
    file.write_text(f'{SITE}[fetch]\nmax_bytes = "{text}"')
    assert load_settings(file).fetch.max_bytes == size


@pytest.mark.parametrize("value", ['"20"', "20", '"0MB"', '"0.1B"', '"-1MB"', f'"{"9" * 400}GB"'])
def test_what_is_no_size_is_refused(file: Path, value: str) -> None:
    found = problem(file, f"{SITE}[fetch]\nmax_bytes = {value}")
    assert found.startswith(
        'config.toml: fetch.max_bytes: expected a size such as "500kB" or "20MB", found '
    )


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("*/30 * * * *", "*/30 * * * *"),
        ("0 9 * * 1", "0 9 * * mon"),
        ("0 9 * * 0", "0 9 * * sun"),
        ("0 9 * * 7", "0 9 * * sun"),
        ("0  9 * * 1-5", "0 9 * * mon,tue,wed,thu,fri"),
        ("0 9 * * 0-2,sat", "0 9 * * sun,mon,tue,sat"),
        ("0 9 * * 1-5/2", "0 9 * * mon,wed,fri"),
        ("0 9 * * mon-fri", "0 9 * * mon-fri"),
        ("0 9 * * */2", "0 9 * * sun,tue,thu,sat"),
        ("0 9 * * */1", "0 9 * * sun,mon,tue,wed,thu,fri,sat"),
        ("0 9 * * 2/2", "0 9 * * tue,thu,sat"),
        ("0 9 * * 01,007", "0 9 * * mon,sun"),
        ("0 9 * * 1-5/05", "0 9 * * mon"),
        ("0 9 * * *", "0 9 * * *"),
    ],
)
def test_days_of_the_week_are_those_of_cron(file: Path, written: str, meant: str) -> None:
    """In crontab(5) 0 and 7 are Sunday; in APScheduler 0 is Monday."""
    file.write_text(f'{SITE}[schedule]\ncron = "{written}"')
    assert load_settings(file).schedule.cron == meant


def test_a_feeds_own_schedule_keeps_the_bounds_of_all(file: Path) -> None:
    file.write_text(
        f"{SITE}[schedule]\nmin = '30m'\nmax = '6h'\n[[feeds]]\nurl = 'a'\nevery = '5m'\n"
        "[[feeds]]\nurl = 'b'\n"
    )
    bounds = Schedule(min=timedelta(minutes=30), max=timedelta(hours=6))
    own, other = load_settings(file).feeds
    assert other.schedule == bounds
    assert own.schedule == msgspec.structs.replace(bounds, every=timedelta(minutes=5))


def test_bounds_the_wrong_way_round_are_told(file: Path) -> None:
    assert problem(file, f"{SITE}[schedule]\nmin = '2d'") == (
        "config.toml: schedule: found min longer than max; expected it shorter"
    )


@pytest.mark.parametrize(
    "cron", ["@daily", "* * * *", "60 * * * *", "*/0 * * * *", "* * * * 5-1", "* * * * 8", "x"]
)
def test_what_is_no_crontab_expression_is_refused_with_the_reason(file: Path, cron: str) -> None:
    found = problem(file, f'{SITE}[schedule]\ncron = "{cron}"')
    assert found.startswith("config.toml: schedule.cron: expected a crontab expression such as ")
    assert found.endswith(f'found "{cron}"')


def test_a_crontab_expression_of_a_day_that_never_comes_is_refused(file: Path) -> None:
    assert problem(file, f'{SITE}[[feeds]]\nurl = "x"\ncron = "0 0 30 2 *"') == (
        "config.toml: feeds[1].cron: expected a crontab expression of a time that comes, "
        'found "0 0 30 2 *"'
    )


def test_crontab_expressions_do_not_depend_on_the_zone_of_the_machine(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Nowhere/Land")
    file.write_text(f'{SITE}[schedule]\ncron = "0 9 * * *"')
    assert load_settings(file).schedule.cron == "0 9 * * *"


def test_relative_paths_are_relative_to_the_config_and_not_to_the_folder_one_is_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planet = tmp_path / "planet"
    planet.mkdir()
    (planet / "config.toml").write_text(
        f'{SITE}output = "../out"\n[store]\nurl = "sqlite:///data/feedkit.db"\n'
        '[[articles]]\npath = "/srv/articles"\n[[feeds]]\nurl = "C.xml"'
    )
    monkeypatch.chdir(tmp_path)
    settings = load_settings(Path("planet/config.toml"))
    assert Path(str(settings.site.output)).resolve() == tmp_path / "out"
    assert settings.store.url == f"sqlite:///{planet}/data/feedkit.db"
    assert settings.articles[0].path == Path("/srv/articles")
    assert settings.feeds[0].path == planet / "C.xml"


@pytest.mark.parametrize("url", ["sqlite:///:memory:", "sqlite:////srv/f.db"])
def test_other_stores_are_left_as_they_are(file: Path, url: str) -> None:
    file.write_text(f'{SITE}[store]\nurl = "{url}"')
    assert load_settings(file).store.url == url


@pytest.mark.parametrize("end", ["", "/"])
def test_an_output_may_be_a_bucket(file: Path, end: str) -> None:
    file.write_text(f'{SITE}output = "s3://my-bucket/blog/planet{end}"')
    output = load_settings(file).site.output
    assert output == ObjectStore("s3://my-bucket/blog/planet")
    assert str(output) == "s3://my-bucket/blog/planet"


def test_a_tilde_is_the_home_folder(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    file.write_text(f'{SITE}output = "~/public"')
    assert load_settings(file).site.output == Path("/home/ann/public")


def test_words_that_look_like_other_values_stay_words(file: Path) -> None:
    file.write_text(f'{SITE}title = "null"\nauthor = "none"\n[categories.true]\ntitle = "1"')
    settings = load_settings(file)
    assert (settings.site.title, settings.site.author) == ("null", "none")
    assert (settings.categories[0].name, settings.categories[0].title) == ("true", "1")


# The file as a whole


def test_a_byte_order_mark_and_windows_line_ends_are_no_problem(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + SITE.replace("\n", "\r\n").encode())
    assert load_settings(file).site.url == "https://planet.example.org/"


def test_another_encoding_than_utf8_is_named(file: Path) -> None:
    assert problem(file, SITE.encode() + 'title = "café"'.encode("latin-1")) == (
        f"config.toml: not UTF-8 at byte {len(SITE) + 12}; save it so"
    )
    assert problem(file, SITE.encode("utf-16")) == "config.toml: not UTF-8 at byte 0; save it so"


def test_broken_toml_is_named_with_its_line(file: Path) -> None:
    found = problem(file, "[site]\nurl = https://example.org/\n")
    assert found.startswith("config.toml: not valid TOML: ")
    assert "line 2" in found


@pytest.mark.parametrize("text", ["a = " + "[" * 5000, "a = " + "9" * 5000])
def test_toml_without_end_is_refused_and_not_a_crash(file: Path, text: str) -> None:
    assert problem(file, text).startswith("config.toml: not valid TOML: ")


def test_a_config_that_is_not_there_comes_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(tmp_path / "other.toml")
    assert caught.value.problems == (
        f"{tmp_path / 'other.toml'}: cannot be read: No such file or directory; "
        "create it, or name another with --config",
    )


def test_a_folder_is_no_config(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r": cannot be read: Is a directory$"):
        load_settings(tmp_path)


# What is wrong with a key


def test_everything_wrong_is_told_at_once(file: Path) -> None:
    assert problems(
        file,
        """
        nonsense = 1
        [site]
        langage = "en"
        [fetch]
        timeout = 30
        per_host = 0
        [[articles]]
        [[feeds]]
        url = "ftp://example.org/"
        include = ["ok", "("]
        [categories.A]
        slug = "a/b"
        """,
    ) == (
        "config.toml: nonsense: unknown key; known are site, store, fetch, schedule, publish, "
        "serve, articles, feeds, opml, categories",
        "config.toml: site.langage: unknown key; did you mean language?",
        "config.toml: site.url: missing; expected the public address of the output folder, such "
        'as "https://planet.example.org/"',
        'config.toml: fetch.timeout: expected a time such as "90s", "15m", "1h" or "2d", found 30',
        "config.toml: fetch.per_host: expected a whole number from 1 to 1,000,000, found 0",
        "config.toml: articles[1].path: missing; expected the path of a folder or a file",
        "config.toml: feeds[1].url: expected an http(s) address or the path of a file, found "
        '"ftp://example.org/"',
        "config.toml: feeds[1].include: expected a list of regular expressions, each a regular "
        'expression (missing ), unterminated subpattern at position 0), found "("',
        'config.toml: categories."A".slug: expected a folder name of at most 200 bytes without '
        '/ \\ : * ? and white space, found "a/b"',
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[article]]\n", "article: unknown key; did you mean articles?"),
        ("[sit]\n", "sit: unknown key; did you mean site?"),
        ("[fetch]\ntime_out = '1s'", "fetch.time_out: unknown key; did you mean timeout?"),
        ("[[feeds]]\nurl='x'\ncategory='y'", "feeds[1].category: unknown key; did you mean cat"),
        ("[[feeds]]\nurl='x'\nurls='y'", "feeds[1].urls: unknown key; did you mean url?"),
        ("[publish]\nxyz = 1", "publish.xyz: unknown key; known are formats, entries"),
        ("[categories.A]\nalias = 'x'", 'categories."A".alias: unknown key; did you mean ali'),
    ],
)
def test_the_nearest_key_is_suggested(file: Path, text: str, said: str) -> None:
    assert problem(file, SITE + text).startswith(f"config.toml: {said}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = 5", "site.title: expected text, found 5"),
        (
            "[categories.A]\naliases = ['a', 'x']\n[categories.B]\naliases = ['X']\n",
            'categories."B": "X" is a name of categories."A" already',
        ),
        (
            "[categories.A]\naliases = ['b']\n[categories.B]\n",
            'categories."B": "B" is a name of categories."A" already',
        ),
        (
            '[[opml]]\npath = "https://example.org/list.opml"',
            "opml[1].path: expected the path of what is on this machine, found",
        ),
        (
            '[[articles]]\npath = "a"\nbase_url = "https://me:secret@example.org/"',
            "articles[1].base_url: expected an address without user and password: it is in all",
        ),
        ('title = "  "', 'site.title: expected text, found " "'),
        ('title = "a\\u0001"', "site.title: expected text without control characters, which no"),
        ('language = "en_US"', 'site.language: expected a language tag such as "en" or'),
        ('output = "~nobody.knows/x"', "site.output: expected a path; there is no home folder"),
        ('output = "s3://"', "site.output: expected the path of a folder, or a bucket such as"),
        (
            'output = "s3://b/../x"',
            "site.output: expected the path of a folder, or a bucket such as",
        ),
        (
            'output = "gs://bucket"',
            "site.output: expected the path of a folder, or a bucket such as",
        ),
        ("[fetch]\nconcurrency = true", "fetch.concurrency: expected a whole number from 1 to"),
        ("[fetch]\nconcurrency = 1.5", "fetch.concurrency: expected a whole number from 1 to"),
        ("[publish]\nentries = 99999999999999999999", "publish.entries: expected a whole number"),
        ("[fetch]\nallow_private_hosts = 1", "fetch.allow_private_hosts: expected true or false"),
        ("[fetch]\ntimeout = 1979-05-27", "fetch.timeout: expected a time such as"),
        ("[publish]\nformats = 'atom'", 'publish.formats: expected a list of formats, found "at'),
        ("[publish]\nformats = []", "publish.formats: expected at least one format, found a list"),
        (
            "[publish]\nformats = ['atom', 'pdf']",
            'publish.formats: expected a list of formats, each "atom" or "rss" or "json", found "p',
        ),
        ("[publish]\nhubs = ['h.example']", "publish.hubs: expected a list of addresses, each an"),
        ("[publish]\ncontent = 'all'", 'publish.content: expected "full" or "summary", found "a'),
        ("[categories.A]\ncontent = 1", 'categories."A".content: expected "full" or "summary", f'),
        ("[publish]\nper_source = 0", "publish.per_source: expected a whole number from 1 to"),
        ("[publish]\ncategories = 'some'", 'publish.categories: expected "declared" or "all", f'),
        ("[store]\nurl = 1", "store.url: expected text, found 1"),
        ("[store]\nurl = 'sqlite:///~nobody.knows/f.db'", "store.url: expected a path; there is"),
        ("[articles]\npath = 'x'", "articles: expected tables, each under [[articles]], found a t"),
        ("[[articles]]\npath = 'x'\nbase_url = '/x/'", "articles[1].base_url: expected an address"),
        (
            "[[articles]]\npath='x'\nbase_url='https://a.b/?c'",
            "articles[1].base_url: expected an address without ? and #, found",
        ),
        (
            "[[articles]]\npath='x'\ncategories=['a', 1]",
            "articles[1].categories: expected a list of texts, each text, found 1",
        ),
        (
            "[[articles]]\npath='x'\n[[articles]]\npath='./x'",
            'articles[2].path: found "./x" a second time',
        ),
        ("[[feeds]]\ntitle = 'x'", "feeds[1].url: missing"),
        ("[[feeds]]\nurl = 'https://'", "feeds[1].url: expected an address such as"),
        ("[[feeds]]\nurl = 'http://a b/'", "feeds[1].url: expected an address such as"),
        ("[[feeds]]\nurl = 'http://[1/'", "feeds[1].url: expected an address such as"),
        ("[[feeds]]\nurl = 'http://a:x/'", "feeds[1].url: expected an address such as"),
        ("[[feeds]]\nurl = 'feed://a.b/'", "feeds[1].url: expected an http(s) address or the pa"),
        ("[[feeds]]\nurl = '~nobody.knows/x'", "feeds[1].url: expected a path; there is no home"),
        (
            "[[feeds]]\nurl='http://a/'\n[[feeds]]\nurl='http://a/'",
            'feeds[2].url: found "http://a/" a second time',
        ),
        (
            "[[feeds]]\nurl='x'\nevery='1h'\ncron='0 * * * *'",
            "feeds[1]: found both every and cron; expected one of them",
        ),
        (
            "[[feeds]]\nurl='x'\nexclude=['a{99999999999999999999}']",
            "feeds[1].exclude: expected a list of regular expressions, each a regular expression (",
        ),
        (
            f"[[feeds]]\nurl='x'\nexclude=['{'(' * 5000}']",
            "feeds[1].exclude: expected a list of regular expressions, each a regular expression (",
        ),
        ("[[opml]]\n", "opml[1].path: missing"),
        ("[categories]\nA = 1", 'categories."A": expected a table, found 1'),
        ("[categories.' ']", 'categories." ": expected a name, found none'),
        ("[categories.A]\nslug = '..'", 'categories."A".slug: expected a folder name of at most'),
        (f"[categories.A]\nslug = '{'媒' * 67}'", 'categories."A".slug: expected a folder name'),
        (
            "[categories.A]\nslug = 'x'\n[categories.B]\nslug = 'X'",
            'categories."B".slug: "x" is that of categories."A" too',
        ),
        ("[publish]\nformats = 0x" + "f" * 5000, "publish.formats: expected a list of formats, fo"),
        ('"new\\nline\\u001b[31m" = 1', "site.new line\\u001B[31m: unknown key; known are"),
    ],
)
def test_a_wrong_value_is_named_with_what_was_expected(file: Path, text: str, said: str) -> None:
    assert problem(file, SITE + text).startswith(f"config.toml: {said}")


@pytest.mark.parametrize(
    "url", ["planet.example.org", "ftp://a.b/", "https://", "https://a.b:99999/", "https://a.b/?c"]
)
def test_the_address_of_the_site_must_be_one(file: Path, url: str) -> None:
    found = problem(file, f'[site]\nurl = "{url}"')
    assert found.startswith("config.toml: site.url: expected an address ")
    assert found.endswith(f'found "{url}"')


def test_a_section_that_is_no_table_is_one_problem(file: Path) -> None:
    assert problem(file, 'site = "x"') == 'config.toml: site: expected a table, found "x"'
    assert problem(file, f'categories = ["A"]\n{SITE}') == (
        'config.toml: categories: expected tables such as [categories."Python"], found a list of 1'
    )


def test_what_was_found_is_cut_to_a_line_of_some_length(file: Path) -> None:
    found = problem(file, f'{SITE}[schedule]\nevery = """{"long " * 30}\nlines"""')
    assert found.endswith("found " + '"' + "long " * 11 + "l…")


@pytest.mark.parametrize(
    "url", ["postgresql://localhost/feeds", "sqlite:///f.db?timeout=5", "sqlite://", "feeds.db"]
)
def test_a_store_that_is_no_sqlite_file_is_told_with_the_other_mistakes(
    file: Path, url: str
) -> None:
    assert problems(file, f'{SITE}[store]\nurl = "{url}"\n[fetch]\nconcurency = 3\n') == (
        'config.toml: store.url: expected "sqlite:///" and the path of a file, without ? '
        f'(PostgreSQL is no store of this version), found "{url}"',
        "config.toml: fetch.concurency: unknown key; did you mean concurrency?",
    )


def test_a_time_zone_holds_for_each_feed_with_a_crontab_expression(file: Path) -> None:
    feed = '[[feeds]]\nurl = "a.xml"\ncron = "0 9 * * *"\n'
    file.write_text(f'{SITE}[schedule]\ntimezone = "Asia/Shanghai"\n{feed}')
    settings = load_settings(file)
    assert settings.schedule.timezone == "Asia/Shanghai"
    assert settings.feeds[0].schedule == Schedule(cron="0 9 * * *", timezone="Asia/Shanghai")


@pytest.mark.parametrize(
    "name", ["Mars/Olympus", "../../etc/passwd", "/etc/passwd", "Europe", "x\n"]
)
def test_what_is_no_time_zone_is_refused(file: Path, name: str) -> None:
    text = name.replace("\n", "\\n\\n" + "y" * 300)
    found = problem(file, f'{SITE}[schedule]\ntimezone = "{text}"')
    assert found.startswith("config.toml: schedule.timezone: expected a time zone such as ")
