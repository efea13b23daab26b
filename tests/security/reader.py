"""The simplest feed reader there is: it believes what documents say and shows it in a browser."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from html import escape
from json import dumps
from typing import NamedTuple
from urllib.parse import urlsplit

from browser import chromium
from feed_server import FeedServer
from lxml import etree
from playwright.sync_api import BrowserContext, Dialog, Page, Request

_ATOM = "{http://www.w3.org/2005/Atom}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_MEDIA = "{http://search.yahoo.com/mrss/}"

CANARY = "canary.test"


class Shown(NamedTuple):
    """What a reader shows of an entry."""

    id: str
    html: tuple[str, ...]
    texts: tuple[str, ...]
    links: tuple[str, ...]
    images: tuple[str, ...]


def entries(document: bytes) -> list[Shown]:
    """The entries of an Atom or RSS document, each part shown as its format says it is to be."""
    root = etree.fromstring(document)
    return [_atom(entry) for entry in root.iter(f"{_ATOM}entry")] + [
        _rss(item) for item in root.iter("item")
    ]


def _atom(entry: etree._Element) -> Shown:
    html: list[str] = []
    texts: list[str] = []
    for name in ("title", "summary", "content", "rights"):
        for element in entry.iter(f"{_ATOM}{name}"):
            kind = element.get("type", "text")
            assert kind in ("text", "html"), kind
            (texts if kind == "text" else html).append(element.text or "")
    texts += [name.text or "" for name in entry.iter(f"{_ATOM}name")]
    texts += [category.get("term", "") for category in entry.iter(f"{_ATOM}category")]
    links = [link.get("href", "") for link in entry.iter(f"{_ATOM}link")]
    links += [uri.text or "" for uri in entry.iter(f"{_ATOM}uri")]
    links += [content.get("src", "") for content in entry.iter(f"{_ATOM}content")]
    return _shown(entry.findtext(f"{_ATOM}id"), html, texts, links, _images(entry))


def _rss(item: etree._Element) -> Shown:
    html = [element.text or "" for element in item.iter("description", f"{_CONTENT}encoded")]
    texts = [one.text or "" for one in item.iter("title", f"{_DC}creator", "category", "source")]
    links = [one.text or "" for one in item.iter("link", "comments")]
    links += [one.get("url", "") for one in item.iter("enclosure", "source")]
    guid = item.find("guid")
    assert guid is not None
    links += [guid.text or ""] if guid.get("isPermaLink") != "false" else []
    return _shown(guid.text, html, texts, links, _images(item))


def _images(entry: etree._Element) -> list[str]:
    return [thumbnail.get("url", "") for thumbnail in entry.iter(f"{_MEDIA}thumbnail")]


def _shown(
    name: str | None, html: list[str], texts: list[str], links: list[str], images: list[str]
) -> Shown:
    return Shown(name or "", tuple(html), tuple(texts), tuple(links), tuple(images))


# What is known on every page, before anything that a feed brought. Links of the web are not
# followed: only what a click runs is of interest.
_KNOWN = """
var ran = [];
if (top === self) {
  window.pwned = n => { ran.push(n); };
  addEventListener('message', e => { if (typeof e.data === 'number') ran.push(e.data); });
} else {
  window.pwned = n => top.pwned(n);
}
addEventListener('click', e => {
  if (isWeb(e.target)) e.preventDefault();
}, true);
function isWeb(element) {
  const link = element.closest && element.closest('a, area');
  return link && /^(https?|mailto|ftp|tel|sms):$/.test(link.protocol);
}
addEventListener('submit', e => {
  const to = e.submitter && e.submitter.hasAttribute('formaction') ?
    e.submitter.formAction : e.target.getAttribute('action') || '';
  if (!/^javascript:/i.test(to)) e.preventDefault();
}, true);
const EVENTS = ['pointerover', 'mouseover', 'mouseenter', 'mousemove', 'mousedown', 'mouseup',
  'mouseout', 'dblclick', 'contextmenu', 'wheel', 'keydown', 'keyup', 'focus', 'focusin', 'blur',
  'dragstart', 'copy', 'paste', 'toggle', 'input', 'change', 'scroll', 'animationend', 'start'];
async function exercise() {
  for (const lazy of document.querySelectorAll('[loading=lazy]')) lazy.loading = 'eager';
  for (const element of document.querySelectorAll('body, body *')) {
    for (const name of EVENTS) element.dispatchEvent(new MouseEvent(name, {
      bubbles: false, cancelable: true}));
    if (element.click) element.click();
    else element.dispatchEvent(new MouseEvent('click', {cancelable: true}));
    // The next click would take the place of what this one started.
    if (element.closest('a, area, button, input') && !isWeb(element))
      await new Promise(done => setTimeout(done, 20));
  }
}
function clobbered(n) {
  const name = 'clobber' + n;
  return window[name] !== undefined || document[name] !== undefined;
}
"""
_CONTROL = (
    _KNOWN
    + """
addEventListener('load', () => setTimeout(() => {
  const n = Number(location.pathname.split('/')[2]);
  if (clobbered(n)) pwned(n);
  // What a browser wrote out may run when it is read again.
  const again = document.createElement('div');
  again.innerHTML = document.body.innerHTML;
  document.body.append(again);
  exercise();
}));
"""
)
_HEAD = '<!doctype html><html><head><meta charset="utf-8"><title>Reader</title>'

_FAULTS = """
() => {
  const faults = [];
  const TAGS = new Set(('script style link meta base object embed applet form input button select '
    + 'textarea svg math template noscript title frame frameset xmp plaintext html body head '
    + 'portal dialog slot marquee').split(' '));
  const NAMES = new Set(('style id name srcdoc action formaction ping target background data is '
    + 'slot popover popovertarget tabindex autofocus contenteditable draggable form usemap '
    + 'http-equiv xlink:href code codebase archive dynsrc lowsrc longdesc').split(' '));
  for (const element of document.querySelectorAll('article *')) {
    const say = what => faults.push(what + ': ' + element.outerHTML.slice(0, 300));
    if (element.namespaceURI !== 'http://www.w3.org/1999/xhtml') say('another language than HTML');
    if (TAGS.has(element.localName)) say('a tag');
    if (element.localName === 'iframe' && !(element.hasAttribute('sandbox')
      && element.src.startsWith('https://www.youtube.com/embed/'))) say('a frame');
    for (const {name} of element.attributes) {
      if (name.startsWith('on') || NAMES.has(name)) say('the attribute ' + name);
    }
    for (const name of ['href', 'src', 'poster', 'cite', 'currentSrc']) {
      const url = element[name];
      if (typeof url !== 'string' || !url) continue;
      const isImage = element.localName === 'img';
      if (isImage && /^data:image\\/(png|gif|jpeg|webp)[;,]/.test(url)) continue;
      if (!/^(https?|mailto|ftp|tel|sms):/.test(url)) say('the address ' + url);
    }
  }
  return faults;
}
"""


def static_page(html: list[str], texts: list[str], links: list[str], images: list[str]) -> str:
    """All of it in one document, as a page of a planet would have it."""
    articles = "".join(f"<article>{one}</article>\n" for one in html)
    return (
        f"{_HEAD}<script>{_KNOWN}</script></head><body><main>{articles}</main>"
        f"{_plainly(texts, links, images)}</body></html>"
    )


def scripted_page(html: list[str], texts: list[str], links: list[str], images: list[str]) -> str:
    """The same, with the HTML put in by a script, as readers that are web apps do; and once more
    as the browser wrote it out again."""
    data = dumps(html).replace("<", "\\u003c")
    return (
        f"{_HEAD}<script>{_KNOWN}</script></head><body><main></main>"
        f"{_plainly(texts, links, images)}<script>"
        f"const main = document.querySelector('main');"
        f"for (const html of {data}) {{"
        "  const once = document.createElement('article'); main.append(once);"
        "  once.innerHTML = html;"
        "  const twice = document.createElement('article'); main.append(twice);"
        "  twice.innerHTML = once.innerHTML;"
        "}</script></body></html>"
    )


def _plainly(texts: list[str], links: list[str], images: list[str]) -> str:
    shown = "".join(f"<h2>{escape(text)}</h2>" for text in texts)
    linked = "".join(f'<a href="{escape(link)}">link</a>' for link in links)
    pictures = "".join(f'<img src="{escape(image)}">' for image in images)
    return f'<section id="end">{shown}{linked}{pictures}</section>'


def control_page(html: str) -> str:
    """A payload alone in a page, as it came."""
    # With it images fail at once, asking no server.
    base = "" if "<base" in html else '<base href="https://x.test/">'
    return f"{_HEAD}<script>{_CONTROL}</script>{base}</head><body>{html}"


def frames_page(paths: Iterable[str]) -> str:
    """The pages at these paths, all in one."""
    frames = "".join(f'<iframe src="{path}"></iframe>' for path in paths)
    return f"{_HEAD}<script>{_KNOWN}</script></head><body>{frames}</body></html>"


class Reader:
    """A browser, and what it was seen to do."""

    def __init__(self, context: BrowserContext, server: FeedServer) -> None:
        self.context = context
        self.server = server
        self.requests: list[Request] = []
        self.dialogs: list[str] = []
        self.opened: list[Page] = []
        context.on("request", self._request)
        context.on("dialog", self._dialog)
        context.on("page", self._page)

    def _request(self, request: Request) -> None:
        self.requests.append(request)

    def _page(self, page: Page) -> None:
        self.opened.append(page)

    def _dialog(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def open(self, path: str, html: str) -> Page:
        """A page of the reader's own server."""
        self.put(path, html)
        page = self.context.new_page()
        page.goto(self.server.url + path)
        return page

    def put(self, path: str, html: str) -> None:
        data = html.encode(errors="replace")
        self.server.put(path, data, content_type="text/html; charset=utf-8")

    def faults(self, page: Page) -> list[str]:
        """What should not be in an article, as the browser has it."""
        found: list[str] = page.evaluate(_FAULTS)
        return found

    def ran(self, page: Page) -> set[int]:
        """The payloads that called their hook on a page, or reached its owner on any."""
        found: set[int] = set(page.evaluate("ran"))
        asked = [urlsplit(request.url) for request in self.requests]
        return found | {int(url.path.split("/")[1]) for url in asked if url.hostname == CANARY}

    def asked_of_strangers(self) -> list[str]:
        """Requests to other hosts than the reader's own, as "type URL"."""
        return [
            f"{request.resource_type} {request.url}"
            for request in self.requests
            if urlsplit(request.url).hostname != "127.0.0.1"
            and not request.url.startswith(("data:", "about:"))
        ]


@contextmanager
def reader() -> Iterator[Reader]:
    """Debian's chromium, which asks nobody but loopback."""
    with FeedServer().serving() as server, chromium() as browser:
        yield Reader(browser.new_context(), server)
