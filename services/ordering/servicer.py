"""OrderingService: RPCs in and out."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

from bson import ObjectId
from google.protobuf.timestamp_pb2 import Timestamp
from orderbuddy.ordering.v1 import order_pb2
from orderbuddy.ordering.v1 import ordering_service_pb2 as rpc
from orderbuddy.ordering.v1 import ordering_service_pb2_grpc as rpc_grpc

from services.kit.bookmark import CARRIED_SECONDS, DELETED, Bookmark
from services.kit.clock import Clock
from services.kit.context import current_call
from services.kit.errors import FieldViolation, InvalidInput, NotFound
from services.kit.fanout import Positioned
from services.kit.interceptor import Context
from services.kit.mongo import Document, object_id
from services.kit.watch import Heartbeat, Reset, Snapshot, watch
from services.ordering import cart, mapping
from services.ordering.events import ALL, OrderEvent, OrderEvents, location_key, order_key
from services.ordering.lifecycle import OPEN_STATUSES
from services.ordering.placing import Cart, Placing
from services.ordering.repository import OrderRepository
from services.ordering.resume import Position
from services.ordering.transitions import Step, Transitions

PLACED_TEXT = "Order created successfully without payment"
_PAGE_SIZE, _LARGEST_PAGE = 50, 200
_STILL_TOLD = timedelta(days=1)
"""How old an order may be whose last change a stream that is behind can still tell."""

CartRequest = rpc.PreviewOrderRequest | rpc.CreateCounterOrderRequest
StepRequest = (
    rpc.AcceptOrderRequest
    | rpc.MarkOrderReadyRequest
    | rpc.CompleteOrderRequest
    | rpc.CancelOrderRequest
    | rpc.DelayOrderRequest
)


class OrderingServicer(rpc_grpc.OrderingServiceServicer):
    """Serves carts, previews, orders and their streams."""

    def __init__(
        self,
        repository: OrderRepository,
        placing: Placing,
        transitions: Transitions,
        events: OrderEvents,
        clock: Clock,
    ) -> None:
        self._clock = clock
        self._repository = repository
        self._placing = placing
        self._transitions = transitions
        self._events = events

    async def PreviewOrder(self, request: rpc.PreviewOrderRequest, context: Context) -> rpc.PreviewOrderResponse:
        """Price a cart and store the result."""
        document = await self._placing.preview(_cart(request), current_call())
        preview = rpc.OrderPreview(preview_order_id=str(document["_id"]), total_price_cents=document["totalPriceCents"])
        return rpc.PreviewOrderResponse(data=preview)

    async def PlaceOrder(self, request: rpc.PlaceOrderRequest, context: Context) -> rpc.PlaceOrderResponse:
        """Turn a preview into an order."""
        order_id = await self._placing.place(request.preview_order_id, current_call())
        return rpc.PlaceOrderResponse(order_id=order_id, success=True, message=PLACED_TEXT)

    async def CreateCounterOrder(
        self, request: rpc.CreateCounterOrderRequest, context: Context
    ) -> rpc.CreateCounterOrderResponse:
        """Price and order in one step."""
        return rpc.CreateCounterOrderResponse(
            order_id=await self._placing.place_at_counter(_cart(request), current_call())
        )

    async def GetOrder(self, request: rpc.GetOrderRequest, context: Context) -> rpc.GetOrderResponse:
        """Return an order as its guest sees it."""
        return rpc.GetOrderResponse(order=mapping.order(await self._order(request.order_id)))

    async def GetOrderStatus(self, request: rpc.GetOrderStatusRequest, context: Context) -> rpc.GetOrderStatusResponse:
        """Return where an order stands."""
        document = await self._order(request.order_id)
        return rpc.GetOrderStatusResponse(
            order_id=request.order_id,
            status=str(document.get("status", "")),
            updated_at=mapping.updated_at(document),
        )

    async def ListOrders(self, request: rpc.ListOrdersRequest, context: Context) -> rpc.ListOrdersResponse:
        """Return a page of a location's orders."""
        documents, next_token = await self._repository.page(
            request.restaurant_id,
            object_id(request.location_id, "locationId", "INVALID_LOCATION"),
            statuses=mapping.status_names(request.statuses),
            since=_instant(request, "from"),
            until=_instant(request, "until"),
            size=min(request.page_size or _PAGE_SIZE, _LARGEST_PAGE),
            token=request.page_token,
        )
        return rpc.ListOrdersResponse(orders=[mapping.record(d) for d in documents], next_page_token=next_token)

    async def AcceptOrder(self, request: rpc.AcceptOrderRequest, context: Context) -> rpc.AcceptOrderResponse:
        """Take an order on."""
        return rpc.AcceptOrderResponse(order=await self._move(request, "ACCEPTED"))

    async def MarkOrderReady(self, request: rpc.MarkOrderReadyRequest, context: Context) -> rpc.MarkOrderReadyResponse:
        """Say that everything is made."""
        return rpc.MarkOrderReadyResponse(order=await self._move(request, "READY_FOR_PICKUP"))

    async def CompleteOrder(self, request: rpc.CompleteOrderRequest, context: Context) -> rpc.CompleteOrderResponse:
        """Say that the guest has it."""
        return rpc.CompleteOrderResponse(order=await self._move(request, "PICKED_UP"))

    async def CancelOrder(self, request: rpc.CancelOrderRequest, context: Context) -> rpc.CancelOrderResponse:
        """End an order that will not be made."""
        return rpc.CancelOrderResponse(order=await self._move(request, "CANCELED", request.reason))

    async def DelayOrder(self, request: rpc.DelayOrderRequest, context: Context) -> rpc.DelayOrderResponse:
        """Say that an order takes longer."""
        return rpc.DelayOrderResponse(order=await self._move(request, "", delay_minutes=request.minutes))

    async def WatchOrder(
        self, request: rpc.WatchOrderRequest, context: Context
    ) -> AsyncIterator[rpc.WatchOrderResponse]:
        """Stream one order."""
        order_id: ObjectId = (await self._order(request.order_id))["_id"]
        position = Position.parse(request.resume_token)

        async def snapshot() -> Document:
            return await self._order(request.order_id)

        def missed(token: str, seen_token: str) -> AsyncGenerator[Positioned[OrderEvent], None]:
            # Of this order alone: guests ask, whoever they are, and all orders since this morning are seconds of work.
            return self._events.missed(token, seen_token, order_id)

        key, hub = order_key(str(order_id)), self._events.hub
        items = watch(hub, [key], position.token, snapshot, missed, seen_token=request.seen_token)
        async with aclosing(items) as stream:
            async for item in stream:
                response = position.one(item)
                if response is not None:
                    yield response

    async def WatchOrders(
        self, request: rpc.WatchOrdersRequest, context: Context
    ) -> AsyncIterator[rpc.WatchOrdersResponse]:
        """Stream a location's open orders, or to services the changes of all."""
        if bool(request.restaurant_id) != bool(request.location_id):
            missing = "location_id" if request.restaurant_id else "restaurant_id"
            raise InvalidInput([FieldViolation(missing, "must come together with the other")])
        everything = not request.restaurant_id
        keys = [ALL] if everything else [location_key(request.restaurant_id, request.location_id), DELETED]

        bookmark = Bookmark.parse(request.resume_token)

        async def snapshot() -> list[Document]:
            if everything:
                return []
            place = object_id(request.location_id, "locationId", "INVALID_LOCATION")
            # The stream may be a moment behind what is read here. Whatever it still tells of these versions is no news,
            # of orders that are closed already too.
            since = self._clock.now() - _STILL_TOLD
            seen = await self._repository.placed_since(request.restaurant_id, place, since)
            found = await self._repository.in_states(request.restaurant_id, place, OPEN_STATUSES)
            just_now = self._clock.now() - timedelta(seconds=CARRIED_SECONDS)
            versions = {str(d["_id"]): mapping.version_of(d) for d in (*seen, *found)}
            recent = {str(d["_id"]) for d in (*seen, *found) if mapping.changed_since(d, just_now)}
            bookmark.begin(versions, {key: version for key, version in versions.items() if key in recent})
            return found

        hub, missed = self._events.hub, self._events.missed
        items = watch(hub, keys, bookmark.token, snapshot, missed, seen_token=request.seen_token)
        async with aclosing(items) as stream:
            async for item in stream:
                response = _many(item, bookmark, request, everything=everything)
                if response is not None:
                    yield response

    async def _order(self, order_id: str) -> Document:
        document = await self._repository.order(object_id(order_id, "orderId", "ORDER_NOT_FOUND"))
        if document is None:
            raise NotFound("ORDER_NOT_FOUND", "there is no such order", metadata={"field": "order_id"})
        return document

    async def _move(
        self, request: StepRequest, target: str, reason: str = "", *, delay_minutes: int = 0
    ) -> order_pb2.OrderRecord:
        step = Step(
            restaurant_id=request.restaurant_id,
            order_id=request.order_id,
            target=target,
            version=request.version if request.HasField("version") else None,
            request_id=request.request_id,
            reason=reason,
            delay_minutes=delay_minutes,
        )
        return mapping.record(await self._transitions.move(step, current_call()))


def _many(
    item: Snapshot[list[Document]] | Positioned[OrderEvent] | Reset | Heartbeat,
    bookmark: Bookmark,
    request: rpc.WatchOrdersRequest,
    *,
    everything: bool,
) -> rpc.WatchOrdersResponse | None:
    """Write an item of the stream; None for what the reader knows from the snapshot."""
    if isinstance(item, Snapshot):
        if everything:
            return None
        orders = [mapping.record(document) for document in item.state]
        return rpc.WatchOrdersResponse(resume_token=bookmark.at(item.token), snapshot=rpc.OrdersSnapshot(orders=orders))
    if isinstance(item, Reset):
        return rpc.WatchOrdersResponse(reset=rpc.WatchReset(reason=item.reason))
    if isinstance(item, Heartbeat):
        return rpc.WatchOrdersResponse(resume_token=bookmark.at(item.token), heartbeat=rpc.WatchHeartbeat())
    event = item.event
    if not everything and not _is_news(event, bookmark):
        return None
    change = event.change_with_record if request.with_records else event.change
    return rpc.WatchOrdersResponse(resume_token=bookmark.at(item.token), change=change)


def _is_news(event: OrderEvent, bookmark: Bookmark) -> bool:
    if event.document is None:
        return bookmark.may_know(event.order_id)
    return bookmark.is_news(event.order_id, event.version, keeps_version=not event.sets_version)


def _cart(request: CartRequest) -> Cart:
    customer: Document = {"name": request.customer.name}
    if request.customer.HasField("phone"):
        customer["phone"] = request.customer.phone
    origin_name = request.origin.name if request.origin.HasField("name") else None
    return Cart(
        restaurant_id=request.restaurant_id,
        location_id=request.location_id,
        location_slug=request.location_slug,
        menu_id=request.menu_id,
        origin={"id": request.origin.id, "name": origin_name},
        customer=customer,
        lines=[_line(line) for line in request.items],
        get_sms=request.get_sms,
        payment_id=request.payment_id.string_value if request.payment_id.HasField("string_value") else None,
        language=request.language,
    )


def _line(line: order_pb2.CartLine) -> cart.CartLine:
    return cart.CartLine(
        id=line.id,
        menu_item_id=line.menu_item_id,
        name=line.name,
        notes=line.notes,
        variants=tuple(cart.CartVariant(id=v.id) for v in line.variants),
        modifiers=tuple(
            cart.CartModifier(
                id=m.id,
                name=m.name,
                options=tuple(cart.CartOption(id=o.id, name=o.name) for o in m.options),
            )
            for m in line.modifiers
        ),
    )


def _instant(request: rpc.ListOrdersRequest, name: str) -> datetime | None:
    # `from` is a word of Python's own, so the field can't be read as an attribute.
    stamp: Timestamp = getattr(request, name)
    return stamp.ToDatetime(UTC) if request.HasField(name) else None
