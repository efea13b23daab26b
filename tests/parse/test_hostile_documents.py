"""Documents made to exhaust whoever reads them, each read in a process of its own.

The process may take little memory and processor time, and the kernel ends it where it takes more.
"""

import subprocess
import sys
from pathlib import Path

import pytest
from feed_server import FeedServer
from planet import Planet

MEGABYTE = 1_000_000

_CHILD = """
import resource, sys
import feedkit
memory, seconds, data = int(sys.argv[1]), int(sys.argv[2]), {data}
size = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (size + memory, size + memory))
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
try:
    feed = feedkit.parse(data, url="https://x.example/feed")
except feedkit.ParseError as error:
    print("no feed:", error)
else:
    longest = max((len(repr(entry)) for entry in feed.entries), default=0)
    print("a feed:", len(feed.entries), longest, len(feed.title), ascii(feed.title[:100]))
"""
_LAUGHS = """b'<!DOCTYPE rss [<!ENTITY a0 "lol">' + b"".join(
    b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12)) + b"]>" """
_RSS = """b"<rss version='2.0'><channel><title>T</title>%s</channel></rss>" % """

BOMBS = {
    "a billion laughs in an element": f"{_LAUGHS} + {_RSS} b'<item><title>&a11;</title></item>'",
    "a billion laughs in an attribute": (
        f"{_LAUGHS} + {_RSS} b'<item><link href=\"&a11;\"/></item>'"
    ),
    "an entity used very often": (
        "b'<!DOCTYPE rss [<!ENTITY a \"' + b'x' * 100_000 + b'\">]>' + "
        f"{_RSS} (b'<item><title>' + b'&a;' * 100_000 + b'</title></item>')"
    ),
    "a short entity used very often": (
        "b'<!DOCTYPE rss [<!ENTITY a \"' + b'x' * 60 + b'\">]>' + "
        f"{_RSS} (b'<item><description>' + b'&a;' * 200_000 + b'</description></item>')"
    ),
    "an entity of itself": f"b'<!DOCTYPE rss [<!ENTITY a \"&a;\">]>' + {_RSS} b'<x>&a;</x>'",
    "a parameter entity": (
        "b'<!DOCTYPE rss [<!ENTITY % a \"<!ENTITY b SYSTEM \\'file:///etc/passwd\\'>\">%a;]>' + "
        f"{_RSS} b'<title>&b;</title>'"
    ),
    "ten million empty elements": f"{_RSS} (b'<a/>' * 10_000_000)",
    "ten million empty items": f"{_RSS} (b'<item/>' * 10_000_000)",
    "ten million empty elements, not well-formed": f"{_RSS} (b'<br>' * 10_000_000)",
    "a million deep": f"{_RSS} (b'<a>' * 1_000_000 + b'</a>' * 1_000_000)",
    "a hundred thousand deep in content": (
        f"{_RSS} (b'<item><description>' + b'&lt;div&gt;' * 100_000 + b'</description></item>')"
    ),
    "a hundred thousand deep in XHTML": (
        "b\"<feed xmlns='http://www.w3.org/2005/Atom'><entry><content type='xhtml'>\""
        " + b'<div>' * 100_000 + b'</div>' * 100_000 + b'</content></entry></feed>'"
    ),
    "a million attributes": (
        f"{_RSS} (b'<item ' + b' '.join(b'a%d=\"\"' % n for n in range(1_000_000)) + b'/>')"
    ),
    "a million attributes in content": (
        f"{_RSS} (b'<item><description>&lt;p ' + b' '.join(b'a%d' % n for n in range(1_000_000))"
        " + b'></description></item>')"
    ),
    "a hundred thousand namespaces": (
        f"{_RSS} (b'<item ' + b' '.join(b'xmlns:a%d=\"u\"' % n for n in range(100_000)) + b'/>')"
    ),
    "a very long name": f"{_RSS} (b'<' + b'a' * 15_000_000 + b'/>')",
    "a very long attribute": f"{_RSS} (b'<item a=\"' + b'a' * 15_000_000 + b'\"/>')",
    "a very long comment": f"{_RSS} (b'<!--' + b'-' * 15_000_000)",
    "JSON a million deep": "b'[' * 1_000_000",
    "JSON a million deep in a feed": (
        'b\'{"version":"https://jsonfeed.org/version/1.1","x":\' + b\'[\' * 1_000_000'
    ),
    "a number of a million digits": (
        'b\'{"version":"https://jsonfeed.org/version/1.1","items":[{"id":1\' '
        "+ b'0' * 1_000_000 + b'}]}'"
    ),
}


def read_in_a_child(data: str, *, memory: int, seconds: int) -> str:
    """What a process says of the document that the expression `data` makes, when it may take so
    many bytes and seconds for it."""
    code = _CHILD.replace("{data}", data)
    done = subprocess.run(
        [sys.executable, "-c", code, str(memory), str(seconds)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_does_not_go_off(name: str) -> None:
    said = read_in_a_child(BOMBS[name], memory=500 * MEGABYTE, seconds=20)
    assert said.startswith(("no feed: ", "a feed: "))
    assert "root:" not in said  # of /etc/passwd
    if said.startswith("a feed: "):
        longest = int(said.split()[3])
        assert longest < 20 * MEGABYTE


def test_tags_are_counted_where_they_are_tags() -> None:
    tags = f"{_RSS} (b'<a/>' * 1_000_000)"
    said = read_in_a_child(tags, memory=500 * MEGABYTE, seconds=20)
    assert "more than 1,000,000 tags" in said
    text = f"{_RSS} (b'<item><title><![CDATA[' + b'<' * 1_100_000 + b']]></title></item>')"
    said = read_in_a_child(text, memory=500 * MEGABYTE, seconds=20)
    assert said.startswith("a feed: 1 ")


def test_an_external_entity_reads_no_file_and_asks_no_server(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret of the house")
    with FeedServer().serving() as server:
        dtd = server.put("/evil.dtd", '<!ENTITY remote "the secret of the server">')
        text = server.put("/text", "the secret of the server")
        head = (
            f'<!DOCTYPE rss SYSTEM "{dtd}" [<!ENTITY near SYSTEM "{secret.as_uri()}">'
            f'<!ENTITY far SYSTEM "{text}"><!ENTITY % more SYSTEM "{dtd}">%more;]>'
            f'<?xml-stylesheet href="{text}"?><rss version="2.0" '
            f'xmlns:xi="http://www.w3.org/2001/XInclude"><channel><title>&near;</title>'
            f'<item><title>&far;&remote;</title><description><xi:include parse="text" '
            f'href="{secret.as_uri()}"/>x</description></item>'
        )
        for end in ("</channel></rss>", "&broken</channel></rss>"):  # both readers
            said = read_in_a_child(repr((head + end).encode()), memory=500 * MEGABYTE, seconds=20)
            assert said.startswith("a feed: 1 ")
            assert "secret of" not in said
        assert server.asked() == []


_RUN = """
import atexit, re, sys
from feedkit.cli import main
# Not ru_maxrss, which begins with what the parent had.
atexit.register(lambda: print(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]))
sys.argv = ["feedkit", "run"]
main()
"""


def test_a_file_of_two_hundred_megabytes_is_not_read(tmp_path: Path) -> None:
    planet = Planet(tmp_path, '[[feeds]]\nurl = "feed.xml"\n')
    with planet.write("feed.xml", "<rss version='2.0'><channel><title>").open("ab") as file:
        for _ in range(200):
            file.write(b"x" * MEGABYTE)
    done = subprocess.run(
        [sys.executable, "-c", _RUN],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert " MB large, more than the 20 MB of fetch.max_bytes; not read" in done.stderr
    kilobytes = int(done.stdout.split()[-1])
    assert kilobytes * 1024 < 250 * MEGABYTE
