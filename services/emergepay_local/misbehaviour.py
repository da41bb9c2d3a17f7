"""The misbehaviour itself: what faults do to a call and to its connection."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse

from services.emergepay_local.faults import Fault, FaultKind
from services.emergepay_local.wire import HEADERS

Act = Callable[[str | None], tuple[int, dict[str, Any]]]
"""Carries the call out once, however often it is called; given a message, it declines."""

_CHUNK: Final = b" " * 65_536
_LATE_SECONDS: Final = 1.0
_DROP_SECONDS: Final = 0.05


async def misbehave(fault: Fault, request: Request, act: Act) -> Response:
    """Do to a call what a fault says."""
    if fault.after:
        act(None)
    match fault.kind:
        case FaultKind.DECLINE:
            return _as_usual(act("Decline"))
        case FaultKind.OTHER_AMOUNT:
            return _as_usual(act(None))
        case FaultKind.NO_ANSWER:
            await _hung_up(request)
            return Response()
        case FaultKind.CARRIED_OUT_LATE:
            await _hung_up(request)
            act(None)
            return Response()
        case FaultKind.LATE:
            await asyncio.sleep(_LATE_SECONDS if fault.seconds is None else fault.seconds)
            return _as_usual(act(None))
        case FaultKind.RESET:
            _reset(_transport(request))
            return Response()
        case FaultKind.HALF | FaultKind.TWICE:
            return _on_the_wire(fault, request, act)
        case FaultKind.HUGE | FaultKind.SLOW:
            return StreamingResponse(_endless(fault.kind, request), media_type="application/json")
    return _wrong(fault, request, act)


def _wrong(fault: Fault, request: Request, act: Act) -> Response:
    """Answer in good time, and wrongly."""
    match fault.kind:
        case FaultKind.SERVER_ERROR:
            return JSONResponse({"message": "Internal Server Error"}, 500, headers=HEADERS)
        case FaultKind.RATE_LIMIT:
            return JSONResponse({"message": "Rate limit exceeded"}, 429, headers=HEADERS)
        case FaultKind.TELLTALE:
            token = request.headers.get("authorization", "")
            return JSONResponse({"message": f"not accepted: {token}"}, 401, headers=HEADERS)
        case FaultKind.NO_VERDICT:
            return JSONResponse({"transactionResponse": {"resultMessage": "Approved"}}, headers=HEADERS)
        case FaultKind.ANOTHER:
            status, body = act(None)
            told = dict(body.get("transactionResponse", {})) | {"externalTransactionId": "somebody-elses"}
            return JSONResponse({"transactionResponse": told}, status, headers=HEADERS)
    return HTMLResponse("<h1>Welcome to the hotel's network</h1>", headers=HEADERS)


def _as_usual(answer: tuple[int, dict[str, Any]]) -> Response:
    return JSONResponse(answer[1], answer[0], headers=HEADERS)


def _on_the_wire(fault: Fault, request: Request, act: Act) -> Response:
    """Write to the connection past the server, and close it."""
    twice = fault.kind is FaultKind.TWICE
    answers = [act(None), act(None)] if twice else [act(None) if fault.after else (200, {"transactionResponse": {}})]
    written = b"".join(_message(status, body) for status, body in answers)
    transport = _transport(request)
    transport.write(written if twice else written[:-20])
    transport.close()
    return Response()


def _message(status: int, body: dict[str, Any]) -> bytes:
    content = orjson.dumps(body)
    head = f"HTTP/1.1 {status} OK\r\ncontent-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n"
    return head.encode() + content


def _transport(request: Request) -> asyncio.Transport:
    """Return the connection. ASGI has no word for closing it, so it is asked of uvicorn's own object."""
    transport: asyncio.Transport = request.receive.__self__.transport  # type: ignore[attr-defined]
    return transport


def _reset(transport: asyncio.Transport) -> None:
    connection = transport.get_extra_info("socket")
    # To linger for no time at all is how a socket is told to answer with a reset.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


async def _hung_up(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _endless(kind: FaultKind, request: Request) -> AsyncIterator[bytes]:
    yield b'{"transactionResponse": {"resultStatus": "true"'
    # To a client that is gone the server writes nothing, at once and without a complaint: it has to be asked.
    while not await request.is_disconnected():
        await asyncio.sleep(_DROP_SECONDS if kind is FaultKind.SLOW else 0)
        yield b" " if kind is FaultKind.SLOW else _CHUNK
