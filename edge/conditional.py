"""What a client already has and what it can decode: If-None-Match and Accept-Encoding (RFC 9110)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Container
from functools import lru_cache
from typing import Final

BROTLI: Final = "br"
GZIP: Final = "gzip"
IDENTITY: Final = "identity"

_PREFERENCE: Final = (BROTLI, GZIP)
_TAG: Final = re.compile(rb'(?:W/)?("[^"]*")')
_WEIGHT: Final = re.compile(r"q=([01](?:\.\d{0,3})?)")


def entity_tag(body: bytes) -> bytes:
    """Return the strong entity tag of a body, in quotes."""
    return b'"%s"' % hashlib.blake2b(body, digest_size=12).hexdigest().encode()


def already_has(if_none_match: bytes | None, tags: Container[bytes]) -> bool:
    """Tell whether If-None-Match names one of the strong tags, by weak comparison; `*` names any."""
    if if_none_match is None:
        return False
    if if_none_match in tags:
        return True
    return if_none_match.strip() == b"*" or any(tag in tags for tag in _TAG.findall(if_none_match))


@lru_cache(maxsize=512)
def best_encoding(accept_encoding: bytes) -> str:
    """Return the encoding to answer with: the client's favourite, br before gzip when it does not care."""
    weights: dict[str, float] = {}
    for entry in accept_encoding.decode("latin-1").lower().split(","):
        name, _, parameters = entry.partition(";")
        weight = _WEIGHT.fullmatch(parameters.strip())
        weights[name.strip()] = float(weight[1]) if weight else float(not parameters.strip())
    anything = weights.get("*", 0.0)
    best, best_weight = IDENTITY, 0.0
    for encoding in _PREFERENCE:
        weight_of = weights.get(encoding, anything)
        if weight_of > best_weight:
            best, best_weight = encoding, weight_of
    return best
