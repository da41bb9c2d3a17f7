"""The id that links a request's answer, logs and order (`X-Request-Id`)."""

from __future__ import annotations

import re
from random import getrandbits
from typing import Final

LONGEST: Final = 200

_PRINTABLE: Final = re.compile(rb"[\x20-\x7e]{1,%d}" % LONGEST)
_UNPRINTABLE: Final = re.compile(rb"[^\x20-\x7e]")

# Bits that every UUIDv4 has: version 4 and the RFC's variant.
_FIXED: Final = 4 << 76 | 2 << 62
_NOT_FIXED: Final = ~(15 << 76 | 3 << 62)


def request_id_of(header: bytes | None) -> bytes:
    """Return the client's id, cut to what may stand in headers and logs; a new UUIDv4 when there is none."""
    if header:
        if _PRINTABLE.fullmatch(header):
            return header
        cleaned = _UNPRINTABLE.sub(b"", header)[:LONGEST].strip()
        if cleaned:
            return cleaned
    return _uuid4()


def _uuid4() -> bytes:
    """Write random bits as a UUID; uuid.uuid4 does the same in four times the time, on every request."""
    bits = getrandbits(128) & _NOT_FIXED | _FIXED  # tells requests apart, guards nothing
    text = b"%032x" % bits
    return b"%b-%b-%b-%b-%b" % (text[:8], text[8:12], text[12:16], text[16:20], text[20:])
