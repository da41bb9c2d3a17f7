"""Where sockets need sessions: who may listen to a restaurant."""

from __future__ import annotations

import uuid
from http import HTTPStatus

from edge.answers import Problem
from edge.bodies import Scope
from edge.identity import Identity
from edge.live.missed import Away
from edge.live.server import MayListen


def members_only(identity: Identity) -> MayListen:
    """Return the rule that only members of a restaurant may, by a cookie or header of the handshake, or by a token."""

    async def may_listen(scope: Scope, token: str, restaurant_id: str) -> bool:
        asking = {**scope, "type": "http", "method": "GET"}
        if token:
            others = [(name, value) for name, value in scope["headers"] if name != b"authorization"]
            asking["headers"] = [*others, (b"authorization", b"Bearer " + token.encode("ascii", "replace"))]
        try:
            who = await identity.person(asking, str(uuid.uuid4()))
            access = await identity.access(who.user_id)
        except Problem as problem:
            if problem.answer.status == HTTPStatus.UNAUTHORIZED:
                return False
            raise Away from problem
        return any(membership.restaurant_id == restaurant_id for membership in access.memberships)

    return may_listen
