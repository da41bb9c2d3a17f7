"""`/ws/orders/{orderId}` over a real socket: snapshot, changes, resumption."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest
from orderbuddy.ordering.v1 import order_pb2

from edge.order_feed import place_of
from services.kit.principal import Assertions, CallerKind, Principal
from tests.servers.running_edge import RunningEdge, closed, readers, received, running_edge, statuses
from tests.support import SECRET, eventually

ORDER = "66e000000000000000000001"


@pytest.fixture
async def edge() -> AsyncIterator[RunningEdge]:
    async with running_edge() as running:
        await running.ordering.change(ORDER, "CREATED")
        await running.followed()
        yield running


def watched(edge: RunningEdge) -> list[str]:
    """Return the tokens with which single orders were asked for."""
    return [call.request.resume_token for call in edge.ordering.calls if call.method == "WatchOrder"]


class TestWatching:
    async def test_it_begins_with_a_snapshot(self, edge: RunningEdge) -> None:
        async with edge.socket(ORDER) as connection:
            message = await received(connection)
        assert list(message) == ["type", "resumeToken", "version", "order"]
        assert (message["type"], message["version"]) == ("snapshot", 1)
        assert (message["order"]["_id"], message["order"]["status"]) == (ORDER, "CREATED")
        assert message["order"]["customer"] is None

    async def test_each_change_follows_once_in_order(self, edge: RunningEdge) -> None:
        async with edge.socket(ORDER) as connection:
            await received(connection)
            for status in ("ACCEPTED", "READY_FOR_PICKUP", "PICKED_UP"):
                await edge.ordering.change(ORDER, status)
            messages = [await received(connection) for _ in range(3)]
        assert [m["type"] for m in messages] == ["order:status:updated"] * 3
        assert [(m["status"], m["version"]) for m in messages] == [
            ("ACCEPTED", 2),
            ("READY_FOR_PICKUP", 3),
            ("PICKED_UP", 4),
        ]
        assert [m["order"]["status"] for m in messages] == ["ACCEPTED", "READY_FOR_PICKUP", "PICKED_UP"]

    async def test_changes_of_other_orders_stay_away(self, edge: RunningEdge) -> None:
        async with edge.socket(ORDER) as connection:
            await received(connection)
            await edge.ordering.change("66e000000000000000000002", "CREATED")
            await edge.ordering.change(ORDER, "ACCEPTED")
            assert (await received(connection))["orderId"] == ORDER

    async def test_changes_of_the_old_system_are_seen_though_it_does_not_count_them(self, edge: RunningEdge) -> None:
        async with edge.socket(ORDER) as connection:
            await received(connection)
            for status in ("ACCEPTED", "READY_FOR_PICKUP", "ACCEPTED"):
                await edge.ordering.change(ORDER, status, counted=False)
            assert await statuses(connection, 3) == ["ACCEPTED", "READY_FOR_PICKUP", "ACCEPTED"]

    async def test_all_sockets_share_one_stream(self, edge: RunningEdge) -> None:
        async with edge.socket(ORDER) as one, edge.socket(ORDER) as other:
            await received(one)
            await received(other)
            await edge.ordering.change(ORDER, "ACCEPTED")
            assert await received(one) == await received(other)
        assert [call.method for call in edge.ordering.calls].count("WatchOrders") == 1

    async def test_the_stream_is_asked_for_by_the_edge_itself(self, edge: RunningEdge) -> None:
        (call,) = [call for call in edge.ordering.calls if call.method == "WatchOrders"]
        assert (call.request.restaurant_id, call.request.location_id) == ("", "")
        assertion = call.metadata["authorization"].removeprefix("Bearer ")
        assert Assertions(SECRET).verify(assertion) == Principal(CallerKind.SERVICE, "edge")

    async def test_heartbeats_carry_a_token_to_go_on_from(self, edge: RunningEdge) -> None:
        edge.edge.sockets.heartbeat_seconds = 0.05
        async with edge.socket(ORDER) as connection:
            await received(connection)
            await edge.ordering.change("another", "CREATED")
            heartbeat = json.loads(await connection.recv())
        assert list(heartbeat) == ["type", "resumeToken"]
        await edge.ordering.change(ORDER, "ACCEPTED")
        async with edge.socket(ORDER, heartbeat["resumeToken"]) as connection:
            assert await statuses(connection, 1) == ["ACCEPTED"]

    async def test_leaving_ends_the_subscription(self, edge: RunningEdge) -> None:
        async with edge.socket(ORDER) as connection:
            await received(connection)
            assert readers(edge) == 1
        await eventually(lambda: readers(edge) == 0)


class TestResuming:
    async def test_what_was_missed_comes_once_and_no_snapshot(self, edge: RunningEdge) -> None:
        async with edge.socket(ORDER) as connection:
            token = (await received(connection))["resumeToken"]
        await edge.ordering.change(ORDER, "ACCEPTED")
        await edge.ordering.change(ORDER, "READY_FOR_PICKUP")
        async with edge.socket(ORDER, token) as connection:
            assert await statuses(connection, 2) == ["ACCEPTED", "READY_FOR_PICKUP"]
            await edge.ordering.change(ORDER, "PICKED_UP")
            assert await statuses(connection, 1) == ["PICKED_UP"]

    async def test_a_recent_token_costs_no_call(self, edge: RunningEdge) -> None:
        async with edge.socket(ORDER) as connection:
            await received(connection)
            await edge.ordering.change(ORDER, "ACCEPTED")
            token = (await received(connection))["resumeToken"]
        asked = len(watched(edge))
        await edge.ordering.change(ORDER, "READY_FOR_PICKUP")
        async with edge.socket(ORDER, token) as connection:
            assert await statuses(connection, 1) == ["READY_FOR_PICKUP"]
        assert len(watched(edge)) == asked

    async def test_a_resumed_socket_hears_at_once_that_it_is_up_to_date(self, edge: RunningEdge) -> None:
        async with edge.socket(ORDER) as connection:
            token = (await received(connection))["resumeToken"]
        async with edge.socket(ORDER, token) as connection:
            assert json.loads(await connection.recv())["type"] == "heartbeat"

    async def test_any_interruption_leaves_neither_gap_nor_repetition(self, edge: RunningEdge) -> None:
        token = ""
        seen: list[str] = []
        for number in range(30):
            await edge.ordering.change(ORDER, f"S{number}")
            if number % 3 == 2:
                continue
            async with edge.socket(ORDER, token) as connection:
                while not seen or seen[-1] != f"S{number}":
                    message = await received(connection)
                    token = message["resumeToken"]
                    seen.append(message.get("status") or message["order"]["status"])
        assert seen == [f"S{number}" for number in range(29)]

    async def test_a_token_from_another_edge_that_is_ahead_repeats_nothing(self, edge: RunningEdge) -> None:
        """The client has seen version 3 elsewhere; this edge's own feed brings versions 2 and 3 only afterwards."""
        order = order_pb2.Order(id=ORDER, order_code="A1B2", status="READY_FOR_PICKUP")
        edge.ordering.stream.held = True
        await edge.ordering.change(ORDER, "ACCEPTED")
        token = await edge.ordering.change(ORDER, "READY_FOR_PICKUP")
        async with edge.socket(ORDER, str(place_of(3, order, token))) as connection:
            assert json.loads(await connection.recv())["type"] == "heartbeat"
            edge.ordering.stream.held = False
            await edge.ordering.change(ORDER, "PICKED_UP")
            assert await statuses(connection, 1) == ["PICKED_UP"]

    @pytest.mark.parametrize("token", ["garbage", "1.2.3", "%00", "x" * 5_000, "-1.0.t999"])
    async def test_a_bad_token_is_a_reset_and_a_snapshot(self, edge: RunningEdge, token: str) -> None:
        async with edge.socket(ORDER, token) as connection:
            reset, snapshot = await received(connection), await received(connection)
        assert reset["type"] == "reset"
        assert reset["reason"]
        assert (snapshot["type"], snapshot["order"]["status"]) == ("snapshot", "CREATED")

    async def test_a_token_that_is_too_old_is_a_reset_and_a_snapshot(self, edge: RunningEdge) -> None:
        async with edge.socket(ORDER) as connection:
            token = (await received(connection))["resumeToken"]
        edge.edge.sockets.feed.hub.forget()
        edge.ordering.stream.forgotten = 10**6
        async with edge.socket(ORDER, token) as connection:
            assert await received(connection) == {"type": "reset", "reason": "the resume token is too old"}
            assert (await received(connection))["type"] == "snapshot"


class TestServiceTrouble:
    async def test_open_sockets_outlive_a_restart_and_lose_nothing(self, edge: RunningEdge) -> None:
        async with edge.socket(ORDER) as connection:
            await received(connection)
            await edge.ordering_server.stop()
            await eventually(lambda: not edge.edge.sockets.feed.follower.live)
            await edge.ordering.change(ORDER, "ACCEPTED")
            await edge.ordering_server.start()
            await edge.ordering.change(ORDER, "READY_FOR_PICKUP")
            assert await statuses(connection, 2) == ["ACCEPTED", "READY_FOR_PICKUP"]

    async def test_after_a_gap_an_order_that_changed_is_told_anew(self, edge: RunningEdge) -> None:
        async with edge.socket(ORDER) as connection:
            await received(connection)
            await self.gap(edge, "ACCEPTED")
            assert (await received(connection))["type"] == "reset"
            snapshot = await received(connection)
            assert (snapshot["type"], snapshot["order"]["status"]) == ("snapshot", "ACCEPTED")
            await edge.ordering.change(ORDER, "READY_FOR_PICKUP")
            assert await statuses(connection, 1) == ["READY_FOR_PICKUP"]

    async def test_after_a_gap_an_order_that_did_not_change_is_not_told_again(self, edge: RunningEdge) -> None:
        async with edge.socket(ORDER) as connection:
            await received(connection)
            before = edge.ordering.brought_up_to_date
            await self.gap(edge, None)
            await eventually(lambda: edge.ordering.brought_up_to_date == before + 1)
            await edge.ordering.change(ORDER, "ACCEPTED")
            assert await statuses(connection, 1) == ["ACCEPTED"]

    async def gap(self, edge: RunningEdge, status: str | None) -> None:
        """Restart the ordering service without its history."""
        await edge.ordering_server.stop()
        await eventually(lambda: not edge.edge.sockets.feed.follower.live)
        if status:
            await edge.ordering.change(ORDER, status)
        edge.ordering.stream.history.append(order_pb2.OrderChange(order_id="another"))
        edge.ordering.stream.forgotten = len(edge.ordering.stream.history)
        await edge.ordering_server.start()

    async def test_without_the_service_a_new_socket_is_told_to_try_later(self, edge: RunningEdge) -> None:
        await edge.ordering_server.stop()
        async with edge.socket(ORDER) as connection:
            code, (message,) = await closed(connection)
        assert (code, message["type"], message["reason"]) == (1013, "error", "SERVICE_AWAY")
