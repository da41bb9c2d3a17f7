"""In which rooms clients are, kept by the Station service: over a restart of this edge, and for all other edges."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Collection
from typing import Final, NamedTuple, cast

from google.rpc import code_pb2
from orderbuddy.station.v1 import socket_service_pb2 as rpc

from edge.caller import Caller, Metadata
from edge.errors import RpcError
from edge.live.missed import Away
from edge.live.rooms import Room
from services.kit.telemetry import log

SOCKETS: Final = rpc.DESCRIPTOR.services_by_name["SocketService"]
_REMEMBER: Final = SOCKETS.methods_by_name["RememberSocket"]
_RECALL: Final = SOCKETS.methods_by_name["RecallSocket"]

_OWN: Final = 20_000
"""Clients that this process remembers itself, for times when the service is away."""
_OWN_ROOMS: Final = 100_000
"""Rooms of all of them: strangers, who may be in many, must not fill the memory."""
_WRITERS: Final = 4
_PAUSES_SECONDS: Final = (0.1, 0.2, 0.5, 1.0, 2.0)
_FAREWELL_SECONDS: Final = 2.0
_REFUSED: Final = frozenset({code_pb2.INVALID_ARGUMENT, code_pb2.PERMISSION_DENIED, code_pb2.UNAUTHENTICATED})


class Remembered(NamedTuple):
    """What is known of a client that comes back."""

    rooms: tuple[Room, ...]
    token: str
    """Where the stream was when it last joined a room."""


class Memory:
    """Remembers and recalls."""

    def __init__(self, caller: Caller, identity: Callable[[], Metadata]) -> None:
        self._caller = caller
        self._identity = identity
        self._own: OrderedDict[str, Remembered] = OrderedDict()
        self._own_rooms = 0
        self._unsaved: dict[str, Remembered] = {}
        self._in_flight: set[str] = set()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def remember(self, pid: str, rooms: Collection[Room], token: str) -> None:
        """Keep a client's rooms; they are saved in the background, until that worked."""
        known, before = Remembered(tuple(rooms), token), self._own.pop(pid, None)
        self._own[pid] = self._unsaved[pid] = known
        self._own_rooms += len(known.rooms) - (len(before.rooms) if before else 0)
        while len(self._own) > _OWN or self._own_rooms > _OWN_ROOMS:
            forgotten, dropped = self._own.popitem(last=False)
            self._own_rooms -= len(dropped.rooms)
            self._unsaved.pop(forgotten, None)
        self._idle.clear()
        self._wake.set()

    async def recall(self, pid: str) -> Remembered | None:
        """Return what is known; None when the client is not. Raises Away.

        The service is asked although this process may remember: the client may have been at another edge since.
        """
        if pid in self._unsaved:
            return self._unsaved[pid]
        try:
            response = await self._caller.call(_RECALL, rpc.RecallSocketRequest(pid=pid), metadata=self._identity())
        except RpcError as error:
            if error.status.code in (code_pb2.NOT_FOUND, code_pb2.INVALID_ARGUMENT):
                return None
            if pid in self._own:
                return self._own[pid]
            raise Away from error
        found = cast("rpc.RecallSocketResponse", response)
        return Remembered(tuple(_room(room) for room in found.rooms), found.resume_token)

    async def run(self) -> None:
        """Save for ever."""
        await asyncio.gather(*(self._save_all() for _ in range(_WRITERS)))

    async def settled(self) -> None:
        """Wait until all is saved, or it is too late."""
        try:
            async with asyncio.timeout(_FAREWELL_SECONDS):
                await self._idle.wait()
        except TimeoutError:
            log.warning("live_rooms_not_saved", clients=len(self._unsaved))

    async def _save_all(self) -> None:
        failures = 0
        while True:
            # One client is never saved twice at once: the older state could arrive last.
            pid = next((pid for pid in self._unsaved if pid not in self._in_flight), None)
            if pid is None:
                self._wake.clear()
                await self._wake.wait()
            elif await self._save(pid, self._unsaved[pid]):
                failures = 0
            else:
                failures += 1
                await asyncio.sleep(_PAUSES_SECONDS[min(failures, len(_PAUSES_SECONDS)) - 1])

    async def _save(self, pid: str, known: Remembered) -> bool:
        request = rpc.RememberSocketRequest(pid=pid, resume_token=known.token, rooms=[_message(r) for r in known.rooms])
        self._in_flight.add(pid)
        try:
            await self._caller.call(_REMEMBER, request, metadata=self._identity())
        except RpcError as error:
            if error.status.code not in _REFUSED:
                return False
            log.error("live_rooms_refused", code=error.status.code)
        finally:
            self._in_flight.discard(pid)
            self._wake.set()
        if self._unsaved.get(pid) is known:
            del self._unsaved[pid]
        if not self._unsaved:
            self._idle.set()
        return True


def _message(room: Room) -> rpc.SocketRoom:
    return rpc.SocketRoom(
        name=room.kind,
        restaurant_id=room.restaurant_id,
        location_id=room.location_id,
        station_id=room.station_id,
        order_id=room.order_id,
    )


def _room(message: rpc.SocketRoom) -> Room:
    return Room(message.name, message.restaurant_id, message.location_id, message.station_id, message.order_id)
