"""TicketService: RPCs in and out."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from datetime import timedelta

from orderbuddy.ordering.v1 import order_pb2
from orderbuddy.station.v1 import ticket_pb2
from orderbuddy.station.v1 import ticket_service_pb2 as rpc
from orderbuddy.station.v1 import ticket_service_pb2_grpc as rpc_grpc

from services.kit.bookmark import CARRIED_SECONDS, DELETED, Bookmark, scope_of
from services.kit.clock import Clock
from services.kit.errors import FieldViolation, InvalidInput
from services.kit.fanout import Positioned
from services.kit.interceptor import Context
from services.kit.values import timestamp
from services.kit.watch import Heartbeat, Reset, Snapshot, watch
from services.station.adapters.orders import Orders
from services.station.kitchen.book import Place, Stations
from services.station.kitchen.feed import ALL, KitchenFeed, KitchenNews, OrderMoved, place_key
from services.station.kitchen.tickets import of_station, tickets_of
from services.station.kitchen.verbs import Verbs
from services.station.repository import no_station
from services.station.routing import UNROUTED

State = tuple[Stations, list[ticket_pb2.Ticket]]


class TicketServicer(rpc_grpc.TicketServiceServicer):
    """Serves tickets, their stream and what is done with them."""

    def __init__(self, feed: KitchenFeed, orders: Orders, verbs: Verbs, clock: Clock) -> None:
        self._feed = feed
        self._orders = orders
        self._verbs = verbs
        self._clock = clock

    async def ListTickets(self, request: rpc.ListTicketsRequest, context: Context) -> rpc.ListTicketsResponse:
        """Return a location's tickets."""
        place = request.restaurant_id, request.location_id.lower()
        stations, tickets = await self._read(place, request.station_id, Bookmark())
        return rpc.ListTicketsResponse(tickets=tickets, stations=stations)

    async def WatchTickets(
        self, request: rpc.WatchTicketsRequest, context: Context
    ) -> AsyncIterator[rpc.WatchTicketsResponse]:
        """Stream a location's tickets, or to services what happens everywhere."""
        if bool(request.restaurant_id) != bool(request.location_id):
            missing = "location_id" if request.restaurant_id else "restaurant_id"
            raise InvalidInput([FieldViolation(missing, "must come together with the other")])
        everywhere = not request.restaurant_id
        stream = self._everywhere(request) if everywhere else self._location(request)
        async with aclosing(stream) as responses:
            async for response in responses:
                yield response

    async def _everywhere(self, request: rpc.WatchTicketsRequest) -> AsyncGenerator[rpc.WatchTicketsResponse, None]:
        async def nothing() -> None:
            return None

        hub, missed = self._feed.hub, self._feed.missed
        items = watch(hub, [ALL], request.resume_token, nothing, missed, seen_token=request.seen_token)
        async with aclosing(items) as stream:
            async for item in stream:
                match item:
                    case Reset():
                        yield rpc.WatchTicketsResponse(reset=rpc.TicketsReset(reason=item.reason))
                    case Heartbeat():
                        yield rpc.WatchTicketsResponse(resume_token=item.token, heartbeat=rpc.TicketsHeartbeat())
                    case Positioned(event=OrderMoved() as moved):
                        change = await moved.event(self._feed.book)
                        yield rpc.WatchTicketsResponse(resume_token=item.token, change=change)
                    case Positioned(event=moved):
                        restaurant_id, location_id = moved.place or ("", "")
                        changed = rpc.StationsChanged(restaurant_id=restaurant_id, location_id=location_id)
                        yield rpc.WatchTicketsResponse(stations_changed=changed)

    async def _location(self, request: rpc.WatchTicketsRequest) -> AsyncGenerator[rpc.WatchTicketsResponse, None]:
        """Stream one location; from the beginning whenever its stations change."""
        place = request.restaurant_id, request.location_id.lower()
        bookmark = Bookmark.parse(request.resume_token)
        if bookmark.token and bookmark.scope != scope_of(await self._stations(place, request.station_id)):
            bookmark = Bookmark()
            yield _reset("the stations have changed, or the token is not one of this stream")
        while True:
            async with aclosing(self._tickets(place, request, bookmark)) as responses:
                async for response in responses:
                    yield response
            bookmark = Bookmark()
            yield _reset("the stations have changed")

    async def _tickets(
        self, place: Place, request: rpc.WatchTicketsRequest, bookmark: Bookmark
    ) -> AsyncGenerator[rpc.WatchTicketsResponse, None]:
        """Stream one location until its stations change."""
        station_id = request.station_id

        async def snapshot() -> State:
            return await self._read(place, station_id, bookmark)

        hub, missed, keys = self._feed.hub, self._feed.missed, [place_key(place), DELETED]
        items = watch(hub, keys, bookmark.token, snapshot, missed, seen_token=request.seen_token)
        async with aclosing(items) as stream:
            async for item in stream:
                if isinstance(item, Positioned) and not isinstance(item.event, OrderMoved):
                    if scope_of(await self._stations(place, station_id)) != bookmark.scope:
                        return
                    continue
                response = await self._response(item, station_id, bookmark)
                if response is not None:
                    yield response

    async def _response(
        self,
        item: Snapshot[State] | Positioned[KitchenNews] | Reset | Heartbeat,
        station_id: str,
        bookmark: Bookmark,
    ) -> rpc.WatchTicketsResponse | None:
        match item:
            case Reset():
                return _reset(item.reason)
            case Heartbeat():
                token = bookmark.at(item.token)
                return rpc.WatchTicketsResponse(resume_token=token, heartbeat=rpc.TicketsHeartbeat())
            case Snapshot():
                stations, tickets = item.state
                content = rpc.TicketsSnapshot(tickets=tickets, stations=stations)
                return rpc.WatchTicketsResponse(resume_token=bookmark.at(item.token), snapshot=content)
        assert isinstance(item.event, OrderMoved)
        change = item.event.change
        if not _is_news(change, bookmark):
            return None
        event = await item.event.event(self._feed.book)
        if station_id:
            event = _at_station(event, station_id)
            if not event.tickets and not event.removed:
                return None
        return rpc.WatchTicketsResponse(resume_token=bookmark.at(item.token), change=event)

    async def _stations(self, place: Place, station_id: str) -> Stations:
        """Return a location's stations. Raises NotFound when the asked one is not among them."""
        stations = await self._feed.book.of(place)
        if station_id not in ("", UNROUTED) and station_id not in {station.id for station in stations}:
            raise no_station()
        return stations

    async def _read(self, place: Place, station_id: str, bookmark: Bookmark) -> State:
        stations = await self._stations(place, station_id)
        records = await self._orders.in_kitchen(*place)
        just_now = timestamp(self._clock.now() - timedelta(seconds=CARRIED_SECONDS))
        assert just_now is not None
        bookmark.scope = scope_of(stations)
        versions = {record.order.id: record.version for record in records}
        recent = {
            record.order.id: record.version
            for record in records
            if record.history and record.history[-1].at.ToNanoseconds() >= just_now.ToNanoseconds()
        }
        bookmark.begin(versions, recent)
        tickets = [ticket for record in records for ticket in tickets_of(record, stations)]
        shown = [ticket for ticket in tickets if ticket.state != ticket_pb2.TICKET_STATE_GONE]
        return stations, of_station(shown, station_id)

    async def StartTicketLine(
        self, request: rpc.StartTicketLineRequest, context: Context
    ) -> rpc.StartTicketLineResponse:
        """Start a line."""
        version = await self._verbs.start(_place(request), request.order_id, request.line_id, request.request_id)
        return rpc.StartTicketLineResponse(version=version)

    async def CompleteTicketLine(
        self, request: rpc.CompleteTicketLineRequest, context: Context
    ) -> rpc.CompleteTicketLineResponse:
        """Complete a line."""
        version = await self._verbs.complete(_place(request), request.order_id, request.line_id, request.request_id)
        return rpc.CompleteTicketLineResponse(version=version)

    async def RecallTicketLine(
        self, request: rpc.RecallTicketLineRequest, context: Context
    ) -> rpc.RecallTicketLineResponse:
        """Take a line's last step back."""
        order_id, line_id = request.order_id, request.line_id
        version = await self._verbs.recall(_place(request), order_id, line_id, request.request_id, _revision(request))
        return rpc.RecallTicketLineResponse(version=version)

    async def BumpTicket(self, request: rpc.BumpTicketRequest, context: Context) -> rpc.BumpTicketResponse:
        """Finish a ticket."""
        order_id, station_id = request.order_id, request.station_id
        shown = _revision(request)
        version = await self._verbs.bump(_place(request), order_id, station_id, request.request_id, shown)
        return rpc.BumpTicketResponse(version=version)

    async def RecallTicket(self, request: rpc.RecallTicketRequest, context: Context) -> rpc.RecallTicketResponse:
        """Take a bump back."""
        order_id, station_id = request.order_id, request.station_id
        shown = _revision(request)
        version = await self._verbs.recall_ticket(_place(request), order_id, station_id, request.request_id, shown)
        return rpc.RecallTicketResponse(version=version)


VerbRequest = (
    rpc.StartTicketLineRequest
    | rpc.CompleteTicketLineRequest
    | rpc.RecallTicketLineRequest
    | rpc.BumpTicketRequest
    | rpc.RecallTicketRequest
)


def _place(request: VerbRequest) -> Place:
    return request.restaurant_id, request.location_id.lower()


def _revision(
    request: rpc.RecallTicketLineRequest | rpc.BumpTicketRequest | rpc.RecallTicketRequest,
) -> int | None:
    return request.revision if request.HasField("revision") else None


def _reset(reason: str) -> rpc.WatchTicketsResponse:
    return rpc.WatchTicketsResponse(reset=rpc.TicketsReset(reason=reason))


def _is_news(change: order_pb2.OrderChange, bookmark: Bookmark) -> bool:
    if change.removed:
        return bookmark.may_know(change.order_id)
    return bookmark.is_news(change.order_id, change.version, keeps_version=change.keeps_version)


def _at_station(event: ticket_pb2.KitchenEvent, station_id: str) -> ticket_pb2.KitchenEvent:
    mine = ticket_pb2.KitchenEvent()
    mine.CopyFrom(event)
    del mine.tickets[:]
    mine.tickets.extend(of_station(event.tickets, station_id))
    return mine
