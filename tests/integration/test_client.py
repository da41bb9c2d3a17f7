"""The generated betterproto2 client, as an integrator uses it, against the real service."""

from __future__ import annotations

import warnings
from collections.abc import Awaitable, Callable

import pytest
from grpclib.client import Channel
from grpclib.const import Status
from grpclib.exceptions import GRPCError

from services.kit.mongo import Database
from services.kit.server import Build
from services.menu.__main__ import build
from tests.support import Served
from tools.demo_data import DEMO, documents

with warnings.catch_warnings():
    # The generated package warns of options that it does not know; they concern servers.
    warnings.simplefilter("ignore")
    from orderbuddy_client.orderbuddy.menu.v1 import (
        GetMenuRequest,
        GetRestaurantRequest,
        MenuServiceStub,
    )


async def test_the_typed_client_reads_a_menu_and_gets_typed_errors(
    db: Database, serve: Callable[[str, Build], Awaitable[Served]]
) -> None:
    for collection, stored in documents().items():
        await db[collection].insert_many(stored)
    served = await serve("menu", build)
    channel = Channel("127.0.0.1", served.server.port)
    try:
        stub = MenuServiceStub(channel)
        restaurant = (await stub.get_restaurant(GetRestaurantRequest(restaurant_id=DEMO.restaurant_id))).data
        assert restaurant is not None
        assert restaurant.name == "Luna Mar"
        request = GetMenuRequest(
            restaurant_id=DEMO.restaurant_id, location_id=DEMO.location_id, menu_id=DEMO.menu_ids[0]
        )
        menu = (await stub.get_menu(request)).data
        assert menu is not None
        assert [i.name.pt for i in menu.items if i.name][:2] == ["Taco de peixe", "Taco al pastor"]
        with pytest.raises(GRPCError) as refused:
            await stub.get_restaurant(GetRestaurantRequest(restaurant_id="nobody"))
        assert (refused.value.status, refused.value.message) == (Status.NOT_FOUND, "INVALID_RESTAURANT")
    finally:
        channel.close()
