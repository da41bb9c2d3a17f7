"""Messages as the JSON of the old contract."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from orderbuddy.menu.v1 import catalog_pb2, menu_service_pb2
from orderbuddy.ordering.v1 import order_pb2, ordering_service_pb2

from edge.rendering import field_renderer, renderer

MENU = menu_service_pb2.DESCRIPTOR.message_types_by_name
ORDERING = ordering_service_pb2.DESCRIPTOR.message_types_by_name
ORDER = order_pb2.DESCRIPTOR.message_types_by_name
CATALOG = catalog_pb2.DESCRIPTOR.message_types_by_name


def rendered(message: Any) -> Any:
    return renderer(message.DESCRIPTOR)(message)


def test_an_order_has_every_key_that_the_status_page_needs() -> None:
    order = order_pb2.Order(
        id="66e000000000000000000001",
        order_code="0001",
        customer={"name": "Ana"},
        origin={"id": "o", "name": "Table 1"},
        items=[
            {
                "id": "line-001",
                "menu_item_id": "latte",
                "name": "Latte",
                "price_cents": 400,
                "station_tags": ["bar"],
                "completed_at": datetime(2026, 1, 15, 20, 30, 0, 123_999, tzinfo=UTC),
            }
        ],
        status="CREATED",
        total_price_cents=799,
    )
    assert rendered(order) == {
        "_id": "66e000000000000000000001",
        "orderCode": "0001",
        "restaurantId": "",
        "locationId": "",
        "locationSlug": "",
        "customer": {"name": "Ana"},
        "origin": {"id": "o", "name": "Table 1"},
        "items": [
            {
                "id": "line-001",
                "menuItemId": "latte",
                "name": "Latte",
                "priceCents": 400,
                "notes": "",
                "variants": [],
                "modifiers": [],
                "stationTags": ["bar"],
                "startedAt": None,
                "completedAt": "2026-01-15T20:30:00.123Z",
            }
        ],
        "status": "CREATED",
        "totalPriceCents": 799,
        "discount": None,
    }


def test_no_campaign_is_null_data() -> None:
    assert rendered(menu_service_pb2.GetOriginCampaignResponse()) == {"data": None}


def test_a_campaigns_reward_is_as_stored_with_whole_numbers() -> None:
    campaign = catalog_pb2.Campaign(
        name="Spring",
        type="flat",
        reward={"flatOffCents": 200, "half": 0.5, "on": True, "x": None, "l": [1, {"a": "b"}]},
    )
    text = orjson.dumps(rendered(campaign), option=orjson.OPT_SORT_KEYS)
    assert text == (
        b'{"name":"Spring","reward":{"flatOffCents":200,"half":0.5,"l":[1,{"a":"b"}],"on":true,"x":null},"type":"flat"}'
    )


def test_a_restaurant_without_logo_has_no_such_key() -> None:
    assert rendered(catalog_pb2.Restaurant(id="r")) == {"_id": "r", "name": "", "concept": ""}
    assert rendered(catalog_pb2.Restaurant(id="r", logo="")) == {"_id": "r", "name": "", "concept": "", "logo": ""}


def test_an_empty_list_is_a_list() -> None:
    assert rendered(menu_service_pb2.ListMenusResponse()) == {"data": []}


@pytest.mark.parametrize(
    ("tax", "text"),
    [(10.0, b"10"), (10.25, b"10.25"), (0.0, b"0"), (-0.0, b"0"), (math.nan, b"null"), (math.inf, b"null")],
)
def test_doubles_have_no_needless_point_and_are_always_json(tax: float, text: bytes) -> None:
    assert orjson.dumps(rendered(catalog_pb2.Menu(sales_tax=tax))["salesTax"]) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_double_keeps_its_value(number: float) -> None:
    assert orjson.loads(orjson.dumps(rendered(catalog_pb2.Menu(sales_tax=number))["salesTax"])) == number


@given(st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001
def test_instants_have_milliseconds_and_z(instant: datetime) -> None:
    text = rendered(catalog_pb2.Menu(created_at=instant))["createdAt"]
    assert text[-5] == "."
    assert datetime.fromisoformat(text) == instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def test_enums_go_without_prefix() -> None:
    assert rendered(order_pb2.OrderRecord(status=order_pb2.ORDER_STATUS_PICKED_UP))["status"] == "PICKED_UP"
    assert rendered(order_pb2.OrderRecord())["status"] == "UNSPECIFIED"


def test_an_unknown_enum_number_stays_a_number() -> None:
    record = order_pb2.OrderRecord.FromString(b"\x10\x63")
    assert rendered(record)["status"] == 99


def test_a_response_body_is_rendered_bare() -> None:
    fields = ORDERING["CreateCounterOrderResponse"].fields_by_name
    render = field_renderer(fields["order_id"])
    assert render(ordering_service_pb2.CreateCounterOrderResponse(order_id="66e0")) == "66e0"


def test_an_unset_response_body_is_null() -> None:
    render = field_renderer(ORDERING["GetOrderResponse"].fields_by_name["order"])
    assert render(ordering_service_pb2.GetOrderResponse()) is None


def test_an_unknown_update_time_is_left_out() -> None:
    status = ordering_service_pb2.GetOrderStatusResponse(order_id="a", status="CREATED")
    assert rendered(status) == {"orderId": "a", "status": "CREATED"}
