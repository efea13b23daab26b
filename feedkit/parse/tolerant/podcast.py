"""What podcasts add to RSS, as feedparser has it."""

from feedkit.model import Person, Resource
from feedkit.parse.draft import EntryDraft, FeedDraft
from feedkit.parse.podcast import HOSTS, MAX_TRANSCRIPTS
from feedkit.parse.text import (
    add_person,
    collapse,
    read_duration,
    read_flag,
    read_language,
    read_number,
    read_person,
    with_person,
)
from feedkit.parse.tolerant.for_feedparser import UNREAD
from feedkit.parse.tolerant.values import Values, numbered, object_of, text_of, url_of


def podcast_texts(values: Values, name: str) -> list[str]:
    """What the namespaces of podcasts say under `name`, Apple's first."""
    google = {"summary": "description"}.get(name, name)
    texts = (text_of(values, f"itunes_{UNREAD}{name}"), text_of(values, f"googleplay_{google}"))
    return [text for text in texts if text]


def add_participants(draft: EntryDraft | FeedDraft, values: Values, base: str | None) -> None:
    """Adds who makes the show or the episode, and who takes part in it."""
    for name in podcast_texts(values, "author"):
        draft.other_authors = with_person(draft.other_authors, read_person(name))
    for participant in numbered(values, "podcast_person"):
        name = collapse(text_of(participant, "name"))
        person = Person(name=name, url=url_of(participant, "href", base)) if name else None
        if (text_of(participant, "role") or "host").lower() in HOSTS:
            draft.hosts = with_person(draft.hosts, person)
        elif isinstance(draft, EntryDraft):
            add_person(draft.contributors, person)


def read_episode(draft: EntryDraft, entry: Values) -> None:
    """Notes what `entry` is as an episode."""
    base = draft.base
    extra = draft.extra()
    extra.duration = read_duration(text_of(entry, "itunes_duration"))
    extra.episode = _first_number(entry, "itunes_episode", "podcast_episode")
    extra.season = _first_number(entry, "itunes_season", "podcast_season")
    words = (*podcast_texts(entry, "explicit"), text_of(entry, "explicit"))
    flags = map(read_flag, words)
    extra.explicit = next((flag for flag in flags if flag is not None), None)
    found = [_resource(values, base) for values in numbered(entry, "podcast_transcript")]
    extra.transcripts = tuple(filter(None, found))[:MAX_TRANSCRIPTS]
    extra.chapters = _resource(object_of(entry, "podcast_chapters"), base)


def _first_number(entry: Values, *names: str) -> int | None:
    numbers = (read_number(text_of(entry, name)) for name in names)
    return next((number for number in numbers if number is not None), None)


def _resource(values: Values, base: str | None) -> Resource | None:
    url = url_of(values, "url", base)
    if not url:
        return None
    language = read_language(text_of(values, "language"))
    return Resource(url=url, type=text_of(values, "type") or None, language=language)
