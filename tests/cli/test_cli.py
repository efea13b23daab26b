"""The command line as a person or a script meets it: real processes, their output and exit."""

import subprocess
import sys
from pathlib import Path

import pytest

import feedkit

HEAVY = ("sqlalchemy", "alembic", "aiohttp", "lxml", "feedgen", "feedparser", "markdown_it", "rich")


def run(*arguments: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "feedkit", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def planet(tmp_path: Path) -> Path:
    (tmp_path / "config.toml").write_text(
        '[site]\nurl = "https://planet.example.org/"\n[[articles]]\npath = "articles"\n'
    )
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "one.md").write_text("---\ntitle: One\ncategories: [A]\n---\nWords.\n")
    return tmp_path


def test_version_is_the_packages_and_goes_to_stdout(tmp_path: Path) -> None:
    done = run("--version", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"feedkit {feedkit.__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--version"],
        ["--help"],
        ["run", "--help"],
        ["check", "--help"],
        ["status", "--help"],
        ["store", "--help"],
        ["store", "check", "--help"],
        ["store", "backup", "--help"],
    ],
)
def test_what_needs_no_work_loads_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    code = (
        "import sys\nfrom feedkit.cli import main\nsys.argv = ['feedkit', *sys.argv[1:]]\n"
        "try:\n    main()\nfinally:\n"
        f"    print(*(name for name in {HEAVY} if name in sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout
    assert done.stderr == "\n"


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_names_every_command(option: str, tmp_path: Path) -> None:
    done = run(option, folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Usage: feedkit [OPTIONS] COMMAND" in done.stdout
    assert "\n  run " in done.stdout
    assert "\n  export " in done.stdout
    assert "\n  check " in done.stdout
    assert "\n  status " in done.stdout
    assert "\n  store " in done.stdout


def test_help_of_a_command_says_what_its_options_do(tmp_path: Path) -> None:
    done = run("run", "--help", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    for option in ("--all", "--strict", "-c, --config", "-v, --verbose", "-q, --quiet"):
        assert option in done.stdout
    assert "[default: config.toml]" in done.stdout
    assert "FOLDER" in run("export", "--help", folder=tmp_path).stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--nonsense"], "No such option"),
        (["run", "--al"], "No such option"),
        (["nonsense"], "No such command 'nonsense'"),
        (["run", "extra"], "Got unexpected extra argument (extra)"),
        (["export"], "Missing argument 'FOLDER|s3://BUCKET'"),
        (["export", "config.toml"], "is a file"),
        (["export", ""], 'expected a folder, or a bucket such as "s3://bucket/planet"'),
        (["export", "s3://"], "expected a folder, or a bucket such as"),
        (["run", "--config"], "Option '--config' requires an argument"),
    ],
)
def test_wrong_usage_is_exit_2_and_said_on_stderr(
    arguments: list[str], said: str, planet: Path
) -> None:
    done = run(*arguments, folder=planet)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (planet / "public").exists()


def test_no_command_is_wrong_usage_and_shows_the_help(tmp_path: Path) -> None:
    done = run(folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Usage: feedkit" in done.stderr


@pytest.mark.parametrize("command", [["run"], ["export", "out"]])
def test_every_problem_of_the_config_is_a_line_on_stderr_and_exit_2(
    command: list[str], planet: Path
) -> None:
    (planet / "config.toml").write_text('[sit]\n[fetch]\ntimeout = "soon"\n')
    done = run(*command, folder=planet)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        "config.toml: sit: unknown key; did you mean site?",
        "config.toml: site.url: missing; expected the public address of the output folder, such "
        'as "https://planet.example.org/"',
        'config.toml: fetch.timeout: expected a time such as "90s", "15m", "1h" or "2d", found '
        '"soon"',
    ]
    assert sorted(path.name for path in planet.iterdir()) == ["articles", "config.toml"]


def test_without_a_config_one_is_asked_for(tmp_path: Path) -> None:
    done = run("run", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "config.toml: cannot be read: No such file or directory; "
        "create it, or name another with --config\n"
    )


def test_a_run_talks_on_stderr_and_leaves_stdout_to_data(planet: Path) -> None:
    done = run("run", folder=planet)
    assert (done.returncode, done.stdout) == (0, "")
    assert "articles: 1 new, 0 changed, 0 unchanged" in done.stderr
    assert (planet / "public" / "atom.xml").is_file()

    again = run("run", folder=planet)
    assert (again.returncode, again.stdout) == (0, "")
    assert "articles: 0 new, 0 changed, 1 unchanged" in again.stderr
    assert "Nothing to write" in again.stderr


def test_quiet_says_nothing_when_all_is_well(planet: Path) -> None:
    done = run("run", "--quiet", folder=planet)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_verbose_names_the_files_written(planet: Path) -> None:
    done = run("run", "-v", folder=planet)
    assert "wrote public/atom.xml\n" in done.stderr


def test_what_went_wrong_is_said_even_when_quiet_and_fails_only_when_strict(planet: Path) -> None:
    (planet / "articles" / "bad.md").write_text("---\ntitle: Bad\n\nnever closed\n")
    with (planet / "config.toml").open("a") as config:
        config.write('[[feeds]]\nurl = "missing.xml"\n')
    done = run("run", "-q", "--all", folder=planet)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.splitlines() == [
        "articles/bad.md has front matter that is not closed; end it with a line ---",
        "missing.xml: is not there",
    ]
    assert run("run", "-q", "--all", "--strict", folder=planet).returncode == 1


def test_another_config_may_be_named(
    planet: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    done = run("run", "--config", str(planet / "config.toml"), folder=elsewhere)
    assert done.returncode == 0
    assert (planet / "public" / "atom.xml").is_file()
    assert list(elsewhere.iterdir()) == []


def test_export_publishes_what_is_stored_and_collects_nothing(planet: Path) -> None:
    run("run", "-q", folder=planet)
    (planet / "articles" / "two.md").write_text("---\ntitle: Two\n---\nWords.\n")
    done = run("export", "out", folder=planet)
    assert (done.returncode, done.stdout) == (0, "")
    text = (planet / "out" / "atom.xml").read_text()
    assert "<title>One</title>" in text
    assert "<title>Two</title>" not in text


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        ("status >&-", 0, ""),
        ("check - <&-", 1, "stdin is no feed: it is empty\n"),
        ("run <&- >&- 2>&-", 0, ""),
    ],
)
def test_a_closed_standard_stream_stops_nothing(
    planet: Path, command: str, code: int, said: str
) -> None:
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m feedkit {command}"],
        cwd=planet,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout + done.stderr) == (code, said)
    assert (planet / "public").exists() == command.startswith("run")


def test_a_store_that_cannot_be_opened_is_a_sentence(planet: Path) -> None:
    with (planet / "config.toml").open("a") as config:
        config.write('[store]\nurl = "sqlite:///articles"\n')
    done = run("run", folder=planet)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("feedkit: ")
    assert "Traceback" not in done.stderr
