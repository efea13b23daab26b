"""WebSub, the subscriber's side: what hubs were asked for, what they granted, and what they tell.

A hub is asked to tell of a feed's news at an address that nobody else knows, and to sign what it
sends. It verifies that it was asked (W3C WebSub, 5.3), and grants it for a while. What it sends
then (7) is taken as word that there is news, if the signature is right: the feed is asked at its
own address. So nobody who learns an address or a secret can put a word into an entry, and a message
that comes late, or twice, changes nothing back.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl

import msgspec
from msgspec import Struct

LEASE = 10 * 86_400
"""Seconds for which hubs are asked to tell."""
LONGEST_LEASE = 60 * 86_400
_SHORTEST_LEASE = 60
_RENEWED = 0.2
"""Of a lease, what is left of it when it is renewed."""
_ANSWERED_WITHIN = 86_400.0
"""Seconds in which a hub has to verify what it was asked."""
_FIRST_RETRY = 300.0
_LONGEST_RETRY = 86_400.0
_REMEMBERED = 50
"""Messages of each subscription that are known again."""
_SIGNATURE = re.compile(r"(sha1|sha256|sha384|sha512)=([0-9a-fA-F]+)")
_LONGEST_CHALLENGE = 4_096


class Subscription(Struct):
    """What one hub is asked, of one feed. Times are seconds since 1970."""

    feed: str
    """As the configuration names it."""
    hub: str
    topic: str
    token: str
    """What the address ends in that the hub is given."""
    secret: str
    lease_until: float = 0.0
    """0: nothing is granted."""
    renew_at: float = 0.0
    """When the hub is to be asked (again)."""
    asked_at: float = 0.0
    """When it last was."""
    failures: int = 0
    """In a row: it could not be asked, or did not verify."""
    messages: list[str] = []
    """What the last ones were, as digests."""


class Subscriptions:
    """All subscriptions of one daemon; they are in one file, for its owner alone."""

    def __init__(self, file: Path | None) -> None:
        """`file` keeps them over a restart; None: nothing does."""
        self._file = file
        self._by_feed: dict[str, Subscription] = {}
        self.on_news: Callable[[str], None] = lambda _: None
        """Called with the feed that has news."""
        self.on_change: Callable[[str, float], None] = lambda _, __: None
        """Called with a feed whose lease began, and when it ends; 0: it ended before its time."""
        if file is not None:
            with suppress(OSError, msgspec.MsgspecError):
                kept = msgspec.json.decode(file.read_bytes(), type=list[Subscription])
                self._by_feed = {each.feed: each for each in kept}

    # What the daemon does with them

    def want(self, feed: str, hub: str, topic: str) -> bool:
        """Have `hub` tell of the news of `feed`, which is `topic` to it; whether that is new.
        Call `keep` after the last of them."""
        known = self._by_feed.get(feed)
        if known is not None and (known.hub, known.topic) == (hub, topic):
            return False
        if known is not None and known.lease_until:
            self.on_change(feed, 0.0)
        token, secret = secrets.token_urlsafe(24), secrets.token_urlsafe(32)
        self._by_feed[feed] = Subscription(feed, hub, topic, token, secret)
        return True

    def follow(self, feeds: frozenset[str]) -> None:
        """Forget the subscriptions of all other feeds: what their hubs send is refused from now on,
        so that they end them."""
        gone = self._by_feed.keys() - feeds
        for feed in gone:
            del self._by_feed[feed]
            self.on_change(feed, 0.0)
        if gone:
            self.keep()

    def due(self, now: float) -> list[Subscription]:
        """Those whose hubs are to be asked now."""
        return [each for each in self._by_feed.values() if each.renew_at <= now]

    def asking(self, subscription: Subscription, now: float) -> None:
        """Note that the hub is being asked, and call `keep` before it is: it may verify before it
        answers."""
        subscription.asked_at = now
        subscription.failures += 1  # until it verifies
        pause = min(_FIRST_RETRY * 2 ** (subscription.failures - 1), _LONGEST_RETRY)
        subscription.renew_at = now + pause

    def leases(self, now: float) -> Mapping[str, datetime]:
        """The feeds whose hubs tell of their news, and until when."""
        return {
            each.feed: datetime.fromtimestamp(each.lease_until, UTC)
            for each in self._by_feed.values()
            if each.lease_until > now
        }

    # What hubs do

    def verified(self, token: str, query: str, now: float) -> str | None:
        """What to answer a hub that verifies what it was asked (5.3), or denies it (5.2); None: it
        was not asked that."""
        said = dict(parse_qsl(query, keep_blank_values=True, errors="replace"))
        each = self._of(token)
        if each is None or said.get("hub.topic") != each.topic:
            return None
        if said.get("hub.mode") == "denied":
            each.lease_until = 0.0
            each.renew_at = now + _LONGEST_RETRY
            self.keep()
            self.on_change(each.feed, 0.0)
            return ""
        challenge = said.get("hub.challenge", "")
        is_asked = now - each.asked_at <= _ANSWERED_WITHIN
        if said.get("hub.mode") != "subscribe" or not is_asked or not challenge:
            return None
        if len(challenge) > _LONGEST_CHALLENGE:
            return None
        granted = said.get("hub.lease_seconds", "")
        lease = int(granted) if re.fullmatch("[0-9]{1,9}", granted) else LEASE
        lease = min(max(lease, _SHORTEST_LEASE), LONGEST_LEASE)
        each.lease_until = now + lease
        each.renew_at = each.lease_until - lease * _RENEWED
        each.failures = 0
        self.keep()
        self.on_change(each.feed, each.lease_until)
        return challenge

    def is_told(self, token: str, now: float) -> bool:
        """Whether a hub may send there (7): it was granted, and that is not over."""
        each = self._of(token)
        return each is not None and each.lease_until > now

    def take(self, token: str, signature: str | None, body: bytes, now: float) -> bool:
        """Whether a message is what the hub sent (7.1): signed with the secret that it was given.
        If so, and if it did not come before, there is news."""
        each = self._of(token)
        if each is None or each.lease_until <= now or not _is_signed(each.secret, signature, body):
            return False
        digest = hashlib.sha256(body).hexdigest()[:32]
        if digest not in each.messages:
            each.messages = [*each.messages, digest][-_REMEMBERED:]
            self.keep()
            self.on_news(each.feed)
        return True

    def _of(self, token: str) -> Subscription | None:
        """Found in a time that does not tell how much of a token is right."""
        given = token.encode(errors="replace")
        for each in self._by_feed.values():
            if hmac.compare_digest(each.token.encode(), given):
                return each
        return None

    def keep(self) -> None:
        """Have them outlive a restart as they are now."""
        if self._file is None:
            return
        beside = self._file.with_name(f".{self._file.name}.tmp")
        with suppress(OSError):
            beside.touch(0o600)
            beside.write_bytes(msgspec.json.encode(list(self._by_feed.values())))
            beside.replace(self._file)

    def __iter__(self) -> Iterator[Subscription]:
        return iter([*self._by_feed.values()])


def _is_signed(secret: str, signature: str | None, body: bytes) -> bool:
    match = _SIGNATURE.fullmatch((signature or "").strip())
    if match is None:
        return False
    expected = hmac.new(secret.encode(), body, match[1]).hexdigest()
    return hmac.compare_digest(expected, match[2].lower())
