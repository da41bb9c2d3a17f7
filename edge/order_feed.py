"""All changes of orders, once per process: follows OrderingService.WatchOrders and hands them to whoever listens."""

from __future__ import annotations

import zlib
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Any, Final, cast

import orjson
from orderbuddy.ordering.v1 import order_pb2, ordering_service_pb2

from edge.caller import Caller, Metadata
from edge.following import Follower, Progress
from edge.metrics import note_lag
from edge.rendering import Render, renderer
from services.kit.fanout import Hub
from services.kit.telemetry import log

SERVICE: Final = ordering_service_pb2.DESCRIPTOR.services_by_name["OrderingService"]
_WATCH: Final = SERVICE.methods_by_name["WatchOrders"]
_RING_EVENTS: Final = 5_000
"""Changes kept for sockets that come back; at 200 a second that is 25 s, and older ones come from the service."""
_LONGEST_TOKEN: Final = 4096

_TYPES: Final = order_pb2.DESCRIPTOR.message_types_by_name
_render_order: Final[Render] = renderer(_TYPES["Order"])
_render_change: Final[Render] = renderer(_TYPES["OrderChange"])


@dataclass(frozen=True, slots=True)
class Place:
    """Where a client is in the life of its order: what it has seen last, and the service's token after it.

    Written as one text it is the resume token that clients hold. It carries what was seen because two edges need not
    be equally far: without it a client that changes edges could be told something twice.
    """

    version: int
    digest: int
    token: str

    def __str__(self) -> str:
        return f"{self.version}.{self.digest:08x}.{self.token}"

    @staticmethod
    def parse(text: str) -> Place | None:
        """Read a resume token; None when it is not one of ours."""
        version, _, rest = text.partition(".")
        digest, _, token = rest.partition(".")
        if not token or len(text) > _LONGEST_TOKEN:
            return None
        try:
            return Place(int(version), int(digest, 16), token)
        except ValueError:
            return None

    def includes(self, other: Place, *, keeps_version: bool = True) -> bool:
        """Tell whether who is here has seen the other state.

        The old system changes orders without counting versions up (`keeps_version`), so an equal version says nothing:
        then what is in the order decides. Of a change that has a version of its own the version decides, because what
        is in the order may already be later.
        """
        if other.token == self.token or other.version < self.version:
            return True
        return other.version == self.version and (not keeps_version or other.digest == self.digest)

    def at(self, token: str) -> Place:
        """Return the same state at a later token."""
        return Place(self.version, self.digest, token)


def place_of(version: int, order: order_pb2.Order, token: str) -> Place:
    """Return the place of who has seen this state of an order."""
    return Place(version, zlib.crc32(order.SerializeToString(deterministic=True)), token)


class OrderEvent:
    """A committed change, encoded at most once for all sockets."""

    __slots__ = ("_change", "_place", "_text", "_token", "keeps_version", "removed")

    def __init__(self, token: str, change: order_pb2.OrderChange) -> None:
        self.removed = change.removed
        self.keeps_version = change.keeps_version
        self._change = change
        self._token = token
        self._place: Place | None = None
        self._text: str | None = None

    @property
    def place(self) -> Place:
        """Where a client is that has seen it. Made when first asked for: most orders have no socket."""
        if self._place is None:
            self._place = place_of(self._change.version, self._change.order, self._token)
        return self._place

    @property
    def text(self) -> str:
        """The message to clients."""
        if self._text is None:
            change: dict[str, Any] = _render_change(self._change)
            names = ("orderId", "status", "version", "at", "order")
            message = {"type": "order:status:updated", "resumeToken": str(self.place)}
            self._text = orjson.dumps(message | {name: change[name] for name in names}).decode()
        return self._text


def snapshot_text(place: Place, order: order_pb2.Order) -> str:
    """Return the message that tells a client all there is to know."""
    message = {
        "type": "snapshot",
        "resumeToken": str(place),
        "version": place.version,
        "order": _render_order(order),
    }
    return orjson.dumps(message).decode()


class OrderFeed:
    """Feeds a hub whose keys are order ids."""

    def __init__(self, caller: Caller, identity: Callable[[], Metadata]) -> None:
        """`identity` makes the metadata that names the edge to the service."""
        self.hub: Hub[OrderEvent] = Hub(ring_events=_RING_EVENTS)
        self.generation = 0
        """Grows whenever changes may have been missed; the hub's readers are cut off then."""
        self.follower: Follower[ordering_service_pb2.WatchOrdersResponse] = Follower("orders", self)
        self._caller = caller
        self._identity = identity
        self._begins_anew = False

    def open(self, token: str) -> AsyncGenerator[ordering_service_pb2.WatchOrdersResponse, None]:
        """Begin to watch all orders; without a token from now on."""
        self._begins_anew = not token and self.hub.position is not None
        request = ordering_service_pb2.WatchOrdersRequest(resume_token=token)
        stream = self._caller.stream(_WATCH, request, metadata=self._identity())
        return cast("AsyncGenerator[ordering_service_pb2.WatchOrdersResponse, None]", stream)

    def handle(self, message: ordering_service_pb2.WatchOrdersResponse) -> Progress:
        """Take in a change."""
        token = message.resume_token
        if self._begins_anew:
            # Only now: who looks again for what it missed must find the stream already listening.
            self._begins_anew = False
            self._gap("the stream began anew")
        match message.WhichOneof("event"):
            case "change":
                change = message.change
                self.hub.publish(token, OrderEvent(token, change), [change.order_id])
                note_lag("orders", change.at)
            case "reset":
                self._gap(message.reset.reason)
        if token:
            self.hub.advance(token)
        return Progress(token, caught_up=bool(token))

    def _gap(self, reason: str) -> None:
        log.warning("orders_reset", reason=reason)
        self.generation += 1
        self.hub.forget()
