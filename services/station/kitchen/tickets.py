"""An order as its stations have to make it, worked out from the order alone."""

from __future__ import annotations

from collections.abc import Sequence

from orderbuddy.ordering.v1 import order_pb2
from orderbuddy.station.v1 import station_service_pb2, ticket_pb2

from services.station.routing import UNROUTED, route

_IN_THE_KITCHEN = (order_pb2.ORDER_STATUS_ACCEPTED, order_pb2.ORDER_STATUS_READY_FOR_PICKUP)

Lines = list[ticket_pb2.TicketLine]


def tickets_of(
    record: order_pb2.OrderRecord, stations: Sequence[station_service_pb2.Station]
) -> list[ticket_pb2.Ticket]:
    """Return an order's tickets, in the order of the stations; lines that nobody makes come last."""
    by_id = {station.id: station for station in stations}
    lines = _lines(record)
    routed = route({s.id: s.tags for s in stations}, [line.line.station_tags for line in lines])
    return [_ticket(record, by_id.get(key), key, [lines[at] for at in mine]) for key, mine in routed.items()]


def _lines(record: order_pb2.OrderRecord) -> Lines:
    kept = [ticket_pb2.TicketLine(line=_without_price(line)) for line in record.order.items]
    return kept + [
        ticket_pb2.TicketLine(line=_without_price(gone.line), voided=True, void_reason=gone.reason)
        for gone in record.voided_lines
    ]


def _without_price(line: order_pb2.OrderLine) -> order_pb2.OrderLine:
    copy = order_pb2.OrderLine()
    copy.CopyFrom(line)
    copy.ClearField("price_cents")
    for variant in copy.variants:
        variant.ClearField("price_cents")
    for modifier in copy.modifiers:
        for option in modifier.options:
            option.ClearField("price_cents")
    return copy


def _ticket(
    record: order_pb2.OrderRecord, station: station_service_pb2.Station | None, key: str, lines: Lines
) -> ticket_pb2.Ticket:
    order = record.order
    changes = _changes(record, key, lines)
    ticket = ticket_pb2.Ticket(
        id=f"{order.id}.{key}",
        order_id=order.id,
        order_code=order.order_code,
        restaurant_id=order.restaurant_id,
        location_id=order.location_id,
        station_id=station.id if station else "",
        station_name=station.name if station else "",
        station_tags=station.tags if station else (),
        state=_state(record, lines, changes),
        lines=lines,
        changes=changes,
        revision=record.version,
        order_status=order.status,
        customer_name=order.customer.name,
        origin_name=order.origin.name,
    )
    if record.HasField("started_at"):
        ticket.placed_at.CopyFrom(record.started_at)
    if record.status != order_pb2.ORDER_STATUS_CREATED:
        sent_at = record.accepted_at if record.HasField("accepted_at") else record.started_at
        ticket.sent_at.CopyFrom(sent_at)
    return ticket


def _changes(record: order_pb2.OrderRecord, key: str, lines: Lines) -> list[ticket_pb2.TicketChange]:
    """Return what was taken back after the order was sent, as far as this station made it."""
    seen = next((s.version for s in record.seen_by_stations if s.station_id == key), 0)
    mine = {line.line.id for line in lines if line.voided}
    changes = [
        ticket_pb2.TicketChange(
            revision=gone.version,
            kind=ticket_pb2.TICKET_CHANGE_KIND_LINE_VOIDED,
            line_id=gone.line.id,
            reason=gone.reason,
            at=gone.at,
            seen=gone.version <= seen,
        )
        for gone in record.voided_lines
        if gone.line.id in mine and _was_sent(record, gone.version)
    ]
    changes += [
        ticket_pb2.TicketChange(
            revision=entry.version,
            kind=ticket_pb2.TICKET_CHANGE_KIND_ORDER_CANCELED,
            reason=entry.reason,
            at=entry.at,
            seen=entry.version <= seen,
        )
        for entry in record.history
        # What a station does with a canceled order (says that it has seen it) is an entry of its own.
        if entry.to_status == "CANCELED" != entry.from_status and _was_sent(record, entry.version)
    ]
    return changes


def _was_sent(record: order_pb2.OrderRecord, version: int) -> bool:
    """Tell whether the kitchen had the order before a version of it. What the old system took on has no entry."""
    sent = [e.version for e in record.history if e.to_status == "ACCEPTED"]
    return min(sent) < version if sent else record.HasField("accepted_at")


def _state(
    record: order_pb2.OrderRecord, lines: Lines, changes: Sequence[ticket_pb2.TicketChange]
) -> ticket_pb2.TicketState:
    unseen = any(not change.seen for change in changes)
    if record.status == order_pb2.ORDER_STATUS_CREATED:
        return ticket_pb2.TICKET_STATE_WAITING
    if record.status == order_pb2.ORDER_STATUS_CANCELED and unseen:
        return ticket_pb2.TICKET_STATE_CANCELED
    if record.status not in _IN_THE_KITCHEN:
        return ticket_pb2.TICKET_STATE_GONE
    kept = [line.line for line in lines if not line.voided]
    if not unseen and all(line.HasField("completed_at") for line in kept):
        return ticket_pb2.TICKET_STATE_DONE
    begun = any(line.HasField("started_at") or line.HasField("completed_at") for line in kept)
    return ticket_pb2.TICKET_STATE_STARTED if begun else ticket_pb2.TICKET_STATE_NEW


def unfinished(ticket: ticket_pb2.Ticket) -> list[str]:
    """Return the ids of a ticket's lines that are still to be made."""
    return _ids([line for line in ticket.lines if not line.voided and not line.line.HasField("completed_at")])


def finished(ticket: ticket_pb2.Ticket) -> list[str]:
    """Return the ids of a ticket's lines that are made."""
    return _ids([line for line in ticket.lines if not line.voided and line.line.HasField("completed_at")])


def _ids(lines: Sequence[ticket_pb2.TicketLine]) -> list[str]:
    return list(dict.fromkeys(line.line.id for line in lines))


def of_station(tickets: Sequence[ticket_pb2.Ticket], station_id: str) -> list[ticket_pb2.Ticket]:
    """Return the tickets of one station (UNROUTED: of none); all without an id."""
    wanted = "" if station_id == UNROUTED else station_id
    return [ticket for ticket in tickets if not station_id or ticket.station_id == wanted]
