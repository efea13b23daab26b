"""feedkit against Hugo: 10,000 article files into a feed of 50 entries for each of 60 categories.

Whole processes, in turn, in one run; medians and the ratio of medians are printed. Hugo is asked
for the same work: the same articles (with ISO dates, which it wants), one RSS file a category with
full content, no pages. Install it first: ``apt-get install hugo``.

    .venv/bin/python bench/articles.py [--articles N] [--rounds N]
"""

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

CATEGORIES = [f"分类{number:02}" for number in range(60)]
SYLLABLES = "乡村振兴计划直播苹果农民市场产业品牌公司网络基金平台物流生态科技帮助"
WORDS = [SYLLABLES[start : start + 2] for start in range(0, len(SYLLABLES), 2)]
# Python's compiled modules stay from one run to the next, as they do where it is installed.
ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
NEWEST = datetime(2021, 5, 18, 11, 30, tzinfo=UTC)

HUGO_CONFIG = """
baseURL = "https://example.org/"
title = "Bench"
disableKinds = ["home", "section", "404", "sitemap", "robotsTXT"]
[taxonomies]
category = "categories"
[outputs]
term = ["RSS"]
taxonomy = []
[services.rss]
limit = 50
[markup.goldmark.renderer]
unsafe = true
[[cascade]]
[cascade._build]
render = "never"
list = "always"
[cascade._target]
kind = "page"
"""

# Hugo's own template, but with the whole content, as feedkit publishes it, where it cuts one.
HUGO_TEMPLATE = """
{{- $pages := first 50 .Pages -}}
{{- printf "<?xml version=\\"1.0\\" encoding=\\"utf-8\\" standalone=\\"yes\\"?>" | safeHTML }}
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom">
<channel><title>{{ .Title }}</title><link>{{ .Permalink }}</link>
<description>{{ .Title }}</description>
{{ range $pages }}<item><title>{{ .Title }}</title><link>{{ .Permalink }}</link>
<pubDate>{{ .Date.Format "Mon, 02 Jan 2006 15:04:05 -0700" | safeHTML }}</pubDate>
<guid>{{ .File.Path }}</guid>{{ range .Params.categories }}<category>{{ . }}</category>{{ end }}
<description>{{ .Content | html }}</description></item>
{{ end }}</channel></rss>
"""

FEEDKIT_CONFIG = """
[site]
title = "Bench"
url = "https://example.org/"
[publish]
formats = {formats}
pages = false
archives = false
compress = false
[[articles]]
path = "content"
"""


def article(number: int, date: str, first: str, chance: random.Random) -> str:
    """An article in the format that collectors write: front matter, then HTML of about 7 kB."""
    image = f"https://img.example.com/{number}.jpg?imageView2/1/w/1440/h/810/|imageMogr2/strip"
    categories = "".join(f" - {name}\n" for name in chance.sample(CATEGORIES, 3))
    paragraphs = []
    for part in range(28):
        paragraphs.append(f"<p>{''.join(chance.choices(WORDS, k=30))}。</p>")
        if part % 9 == 0:
            picture = f"https://img.example.com/{number}/{part}.png?imageView2/2/w/1000"
            paragraphs.append(
                f'<p class="img-center-box"><img class="lazyImg" _src="{picture}" data-w="755" '
                f'data-h="849" src="{picture}" referrerpolicy="no-referrer"></p>'
            )
    return (
        f"{first}---\ntitle: '一份_{''.join(chance.choices(WORDS, k=4))}_{number}'\n"
        f"categories: \n{categories}headimg: '{image}'\nauthor: 虎嗅\ncomments: false\n"
        f"date: {date}\nthumbnail: '{image}'\n---\n\n<div>   \n"
        f'<img src="{image}" alt="x" data-v-30cd1b88 referrerpolicy="no-referrer">'
        f"{''.join(paragraphs)}  \n</div>\n            "
    )


def write_articles(folder: Path, count: int, *, for_hugo: bool) -> None:
    """Write `count` articles, the same for both programs but for the spelling of the date."""
    folder.mkdir(parents=True)
    chance = random.Random(20210518)
    for number in range(count):
        date = NEWEST - timedelta(minutes=17 * number)
        spelled = date.strftime("%Y-%m-%dT%H:%M:%SZ") if for_hugo else format_datetime(date, True)
        text = article(number, spelled, "" if for_hugo else "\n", chance)
        (folder / f"a{number:06}.md").write_text(text, encoding="utf-8")


def timed(command: list[str], folder: Path) -> float:
    """Seconds that `command` takes in `folder`, start to exit."""
    start = time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"{command[0]} failed: {done.stdout}{done.stderr}")
    return seconds


def reset(folder: Path, names: tuple[str, ...]) -> None:
    """Remove what an earlier round made."""
    for name in names:
        for path in folder.glob(name):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def touch_one(folder: Path, round_number: int) -> None:
    """Change the newest article's text."""
    path = folder / "content" / "a000000.md"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("</div>", f"<p>{round_number}</p></div>"), encoding="utf-8")


def show(name: str, feedkit: list[float], hugo: list[float]) -> None:
    """One line: both medians and their ratio."""
    ours, theirs = statistics.median(feedkit), statistics.median(hugo)
    print(f"{name:38} feedkit {ours:6.3f} s   hugo {theirs:6.3f} s   ratio {ours / theirs:.2f}")


def bench(work: Path, count: int, rounds: int) -> None:
    """Run everything in `work` and print the figures."""
    feedkit = [str(Path(sys.executable).parent / "feedkit"), "run"]
    hugo = ["hugo", "--quiet"]
    write_articles(work / "hugo" / "content", count, for_hugo=True)
    (work / "hugo" / "config.toml").write_text(HUGO_CONFIG)
    layouts = work / "hugo" / "layouts" / "_default"
    layouts.mkdir(parents=True)
    (layouts / "rss.xml").write_text(HUGO_TEMPLATE)
    sites = {"RSS alone, as Hugo": '["rss"]', "Atom and RSS": '["atom", "rss"]'}
    write_articles(work / "feedkit" / "content", count, for_hugo=False)
    for name, formats in sites.items():
        config = FEEDKIT_CONFIG.format(formats=formats)
        (work / "feedkit" / "config.toml").write_text(config)
        cold: tuple[list[float], list[float]] = ([], [])
        warm: tuple[list[float], list[float]] = ([], [])
        for number in range(rounds + 1):
            reset(work / "feedkit", ("public", "feedkit.db*"))
            reset(work / "hugo", ("public", "resources"))
            first = timed(feedkit, work / "feedkit"), timed(hugo, work / "hugo")
            touch_one(work / "feedkit", number)
            touch_one(work / "hugo", number)
            again = timed(feedkit, work / "feedkit"), timed(hugo, work / "hugo")
            if number:  # the first round warms the disk's cache
                for into, seconds in ((cold, first), (warm, again)):
                    into[0].append(seconds[0])
                    into[1].append(seconds[1])
        show(f"{name}: cold", *cold)
        show(f"{name}: one changed", *warm)


def main() -> None:
    """Parse the arguments, make room, run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    if shutil.which("hugo") is None:
        sys.exit("bench/articles.py: hugo is not installed; apt-get install hugo")
    with tempfile.TemporaryDirectory(prefix="feedkit-bench-") as folder:
        bench(Path(folder), arguments.articles, arguments.rounds)


if __name__ == "__main__":
    main()
