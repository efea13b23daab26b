"""What the client tells those who decide when to ask again: refusals, moves, freshness, deltas."""

import asyncio
import gzip
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from fetching import LIMITS, always, fetch, refusal, whole
from raw_server import Answer, Exchange, serving

from feedkit.collect.http import Client, Fetched
from feedkit.errors import CollectError, RefusalError

NOW = datetime(2024, 5, 18, 11, 30, tzinfo=UTC)


def refused(answer: Answer | bytes) -> RefusalError:
    async def run() -> Fetched:
        async with (
            serving(always(answer) if isinstance(answer, bytes) else answer) as server,
            Client(LIMITS, "feedkit", clock=lambda: NOW) as client,
        ):
            return await client.get(server.url + "/feed.xml")

    with pytest.raises(RefusalError) as caught:
        asyncio.run(run())
    return caught.value


def by_path(**answers: bytes) -> Answer:
    """The answer of that name for each path; for every other one a feed."""

    async def answer(exchange: Exchange) -> None:
        await exchange.send(answers.get(exchange.path.strip("/"), whole(b"<rss/>")))

    return answer


def redirect(status: int, location: str) -> bytes:
    return whole(b"", f"Location: {location}", status=f"HTTP/1.1 {status} Moved\r\n".encode())


# Refusals.


@pytest.mark.parametrize(
    ("header", "at"),
    [
        ("Retry-After: 120", NOW + timedelta(minutes=2)),
        ("Retry-After: Sat, 18 May 2024 12:30:00 GMT", NOW + timedelta(hours=1)),
    ],
)
@pytest.mark.parametrize("status", [403, 429, 503])
def test_a_refusal_tells_when_to_come_back(status: int, header: str, at: datetime) -> None:
    error = refused(whole(b"", header, status=f"HTTP/1.1 {status} No\r\n".encode()))
    assert (error.status, error.retry_at, error.host) == (status, at, "127.0.0.1")
    assert str(error).endswith(
        f", and wants no request before {at:%Y-%m-%d %H:%M} UTC (Retry-After)"
    )
    assert not error.is_gone


def test_what_is_gone_is_told_apart() -> None:
    error = refused(whole(b"", status=b"HTTP/1.1 410 Gone\r\n"))
    assert (error.is_gone, error.status, error.retry_at) == (True, 410, None)
    assert str(error) == "answered 410 Gone"


def test_a_refusal_at_the_end_of_a_redirect_is_that_of_the_host_there() -> None:
    async def run() -> RefusalError:
        busy = whole(b"", "Retry-After: 60", status=b"HTTP/1.1 429 Slow down\r\n")
        async with serving(always(busy)) as there:
            there_url = f"http://localhost:{there.port}/feed"
            async with (
                serving(always(redirect(302, there_url))) as here,
                Client(LIMITS, "feedkit", clock=lambda: NOW) as client,
            ):
                with pytest.raises(RefusalError) as caught:
                    await client.get(here.url)
                return caught.value

    error = asyncio.run(run())
    assert (error.status, error.host) == (429, "localhost")
    assert str(error).startswith("redirects to http://localhost:")


def test_a_broken_answer_is_no_refusal() -> None:
    with pytest.raises(CollectError) as caught:
        fetch(b"220 mail.example ESMTP\r\n\r\n")
    assert not isinstance(caught.value, RefusalError)


# Hosts that asked to be left alone.


def asked_of(
    status: int, header: str, *, later: timedelta = timedelta()
) -> tuple[list[str], RefusalError | None]:
    """The paths a server is asked for of /busy and /other, and why /other was not had."""
    clock = [NOW]

    async def run() -> tuple[list[str], RefusalError | None]:
        busy = whole(b"", header, status=f"HTTP/1.1 {status} No\r\n".encode())
        async with (
            serving(by_path(busy=busy)) as server,
            Client(LIMITS, "feedkit", clock=lambda: clock[0]) as client,
        ):
            with pytest.raises(RefusalError):
                await client.get(server.url + "/busy")
            clock[0] += later
            why = None
            try:
                await client.get(server.url + "/other")
            except RefusalError as error:
                why = error
            return [exchange.path for exchange in server.exchanges], why

    return asyncio.run(run())


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("value", ["3600", "Sat, 18 May 2024 12:30:00 GMT"])
def test_a_host_that_asks_for_time_gets_no_other_request(status: int, value: str) -> None:
    paths, why = asked_of(status, f"Retry-After: {value}")
    assert paths == ["/busy"]
    assert why is not None
    assert (why.status, why.retry_at) == (None, NOW + timedelta(hours=1))
    assert str(why) == (
        "was not asked: its host wants no request before 2024-05-18 12:30 UTC (Retry-After)"
    )


def test_it_is_asked_again_when_the_time_has_come() -> None:
    paths, why = asked_of(429, "Retry-After: 3600", later=timedelta(hours=1))
    assert (paths, why) == (["/busy", "/other"], None)


@pytest.mark.parametrize(
    ("status", "header"), [(403, "Retry-After: 3600"), (429, "X-A: b"), (503, "Retry-After: soon")]
)
def test_every_other_refusal_is_of_one_document(status: int, header: str) -> None:
    assert asked_of(status, header) == (["/busy", "/other"], None)


def test_requests_that_wait_for_their_turn_are_spared_the_host() -> None:
    async def run() -> int:
        busy = whole(b"", "Retry-After: 60", status=b"HTTP/1.1 429 Slow down\r\n")
        async with serving(always(busy)) as server, Client(LIMITS, "feedkit") as client:
            tasks = [client.get(f"{server.url}/{number}") for number in range(20)]
            errors = await asyncio.gather(*tasks, return_exceptions=True)
            assert all(isinstance(error, RefusalError) for error in errors)
            return len(server.exchanges)

    assert asyncio.run(run()) == LIMITS.per_host


# Moves.


@pytest.mark.parametrize(
    ("statuses", "moved"),
    [
        ((301,), 1),
        ((308,), 1),
        ((301, 308, 301), 3),
        ((302,), None),
        ((303,), None),
        ((307,), None),
        ((301, 302), 1),
        ((301, 307, 301), 1),
        ((302, 301), None),
    ],
)
def test_what_moved_for_good_ends_where_a_redirect_is_for_now(
    statuses: tuple[int, ...], moved: int | None
) -> None:
    hops = {str(n): redirect(status, f"/{n + 1}") for n, status in enumerate(statuses)}
    fetched, seen = fetch(by_path(**hops), path="/0")
    assert [exchange.path for exchange in seen] == [f"/{n}" for n in range(len(statuses) + 1)]
    base = fetched.url.rpartition("/")[0]
    assert fetched.moved_to == (None if moved is None else f"{base}/{moved}")


def test_a_304_tells_of_a_move_too() -> None:
    unchanged = b"HTTP/1.1 304 Not Modified\r\n\r\n"
    fetched, _ = fetch(by_path(old=redirect(301, "/new"), new=unchanged), path="/old", etag='"1"')
    assert fetched.not_modified
    assert (fetched.moved_to or "").endswith("/new")


def test_no_password_is_in_the_address_that_it_moved_to() -> None:
    async def run() -> Fetched:
        async with (
            serving(by_path(old=redirect(301, "/new"))) as server,
            Client(LIMITS, "feedkit") as client,
        ):
            return await client.get(f"http://me:secret@127.0.0.1:{server.port}/old")

    assert (asyncio.run(run()).moved_to or "").startswith("http://127.0.0.1:")


# Freshness.


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lambda header: whole(b"<rss/>", header), id="200"),
        pytest.param(
            lambda header: f"HTTP/1.1 304 Not Modified\r\n{header}\r\n\r\n".encode(), id="304"
        ),
    ],
)
def test_a_server_says_how_long_its_document_stays_fresh(answer: Callable[[str], bytes]) -> None:
    fetched, _ = fetch(answer("Cache-Control: max-age=1800"), etag='"1"')
    assert fetched.wait == timedelta(minutes=30)
    fetched, _ = fetch(answer("Cache-Control: max-age=1800, no-store"), etag='"1"')
    assert fetched.wait is None


# New entries alone (RFC 3229).

DELTA = b"HTTP/1.1 226 IM Used\r\n"


def test_new_entries_alone_are_asked_for_with_an_etag_and_taken() -> None:
    fetched, (seen,) = fetch(whole(b"<rss/>", "IM: feed", 'ETag: "2"', status=DELTA), etag='"1"')
    assert seen.header("a-im") == b"feed"
    assert seen.header("if-none-match") == b'"1"'
    assert (fetched.is_delta, fetched.not_modified, fetched.body) == (True, False, b"<rss/>")
    assert fetched.etag == '"2"'


def test_a_delta_that_names_no_version_leaves_the_one_before_known() -> None:
    fetched, _ = fetch(whole(b"<rss/>", "IM: feed", status=DELTA), etag='"1"', last_modified="then")
    assert (fetched.is_delta, fetched.etag, fetched.last_modified) == (True, '"1"', "then")


def test_a_whole_answer_is_no_delta() -> None:
    fetched, _ = fetch(whole(b"<rss/>", 'ETag: "2"'), etag='"1"')
    assert not fetched.is_delta


def test_without_an_etag_a_delta_is_not_asked_for_and_not_taken() -> None:
    _, (seen,) = fetch(whole(b""), last_modified="then")
    assert seen.header("a-im") is None
    assert refusal(whole(b"", "IM: feed", status=DELTA)) == "answered 226 IM Used"


@pytest.mark.parametrize("done", ["", "IM: vcdiff", "IM: feed, vcdiff", "IM: feed\r\nIM: gzip"])
def test_a_delta_of_another_kind_is_refused(done: str) -> None:
    answer = whole(b"<rss/>", *([done] if done else []), status=DELTA)
    assert refusal(answer, etag='"1"').startswith("answered 226 IM Used with the manipulation '")


def test_a_delta_goes_through_its_codings() -> None:
    body = gzip.compress(b"<rss/>")
    answer = whole(body, "IM: feed", "Content-Encoding: gzip", status=DELTA)
    assert fetch(answer, etag='"1"')[0].body == b"<rss/>"
