"""What REST requests may hold, and in which words the edge refuses the rest."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from hypothesis import given
from hypothesis import strategies as st
from orderbuddy.ordering.v1 import order_pb2, ordering_service_pb2
from pydantic_core import SchemaValidator, ValidationError

from edge.http_rules import UnsupportedRule
from edge.schema import MOST_NESTING, message_schema
from edge.violations import MOST_VIOLATIONS, describe

TYPES = ordering_service_pb2.DESCRIPTOR.message_types_by_name
PREVIEW = SchemaValidator(message_schema(TYPES["PreviewOrderRequest"]))
PLACE = SchemaValidator(message_schema(TYPES["PlaceOrderRequest"], ignores_unknown=True))
LIST = SchemaValidator(message_schema(TYPES["ListOrdersRequest"]))
VERB = SchemaValidator(message_schema(TYPES["AcceptOrderRequest"]))
ID = "665000000000000000000101"
CART: dict[str, Any] = {
    "restaurantId": "cuppa_co",
    "locationId": ID,
    "locationSlug": "lynnwood",
    "origin": {"id": "", "name": "Web"},
    "customer": {"name": "Ana", "phone": ""},
    "items": [{"id": "c1", "menuItemId": "latte"}],
    "getSms": False,
}


def violations(validator: SchemaValidator, body: Any) -> list[str]:
    with pytest.raises(ValidationError) as refused:
        validator.validate_python(body)
    return describe(refused.value)


def cart(**changes: Any) -> dict[str, Any]:
    return {key: value for key, value in {**CART, **changes}.items() if value is not ...}


def line(**changes: Any) -> dict[str, Any]:
    return cart(items=[{"menuItemId": "latte", **changes}])


def preview(body: dict[str, Any]) -> ordering_service_pb2.PreviewOrderRequest:
    return ordering_service_pb2.PreviewOrderRequest(**PREVIEW.validate_python(body))


def test_an_empty_cart_misses_everything_in_declared_order() -> None:
    names = ["restaurantId", "locationId", "locationSlug", "origin", "customer", "items", "getSms"]
    assert violations(PREVIEW, {}) == [f"{name} should not be empty" for name in names]


def test_unknown_properties_come_first() -> None:
    assert violations(PREVIEW, cart(foo=1, bar=2, customer=...)) == [
        "property foo should not exist",
        "property bar should not exist",
        "customer should not be empty",
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(cart(locationSlug=""), ["locationSlug should not be empty"], id="empty text"),
        pytest.param(cart(locationSlug=None), ["locationSlug should not be empty"], id="null text"),
        pytest.param(cart(restaurantId={"$ne": None}), ["restaurantId must be a string"], id="operator object"),
        pytest.param(cart(restaurantId=5), ["restaurantId must be a string"], id="number for text"),
        pytest.param(cart(locationId="x"), ["locationId must match ^[0-9a-fA-F]{24}$ regular expression"], id="bad id"),
        pytest.param(cart(locationId=""), ["locationId should not be empty"], id="empty id"),
        pytest.param(
            cart(restaurantId="x" * 201),
            ["restaurantId must be shorter than or equal to 200 characters"],
            id="long text",
        ),
        pytest.param(cart(getSms="no"), ["getSms must be a boolean value"], id="text for boolean"),
        pytest.param(cart(getSms=None), ["getSms should not be empty"], id="null for boolean"),
        pytest.param(cart(getSms=10**30), ["getSms must be a boolean value"], id="huge number for boolean"),
        pytest.param(cart(origin="x"), ["nested property origin must be an object"], id="text for object"),
        pytest.param(cart(customer=[]), ["nested property customer must be an object"], id="array for object"),
        pytest.param(cart(items="x"), ["items must be an array"], id="text for array"),
        pytest.param(cart(items={}), ["items must be an array"], id="object for array"),
        pytest.param(cart(items=[]), ["items should not be empty"], id="empty array"),
        pytest.param(cart(items=[None]), ["nested property items.0 must be an object"], id="null line"),
        pytest.param(cart(items=[{}]), ["items.0.menuItemId should not be empty"], id="empty line"),
        pytest.param(
            cart(items=[{"menuItemId": "a"}] * 10_000),
            ["items must contain no more than 200 elements"],
            id="many lines",
        ),
        pytest.param(line(notes=5), ["items.0.notes must be a string"], id="number for notes"),
        pytest.param(line(variants=["l"]), ["nested property items.0.variants.0 must be an object"], id="text variant"),
        pytest.param(line(variants={"id": "l"}), ["items.0.variants must be an array"], id="object for variants"),
        pytest.param(
            line(modifiers=[{"id": "milk", "options": "oat"}]),
            ["items.0.modifiers.0.options must be an array"],
            id="text for options",
        ),
        pytest.param(
            cart(customer={"phone": "12"}),
            [r"customer.phone must match ^(\+?[0-9]{10,15})?$ regular expression"],
            id="short phone",
        ),
    ],
)
def test_a_wrong_value_is_named_by_its_path(body: dict[str, Any], expected: list[str]) -> None:
    assert violations(PREVIEW, body) == expected


def test_all_violations_are_reported_together() -> None:
    body = cart(foo=1, restaurantId=5, items=[{"menuItemId": ""}, {"menuItemId": "a", "notes": 1}])
    assert violations(PREVIEW, body) == [
        "property foo should not exist",
        "restaurantId must be a string",
        "items.0.menuItemId should not be empty",
        "items.1.notes must be a string",
    ]


def test_a_flood_of_violations_is_cut() -> None:
    texts = violations(PREVIEW, {f"k{number}": 1 for number in range(1_000)})
    assert len(texts) == MOST_VIOLATIONS + 1
    assert texts[-1] == f"and {1_000 + 7 - MOST_VIOLATIONS} more"


def test_nested_parts_ignore_what_old_clients_send() -> None:
    request = preview(
        cart(
            items=[{"menuItemId": "latte", "price": 10**30, "stationTags": ["x"], "startedAt": None}],
            customer={"name": "Ana", "loyalty": 5},
        )
    )
    assert MessageToDict(request.items[0]) == {"menuItemId": "latte"}
    assert MessageToDict(request.customer) == {"name": "Ana"}


def test_null_is_absent_wherever_absent_is_allowed() -> None:
    request = preview(
        cart(
            items=[{"id": None, "menuItemId": "latte", "notes": None, "variants": None, "modifiers": None}],
            customer={"name": None, "phone": None},
            menuId=None,
            discount=None,
        )
    )
    assert MessageToDict(request.items[0]) == {"menuItemId": "latte"}
    assert not request.customer.HasField("phone")
    assert not request.HasField("discount")


def test_an_empty_optional_text_is_not_absent() -> None:
    assert preview(cart(customer={"phone": ""})).customer.HasField("phone")


@pytest.mark.parametrize("value", ["x", "", 5, 1.5, 1e30, True, False, {"a": [1, None, {"b": "c"}]}, [], [[1], {}]])
def test_free_form_fields_take_any_json(value: Any) -> None:
    request = preview(cart(paymentId=value))
    assert MessageToDict(request)["paymentId"] == value
    assert ordering_service_pb2.PreviewOrderRequest.FromString(request.SerializeToString()) == request


def nested(levels: int) -> Any:
    value: Any = 1
    for level in range(levels):
        value = [value] if level % 2 else {"a": value}
    return value


def test_free_form_json_may_nest_so_deep_and_still_crosses_the_wire() -> None:
    request = preview(cart(discount=nested(MOST_NESTING)))
    assert ordering_service_pb2.PreviewOrderRequest.FromString(request.SerializeToString()) == request


@pytest.mark.parametrize("levels", [MOST_NESTING + 1, 1_000])
def test_free_form_json_that_nests_deeper_is_refused(levels: int) -> None:
    assert violations(PREVIEW, cart(discount=nested(levels))) == ["discount must not be nested so deeply"]


def test_a_route_can_ignore_unknown_fields_at_its_top() -> None:
    assert PLACE.validate_python({"previewOrderId": ID, "0": 1, "foo": {}}) == {"preview_order_id": ID}


def test_proto_names_are_not_json_names() -> None:
    assert "property restaurant_id should not exist" in violations(PREVIEW, cart(restaurant_id="x"))


class TestNumbersEnumsAndInstants:
    def verb(self, version: Any) -> int:
        body = {"restaurantId": "r", "orderId": "o", "version": version}
        return ordering_service_pb2.AcceptOrderRequest(**VERB.validate_python(body)).version

    @given(st.integers(-(2**53), 2**53))
    def test_integers_that_json_can_carry_pass(self, number: int) -> None:
        assert self.verb(number) == number

    @given(st.integers(-(2**53), 2**53))
    def test_a_whole_float_is_an_integer(self, number: int) -> None:
        assert self.verb(float(number)) == number

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (1.5, "version must be an integer number"),
            ("5", "version must be an integer number"),
            (True, "version must be an integer number"),
            (1e300, "version must not be greater than 9007199254740992"),
            (2**53 + 1, "version must not be greater than 9007199254740992"),
            (-(2**53) - 1, "version must not be less than -9007199254740992"),
        ],
    )
    def test_other_numbers_are_refused(self, value: Any, text: str) -> None:
        assert violations(VERB, {"restaurantId": "r", "orderId": "o", "version": value}) == [text]

    def test_enums_go_by_name_without_prefix(self) -> None:
        checked = LIST.validate_python({"restaurantId": "r", "locationId": ID, "statuses": ["CREATED", "CANCELED"]})
        assert list(ordering_service_pb2.ListOrdersRequest(**checked).statuses) == [
            order_pb2.ORDER_STATUS_CREATED,
            order_pb2.ORDER_STATUS_CANCELED,
        ]

    @pytest.mark.parametrize("status", ["UNSPECIFIED", "ORDER_STATUS_CREATED", "created", 1, None])
    def test_another_enum_value_is_refused_with_the_list(self, status: Any) -> None:
        (text,) = violations(LIST, {"restaurantId": "r", "locationId": ID, "statuses": [status]})
        assert text.startswith("statuses.0 must be one of the following values: 'CREATED', 'ACCEPTED'")

    @pytest.mark.parametrize(
        ("text", "seconds", "nanos"),
        [
            ("2026-01-15T20:30:00Z", 1768509000, 0),
            ("2026-01-15T20:30:00.123Z", 1768509000, 123_000_000),
            ("2026-01-15T12:30:00.123456789-08:00", 1768509000, 123_456_000),
        ],
    )
    def test_instants_are_iso_text(self, text: str, seconds: int, nanos: int) -> None:
        checked = LIST.validate_python({"restaurantId": "r", "locationId": ID, "until": text})
        until = ordering_service_pb2.ListOrdersRequest(**checked).until
        assert (until.seconds, until.nanos) == (seconds, nanos)

    @pytest.mark.parametrize(
        "text",
        [
            "2026-02-30T00:00:00Z",
            "yesterday",
            "2026-01-15",
            1768509000,
            "1768509000",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "0000-01-01T00:00:00Z",
            "2026-01-15T00:00:00+99:99",
        ],
    )
    def test_other_instants_are_refused(self, text: Any) -> None:
        (violation,) = violations(LIST, {"restaurantId": "r", "locationId": ID, "until": text})
        assert violation.startswith("until must ")


def test_a_oneof_cannot_be_sent() -> None:
    with pytest.raises(UnsupportedRule, match="oneof"):
        message_schema(TYPES["WatchOrderResponse"])


TEXT = st.text("aZ0 é\x00漢", max_size=6)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=8
)


@given(st.dictionaries(st.sampled_from(sorted({*CART, "discount", "menuId"})), JSON, max_size=3))
def test_whatever_is_sent_becomes_a_message_or_violations_that_name_fields(changes: dict[str, Any]) -> None:
    body = {**CART, **changes}
    try:
        checked = PREVIEW.validate_python(body)
    except ValidationError as error:
        unnamed = [text for text in describe(error) if not any(key in text for key in body)]
        assert not unnamed
        return
    request = ordering_service_pb2.PreviewOrderRequest(**checked)
    assert ordering_service_pb2.PreviewOrderRequest.FromString(request.SerializeToString()) == request
