"""What has to be printed of an order without being asked for, worked out from the order as it is.

Nothing here depends on which change of the order one has just heard of, so hearing of none, or of one twice, does no
harm: what is due and not there yet is made.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from google.protobuf.timestamp_pb2 import Timestamp
from orderbuddy.ordering.v1 import order_pb2
from orderbuddy.station.v1 import station_service_pb2

from services.station.routing import UNROUTED, route

RECEIPT, TICKET, VOID, CANCEL = "receipt", "ticket", "void", "cancel"
_TAKEN_ON: Final = (
    order_pb2.ORDER_STATUS_ACCEPTED,
    order_pb2.ORDER_STATUS_READY_FOR_PICKUP,
    order_pb2.ORDER_STATUS_PICKED_UP,
)

Stations = Sequence[station_service_pb2.Station]
Stored = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Due:
    """A job that there has to be."""

    what: str
    printer: Stored
    station_id: str = ""
    station_name: str = ""
    lines: tuple[order_pb2.OrderLine, ...] = ()
    reason: str = ""
    version: int = 0
    """Of the order, of what can happen to it several times."""
    since: datetime | None = None
    """When it became due; None: not known."""


def is_of_interest(change: order_pb2.OrderChange) -> bool:
    """Tell whether a change of an order can have made something due."""
    if change.removed:
        return False
    moved = not change.HasField("previous_status") or change.previous_status != change.status
    return moved or any(line.step == order_pb2.LINE_STEP_VOIDED for line in change.lines)


def due(
    record: order_pb2.OrderRecord, stations: Stations, printers: Collection[Stored], jobs: Collection[Stored]
) -> Iterator[Due]:
    """Yield everything that is due of an order, the kitchen's first; `jobs` are those that it has."""
    names = {station.id: station.name for station in stations}
    tickets = [job for job in jobs if job["what"] == TICKET and not _never_sent(job)]
    since = _taken_on(record)
    of_old = [printer for printer in printers if _was_there(printer, record)]
    if record.status == order_pb2.ORDER_STATUS_ACCEPTED:
        for station_id, lines in _routed(stations, record.order.items).items():
            for printer in of_old:
                if station_id in printer["stationIds"]:
                    yield Due(TICKET, printer, station_id, names.get(station_id, ""), lines, since=since)
    known = {printer["_id"]: printer for printer in printers}
    yield from _voids(record, stations, known, tickets)
    if record.status == order_pb2.ORDER_STATUS_CANCELED:
        mine = _routed(stations, record.order.items)
        since = next((_instant(e.at) for e in record.history if e.to_status == "CANCELED"), None)
        for printer_id, station_id in dict.fromkeys((job["printerId"], job["stationId"]) for job in tickets):
            if printer_id in known:
                lines = mine.get(station_id, ())
                name = names.get(station_id, "")
                yield Due(CANCEL, known[printer_id], station_id, name, lines, record.cancel_reason, since=since)
    if record.status in _TAKEN_ON:
        yield from (Due(RECEIPT, printer, since=since) for printer in of_old if printer["receipts"])


def _voids(
    record: order_pb2.OrderRecord, stations: Stations, printers: Mapping[str, Stored], tickets: Collection[Stored]
) -> Iterator[Due]:
    """Yield slips about lines taken back, for those whose ticket still had them."""
    names = {station.id: station.name for station in stations}
    by_version: dict[int, list[order_pb2.VoidedLine]] = {}
    for gone in record.voided_lines:
        by_version.setdefault(gone.version, []).append(gone)
    for version, voided in by_version.items():
        for station_id, lines in _routed(stations, [gone.line for gone in voided]).items():
            had = [job for job in tickets if job["stationId"] == station_id and job["orderVersion"] < version]
            for printer_id in dict.fromkeys(job["printerId"] for job in had):
                if printer_id in printers:
                    printer, name = printers[printer_id], names.get(station_id, "")
                    since = _instant(voided[0].at)
                    yield Due(VOID, printer, station_id, name, lines, voided[0].reason, version, since)


def _routed(stations: Stations, lines: Sequence[order_pb2.OrderLine]) -> dict[str, tuple[order_pb2.OrderLine, ...]]:
    routed = route({station.id: station.tags for station in stations}, [line.station_tags for line in lines])
    return {station_id: tuple(lines[at] for at in mine) for station_id, mine in routed.items()}


def _was_there(printer: Stored, record: order_pb2.OrderRecord) -> bool:
    """Tell whether a printer was registered when an order was taken on: it does not print what was before its time."""
    taken_on, since = _taken_on(record), printer["since"]
    return taken_on is None or bool(taken_on >= since)


def _taken_on(record: order_pb2.OrderRecord) -> datetime | None:
    if record.HasField("accepted_at"):
        return _instant(record.accepted_at)
    return _instant(record.started_at) if record.HasField("started_at") else None


def _instant(at: Timestamp) -> datetime:
    return at.ToDatetime(tzinfo=UTC)


def _never_sent(job: Stored) -> bool:
    """Tell whether a job expired before any printer had it: what nobody has on paper need not be taken back."""
    return job.get("state") == "EXPIRED" and not job["attempt"]


def version_on_paper(record: order_pb2.OrderRecord) -> int:
    """Return which version of an order its lines are of: read a moment later, they may be further on than it says."""
    return max((record.version, *(gone.version for gone in record.voided_lines)))


def lines_at(
    stations: Stations, lines: Sequence[order_pb2.OrderLine], station_id: str
) -> tuple[order_pb2.OrderLine, ...]:
    """Return the lines that a station makes; for UNROUTED those that none does."""
    return _routed(stations, lines).get(station_id, ())


def knows(stations: Stations, station_id: str) -> bool:
    """Tell whether there is such a station (UNROUTED always is)."""
    return station_id == UNROUTED or station_id in {station.id for station in stations}
