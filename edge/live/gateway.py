"""`/socket.io/`: the old apps' live events. One stream in, from committed changes; one callable out, for the server."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, Protocol

from edge.answers import Answer
from edge.bodies import Receive, Scope
from edge.cors import Cors, preflight
from edge.doors import Doors, refuse_socket
from edge.kitchen_feed import StationsMoved
from edge.live.clients import Clients
from edge.live.mapping import concerned
from edge.live.memory import Memory
from edge.live.missed import Catching, Locate, Missed
from edge.live.offsets import change_of, encoded
from edge.live.server import LiveServer
from edge.live.sessions import Admission, Members
from services.kit.errors import Exhausted
from services.kit.fanout import Hub, Positioned, Subscription
from services.kit.telemetry import log

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PATHS: Final = frozenset({b"/socket.io", b"/socket.io/"})

_IDLE_SECONDS: Final = 5.0
_REFRESH_SECONDS: Final = 30 * 60.0
"""What the Station service remembers it forgets after two hours."""


class Feed(Protocol):
    """Changes of all kitchens: published under "all" besides other keys."""

    hub: Hub[Any]
    generation: int
    """Grows whenever changes may have been missed."""


class Live:
    """The gateway."""

    def __init__(
        self,
        *,
        feed: Feed,
        missed: Missed,
        locate: Locate,
        memory: Memory,
        cors: Cors,
        doors: Doors,
        members: Members | None,
    ) -> None:
        """Without `members` rooms are open to who knows the ids."""
        self.feed = feed
        self.memory = memory
        self.clients = Clients()
        catching = Catching(feed.hub, missed, locate)
        self.admission = Admission(members, self.clients, memory)
        self.server = LiveServer(
            cors, self.clients, memory, catching, lambda: self._place, self.admission, doors.limits.open_live
        )
        self._cors = cors
        self._doors = doors
        self._refuses_origins = members is not None
        self._place = ""
        """Token up to which changes were handed out."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request or a WebSocket under one of PATHS."""
        headers: dict[bytes, bytes] = dict(scope["headers"])
        first: MutableMapping[str, Any] | None = await receive()

        async def again() -> MutableMapping[str, Any]:
            nonlocal first
            message, first = first, None
            return message if message is not None else await receive()

        if scope["type"] == "websocket":
            # With sessions a stranger's page must not get at what its visitor may see.
            allowed = self._cors.headers(headers.get(b"origin"), headers.get(b"host"))
            if self._refuses_origins and allowed is None:
                await send({"type": "websocket.close", "code": 1008})
                return
        elif scope["method"] == "OPTIONS":
            await self._preflight(headers, send)
            return
        refusal = self._doors.live_refusal(scope)
        if refusal is not None:
            await self._refuse(scope, headers, refusal, send)
            return
        if first is not None and first["type"] != "http.disconnect":
            await self.server.handle_request(scope, again, send)

    async def _refuse(self, scope: Scope, headers: dict[bytes, bytes], refusal: Answer, send: Send) -> None:
        if scope["type"] == "websocket":
            await refuse_socket(send, refusal)
            return
        allowed = self._cors.headers(headers.get(b"origin")) or ()
        start = {"type": "http.response.start", "status": refusal.status, "headers": [*refusal.headers, *allowed]}
        await send(start)
        await send({"type": "http.response.body", "body": refusal.body})

    async def _preflight(self, headers: dict[bytes, bytes], send: Send) -> None:
        answer = preflight(headers.get(b"access-control-request-headers"))
        allowed = self._cors.headers(headers.get(b"origin")) or ()
        await send(
            {"type": "http.response.start", "status": answer.status, "headers": [*answer.headers, *allowed]},
        )
        await send({"type": "http.response.body", "body": answer.body})

    async def run(self) -> None:
        """Hand out changes, and keep what is remembered, until cancelled; then wait until clients' rooms are saved."""
        parts = {
            "live": self._hand_out,
            "live refresh": self._refresh,
            "live memory": self.memory.run,
            "live members": self.admission.run,
        }
        running = [asyncio.create_task(_keep(name, part)) for name, part in parts.items()]
        try:
            await asyncio.wait(running)
        finally:
            await self.memory.settled()
            for task in running:
                task.cancel()
            await asyncio.wait(running)
            await self.server.shutdown()

    async def _hand_out(self) -> None:
        """Hand out changes as they come, for ever."""
        hub = self.feed.hub
        while True:
            generation = self.feed.generation
            subscription = hub.subscribe(["all"])
            try:
                await hub.started()
                # When this fell behind: what was handed to nobody yet is still kept.
                for item in hub.replay(self._place, ["all"]) or ():
                    self._deliver(item)
                await self._listen(subscription)
            except Exhausted:
                if self.feed.generation != generation or hub.replay(self._place, ["all"]) is None:
                    self._gap()
            finally:
                hub.unsubscribe(subscription, ["all"])

    async def _listen(self, subscription: Subscription[Any]) -> None:
        """Hand out what the subscription brings. Raises Exhausted when it ends."""
        while True:
            is_first = not self._place
            # Taken before waiting: what came up to here is in the queue, so when that is empty it was handed out.
            position = self.feed.hub.position
            item = await subscription.next(0 if is_first else _IDLE_SECONDS)
            if item is not None:
                self._deliver(item)
            elif position is not None:
                self._place = position
            if is_first:
                self._begin()

    def _deliver(self, item: Positioned[Any]) -> None:
        if isinstance(item.event, StationsMoved):
            return  # the apps ask for stations themselves
        event = item.event.message
        before, self._place = self._place, item.token
        if not self.clients.anybody(concerned(event)):
            return
        try:
            self.clients.deliver(change_of(item.token, event), encoded(before, item.token, event))
        except Exception as error:  # noqa: BLE001  one change that can't be told must not silence all others
            log.error("live_change_failed", exc_info=error)

    def _begin(self) -> None:
        """Give those a place who joined before there was any."""
        for client in self.clients:
            if client.rooms and not client.token:
                client.token = self._place
                self.memory.remember(client.pid, client.rooms, client.token)

    def _gap(self) -> None:
        """Let all come back: each is told what it missed, or that this can't be told."""
        log.warning("live_clients_sent_away")
        self._place = self.feed.hub.position or self._place
        for client in self.clients:
            client.cut_off()

    async def _refresh(self) -> None:
        """Keep the connected ones remembered.

        What was sent before the last round has arrived, or the connection would have been found dead: so who asks for
        what it missed need not begin before that.
        """
        earlier = self._place
        while True:
            await asyncio.sleep(_REFRESH_SECONDS)
            for client in self.clients:
                if client.rooms:
                    if client.joined_before_last_round:
                        client.token = earlier
                    client.joined_before_last_round = True
                    self.memory.remember(client.pid, client.rooms, client.token)
            earlier = self._place


async def _keep(name: str, part: Callable[[], Awaitable[None]]) -> None:
    """Run a part for ever; one that fails is a bug, is logged, and begins again so that the edge stays of use."""
    while True:
        try:
            await part()
        except Exception as error:  # noqa: BLE001  a background task has no caller who could be told
            log.error("live_part_failed", part=name, exc_info=error)
        await asyncio.sleep(1.0)
