"""A document's text made ready for feedparser, so that it loses less of it.

feedparser keeps one value for an element of a name, mixes what several namespaces say under one
key, and knows a namespace by one spelling. Here each prefix becomes the conventional one, elements
that feedparser would mix get names of their own ("unread-…", which it stores as they are), and
those of which an entry has several get numbers.
"""

import re
from html import escape
from itertools import count

from feedkit.errors import ParseError
from feedkit.parse.geo import GML_SHAPES
from feedkit.parse.names import RSS_URIS, normal_uri, prefix_of

# Stands for "@" while feedparser has the text. It would look for addresses in names, cut them
# after four letters of "example", and give one author's address to the next of the same entry.
AT = "\ufdd0"

MAX_MARKUP = 300_000
"""Tags. feedparser takes up to 20 µs for each, however small, so this is six seconds."""

MAX_NAMES = 200
"""Attributes of one tag, and namespace prefixes of a document. feedparser looks each up among all
the others."""

MAX_PAIRS = 100_000_000
"""Pairs of categories of one entry, of which each is compared with each: two seconds."""

UNREAD = "unread-"
"""Goes before the name of an element that feedparser would mix with another or misread."""

RSS_LINK = "rss"
"""An attribute that marks RSS's own ``link``, which feedparser keeps in a list with Atom's."""

_KNOWN_URIS = {
    "atom": "http://www.w3.org/2005/Atom",
    "": "http://purl.org/rss/1.0/",
    "cc": "http://web.resource.org/cc/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "creativecommons": "http://backend.userland.com/creativeCommonsRssModule",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "geo": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "georss": "http://www.georss.org/georss",
    "gml": "http://www.opengis.net/gml",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "googleplay": "http://www.google.com/schemas/play-podcasts/1.0",
    "itunes": "http://www.itunes.com/DTDs/PodCast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "podcast": "https://podcastindex.org/namespace/1.0",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
}
_UNPREFIXED = ("atom", "", "rdf", "xhtml", "pheedo")
_MIXED = frozenset((
    "dc:date", "geo:lat", "geo:long", "georss:box", "georss:line", "georss:point",
    "georss:polygon", "itunes:author", "itunes:email", "itunes:explicit", "itunes:keywords",
    "itunes:name", "itunes:subtitle", "itunes:summary", "media:category", "media:keywords",
))  # fmt: skip
_NUMBERED = frozenset(("podcast:transcript", "podcast:person"))

_TAG = re.compile(r"""<[^<>"']*+(?:"[^"<]*+"[^<>"']*+|'[^'<]*+'[^<>"']*+)*+""")
_PREFIX = re.compile(r"xmlns:([^\s=<>]{1,100})", re.IGNORECASE)
_ENTRY = re.compile(r"<(?:item|entry)\b", re.IGNORECASE)
_CATEGORY = re.compile(r"<[^\s<>:/]{0,40}:?(?:category|subject)\b", re.IGNORECASE)
_DECLARATION = re.compile(r"\s*<\?xml[^>]*>")
_NAMESPACE = re.compile(r"""(\sxmlns)(?::([\w.-]{1,40}))?(\s*=\s*)(["'])([^"'<>]{1,200})\4""")
_TAG_NAME = re.compile(r"(</?)([a-zA-Z][\w.-]{0,40}):([a-zA-Z][\w.-]{0,40})")
_PERSON = re.compile(
    r"<podcast:person\b([^<>]{0,1000})(?<!/)>([^<>]{1,200})</podcast:person\s*>", re.IGNORECASE
)
_IMAGE = re.compile(r"<image>\s*([^<>\s\"]{1,2000})\s*</image>", re.IGNORECASE)
_LINK = re.compile(r"<link\s*>(\s*</link\s*>)?", re.IGNORECASE)
_PERMANENT = re.compile(
    r"""(<guid\b[^<>]{0,200}?\bispermalink\s{0,9}=\s{0,9}["'])\s{0,9}(?:true|yes|1)?\s{0,9}(?=["'])""",
    re.IGNORECASE,
)
_ID = re.compile(r"(<(?:[\w.-]{1,40}:)?id)\s*>", re.IGNORECASE)
_WHERE = re.compile(
    r"<georss:where\s*>((?:[^<]|<(?!/?georss:where\b)){0,9000}+)</georss:where\s*>", re.IGNORECASE
)
_GML = re.compile(r"<gml:(point|linestring|polygon|envelope)\b", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^<>]*>")
_QUOTE = re.compile("(&)(quot|apos|#34|#39);")
_ESCAPED_QUOTE = re.compile("(&amp;)(quot|apos|#34|#39);")
_CDATA = re.compile(r"(<!\[CDATA\[(?:[^\]]|\](?!\]>))*+\]\]>)")
_COUNTED = re.compile(r"(<podcast:(?:season|episode))\b[^<>/]{1,500}>", re.IGNORECASE)
_ITEM_IMAGE = re.compile(r"<image>(?:[^<]|<(?!/?image\b)){0,3000}+</image>", re.IGNORECASE)
_IMAGE_URL = re.compile(r"<url>\s*([^<>\s\"]{1,2000})\s*</url>", re.IGNORECASE)
_MEDIA_TEXT = re.compile(r"<(/?)media:(description|title|content)\b([^<>]{0,2000})>", re.IGNORECASE)
_MEDIA = re.compile(r"<(/?)media:(group|content)\b", re.IGNORECASE)
# Lists of words that no other reader of feedkit takes for categories; feedparser does, at a cost
# that grows with the square of their number.
_WORD_LIST = re.compile(r"(</?)(?=(?:keywords|tags)\b)", re.IGNORECASE)


def refuse_excess(text: str, reason: str) -> None:
    """Keeps feedparser's time within seconds, whatever the document: raises ParseError, with
    `reason` at its end, for what would take longer."""
    if text.count("<") + text.count("&") // 5 > MAX_MARKUP:
        raise ParseError(f"it has too many tags to be mended; {reason}")
    if any(tag[0].count("=") > MAX_NAMES for tag in _TAG.finditer(text)):
        raise ParseError(f"it has a tag with over {MAX_NAMES} attributes; {reason}")
    if sum(len(_CATEGORY.findall(entry)) ** 2 for entry in _ENTRY.split(text)) > MAX_PAIRS:
        raise ParseError(f"it has an entry with too many categories; {reason}")
    if len(set(_PREFIX.findall(text))) > MAX_NAMES:
        raise ParseError(f"it declares over {MAX_NAMES} namespaces; {reason}")


def for_feedparser(text: str) -> str:
    """`text` as feedparser reads it best. It means the same to a reader that knows the names."""
    if declaration := _DECLARATION.match(text):
        text = text[declaration.end() :]
    text = text.replace("\r\n", "\n").replace("\r", "\n")  # XML 1.0, 2.11
    text = _with_ends(_with_ends(text, "<![CDATA[", "]]>"), "<!--", "-->")
    text = _with_quotes_by_number(text)
    text = _WORD_LIST.sub(rf"\1{UNREAD}", text)
    text = _with_known_names(text)
    if "<podcast:person" in text:
        text = _PERSON.sub(_named_person, text)
    if "<media:group" in text:
        text = _with_marked_groups(text)
    if "<media:" in text:
        text = _with_apart_texts(text)
    if "<podcast:" in text:  # of what has attributes, feedparser drops the text
        text = _COUNTED.sub(r"\1>", text)
    if "<georss:where" in text:
        text = _WHERE.sub(_simple_shape, text)
    text = _with_known_images(text)
    text = _LINK.sub(_marked_link, text)
    # Of an Atom id that is no address, feedparser would make one.
    text = _ID.sub(r'\1 ispermalink="false">', text)
    text = _PERMANENT.sub(r"\1true", text)
    return _with_numbers(text).replace("@", AT)


def _with_ends(text: str, opening: str, closing: str) -> str:
    """`text` without those openings that nothing closes, which would swallow all after them."""
    last = text.rfind(closing) + 1
    return text[:last] + text[last:].replace(opening, "")


def _with_quotes_by_number(text: str) -> str:
    """`text` with the quotation marks of its HTML in numbers. feedparser resolves their names twice
    in what is not well-formed, and an attribute would end at a quotation mark within it.

    In CDATA they stand as HTML has them, elsewhere once more escaped, but in XHTML, which is left
    as it is.
    """
    parts = _CDATA.split(text)
    for index in range(1, len(parts), 2):
        parts[index] = _QUOTE.sub(_quote_by_number, parts[index])
    if "xhtml" not in text:
        for index in range(0, len(parts), 2):
            parts[index] = _ESCAPED_QUOTE.sub(_quote_by_number, parts[index])
    return "".join(parts)


def _quote_by_number(match: re.Match[str]) -> str:
    return f"{match[1]}#x{'22' if match[2] in ('quot', '#34') else '27'};"


def _with_known_names(text: str) -> str:
    """`text` with each known namespace under its conventional prefix and feedparser's URI."""
    kinds = {prefix: prefix for prefix in _KNOWN_URIS if prefix not in _UNPREFIXED}
    declared: set[str] = set()

    def declare(match: re.Match[str]) -> str:
        start, prefix, equals, quote, uri = match.groups()
        kind = prefix_of(uri)
        if kind is None or kind not in _KNOWN_URIS:
            return match[0]
        if kind == "" or (kind == "atom" and not uri.startswith(_KNOWN_URIS["atom"])):
            known = _version_uri(uri, kind)
            return f"{start}{':' + prefix if prefix else ''}{equals}{quote}{known}{quote}"
        if not prefix or kind in _UNPREFIXED:
            return match[0]
        kinds[prefix.lower()] = kind
        if kind in declared:
            return ""
        declared.add(kind)
        return f"{start}:{kind}{equals}{quote}{_KNOWN_URIS[kind]}{quote}"

    def rename(match: re.Match[str]) -> str:
        opening, prefix, name = match.groups()
        kind = kinds.get(prefix.lower())
        if kind is None:
            return match[0]
        unread = UNREAD if f"{kind}:{name.lower()}" in _MIXED else ""
        return f"{opening}{kind}:{unread}{name}"

    return _TAG_NAME.sub(rename, _NAMESPACE.sub(declare, text))


def _version_uri(uri: str, kind: str) -> str:
    """The URI by which feedparser knows a version of RSS or Atom, whose readers it tells apart."""
    lower = uri.lower()
    if kind == "atom":
        return _KNOWN_URIS["atom"] if "2005" in lower else uri
    if normal_uri(uri) not in RSS_URIS:
        return "http://backend.userland.com/rss"
    return "http://my.netscape.com/rdf/simple/0.9/" if "rdf/simple" in lower else _KNOWN_URIS[""]


def _named_person(match: re.Match[str]) -> str:
    """A person whose name is an attribute, for feedparser drops the text of what has any."""
    name = escape(match[2], quote=True).replace("&amp;", "&")
    return f'<podcast:person{match[1]} name="{name}"/>'


def _with_known_images(text: str) -> str:
    """`text` with itunes' images in place of those that feedparser drops: an image as a text, and
    any of an item."""
    text = _IMAGE.sub(r'<itunes:image href="\1"/>', text)
    first = text.find("<item")
    return text if first < 0 else text[:first] + _ITEM_IMAGE.sub(_known_image, text[first:])


def _known_image(match: re.Match[str]) -> str:
    url = _IMAGE_URL.search(match[0])
    return f'<itunes:image href="{url[1]}"/>' if url else match[0]


def _simple_shape(match: re.Match[str]) -> str:
    """A shape of GML as GeoRSS Simple has it."""
    name = _GML.search(match[1])
    if name is None:
        return ""
    kind = f"georss:{UNREAD}{GML_SHAPES[name[1].lower()]}"
    return f"<{kind}>{_ANY_TAG.sub(' ', match[1])}</{kind}>"


def _marked_link(match: re.Match[str]) -> str:
    """A link of RSS, marked. An empty one is dropped: feedparser would not look for another."""
    return "" if match[1] else f'<link {RSS_LINK}="1">'


def _with_apart_texts(text: str) -> str:
    """`text` with names of its own for each ``media:description``, with its type in it, and each
    ``media:title``. feedparser takes them for the item's own, also those of a single file."""
    names = {"description": "description", "title": "title"}
    is_inside = False

    def renamed(match: re.Match[str]) -> str:
        nonlocal is_inside
        closes, name, attributes = match[1], match[2].lower(), match[3]
        if name == "content":
            is_inside = not closes and not attributes.endswith("/")
            return match[0]
        if not closes and name == "title":
            names[name] = "inner-title" if is_inside else "title"
        elif not closes:
            kind = "-html" if "html" in attributes else "-plain" if "plain" in attributes else ""
            names[name] = f"description{kind}"
        empty = "/" if attributes.endswith("/") else ""
        return f"<{closes}media:{UNREAD}{names[name]}{empty}>"

    return _MEDIA_TEXT.sub(renamed, text)


def _with_marked_groups(text: str) -> str:
    """`text` with the number of its ``media:group`` on each ``media:content`` inside of one."""
    pieces: list[str] = []
    position, group, groups = 0, 0, count(1)
    for match in _MEDIA.finditer(text):
        closes, name = match[1], match[2].lower()
        if name == "group":
            group = 0 if closes else next(groups)
        elif group and not closes:
            pieces += (text[position : match.end()], f' group="{group}"')
            position = match.end()
    return "".join((*pieces, text[position:]))


def _with_numbers(text: str) -> str:
    numbers = count()

    def numbered(match: re.Match[str]) -> str:
        name = f"{match[2]}:{match[3]}".lower()
        if match[1] == "<" and name in _NUMBERED:
            return f"{match[0]}-{next(numbers)}"
        return match[0]

    return _TAG_NAME.sub(numbered, text) if "<podcast:" in text else text
