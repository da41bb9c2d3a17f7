"""Where sockets need sessions: who may listen to a restaurant, when it joins and for as long as it stays."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Final, Protocol, TypeVar

from edge.answers import Problem
from edge.bodies import Scope
from edge.identity import Identity
from edge.live.clients import Client, Clients
from edge.live.memory import Memory
from edge.live.missed import Away
from edge.live.rooms import Room
from services.kit.telemetry import log

Nothing = TypeVar("Nothing")

LOOK_AGAIN_SECONDS: Final = 30.0
"""For so long at most somebody who is no member any more goes on listening."""


class Members(Protocol):
    """Knows who is who, and who belongs where."""

    async def person(self, scope: Scope, token: str) -> str:
        """Return the id of who connected by this request, with this token; empty: nobody. Raises Away."""
        ...

    async def restaurants(self, user_id: str) -> frozenset[str]:
        """Return the restaurants to which somebody belongs now. Raises Away."""
        ...


class SessionMembers:
    """Members by a cookie or header of the handshake, or by a token."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    async def person(self, scope: Scope, token: str) -> str:
        """Return the session's person."""
        asking = {**scope, "type": "http", "method": "GET"}
        if token:
            others = [(name, value) for name, value in scope["headers"] if name != b"authorization"]
            asking["headers"] = [*others, (b"authorization", b"Bearer " + token.encode("ascii", "replace"))]
        try:
            return (await self._identity.session(asking)).user_id
        except Problem as problem:
            return _nothing_for(problem, "")

    async def restaurants(self, user_id: str) -> frozenset[str]:
        """Return the person's restaurants; none when the account was deleted."""
        try:
            access = await self._identity.access(user_id)
        except Problem as problem:
            return _nothing_for(problem, frozenset[str]())
        return frozenset(membership.restaurant_id for membership in access.memberships)


def _nothing_for(problem: Problem, nothing: Nothing) -> Nothing:
    if problem.answer.status == HTTPStatus.UNAUTHORIZED:
        return nothing
    raise Away from problem


class Admission:
    """Lets clients into rooms, and takes them out of those that are closed to them by now."""

    def __init__(self, members: Members | None, clients: Clients, memory: Memory) -> None:
        """Without `members` rooms are open to who knows the ids."""
        self.members = members
        self._clients = clients
        self._memory = memory

    async def allows(self, client: Client, scope: Scope, token: str, wanted: tuple[Room, ...]) -> bool:
        """Tell whether a client may be in rooms. An order's is open to who knows its id. Raises Away."""
        restaurants = {room.restaurant_id for room in wanted if room.restaurant_id}
        if self.members is None or not restaurants:
            return True
        client.person = await self.members.person(scope, token)
        return bool(client.person) and restaurants <= await self.members.restaurants(client.person)

    async def run(self) -> None:
        """Look again and again, for ever. Membership alone: a session is asked for when somebody joins."""
        while True:
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
            await self.look_again()

    async def look_again(self) -> None:
        """Take everybody out of the rooms of restaurants to which they do not belong any more."""
        if self.members is None:
            return
        for person in {client.person for client in self._clients if client.person}:
            try:
                theirs = await self.members.restaurants(person)
            except Away:
                continue  # an outage of whoever knows puts nobody out
            for client in self._clients:
                if client.person == person:
                    self._put_out(client, theirs)

    def _put_out(self, client: Client, theirs: frozenset[str]) -> None:
        closed = {room for room in client.rooms if room.restaurant_id and room.restaurant_id not in theirs}
        if closed:
            self._clients.leave(client, closed)
            self._memory.remember(client.pid, client.rooms, client.token)
            log.info("live_client_put_out", user_id=client.person, rooms=len(closed))
