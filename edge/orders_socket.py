"""`/ws/orders/{orderId}`: what an order is, then each change of it, to whoever knows its id.

A socket first listens to the feed and then asks the service for a snapshot or for what it missed, so that nothing
falls in between; what it hears twice it recognises by its Place. Whatever happens to the services, an open socket
stays open and loses nothing.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, MutableMapping
from contextlib import aclosing
from typing import Any, Final, cast

import orjson
from google.rpc import code_pb2
from orderbuddy.ordering.v1 import ordering_service_pb2

from edge.caller import REQUEST_ID_KEY, Caller
from edge.errors import RpcError
from edge.metrics import SOCKETS, SOCKETS_CLOSED
from edge.order_feed import SERVICE, OrderEvent, OrderFeed, Place, place_of, snapshot_text
from services.kit.errors import Exhausted
from services.kit.fanout import Subscription

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

HEARTBEAT_SECONDS: Final = 15.0
SEND_SECONDS: Final = 10.0
"""How long one message may wait for a client that does not read."""

NO_SUCH_ORDER: Final = 4404
TRY_AGAIN_LATER: Final = 1013

_CATCH_UP_SECONDS: Final = 5.0
_CATCHING_UP_AT_ONCE: Final = 64
"""After a gap every socket asks again; the service gets them in portions."""

_FAREWELL_SECONDS: Final = 1.0
_AWAY: Final = "SERVICE_AWAY"

_WATCH: Final = SERVICE.methods_by_name["WatchOrder"]
_UNKNOWN: Final = frozenset({code_pb2.NOT_FOUND, code_pb2.INVALID_ARGUMENT})


class Closed(Exception):
    """The socket must be closed; the client is told why."""

    def __init__(self, code: int, reason: str, message: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.message = message


def _no_such_order() -> Closed:
    return Closed(NO_SUCH_ORDER, "ORDER_NOT_FOUND", "there is no such order")


def _service_away() -> Closed:
    return Closed(TRY_AGAIN_LATER, _AWAY, "orders can't be followed just now; try again")


def _too_slow() -> Closed:
    return Closed(TRY_AGAIN_LATER, "SLOW_READER", "messages were not read in time; resume with the last token")


class OrderSockets:
    """Serves all sockets of this process."""

    def __init__(
        self,
        feed: OrderFeed,
        caller: Caller,
        *,
        heartbeat_seconds: float = HEARTBEAT_SECONDS,
        send_seconds: float = SEND_SECONDS,
    ) -> None:
        self.feed = feed
        self.caller = caller
        self.heartbeat_seconds = heartbeat_seconds
        self.send_seconds = send_seconds
        self.catching_up = asyncio.Semaphore(_CATCHING_UP_AT_ONCE)

    async def serve(self, order_id: str, resume_token: str, request_id: str, send: Send) -> None:
        """Talk to one accepted socket until it is closed or the task is cancelled."""
        socket = _Socket(self, order_id, request_id, send)
        SOCKETS.inc()
        try:
            await socket.run(resume_token)
        except Closed as closed:
            SOCKETS_CLOSED.labels(str(closed.code)).inc()
            await socket.say_and_close(closed)
        finally:
            SOCKETS.dec()


class _Socket:
    """One client and its order."""

    def __init__(self, sockets: OrderSockets, order_id: str, request_id: str, send: Send) -> None:
        self._sockets = sockets
        self._order_id = order_id
        self._request_id = request_id
        self._send = send
        self._place: Place | None = None
        self._reset_reason: str | None = None

    async def run(self, resume_token: str) -> None:
        """Bring the client up to date and keep it so. Raises Closed."""
        if resume_token:
            self._place = Place.parse(resume_token)
            if self._place is None:
                await self._say({"type": "reset", "reason": "the resume token is not one of ours"})
        await self._feed_started()
        is_open = False
        while True:
            try:
                await self._follow(is_open=is_open)
            except Closed as closed:
                # An open socket outlives the service; a new one had better try another edge.
                if not is_open or closed.reason != _AWAY:
                    raise
                await asyncio.sleep(random.uniform(0.5, 1.5))  # noqa: S311  no secret
            is_open = True

    async def _follow(self, *, is_open: bool) -> None:
        """Catch up and listen until the feed had a gap. Raises Closed."""
        feed = self._sockets.feed
        # Remembered first: a gap from here on ends the subscription, and everything is asked for again.
        generation = feed.generation
        subscription = feed.hub.subscribe([self._order_id])
        try:
            await self._catch_up(is_open=is_open)
            await self._listen(subscription)
        except Exhausted as error:
            if feed.generation == generation:
                raise _too_slow() from error
        finally:
            feed.hub.unsubscribe(subscription, [self._order_id])

    async def _feed_started(self) -> None:
        try:
            async with asyncio.timeout(_CATCH_UP_SECONDS):
                await self._sockets.feed.hub.started()
        except TimeoutError as error:
            raise _service_away() from error

    async def _catch_up(self, *, is_open: bool) -> None:
        """Send the snapshot, or what the client missed. Raises Closed."""
        known = self._place
        missed = self._sockets.feed.hub.replay(known.token, [self._order_id]) if known else None
        if missed is not None:
            for item in missed:
                await self._tell(item.event)
        else:
            # All is read before any of it is sent: a client that does not read must not hold up the others.
            async with self._sockets.catching_up:
                messages = [message async for message in self._ask_service()]
            for message in messages:
                await self._take(message, is_open=is_open)
        if known is not None and self._place is not None and not is_open:
            await self._heartbeat(self._place.token)

    async def _ask_service(self) -> AsyncGenerator[ordering_service_pb2.WatchOrderResponse, None]:
        """Yield what the service says until its first heartbeat, which means that nothing is missing. Raises Closed."""
        request = ordering_service_pb2.WatchOrderRequest(
            order_id=self._order_id, resume_token=self._place.token if self._place else ""
        )
        stream = self._sockets.caller.stream(
            _WATCH,
            request,
            metadata=((REQUEST_ID_KEY, self._request_id),),
            deadline_seconds=_CATCH_UP_SECONDS,
        )
        try:
            async with aclosing(stream):
                async for message in stream:
                    response = cast("ordering_service_pb2.WatchOrderResponse", message)
                    yield response
                    if response.WhichOneof("event") == "heartbeat":
                        return
        except RpcError as error:
            raise (_no_such_order() if error.status.code in _UNKNOWN else _service_away()) from error
        raise _service_away()

    async def _take(self, message: ordering_service_pb2.WatchOrderResponse, *, is_open: bool) -> None:
        """Pass on a message of the service. What an open socket has seen already is not news because of a reset."""
        token = message.resume_token
        match message.WhichOneof("event"):
            case "reset":
                self._reset_reason = message.reset.reason
            case "snapshot":
                place = place_of(message.snapshot_version, message.snapshot, token)
                seen = is_open and self._place is not None and self._place.includes(place)
                if not seen:
                    if self._reset_reason is not None:
                        await self._say({"type": "reset", "reason": self._reset_reason})
                    await self._send_text(snapshot_text(place, message.snapshot))
                self._place, self._reset_reason = place, None
            case "change":
                await self._tell(OrderEvent(token, message.change))
            case "heartbeat" if self._place is not None and token:
                self._place = self._place.at(token)

    async def _listen(self, subscription: Subscription[OrderEvent]) -> None:
        """Pass on what the feed brings. Raises Exhausted when the subscription ends, Closed."""
        heartbeat = self._sockets.heartbeat_seconds
        due = time.monotonic() + heartbeat
        while True:
            # Taken before waiting: what came up to here is in the queue, so when that is empty it was sent.
            position = self._sockets.feed.hub.position
            item = await subscription.next(max(0.0, due - time.monotonic()))
            if item is not None:
                await self._tell(item.event)
            else:
                await self._heartbeat(position)
                due = time.monotonic() + heartbeat

    async def _heartbeat(self, token: str | None) -> None:
        if self._place is not None and token is not None:
            self._place = self._place.at(token)
            await self._say({"type": "heartbeat", "resumeToken": str(self._place)})

    async def _tell(self, event: OrderEvent) -> None:
        """Send a change, unless the client knows it."""
        if event.removed:
            raise _no_such_order()
        if self._place is not None and self._place.includes(event.place, keeps_version=event.keeps_version):
            return
        await self._send_text(event.text)
        self._place = event.place

    async def _say(self, message: Mapping[str, Any]) -> None:
        await self._send_text(orjson.dumps(message).decode())

    async def _send_text(self, text: str) -> None:
        try:
            async with asyncio.timeout(self._sockets.send_seconds):
                await self._send({"type": "websocket.send", "text": text})
        except TimeoutError as error:
            raise _too_slow() from error

    async def say_and_close(self, closed: Closed) -> None:
        """Say why, then close. A client that does not read gets neither; its connection is then cut."""
        message = {"type": "error", "reason": closed.reason, "message": closed.message}
        try:
            async with asyncio.timeout(_FAREWELL_SECONDS):
                await self._send({"type": "websocket.send", "text": orjson.dumps(message).decode()})
                await self._send({"type": "websocket.close", "code": closed.code, "reason": closed.reason})
        except TimeoutError:
            return
