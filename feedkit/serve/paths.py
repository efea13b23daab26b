"""Request target → path of a file below the output folder. Pure: no file is looked at."""

import re
from urllib.parse import unquote_to_bytes

INDEX = "index.html"
_PLAIN = re.compile(r"/(?:[A-Za-z0-9_~-][A-Za-z0-9._~-]*/)*(?:[A-Za-z0-9_~-][A-Za-z0-9._~-]*)?")
_ABSOLUTE = re.compile(r"https?://[^/?#]*", re.IGNORECASE)
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\\]")


def path_of(target: str) -> str | None:
    """The absolute path that `target` names (RFC 9112, 3.2.1 and 3.2.2), percent-decoded, without
    query; None where it names none that a file here can have: it is no UTF-8, or a part of it is
    hidden, empty or leads up."""
    if _PLAIN.fullmatch(target):
        return target
    path = re.split(r"[?#]", _ABSOLUTE.sub("", target, count=1), maxsplit=1)[0] or "/"
    if not path.startswith("/") or _BAD_ESCAPE.search(path):
        return None
    *folders, name = path[1:].split("/")
    try:
        decoded = [unquote_to_bytes(part).decode() for part in (*folders, name)]
    except UnicodeError:  # also what was no UTF-8 before
        return None
    if any(part.startswith(".") or "/" in part or _FORBIDDEN.search(part) for part in decoded):
        return None
    if not all(decoded[:-1]):
        return None
    return "/" + "/".join(decoded)


def below(path: str, base: str) -> str | None:
    """The part of an absolute path after `base`, which ends in "/"; None where it is elsewhere."""
    return path[len(base) :] if path.startswith(base) else None


def file_of(path: str) -> str:
    """The file that stands for a path below the output folder: of a folder, its index."""
    return path + INDEX if path.endswith("/") or not path else path
