"""Offsets: what a client keeps as "told up to here", and hands back when it connects again.

A change can be several events, and a connection can break between two of them. So an offset is a place in the stream,
and how many events of one change after it were told.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from engineio import packet
from orderbuddy.station.v1 import ticket_pb2

from edge.live.clients import Change, encode
from edge.live.mapping import Message, messages_of

LONGEST: Final = 4200

Event = tuple[Message, packet.Packet]


class Offset(NamedTuple):
    """A place in the stream as a client knows it."""

    token: str
    """Of the stream, after the last change that was told wholly."""
    told: int = 0
    """Events that were told of a change after it."""
    digest: int = 0
    """Of which change."""

    def __str__(self) -> str:
        return f"{self.told}.{self.digest:x}.{self.token}"

    @staticmethod
    def parse(text: object) -> Offset | None:
        """Read what a client handed back; None when it is not ours."""
        if not isinstance(text, str) or len(text) > LONGEST or not text.isascii():
            return None
        told, _, rest = text.partition(".")
        digest, _, token = rest.partition(".")
        try:
            return Offset(token, int(told[:4]), int(digest[:8], 16)) if token else None
        except ValueError:
            return None


def change_of(token: str, event: ticket_pb2.KitchenEvent) -> Change:
    """Return what makes a change the same, whichever way it comes. The old system moves no version on."""
    return event.order_id, token if event.keeps_version else event.version


def digest_of(change: Change) -> int:
    """Return a short form of a change."""
    return zlib.crc32(repr(change).encode())


def encoded(before: str, token: str, event: ticket_pb2.KitchenEvent) -> list[Event]:
    """Return the events of a change, each with its offset. `before` is a token of any place before it."""
    messages = messages_of(event)
    if not messages:
        return []
    last = len(messages) if before else 1
    digest = digest_of(change_of(token, event))
    offsets = [str(Offset(before, told, digest)) for told in range(1, last)] + [str(Offset(token))]
    offsets += offsets[-1:] * (len(messages) - last)
    return [
        (message, encode(message.name, message.payload, offset))
        for message, offset in zip(messages, offsets, strict=True)
    ]


def after(offset: Offset, changes: Iterable[tuple[str, ticket_pb2.KitchenEvent]]) -> Iterator[list[Event]]:
    """Yield the events of each change after an offset, without those that were told."""
    before = offset.token
    for token, event in changes:
        told = offset.told if digest_of(change_of(token, event)) == offset.digest else 0
        yield encoded(before, token, event)[told:]
        before = token
