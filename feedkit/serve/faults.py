"""What is wrong with a request that cannot be read, and which status says so (RFC 9110, 15.5 and
15.6). Pure."""

import re

from aiohttp.http import HttpProcessingError
from aiohttp.http_exceptions import BadHttpMethod, LineTooLong

from feedkit.serve.messages import Fault

TARGET_BYTES = 8_190
FIELD_BYTES = TARGET_BYTES + 1
"""A name and a value. One more, so that what the parser complains of tells which was too long."""

MOST_FIELDS = 500

_BAD = Fault(400, "This is no HTTP request that can be understood.")
_LONG_TARGET = Fault(414, "The address that this request asks for is too long.")
LONG = Fault(431, "The header of this request is too long, or has too many fields.")
NO_HOST = Fault(400, "A request says once for which host it is, as in Host: example.org:8080.")
OTHER_VERSION = Fault(505, "HTTP/1.1 and HTTP/1.0 are spoken here, and no other version.")
OTHER_CODING = Fault(501, "A body may come in chunks, and in no other transfer coding.")
_UNKNOWN_METHOD = Fault(501, "The method of this request is not known here.")

_LINE = re.compile(rb"(?:\r?\n)*[!#$%&'*+.^_`|~0-9A-Za-z-]+ [^ \r\n]+ HTTP/([0-9]\.[0-9])\r?\n")
_PREFACE = b"SM\r\n\r\n"
"""How HTTP/2 goes on after its first line, which looks like that of a request (RFC 9113, 3.4)."""
_OF_HOST = ("Missing 'Host' ", "Duplicate 'Host' ")


def fault_of(error: HttpProcessingError, came: bytes) -> Fault:
    """What to say of what the parser complained of; `came` is what it was given last. Where that
    begins within the first line, what is wrong there is told in general."""
    if isinstance(error, LineTooLong):
        return _LONG_TARGET if error.args[1] == TARGET_BYTES else LONG
    if error.message.startswith("Too many headers"):
        return LONG
    if error.message.startswith(_OF_HOST):
        return NO_HOST
    line = _LINE.match(came)
    if came == _PREFACE or (line is not None and line[1] not in (b"1.0", b"1.1")):
        return OTHER_VERSION
    return _UNKNOWN_METHOD if line is not None and isinstance(error, BadHttpMethod) else _BAD
