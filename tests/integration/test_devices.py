"""Devices and their keys, over gRPC, with the real Menu service, on the real database."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from datetime import datetime, timedelta
from typing import Any

import grpc
import pytest
from bson import ObjectId, json_util
from orderbuddy.station.v1 import device_service_pb2 as rpc
from orderbuddy.station.v1 import device_service_pb2_grpc as rpc_grpc

from services.kit.clock import FixedClock
from services.kit.devices import new_key
from services.kit.mongo import Database
from services.kit.settings import ServiceSettings
from services.ordering.__main__ import build as build_ordering
from services.station.__main__ import build as build_station
from tests.conftest import NOW
from tests.integration.devices import (
    AT_SOL,
    HERE,
    LUNA,
    MANAGER,
    SERVICE,
    SOL,
    SOL_MANAGER,
    STAFF,
    THERE,
    Serve,
    Stub,
    issue,
    new,
    refusal,
    revoke,
    serve_menu_and_station,
    with_key,
)
from tests.support import Served, eventually

UNKNOWN = (grpc.StatusCode.UNAUTHENTICATED, "DEVICE_KEY_INVALID")
KNOWN = (grpc.StatusCode.PERMISSION_DENIED, "CALLER_NOT_ALLOWED")
"""How a device that is let in is told that it may not manage devices."""


@pytest.fixture
async def station(serve: Serve, settings: ServiceSettings, db: Database) -> Served:
    return await serve_menu_and_station(serve, settings, db)


@pytest.fixture
def stub(station: Served) -> Stub:
    return rpc_grpc.DeviceServiceStub(station.channel)


async def listed(stub: Stub, location_id: str = HERE) -> list[rpc.DeviceRecord]:
    request = rpc.ListDevicesRequest(restaurant_id=LUNA, location_id=location_id)
    return list((await stub.ListDevices(request, metadata=MANAGER)).data)


async def authenticated(stub: Stub, key: str) -> rpc.DeviceRecord:
    answer = await stub.AuthenticateDevice(rpc.AuthenticateDeviceRequest(key=key), metadata=SERVICE)
    device: rpc.DeviceRecord = answer.device
    return device


def listing(key: str, stub: Stub) -> Any:
    """Call something as a device."""
    return stub.ListDevices(rpc.ListDevicesRequest(restaurant_id=LUNA, location_id=HERE), metadata=with_key(key))


async def dump(db: Database) -> str:
    """Return the whole database as text."""
    names = await db.list_collection_names()
    return "".join([json.dumps(json_util.dumps(await db[name].find().to_list())) for name in names])


@pytest.mark.parametrize("kind", ["pos", "printer", "display"])
async def test_a_new_device_is_told_its_key_once(stub: Stub, db: Database, kind: str) -> None:
    issued = await issue(stub, kind)
    device = rpc.DeviceRecord(id=issued.device.id, restaurant_id=LUNA, location_id=HERE, kind=kind, name="Till 1")
    device.created_at.FromDatetime(NOW)
    assert issued.device == device
    assert re.fullmatch(r"obd_[A-Za-z0-9_-]{43}", issued.key)
    assert await listed(stub) == [device]
    assert await db["devices"].find().to_list() == [
        {
            "_id": ObjectId(device.id),
            "restaurantId": LUNA,
            "locationId": ObjectId(HERE),
            "kind": kind,
            "name": "Till 1",
            "keyHash": hashlib.sha256(issued.key.encode()).digest(),
            "createdAt": NOW,
        }
    ]


async def test_the_key_is_stored_nowhere_and_its_hash_in_one_place(
    stub: Stub, db: Database, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    issued = await issue(stub)
    await authenticated(stub, issued.key)
    await refusal(listing(issued.key, stub))
    await revoke(stub, issued.device)
    await refusal(stub.AuthenticateDevice(rpc.AuthenticateDeviceRequest(key=issued.key), metadata=SERVICE))
    output = capsys.readouterr()
    everything = await dump(db) + caplog.text + output.out + output.err
    assert issued.key not in everything
    assert "keyHash" not in json_util.dumps(await db["audit"].find().to_list())
    assert await db["idempotency"].count_documents({}) == 0


async def test_devices_are_listed_by_location_in_the_order_in_which_they_were_made(
    stub: Stub, clock: FixedClock
) -> None:
    made = []
    for place in (HERE, THERE, HERE.upper(), HERE):
        made.append((await issue(stub, "display", place)).device)
        clock.set(clock.now() + timedelta(seconds=1))
    revoked = await revoke(stub, made[0])
    assert await listed(stub) == [revoked, made[2], made[3]]
    assert await listed(stub, THERE.upper()) == [made[1]]
    assert await listed(stub, str(ObjectId())) == []


@pytest.mark.parametrize(
    ("location_id", "restaurant_id"), [(AT_SOL, LUNA), ("d" * 24, LUNA), ("main", LUNA), ("z" * 24, LUNA)]
)
async def test_a_device_needs_a_location_of_its_restaurant(
    stub: Stub, db: Database, location_id: str, restaurant_id: str
) -> None:
    call = stub.IssueDeviceKey(new("pos", location_id, restaurant_id), metadata=MANAGER)
    assert await refusal(call) == (grpc.StatusCode.NOT_FOUND, "INVALID_LOCATION")
    assert await db["devices"].count_documents({}) + await db["audit"].count_documents({}) == 0


async def test_while_the_menu_service_is_away_no_device_is_made(
    serve: Serve, settings: ServiceSettings, db: Database
) -> None:
    settings.menu_address = "127.0.0.1:1"
    settings.ordering_address = (await serve("ordering", build_ordering, False)).address
    stub = rpc_grpc.DeviceServiceStub((await serve("station", build_station)).channel)
    assert await refusal(stub.IssueDeviceKey(new(), metadata=MANAGER)) == (grpc.StatusCode.UNAVAILABLE, "SERVICE_AWAY")
    assert await db["devices"].count_documents({}) == 0


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": "robot"}, "kind"),
        ({"kind": ""}, "kind"),
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"location_id": ""}, "location_id"),
    ],
)
async def test_a_bad_request_names_its_field(stub: Stub, db: Database, fields: dict[str, str], field: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await stub.IssueDeviceKey(new(**fields), metadata=MANAGER)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert (refused.value.details() or "").startswith(field)
    assert await db["devices"].count_documents({}) == 0


@pytest.mark.parametrize("who", [STAFF, SOL_MANAGER])
async def test_only_the_restaurants_own_managers_manage_its_devices(stub: Stub, db: Database, who: Any) -> None:
    issued = await issue(stub)
    place = {"restaurant_id": LUNA, "location_id": HERE}
    codes = [
        (await refusal(call))[0]
        for call in (
            stub.IssueDeviceKey(new(), metadata=who),
            stub.ListDevices(rpc.ListDevicesRequest(**place), metadata=who),
            stub.RevokeDevice(rpc.RevokeDeviceRequest(**place, device_id=issued.device.id), metadata=who),
        )
    ]
    assert codes == [grpc.StatusCode.PERMISSION_DENIED] * 3
    assert await db["devices"].count_documents({"revokedAt": None}) == 1


@pytest.mark.parametrize("who", [MANAGER, ()])
async def test_only_services_may_ask_whose_a_key_is(stub: Stub, who: Any) -> None:
    request = rpc.AuthenticateDeviceRequest(key=(await issue(stub)).key)
    code, _ = await refusal(stub.AuthenticateDevice(request, metadata=who))
    assert code is (grpc.StatusCode.PERMISSION_DENIED if who else grpc.StatusCode.UNAUTHENTICATED)


async def test_a_device_is_revoked_once_and_for_good(stub: Stub, db: Database, clock: FixedClock) -> None:
    issued = await issue(stub)
    clock.set(NOW + timedelta(minutes=1))
    revoked = await revoke(stub, issued.device)
    wanted = rpc.DeviceRecord()
    wanted.CopyFrom(issued.device)
    wanted.revoked_at.FromDatetime(NOW + timedelta(minutes=1))
    assert revoked == wanted
    clock.set(NOW + timedelta(minutes=2))
    assert await revoke(stub, issued.device) == wanted
    assert await db["audit"].count_documents({"action": "RevokeDevice"}) == 1


async def test_a_device_revoked_twice_at_once_is_revoked_once(stub: Stub, db: Database) -> None:
    issued = await issue(stub)
    revoked = await asyncio.gather(*(revoke(stub, issued.device) for _ in range(5)))
    assert all(device == revoked[0] for device in revoked)
    assert await db["audit"].count_documents({"action": "RevokeDevice"}) == 1


@pytest.mark.parametrize(
    "change", [{"location_id": THERE}, {"device_id": "d" * 24}, {"device_id": "x"}, {"location_id": "x"}]
)
async def test_a_device_is_found_only_where_it_is(stub: Stub, db: Database, change: dict[str, str]) -> None:
    issued = await issue(stub)
    wrong = rpc.RevokeDeviceRequest(
        **{"restaurant_id": LUNA, "location_id": HERE, "device_id": issued.device.id, **change}
    )
    code, why = await refusal(stub.RevokeDevice(wrong, metadata=MANAGER))
    assert (code, why in {"UNKNOWN_DEVICE", "INVALID_LOCATION"}) == (grpc.StatusCode.NOT_FOUND, True)
    assert await db["devices"].count_documents({"revokedAt": None}) == 1


async def test_another_restaurants_manager_does_not_find_it_at_home(stub: Stub) -> None:
    issued = await issue(stub)
    request = rpc.RevokeDeviceRequest(restaurant_id=SOL, location_id=HERE, device_id=issued.device.id)
    assert await refusal(stub.RevokeDevice(request, metadata=SOL_MANAGER)) == (
        grpc.StatusCode.NOT_FOUND,
        "UNKNOWN_DEVICE",
    )


async def test_who_made_and_ended_a_device_is_on_record(stub: Stub, db: Database) -> None:
    issued = await issue(stub, "printer")
    await revoke(stub, issued.device)
    records = await db["audit"].find({}, {"_id": 0, "requestId": 0}).sort("_id", 1).to_list()
    told = {"at": NOW, "restaurantId": LUNA, "actor": "staff:bo"}
    target = {"target": {"collection": "devices", "id": issued.device.id}}
    made = [
        {"path": "restaurantId", "from": None, "to": LUNA},
        {"path": "locationId", "from": None, "to": ObjectId(HERE)},
        {"path": "kind", "from": None, "to": "printer"},
        {"path": "name", "from": None, "to": "Till 1"},
        {"path": "createdAt", "from": None, "to": NOW},
    ]
    ended = [{"path": "revokedAt", "from": None, "to": NOW}]
    assert records == [
        {**told, "action": "IssueDeviceKey", **target, "changes": made},
        {**told, "action": "RevokeDevice", **target, "changes": ended},
    ]


async def test_a_key_tells_whose_it_is(stub: Stub) -> None:
    issued, other = await issue(stub), await issue(stub, "display", THERE)
    for one in (issued, other):
        found = await authenticated(stub, one.key)
        found.ClearField("last_seen_at")
        assert found == one.device


async def test_forged_and_revoked_keys_are_nobodys(stub: Stub, db: Database) -> None:
    issued = await issue(stub)
    await revoke(stub, issued.device)
    stored = hashlib.sha256(issued.key.encode()).hexdigest()
    for key in (new_key(), issued.key, issued.key[:-1], stored, "obd_", "' || true"):
        call = stub.AuthenticateDevice(rpc.AuthenticateDeviceRequest(key=key), metadata=SERVICE)
        assert await refusal(call) == UNKNOWN
    assert await db["devices"].count_documents({"lastSeenAt": {"$exists": True}}) == 0


async def test_when_a_device_was_last_seen_is_kept_to_the_minute(stub: Stub, db: Database, clock: FixedClock) -> None:
    issued = await issue(stub)

    async def seen_at(instant: datetime) -> list[datetime]:
        clock.set(instant)
        found = (await authenticated(stub, issued.key)).last_seen_at.ToDatetime(NOW.tzinfo)
        stored: Any = await db["devices"].find_one({})
        return [found, stored["lastSeenAt"]]

    assert await seen_at(NOW + timedelta(seconds=59)) == [NOW] * 2
    assert await seen_at(NOW + timedelta(seconds=60)) == [NOW + timedelta(minutes=1)] * 2
    # A replica whose clock is behind takes nothing back.
    assert await seen_at(NOW) == [NOW + timedelta(minutes=1)] * 2
    assert (await listed(stub))[0].last_seen_at.ToDatetime(NOW.tzinfo) == NOW + timedelta(minutes=1)


async def test_a_busy_device_is_written_once_a_minute(stub: Stub, db: Database, clock: FixedClock) -> None:
    key = (await issue(stub)).key
    await db.command("profile", 2)
    for minute in range(2):
        clock.set(NOW + timedelta(minutes=minute))
        await asyncio.gather(*(authenticated(stub, key) for _ in range(10)))
    await db.command("profile", 0)
    written = await db["system.profile"].find({"op": "update", "ns": f"{db.name}.devices", "nModified": 1}).to_list()
    assert len(written) == 2


async def test_a_device_calls_with_nothing_but_its_key(stub: Stub) -> None:
    issued = await issue(stub)
    assert await refusal(listing(issued.key, stub)) == KNOWN
    assert await refusal(listing(new_key(), stub)) == UNKNOWN
    assert await refusal(listing("", stub)) == UNKNOWN


async def test_a_key_revoked_at_one_replica_ends_at_the_other_within_seconds(serve: Serve, stub: Stub) -> None:
    other = rpc_grpc.DeviceServiceStub((await serve("station", build_station)).channel)
    issued = await issue(stub)
    assert await refusal(listing(issued.key, other)) == KNOWN
    await revoke(stub, issued.device)

    async def is_refused() -> bool:
        return await refusal(listing(issued.key, other)) == UNKNOWN

    await eventually(is_refused, 7)
    assert (
        await refusal(other.AuthenticateDevice(rpc.AuthenticateDeviceRequest(key=issued.key), metadata=SERVICE))
        == UNKNOWN
    )
