"""`/ws/orders/{orderId}`: what an order is, then each change of it, to whoever knows its id.

A socket first listens to the feed and then asks the service for a snapshot or for what it missed, so that nothing
falls in between; what it hears twice it recognises by its Place. Whatever happens to the services, an open socket
stays open and loses nothing.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Final, cast

from google.rpc import code_pb2
from orderbuddy.ordering.v1 import ordering_service_pb2

from edge.bodies import Receive, Scope
from edge.caller import REQUEST_ID_KEY, Caller
from edge.errors import RpcError
from edge.metrics import SOCKETS, SOCKETS_CLOSED
from edge.order_feed import SERVICE, OrderEvent, OrderFeed, Place, place_of, snapshot_text
from edge.socket_talk import SEND_SECONDS, TRY_AGAIN_LATER, Closed, Send, SocketTalk, too_slow, until_gone
from services.kit.errors import Exhausted
from services.kit.fanout import Subscription

HEARTBEAT_SECONDS: Final = 15.0
NO_SUCH_ORDER: Final = 4404

_CATCH_UP_SECONDS: Final = 5.0
_CATCHING_UP_AT_ONCE: Final = 64
"""After a gap every socket asks again; the service gets them in portions."""

_AWAY: Final = "SERVICE_AWAY"

_WATCH: Final = SERVICE.methods_by_name["WatchOrder"]
_UNKNOWN: Final = frozenset({code_pb2.NOT_FOUND, code_pb2.INVALID_ARGUMENT})


def _no_such_order() -> Closed:
    return Closed(NO_SUCH_ORDER, "ORDER_NOT_FOUND", "there is no such order")


def _service_away() -> Closed:
    return Closed(TRY_AGAIN_LATER, _AWAY, "orders can't be followed just now; try again")


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

    async def serve(
        self, path: Sequence[str], resume_token: str, _scope: Scope, request_id: str, receive: Receive, send: Send
    ) -> None:
        """Talk to one accepted socket until it is closed. `path`: the order's id."""
        talk = SocketTalk(send, self.send_seconds)
        SOCKETS.inc()
        try:
            socket = _Socket(self, path[0], request_id, talk)
            await until_gone(socket.run(resume_token), receive)
        except Closed as closed:
            SOCKETS_CLOSED.labels(str(closed.code)).inc()
            await talk.say_and_close(closed)
        finally:
            SOCKETS.dec()


class _Socket:
    """One client and its order."""

    def __init__(self, sockets: OrderSockets, order_id: str, request_id: str, talk: SocketTalk) -> None:
        self._sockets = sockets
        self._order_id = order_id
        self._request_id = request_id
        self._talk = talk
        self._place: Place | None = None
        self._reset_reason: str | None = None

    async def run(self, resume_token: str) -> None:
        """Bring the client up to date and keep it so. Raises Closed."""
        if resume_token:
            self._place = Place.parse(resume_token)
            if self._place is None:
                await self._talk.say({"type": "reset", "reason": "the resume token is not one of ours"})
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
                raise too_slow() from error
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
            order_id=self._order_id,
            resume_token=self._place.token if self._place else "",
            # What the feed has told before we listened to it must not be missing, whichever replica is asked.
            seen_token=self._sockets.feed.hub.position or "",
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
                        await self._talk.say({"type": "reset", "reason": self._reset_reason})
                    await self._talk.send_text(snapshot_text(place, message.snapshot))
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
            await self._talk.say({"type": "heartbeat", "resumeToken": str(self._place)})

    async def _tell(self, event: OrderEvent) -> None:
        """Send a change, unless the client knows it."""
        if event.removed:
            raise _no_such_order()
        if self._place is not None and self._place.includes(event.place, keeps_version=event.keeps_version):
            return
        await self._talk.send_text(event.text)
        self._place = event.place
