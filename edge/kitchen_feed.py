"""What happens in all kitchens, followed once per process by TicketService.WatchTickets, for whoever listens."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Hashable
from contextlib import aclosing
from typing import Any, Final, cast

import orjson
from google.rpc import code_pb2
from orderbuddy.station.v1 import ticket_pb2, ticket_service_pb2

from edge.caller import Caller, Metadata
from edge.errors import RpcError
from edge.following import Follower, Progress
from edge.metrics import KITCHEN_TEXTS, note_lag
from edge.rendering import Render, renderer
from services.kit.bookmark import DELETED, Bookmark
from services.kit.errors import Unavailable
from services.kit.fanout import Hub, Positioned, TokenUnusable
from services.kit.telemetry import log

SERVICE: Final = ticket_service_pb2.DESCRIPTOR.services_by_name["TicketService"]
_WATCH: Final = SERVICE.methods_by_name["WatchTickets"]
_RING_EVENTS: Final = 5_000
_MISSED_SECONDS: Final = 5.0
ALL: Final = "all"
"""Key of those who listen to everything."""

Place = tuple[str, str]
"""Restaurant and location id (lower case)."""

render_ticket: Final[Render] = renderer(ticket_pb2.DESCRIPTOR.message_types_by_name["Ticket"])
_render_event: Final[Render] = renderer(ticket_pb2.DESCRIPTOR.message_types_by_name["KitchenEvent"])
_NAMES: Final = ("orderId", "version", "status", "previousStatus", "at", "lines")
_IN_THE_KITCHEN: Final = "ACCEPTED"


def place_key(place: Place) -> Hashable:
    """Return the key of a location's listeners."""
    return ("location", *place)


class KitchenFeedEvent:
    """A committed change of an order, encoded at most once for each view of it."""

    def __init__(self, message: ticket_pb2.KitchenEvent) -> None:
        self.message = message
        self._texts: dict[str | None, str | None] = {}

    def is_news_to(self, bookmark: Bookmark) -> bool:
        """Tell whether a reader has not been told it, and note it."""
        message = self.message
        if message.removed:
            return bookmark.may_know(message.order_id)
        return bookmark.is_news(message.order_id, message.version, keeps_version=message.keeps_version)

    def text(self, station_id: str | None) -> str | None:
        """Return the message to sockets without its opening brace; None when a station has no part in the order.

        A deleted order has no tickets and no status, and concerns every view that had it.

        `station_id`: None is expo, empty is what no station makes.
        """
        if station_id not in self._texts:
            self._texts[station_id] = self._made(station_id)
        return self._texts[station_id]

    def _made(self, station_id: str | None) -> str | None:
        tickets = [t for t in self.message.tickets if station_id is None or t.station_id == station_id]
        if not tickets and station_id is not None and not self.message.removed:
            return None
        rendered: dict[str, Any] = _render_event(self.message)
        content: dict[str, Any] = {"type": self._type()}
        content |= {name: rendered[name] for name in _NAMES if name in rendered}
        content["tickets"] = [render_ticket(ticket) for ticket in tickets]
        KITCHEN_TEXTS.inc()
        return orjson.dumps(content).decode()[1:]

    def _type(self) -> str:
        message = self.message
        before = message.previous_status if message.HasField("previous_status") else None
        if before == message.status:
            return "station:update"
        sent = message.status == _IN_THE_KITCHEN and before != "READY_FOR_PICKUP"
        return "kitchen:order:new" if sent else "order:status:updated"


class StationsMoved:
    """The stations of a location may have changed; None: of any."""

    def __init__(self, place: Place | None) -> None:
        self.place = place


KitchenNews = KitchenFeedEvent | StationsMoved


class KitchenFeed:
    """Feeds a hub whose keys are locations, orders and ALL."""

    def __init__(self, caller: Caller, identity: Callable[[], Metadata]) -> None:
        """`identity` makes the metadata that names the edge to the service."""
        self.hub: Hub[KitchenNews] = Hub(ring_events=_RING_EVENTS)
        self.generation = 0
        """Grows whenever changes may have been missed; the hub's readers are cut off then."""
        self.follower: Follower[ticket_service_pb2.WatchTicketsResponse] = Follower("kitchen", self)
        self._caller = caller
        self._identity = identity
        self._opened = self._begins_anew = False

    def open(self, token: str) -> AsyncGenerator[ticket_service_pb2.WatchTicketsResponse, None]:
        """Begin to watch all locations; without a token from now on."""
        self._opened, self._begins_anew = True, not token and self.hub.position is not None
        request = ticket_service_pb2.WatchTicketsRequest(resume_token=token)
        return self._stream(request, None)

    def _stream(
        self, request: ticket_service_pb2.WatchTicketsRequest, deadline_seconds: float | None
    ) -> AsyncGenerator[ticket_service_pb2.WatchTicketsResponse, None]:
        stream = self._caller.stream(_WATCH, request, metadata=self._identity(), deadline_seconds=deadline_seconds)
        return cast("AsyncGenerator[ticket_service_pb2.WatchTicketsResponse, None]", stream)

    def handle(self, message: ticket_service_pb2.WatchTicketsResponse) -> Progress:
        """Take in a message."""
        token = message.resume_token or (self.hub.position or "")
        if self._begins_anew:
            # Only now: who looks again for what it missed must find the stream already listening.
            self._begins_anew = False
            self._gap("the stream began anew")
        if self._opened:
            # Changes of stations have no place in the stream: what was missed of them shows in the stations alone.
            self._opened = False
            self.hub.tell(StationsMoved(None))
        match message.WhichOneof("event"):
            case "change":
                self.hub.publish(token, KitchenFeedEvent(message.change), _keys(message.change))
                note_lag("tickets", message.change.at)
            case "stations_changed":
                moved = message.stations_changed
                place = (moved.restaurant_id, moved.location_id) if moved.restaurant_id else None
                self.hub.tell(StationsMoved(place), None if place is None else [place_key(place)])
            case "reset":
                self._gap(message.reset.reason)
            case "heartbeat":
                self.hub.advance(token)
        return Progress(token, caught_up=bool(token))

    def _gap(self, reason: str) -> None:
        log.warning("kitchen_reset", reason=reason)
        self.generation += 1
        self.hub.forget()

    async def missed(
        self, place: Place, bookmark: Bookmark, seen_token: str
    ) -> AsyncGenerator[Positioned[KitchenNews], None]:
        """Yield the changes at a location after a bookmark, from the service, as far as a token at least.

        Raises TokenUnusable, Unavailable.
        """
        restaurant_id, location_id = place
        token = Bookmark(scope=bookmark.scope).at(bookmark.token)
        request = ticket_service_pb2.WatchTicketsRequest(
            restaurant_id=restaurant_id, location_id=location_id, resume_token=token, seen_token=seen_token
        )
        try:
            async with aclosing(self._stream(request, _MISSED_SECONDS)) as stream:
                async for message in stream:
                    match message.WhichOneof("event"):
                        case "heartbeat":
                            return
                        case "reset":
                            raise TokenUnusable("TOKEN_TOO_OLD", message.reset.reason)
                        case "change":
                            at = Bookmark.parse(message.resume_token).token
                            yield Positioned(at, KitchenFeedEvent(message.change), tuple(_keys(message.change)))
        except RpcError as error:
            if error.status.code == code_pb2.INVALID_ARGUMENT:
                # Such as one that is far too long. Asking again would not help.
                raise TokenUnusable("TOKEN_INVALID", "the resume token is not one of ours") from error
            raise Unavailable("KITCHEN_AWAY", "the kitchen can't be followed just now; try again") from error


def _keys(event: ticket_pb2.KitchenEvent) -> list[Hashable]:
    place = DELETED if event.removed else place_key((event.restaurant_id, event.location_id))
    return [place, ("order", event.order_id), ALL]
