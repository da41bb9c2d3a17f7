"""The floor: the least that HTTP in, gRPC across and one acknowledged insert can cost, written by hand.

python -m bench.floor hello PORT            a bare ASGI application
python -m bench.floor http PORT GRPC_PORT   FastAPI, one route, one gRPC call
python -m bench.floor grpc PORT             grpc.aio, one method, one insert (DB_CONN_STRING, DB_NAME)
python -m bench.floor sockets PORT          the edge's WebSocket server; what is posted is sent to all sockets
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import uvicorn
import uvloop
from bson import ObjectId
from fastapi import FastAPI
from google.protobuf.struct_pb2 import Struct
from google.protobuf.wrappers_pb2 import StringValue
from pydantic import BaseModel
from pymongo import AsyncMongoClient

METHOD = "/bench.Floor/Insert"


async def hello(scope: dict[str, Any], _receive: Any, send: Any) -> None:
    """Answer everything with the same few bytes."""
    if scope["type"] != "http":
        return
    headers = [(b"content-type", b"application/json"), (b"content-length", b"15")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b'{"hello":"you"}'})


class Cart(BaseModel):
    restaurantId: str  # noqa: N815  the wire's names
    locationId: str  # noqa: N815
    locationSlug: str  # noqa: N815
    origin: dict[str, Any]
    customer: dict[str, Any]
    items: list[dict[str, Any]]
    getSms: bool  # noqa: N815


def http(grpc_port: int) -> FastAPI:
    """One route that validates a body and passes it on."""
    call: dict[str, Any] = {}

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        # A channel belongs to the loop it is made in.
        async with grpc.aio.insecure_channel(f"127.0.0.1:{grpc_port}") as channel:
            call["insert"] = channel.unary_unary(
                METHOD, request_serializer=Struct.SerializeToString, response_deserializer=StringValue.FromString
            )
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/")
    async def post(cart: Cart) -> dict[str, Any]:
        request = Struct()
        request.update({"restaurantId": cart.restaurantId, "customer": cart.customer, "locationId": cart.locationId})
        answer = await call["insert"](request)
        return {"data": {"previewOrderId": answer.value, "totalPriceCents": 1}}

    return app


async def serve_grpc(port: int) -> None:
    """One method that inserts a document of an order's size, with the product's write concern."""
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(
        os.environ["DB_CONN_STRING"], w="majority", journal=True
    )
    floor = client[os.environ["DB_NAME"]]["floor"]
    line = {
        "id": "x",
        "menuItemId": "taco",
        "name": "Taco",
        "priceCents": 500,
        "notes": "",
        "modifiers": [],
        "variants": [],
    }

    async def insert(request: Struct, _context: object) -> StringValue:
        fields = {name: request.fields[name].string_value for name in ("restaurantId", "locationId")}
        customer = {name: value.string_value for name, value in request.fields["customer"].struct_value.fields.items()}
        document = {"_id": ObjectId(), **fields, "customer": customer, "items": [line, line], "totalPriceCents": 1103}
        await floor.insert_one(document)
        return StringValue(value=str(document["_id"]))

    handler = grpc.unary_unary_rpc_method_handler(
        insert, request_deserializer=Struct.FromString, response_serializer=StringValue.SerializeToString
    )
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("bench.Floor", {"Insert": handler}),))
    server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    await server.wait_for_termination()


class Sockets:
    """Sends one prepared text to everybody, after the answer to who posted it."""

    def __init__(self) -> None:
        self._sends: set[Any] = set()
        self._sending: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.send", "text": "ready"})
            self._sends.add(send)
            while (await receive())["type"] != "websocket.disconnect":
                pass
            self._sends.discard(send)
        elif scope["type"] == "http":
            text = (await receive())["body"].decode()
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
            await send({"type": "http.response.body", "body": b"ok"})
            task = asyncio.create_task(self._send(text))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def _send(self, text: str) -> None:
        message = {"type": "websocket.send", "text": text}
        for send in list(self._sends):
            await send(message)


def main() -> None:
    """Run the part named on the command line."""
    part, *ports = sys.argv[1:]
    numbers = [int(p) for p in ports]
    if part == "grpc":
        uvloop.run(serve_grpc(numbers[0]))
        return
    app: Any = hello if part == "hello" else Sockets() if part == "sockets" else http(numbers[1])
    uvicorn.run(
        app,
        port=numbers[0],
        log_level="warning",
        access_log=False,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
    )


if __name__ == "__main__":
    main()
