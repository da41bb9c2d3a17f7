"""Whose call it is: the restaurant in the path, in the body, or behind an order's or a preview's id.

Old routes differ: reads of a menu have it in the path, a preview in the body, placing and moving an order nowhere.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, Final

import orjson
from google.protobuf import message_factory
from google.protobuf.descriptor import MethodDescriptor
from orderbuddy.ordering.v1 import checkout_service_pb2, ordering_service_pb2

from edge.answers import Problem
from edge.bodies import ClientGone, Receive, Scope
from edge.caller import Caller, Metadata
from edge.errors import RpcError
from edge.http_rules import Route
from edge.routing import Router
from edge.transcoding import Endpoint

CHECKOUT: Final = checkout_service_pb2.DESCRIPTOR.services_by_name["CheckoutService"]

_GET_ORDER: Final = ordering_service_pb2.DESCRIPTOR.services_by_name["OrderingService"].methods_by_name["GetOrder"]
_PREPARE: Final = CHECKOUT.methods_by_name["PrepareCheckout"]
_ID: Final = re.compile(r"[0-9a-fA-F]{24}")
_MOST_REMEMBERED: Final = 10_000
_SECONDS: Final = 2.0


class Places:
    """Finds the restaurant. What an id belongs to never changes, and is asked once."""

    def __init__(
        self, endpoints: list[Endpoint], caller: Caller, identity: Callable[[], Metadata], body_limit_bytes: int
    ) -> None:
        self._router: Router[Endpoint] = Router(endpoints)
        self._caller = caller
        self._identity = identity
        self._body_limit_bytes = body_limit_bytes
        self._known: OrderedDict[str, str] = OrderedDict()

    def route(self, method: str, raw_path: bytes) -> tuple[Route | None, Mapping[str, str]]:
        """Return the route, and what its path names."""
        try:
            match = self._router.match(method, raw_path.decode("latin-1"))
        except Problem:
            match = None
        if match is None:
            return None, {}
        endpoint, variables = match
        return endpoint.route, dict(zip(endpoint.route.path_fields, variables, strict=True))

    async def restaurant(self, scope: Scope, receive: Receive) -> tuple[str | None, Receive]:
        """Return the restaurant of a call, None when nobody knows, and its body to be read (again).

        Raises ClientGone.
        """
        _, named = self.route(scope["method"], scope["raw_path"])
        if "restaurant_id" in named:
            return named["restaurant_id"], receive
        if "order_id" in named:
            return await self._behind(_GET_ORDER, named["order_id"]), receive
        body, again = await self._peek(scope, receive)
        given = body.get("restaurantId")
        if isinstance(given, str):
            return given, again
        for field, method in (("previewOrderId", _PREPARE), ("orderId", _GET_ORDER)):
            value = body.get(field)
            if isinstance(value, str):
                return await self._behind(method, value), again
        return None, again

    async def _behind(self, method: MethodDescriptor, key: str) -> str | None:
        key = key.lower()
        if not _ID.fullmatch(key):
            return None
        known = self._known.get(key)
        if known is not None:
            self._known.move_to_end(key)
            return known
        field = method.input_type.fields[0].name
        request = message_factory.GetMessageClass(method.input_type)(**{field: key})
        try:
            response: Any = await self._caller.call(
                method, request, metadata=self._identity(), deadline_seconds=_SECONDS
            )
        except RpcError:
            return None
        found: str = response.order.restaurant_id if method is _GET_ORDER else response.restaurant_id
        self._known[key] = found
        if len(self._known) > _MOST_REMEMBERED:
            self._known.popitem(last=False)
        return found

    async def _peek(self, scope: Scope, receive: Receive) -> tuple[Mapping[str, Any], Receive]:
        """Read a JSON body of ordinary size, and return a way to read it again."""
        headers: dict[bytes, bytes] = dict(scope["headers"])
        length = headers.get(b"content-length", b"0")
        is_json = headers.get(b"content-type", b"").partition(b";")[0].strip().lower() == b"application/json"
        if not is_json or not 0 < int(length) <= self._body_limit_bytes:
            return {}, receive
        parts: list[bytes] = []
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                break
        body = b"".join(parts)
        try:
            parsed = orjson.loads(body)
        except orjson.JSONDecodeError:
            parsed = {}
        return parsed if isinstance(parsed, dict) else {}, _again(body, receive)


def _again(body: bytes, receive: Receive) -> Receive:
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def read() -> MutableMapping[str, Any]:
        return messages.pop() if messages else await receive()

    return read
