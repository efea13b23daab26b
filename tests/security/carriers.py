"""Feeds and articles that carry payloads in everything they have, for a planet to collect."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import NamedTuple

from lxml import etree
from payloads import ENCODED, PAYLOADS, URLS, made
from planet import Planet

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_RSS = (
    '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/">'
    "<channel><title>{}</title><link>https://feed.test/</link><description>{}</description>"
)
_ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://feed.test/"><id>urn:f</id>'
    '<title type="html">{}</title><updated>2026-01-01T00:00:00Z</updated>'
)
_PLACES = (
    "<a href={}>x</a>", "<area href={}>", "<img src={}>", "<img srcset={}>", "<iframe src={}>",
    "<img data-src={}>", "<img src={} _src={}>", "<source data-srcset={}>", "<audio src={}>",
    "<video src={} poster={}><source src={}><track default src={}></video>", "<input src={}>",
    "<form action={}><button formaction={}>x</button></form>", "<object data={}></object>",
    "<embed src={}>", "<q cite={}>x</q>", "<blockquote cite={}>x</blockquote>", "<del cite={}>x",
    "<table background={}><td background={}>x</table>", "<svg><a xlink:href={}>x</a></svg>",
    "<math href={}>x</math>", "<link rel=stylesheet href={}>", "<base href={}>",
    "<a ping={} target={} href=x>x</a>", '<p style="background:url({})">x</p>', "<img longdesc={}>",
)  # fmt: skip


class Carried(NamedTuple):
    """A payload ready to be put somewhere."""

    number: int
    text: str

    def name(self, carrier: str) -> str:
        return f"tag:x.test,2026:{carrier}-{self.number}"

    @property
    def legal(self) -> str:
        """Without what XML cannot hold."""
        return _FORBIDDEN.sub("", self.text)

    @property
    def escaped(self) -> str:
        return escape(self.legal)


CARRIED = [Carried(number, made(one.html, number)) for number, one in enumerate(PAYLOADS)]
LINKS = [Carried(1000 + number, made(url.html, 1000 + number)) for number, url in enumerate(URLS)]


def carry(planet: Planet) -> Iterator[set[str]]:
    """Write config, feeds and articles, each carrier's in turn into a store of its own, where no
    other has the same entry; the ids of all entries that are to be published."""
    encoded = {f"encoded-{at}.xml": _encoded(at, *one) for at, one in _ENCODED}
    carriers = {
        "rss": ({"rss.xml": _rss("rss", CARRIED)}, CARRIED),
        "broken": ({"broken.xml": _rss("broken", CARRIED, broken=True)}, CARRIED),
        "links": ({"links.xml": _rss_links()}, LINKS),
        "atom": ({"atom.xml": _atom()}, CARRIED),
        "atom-links": ({"atom-links.xml": _atom_links()}, LINKS),
        "json": ({"feed.json": _json()}, CARRIED),
    }
    for carrier, (written, carried) in carriers.items():
        _configure(planet, carrier, written)
        yield {one.name(carrier) for one in carried}
    _configure(planet, "encoded", encoded)
    yield {f"tag:x.test,2026:encoded-{2000 + at}" for at, _ in _ENCODED}
    names = _articles(planet) | {one.name("article") for one in LINKS}
    _configure(
        planet,
        "articles",
        {},
        '[[articles]]\npath = "articles"\nbase_url = "https://feed.test/articles/"\n',
    )
    yield names


def _configure(
    planet: Planet, carrier: str, written: Mapping[str, str | bytes], more: str = ""
) -> None:
    for name, data in written.items():
        planet.write(name, data)
    feeds = "".join(f'[[feeds]]\nurl = "{name}"\n' for name in written)
    planet.configure(
        f'[store]\nurl = "sqlite:///{carrier}.db"\n[publish]\nentries = 5000\n{feeds}{more}'
    )


_ENCODED = list(enumerate(ENCODED.values()))


def _encoded(at: int, declared: bytes, text: bytes) -> bytes:
    number = 2000 + at
    return (
        b"<?xml version='1.0' encoding='%s'?><rss version='2.0'><channel><title>E</title>"
        b"<item><guid isPermaLink='false'>tag:x.test,2026:encoded-%d</guid><title>%s</title>"
        b"<description>%s</description></item></channel></rss>"
        % (declared, number, (encoded := text.replace(b"HOOK", b"pwned(%d)" % number)), encoded)
    )


def _rss(carrier: str, carried: Iterable[Carried], *, broken: bool = False) -> bytes:
    """Description escaped, content in CDATA; a `broken` one is not well-formed, and all of its
    characters are as they came."""
    items = []
    for one in carried:
        text = one.text if broken else one.legal
        cdata = text.replace("]]>", "]]]]><![CDATA[>")
        items.append(
            f'<item><guid isPermaLink="false">{one.name(carrier)}</guid>'
            f"<title>{escape(text)}</title><description>{escape(text)}</description>"
            f"<content:encoded><![CDATA[{cdata}\n<p>end</p>]]></content:encoded>"
            f"<dc:creator>{escape(text)}</dc:creator><category>{escape(text)}</category>"
            f"<link>{escape(text)}</link></item>"
        )
    head = _RSS.format("&nosuchname;" if broken else "RSS", escape("<script>pwned(1)</script>"))
    document = f"{head}{''.join(items)}</channel></rss>"
    return document.encode(errors="surrogatepass")


def _rss_links() -> bytes:
    items = []
    for one in LINKS:
        url = one.escaped
        items.append(
            f'<item><guid isPermaLink="false">{one.name("links")}</guid><title>{url}</title>'
            f"<link>{url}</link><comments>{url}</comments><author>{url}</author>"
            f'<enclosure url="{url}" type="image/png" length="1"/><media:thumbnail url="{url}"/>'
            f'<media:content url="{url}" medium="image"/><source url="{url}">{url}</source>'
            f"<description>{escape(everywhere(one.legal))}</description></item>"
        )
    return f"{_RSS.format('Links', 'd')}{''.join(items)}</channel></rss>".encode()


def everywhere(url: str) -> str:
    """`url` in every attribute that may hold one."""
    return "".join(place.replace("{}", f'"{escape(url)}"') for place in _PLACES)


def _atom() -> bytes:
    """Titles as HTML; content as HTML and, where it can be written so, the summary as XHTML."""
    entries = []
    for one in CARRIED:
        entries.append(
            f'<entry><id>{one.name("atom")}</id><title type="html">{one.escaped}</title>'
            f"<updated>2026-01-01T00:00:00Z</updated><link href={_quoted(one.legal)}/>"
            f"<author><name>{one.escaped}</name><uri>{one.escaped}</uri></author>"
            f"<rights>{one.escaped}</rights><category term={_quoted(one.legal)}/>"
            f'<content type="html">{one.escaped}</content>{_xhtml(one)}</entry>'
        )
    return f"{_ATOM.format('A')}{''.join(entries)}</feed>".encode()


def _xhtml(one: Carried) -> str:
    """The payload as the tree that an HTML parser makes of it, and as text where XML has CDATA."""
    page = etree.HTML(f"<html><body><div>{one.legal}</div></body></html>")
    root = next(page.iter("div"))
    root.set("xmlns", "http://www.w3.org/1999/xhtml")
    cdata = one.legal.replace("]]>", "]]]]><![CDATA[>")
    more = f"<style><![CDATA[{cdata}]]></style><p title={_quoted(one.legal)}>x</p></div>"
    text = etree.tostring(root, encoding="unicode", with_tail=False)
    text = f"{text[:-2]}>{more}" if text.endswith("/>") else text.removesuffix("</div>") + more
    try:
        etree.fromstring(text)
    except etree.XMLSyntaxError:  # names of attributes that only HTML can have
        text = f'<div xmlns="http://www.w3.org/1999/xhtml">{more}'
    return f'<summary type="xhtml">{text}</summary>'


def _atom_links() -> bytes:
    entries = []
    for one in LINKS:
        url = _quoted(one.legal)
        entries.append(
            f"<entry><id>{one.name('atom-links')}</id><title>{one.escaped}</title>"
            f'<updated>2026-01-01T00:00:00Z</updated><link href={url}/><link rel="related" '
            f'href={url}/><link rel="enclosure" href={url}/><link rel="replies" href={url}/>'
            f"<author><name>{one.escaped}</name><uri>{one.escaped}</uri></author>"
            f'<content type="text/html" src={url}/><source><id>{one.escaped}</id><title '
            f'type="html">{one.escaped}</title><link href={url}/><link rel="self" href={url}/>'
            "</source></entry>"
        )
    return f"{_ATOM.format(escape('<svg onload=pwned(1)>'))}{''.join(entries)}</feed>".encode()


def _json() -> bytes:
    """All characters as they came, but for surrogates: JSON can name each."""
    texts = {one: _SURROGATES.sub("", one.text) for one in CARRIED}
    items = [
        {"id": one.name("json"), "title": text, "content_html": text, "summary": text,
         "url": text, "image": text, "authors": [{"name": text, "url": text}], "tags": [text],
         "attachments": [{"url": text, "mime_type": text}]}
        for one, text in texts.items()
    ]  # fmt: skip
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": items,
            "home_page_url": "https://feed.test/"}  # fmt: skip
    return json.dumps(feed).encode()


def _articles(planet: Planet) -> set[str]:
    names = set()
    for kind in ("md", "html", "txt"):
        for one in CARRIED:
            body = one.text.replace("\0", "")
            names.add(name := one.name(kind))
            text = f"{_front_matter(name, one)}{body}\n".encode(errors="surrogatepass")
            planet.write(f"articles/{kind}-{one.number}.{kind}", text)
    for one in LINKS:
        front = _front_matter(one.name("article"), one)
        body = f"[x]({one.legal}) ![x](<{one.legal}>)\n\n{everywhere(one.legal)}\n"
        planet.write(f"articles/link-{one.number}.md", front + body)
    return names


def _front_matter(name: str, one: Carried) -> str:
    value = json.dumps(one.legal)
    fields = ("title", "permalink", "headimg", "author", "rights", "description")
    lines = [f"{field}: {value}\n" for field in fields]
    return f"---\nid: {name}\n{''.join(lines)}---\n"


def _quoted(text: str) -> str:
    return f'"{escape(text)}"'
