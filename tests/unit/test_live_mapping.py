"""What the old apps are told of a committed change."""

from __future__ import annotations

from typing import Any

import pytest
from orderbuddy.station.v1 import ticket_pb2

from edge.live import rooms
from edge.live.clients import Clients, concerns
from edge.live.mapping import messages_of
from edge.live.rooms import Room
from tests.servers.kitchen import BAR, EXPO, KITCHEN, LOCATION, ORDER, RESTAURANT, TAGS, event, ticket

R, GUEST = rooms.restaurant(RESTAURANT), rooms.order(ORDER)
L = rooms.location(RESTAURANT, LOCATION)
IDS = {"orderId": ORDER, "restaurantId": RESTAURANT, "locationId": LOCATION}
STATUS = {"orderId": ORDER, "restaurantId": RESTAURANT}


def S(station_id: str) -> Room:
    return rooms.station(RESTAURANT, LOCATION, station_id)


def said(change: ticket_pb2.KitchenEvent) -> list[tuple[tuple[Room, ...], str, dict[str, Any]]]:
    return [(m.rooms, m.name, m.payload) for m in messages_of(change)]


def new_order(station_id: str) -> tuple[tuple[Room, ...], str, dict[str, Any]]:
    payload = {"orderId": ORDER, "stationTags": TAGS[station_id], "locationId": LOCATION, "correlationId": "c-1"}
    return (S(station_id),), "new_order", payload


def item(name: str, station_id: str, line_id: str = "1") -> tuple[tuple[Room, ...], str, dict[str, Any]]:
    station = {"stationId": station_id, "stationTags": TAGS[station_id]}
    return (S(station_id),), name, {**IDS, "itemId": line_id, **station}


class TestPlaced:
    def test_it_is_told_to_the_location_then_to_the_stations_of_its_tickets(self) -> None:
        change = event("ACCEPTED", "", ticket(BAR, "1"), ticket("", "3"), ticket(EXPO, "1", "2"))
        assert said(change) == [
            ((L,), "order_received", {**IDS, "correlationId": "c-1"}),
            new_order(BAR),
            new_order(EXPO),
        ]

    def test_what_is_not_accepted_yet_is_not_told_to_stations(self) -> None:
        change = event("CREATED", "", ticket(BAR, "1"))
        assert said(change) == [((L,), "order_received", {**IDS, "correlationId": "c-1"})]


class TestStatus:
    @pytest.mark.parametrize(
        ("status", "name", "more"),
        [
            ("ACCEPTED", "order_accepted", {"correlationId": "c-1"}),
            ("READY_FOR_PICKUP", "order_ready_for_pickup", {}),
            ("PICKED_UP", "order_completed", {}),
            ("CANCELED", "order_canceled", {}),
        ],
    )
    def test_it_is_told_once_to_restaurant_and_guest(self, status: str, name: str, more: dict[str, str]) -> None:
        lines = {"1": "COMPLETED"}
        assert said(event(status, "CREATED", ticket(BAR, "1"), lines=lines)) == [((R, GUEST), name, {**STATUS, **more})]

    def test_a_recall_brings_the_order_back_to_the_stations_of_its_lines(self) -> None:
        change = event("ACCEPTED", "READY_FOR_PICKUP", ticket(BAR, "1"), ticket(KITCHEN, "2"), lines={"2": "RECALLED"})
        assert said(change) == [
            ((R, GUEST), "order_accepted", {**STATUS, "correlationId": "c-1"}),
            new_order(KITCHEN),
        ]

    def test_an_unknown_status_is_not_told(self) -> None:
        assert said(event("LOST", "CREATED")) == []

    def test_the_old_systems_whole_documents_are_told_by_their_status_and_never_as_placed(self) -> None:
        assert said(event("READY_FOR_PICKUP", None)) == [((R, GUEST), "order_ready_for_pickup", STATUS)]
        assert said(event("CREATED", None)) == []

    def test_a_deleted_order_is_not_told(self) -> None:
        assert said(event("CANCELED", "CREATED", removed=True)) == []


class TestLines:
    @pytest.mark.parametrize(
        ("step", "name"), [("STARTED", "order_item_started"), ("COMPLETED", "order_item_completed")]
    )
    def test_they_are_told_to_each_station_that_makes_them_then_to_the_location(self, step: str, name: str) -> None:
        tickets = ticket(BAR, "1"), ticket(KITCHEN, "2"), ticket(EXPO, "1", "2"), ticket("", "1")
        assert said(event("ACCEPTED", "ACCEPTED", *tickets, lines={"1": step})) == [
            item(name, BAR),
            item(name, EXPO),
            ((L,), f"dashboard_{name}", {**IDS, "itemId": "1"}),
        ]

    def test_lines_with_one_id_are_one(self) -> None:
        change = event("ACCEPTED", "ACCEPTED", ticket(BAR, "1", "1"), lines={"1": "STARTED"})
        change.lines.append(change.lines[0])
        assert [name for _, name, _ in said(change)] == ["order_item_started", "dashboard_order_item_started"]

    def test_recalled_ones_make_their_stations_fetch_the_order_once(self) -> None:
        tickets = ticket(BAR, "1", "2"), ticket(KITCHEN, "3")
        change = event("ACCEPTED", "ACCEPTED", *tickets, lines={"1": "RECALLED", "2": "RECALLED"})
        assert said(change) == [new_order(BAR)]

    def test_voided_ones_are_told_to_stations_and_to_who_is_at_the_location_only(self) -> None:
        change = event("ACCEPTED", "ACCEPTED", ticket(BAR, "1"), lines={"1": "VOIDED"})
        station, everybody = messages_of(change)
        assert tuple(station[:3]) == item("order_item_voided", BAR)
        assert tuple(everybody[:3]) == ((L,), "order_item_voided", {**IDS, "itemId": "1"})
        assert not concerns(everybody, {L, S(BAR)})
        assert concerns(everybody, {L, S(KITCHEN)})


class TestRooms:
    def test_joins(self) -> None:
        place = {"restaurantId": "r", "locationId": "l"}
        assert rooms.joined("store_joined", place) == (rooms.restaurant("r"), rooms.location("r", "l"))
        station = {**place, "stationId": "s", "stationTags": ["x"]}
        assert rooms.joined("station_joined", station) == (rooms.station("r", "l", "s"), rooms.location("r", "l"))
        assert rooms.joined("order_joined", {"orderId": "o"}) == (rooms.order("o"),)
        assert rooms.joined("order_joined", "o") == (rooms.order("o"),)

    @pytest.mark.parametrize(
        "payload",
        [{}, {"restaurantId": "r"}, {"restaurantId": "r", "locationId": ""}, "r", 7, [], ["r", "l"], True]
        + [
            {"restaurantId": "r", "locationId": bad}
            for bad in (None, 1, ["l"], {"$ne": ""}, "x" * 201, "\ud800", "a\n")
        ],
    )
    def test_ids_that_are_missing_or_none_join_nothing(self, payload: Any) -> None:
        assert rooms.joined("store_joined", payload) == ()
        assert rooms.joined("station_joined", payload) == ()

    @pytest.mark.parametrize("payload", [{}, {"orderId": ["a", "b"]}, "", "x" * 201, 7, []])
    def test_orders_without_an_id_join_nothing(self, payload: Any) -> None:
        assert rooms.joined("order_joined", payload) == ()

    def test_no_id_can_be_made_to_read_like_another_room(self) -> None:
        assert rooms.restaurant("cuppa_co_665") != rooms.location("cuppa_co", "665")
        assert rooms.location("a", "b_c") != rooms.location("a_b", "c")

    def test_a_stations_room_is_bound_to_its_restaurant(self) -> None:
        assert rooms.station("mine", "l", BAR) != rooms.station("theirs", "l", BAR)

    def test_empty_rooms_are_forgotten(self) -> None:
        assert list(Clients()) == []
