"""One guest page: a message of the catalog as ready bytes, made at the first request and kept until it changes."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

import brotli

from edge.answers import JSON_TYPE, Answer, Header
from edge.conditional import BROTLI, GZIP, IDENTITY, already_has, best_encoding, entity_tag

REVALIDATE: Final[Header] = (b"cache-control", b"no-cache")
_VARY: Final[Header] = (b"vary", b"Origin, Accept-Encoding")

_SMALLEST_COMPRESSED: Final = 512
"""Below, headers outweigh what compression saves."""

_COMPRESS: Final[dict[str, Callable[[bytes], bytes]]] = {
    BROTLI: lambda body: brotli.compress(body, quality=5),
    GZIP: lambda body: gzip.compress(body, 6, mtime=0),
    IDENTITY: lambda body: body,
}


class _Variant(NamedTuple):
    """The page in one encoding."""

    whole: Answer
    not_modified: Answer


class GuestPage:
    """What one path answers. A large one is made in a thread: 300 items take longer than any other request."""

    __slots__ = ("_body", "_large", "_making", "_render", "_tag", "_tags", "_variants", "route")

    def __init__(self, route: str, render: Callable[[], bytes], *, large: bool) -> None:
        self.route = route
        self._large = large
        self._render = render
        self._body: bytes | None = None
        self._tag = b""
        self._tags: frozenset[bytes] = frozenset()
        self._variants: dict[str, _Variant] = {}
        self._making = asyncio.Lock()

    def ready(self, headers: Mapping[bytes, bytes]) -> Answer | None:
        """Return the answer to a request with these headers; None when its encoding has to be made first."""
        variant = self._variants.get(best_encoding(headers.get(b"accept-encoding", b"")))
        if variant is None:
            return None
        return variant.not_modified if already_has(headers.get(b"if-none-match"), self._tags) else variant.whole

    async def made(self, headers: Mapping[bytes, bytes]) -> Answer:
        """Return the answer, making its encoding if need be."""
        encoding = best_encoding(headers.get(b"accept-encoding", b""))
        async with self._making:
            if encoding not in self._variants:
                if self._large:
                    await asyncio.to_thread(self._make, encoding)
                else:
                    self._make(encoding)
        answer = self.ready(headers)
        assert answer is not None
        return answer

    def _make(self, encoding: str) -> None:
        if self._body is None:
            self._body = self._render()
            self._tag = entity_tag(self._body)
            self._tags = frozenset(_tag_of(self._tag, e) for e in _COMPRESS)
        body = self._body
        if len(body) >= _SMALLEST_COMPRESSED:
            compressed = _COMPRESS[encoding](body)
            if len(compressed) < len(body):
                self._variants[encoding] = _variant(compressed, _tag_of(self._tag, encoding), encoding)
                return
        self._variants[encoding] = _variant(body, self._tag, IDENTITY)


def _tag_of(tag: bytes, encoding: str) -> bytes:
    """Return the tag for an encoding: a strong tag names exact bytes, so each has its own."""
    return tag if encoding == IDENTITY else b'%s-%s"' % (tag[:-1], encoding.encode())


def _variant(body: bytes, tag: bytes, encoding: str) -> _Variant:
    always = ((b"etag", tag), _VARY, REVALIDATE)
    coded = () if encoding == IDENTITY else ((b"content-encoding", encoding.encode()),)
    length = (b"content-length", b"%d" % len(body))
    return _Variant(Answer(200, (JSON_TYPE, length, *coded, *always), body), Answer(304, always, b""))
