"""Which station makes which line."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.station.routing import UNROUTED, route

STATIONS = {"bar": ["drinks"], "kitchen": ["hot", "cold"], "pass": ["drinks", "hot"]}


def test_a_line_goes_to_every_station_that_shares_a_tag() -> None:
    assert route(STATIONS, [["drinks"], ["hot"], ["cold", "x"]]) == {"bar": [0], "kitchen": [1, 2], "pass": [0, 1]}


def test_what_nobody_makes_is_unrouted() -> None:
    assert route(STATIONS, [["drinks"], [], ["dessert"]]) == {"bar": [0], "pass": [0], UNROUTED: [1, 2]}
    assert route({}, [["drinks"]]) == {UNROUTED: [0]}
    assert route({"bar": []}, [[]]) == {UNROUTED: [0]}


def test_no_lines_no_tickets() -> None:
    assert route(STATIONS, []) == {}


TAGS = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=3)


@given(st.dictionaries(st.sampled_from(["s1", "s2", "s3"]), TAGS), st.lists(TAGS, max_size=10))
def test_no_line_vanishes(stations: dict[str, list[str]], lines: list[list[str]]) -> None:
    routed = route(stations, lines)
    assert {at for mine in routed.values() for at in mine} == set(range(len(lines)))
    for station, mine in routed.items():
        for at in mine:
            shared = {name for name, tags in stations.items() if set(tags) & set(lines[at])}
            assert station in shared if shared else station == UNROUTED
