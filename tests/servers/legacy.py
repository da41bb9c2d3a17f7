"""A stand-in for the old back end on the same database, from its contract alone: what the rehearsal of the cut-over
needs, in the old documents' shapes (no version, no history, a fresh id for each order)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
from bson import ObjectId
from pymongo import AsyncMongoClient

SESSION = (b"authorization", b"cookie")


def as_json(value: Any) -> Any:
    if isinstance(value, ObjectId):
        return str(value)
    assert isinstance(value, datetime), value
    return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class Seen:
    """A request, as it came."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass
class LegacyBackEnd:
    """An ASGI application."""

    mongo_uri: str
    db_name: str
    seen: list[Seen] = field(default_factory=list)
    failing: int = 0
    """The status that it answers everything with; 0: it works."""
    silent_seconds: float = 0
    planted: dict[str, Any] = field(default_factory=dict)
    """What it says of restaurants besides the truth."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {n.decode(): v.decode() for n, v in scope["headers"]}
        self.seen.append(Seen(scope["method"], scope["path"], scope["query_string"].decode(), headers, body))
        if self.silent_seconds:
            await asyncio.sleep(self.silent_seconds)
        if self.failing:
            status, answer = self.failing, {"message": "told to"}
        else:
            async with AsyncMongoClient[dict[str, Any]](self.mongo_uri, tz_aware=True) as client:
                status, answer = await _Answers(client[self.db_name], self.planted).answer(scope, body)
        content = orjson.dumps(answer, default=as_json, option=orjson.OPT_PASSTHROUGH_DATETIME)
        kept = [(b"content-type", b"application/json; charset=utf-8"), (b"connection", b"keep-alive, x-hop")]
        await send({"type": "http.response.start", "status": status, "headers": [*kept, (b"x-hop", b"1")]})
        await send({"type": "http.response.body", "body": content[:5], "more_body": True})
        await send({"type": "http.response.body", "body": content[5:]})


@dataclass
class _Answers:
    """What it says to one request."""

    db: Any
    planted: dict[str, Any]

    async def answer(self, scope: Any, body: bytes) -> tuple[int, Any]:
        parts = scope["path"].strip("/").split("/")
        sent = orjson.loads(body) if body else {}
        match scope["method"], parts:
            case "GET", ["order-app", "restaurants", restaurant]:
                found = await self.db.restaurants.find_one({"_id": restaurant}, {"name": 1, "concept": 1, "logo": 1})
                return (404, {"message": "no"}) if found is None else (200, {"data": found | self.planted})
            case "GET", ["order-app", "restaurants", restaurant, "locations", location, "menus"]:
                query = {"restaurantId": restaurant, "locationId": ObjectId(location)}
                wanted = {"menuSlug": 1, "name": 1, "available": 1}
                return 200, {"data": await self.db.menus.find(query, wanted).to_list()}
            case "POST", ["order-app", "cart", "preview-order"]:
                return await self._preview(sent, scope)
            case "POST", ["payments", "place-order-without-payment"]:
                return await self._place(sent)
            case "GET", ["menu-app", "order", order_id]:
                return await self._order(order_id)
            case "POST", ["restaurant", "order-status"]:
                if not any(name in SESSION for name, _ in scope["headers"]):
                    return 403, {"message": "Forbidden resource", "error": "Forbidden", "statusCode": 403}
                return await self._move(sent["orderId"], sent["orderStatus"])
            case method, _:
                return 404, {"message": f"Cannot {method} {scope['path']}", "error": "Not Found", "statusCode": 404}

    async def _preview(self, sent: dict[str, Any], scope: Any) -> tuple[int, Any]:
        """Part A 4.7 and 2.3. Prices: the item's or the variant's, and the menu's tax (5.1, 5.3)."""
        place = {"restaurantId": sent["restaurantId"], "locationId": ObjectId(sent["locationId"])}
        menu = await self.db.menus.find_one(place)
        items, subtotal = [], 0
        for line in sent["items"]:
            listed = next(i for i in menu["items"] if i["id"] == line["menuItemId"])
            chosen = [v["id"] for v in line.get("variants") or ()]
            cents = next((v["priceCents"] for v in listed["variants"] if v["id"] in chosen), listed["priceCents"])
            subtotal += cents
            kept = ("id", "menuItemId", "name", "notes", "modifiers", "variants", "stationTags")
            items.append({n: line.get(n) for n in kept} | {"priceCents": cents, "startedAt": None, "completedAt": None})
        key = ObjectId()
        tax = menu.get("salesTax") or 0
        correlation = dict(scope["headers"]).get(b"x-request-id", b"").decode()
        document = place | {
            "_id": key,
            "orderCode": str(key)[-4:].upper(),
            "paymentId": None,
            "locationSlug": sent["locationSlug"],
            "meta": {"correlationId": correlation},
            "customer": sent["customer"],
            "origin": {"id": sent["origin"]["id"], "name": sent["origin"]["name"]},
            "items": items,
            "discount": sent.get("discount"),
            "status": "CREATED",
            "startedAt": datetime.now(UTC),
            "totalPriceCents": int(subtotal * (100 + tax) / 100 + 0.5),
            "getSms": sent["getSms"],
        }
        await self.db.orders_preview.insert_one(document)
        return 200, {"data": {"previewOrderId": key, "totalPriceCents": document["totalPriceCents"]}}

    async def _place(self, sent: dict[str, Any]) -> tuple[int, Any]:
        """Part A 7 and 2.4: a new id, the preview stays as it is."""
        preview = await self.db.orders_preview.find_one({"_id": ObjectId(sent["previewOrderId"])})
        if preview is None:
            return 500, {"message": "no preview", "error": {}}
        shape = [
            "restaurantId",
            "locationId",
            "locationSlug",
            "meta",
            "customer",
            "origin",
            "items",
            "discount",
            "status",
            "totalPriceCents",
            "getSms",
        ]
        key = ObjectId()
        await self.db.orders.insert_one(
            {name: preview.get(name) for name in shape}
            | {"_id": key, "orderCode": str(key)[-4:].upper(), "paymentId": "", "startedAt": datetime.now(UTC)}
        )
        return 200, {"orderId": key, "success": True, "message": "placed"}

    async def _order(self, order_id: str) -> tuple[int, Any]:
        names = [
            "orderCode",
            "restaurantId",
            "locationId",
            "locationSlug",
            "customer",
            "origin",
            "items",
            "status",
            "totalPriceCents",
            "discount",
        ]
        found = await self.db.orders.find_one({"_id": ObjectId(order_id)}, dict.fromkeys(names, 1))
        return (404, {"message": "no such order"}) if found is None else (200, found)

    async def _move(self, order_id: str, status: str) -> tuple[int, Any]:
        """Part B 4.7: by id alone, whatever it was."""
        order = await self.db.orders.find_one({"_id": ObjectId(order_id)})
        if order is None:
            return 404, {"message": "Not Found", "statusCode": 404}
        now = datetime.now(UTC)
        match status:
            case "ACCEPTED":
                accepted = {"meta.acceptedBy": "user", "meta.acceptedAt": now.isoformat(), "meta.autoAccept": True}
                written = {"status": status} | accepted
            case "READY_FOR_PICKUP":
                times = {"startedAt": order["startedAt"]}
                items = [i | times | {"completedAt": i.get("completedAt") or now} for i in order["items"]]
                written = {"status": status, "items": items}
            case _:
                written = {"status": status, "endedAt": now}
        await self.db.orders.update_one({"_id": order["_id"]}, {"$set": written})
        return 200, True
