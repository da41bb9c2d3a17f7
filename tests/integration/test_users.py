"""Profiles, members and the audit record, over gRPC, on the real database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import pytest
from google.protobuf.struct_pb2 import Value
from orderbuddy.menu.v1 import restaurant_service_pb2
from orderbuddy.menu.v1 import user_service_pb2 as rpc
from orderbuddy.menu.v1 import user_service_pb2_grpc as rpc_grpc
from orderbuddy.menu.v1.restaurant_service_pb2_grpc import RestaurantServiceStub
from orderbuddy.options.v1 import options_pb2

from services.kit.mongo import Database
from services.kit.principal import CallerKind, Principal, Role
from services.kit.server import Build
from services.menu.__main__ import build
from tests.conftest import NOW
from tests.support import Served, metadata_of, reason

EDGE = metadata_of(Principal(CallerKind.SERVICE, "edge"))
LUNA = "luna"
OWNER = metadata_of(Principal(CallerKind.STAFF, "ana", {LUNA: Role.OWNER}))
MANAGER = metadata_of(Principal(CallerKind.STAFF, "bo", {LUNA: Role.MANAGER}))

Stub = rpc_grpc.UserServiceStub


@pytest.fixture
async def channel(serve: Callable[[str, Build], Awaitable[Served]]) -> grpc.aio.Channel:
    return (await serve("menu", build)).channel


@pytest.fixture
async def stub(channel: grpc.aio.Channel, db: Database) -> Stub:
    await db["restaurants"].insert_one({"_id": LUNA, "name": "Luna"})
    await db["users"].insert_many(
        [
            {"userId": "ana", "email": "ana@example.test", "restaurants": [LUNA]},
            {"userId": "bo", "phoneNumber": "+12065550155", "restaurants": []},
        ]
    )
    return rpc_grpc.UserServiceStub(channel)


async def refusal(call: Awaitable[Any]) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    return refused.value.code(), reason(refused.value)


async def access(stub: Stub, user_id: str) -> dict[str, int]:
    found = await stub.GetUserAccess(rpc.GetUserAccessRequest(user_id=user_id), metadata=EDGE)
    return {m.restaurant_id: m.role for m in found.memberships}


def new(user_id: str = "cy", **fields: Any) -> rpc.CreateUserRequest:
    return rpc.CreateUserRequest(user_id=user_id, created_at=Value(number_value=1767225600000), **fields)


def add(contact: str, role: options_pb2.Role = options_pb2.ROLE_MANAGER) -> rpc.AddMemberRequest:
    return rpc.AddMemberRequest(restaurant_id=LUNA, contact=contact, role=role)


async def test_users_of_the_old_system_are_owners(stub: Stub) -> None:
    assert await access(stub, "ana") == {LUNA: options_pb2.ROLE_OWNER}


async def test_somebody_without_a_profile_may_act_for_nobody(stub: Stub) -> None:
    assert await access(stub, "nobody") == {}


async def test_a_profile_is_made_once_and_filled_in_later(stub: Stub, db: Database) -> None:
    cy = metadata_of(Principal(CallerKind.STAFF, "cy"))
    first = await stub.CreateUser(new(email="Cy@Example.test"), metadata=cy)
    second = await stub.CreateUser(new(email="other@example.test", phone_number="+1 206 555 0178"), metadata=cy)
    stored = await db["users"].find_one({"userId": "cy"}) or {}
    assert first.user_id == second.user_id == str(stored["_id"])
    assert (stored["email"], stored["phoneNumber"]) == ("cy@example.test", "+12065550178")


async def test_a_profile_made_twenty_times_at_once_is_one(stub: Stub, db: Database) -> None:
    cy = metadata_of(Principal(CallerKind.STAFF, "cy"))
    made = await asyncio.gather(*(stub.CreateUser(new(email="cy@example.test"), metadata=cy) for _ in range(20)))
    assert len({answer.user_id for answer in made}) == await db["users"].count_documents({"userId": "cy"}) == 1


async def test_nobody_makes_a_profile_for_somebody_else(stub: Stub) -> None:
    refused = await refusal(stub.CreateUser(new("ana", email="x@example.test"), metadata=MANAGER))
    assert refused == (grpc.StatusCode.PERMISSION_DENIED, "FOREIGN_USER")


@pytest.mark.parametrize("fields", [{}, {"phone_number": "2065550177"}, {"email": "no address"}])
async def test_a_profile_needs_a_proper_contact(stub: Stub, fields: dict[str, str]) -> None:
    cy = metadata_of(Principal(CallerKind.STAFF, "cy"))
    assert (await refusal(stub.CreateUser(new(**fields), metadata=cy)))[0] is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize("contact", ["+1 206 555 0155", "+12065550155"])
async def test_an_owner_adds_a_member(stub: Stub, contact: str) -> None:
    await stub.AddMember(add(contact), metadata=OWNER)
    assert await access(stub, "bo") == {LUNA: options_pb2.ROLE_MANAGER}
    members = (await stub.ListMembers(rpc.ListMembersRequest(restaurant_id=LUNA), metadata=OWNER)).data
    assert [(m.user_id, m.role) for m in members] == [("ana", options_pb2.ROLE_OWNER), ("bo", options_pb2.ROLE_MANAGER)]


async def test_a_manager_adds_nobody(stub: Stub) -> None:
    refused = await refusal(stub.AddMember(add("ana@example.test"), metadata=MANAGER))
    assert refused == (grpc.StatusCode.PERMISSION_DENIED, "ROLE_TOO_LOW")


async def test_somebody_who_has_not_signed_up_is_not_found(stub: Stub) -> None:
    refused = await refusal(stub.AddMember(add("nobody@example.test"), metadata=OWNER))
    assert refused == (grpc.StatusCode.NOT_FOUND, "UNKNOWN_PERSON")


async def test_whoever_claims_anothers_address_does_not_come_in_by_it(stub: Stub) -> None:
    eve = metadata_of(Principal(CallerKind.STAFF, "eve"))
    await stub.CreateUser(new("eve", phone_number="+12065550155"), metadata=eve)
    refused = await refusal(stub.AddMember(add("+12065550155"), metadata=OWNER))
    assert refused == (grpc.StatusCode.FAILED_PRECONDITION, "AMBIGUOUS_CONTACT")
    assert await access(stub, "eve") == {}


@pytest.mark.parametrize("created_at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "soon"])
async def test_an_instant_that_can_not_be_is_refused(stub: Stub, created_at: str) -> None:
    cy = metadata_of(Principal(CallerKind.STAFF, "cy"))
    request = rpc.CreateUserRequest(user_id="cy", email="cy@example.test", created_at=Value(string_value=created_at))
    assert (await refusal(stub.CreateUser(request, metadata=cy)))[0] is grpc.StatusCode.INVALID_ARGUMENT


async def test_nobody_collects_more_restaurants_than_a_call_can_tell(stub: Stub, db: Database) -> None:
    many = [f"r{n}" for n in range(99)]
    await db["users"].update_one({"userId": "bo"}, {"$set": {"restaurants": many, "memberRoles": []}})
    await stub.AddMember(add("+12065550155"), metadata=OWNER)
    await db["users"].update_one({"userId": "bo"}, {"$set": {"restaurants": [*many, "r99"]}})
    refused = await refusal(stub.AddMember(add("+12065550155"), metadata=OWNER))
    assert refused == (grpc.StatusCode.FAILED_PRECONDITION, "TOO_MANY_RESTAURANTS")


async def test_the_last_owner_stays(stub: Stub) -> None:
    await stub.AddMember(add("+12065550155"), metadata=OWNER)
    remove = rpc.RemoveMemberRequest(restaurant_id=LUNA, user_id="ana")
    assert (await refusal(stub.RemoveMember(remove, metadata=OWNER)))[1] == "LAST_OWNER"
    assert (await refusal(stub.AddMember(add("ana@example.test"), metadata=OWNER)))[1] == "LAST_OWNER"
    assert (await refusal(stub.RemoveUser(rpc.RemoveUserRequest(user_id="ana"), metadata=EDGE)))[1] == "LAST_OWNER"
    assert await access(stub, "ana") == {LUNA: options_pb2.ROLE_OWNER}


async def test_two_owners_who_remove_each_other_at_once_leave_one(stub: Stub) -> None:
    await stub.AddMember(add("+12065550155", options_pb2.ROLE_OWNER), metadata=OWNER)
    requests = [rpc.RemoveMemberRequest(restaurant_id=LUNA, user_id=user_id) for user_id in ("ana", "bo")]
    results = await asyncio.gather(
        *(stub.RemoveMember(request, metadata=OWNER) for request in requests), return_exceptions=True
    )
    left = (await stub.ListMembers(rpc.ListMembersRequest(restaurant_id=LUNA), metadata=OWNER)).data
    assert [m.role for m in left] == [options_pb2.ROLE_OWNER]
    assert [reason(r) for r in results if isinstance(r, grpc.aio.AioRpcError)] == ["LAST_OWNER"]


async def test_removing_a_person_leaves_nothing_but_the_id(stub: Stub, db: Database) -> None:
    for user_id in ("ana", "nobody", "ana"):
        await stub.RemoveUser(rpc.RemoveUserRequest(user_id=user_id), metadata=EDGE)
    for user_id in ("ana", "nobody"):
        stored = await db["users"].find_one({"userId": user_id}, {"_id": 0}) or {}
        assert stored == {"userId": user_id, "restaurants": [], "deletedAt": NOW}


async def test_whose_account_was_deleted_is_nobody_any_more(
    stub: Stub, channel: grpc.aio.Channel, db: Database
) -> None:
    restaurants = RestaurantServiceStub(channel)
    gone = (grpc.StatusCode.UNAUTHENTICATED, "ACCOUNT_DELETED")
    for user_id in ("ana", "nobody"):
        assert await access(stub, user_id) == ({LUNA: options_pb2.ROLE_OWNER} if user_id == "ana" else {})
        await stub.RemoveUser(rpc.RemoveUserRequest(user_id=user_id), metadata=EDGE)
        tombstone = await db["users"].find_one({"userId": user_id})
        before = metadata_of(Principal(CallerKind.STAFF, user_id))
        assert await refusal(access(stub, user_id)) == gone
        assert await refusal(stub.CreateUser(new(user_id, email="x@example.test"), metadata=before)) == gone
        create = restaurant_service_pb2.CreateRestaurantRequest(user_id=user_id)
        assert await refusal(restaurants.CreateRestaurant(create, metadata=before)) == gone
        assert await db["users"].find_one({"userId": user_id}) == tombstone
    assert await db["restaurants"].count_documents({}) == 1


@pytest.mark.usefixtures("stub")
async def test_deleted_accounts_are_forgotten_after_all_their_sessions_by_an_index(db: Database) -> None:
    indexes = await db["users"].index_information()
    assert [i["expireAfterSeconds"] for i in indexes.values() if i["key"] == [("deletedAt", 1)]] == [120 * 24 * 3600]


async def test_who_changed_what_is_on_record_newest_first(stub: Stub) -> None:
    await stub.AddMember(add("+12065550155"), metadata=OWNER)
    await stub.RemoveMember(rpc.RemoveMemberRequest(restaurant_id=LUNA, user_id="bo"), metadata=OWNER)
    request = rpc.ListAuditRecordsRequest(restaurant_id=LUNA)
    newest, oldest = (await stub.ListAuditRecords(request, metadata=MANAGER)).data
    assert [(r.action, r.actor, r.collection) for r in (newest, oldest)] == [
        ("RemoveMember", "staff:ana", "users"),
        ("AddMember", "staff:ana", "users"),
    ]
    assert {c.path for c in oldest.changes} == {"restaurants", "memberRoles"}
    page = rpc.ListAuditRecordsRequest(restaurant_id=LUNA, limit=1, before=newest.id)
    assert [r.id for r in (await stub.ListAuditRecords(page, metadata=MANAGER)).data] == [oldest.id]


async def test_the_record_of_one_restaurant_does_not_tell_of_others(stub: Stub, db: Database) -> None:
    elsewhere = {"restaurants": ["sol"], "memberRoles": [{"restaurantId": "sol", "role": "manager"}]}
    await db["users"].update_one({"userId": "bo"}, {"$set": elsewhere})
    await stub.AddMember(add("+12065550155"), metadata=OWNER)
    await stub.RemoveMember(rpc.RemoveMemberRequest(restaurant_id=LUNA, user_id="bo"), metadata=OWNER)
    await stub.AddMember(add("+12065550155"), metadata=OWNER)
    await stub.RemoveUser(rpc.RemoveUserRequest(user_id="bo"), metadata=EDGE)
    records = await db["audit"].find({"restaurantId": LUNA}).sort("_id", 1).to_list()
    assert [r["action"] for r in records] == ["AddMember", "RemoveMember", "AddMember", "RemoveUser"]
    assert not [r for r in records if "sol" in str(r["changes"])]
    joined, role = records[2]["changes"]
    assert joined == {"path": "restaurants", "from": [], "to": [LUNA]}
    assert role == {"path": "memberRoles", "from": [], "to": [{"restaurantId": LUNA, "role": "manager"}]}
    (left,) = await db["audit"].find({"restaurantId": "sol"}).to_list()
    assert (left["action"], [c["from"] for c in left["changes"]]) == ("RemoveUser", list(elsewhere.values()))
