"""What is allowed of HTML, tag by tag and attribute by attribute, and nh3 set up to allow it.

It is the union of what feedparser and Miniflux allow in an article. The `Desk` has the answers to
nh3's questions; `feedkit.normalize.plain` asks the same ones. `Cleaners` are nh3 with such a desk.
"""

import re
from collections.abc import Set

import nh3

from feedkit.normalize.bounds import ALLOWED_TAGS, DROPPED_WITH_CONTENT
from feedkit.normalize.images import HIDDEN, hides, is_beacon, may_hide, without_pixels
from feedkit.normalize.lazy import is_placeholder
from feedkit.normalize.links import ORDINARY, SCHEMES, absolute
from feedkit.normalize.tracking import without_tracking
from feedkit.normalize.words import words

_CELL = {"abbr", "align", "axis", "char", "charoff", "colspan", "headers", "rowspan", "scope"}
_ROW = {"align", "char", "charoff", "valign"}
ATTRIBUTES: dict[str, set[str]] = {
    "*": {"dir", "lang", "title"},
    "a": {"href", "hreflang", "type"},
    "audio": {"controls", "loop", "muted", "preload", "src"},
    "blockquote": {"cite"},
    "code": {"class"},
    "col": {"align", "span", "width"},
    "colgroup": {"align", "span", "width"},
    "del": {"cite", "datetime"},
    "details": {"open"},
    "font": {"color", "face", "size"},
    "hr": {"align", "size", "width"},
    "iframe": {"allowfullscreen", "frameborder", "height", "src", "width"} | {"data-src"},
    "img": {"align", "alt", "height", "hspace", "sizes", "src", "srcset", "vspace", "width"}
    | {"data-srcset", "data-lazy-srcset", "style"},
    "ins": {"cite", "datetime"},
    "li": {"type", "value"},
    "ol": {"compact", "reversed", "start", "type"},
    "pre": {"class"},
    "q": {"cite"},
    "source": {"data-src", "data-srcset", "media", "sizes", "src", "srcset", "type"},
    "table": {"align", "border", "cellpadding", "cellspacing", "frame", "rules", "summary"}
    | {"width"},
    "tbody": _ROW,
    "td": _CELL | {"height", "valign", "width"},
    "tfoot": _ROW,
    "th": _CELL | {"height", "valign", "width"},
    "thead": _ROW,
    "time": {"datetime"},
    "tr": _ROW,
    "track": {"default", "kind", "label", "src", "srclang"},
    "ul": {"compact", "type"},
    "video": {"controls", "height", "loop", "muted", "playsinline", "poster", "preload", "src"}
    | {"width"},
}
_SANDBOX = "allow-popups allow-popups-to-escape-sandbox allow-presentation allow-same-origin "
_SANDBOX += "allow-scripts"
_FRAME_ATTRIBUTES = {"loading": "lazy", "sandbox": _SANDBOX}
_PLAYER = re.compile(
    r"(?:https?:)?//((?:www\.)?youtube(?:-nocookie)?\.com/embed/|player\.vimeo\.com/video/"
    r"|player\.bilibili\.com/player\.html\?|(?:www\.)?dailymotion\.com/embed/"
    r"|geo\.dailymotion\.com/player|w\.soundcloud\.com/player/?\?"
    r"|open\.spotify\.com/embed[/-]|embed\.music\.apple\.com/|embed\.podcasts\.apple\.com/"
    r"|bandcamp\.com/EmbeddedPlayer|player\.twitch\.tv/\?|www\.ted\.com/|embed\.ted\.com/"
    r"|archive\.org/embed/|player\.youku\.com/embed/|v\.qq\.com/txp/iframe/"
    r"|rutube\.ru/play/embed/|invidious\.io/embed/|peertube\.tv/videos/embed/)(.*)",
    re.DOTALL,
)
# A browser resolves ".." in a path, which then leads to another page than the player's.
_UPWARD = re.compile(r"[^?#]*/(?:\.|%2e){2}(?:[/?#]|\Z)", re.IGNORECASE)
_DATA_IMAGE = re.compile(r"data:image/(?:gif|png|jpe?g|webp|avif|bmp)[;,]", re.IGNORECASE)
_MOST_DATA = 16_384
"""Characters of a ``data:`` image that is kept: an icon or a formula, not a photograph."""

# An attribute that nh3 sets on tags worth knowing of and that the filter takes away again: so the
# filter learns what a document holds while nh3 walks it, and nobody has to search the text.
_SEEN = "data-feedkit-seen"
# What nh3 unwraps may have stood between two elements that cannot be nested: the next parser of
# the output would then move them, and a second run would not give the first one's result. Such
# tags are let through the first time, and a document that had one takes the slow road.
_UNSTABLE = words(
    """applet button dialog embed fieldset form frameset keygen label legend listing marquee
    nobr object optgroup option param plaintext rb rp rt rtc ruby search xmp"""
)
_HEADINGS = words("h1 h2 h3 h4 h5 h6")
_UNSTABLE_OR_HEADING = _UNSTABLE | _HEADINGS
_PIXEL = "pixel"
_TIDIED = words(f"iframe pre {_PIXEL}")
_LAZY = "lazy"
JUDGED = words(
    f"""src href {_SEEN} class srcset cite poster data-src data-srcset data-lazy-srcset width
    height style"""
)
_CANDIDATE = re.compile(r"([^\s,]\S*+)([^,]*+)")
_CANDIDATE_URL = rf"{ORDINARY}/(?:[A-Za-z0-9_./~?=+:@-]++|%[0-9A-Fa-f]{{2}})++"
PLAIN_SRCSET = rf"{_CANDIDATE_URL} [0-9]{{1,5}}[wx](?:, {_CANDIDATE_URL} [0-9]{{1,5}}[wx])*+"
"""The pattern of a ``srcset`` that is kept as it is."""
_IS_PLAIN_SRCSET = re.compile(PLAIN_SRCSET)
_LONGEST_SRCSET = 32_768
_DESCRIPTOR = re.compile(r"\s+[0-9]{1,7}(?:\.[0-9]{1,4})?[wx]\s*")
_STRIPPED = re.compile("[\t\n\r]+")
_SPACES = " \t\n\r\f\x0b\x00\x01\x02\x1f"
_IFRAME = re.compile(r"<iframe( [^>]*)?>.*?</iframe>", re.DOTALL)
_PRE_LINE = re.compile(r"(<pre(?: [^>]*)?>)\n")
_NESTED_HEADING = re.compile(r"<h[1-6][^>]*>(?:[^<]|<(?!/?h[1-6]))*+<h[1-6]")
# What is misplaced in a table is put before it, be it a link within a link or an item within an
# item (WHATWG HTML, 13.2.6.1, "foster parent"). The next parser takes these apart.
_NESTED_ITEM = re.compile(
    r"<(?:dd|dt|li|/dl|/ol|/ul)[ >](?:[^<]|<(?!/?(?:dd|dt|li|dl|ol|ul)[ >]))*+<(?:dd|dt|li)[ >]"
)
_NESTED_LINK = re.compile(r"<a[ >](?:[^<]|<(?!/?a[ >]))*+<a[ >]")


class Desk:
    """The answers to nh3's questions, and what they tell of the document being cleaned.

    It does not know the cleaners that ask it: Python's garbage collector cannot see what a
    `nh3.Cleaner` refers to, so each that its own callbacks lead back to would be kept for ever.
    """

    def __init__(self) -> None:
        self.base: str | None = None
        self.page: str | None = None
        """What references within the text are references to, if not to the base."""
        self.seen: set[str] = set()
        self.images = 0
        self.sources: list[str] = []

    def start(self, base: str | None) -> None:
        """Nothing is known of a new document but what its references resolve against."""
        self.base = base
        self.seen = set()
        self.images = 0
        self.sources = []

    def may_be_lazy(self) -> bool:
        """Whether a lazy attribute could be of use in the document cleaned last."""
        if _LAZY in self.seen or self.images > len(self.sources):
            return True
        return any(map(is_placeholder, self.sources))

    def has_pixels(self) -> bool:
        """Whether an image of it may be there to be counted."""
        return _PIXEL in self.seen

    def is_settled(self, out: str) -> bool:
        """Whether cleaning `out`, which was just cleaned, would change nothing."""
        if "table" in self.seen and (_NESTED_LINK.search(out) or _NESTED_ITEM.search(out)):
            return False
        if self.seen.isdisjoint(_UNSTABLE_OR_HEADING):
            return True
        return self.seen.isdisjoint(_UNSTABLE) and not _NESTED_HEADING.search(out)

    def resolve(self, reference: str) -> str | None:
        """A reference of the document, absolute; None where it cannot be."""
        return absolute(reference, (reference[:1] == "#" and self.page) or self.base)

    def attribute(self, tag: str, name: str, value: str) -> str | None:
        """nh3 asks for every attribute that it would keep. Must not raise."""
        if name not in JUDGED:
            return value
        if name == "src" or name == "href":
            if tag == "img":
                return self.image(value)
            if tag == "iframe":
                return _player(value)
            if tag == "a" and "?" in value:
                return self.link(value)
            return value if value.startswith("http") else _url(tag, value)
        if name == "width" or name == "height":
            if tag == "img" and may_hide(value):
                self.seen.add(_PIXEL)
            return value
        if name == _SEEN:
            if tag == "img":
                self.images += 1
            else:
                self.seen.add(tag)
            return None
        return self.rare_attribute(tag, name, value)

    def image(self, value: str) -> str | None:
        """The source of an image, absolute."""
        self.sources.append(value)
        url: str | None = value
        if not value.startswith("http"):
            url = _url("img", value)
            if url is None or url[:5].lower() == "data:":
                return url
            url = absolute(url, self.base)
        if url and is_beacon(url):
            self.seen.add(_PIXEL)
        return url

    def link(self, value: str) -> str | None:
        """A link with a query, without tracking parameters."""
        url = value if value.startswith("http") else _url("a", value)
        if url is None or without_tracking(url) is url:
            return url
        # Made absolute first: "?utm_source=x" is the page without a query, and "" the page itself.
        url = absolute(url, self.base)
        return without_tracking(url) if url else None

    def rare_attribute(self, tag: str, name: str, value: str) -> str | None:
        """What `attribute` says of those that few tags have."""
        match name:
            case "style":
                if value != HIDDEN and not hides(value):
                    return None
                self.seen.add(_PIXEL)
                return HIDDEN
            case "class":
                return _code_language(value)
            case "srcset":
                return _srcset(value, self.base)
            case "cite":
                return self.resolve(value)
            case "poster":
                return _url(tag, value)
            case _:
                self.seen.add(_LAZY)
                return None


class Cleaners:
    """One thread's nh3, and the `desk` that it asks.

    A cleaner for each base would cost 40 µs an article, which all have their own; resolving
    in a callback costs nothing where references are absolute already, as most are.
    """

    def __init__(self) -> None:
        self.desk = Desk()
        self._fast = _cleaner(self.desk, _UNSTABLE)
        self._strict = _cleaner(self.desk, frozenset())

    def clean(self, html: str, base: str | None) -> str:
        """A new document, cleaned; what it holds is known then."""
        self.desk.start(base)
        return self._fast.clean(html)

    def clean_more(self, html: str) -> str:
        """A part of the document that was started, cleaned on its own."""
        return tidied(self._fast.clean(html), self.desk.seen)

    def clean_strictly(self, html: str, base: str | None) -> str:
        """Only what is allowed of `html`: nothing is let through to be known of."""
        self.desk.base = base
        return self._strict.clean(html)


def _cleaner(desk: Desk, marked: Set[str]) -> nh3.Cleaner:
    """nh3 as it is set up for all; tags that are `marked` are let through and known of."""
    seen = marked | _HEADINGS | {"iframe", "img", "pre", "table"}
    set_values: dict[str, dict[str, str]] = {tag: {_SEEN: ""} for tag in seen}
    set_values["iframe"].update(_FRAME_ATTRIBUTES)
    return nh3.Cleaner(
        tags=set(ALLOWED_TAGS | marked),
        clean_content_tags=set(DROPPED_WITH_CONTENT),
        attributes=ATTRIBUTES,
        attribute_filter=desk.attribute,
        tag_attribute_values={"img": {"referrerpolicy": {"no-referrer"}}},
        set_tag_attribute_values=set_values,
        url_schemes=set(SCHEMES | {"data"}),
        url_relative=desk.resolve,
    )


def tidied(out: str, seen: Set[str] = _TIDIED) -> str:
    """nh3's output without the frames of strangers and the images that count readers, and with
    every line of a ``pre``. `seen` holds what of these there may be."""
    if _PIXEL in seen:
        out = without_pixels(out)
    if "iframe" in seen:
        out = _IFRAME.sub(_kept_frame, out)
    if "pre" in seen:
        # A parser drops the line end that follows <pre>; the serializer does not put it back.
        out = _PRE_LINE.sub("\\1\n\n", out)
    return out


def _kept_frame(match: re.Match[str]) -> str:
    return known_frame(match[1] or "")


def known_frame(attributes: str) -> str:
    """The frame of a known player with these `attributes`; nothing where it has no address."""
    if ' src="https://' not in attributes:
        return ""
    # nh3 sets these in an order that differs from one process to the next.
    for name, value in _FRAME_ATTRIBUTES.items():
        attribute = f' {name}="{value}"'
        attributes = attributes.replace(attribute, "") + attribute
    return f"<iframe{attributes}></iframe>"


def _url(tag: str, value: str) -> str | None:
    """A URL attribute as a browser reads it (WHATWG URL, 4.4): trimmed, no tabs or line ends."""
    value = _STRIPPED.sub("", value).strip(_SPACES)
    if value[:5].lower() == "data:":
        fits = tag == "img" and len(value) <= _MOST_DATA
        return value if fits and _DATA_IMAGE.match(value) else None
    return value or None


def _player(value: str) -> str | None:
    match = _PLAYER.fullmatch(value.strip(_SPACES))
    url = absolute(f"https://{match[1]}{match[2]}", None) if match else None
    return None if url is None or _UPWARD.match(url) else url


def _code_language(value: str) -> str | None:
    kept = [name for name in value.split() if name.startswith(("language-", "lang-"))]
    return " ".join(kept) or None


def _srcset(value: str, base: str | None) -> str | None:
    """The candidates of a ``srcset`` (WHATWG HTML, 4.8.4.2.1), each made absolute."""
    kept: list[str] = []
    if len(value) > _LONGEST_SRCSET:
        return None
    if _IS_PLAIN_SRCSET.fullmatch(value):
        return value
    for match in _CANDIDATE.finditer(value):
        reference, descriptor = match[1], match[2]
        url = absolute(reference.rstrip(","), base)
        if reference.endswith(","):
            descriptor = ""
        if url is None or not url.startswith(("http:", "https:")):
            continue
        # A comma at either end of the URL would be read as the end of the candidate.
        url = url.replace(",", "%2C") if url.endswith(",") else url
        if not descriptor.strip():
            kept.append(url)
        elif _DESCRIPTOR.fullmatch(descriptor):
            kept.append(f"{url} {descriptor.strip()}")
    return ", ".join(kept) or None
