"""Clock, principal, settings and access rules."""

from __future__ import annotations

import os
import pathlib
import time
from collections.abc import Mapping
from datetime import UTC, datetime

import jwt
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool
from orderbuddy.menu.v1 import menu_service_pb2
from orderbuddy.options.v1 import options_pb2
from orderbuddy.ordering.v1 import ordering_service_pb2

from services.kit.access import AccessRule, UndeclaredAccess, rules_of
from services.kit.clock import FileClock, FixedClock, SystemClock, make_clock, parse_instant
from services.kit.context import Call
from services.kit.errors import Forbidden, Unauthenticated
from services.kit.principal import Assertions, CallerKind, InvalidAssertion, Principal, Role
from services.kit.settings import ServiceSettings, load
from tests.support import SECRET

SERVICES = [
    menu_service_pb2.DESCRIPTOR.services_by_name["MenuService"],
    ordering_service_pb2.DESCRIPTOR.services_by_name["OrderingService"],
]


def test_a_file_clock_follows_its_file(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "clock"
    path.write_text("2026-01-15T20:30:00.123Z")
    clock = FileClock(path)
    assert clock.now() == datetime(2026, 1, 15, 20, 30, 0, 123_000, tzinfo=UTC)
    new = tmp_path / "new"
    new.write_text("2026-01-15T21:00:00.000Z")
    new.replace(path)
    assert clock.now() == datetime(2026, 1, 15, 21, tzinfo=UTC)


def test_instants_without_offset_are_utc_and_others_become_it() -> None:
    assert parse_instant("2026-01-15T20:30:00") == parse_instant("2026-01-15T12:30:00-08:00")


def test_the_setting_chooses_the_clock(tmp_path: pathlib.Path) -> None:
    assert isinstance(make_clock(None), SystemClock)
    assert isinstance(make_clock("2026-01-15T20:30:00Z"), FixedClock)
    assert isinstance(make_clock(f"@{tmp_path}/x"), FileClock)
    with pytest.raises(ValueError, match="Invalid isoformat"):
        make_clock("soon")


def test_an_assertion_carries_its_principal() -> None:
    principal = Principal(CallerKind.STAFF, "user-1", {"luna": Role.OWNER, "sol": Role.OWNER})
    assert Assertions(SECRET).verify(Assertions(SECRET).sign(principal)) == principal


@pytest.mark.parametrize(
    ("secret", "algorithm", "changes"),
    [
        ("another secret that is long enough too", "HS256", {}),
        (SECRET, "HS512", {}),
        (SECRET, "HS256", {"exp": 1}),
        (SECRET, "HS256", {"iss": "somebody"}),
        (SECRET, "HS256", {"kind": "owner of the world"}),
        (SECRET, "HS256", {"kind": None}),
    ],
    ids=["secret", "algorithm", "expired", "issuer", "kind", "no-kind"],
)
def test_an_assertion_that_is_not_right_is_refused(secret: str, algorithm: str, changes: dict[str, object]) -> None:
    now = int(time.time())
    claims = {"iss": "orderbuddy", "sub": "x", "kind": "service", "restaurants": [], "iat": now, "exp": now + 60}
    token = jwt.encode({**claims, **changes}, secret, algorithm=algorithm)
    with pytest.raises(InvalidAssertion):
        Assertions(SECRET).verify(token)


def test_an_unsigned_assertion_is_refused() -> None:
    with pytest.raises(InvalidAssertion):
        Assertions(SECRET).verify(jwt.encode({"kind": "service"}, "", algorithm="none"))


def test_all_wrong_settings_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("ORDERBUDDY_", "DB_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("ORDERBUDDY_PROFILE", "holiday")
    monkeypatch.setenv("ORDERBUDDY_ASSERTION_SECRET", "short")
    monkeypatch.setenv("ORDERBUDDY_CLOCK", "soon")
    with pytest.raises(SystemExit) as stopped:
        load(ServiceSettings)
    for name in ("ORDERBUDDY_PROFILE", "ORDERBUDDY_ASSERTION_SECRET", "ORDERBUDDY_CLOCK", "DB_CONN_STRING"):
        assert name in str(stopped.value)
    assert "short" not in str(stopped.value).replace("shorter", "")


def test_the_production_profile_refuses_a_set_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERBUDDY_PROFILE", "production")
    monkeypatch.setenv("ORDERBUDDY_ASSERTION_SECRET", SECRET)
    monkeypatch.setenv("DB_CONN_STRING", "mongodb://127.0.0.1")
    monkeypatch.setenv("ORDERBUDDY_CLOCK", "2026-01-15T20:30:00Z")
    with pytest.raises(SystemExit, match="production profile refuses"):
        load(ServiceSettings)


def test_every_method_of_ours_declares_who_may_call_it() -> None:
    methods = {f"/{s.full_name}/{m.name}" for s in SERVICES for m in s.methods}
    assert rules_of(SERVICES).keys() == methods


@pytest.mark.parametrize(
    ("access", "problem"),
    [
        (None, "does not declare"),
        (options_pb2.Access(tenancy=options_pb2.TENANCY_NONE), "names no proper callers"),
        (options_pb2.Access(callers=[options_pb2.CALLER_ANYONE]), "where its tenant comes from"),
        (
            options_pb2.Access(
                callers=[options_pb2.CALLER_STAFF], tenancy=options_pb2.TENANCY_NONE, least_role=options_pb2.ROLE_OWNER
            ),
            "names no restaurant",
        ),
        (
            options_pb2.Access(callers=[options_pb2.CALLER_STAFF], tenancy=options_pb2.TENANCY_USER),
            "has no field user_id",
        ),
        (
            options_pb2.Access(callers=[options_pb2.CALLER_STAFF], tenancy=options_pb2.TENANCY_RESTAURANT_ID),
            "has no field restaurant_id",
        ),
    ],
)
def test_a_service_with_an_undeclared_method_is_refused(access: options_pb2.Access | None, problem: str) -> None:
    file = descriptor_pb2.FileDescriptorProto(name="t.proto", package="t", syntax="proto3")
    file.dependency.append("orderbuddy/options/v1/options.proto")
    file.message_type.add(name="M")
    method = file.service.add(name="S").method.add(name="Do", input_type=".t.M", output_type=".t.M")
    if access is not None:
        method.options.Extensions[options_pb2.access].CopyFrom(access)  # type: ignore[index]
    pool = descriptor_pool.DescriptorPool()
    for name in ("google/protobuf/descriptor.proto", "orderbuddy/options/v1/options.proto"):
        found = descriptor_pool.Default().FindFileByName(name)
        copy = descriptor_pb2.FileDescriptorProto()
        found.CopyToProto(copy)
        pool.Add(copy)
    pool.Add(file)
    with pytest.raises(UndeclaredAccess, match=problem):
        rules_of([pool.FindServiceByName("t.S")])


def _call(kind: CallerKind, restaurants: Mapping[str, Role] | None = None, least: Role = Role.STAFF) -> Call:
    return Call("/method", Principal(kind, "someone", restaurants or {}), "request", least)


def test_staff_are_held_to_their_restaurants_before_anything_is_read() -> None:
    rule = rules_of(SERVICES)["/orderbuddy.ordering.v1.OrderingService/AcceptOrder"]
    request = ordering_service_pb2.AcceptOrderRequest(restaurant_id="luna", order_id="not even an id")
    rule.check(_call(CallerKind.STAFF, {"luna": Role.STAFF}), request)
    rule.check(_call(CallerKind.SERVICE), request)
    with pytest.raises(Forbidden):
        rule.check(_call(CallerKind.STAFF, {"sol": Role.OWNER}), request)
    with pytest.raises(Unauthenticated):
        rule.check(_call(CallerKind.ANYONE), request)


@pytest.mark.parametrize(
    ("role", "least", "allowed"), [(role, least, role >= least) for role in Role for least in Role]
)
def test_a_person_may_do_what_their_role_and_the_lesser_ones_may(role: Role, least: Role, *, allowed: bool) -> None:
    call = _call(CallerKind.STAFF, {"luna": role}, least)
    if allowed:
        call.require("luna")
    else:
        with pytest.raises(Forbidden) as refused:
            call.require("luna")
        assert (refused.value.reason, refused.value.metadata) == ("ROLE_TOO_LOW", {"least_role": least.name.lower()})


def test_a_devices_role_is_not_asked() -> None:
    _call(CallerKind.DEVICE, {"luna": Role.STAFF}, Role.OWNER).require("luna")


def test_an_answer_without_the_check_that_its_method_owes_is_a_bug() -> None:
    rule = AccessRule("/method", frozenset({CallerKind.STAFF}), options_pb2.TENANCY_RESOURCE)
    call = _call(CallerKind.STAFF, {"luna": Role.STAFF})
    with pytest.raises(AssertionError, match="without checking"):
        rule.confirm(call)
    call.require("luna")
    rule.confirm(call)
