"""How far a reader of a stream of many documents has been told, as one text that it can come back with.

A snapshot is read a moment after the stream's position was taken, so it can hold changes that the stream has still to
tell. Within one connection they are recognised by their versions. A reader that comes back with the snapshot's token
would be told again, if its bookmark did not carry the versions of what had changed just before the snapshot.
"""

from __future__ import annotations

import re
import time
import zlib
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from google.protobuf.message import Message

CARRIED_SECONDS: Final = 15.0
"""For how long a bookmark carries versions: no stream is further behind its database, or its health says so."""

_REMEMBERED_SECONDS: Final = 7 * 24 * 3600
_OBJECT_ID: Final = re.compile("[0-9a-f]{24}")
_MOST_CARRIED: Final = 100
_LONGEST_VERSION: Final = 18
"""Digits. Python refuses to read numbers of thousands of them, and nobody counts that far."""
_SEPARATOR: Final = "~"
DELETED: Final = "deleted"
"""Key of the deletions: of documents whose other keys nobody knows any more."""


def scope_of(messages: Iterable[Message]) -> str:
    """Return a short text that differs when the messages differ: what a stream was about."""
    return f"{zlib.crc32(b''.join(m.SerializeToString(deterministic=True) for m in messages)):08x}"


class Bookmark:
    """A reader's place: the stream's token, what the stream was about (`scope`), and versions it knows by id."""

    def __init__(
        self,
        token: str = "",
        scope: str = "",
        known: Mapping[str, int] | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.token = token
        self.scope = scope
        self._now = now
        self._came_back = bool(token)
        self._known = dict(known or {})
        self._carried = dict(known or {})
        self._carried_until = now() + CARRIED_SECONDS

    @classmethod
    def parse(cls, text: str) -> Bookmark:
        """Read a bookmark; what is none becomes one whose token no stream knows."""
        token, _, rest = text.partition(_SEPARATOR)
        scope, _, versions = rest.partition(_SEPARATOR)
        known = {}
        for pair in versions.split(",") if versions else ():
            name, _, version = pair.partition("-")
            if not name or not version.isdecimal() or len(version) > _LONGEST_VERSION:
                return cls(text)
            known[name] = int(version)
        return cls(token, scope, known)

    def begin(self, versions: Mapping[str, int], recent: Mapping[str, int]) -> None:
        """Note a snapshot: the versions in it, and those of them that changed within the last CARRIED_SECONDS."""
        self._came_back = False
        self._known = dict(versions)
        self._carried = dict(list(recent.items())[-_MOST_CARRIED:])
        self._carried_until = self._now() + CARRIED_SECONDS

    def is_news(self, document_id: str, version: int, *, keeps_version: bool = False) -> bool:
        """Tell whether a change to this version is one that the reader has not been told, and note it.

        `keeps_version`: the change moved no version on, so the version can't tell; it counts as news.
        """
        known = self._known.get(document_id, 0)
        if version <= known and not keeps_version:
            return False
        self._known[document_id] = max(version, known)
        return True

    def may_know(self, document_id: str) -> bool:
        """Tell whether the reader may have been told of a document, which is deleted now, and forget it.

        Where it belonged nobody can tell any more, so every reader of the collection is asked. Of those who came back
        with a token nobody knows what they have: they may know what was made in the last days.
        """
        if self._known.pop(document_id, None) is not None:
            return True
        if not self._came_back or not _OBJECT_ID.fullmatch(document_id):
            return False
        made_at = int(document_id[:8], 16)  # seconds since 1970; bson would say so too, but the edge has none
        return time.time() - made_at < _REMEMBERED_SECONDS

    def at(self, token: str) -> str:
        """Move to a token and return the bookmark as text."""
        self.token = token
        if self._carried and self._now() > self._carried_until:
            self._carried = {}
        versions = ",".join(f"{name}-{self._known.get(name, version)}" for name, version in self._carried.items())
        return _SEPARATOR.join((token, self.scope, versions)) if self.scope or versions else token
