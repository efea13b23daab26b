"""What podcasts add to RSS: the namespaces of Apple (itunes), of Google Play, and of Podcasting 2.0
(https://podcasting2.org/docs/podcast-namespace)."""

from lxml import etree

from feedkit.model import Person, Resource
from feedkit.parse.draft import EntryDraft, FeedDraft
from feedkit.parse.markup import text_of
from feedkit.parse.modules import EntryReader, FeedReader, atom_person, target
from feedkit.parse.text import (
    add_person,
    collapse,
    plain_title,
    read_duration,
    read_flag,
    read_language,
    read_number,
    read_person,
    with_person,
)

HOSTS = ("host", "co-host", "author")
"""Roles of a podcast:person who makes an episode."""

MAX_TRANSCRIPTS = 100
"""Of one episode, which has one in each language and form."""


def read_podcast_author(draft: EntryDraft | FeedDraft, element: etree._Element) -> None:
    """``itunes:author``, ``googleplay:author``."""
    draft.other_authors = with_person(draft.other_authors, read_person(text_of(element)))


def read_cover(draft: EntryDraft, element: etree._Element) -> None:
    """``itunes:image`` and ``googleplay:image`` of an episode."""
    url = target(element, "href", draft.base) or target(element, "url", draft.base)
    draft.cover = draft.cover or url


def read_feed_cover(draft: FeedDraft, element: etree._Element) -> None:
    """``itunes:image`` and ``googleplay:image`` of a show."""
    url = target(element, "href", draft.base) or target(element, "url", draft.base)
    draft.other_image = draft.other_image or url


def read_episode_duration(draft: EntryDraft, element: etree._Element) -> None:
    """``itunes:duration``, in seconds or as a clock shows them."""
    extra = draft.extra()
    extra.duration = read_duration(element.text) if extra.duration is None else extra.duration


def read_episode(draft: EntryDraft, element: etree._Element) -> None:
    """``itunes:episode``, ``podcast:episode``."""
    extra = draft.extra()
    extra.episode = read_number(element.text) if extra.episode is None else extra.episode


def read_season(draft: EntryDraft, element: etree._Element) -> None:
    """``itunes:season``, ``podcast:season``."""
    extra = draft.extra()
    extra.season = read_number(element.text) if extra.season is None else extra.season


def read_episode_title(draft: EntryDraft, element: etree._Element) -> None:
    """``itunes:title``: without the show and the number that ``title`` may add to it."""
    draft.other_title = draft.other_title or plain_title(text_of(element))


def read_explicit(draft: EntryDraft, element: etree._Element) -> None:
    """``itunes:explicit``, ``googleplay:explicit``."""
    extra = draft.extra()
    extra.explicit = read_flag(element.text) if extra.explicit is None else extra.explicit


def read_show_notes(draft: EntryDraft, element: etree._Element) -> None:
    """``itunes:summary``, ``googleplay:description``: HTML as practice has it; a summary for
    episodes that have no other."""
    draft.other_summary = draft.other_summary or text_of(element).strip() or None


def read_tagline(draft: EntryDraft, element: etree._Element) -> None:
    """``itunes:subtitle``: the shortest summary."""
    draft.tagline = draft.tagline or text_of(element).strip() or None


def read_participant(draft: EntryDraft, element: etree._Element) -> None:
    """``podcast:person`` of an episode: its hosts are its authors, all others contributors."""
    person = _participant(element, draft.base)
    if _is_host(element):
        draft.hosts = with_person(draft.hosts, person)
    else:
        add_person(draft.contributors, person)


def read_show_participant(draft: FeedDraft, element: etree._Element) -> None:
    """``podcast:person`` of a show."""
    if _is_host(element):
        draft.hosts = with_person(draft.hosts, _participant(element, draft.base))


def _participant(element: etree._Element, base: str | None) -> Person | None:
    name = collapse(text_of(element))
    return Person(name=name, url=target(element, "href", base)) if name else None


def _is_host(element: etree._Element) -> bool:
    role = element.get("role", "host").strip().lower()  # the default of the podcast namespace
    return role in HOSTS


def read_owner(draft: FeedDraft, element: etree._Element) -> None:
    """``itunes:owner``: whom to write to about the show."""
    draft.owner = draft.owner or atom_person(element, draft.base)


def read_owner_mail(draft: FeedDraft, element: etree._Element) -> None:
    """``googleplay:email``."""
    draft.owner = draft.owner or read_person(text_of(element))


def read_transcript(draft: EntryDraft, element: etree._Element) -> None:
    """``podcast:transcript``."""
    resource = _resource(draft, element)
    extra = draft.extra()
    if resource and len(extra.transcripts) < MAX_TRANSCRIPTS:
        extra.transcripts += (resource,)


def read_chapters(draft: EntryDraft, element: etree._Element) -> None:
    """``podcast:chapters``."""
    extra = draft.extra()
    extra.chapters = extra.chapters or _resource(draft, element)


def _resource(draft: EntryDraft, element: etree._Element) -> Resource | None:
    url = target(element, "url", draft.base)
    if not url:
        return None
    language = read_language(element.get("language"))
    return Resource(url=url, type=element.get("type") or None, language=language)


ENTRY: dict[str, EntryReader] = {
    "itunes:author": read_podcast_author,
    "itunes:duration": read_episode_duration,
    "itunes:episode": read_episode,
    "itunes:explicit": read_explicit,
    "itunes:image": read_cover,
    "itunes:season": read_season,
    "itunes:subtitle": read_tagline,
    "itunes:summary": read_show_notes,
    "itunes:title": read_episode_title,
    "googleplay:author": read_podcast_author,
    "googleplay:description": read_show_notes,
    "googleplay:explicit": read_explicit,
    "googleplay:image": read_cover,
    "podcast:chapters": read_chapters,
    "podcast:episode": read_episode,
    "podcast:person": read_participant,
    "podcast:season": read_season,
    "podcast:transcript": read_transcript,
}

FEED: dict[str, FeedReader] = {
    "itunes:author": read_podcast_author,
    "itunes:image": read_feed_cover,
    "itunes:owner": read_owner,
    "googleplay:author": read_podcast_author,
    "googleplay:email": read_owner_mail,
    "googleplay:image": read_feed_cover,
    "podcast:person": read_show_participant,
}
