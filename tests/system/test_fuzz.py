"""schemathesis against /openapi.json, with real ids mixed in and a fixed seed: never a server error."""

from __future__ import annotations

import json
import zlib
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok

from tools.demo_data import DEMO, example_cart
from tools.processes import Stack

SEED = 20261123
REAL_IDS = {
    "restaurantId": DEMO.restaurant_id,
    "locationId": DEMO.location_id,
    "menuId": DEMO.menu_ids[0],
    "originId": DEMO.campaign_origin_id,
}


def _choose(value: object, of: int) -> int:
    """Choose by the generated value itself, so that the same seed gives the same calls."""
    return zlib.crc32(json.dumps(value, sort_keys=True, default=str).encode()) % of


@schemathesis.hook
def map_path_parameters(_context: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """Give most generated calls ids that exist: otherwise every one ends at the first look-up."""
    if path_parameters and _choose(path_parameters, 4):
        return path_parameters | {k: v for k, v in REAL_IDS.items() if k in path_parameters}
    return path_parameters


@schemathesis.hook
def map_body(_context: Any, body: Any) -> Any:
    """Put one generated part into a cart that is otherwise right."""
    if isinstance(body, dict) and "items" in body and _choose(body, 3):
        cart = example_cart()
        name = sorted(body)[_choose(body, len(body))]
        return cart | {name: body[name]}
    return body


@pytest.mark.timeout(300)
def test_no_call_makes_the_server_fail(stack: Stack) -> None:
    schema = schemathesis.openapi.from_url(f"{stack.edge_url}/openapi.json")
    labels = []
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()

        @seed(SEED)
        @settings(
            max_examples=60,
            deadline=None,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def call(case: Any) -> None:
            case.call_and_validate(checks=(not_a_server_error,))

        call()
        labels.append(operation.label)
    assert {"POST /order-app/cart/preview-order", "POST /payments/place-order-without-payment"} <= set(labels)
    print(f"seed {SEED}: {len(labels)} operations, {60 * len(labels)} cases at most")
