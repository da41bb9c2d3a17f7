"""One order's stream: where a reader is, and what it has been told already.

The token of a single order's stream carries the order's version beside the database's place, because a snapshot may
already hold changes that come after its place.
"""

from __future__ import annotations

from orderbuddy.ordering.v1 import ordering_service_pb2 as rpc

from services.kit.fanout import Positioned
from services.kit.mongo import Document
from services.kit.watch import Heartbeat, Reset, Snapshot
from services.ordering import mapping
from services.ordering.events import OrderEvent

_SEPARATOR = "."


class Position:
    """How far a reader of one order has been told."""

    def __init__(self, token: str, version: int) -> None:
        self.token = token
        self._version = version
        self._told: bytes | None = None

    @classmethod
    def parse(cls, resume_token: str) -> Position:
        """Read a token of this stream, or of the stream of all orders, which has no version."""
        token, _, version = resume_token.partition(_SEPARATOR)
        # What is no number makes the whole token unreadable, and that is the stream's answer to give.
        readable = not version or version.isdecimal()
        return cls(token if readable else resume_token, int(version) if version and readable else 0)

    def one(
        self, item: Snapshot[Document] | Positioned[OrderEvent] | Reset | Heartbeat
    ) -> rpc.WatchOrderResponse | None:
        """Write an item of the stream; None for what the reader knows already."""
        if isinstance(item, Reset):
            self._version, self._told = 0, None
            return rpc.WatchOrderResponse(reset=rpc.WatchReset(reason=item.reason))
        if isinstance(item, Heartbeat):
            return rpc.WatchOrderResponse(resume_token=self._at(item.token), heartbeat=rpc.WatchHeartbeat())
        if isinstance(item, Snapshot):
            order = mapping.order(item.state)
            self._version, self._told = mapping.version_of(item.state), order.SerializeToString(deterministic=True)
            return rpc.WatchOrderResponse(
                resume_token=self._at(item.token), snapshot=order, snapshot_version=self._version
            )
        return self._change(item)

    def _change(self, item: Positioned[OrderEvent]) -> rpc.WatchOrderResponse | None:
        event = item.event
        if event.document is None:
            return rpc.WatchOrderResponse(resume_token=self._at(item.token), change=event.change)
        content = event.change.order.SerializeToString(deterministic=True)
        # The old system moves no version on: its changes show only in the content.
        if event.version <= self._version if event.sets_version else content == self._told:
            return None
        self._version, self._told = max(event.version, self._version), content
        return rpc.WatchOrderResponse(resume_token=self._at(item.token), change=event.change)

    def _at(self, token: str) -> str:
        return f"{token}{_SEPARATOR}{self._version}"
