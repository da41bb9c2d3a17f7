"""What displays tell us to do: each command is a call of TicketService, as whoever holds the socket."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final, Protocol

import orjson
from google.protobuf import message_factory
from google.protobuf.descriptor import MethodDescriptor
from google.rpc import error_details_pb2

from edge.answers import Problem
from edge.bodies import Receive
from edge.caller import Caller
from edge.errors import RpcError, answer_for
from edge.identity import Who
from edge.kitchen_feed import SERVICE, Place
from edge.socket_talk import TOO_LONG, Closed, SocketTalk

_LONGEST_MESSAGE: Final = 4096
_LONGEST_ID: Final = 64
_LARGEST_REVISION: Final = 2**53
"""What is above JavaScript can't tell apart."""
_LINE_VERBS: Final = {
    "start": SERVICE.methods_by_name["StartTicketLine"],
    "complete": SERVICE.methods_by_name["CompleteTicketLine"],
    "recall": SERVICE.methods_by_name["RecallTicketLine"],
}
_TICKET_VERBS: Final = {
    "bump": SERVICE.methods_by_name["BumpTicket"],
    "recall": SERVICE.methods_by_name["RecallTicket"],
}
_SEEING_VERBS: Final = frozenset({"recall", "bump"})
"""What depends on what was shown."""


class View(Protocol):
    """The socket that a command came by."""

    @property
    def place(self) -> Place:
        """Restaurant and location."""
        ...

    @property
    def station(self) -> str:
        """The station's id, or `unrouted`; empty on expo."""
        ...

    async def admitted(self) -> Who:
        """Return who holds it, as of now. Raises Closed."""
        ...


class BadCommand(Exception):
    """A message that is no command, with a sentence that says why."""


class Commands:
    """Carries out commands."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def listen(self, view: View, talk: SocketTalk, receive: Receive) -> None:
        """Carry out what comes until the client leaves. Raises Closed."""
        while (event := await receive())["type"] != "websocket.disconnect":
            text = event.get("text") or (event.get("bytes") or b"").decode("utf-8", "replace")
            if len(text) > _LONGEST_MESSAGE:
                raise Closed(TOO_LONG, "MESSAGE_TOO_LONG", f"a command has at most {_LONGEST_MESSAGE} characters")
            await talk.say(await self._answer(view, text))

    async def _answer(self, view: View, text: str) -> Mapping[str, Any]:
        """Return the acknowledgement of a message."""
        command: Any = None
        try:
            command = _read(text)
            method, fields = _call_of(view, command)
            version = await self._carry_out(view, method, fields)
        except BadCommand as bad:
            return _refused(command, 400, "BAD_COMMAND", str(bad))
        except RpcError as error:
            return self._failed(command, error)
        except Problem as problem:
            return _refused(command, problem.answer.status, "REFUSED", "try again")
        return {"type": "ack", "id": command["id"], "command": command["command"], "ok": True, "version": version}

    async def _carry_out(self, view: View, method: MethodDescriptor, fields: Mapping[str, Any]) -> int:
        who = await view.admitted()
        restaurant_id, location_id = view.place
        # Ids are the clients' own: two clients, or two commands, with the same one must not be taken for one another.
        said = "\n".join((str(who.principal), method.name, *map(str, fields.values())))
        fields = {**fields, "request_id": hashlib.sha256(said.encode()).hexdigest()}
        request = message_factory.GetMessageClass(method.input_type)(
            restaurant_id=restaurant_id, location_id=location_id, **fields
        )
        answer: Any = await self._caller.call(method, request, metadata=who.metadata)
        version: int = answer.version
        return version

    def _failed(self, command: Mapping[str, Any], error: RpcError) -> Mapping[str, Any]:
        answer = answer_for(error.status, _LINE_VERBS["start"].input_type)
        info = error_details_pb2.ErrorInfo()
        reason = next((info.reason for packed in error.status.details if packed.Unpack(info)), "SERVICE_AWAY")
        message = orjson.loads(answer.body)["message"]
        return _refused(command, answer.status, reason, message if isinstance(message, str) else "; ".join(message))


def _read(text: str) -> dict[str, Any]:
    try:
        command = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadCommand("a command is a JSON object") from error
    if not isinstance(command, dict):
        raise BadCommand("a command is a JSON object")
    return command


def _call_of(view: View, command: Mapping[str, Any]) -> tuple[MethodDescriptor, dict[str, Any]]:
    """Return what a command calls, and with what. Raises BadCommand."""
    if not 0 < len(_text(command, "id")) <= _LONGEST_ID:
        raise BadCommand(f"id must be a text of 1 to {_LONGEST_ID} characters")
    verb = _text(command, "command")
    fields = {"order_id": _text(command, "orderId"), "request_id": command["id"]}
    if not fields["order_id"]:
        raise BadCommand("orderId must be a text")
    fields |= _revision(command) if verb in _SEEING_VERBS else {}
    line_id = _text(command, "lineId")
    if line_id and verb in _LINE_VERBS:
        return _LINE_VERBS[verb], {**fields, "line_id": line_id}
    if verb not in _TICKET_VERBS:
        raise BadCommand(
            "lineId must be a text" if verb in _LINE_VERBS else "command must be start, complete, recall or bump"
        )
    station_id = _text(command, "stationId") or view.station
    if not station_id:
        raise BadCommand("stationId must be a text" + (", or lineId" if verb in _LINE_VERBS else ""))
    return _TICKET_VERBS[verb], {**fields, "station_id": station_id}


def _revision(command: Mapping[str, Any]) -> dict[str, int]:
    """Return the ticket's revision that was shown, when the command says it. Raises BadCommand."""
    revision = command.get("revision")
    if revision is None:
        return {}
    if type(revision) is not int or not 0 <= revision <= _LARGEST_REVISION:
        raise BadCommand("revision must be a whole number")
    return {"revision": revision}


def _text(command: Mapping[str, Any], name: str) -> str:
    value = command.get(name)
    return value if isinstance(value, str) else ""


def _refused(command: Any, status: int, reason: str, message: str) -> Mapping[str, Any]:
    known = command if isinstance(command, dict) else {}
    return {
        "type": "ack",
        "id": known.get("id"),
        "command": known.get("command"),
        "ok": False,
        "status": status,
        "reason": reason,
        "message": message,
    }
