"""Socket.IO on top: python-socketio's packets, with rooms, joins and recovery of our own.

The library's manager of rooms is not used: it makes a task per delivery, tells who is in two rooms twice, and has no
recovery.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
import time
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import orjson
import socketio
from engineio import packet as engine_packet
from socketio import packet

from edge.cors import Cors
from edge.doors import CLIENT
from edge.limits import Held
from edge.live import rooms
from edge.live.clients import Client, Clients, concerns, spawn
from edge.live.engine import MOST_WAITING, SILENT, EngineServer, LiveSocket
from edge.live.memory import Memory, Remembered
from edge.live.missed import Away, Catching, Tokened, Unusable
from edge.live.offsets import LONGEST, Offset, after, change_of
from edge.live.rooms import Room
from edge.live.sessions import Admission
from services.kit.telemetry import log

_JOINS: Final = frozenset({"store_joined", "station_joined", "order_joined"})
_RELAYS: Final = frozenset({"order_accepted", "order_ready_for_pickup", "order_completed", "order_wait_time_updated"})
"""What clients say after a REST call. Nothing comes of it: what is true, the stream of changes tells."""
_PID_BYTES: Final = 16
_LONGEST_PID: Final = 200
_MOST_MISSED: Final = MOST_WAITING // 2
"""Events; who missed more had better read everything anew."""
_CONNECT_SECONDS: Final = 45.0
"""How long a connection may say nothing."""
MOST_MUTE: Final = 5_000
"""Connections that have not said CONNECT yet, some 12 kB each; with more the oldest goes. Clients say it at once."""
_INTERNAL: Final = "Internal server error"
_UNAUTHORIZED: Final = "Unauthorized"


class Asked(NamedTuple):
    """What a client hands over when it connects."""

    pid: str
    offset: Offset | None
    token: str
    """Of its session, unless that is in the request."""


class LiveServer(socketio.AsyncServer):  # type: ignore[misc]  # the library has no types
    """Connects clients and hears what they say."""

    def __init__(
        self,
        cors: Cors,
        clients: Clients,
        memory: Memory,
        catching: Catching,
        place: Callable[[], str],
        admission: Admission,
        open_clients: Held,
    ) -> None:
        """`place` returns the token up to which events were handed out."""
        self._cors = cors
        self.clients = clients
        self._memory = memory
        self._catching = catching
        self._place = place
        self.admission = admission
        self._open_clients = open_clients
        self._tokens: dict[str, str] = {}
        self._connecting: set[str] = set()
        self._mute: dict[str, None] = {}
        """Oldest first."""
        super().__init__(logger=SILENT, cors=cors)

    def _engineio_server_class(self) -> type[EngineServer]:
        return EngineServer

    async def _handle_eio_connect(self, connection: str, environ: dict[str, Any]) -> None:
        self.environ[connection] = environ
        self._open_clients.take(environ["asgi.scope"][CLIENT])
        self._mute[connection] = None
        if len(self._mute) > MOST_MUTE:
            self._end_if_mute(next(iter(self._mute)))
        asyncio.get_running_loop().call_later(_CONNECT_SECONDS, self._end_if_mute, connection)

    def _end_if_mute(self, connection: str) -> None:
        self._mute.pop(connection, None)
        if connection in self.environ and self.clients.find(connection) is None:
            # Taken out at once: the library would keep it for as long as a client may be silent.
            spawn(self.eio.sockets.pop(connection).close(abort=True))

    async def _handle_eio_disconnect(self, connection: str, _reason: str) -> None:
        self.clients.remove(connection)
        environ = self.environ.pop(connection, None)
        if environ is not None:
            self._open_clients.give_back(environ["asgi.scope"][CLIENT])
        self._mute.pop(connection, None)
        self._tokens.pop(connection, None)

    async def _handle_eio_message(self, connection: str, data: Any) -> None:
        """Take in what a client says; what is no packet ends the connection."""
        socket: LiveSocket | None = self.eio.sockets.get(connection)
        if socket is None or socket.closing:
            return
        try:
            said = packet.Packet(encoded_packet=data)
            await self._take(connection, socket, said)
        except Away:
            # The client knows nothing of this and comes back, perhaps to another edge, with all that it knows.
            await socket.close(abort=True)
        except (ValueError, TypeError, LookupError, RecursionError):
            await socket.close(abort=True)
        except Exception as error:  # noqa: BLE001  the border for what clients say
            log.error("live_client_failed", exc_info=error)
            await socket.close(abort=True)

    async def _take(self, connection: str, socket: LiveSocket, said: packet.Packet) -> None:
        """Handle a packet. Raises ValueError, Away."""
        if (said.namespace or "/") != "/":
            _refuse_namespace(socket, said)
            return
        client = self.clients.find(connection)
        match said.packet_type:
            case packet.CONNECT if client is None and connection not in self._connecting:
                self._connecting.add(connection)
                self._mute.pop(connection, None)
                try:
                    await self._connect(connection, socket, _asked(said.data))
                finally:
                    self._connecting.discard(connection)
            case packet.DISCONNECT if client is not None:
                # Clients end the connection as well. One that could go on would be any number of clients in turn, each
                # with an allowance of its own.
                self.clients.remove(connection)
                await socket.close(abort=True)
            case packet.EVENT if client is not None:
                if not isinstance(said.data, list) or not said.data:
                    raise ValueError("an event is a list that begins with its name")
                if client.allowance.take(time.monotonic()):
                    await self._hear(connection, client, said.data[0], said.data[1:])
            case packet.ACK if client is not None:
                pass
            case _:
                raise ValueError("a client does not say such things")

    async def _hear(self, connection: str, client: Client, name: Any, payloads: list[Any]) -> None:
        """Handle an event. Unknown ones are ignored; an acknowledgement is never sent, as ever."""
        if name not in _JOINS and name not in _RELAYS:
            return
        if not payloads or payloads[0] is None:
            client.say("exception", _exception(_INTERNAL, name, payloads))
        elif name in _JOINS:
            await self._join(connection, client, name, payloads[0])

    async def _join(self, connection: str, client: Client, name: str, payload: Any) -> None:
        joined = rooms.joined(name, payload)
        if not joined:
            return
        if not await self._allowed(connection, client, joined):
            # Not the payload as it came: what waits for a client must not grow with what it says.
            client.say("exception", _exception(_UNAUTHORIZED, name, [rooms.ids_in(payload)]))
            return
        if self.clients.join(client, joined):
            client.token, client.joined_before_last_round = self._place(), False
            self._memory.remember(client.pid, client.rooms, client.token)
        if name == "station_joined" and joined[0] in client.rooms:
            answer = {"success": True, "stationId": payload["stationId"], "locationId": payload["locationId"]}
            client.say("station_connected", answer)

    async def _allowed(self, connection: str, client: Client, wanted: tuple[Room, ...]) -> bool:
        """Tell whether a client may be in rooms. Raises Away."""
        environ = self.environ.get(connection)
        if environ is None:
            return False
        return await self.admission.allows(client, environ["asgi.scope"], self._tokens.get(connection, ""), wanted)

    async def _connect(self, connection: str, socket: LiveSocket, asked: Asked) -> None:
        """Answer CONNECT: a client that was here before is in its rooms again, and told what it missed. Raises Away."""
        self._tokens[connection] = asked.token
        before = self.clients.with_pid(asked.pid) if asked.pid else None
        if before is not None:
            await before.socket.close(abort=True)  # it has not noticed yet that its client is here now
        known = await self._memory.recall(asked.pid) if asked.pid else None
        client = Client(asked.pid if known else _new_pid(), socket, time.monotonic())
        client.held = []
        if socket.closing:
            return
        self.clients.add(connection, client)
        missed = await self._restore(connection, client, asked, known) if known else []
        if self.clients.find(connection) is not client:
            return
        events = self._events_for(client, missed or [], asked.offset or Offset(known.token if known else ""))
        if missed is None or len(events) > _MOST_MISSED:
            missed, events = None, []
            self.clients.rename(client, _new_pid())
        answer = {"sid": _sid_of(client.pid), "pid": client.pid}
        client.socket.offer(_engine(packet.Packet(packet.CONNECT, answer)))
        for pkt in events:
            client.send(pkt)
        client.caught_up(change_of(*each) for each in missed or ())
        if missed is None:
            client.token = self._place()
            # Moves on the offset that the client keeps: the one it has is of no use.
            client.say("offset_moved", str(Offset(client.token)))
        if client.rooms:
            self._memory.remember(client.pid, client.rooms, client.token)

    async def _restore(self, connection: str, client: Client, asked: Asked, known: Remembered) -> list[Tokened] | None:
        """Put a client into its rooms; return what it missed, None when that can't be had. Raises Away."""
        allowed = [room for room in known.rooms if await self._allowed(connection, client, (room,))]
        self.clients.join(client, allowed)
        client.token = known.token
        try:
            return await self._catching.up(allowed, asked.offset.token if asked.offset else known.token)
        except Unusable:
            log.info("live_client_not_recovered")
            return None

    @staticmethod
    def _events_for(client: Client, missed: list[Tokened], offset: Offset) -> list[engine_packet.Packet]:
        return [pkt for events in after(offset, missed) for message, pkt in events if concerns(message, client.rooms)]


def _refuse_namespace(socket: LiveSocket, said: packet.Packet) -> None:
    """Answer who wants another namespace than ours. Raises ValueError when that is no fair question."""
    if said.packet_type != packet.CONNECT or len(said.namespace) > rooms.LONGEST_RESTAURANT:
        raise ValueError("there is one namespace")
    if not socket.offer(_engine(packet.Packet(packet.CONNECT_ERROR, {"message": "Invalid namespace"}, said.namespace))):
        raise ValueError("the client does not read its answers")


def _asked(data: Any) -> Asked:
    """Read what a client hands over; what is not usable counts as not there."""
    data = data if isinstance(data, dict) else {}
    pid, token = data.get("pid"), data.get("token")
    usable = isinstance(pid, str) and pid.isascii() and _PID_BYTES <= len(pid) <= _LONGEST_PID
    known_token = isinstance(token, str) and len(token) <= LONGEST
    return Asked(pid if usable else "", Offset.parse(data.get("offset")), token if known_token else "")


def _new_pid() -> str:
    return secrets.token_urlsafe(_PID_BYTES)


def _sid_of(pid: str) -> str:
    """Return the public id: the same whenever the client comes back, and nobody can tell the private one from it."""
    return base64.urlsafe_b64encode(hashlib.sha256(pid.encode()).digest()[:15]).decode("ascii")


def _exception(message: str, name: str, payloads: list[Any]) -> dict[str, Any]:
    """Return the old system's answer to what it could not handle."""
    cause: dict[str, Any] = {"pattern": name}
    if payloads:
        cause["data"] = payloads[0]
    return {"status": "error", "message": message, "cause": cause}


def _engine(said: packet.Packet) -> engine_packet.Packet:
    text = f"{said.packet_type}{said.namespace + ',' if (said.namespace or '/') != '/' else ''}"
    return engine_packet.Packet(engine_packet.MESSAGE, text + orjson.dumps(said.data).decode())
