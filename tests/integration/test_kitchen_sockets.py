"""`/ws/kitchen/…`: displays through a real edge, on the real services and the real database."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from bson import ObjectId
from orderbuddy.ordering.v1 import line_service_pb2, ordering_service_pb2
from orderbuddy.station.v1 import device_service_pb2, device_service_pb2_grpc
from websockets.asyncio.client import ClientConnection, connect

from services.kit.devices import new_key
from services.kit.mongo import Database
from services.kit.server import Build
from services.kit.settings import ServiceSettings
from tests.integration.kitchens import LUNA, MANAGER, OTHER_PLACE, PLACE, STAFF, Kitchen, running_kitchen
from tests.servers.running_edge import RunningEdge, closed, received, running_edge
from tests.support import Served, eventually

Json = dict[str, Any]
EXPO = f"/ws/kitchen/{LUNA}/{PLACE}"
BUMP = {"id": "a", "command": "bump", "orderId": "o", "stationId": "unrouted"}
NOBODY, NOT_HERE, NO_STATION = 4401, 4403, 4404


class House:
    """The kitchen's services, its stations, and edges before them."""

    def __init__(self, kitchen: Kitchen, stations: dict[str, str]) -> None:
        self.kitchen = kitchen
        self.stations = stations
        self.key = ""

    @contextlib.asynccontextmanager
    async def edge(self, port: int = 0) -> AsyncIterator[RunningEdge]:
        """Start an edge, and wait until it hears the kitchen."""
        addresses: Any = {
            "ORDERBUDDY_STATION_ADDRESS": self.kitchen.station.address,
            "ORDERBUDDY_ORDERING_ADDRESS": self.kitchen.ordering.address,
        }
        async with running_edge(port=port, **addresses) as running:
            running.edge.kitchen.heartbeat_seconds = 0.2
            await eventually(lambda: running.edge.kitchen.feed.follower.live)
            yield running

    async def device(self, kind: str = "display", location_id: str = PLACE) -> device_service_pb2.IssuedDevice:
        """Make a device."""
        stub = device_service_pb2_grpc.DeviceServiceStub(self.kitchen.station.channel)
        request = device_service_pb2.IssueDeviceKeyRequest(
            restaurant_id=LUNA, location_id=location_id, kind=kind, name="On the wall"
        )
        issued: device_service_pb2.IssuedDevice = (await stub.IssueDeviceKey(request, metadata=MANAGER)).data
        return issued

    def view(self, station: str) -> str:
        """Return the path of a station's view."""
        return f"{EXPO}/stations/{self.stations.get(station, station)}"

    @contextlib.asynccontextmanager
    async def display(
        self, edge: RunningEdge, path: str = EXPO, token: str = "", key: str | None = None, **options: Any
    ) -> AsyncIterator[ClientConnection]:
        """Open a socket with a device's key."""
        query = f"?resumeToken={token}" if token else ""
        headers = {"authorization": f"Device {self.key if key is None else key}"}
        url = f"ws://127.0.0.1:{edge.port}{path}{query}"
        async with connect(url, compression=None, additional_headers=headers, **options) as connection:
            yield connection


@pytest.fixture
async def house(
    settings: ServiceSettings, db: Database, serve: Callable[[str, Build], Awaitable[Served]]
) -> AsyncIterator[House]:
    async with running_kitchen(settings, db, serve) as kitchen:
        bar, grill = await kitchen.add_station("Bar", "drinks"), await kitchen.add_station("Grill", "hot")
        house = House(kitchen, {"bar": bar, "grill": grill})
        house.key = (await house.device()).key
        yield house


@pytest.fixture
async def edge(house: House) -> AsyncIterator[RunningEdge]:
    async with house.edge() as running:
        yield running


def seen(message: Json) -> tuple[Any, ...]:
    """Return what a message tells, for comparing."""
    tickets = [(t["stationName"], t["state"], [line["line"]["id"] for line in t["lines"]]) for t in message["tickets"]]
    steps = [(line["lineId"], line["step"]) for line in message.get("lines", ())]
    return message["type"], message["version"], steps, tickets


async def said(connection: ClientConnection, command: str, **fields: str) -> Json:
    """Send a command; return its acknowledgement, whatever else comes before it."""
    await connection.send(json.dumps({"id": "c-1", "command": command, **fields}))
    while (message := await received(connection))["type"] != "ack":
        pass
    return message


async def until(connection: ClientConnection, version: int) -> list[Json]:
    """Return the messages up to one with this version."""
    messages = [await received(connection)]
    while messages[-1].get("version") != version:
        messages.append(await received(connection))
    return messages


async def test_an_order_reaches_its_stations_and_the_expo_and_no_other_station(house: House, edge: RunningEdge) -> None:
    async with (
        house.display(edge) as expo,
        house.display(edge, house.view("bar")) as bar,
        house.display(edge, house.view("grill")) as grill,
        house.display(edge, house.view("unrouted")) as rest,
    ):
        for connection in (expo, bar, grill, rest):
            snapshot = await received(connection)
            assert (snapshot["type"], snapshot["tickets"]) == ("snapshot", [])
            assert [station["name"] for station in snapshot["stations"]] == ["Bar", "Grill"]
        first = await house.kitchen.place("tea", "taco")
        second = await house.kitchen.place("tea", "cake")
        new = "kitchen:order:new"
        tea = ("Bar", "NEW", ["l0"])
        told = [await received(expo), await received(expo)]
        assert [seen(message) for message in told] == [
            (new, 1, [], [tea, ("Grill", "NEW", ["l1"])]),
            (new, 1, [], [tea, ("", "NEW", ["l1"])]),
        ]
        assert [message["orderId"] for message in told] == [first, second]
        assert [seen(await received(bar)), seen(await received(bar))] == [(new, 1, [], [tea])] * 2
        assert seen(await received(grill)) == (new, 1, [], [("Grill", "NEW", ["l1"])])
        unrouted = await received(rest)
        assert (unrouted["orderId"], seen(unrouted)) == (second, (new, 1, [], [("", "NEW", ["l1"])]))


async def test_commands_move_tickets_and_everybody_sees_it(house: House, edge: RunningEdge) -> None:
    async with house.display(edge) as expo, house.display(edge, house.view("bar")) as bar:
        assert [(await received(connection))["type"] for connection in (expo, bar)] == ["snapshot"] * 2
        order = await house.kitchen.place("tea", "tea", "taco")
        await until(expo, 1)
        await until(bar, 1)
        assert await said(bar, "start", orderId=order, lineId="l0") == {
            "type": "ack",
            "id": "c-1",
            "command": "start",
            "ok": True,
            "version": 2,
        }
        again = await said(bar, "start", orderId=order, lineId="l0")
        assert again["version"] == 2, "the same id again does nothing"
        await bar.send(json.dumps({"id": "c-2", "command": "complete", "orderId": order, "lineId": "l0"}))
        assert [seen(m)[2] for m in await until(expo, 3)] == [[("l0", "STARTED")], [("l0", "COMPLETED")]]
        line = {"command": "recall", "orderId": order, "lineId": "l0", "revision": 3}
        await bar.send(json.dumps({"id": "c-3", **line}))
        await bar.send(json.dumps({"id": "c-3b", **line}))  # another's, of what both have seen: one step
        await until(expo, 4)
        await bar.send(json.dumps({"id": "c-4", "command": "bump", "orderId": order}))
        (bumped,) = await until(expo, 5)
        assert seen(bumped)[2:] == (
            [("l0", "COMPLETED"), ("l1", "COMPLETED")],
            [("Bar", "DONE", ["l0", "l1"]), ("Grill", "NEW", ["l2"])],
        )
        whole = {"orderId": order, "stationId": house.stations["bar"]}
        await bar.send(json.dumps({"id": "c-5", "command": "recall", **whole}))
        (recalled,) = await until(expo, 6)
        assert seen(recalled)[3][0] == ("Bar", "STARTED", ["l0", "l1"])
        # Ids are each client's own: that another device used this one for this line says nothing.
        other = (await house.device()).key
        async with house.display(edge, key=other) as second:
            assert (await said(second, "start", orderId=order, lineId="l2"))["version"] == 7
    versions = [entry["version"] for entry in (await house.kitchen.document(order))["history"]]
    assert versions == [1, 2, 3, 4, 5, 6, 7]


async def test_what_is_taken_back_is_told_and_stays_visible(house: House, edge: RunningEdge) -> None:
    async with house.display(edge, house.view("bar")) as bar:
        await received(bar)
        order = await house.kitchen.place("tea", "tea")
        void = line_service_pb2.VoidOrderLinesRequest(
            restaurant_id=LUNA, order_id=order, line_ids=["l1"], reason="changed his mind"
        )
        await house.kitchen.lines.VoidOrderLines(void, metadata=MANAGER)
        new, voided = await until(bar, 2)
        assert seen(new)[3] == [("Bar", "NEW", ["l0", "l1"])]
        assert seen(voided)[2:] == ([("l1", "VOIDED")], [("Bar", "NEW", ["l0", "l1"])])
        (change,) = voided["tickets"][0]["changes"]
        assert (change["revision"], change["kind"], change["lineId"], change["reason"]) == (
            2,
            "LINE_VOIDED",
            "l1",
            "changed his mind",
        )
        cancel = ordering_service_pb2.CancelOrderRequest(restaurant_id=LUNA, order_id=order, reason="closing")
        await house.kitchen.orders.CancelOrder(cancel, metadata=STAFF)
        (canceled,) = await until(bar, 3)
        assert (canceled["type"], canceled["tickets"][0]["state"]) == ("order:status:updated", "CANCELED")
        assert [change["kind"] for change in canceled["tickets"][0]["changes"]] == ["LINE_VOIDED", "ORDER_CANCELED"]
    async with house.display(edge, house.view("bar")) as bar:
        (ticket,) = (await received(bar))["tickets"]
        assert (ticket["state"], len(ticket["changes"])) == ("CANCELED", 2)
        before, now = ({"orderId": order, "revision": revision} for revision in (1, ticket["revision"]))
        await bar.send(json.dumps({"id": "late", "command": "bump", **before}))
        await bar.send(json.dumps({"id": "seen", "command": "bump", **now}))
        told = await until(bar, 4)
        assert [(m["id"], m["version"]) for m in told if m["type"] == "ack" and m["id"] == "late"] == [("late", 3)]
        assert [t["state"] for m in told if "tickets" in m for t in m["tickets"]] in ([], ["GONE"])


async def test_a_deleted_order_leaves_every_display_that_had_it(house: House, edge: RunningEdge) -> None:
    async with house.display(edge) as expo, house.display(edge, house.view("bar")) as bar:
        assert [(await received(connection))["type"] for connection in (expo, bar)] == ["snapshot"] * 2
        order, missed = await house.kitchen.place("tea"), await house.kitchen.place("tea")
        await received(bar)
        token = (await received(bar))["resumeToken"]
        await house.kitchen.db["orders"].delete_one({"_id": ObjectId(order)})
        gone = await received(bar)
        assert (gone["type"], gone["orderId"], gone["status"], gone["tickets"]) == (
            "order:status:updated",
            order,
            "",
            [],
        )
        assert [(await received(expo))["orderId"] for _ in range(3)] == [order, missed, order]
    elsewhere = EXPO.replace(PLACE, OTHER_PLACE)
    key = (await house.device(location_id=OTHER_PLACE)).key
    async with house.display(edge, elsewhere, key=key) as other:
        await received(other)
        await house.kitchen.db["orders"].delete_one({"_id": ObjectId(missed)})
        async with house.display(edge, house.view("bar"), token) as bar:
            assert [(await received(bar))["orderId"] for _ in range(2)] == [order, missed]
        there = await house.kitchen.place("tea", location_id=OTHER_PLACE)
        assert (await until(other, 1))[0]["orderId"] == there, "what it never had it is not told of"


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("hello", "a command is a JSON object"),
        ("[1]", "a command is a JSON object"),
        ({}, "id must be a text of 1 to 64 characters"),
        ({"id": "x" * 65, "command": "start"}, "id must be a text of 1 to 64 characters"),
        ({"id": "a", "command": "start"}, "orderId must be a text"),
        ({"id": "a", "command": "start", "orderId": "o"}, "lineId must be a text"),
        ({"id": "a", "command": "bump", "orderId": "o"}, "stationId must be a text"),
        ({"id": "a", "command": "recall", "orderId": "o"}, "stationId must be a text, or lineId"),
        (BUMP | {"revision": "7"}, "revision must be a whole number"),
        (BUMP | {"revision": True}, "revision must be a whole number"),
        (BUMP | {"revision": -1}, "revision must be a whole number"),
        (BUMP | {"revision": 1e30}, "revision must be a whole number"),
        (
            {"id": "a", "command": "recall", "orderId": "o", "lineId": "l", "revision": "7"},
            "revision must be a whole number",
        ),
        ({"id": "a", "command": "burn", "orderId": "o"}, "command must be start, complete, recall or bump"),
        ({"id": "a", "command": 7, "orderId": "o"}, "command must be start, complete, recall or bump"),
    ],
)
async def test_what_is_no_command_is_refused_and_the_socket_stays(
    house: House, edge: RunningEdge, command: Any, message: str
) -> None:
    async with house.display(edge) as expo:
        await received(expo)
        await expo.send(command if isinstance(command, str) else json.dumps(command))
        known = command if isinstance(command, dict) else {}
        assert await received(expo) == {
            "type": "ack",
            "id": known.get("id"),
            "command": known.get("command"),
            "ok": False,
            "status": 400,
            "reason": "BAD_COMMAND",
            "message": message,
        }
        await house.kitchen.place("tea")
        assert (await received(expo))["type"] == "kitchen:order:new"


async def test_what_can_not_be_done_is_refused_with_the_reason(house: House, edge: RunningEdge) -> None:
    elsewhere = await house.kitchen.place("tea", location_id=OTHER_PLACE)
    here = await house.kitchen.place("tea")
    async with house.display(edge) as expo:
        await received(expo)
        refusals = [
            await said(expo, "start", orderId=str(ObjectId()), lineId="l0"),
            await said(expo, "start", orderId=elsewhere, lineId="l0"),
            await said(expo, "start", orderId=here, lineId="l9"),
            await said(expo, "bump", orderId=here, stationId=str(ObjectId())),
            await said(expo, "start", orderId="o", lineId="l0"),
        ]
    assert [(r["ok"], r["status"], r["reason"]) for r in refusals] == [
        (False, 404, "ORDER_NOT_FOUND"),
        (False, 404, "ORDER_NOT_FOUND"),
        (False, 404, "LINE_NOT_FOUND"),
        (False, 404, "STATION_NOT_FOUND"),
        (False, 404, "ORDER_NOT_FOUND"),
    ]
    assert [(await house.kitchen.document(order))["version"] for order in (here, elsewhere)] == [1, 1]


async def test_long_talk_ends_the_connection(house: House, edge: RunningEdge) -> None:
    async with house.display(edge) as expo:
        await received(expo)
        await expo.send("x" * 4_097)
        assert (await closed(expo))[0] == 1009


async def test_nobody_looks_where_they_do_not_belong(house: House, edge: RunningEdge) -> None:
    printer, other = await house.device("printer"), await house.device("display", OTHER_PLACE)
    elsewhere = f"/ws/kitchen/sol/{PLACE}"
    attempts = [
        (EXPO, "", NOBODY),
        (EXPO, new_key(), NOBODY),
        (EXPO, printer.key, NOT_HERE),
        (EXPO, other.key, NOT_HERE),
        (elsewhere, house.key, NOT_HERE),
        (house.view(str(ObjectId())), house.key, NO_STATION),
        (house.view("bar").replace("stations", "stationz"), house.key, NO_STATION),
    ]
    for path, key, code in attempts:
        async with house.display(edge, path, key=key) as connection:
            ended = await closed(connection)
        assert (ended[0], [message["type"] for message in ended[1]]) == (code, ["error"]), (path, code)


async def test_a_browser_comes_in_by_its_cookie(house: House, edge: RunningEdge) -> None:
    assert (await edge.http.post("/kitchen/session", json={"deviceKey": house.key})).status_code == 204
    headers = {"cookie": f"ob_device={house.key}"}
    async with connect(f"ws://127.0.0.1:{edge.port}{EXPO}", additional_headers=headers) as connection:
        assert (await received(connection))["type"] == "snapshot"


async def test_a_revoked_device_is_put_out(house: House, edge: RunningEdge) -> None:
    issued = await house.device()
    async with house.display(edge, key=issued.key) as connection, house.display(edge) as other:
        await received(connection)
        await received(other)
        request = device_service_pb2.RevokeDeviceRequest(
            restaurant_id=LUNA, location_id=PLACE, device_id=issued.device.id
        )
        stub = device_service_pb2_grpc.DeviceServiceStub(house.kitchen.station.channel)
        await stub.RevokeDevice(request, metadata=MANAGER)
        async with asyncio.timeout(10):
            while (message := json.loads(await connection.recv()))["type"] == "heartbeat":
                pass
        assert (message["type"], message["reason"]) == ("error", "SIGN_IN_REQUIRED")
        assert (await closed(connection))[0] == NOBODY
        await house.kitchen.place("tea")
        assert (await received(other))["type"] == "kitchen:order:new"


async def test_who_comes_back_hears_what_it_missed_and_nothing_twice(house: House) -> None:
    async with house.edge() as edge:
        async with house.display(edge, house.view("bar")) as bar:
            await received(bar)
            order = await house.kitchen.place("tea")
            token = (await received(bar))["resumeToken"]
        port = edge.port
        await house.kitchen.place("taco")  # nothing to the bar
        async with house.display(edge) as expo:
            await received(expo)
            await said(expo, "start", orderId=order, lineId="l0")
        async with house.display(edge, house.view("bar"), token) as bar:
            started = await received(bar)
            assert seen(started) == ("station:update", 2, [("l0", "STARTED")], [("Bar", "STARTED", ["l0"])])
    # The next edge remembers nothing; the service does.
    async with house.edge(port) as edge:
        async with house.display(edge, house.view("bar"), token) as bar:
            assert await received(bar) == {**started, "resumeToken": started["resumeToken"]}
            second = await house.kitchen.place("tea")
            assert (await received(bar))["orderId"] == second
        async with house.display(edge, house.view("bar"), started["resumeToken"]) as bar:
            assert (await received(bar))["orderId"] == second


@pytest.mark.parametrize("token", ["nonsense", "8266", "a~b~c-d", "82" * 4_000, f"82~b~c-{'9' * 5_000}"])
async def test_a_token_of_no_use_is_told_and_a_snapshot_follows(house: House, edge: RunningEdge, token: str) -> None:
    await house.kitchen.place("tea")
    async with house.display(edge, EXPO, token) as expo:
        reset, snapshot = await received(expo), await received(expo)
        assert (reset["type"], snapshot["type"], len(snapshot["tickets"])) == ("reset", "snapshot", 1)


async def test_changed_stations_begin_anew(house: House, edge: RunningEdge) -> None:
    await house.kitchen.place("tea", "cake")
    async with house.display(edge) as expo, house.display(edge, house.view("grill")) as grill:
        assert [t["stationName"] for t in (await received(expo))["tickets"]] == ["Bar", ""]
        await received(grill)
        place = {"_id": ObjectId(house.stations["grill"])}
        await house.kitchen.db["stations"].update_one(place, {"$set": {"tags": ["hot", "dessert"]}})
        for connection in (expo, grill):
            assert (await received(connection))["type"] == "reset"
        assert [t["stationName"] for t in (await received(expo))["tickets"]] == ["Bar", "Grill"]
        assert [seen({"type": "", "version": 0, **await received(grill)})[3]] == [[("Grill", "NEW", ["l1"])]]
        await house.kitchen.db["stations"].delete_one(place)
        assert [(await received(expo))["type"], (await received(expo))["type"]] == ["reset", "snapshot"]
        code, messages = await closed(grill)
        assert (code, messages[-1]["reason"]) == (NO_STATION, "STATION_NOT_FOUND")


async def test_while_the_service_is_away_commands_say_so_and_the_display_stays(house: House, edge: RunningEdge) -> None:
    async with house.display(edge) as expo:
        await received(expo)
        await house.kitchen.station.server.stop()
        await eventually(lambda: not edge.edge.kitchen.feed.follower.live)
        for _ in range(2):
            refused = await said(expo, "start", orderId=str(ObjectId()), lineId="l0")
            assert (refused["ok"], refused["status"]) == (False, 503)
