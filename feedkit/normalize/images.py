"""Images: those that count readers are told from those that show something.

Everything here reads nh3's own output, in which every value is quoted and no value holds ``<``,
``>`` or ``"``.
"""

import re
from functools import lru_cache
from html import unescape

HIDDEN = "hidden"
"""The ``style`` that stands for one which makes an image invisible; never published."""


class _Hosts:
    """Hosts, those below them included, and beginnings of paths there."""

    def __init__(self, text: str) -> None:
        self._paths: dict[str, tuple[str, ...]] = {}
        for word in text.split():
            host, slash, path = word.partition("/")
            self._paths[host] = (*self._paths.get(host, ()), slash + path)
        self._known = lru_cache(maxsize=1024)(self._find)

    def hold(self, url: str) -> bool:
        """Whether an absolute `url` is of a host and path that are listed."""
        parts = url.split("/", 3)
        if len(parts) < 3 or len(parts[2]) > _LONGEST_HOST:
            return False
        paths = self._known(parts[2])
        return bool(paths) and f"/{''.join(parts[3:])}".startswith(paths)

    def _find(self, host: str) -> tuple[str, ...]:
        name = host.lower().rpartition("@")[2].partition(":")[0]
        while name and name not in self._paths:
            name = name.partition(".")[2]
        return self._paths.get(name, ())


_LONGEST_HOST = 253
"""Characters (RFC 1035, 2.3.4)."""

_COUNTERS = _Hosts(
    """pixel.wp.com stats.wordpress.com google-analytics.com doubleclick.net feedsportal.com
    scorecardresearch.com quantserve.com imrworldwide.com statcounter.com w3counter.com
    sitemeter.com histats.com chartbeat.net counter.yadro.ru top-fwz1.mail.ru counter.rambler.ru
    pheedo.com
    pixel.propublica.org hits.theguardian.com tracking.feedpress.it tracking.feedpress.com
    track.hubspot.com analytics.twitter.com px.ads.linkedin.com counter.theconversation.com
    counter.theconversation.edu.au
    feeds.feedburner.com/~r/ feeds.feedburner.com/~ff/ feeds2.feedburner.com/~r/
    feeds2.feedburner.com/~ff/ feedproxy.google.com/~r/ feedproxy.google.com/~ff/
    feeds.feedblitz.com/~/i/ feeds.feedblitz.com/~/t/ p.feedblitz.com/t3.asp
    assoc-amazon.com/e/ir amazon-adsystem.com/e/ir assoc-amazon.de/e/ir assoc-amazon.co.uk/e/ir
    facebook.com/tr? facebook.com/tr/ bat.bing.com/action/ t.co/i/adsct mc.yandex.ru/watch/
    blogger.com/tracker/ blogger.googleusercontent.com/tracker/ medium.com/_/stat?
    list-manage.com/track/open.php media.npr.org/include/images/tracking/"""
)
"""Images that are there to be counted, as EasyPrivacy (https://easylist.to/) lists them and feeds
are known to carry them: hosts with those below them, some with the beginning of a path."""
_COUNTING_PATHS = ("/matomo.php?", "/piwik.php?")

_FACES = _Hosts(
    """gravatar.com libravatar.org avatars.githubusercontent.com avatars0.githubusercontent.com
    avatars1.githubusercontent.com avatars2.githubusercontent.com avatars3.githubusercontent.com
    pbs.twimg.com/profile_images/
    s.w.org/images/core/emoji/ abs.twimg.com/emoji/ twemoji.maxcdn.com
    s0.wp.com/wp-content/mu-plugins/wpcom-smileys/ s1.wp.com/wp-content/mu-plugins/wpcom-smileys/
    s2.wp.com/wp-content/mu-plugins/wpcom-smileys/ s0.wp.com/i/emoji/
    static.xx.fbcdn.net/images/emoji
    github.githubassets.com/images/icons/emoji/"""
)
"""Avatars and emoji: images that stand for a person or a character, not for an entry."""
_FACE_PATHS = ("/wp-includes/images/smilies/",)

_IMAGE = re.compile(r"<img( [^>]*+)?+>")
_LINKED_IMAGE = re.compile(r"<(?:(a(?: [^>]*+)?+>)<)?+img( [^>]*+)?+>(</a>)?+")
_SOURCE = re.compile(r' src="((?i:https?)://[^"]*+)"')
_SIZE = re.compile(r' (?:width|height)="\s*+([0-9]++)(?:px)?\s*+"')
_LITTLE = re.compile(r"\s*+0*+[01]?+(?:px)?\s*+")
_STYLE_SIZE = re.compile(
    r"(?<![\w-])(?:width|height)\s*+:\s*+([01])(?:\.0*+)?+(?:px)?(?![\d.%a-z])"
)
_LEAST = 32
"""Pixels. A smaller image is an icon."""


def is_beacon(url: str) -> bool:
    """Whether the image at `url` is there to be counted."""
    if _COUNTERS.hold(url):
        return True
    return ".php?" in url and any(path in url for path in _COUNTING_PATHS)


def hides(style: str) -> bool:
    """Whether a ``style`` gives an image no size, or that of one pixel."""
    return _is_pixel(_STYLE_SIZE.findall(style.lower()))


def may_hide(size: str) -> bool:
    """Whether a ``width`` or ``height`` may be that of an image to be counted."""
    return _LITTLE.fullmatch(size) is not None


def without_pixels(html: str) -> str:
    """Sanitized `html` without the images that nobody is meant to see: of no size, of 1×1, or from
    a known counter; and without the links that held nothing else."""
    return _LINKED_IMAGE.sub(_kept, html)


def fit_image(html: str) -> str | None:
    """The first image of sanitized `html` that can stand for the whole; None when there is none."""
    first = html.find("<img")
    if first < 0:
        return None
    for match in _IMAGE.finditer(html, first):
        attributes = match[1] or ""
        source = _SOURCE.search(attributes)
        if source is None or any(_pixels(size) < _LEAST for size in _SIZE.findall(attributes)):
            continue
        url = unescape(source[1])
        if stands_for_more(url):
            return url
    return None


def stands_for_more(url: str) -> bool:
    """Whether the image at `url` may show what an entry is about: no avatar, emoji or counter."""
    is_face = _FACES.hold(url) or any(path in url for path in _FACE_PATHS)
    return not (is_face or is_beacon(url))


def _kept(match: re.Match[str]) -> str:
    before, attributes, after = match[1], match[2] or "", match[3]
    source = _SOURCE.search(attributes)
    is_pixel = (
        f' style="{HIDDEN}"' in attributes
        or _is_pixel(_SIZE.findall(attributes))
        or (source is not None and is_beacon(unescape(source[1])))
    )
    if not is_pixel:
        return match[0]
    if before and after:
        return ""
    return f"<{before}" if before else after or ""


def _is_pixel(sizes: list[str]) -> bool:
    """Whether the sides of an image, as far as they are given, leave nothing to be seen."""
    sides = [_pixels(size) for size in sizes]
    return 0 in sides or sides == [1, 1]


def _pixels(size: str) -> int:
    return int(size[-9:])
