"""What devices may do: of which kind, at which location."""

from __future__ import annotations

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool
from google.protobuf.message import Message
from orderbuddy.menu.v1 import menu_service_pb2
from orderbuddy.options.v1 import options_pb2
from orderbuddy.ordering.v1 import ordering_service_pb2

from services.kit.access import AccessRule, UndeclaredAccess, rules_of
from services.kit.context import Call
from services.kit.errors import Forbidden, OrderBuddyError
from services.kit.principal import Assertions, CallerKind, DeviceKind, Principal, Role
from tests.support import SECRET

LUNA, HERE, ELSEWHERE = "luna", "a" * 24, "b" * 24
POS = Principal(CallerKind.DEVICE, "d1", {LUNA: Role.STAFF}, HERE, DeviceKind.POS)
STAFF = Principal(CallerKind.STAFF, "ana", {LUNA: Role.STAFF})
BY_LOCATION = AccessRule(
    "/method", frozenset({CallerKind.DEVICE, CallerKind.STAFF}), options_pb2.TENANCY_RESTAURANT_ID, Role.MANAGER
)


def at(location_id: str, restaurant_id: str = LUNA) -> Message:
    return ordering_service_pb2.ListOrdersRequest(restaurant_id=restaurant_id, location_id=location_id)


def device(kind: DeviceKind | None = DeviceKind.POS, location_id: str = HERE, restaurant: str = LUNA) -> Principal:
    return Principal(CallerKind.DEVICE, "d1", {restaurant: Role.STAFF}, location_id, kind)


def refused(rule: AccessRule, principal: Principal, request: Message) -> str:
    """Return the reason for which a call is refused; empty: it is let in."""
    try:
        rule.check(Call("/method", principal, "request", rule.least_role), request)
    except OrderBuddyError as error:
        return error.reason
    return ""


def test_a_device_may_act_at_its_own_location_in_either_case_of_letters() -> None:
    assert [refused(BY_LOCATION, POS, at(place)) for place in (HERE, HERE.upper())] == ["", ""]


@pytest.mark.parametrize("place", [ELSEWHERE, "", HERE[:-1], f"{HERE} ", "web"])
def test_a_device_may_act_nowhere_else(place: str) -> None:
    assert refused(BY_LOCATION, POS, at(place)) == "FOREIGN_LOCATION"


def test_a_device_of_another_restaurant_is_refused_even_at_a_location_of_the_same_id() -> None:
    assert refused(BY_LOCATION, device(restaurant="sol"), at(HERE)) == "FOREIGN_RESTAURANT"


@pytest.mark.parametrize("place", ["", HERE])
def test_a_device_that_belongs_nowhere_may_act_nowhere(place: str) -> None:
    assert refused(BY_LOCATION, device(location_id=""), at(place)) == "FOREIGN_LOCATION"


def test_people_are_not_held_to_a_location() -> None:
    rule = AccessRule("/method", frozenset({CallerKind.STAFF}), options_pb2.TENANCY_RESTAURANT_ID)
    assert refused(rule, STAFF, at(ELSEWHERE)) == ""


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (DeviceKind.POS, "DEVICE_NOT_ALLOWED"),
        (DeviceKind.PRINTER, ""),
        (DeviceKind.DISPLAY, ""),
        (None, "DEVICE_NOT_ALLOWED"),
    ],
)
def test_only_the_kinds_that_a_method_names_are_let_in(kind: DeviceKind | None, reason: str) -> None:
    devices = frozenset({DeviceKind.PRINTER, DeviceKind.DISPLAY})
    rule = AccessRule("/method", frozenset({CallerKind.DEVICE}), options_pb2.TENANCY_RESTAURANT_ID, Role.STAFF, devices)
    assert refused(rule, device(kind), at(HERE)) == reason


def test_a_method_for_people_lets_no_device_in() -> None:
    rule = AccessRule("/method", frozenset({CallerKind.STAFF}), options_pb2.TENANCY_RESTAURANT_ID)
    assert refused(rule, POS, at(HERE)) == "CALLER_NOT_ALLOWED"


def test_what_is_open_to_guests_is_open_to_devices_of_all_places() -> None:
    rule = AccessRule("/method", frozenset({CallerKind.ANYONE}), options_pb2.TENANCY_NONE)
    request = menu_service_pb2.GetLocationRequest(restaurant_id="sol", location_id=ELSEWHERE)
    assert refused(rule, POS, request) == ""


@pytest.mark.parametrize("tenancy", [options_pb2.TENANCY_RESTAURANT_ID, options_pb2.TENANCY_RESOURCE])
def test_an_answer_to_a_device_whose_location_nobody_checked_is_a_bug(tenancy: int) -> None:
    rule = AccessRule("/method", frozenset({CallerKind.DEVICE}), tenancy)
    call = Call("/method", POS, "request")
    rule.check(call, ordering_service_pb2.AcceptOrderRequest(restaurant_id=LUNA, order_id=HERE))
    if tenancy == options_pb2.TENANCY_RESOURCE:
        call.require(LUNA)
    with pytest.raises(AssertionError, match="without checking the location"):
        rule.confirm(call)
    call.require_location(HERE)
    rule.confirm(call)


def test_people_owe_no_check_of_a_location() -> None:
    rule = AccessRule("/method", frozenset({CallerKind.STAFF}), options_pb2.TENANCY_RESTAURANT_ID)
    call = Call("/method", STAFF, "request")
    rule.check(call, ordering_service_pb2.AcceptOrderRequest(restaurant_id=LUNA, order_id=HERE))
    rule.confirm(call)


@pytest.mark.parametrize("place", [ELSEWHERE, ""])
def test_a_document_of_another_location_or_of_none_is_not_for_a_device(place: str) -> None:
    with pytest.raises(Forbidden):
        Call("/method", POS, "request").require_location(place)


@pytest.mark.parametrize(
    ("callers", "tenancy", "devices", "problem"),
    [
        ([options_pb2.CALLER_DEVICE], options_pb2.TENANCY_NONE, [], "no restaurant to hold them to"),
        ([options_pb2.CALLER_DEVICE], options_pb2.TENANCY_USER, [], "no restaurant to hold them to"),
        ([options_pb2.CALLER_ANYONE], options_pb2.TENANCY_RESTAURANT_ID, [], "open to everybody"),
        ([options_pb2.CALLER_STAFF], options_pb2.TENANCY_RESTAURANT_ID, [options_pb2.DEVICE_POS], "doesn't let in"),
        (
            [options_pb2.CALLER_DEVICE],
            options_pb2.TENANCY_RESTAURANT_ID,
            [options_pb2.DEVICE_UNSPECIFIED],
            "doesn't let in",
        ),
    ],
)
def test_a_declaration_that_would_let_devices_in_unchecked_is_refused(
    callers: list[options_pb2.Caller], tenancy: options_pb2.Tenancy, devices: list[options_pb2.Device], problem: str
) -> None:
    file = descriptor_pb2.FileDescriptorProto(name="t.proto", package="t", syntax="proto3")
    file.dependency.append("orderbuddy/options/v1/options.proto")
    message = file.message_type.add(name="M")
    text, optional = descriptor_pb2.FieldDescriptorProto.TYPE_STRING, descriptor_pb2.FieldDescriptorProto.LABEL_OPTIONAL
    for number, name in enumerate(("restaurant_id", "user_id"), start=1):
        message.field.add(name=name, number=number, type=text, label=optional)
    method = file.service.add(name="S").method.add(name="Do", input_type=".t.M", output_type=".t.M")
    access = options_pb2.Access(callers=callers, tenancy=tenancy, devices=devices)
    method.options.Extensions[options_pb2.access].CopyFrom(access)  # type: ignore[index]
    pool = descriptor_pool.DescriptorPool()
    for needed in ("google/protobuf/descriptor.proto", "orderbuddy/options/v1/options.proto"):
        copied = descriptor_pb2.FileDescriptorProto()
        descriptor_pool.Default().FindFileByName(needed).CopyToProto(copied)
        pool.Add(copied)
    pool.Add(file)
    with pytest.raises(UndeclaredAccess, match=problem):
        rules_of([pool.FindServiceByName("t.S")])


def test_an_assertion_carries_a_devices_kind_and_location() -> None:
    assert Assertions(SECRET).verify(Assertions(SECRET).sign(POS)) == POS
