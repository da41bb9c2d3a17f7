"""From cart to preview, from preview to order.

The order takes its preview's id, so a preview becomes at most one order by the primary key, whoever asks, however
often.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from bson import ObjectId
from orderbuddy.errors.v1 import errors_pb2

from services.kit.clock import Clock
from services.kit.context import Call
from services.kit.crash import NOWHERE, CrashPoints
from services.kit.errors import FieldViolation, InvalidInput, NotFound, OrderBuddyError, Refused
from services.kit.mongo import Document
from services.kit.principal import CallerKind
from services.ordering.cart import CartLine, PricingError
from services.ordering.catalog import Catalog, Location
from services.ordering.documents import order_document, preview_document
from services.ordering.guest_language import language_of
from services.ordering.pricing import price
from services.ordering.repository import OrderCodeTaken, OrderRepository

_CODE_ATTEMPTS: Final = 20
"""With 65,536 first codes a day, even the second is seldom needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cart:
    """What a guest or a counter wants."""

    restaurant_id: str
    location_id: str
    location_slug: str
    menu_id: str
    origin: Document
    customer: Document
    lines: Sequence[CartLine]
    get_sms: bool
    payment_id: str | None
    language: str
    """In which the guest reads messages; empty: that of the items' names."""


class Menus(Protocol):
    """Reads a location's part of the catalog afresh."""

    async def now(self, restaurant_id: str, location_id: str, request_id: str) -> Catalog:
        """Return it as it is now."""
        ...


class Placing:
    """Prices carts and places orders, by the catalog in memory.

    Memory may be a moment behind. Nobody is refused for that: before a refusal the location is read afresh.
    """

    def __init__(
        self,
        repository: OrderRepository,
        catalog: Catalog,
        menus: Menus,
        clock: Clock,
        crash: CrashPoints = NOWHERE,
    ) -> None:
        self._repository = repository
        self._catalog = catalog
        self._menus = menus
        self._clock = clock
        self._crash = crash

    async def preview(self, cart: Cart, call: Call) -> Document:
        """Price a cart and store the result. Raises NotFound, InvalidInput or Refused, each naming the line."""
        document = await self._priced(cart, call)
        await self._repository.add_preview(document)
        return document

    async def place(self, preview_id: str, call: Call) -> str:
        """Return the id of the order that the preview has become, now or before."""
        key = ObjectId(preview_id)
        preview = await self._repository.preview(key)
        if preview is None:
            if await self._repository.order(key):
                return str(key)
            raise NotFound("PREVIEW_NOT_FOUND", "there is no such preview", metadata={"field": "preview_order_id"})
        location = await self.location(str(preview["restaurantId"]), str(preview["locationId"]), call)
        if location.accept_payment:
            if await self._repository.order(key):
                return str(key)
            raise Refused("PAYMENT_REQUIRED", "this location takes payment first: the order can't be placed without")
        await self.store(preview, location, call)
        return str(key)

    async def place_at_counter(self, cart: Cart, call: Call) -> str:
        """Price a cart and order it in one step. Raises as `preview`."""
        preview = await self._priced(cart, call)
        location = await self.location(cart.restaurant_id, cart.location_id, call)
        preview["locationSlug"] = cart.location_slug or location.slug
        await self._repository.add_preview(preview)
        await self.store(preview, location, call)
        return str(preview["_id"])

    async def location(self, restaurant_id: str, location_id: str, call: Call) -> Location:
        """Return a location; what counts is read afresh before it is held against anybody. Raises NotFound."""
        location = self._catalog.location(restaurant_id, location_id)
        if location is None or location.accept_payment:
            fresh = await self._menus.now(restaurant_id, location_id, call.request_id)
            location = fresh.location(restaurant_id, location_id)
        if location is None:
            raise NotFound("INVALID_LOCATION", "the restaurant has no such location", metadata={"field": "location_id"})
        return location

    async def _priced(self, cart: Cart, call: Call) -> Document:
        try:
            return self._priced_by(self._catalog, cart, call)
        except (NotFound, Refused, InvalidInput):
            fresh = await self._menus.now(cart.restaurant_id, cart.location_id, call.request_id)
            return self._priced_by(fresh, cart, call)

    def _priced_by(self, catalog: Catalog, cart: Cart, call: Call) -> Document:
        menus = catalog.menus(cart.restaurant_id, cart.location_id)
        if not menus:
            text = f"no menu for restaurant {cart.restaurant_id} and location {cart.location_id}"
            raise NotFound("MENU_NOT_FOUND", text, metadata={"field": "location_id"})
        campaign = catalog.campaign(cart.restaurant_id, cart.location_id, cart.origin["id"])
        try:
            priced = price(menus, cart.lines, campaign, cart.menu_id.lower() or None)
        except PricingError as error:
            raise refusal(error) from error
        header = {
            "restaurantId": cart.restaurant_id,
            "locationId": ObjectId(cart.location_id),
            "locationSlug": cart.location_slug,
            "customer": cart.customer,
            "origin": cart.origin,
            "getSms": cart.get_sms,
            "paymentId": cart.payment_id,
            "menuId": cart.menu_id.lower() or None,
            "language": cart.language or language_of(menus, cart.lines),
        }
        now = self._clock.now()
        return preview_document(ObjectId(), priced, campaign, header, correlation_id=call.request_id, now=now)

    async def store(self, preview: Document, location: Location, call: Call, payment_id: str = "") -> bool:
        """Insert the order; return False when it is there already, which is a success, too. Raises Refused."""
        if not isinstance(preview.get("totalPriceCents"), int):
            raise Refused("PREVIEW_UNUSABLE", "the preview has no proper total; preview the cart again")
        for attempt in range(_CODE_ATTEMPTS):
            document = order_document(
                preview,
                payment_id=payment_id,
                correlation_id=call.request_id,
                actor="guest" if call.principal.kind is CallerKind.ANYONE else str(call.principal),
                auto_accept=location.auto_accept,
                timezone=location.timezone,
                now=self._clock.now(),
                attempt=attempt,
            )
            try:
                self._crash.reached("before order")
                is_new = await self._repository.add_order(document)
                self._crash.reached("after order")
            except OrderCodeTaken:
                continue
            return is_new
        raise Refused("NO_ORDER_CODE", "no free order code was found; try again")


def refusal(error: PricingError) -> OrderBuddyError:
    """Turn what pricing found into the error that callers get."""
    detail = errors_pb2.CartLineDetail(line=-1 if error.line is None else error.line, field=error.field)
    if error.kind == "not_found":
        return NotFound("CART_LINE", error.message, metadata={"field": error.field}, details=[detail])
    if error.kind == "invalid":
        return InvalidInput([FieldViolation(error.field, error.message)], reason="CART_LINE", details=[detail])
    return Refused("MENU_UNUSABLE", error.message, metadata={"field": error.field}, details=[detail])
