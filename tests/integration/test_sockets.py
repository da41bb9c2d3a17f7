"""What the edges remember of sockets, over gRPC, on the real database."""

from __future__ import annotations

import asyncio
import hashlib
import json
from datetime import timedelta

import grpc
import pytest
from bson import json_util
from orderbuddy.station.v1 import socket_service_pb2 as rpc
from orderbuddy.station.v1 import socket_service_pb2_grpc as rpc_grpc

from services.kit.clock import FixedClock
from services.kit.mongo import Database
from services.kit.principal import CallerKind, Principal
from services.kit.server import Runtime
from services.station.sockets.repository import SocketRepository
from services.station.sockets.wiring import build_sockets
from tests.conftest import NOW
from tests.contract.live import Serve
from tests.support import metadata_of, reason

PID = "a-private-id-of-somebody"
EDGE = metadata_of(Principal(CallerKind.SERVICE, "edge"))


def room(name: str) -> rpc.SocketRoom:
    return rpc.SocketRoom(name=name, restaurant_id="luna_mar")


@pytest.fixture
async def stub(serve: Serve) -> rpc_grpc.SocketServiceStub:
    async def build(runtime: Runtime) -> None:
        build_sockets(runtime)

    return rpc_grpc.SocketServiceStub((await serve("station", build)).channel)


async def remember(stub: rpc_grpc.SocketServiceStub, *names: str, pid: str = PID, token: str = "t1") -> None:
    request = rpc.RememberSocketRequest(pid=pid, rooms=[room(name) for name in names], resume_token=token)
    await stub.RememberSocket(request, metadata=EDGE)


async def recall(stub: rpc_grpc.SocketServiceStub, pid: str = PID) -> tuple[list[str], str]:
    found = await stub.RecallSocket(rpc.RecallSocketRequest(pid=pid), metadata=EDGE)
    assert all(r.restaurant_id == "luna_mar" for r in found.rooms)
    return [r.name for r in found.rooms], found.resume_token


async def test_what_is_remembered_is_recalled(stub: rpc_grpc.SocketServiceStub) -> None:
    await remember(stub, "location", "restaurant")
    assert await recall(stub) == (["location", "restaurant"], "t1")


async def test_a_private_id_is_stored_nowhere(stub: rpc_grpc.SocketServiceStub, db: Database) -> None:
    await remember(stub, "location")
    stored = await db["sockets"].find().to_list()
    assert [document["_id"] for document in stored] == [hashlib.sha256(PID.encode()).hexdigest()]
    assert PID not in json.dumps(stored, default=json_util.default)


async def test_it_is_deleted_after_two_hours_by_an_index(stub: rpc_grpc.SocketServiceStub, db: Database) -> None:
    await remember(stub, "location")
    expiring = {name: index for name, index in (await db["sockets"].index_information()).items() if name != "_id_"}
    (index,) = expiring.values()
    assert (index["key"], index["expireAfterSeconds"]) == ([("rememberedAt", 1)], 7_200)


async def test_it_is_forgotten_on_time_though_deleted_late(stub: rpc_grpc.SocketServiceStub, clock: FixedClock) -> None:
    await remember(stub, "location")
    clock.set(NOW + timedelta(hours=2) - timedelta(seconds=1))
    assert (await recall(stub))[0] == ["location"]
    clock.set(NOW + timedelta(hours=2))
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await recall(stub)
    assert (refused.value.code(), reason(refused.value)) == (grpc.StatusCode.NOT_FOUND, "SOCKET_UNKNOWN")


async def test_remembering_again_begins_the_two_hours_again(
    stub: rpc_grpc.SocketServiceStub, clock: FixedClock
) -> None:
    await remember(stub, "location")
    clock.set(NOW + timedelta(minutes=90))
    await remember(stub, "location", token="t2")
    clock.set(NOW + timedelta(minutes=180))
    assert await recall(stub) == (["location"], "t2")


async def test_who_is_unknown_is_not_found(stub: rpc_grpc.SocketServiceStub) -> None:
    await remember(stub, "location")
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await recall(stub, "a-private-id-of-another")
    assert refused.value.code() == grpc.StatusCode.NOT_FOUND


@pytest.mark.parametrize("pid", ["", "x" * 15, "x" * 201])
async def test_ids_that_can_be_guessed_or_are_too_long_are_refused(stub: rpc_grpc.SocketServiceStub, pid: str) -> None:
    for call in (remember(stub, "location", pid=pid), recall(stub, pid)):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call
        assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
        assert "pid" in (refused.value.details() or "")


@pytest.mark.parametrize("kind", [None, CallerKind.STAFF, CallerKind.DEVICE])
async def test_it_is_for_edges_only(stub: rpc_grpc.SocketServiceStub, db: Database, kind: CallerKind | None) -> None:
    metadata = metadata_of(Principal(kind, "somebody")) if kind else ()
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await stub.RememberSocket(rpc.RememberSocketRequest(pid=PID), metadata=metadata)
    expected = grpc.StatusCode.PERMISSION_DENIED if kind else grpc.StatusCode.UNAUTHENTICATED
    assert refused.value.code() == expected
    assert await db["sockets"].count_documents({}) == 0


async def test_edges_that_write_at_once_make_one_document(db: Database, clock: FixedClock) -> None:
    """Two processes, the first write of a socket: no duplicate key reaches anybody."""
    edges = [SocketRepository(db, clock) for _ in range(2)]
    for number in range(20):
        pid = f"{PID}-{number}"
        writes = [edge.remember(pid, [{"name": f"room {n}"}], f"t{n}") for n in range(4) for edge in edges]
        await asyncio.gather(*writes)
        found = await edges[0].recall(pid)
        assert found is not None
        assert {r["name"] for r in found["rooms"]} == {f"room {n}" for n in range(4)}
    assert await db["sockets"].count_documents({}) == 20


async def test_a_write_that_comes_late_takes_no_room_away(stub: rpc_grpc.SocketServiceStub) -> None:
    """An edge whose save was held up knows less than the one that the client has gone to."""
    await remember(stub, "location", "restaurant", "station", token="t2")
    await remember(stub, "location", token="t1")
    assert set((await recall(stub))[0]) == {"location", "restaurant", "station"}
