"""What feedparser found of a feed itself → a draft of it."""

from feedkit.model import Person
from feedkit.parse.draft import FeedDraft
from feedkit.parse.links import add_feed_link, link_relation
from feedkit.parse.text import plain_title, read_language, read_minutes, read_number
from feedkit.parse.tolerant.for_feedparser import RSS_LINK, UNREAD
from feedkit.parse.tolerant.podcast import add_participants, podcast_texts
from feedkit.parse.tolerant.values import (
    Values,
    date_of,
    object_of,
    objects_of,
    people_of,
    text_of,
    title_of,
    url_of,
)


def read_feed(feed: Values, base: str | None, is_atom: bool) -> FeedDraft:
    """What `feed` says of itself; what it refers to is relative to `base`."""
    draft = FeedDraft(base=base, id=text_of(feed, "id") or None)
    draft.title = title_of(feed, "title", is_atom)
    draft.subtitle = title_of(feed, "subtitle", is_atom) or None
    draft.tagline = plain_title(text_of(feed, f"itunes_{UNREAD}subtitle")) or None
    summaries = map(plain_title, podcast_texts(feed, "summary"))
    draft.other_subtitle = next(filter(None, summaries), None)
    draft.rights = title_of(feed, "rights", is_atom) or None
    draft.language = read_language(text_of(feed, "language"))
    draft.authors = people_of(feed, "authors", base)
    add_participants(draft, feed, base)
    name, email = text_of(feed, f"itunes_{UNREAD}name"), text_of(feed, f"itunes_{UNREAD}email")
    if name or email:
        draft.owner = Person(name=name or None, email=email or None)
    draft.updated = date_of(feed, "updated")
    draft.other_updated = date_of(feed, f"dc_{UNREAD}date")
    if not is_atom:
        draft.other_updated = date_of(feed, "published") or draft.other_updated
    draft.ttl = read_number(text_of(feed, "ttl"))
    draft.period = read_minutes(text_of(feed, "sy_updateperiod"))
    draft.frequency = read_number(text_of(feed, "sy_updatefrequency")) or 1
    draft.image = url_of(object_of(feed, "image"), "href", base) or url_of(feed, "logo", base)
    cover = url_of(object_of(feed, "googleplay_image"), "href", base)
    draft.other_image = url_of(feed, "icon", base) or cover
    for link in objects_of(feed, "links"):
        relation, href = link_relation(text_of(link, "rel")), url_of(link, "href", base)
        if relation == "alternate" and RSS_LINK in link:
            draft.link = draft.link or href
        elif href:
            add_feed_link(draft, relation, href, text_of(link, "type"))
    return draft
