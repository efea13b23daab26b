"""What the machine lacks, as a sentence: memory, room on a disk, open files.

Libraries say so in many ways, wherever they are when it happens; nothing can be done about it
there. What feedkit itself raises has its sentence already.
"""

import errno

_KEPT = "what was stored is kept, and the next run goes on from there"
_LACKS = {
    errno.ENOSPC: "the disk is full; make room",
    errno.EDQUOT: "the disk quota is used up; make room",
    errno.EROFS: "the file system is read-only; have it mounted for writing",
    errno.EIO: "the disk cannot be read or written; see what the system says of it",
    errno.ENOMEM: "there is not enough memory; give feedkit more",
    errno.EMFILE: "too many files are open; raise the limit (ulimit -n) or lower fetch.concurrency",
    errno.ENFILE: "too many files are open on this machine",
}
_WORDS = (
    "can't start new thread",
    "can't allocate lock",
    "cannot allocate memory",
    "failed to map segment",
    "error return without exception set",
)
"""How starting a thread, the dynamic linker and the interpreter say that memory is short."""


def of_the_machine(error: BaseException) -> str | None:
    """What is lacking, and what to do; None where `error` is something else."""
    number = _number(error)
    return None if number is None else f"{_LACKS[number]}: {_KEPT}"


def _number(error: BaseException) -> int | None:
    """The error number (errno.h) of what is lacking; of a group the first that has one."""
    if isinstance(error, BaseExceptionGroup):
        numbers = map(_number, error.exceptions)
        return next((number for number in numbers if number is not None), None)
    if isinstance(error, MemoryError):
        return errno.ENOMEM
    if isinstance(error, OSError):
        return error.errno if error.errno in _LACKS else None
    text = str(error).casefold()
    return errno.ENOMEM if any(words in text for words in _WORDS) else None
