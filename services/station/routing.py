"""Which station makes which line: every station that shares a tag with it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

UNROUTED: Final = "unrouted"
"""In the place of a station's id: the lines that no station makes."""


def route(stations: Mapping[str, Collection[str]], lines: Sequence[Collection[str]]) -> dict[str, list[int]]:
    """Return the positions of the lines that each station makes, in the order of the stations.

    `stations`: tags by station id; `lines`: tags of each line. Stations without a line are left out; the lines that
    none makes are under UNROUTED, last.
    """
    routed: dict[str, list[int]] = {}
    for station_id, tags in stations.items():
        wanted = frozenset(tags)
        mine = [at for at, line in enumerate(lines) if not wanted.isdisjoint(line)]
        if mine:
            routed[station_id] = mine
    made = {at for mine in routed.values() for at in mine}
    lost = [at for at in range(len(lines)) if at not in made]
    return {**routed, UNROUTED: lost} if lost else routed
