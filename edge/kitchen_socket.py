"""`/ws/kitchen/…`: the tickets of a location or a station, live, and what is done with them (docs/kitchen.md)."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Final

import orjson

from edge.answers import Problem
from edge.bodies import Receive, Scope
from edge.identity import Identity, Who
from edge.kitchen_commands import Commands
from edge.kitchen_feed import KitchenFeed, KitchenFeedEvent, KitchenNews, Place, place_key
from edge.kitchen_pictures import Picture, Pictures
from edge.metrics import SOCKETS, SOCKETS_CLOSED
from edge.socket_talk import SEND_SECONDS, TRY_AGAIN_LATER, Closed, Send, SocketTalk, first_to_end, too_slow
from services.kit.bookmark import DELETED, Bookmark
from services.kit.errors import Exhausted, Unavailable
from services.kit.fanout import Positioned
from services.kit.principal import CallerKind, DeviceKind
from services.kit.watch import Heartbeat, Reset, Snapshot, watch

HEARTBEAT_SECONDS: Final = 15.0
NOBODY: Final = 4401
NOT_HERE: Final = 4403
NO_STATION: Final = 4404

_UNROUTED: Final = "unrouted"
_SCREENS: Final = frozenset({DeviceKind.DISPLAY, DeviceKind.POS})


class KitchenSockets:
    """Serves all kitchen sockets of this process."""

    def __init__(
        self,
        feed: KitchenFeed,
        pictures: Pictures,
        identity: Identity,
        commands: Commands,
        *,
        heartbeat_seconds: float = HEARTBEAT_SECONDS,
        send_seconds: float = SEND_SECONDS,
    ) -> None:
        self.feed = feed
        self.pictures = pictures
        self.identity = identity
        self.commands = commands
        self.heartbeat_seconds = heartbeat_seconds
        self.send_seconds = send_seconds

    async def serve(
        self, path: Sequence[str], resume_token: str, scope: Scope, request_id: str, receive: Receive, send: Send
    ) -> None:
        """Talk to one accepted socket until it is closed or the task is cancelled.

        `path`: restaurant and location, and for one station's view `stations` and its id.
        """
        talk = SocketTalk(send, self.send_seconds)
        SOCKETS.inc()
        try:
            socket = _Socket(self, path, scope, request_id, talk)
            await socket.run(resume_token, receive)
        except Closed as closed:
            SOCKETS_CLOSED.labels(str(closed.code)).inc()
            await talk.say_and_close(closed)
        finally:
            SOCKETS.dec()


class _Socket:
    """One client and its view."""

    def __init__(
        self, sockets: KitchenSockets, path: Sequence[str], scope: Scope, request_id: str, talk: SocketTalk
    ) -> None:
        if len(path) == 4 and path[2].lower() != "stations":
            raise Closed(NO_STATION, "NOT_FOUND", "there is no such view of a kitchen")
        self._sockets = sockets
        self._place: Place = (path[0], path[1].lower())
        station_id = path[3].lower() if len(path) == 4 else None
        self._station_id = "" if station_id == _UNROUTED else station_id
        self._scope = scope
        self._request_id = request_id
        self._talk = talk
        self._bookmark = Bookmark()

    async def run(self, resume_token: str, receive: Receive) -> None:
        """Let the client in, then listen to it and keep it up to date. Raises Closed."""
        await self.admitted()
        self._bookmark = Bookmark.parse(resume_token)
        await first_to_end(
            self._follow_for_ever(),
            self._keep_admitted(),
            self._sockets.commands.listen(self, self._talk, receive),
        )

    @property
    def place(self) -> Place:
        """Restaurant and location."""
        return self._place

    @property
    def station(self) -> str:
        """The station's id, or `unrouted`; empty on expo."""
        return _UNROUTED if self._station_id == "" else self._station_id or ""

    async def admitted(self) -> Who:
        """Return who it is that may look here, as of now. Raises Closed."""
        try:
            who = await self._sockets.identity.known(self._scope, self._request_id)
        except Problem as problem:
            if problem.answer.status == 401:
                raise Closed(NOBODY, "SIGN_IN_REQUIRED", "this needs a session or a device key") from problem
            raise Closed(TRY_AGAIN_LATER, "SERVICE_AWAY", "who calls can't be checked just now") from problem
        principal = who.principal
        wrong_device = principal.kind is CallerKind.DEVICE and principal.device not in _SCREENS
        if wrong_device or not principal.may_act_for(self._place[0]) or not principal.may_act_at(self._place[1]):
            raise Closed(NOT_HERE, "NOT_YOUR_KITCHEN", "this is not the caller's kitchen")
        return who

    async def _keep_admitted(self) -> None:
        """Look again and again whether the caller still may; an outage of whoever knows does not end the socket."""
        while True:
            await asyncio.sleep(self._sockets.heartbeat_seconds)
            try:
                await self.admitted()
            except Closed as closed:
                if closed.code != TRY_AGAIN_LATER:
                    raise

    async def _follow_for_ever(self) -> None:
        feed = self._sockets.feed
        while True:
            generation = feed.generation
            try:
                await self._follow()
            except Exhausted as error:
                if feed.generation == generation:
                    raise too_slow() from error
            except Unavailable:
                # An open display outlives the service.
                await asyncio.sleep(random.uniform(0.5, 1.5))  # noqa: S311  no secret

    async def _follow(self) -> None:
        """Pass on what happens until the stations change. Raises Exhausted, Unavailable, Closed."""
        feed, bookmark = self._sockets.feed, self._bookmark

        def missed(_token: str, seen_token: str) -> AsyncGenerator[Positioned[KitchenNews], None]:
            return feed.missed(self._place, bookmark, seen_token)

        async def snapshot() -> Picture:
            return await self._sockets.pictures.of(self._place)

        items = watch(
            feed.hub,
            [place_key(self._place), DELETED],
            bookmark.token,
            snapshot,
            missed,
            heartbeat_seconds=self._sockets.heartbeat_seconds,
        )
        # Other stations than when the client was here last? Asked when we are listening already.
        unsure = bool(bookmark.token)
        async with aclosing(items) as stream:
            async for item in stream:
                told_so = isinstance(item, Positioned) and not isinstance(item.event, KitchenFeedEvent)
                if (unsure or told_so) and await self._stations_changed():
                    return
                unsure = False
                if not told_so:
                    await self._pass_on(item)

    async def _stations_changed(self) -> bool:
        """Tell the client to forget everything when the stations are other ones now."""
        picture = await self._sockets.pictures.of(self._place)
        if picture.scope == self._bookmark.scope:
            return False
        await self._talk.say({"type": "reset", "reason": "the stations have changed"})
        self._bookmark = Bookmark()
        return True

    async def _pass_on(self, item: Snapshot[Picture] | Positioned[KitchenNews] | Reset | Heartbeat) -> None:
        bookmark = self._bookmark
        match item:
            case Reset():
                await self._talk.say({"type": "reset", "reason": item.reason})
            case Heartbeat():
                await self._talk.say({"type": "heartbeat", "resumeToken": bookmark.at(item.token)})
            case Snapshot():
                await self._begin(item.state, item.token)
            case Positioned(event=KitchenFeedEvent() as event):
                if not event.is_news_to(bookmark):
                    return
                text = event.text(self._station_id)
                if text is not None:
                    await self._talk.send_text(f'{{"resumeToken":"{bookmark.at(item.token)}",{text}')

    async def _begin(self, picture: Picture, token: str) -> None:
        """Send the whole picture. Raises Closed when it has no such station."""
        if self._station_id and not picture.has_station(self._station_id):
            raise Closed(NO_STATION, "STATION_NOT_FOUND", "the location has no such station")
        versions = picture.versions()
        self._bookmark.scope = picture.scope
        self._bookmark.begin(versions, versions)
        message = {
            "type": "snapshot",
            "resumeToken": self._bookmark.at(token),
            "stations": picture.stations,
            "tickets": picture.rendered(self._station_id),
        }
        await self._talk.send_text(orjson.dumps(message).decode())
