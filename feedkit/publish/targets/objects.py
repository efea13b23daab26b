"""Documents in a bucket of S3-compatible storage, through obstore (the extra ``s3``).

Where the storage is and who asks is told by the environment, as to other tools that speak S3:
AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION and so on.
"""

import os
import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from hashlib import md5
from threading import Lock
from typing import NamedTuple, TypeVar

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from feedkit.config import BUCKET
from feedkit.errors import PublishError
from feedkit.publish.targets.paths import COPIES, content_coding, is_path, media_type

T = TypeVar("T")

_CACHE_CONTROL = "public, max-age=300"
"""A cache may answer for so long without asking; a reader comes less often than that."""
_CONNECT_TIMEOUT = timedelta(seconds=10)
_TIMEOUT = timedelta(minutes=2)  # for a document of some MB from behind a slow line
_RETRIES = 3
_RETRY_TIMEOUT = timedelta(seconds=30)
"""From the first request on; none is repeated after that."""


class _Object(NamedTuple):
    size: int
    etag: str


class Objects:
    """The objects of a bucket whose keys begin with a prefix, at ``s3://bucket/prefix``: a
    `Target`. What is there is listed once, when it is first asked for.

    An object is replaced as a whole by the storage itself. After a request that nobody answered,
    or a first one that was refused, no other is made: what is left to do fails with its words.
    """

    def __init__(self, url: str) -> None:
        """Nothing is asked yet. Raises `PublishError` when `url` is none of a bucket."""
        if not (found := BUCKET.fullmatch(url)):
            raise PublishError(f'{url}: is no bucket such as "s3://bucket/planet"')
        self.name = url.rstrip("/")
        self._bucket, prefix = found[1], found[2].strip("/")
        self._store = S3Store(
            self._bucket,
            prefix=prefix or None,
            config={"disable_bulk_delete": True},  # which not every storage knows
            client_options={
                "connect_timeout": _CONNECT_TIMEOUT,
                "timeout": _TIMEOUT,
                "allow_http": _is_plain_endpoint(),
            },
            retry_config={"max_retries": _RETRIES, "retry_timeout": _RETRY_TIMEOUT},
        )
        self._listing = Lock()
        self._there: dict[str, _Object] | None = None
        self._given_up: str | None = None

    def write(self, path: str, data: bytes) -> bool:
        """Have `data` at `path`; whether that took a request to write. Raises `PublishError`.

        An ETag is the MD5 of what was sent at once, unless the storage encrypts it with keys of
        its own (S3's user guide, "Checking object integrity"): then what is rendered is sent.
        """
        self._check(path, "written")
        there = self._objects().get(path)
        digest = md5(data, usedforsecurity=False).hexdigest()
        if there is not None and there == (len(data), digest):
            return False
        attributes = {"Content-Type": media_type(path), "Cache-Control": _CACHE_CONTROL}
        if coding := content_coding(path):
            attributes["Content-Encoding"] = coding
        sent = self._ask(
            f"{path}: cannot be written",
            partial(
                obstore.put, self._store, path, data, attributes=attributes, use_multipart=False
            ),
        )
        self._objects()[path] = _Object(len(data), (sent["e_tag"] or "").strip('"'))
        return True

    def write_together(self, files: Sequence[tuple[str, bytes]]) -> bool:
        """Have each of `files` at its path, one after the other. Raises `PublishError`."""
        written = [self.write(path, data) for path, data in files]
        return any(written)

    def state(self, path: str) -> tuple[int, int] | None:
        """The size of the object at `path` and a number that is made of its ETag, so of what is
        in it: times of S3 are whole seconds, and the answer to a write has none.

        Raises `PublishError` where the bucket cannot be listed.
        """
        there = self._objects().get(path)
        if there is None:
            return None
        digest = md5(there.etag.encode(), usedforsecurity=False).digest()
        return there.size, int.from_bytes(digest[:8], "big") >> 1  # as SQLite has room for

    def changed_at(self, folder: str) -> int | None:
        """None: nobody tells it of a prefix, and what is there was listed anyway."""
        return None

    def read(self, path: str) -> bytes:
        """What is in the object at `path`. Raises `PublishError`."""
        self._check(path, "read")
        found = self._ask(f"{path}: cannot be read", partial(obstore.get, self._store, path))
        return self._ask(f"{path}: cannot be read", lambda: bytes(found.bytes()))

    def remove(self, path: str) -> None:
        """Have no object at `path`, and no copies of it. Raises `PublishError`."""
        self._check(path, "removed")
        there = self._objects()
        for one in [path + suffix for suffix in (*COPIES, "") if path + suffix in there]:
            self._ask(f"{one}: cannot be removed", partial(obstore.delete, self._store, one))
            there.pop(one, None)

    def _objects(self) -> dict[str, _Object]:
        """What is there, by path. Entries are set and taken out by single, atomic operations."""
        with self._listing:
            if self._there is None:
                self._there = self._ask("cannot be listed", self._list, is_first=True)
            return self._there

    def _list(self) -> dict[str, _Object]:
        return {
            found["path"]: _Object(found["size"], (found["e_tag"] or "").strip('"'))
            for chunk in obstore.list(self._store, chunk_size=1000)
            for found in chunk
        }

    def _check(self, path: str, done: str) -> None:
        if not is_path(path):
            raise PublishError(f"{self.name}: {path!a}: cannot be {done}: it is no path below it")

    def _ask(self, what: str, request: Callable[[], T], *, is_first: bool = False) -> T:
        if self._given_up is not None:
            raise PublishError(f"{self.name}: {what}: {self._given_up}")
        try:
            return request()
        except (BaseError, OSError, ValueError) as error:
            reason, was_answered = _reason(str(error), self._bucket)
            if is_first or not was_answered:
                self._given_up = reason
            raise PublishError(f"{self.name}: {what}: {reason}") from error


def _is_plain_endpoint() -> bool:
    """Whether the storage is to be asked without TLS, as one on the same machine is."""
    names = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
    endpoint = next((os.environ[name] for name in names if os.environ.get(name)), "")
    return endpoint.startswith("http://")


_REFUSALS = {
    "NoSuchBucket": "there is no bucket {bucket}; make it, or correct the address",
    "InvalidAccessKeyId": "the storage does not know AWS_ACCESS_KEY_ID; correct it",
    "SignatureDoesNotMatch": "AWS_SECRET_ACCESS_KEY is not that of AWS_ACCESS_KEY_ID; correct it",
    "AccessDenied": "access was denied; the key must be allowed to list, write and delete in "
    "bucket {bucket}",
    "PermanentRedirect": "bucket {bucket} is in another region; set AWS_REGION",
    "AuthorizationHeaderMalformed": "bucket {bucket} is in another region; set AWS_REGION",
}
"""By the code of an answer (S3's API reference, "Error responses"), what to do."""


def _reason(told: str, bucket: str) -> tuple[str, bool]:
    """What obstore `told`, for a person who has to act, and whether the storage has answered."""
    if code := re.search(r"<Code>(\w+)</Code>", told):
        if known := _REFUSALS.get(code[1]):
            return known.format(bucket=bucket), True
        return f"the storage answered {code[1]}", True
    if "/latest/api/token" in told or "/latest/meta-data" in told:  # a cloud's machine has one
        return "no key is given; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY", False
    if status := re.search(r"status code: (\d{3} [\w ]+)", told):
        return f"the storage answered {status[1].strip()}", True
    if "redirect without LOCATION" in told:
        return _REFUSALS["PermanentRedirect"].format(bucket=bucket), True
    url = re.search(r"https?://[^\s/?]+", told)
    why = re.findall(r'message: "([^"]+)"|"([^"]*(?:dns|lookup|certificate)[^"]*)"', told)
    reasons = [one or other for one, other in why] or ["timed out" * ("TimedOut" in told)]
    because = f" ({reasons[-1]})" if reasons[-1] else ""
    return f"{url[0] if url else 'the storage'} could not be reached{because}", False
