"""The life of a line: new, being made, made; and back.

Pure: times in, times out. A line is new without times, being made with `started_at`, made with `completed_at`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

UNROUTED: Final = "unrouted"


class LineStep(StrEnum):
    """What happened to a line, as stored in an order's history."""

    STARTED = "STARTED"
    COMPLETED = "COMPLETED"
    RECALLED = "RECALLED"
    VOIDED = "VOIDED"


ALLOWED_IN: Final = {
    LineStep.STARTED: ("ACCEPTED",),
    LineStep.COMPLETED: ("ACCEPTED",),
    LineStep.RECALLED: ("ACCEPTED", "READY_FOR_PICKUP"),
    LineStep.VOIDED: ("CREATED", "ACCEPTED"),
}
"""The states of an order in which a step can be taken."""


class LineNotFound(Exception):
    """The order has no line with this id."""

    def __init__(self, line_id: str) -> None:
        super().__init__(line_id)
        self.line_id = line_id


@dataclass(frozen=True, slots=True)
class Line:
    """A line and its times."""

    id: str
    started_at: datetime | None
    completed_at: datetime | None


def take(
    step: LineStep, lines: Sequence[Line], ids: Collection[str], now: datetime, *, anew: bool = False
) -> dict[int, Line]:
    """Return the lines that the step changes, by position. Several lines may have the same id: then it takes all.

    `anew`: starting a finished line begins it again, as the old system's route does; otherwise it is left alone.
    Raises LineNotFound.
    """
    known = {line.id for line in lines}
    for line_id in ids:
        if line_id not in known:
            raise LineNotFound(line_id)
    moved = {at: _moved(step, line, now, anew=anew) for at, line in enumerate(lines) if line.id in ids}
    return {at: line for at, line in moved.items() if line != lines[at]}


def _moved(step: LineStep, line: Line, now: datetime, *, anew: bool) -> Line:
    match step:
        case LineStep.STARTED if line.completed_at is not None:
            return replace(line, started_at=now, completed_at=None) if anew else line
        case LineStep.STARTED:
            return replace(line, started_at=line.started_at or now)
        case LineStep.COMPLETED if line.completed_at is None:
            return replace(line, started_at=line.started_at or now, completed_at=now)
        case LineStep.RECALLED if line.completed_at is not None:
            return replace(line, completed_at=None)
        case LineStep.RECALLED:
            return replace(line, started_at=None)
    return line


def all_done(lines: Sequence[Line], moved: dict[int, Line]) -> bool:
    """Tell whether every line is made once some have moved."""
    return bool(lines) and all(moved.get(at, line).completed_at is not None for at, line in enumerate(lines))
