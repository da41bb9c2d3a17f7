"""Who is connected and in which rooms, and how an event gets to them: encoded once, each client once, nobody waits."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Iterator
from typing import Any, Final

import orjson
from engineio import packet

from edge.live.engine import MOST_WAITING, LiveSocket
from edge.live.mapping import Message
from edge.live.rooms import Room
from edge.metrics import LIVE_CLIENTS, LIVE_CUT_OFF, LIVE_DELIVERIES, LIVE_ENCODED
from services.kit.telemetry import log

MOST_ROOMS: Final = 64
"""A page that goes through sixty locations of a restaurant without being loaded anew is in so many."""
_BURST: Final = 200.0
_PER_SECOND: Final = 20.0

Change = tuple[str, int | str]
"""What makes a change the same change, by whichever way it came."""


class Allowance:
    """How much a client may say: a burst, then a steady rate."""

    def __init__(self, now: float) -> None:
        self._left = _BURST
        self._at = now
        self._exceeded = False

    def take(self, now: float) -> bool:
        """Tell whether one more message is within the limit; the first that is not is logged."""
        self._left = min(_BURST, self._left + (now - self._at) * _PER_SECOND)
        self._at = now
        if self._left >= 1:
            self._left -= 1
            return True
        if not self._exceeded:
            self._exceeded = True
            log.warning("live_client_says_too_much")
        return False


class Client:
    """A connected client."""

    def __init__(self, pid: str, socket: LiveSocket, now: float) -> None:
        self.pid = pid
        self.socket = socket
        self.rooms: set[Room] = set()
        self.gone = False
        self.person = ""
        """User id, where rooms are for members only and it has asked for one."""
        self.token = ""
        """Place in the stream from which on it was told everything; empty: before the stream began."""
        self.joined_before_last_round = False
        """Of refreshing what is remembered."""
        self.allowance = Allowance(now)
        self.held: list[tuple[Change, packet.Packet]] | None = None
        """What has to wait until the client has what it missed."""
        self.told: frozenset[Change] = frozenset()
        """What it was told already though the stream is yet to bring it."""

    def offer(self, change: Change, pkt: packet.Packet) -> None:
        """Send an event, unless the client knows the change."""
        if self.held is not None:
            self.held.append((change, pkt))
            if len(self.held) > MOST_WAITING:
                self.cut_off()
        elif change not in self.told:
            self.send(pkt)

    def send(self, pkt: packet.Packet) -> None:
        """Queue a packet; a client that does not read is cut off."""
        if not self.socket.offer(pkt):
            LIVE_CUT_OFF.inc()
            self.cut_off()

    def say(self, name: str, *args: object) -> None:
        """Send an event to this client alone."""
        self.send(encode(name, *args))

    def cut_off(self) -> None:
        """End the connection. The client comes back and is told what it missed."""
        spawn(self.socket.close(abort=True))

    def caught_up(self, told: Iterable[Change]) -> None:
        """Go over to what is new, from now on or held back so far."""
        self.told = frozenset(told)
        held, self.held = self.held or [], None
        for change, pkt in held:
            self.offer(change, pkt)


class Clients:
    """All clients of this process."""

    def __init__(self) -> None:
        self._by_connection: dict[str, Client] = {}
        self._by_pid: dict[str, Client] = {}
        self._rooms: dict[Room, set[Client]] = {}

    def __iter__(self) -> Iterator[Client]:
        return iter(list(self._by_connection.values()))

    def find(self, connection: str) -> Client | None:
        """Return the client of a connection."""
        return self._by_connection.get(connection)

    def with_pid(self, pid: str) -> Client | None:
        """Return the client with a private id."""
        return self._by_pid.get(pid)

    def add(self, connection: str, client: Client) -> None:
        """Add a client."""
        self._by_connection[connection] = client
        self._by_pid[client.pid] = client
        LIVE_CLIENTS.inc()

    def rename(self, client: Client, pid: str) -> None:
        """Give a client another private id."""
        if self._by_pid.get(client.pid) is client:
            del self._by_pid[client.pid]
        client.pid = pid
        self._by_pid[pid] = client

    def remove(self, connection: str) -> None:
        """Forget a client that has gone."""
        client = self._by_connection.pop(connection, None)
        if client is None:
            return
        client.gone = True
        LIVE_CLIENTS.dec()
        if self._by_pid.get(client.pid) is client:
            del self._by_pid[client.pid]
        self.leave(client, list(client.rooms))

    def join(self, client: Client, rooms: Iterable[Room]) -> bool:
        """Put a client into rooms; tell whether any is new to it. No more than so many, and nobody who has gone."""
        if client.gone:
            return False
        new = [room for room in rooms if room not in client.rooms]
        if len(client.rooms) + len(new) > MOST_ROOMS:
            log.warning("live_client_in_too_many_rooms")
            return False
        for room in new:
            client.rooms.add(room)
            self._rooms.setdefault(room, set()).add(client)
        return bool(new)

    def leave(self, client: Client, rooms: Iterable[Room]) -> None:
        """Take a client out of rooms in which it is."""
        for room in rooms:
            client.rooms.discard(room)
            members = self._rooms[room]
            members.discard(client)
            if not members:
                del self._rooms[room]

    def anybody(self, rooms: Iterable[Room]) -> bool:
        """Tell whether anybody is in one of these rooms."""
        return any(room in self._rooms for room in rooms)

    def deliver(self, change: Change, messages: Iterable[tuple[Message, packet.Packet]]) -> None:
        """Tell everybody whom it concerns."""
        for message, pkt in messages:
            recipients = self._in(message)
            for client in recipients:
                client.offer(change, pkt)
            if recipients:
                LIVE_DELIVERIES.inc(len(recipients))

    def _in(self, message: Message) -> set[Client]:
        groups = [self._rooms[room] for room in message.rooms if room in self._rooms]
        if not groups:
            return set()
        members = groups[0].copy() if len(groups) == 1 else set().union(*groups)
        for room in message.without:
            members -= self._rooms.get(room, set())
        return members


def concerns(message: Message, rooms: set[Room]) -> bool:
    """Tell whether a message is for somebody in these rooms."""
    return not rooms.isdisjoint(message.rooms) and rooms.isdisjoint(message.without)


def encode(name: str, *args: object) -> packet.Packet:
    """Make an event ready to be sent to any number of clients, in either transport."""
    pkt = packet.Packet(packet.MESSAGE, "2" + orjson.dumps([name, *args]).decode())
    pkt.encode()  # keeps the result
    LIVE_ENCODED.inc()
    return pkt


_tasks: set[asyncio.Task[None]] = set()


def spawn(work: Coroutine[Any, Any, None]) -> None:
    """Do something beside everything else."""
    task = asyncio.ensure_future(work)
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
