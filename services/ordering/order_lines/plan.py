"""What a step on lines does to an order's document: worked out here, written by `changing`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from orderbuddy.errors.v1 import errors_pb2

from services.kit.errors import Conflict, NotFound, Refused
from services.kit.mongo import Document
from services.kit.values import obj, text
from services.ordering.lifecycle import OPEN_STATUSES
from services.ordering.mapping import version_of
from services.ordering.order_lines.steps import ALLOWED_IN, Line, LineNotFound, LineStep, all_done, take
from services.ordering.order_lines.voiding import void

LINES = "items"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChange:
    """A wanted step."""

    restaurant_id: str
    """Empty: whatever the order's is; the caller is held to it."""
    order_id: str
    line_ids: Collection[str]
    step: LineStep
    version: int | None = None
    request_id: str = ""
    reason: str = ""
    station_id: str = ""
    """The station that has seen what was taken back so far."""
    seen_version: int | None = None
    """Up to which version of the order it has, or whoever recalls lines; None: up to now."""
    as_old_route: bool = False
    """In any open state, and a finished line is begun anew."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is set, which lines move, and the order's state after it."""

    sets: Document
    line_ids: list[str]
    status: str


def plan(order: Document, change: LineChange, now: datetime, *, ready_when_done: bool) -> Plan | None:
    """Return what a step does to an order; None when nothing is left to do. Raises NotFound, Refused or Conflict."""
    version, status = version_of(order), text(order.get("status"))
    if change.version is not None and change.version != version:
        raise Conflict("ORDER_VERSION", f"the order is at version {version}", metadata={"version": str(version)})
    if change.line_ids:
        _check_state(order, change, status)
    try:
        planned = _steps(order, change, status, now, ready_when_done=ready_when_done)
    except LineNotFound as error:
        field = {"field": "item_id" if change.as_old_route else "line_ids"}
        raise NotFound("LINE_NOT_FOUND", f"the order has no line {error.line_id!r}", metadata=field) from error
    seen = _seen(order, change)
    if change.station_id and has_unseen(order, change.station_id, seen):
        planned.sets[f"seenByStations.{change.station_id}"] = seen
    return planned if planned.sets else None


def _steps(order: Document, change: LineChange, status: str, now: datetime, *, ready_when_done: bool) -> Plan:
    lines = lines_of(order)
    if change.step is LineStep.VOIDED:
        return Plan(void(order, lines, change.line_ids, change.reason, now), list(change.line_ids), status)
    moved = take(change.step, lines, change.line_ids, now, anew=change.as_old_route)
    if change.step is LineStep.RECALLED:
        unseen = _moved_after(order, _seen(order, change))
        moved = {at: line for at, line in moved.items() if line.id not in unseen}
    sets: Document = {}
    for at, line in moved.items():
        sets |= {f"{LINES}.{at}.startedAt": line.started_at, f"{LINES}.{at}.completedAt": line.completed_at}
    after = status
    if moved and change.step is LineStep.RECALLED:
        after = "ACCEPTED"
    elif moved and change.step is LineStep.COMPLETED and status == "ACCEPTED" and ready_when_done:
        after = "READY_FOR_PICKUP" if all_done(lines, moved) else status
    if after != status:
        sets["status"] = after
    return Plan(sets, list(dict.fromkeys(line.id for line in moved.values())), after)


def _seen(order: Document, change: LineChange) -> int:
    """Return the version of the order that the caller has seen."""
    version = version_of(order)
    return version if change.seen_version is None else min(change.seen_version, version)


def _moved_after(order: Document, seen: int) -> set[str]:
    """Return the lines that were moved after a version. Two who take back the same step take back one, not two."""
    later = [entry for entry in order.get("history") or () if (entry.get("version") or 0) > seen]
    return {text(moved.get("lineId")) for entry in later for moved in entry.get("lines") or ()}


def _check_state(order: Document, change: LineChange, status: str) -> None:
    allowed = OPEN_STATUSES if change.as_old_route else ALLOWED_IN[change.step]
    if status in allowed:
        return
    detail = errors_pb2.OrderStateDetail(
        order_id=str(order["_id"]), current_status=status, allowed_statuses=(), version=version_of(order)
    )
    message = f"the order is {status or 'without status'}: its lines can't be {change.step.lower()}"
    raise Refused("ORDER_STATE", message, metadata={"status": status}, details=[detail])


def lines_of(order: Mapping[str, Any]) -> list[Line]:
    """Return the lines of an order at their positions; what is no line has no id."""
    items = order.get(LINES)
    return [
        Line(text(obj(item).get("id")), _instant(obj(item).get("startedAt")), _instant(obj(item).get("completedAt")))
        for item in (items if isinstance(items, list) else ())
    ]


def _instant(value: object) -> datetime | None:
    return value if isinstance(value, datetime) else None


def has_unseen(order: Mapping[str, Any], station_id: str, up_to: int) -> bool:
    """Tell whether something was taken back, up to a version, since a station last said that it has seen it."""
    seen = obj(order.get("seenByStations")).get(station_id) or 0
    taken_back = [entry.get("version") or 0 for entry in order.get("voidedItems") or ()]
    taken_back += [
        entry["version"]
        for entry in order.get("history") or ()
        # Not what stations did with the canceled order.
        if entry.get("to") == "CANCELED" != entry.get("from")
    ]
    return any(seen < version <= up_to for version in taken_back)
