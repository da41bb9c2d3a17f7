"""What the Payment service needs of an order: what it costs, looked at again, and that it is placed when it is paid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bson import ObjectId

from services.kit.clock import Clock
from services.kit.context import Call
from services.kit.errors import Conflict, NotFound, OrderBuddyError, Refused
from services.kit.mongo import Document
from services.kit.values import obj, objects, text, whole
from services.ordering.cart import CartLine, CartModifier, CartOption, CartVariant, PricingError
from services.ordering.catalog import Catalog, Location
from services.ordering.mapping import version_of
from services.ordering.placing import Menus, Placing, refusal
from services.ordering.pricing import price
from services.ordering.repository import OrderRepository, Seen

_ROUNDS: Final = 10
"""Every lost race means that somebody else moved the order on."""


@dataclass(frozen=True, slots=True)
class Bill:
    """What there is to pay. `total_cents` is the preview's, or the order's once it is there."""

    restaurant_id: str
    location_id: str
    total_cents: int
    is_ordered: bool


class Checkout:
    """Looks at previews again before they are paid, and places them after.

    Like everywhere in this service, memory may be a moment behind, and nobody is refused for that.
    """

    def __init__(
        self, repository: OrderRepository, placing: Placing, catalog: Catalog, menus: Menus, clock: Clock
    ) -> None:
        self._repository = repository
        self._placing = placing
        self._catalog = catalog
        self._menus = menus
        self._clock = clock

    async def prepare(self, preview_id: str, call: Call) -> Bill:
        """Return what there is to pay. Raises NotFound or Refused when it can't be had (any more) at that price."""
        key = ObjectId(preview_id)
        order = await self._repository.order(key)
        if order is not None:
            _refuse_canceled(order)
            return _bill(order, is_ordered=True)
        preview = await self._repository.preview(key, keep=True)
        if preview is None:
            raise NotFound("PREVIEW_NOT_FOUND", "there is no such preview", metadata={"field": "preview_order_id"})
        bill = _bill(preview, is_ordered=False)
        try:
            self._look_again(self._catalog, preview, bill)
        except OrderBuddyError:
            fresh = await self._menus.now(bill.restaurant_id, bill.location_id, call.request_id)
            self._look_again(fresh, preview, bill)
        return bill

    def _look_again(self, catalog: Catalog, preview: Mapping[str, Any], bill: Bill) -> None:
        location = catalog.location(bill.restaurant_id, bill.location_id)
        if location is None:
            raise NotFound("INVALID_LOCATION", "the restaurant has no such location", metadata={"field": "location_id"})
        if not location.is_open:
            raise Refused("LOCATION_CLOSED", "the location takes no orders now; nothing was charged")
        menus = catalog.menus(bill.restaurant_id, bill.location_id)
        origin_id = text(obj(preview.get("origin")).get("id"))
        campaign = catalog.campaign(bill.restaurant_id, bill.location_id, origin_id)
        try:
            lines = [_line(line) for line in objects(preview.get("items"))]
            priced = price(menus, lines, campaign, text(preview.get("menuId")) or None, again=True)
        except PricingError as error:
            raise refusal(error) from error
        if priced.total_cents != bill.total_cents:
            metadata = {"total_price_cents": str(priced.total_cents)}
            text_ = "the price has changed since the preview; preview the cart again. Nothing was charged"
            raise Refused("PRICE_CHANGED", text_, metadata=metadata)

    async def place_paid(self, preview_id: str, payment_reference: str, call: Call) -> str:
        """Return the id of the order that a paid preview has become. Raises NotFound or Refused: it can't become one.

        Whether the location is open or has the items plays no part any more: the money is taken.
        """
        key = ObjectId(preview_id)
        preview = await self._repository.preview(key)
        missing = NotFound("PREVIEW_NOT_FOUND", "there is no such preview", metadata={"field": "preview_order_id"})
        if preview is not None:
            try:
                location = await self._location(preview, call)
            except NotFound as error:
                missing = error
            else:
                if await self._placing.store(preview, location, call, payment_reference):
                    return preview_id
        if not await self._note_payment(key, payment_reference, call):
            raise missing
        return preview_id

    async def _location(self, preview: Document, call: Call) -> Location:
        return await self._placing.location(str(preview["restaurantId"]), str(preview["locationId"]), call)

    async def _note_payment(self, key: ObjectId, reference: str, call: Call) -> bool:
        """Write the payment on an order that is there; False when there is none. Raises Refused, Conflict."""
        for _ in range(_ROUNDS):
            order = await self._repository.order(key)
            if order is None:
                return False
            if order.get("paymentId"):
                return True
            _refuse_canceled(order)
            status, version = text(order.get("status")), version_of(order)
            entry: Document = {"version": version + 1, "from": status, "to": status, "at": self._clock.now()}
            entry |= {"actor": str(call.principal), "note": "paid"}
            update = {"$set": {"paymentId": reference, "version": version + 1}, "$push": {"history": entry}}
            if await self._repository.change(Seen(key, text(order.get("restaurantId")), status, version), update):
                return True
        raise Conflict("ORDER_BUSY", "others keep changing the order; try again", retry_after_seconds=1)


def _refuse_canceled(order: Mapping[str, Any]) -> None:
    if order.get("status") == "CANCELED":
        raise Refused("ORDER_CANCELED", "the order was canceled")


def _bill(document: Mapping[str, Any], *, is_ordered: bool) -> Bill:
    """Read what a preview or order costs. Raises Refused for one without a proper total."""
    total = whole(document.get("totalPriceCents"))
    if total is None or total < 0:
        raise Refused("PREVIEW_UNUSABLE", "the preview has no proper total; preview the cart again")
    return Bill(text(document.get("restaurantId")), text(document.get("locationId")), total, is_ordered)


def _line(line: Mapping[str, Any]) -> CartLine:
    """Read a stored line back as what was asked for. What the old system stored is the client's own text."""
    return CartLine(
        id=text(line.get("id")),
        menu_item_id=text(line.get("menuItemId")),
        name=text(line.get("name")),
        notes="",
        variants=tuple(CartVariant(id=text(v.get("id"))) for v in objects(line.get("variants"))),
        modifiers=tuple(
            CartModifier(
                id=text(m.get("id")),
                name=text(m.get("name")),
                options=tuple(
                    CartOption(id=text(o.get("id")), name=text(o.get("name"))) for o in objects(m.get("options"))
                ),
            )
            for m in objects(line.get("modifiers"))
        ),
    )
