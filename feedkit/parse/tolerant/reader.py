"""A document that is not well-formed → a `Feed`: the text is made ready for feedparser, taken apart
by it, and what it found is read."""

import io
import re
from itertools import islice
from xml.sax import SAXException

import feedparser
import msgspec

from feedkit.errors import ParseError
from feedkit.model import Feed
from feedkit.parse.draft import finish_feed
from feedkit.parse.sniff import root_name
from feedkit.parse.text import read_days, read_hours
from feedkit.parse.tolerant.entry import read_entry
from feedkit.parse.tolerant.feed import read_feed
from feedkit.parse.tolerant.for_feedparser import for_feedparser, refuse_excess
from feedkit.parse.tolerant.values import Values, object_of, objects_of, text_of, unescape_unread
from feedkit.parse.urls import document_base

_FORMATS = {"rss091n": "rss091", "rss091u": "rss091"}
_LINK = re.compile(r"<link>\s*(?:<!\[CDATA\[)?([^<>\[\]]{1,2000})", re.IGNORECASE)
_OTHERS_LINKS = ("image", "textinput", "textInput", "source")

# What feedparser 6.0.14 lets out when a document surprises it, found by fuzzing: its handlers
# index and convert what may be missing or no number, sgmllib asserts, and the strict parser
# raises its own UndeclaredNamespace through expat.
_SURPRISES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    SAXException,
    TypeError,
    ValueError,
    feedparser.UndeclaredNamespace,
)


def read_tolerantly(text: str, url: str | None, reason: str) -> Feed:
    """The feed in `text`, with `reason` as its bozo; raises ParseError when there is none."""
    refuse_excess(text, reason)
    base = document_base(url, _site(text))
    root = (root_name(text) or "").lower()
    document = _take_apart(for_feedparser(text), base, root == "rss", reason)
    version = text_of(document, "version")
    if not version and root not in ("channel", "item"):
        raise ParseError(reason)
    is_atom = version.startswith("atom")
    feed, entries = object_of(document, "feed"), objects_of(document, "entries")
    if dict.get(document, "bozo"):
        for values in (feed, *entries):
            unescape_unread(values)
    draft = read_feed(feed, base, is_atom)
    draft.skip_hours = read_hours(_texts_in(text, "skipHours", "hour"))
    draft.skip_days = read_days(_texts_in(text, "skipDays", "day"))
    outer = text_of(object_of(feed, "title_detail"), "base")
    read = [read_entry(entry, draft, outer, version) for entry in entries]
    if not read and not draft.title and not draft.url:
        raise ParseError(reason)
    if root == "channel" and version == "rss10":
        version = "rss11"  # which has a namespace of its own, that feedparser does not know
    format_ = _FORMATS.get(version, version) or "rss"
    return msgspec.structs.replace(finish_feed(draft, format_, read), bozo=reason)


def _take_apart(text: str, base: str | None, is_rss: bool, reason: str) -> Values:
    """feedparser's result. It gets a stream, so that it takes nothing for a path or a URL, with
    the headers that say what is known: that it is UTF-8 by now, and where it was found. It is not
    told of the latter for RSS, where it would make a URL of each ``<guid>`` that is none.
    """
    headers = {"content-type": "application/xml; charset=utf-8"}
    if base and not is_rss:
        headers["content-location"] = base
    try:
        return feedparser.parse(
            io.BytesIO(text.encode("utf-8", "replace")),
            response_headers=headers,
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except _SURPRISES as error:
        raise ParseError(f"{reason}; feedparser gave up on it too") from error


def _site(text: str) -> str | None:
    """The first ``<link>`` with text, where it stands before the entries and is the channel's."""
    head = text[: text.find("<item")] if "<item" in text else text
    for match in islice(_LINK.finditer(head), 10):
        before = head[: match.start()]
        if all(before.rfind(f"<{name}") <= before.rfind(f"</{name}") for name in _OTHERS_LINKS):
            return match[1].strip()
    return None


def _texts_in(text: str, list_name: str, name: str) -> list[str]:
    """The texts of a short list in the channel, of which feedparser keeps the last alone."""
    begin = text.find(f"<{list_name}>")
    end = text.find(f"</{list_name}>", begin)
    if begin < 0 or end < 0:
        return []
    return re.findall(rf"<{name}>([^<]{{1,20}})<", text[begin : min(end, begin + 5000)])
