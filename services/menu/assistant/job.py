"""A translation job: what it is about, how far it is, when it may be tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

LEASE: Final = timedelta(seconds=90)
"""How long a worker has a job to itself without getting on; longer than one batch may take."""

BATCH_SECONDS: Final = 60.0
MOST_ATTEMPTS: Final = 5
"""Without getting on; then the job has failed."""

_FIRST_WAIT: Final = timedelta(seconds=30)
_LONGEST_WAIT: Final = timedelta(minutes=10)


class State(StrEnum):
    """The same as orderbuddy.menu.v1.TranslationJobState."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"


ACTIVE: Final = (State.QUEUED, State.RUNNING)


@dataclass(frozen=True, slots=True)
class MenuPlace:
    """Which menu. The ids are as they stand in links: 24 hexadecimal digits, except the restaurant's."""

    restaurant_id: str
    location_id: str
    menu_id: str


@dataclass(frozen=True, slots=True)
class Requester:
    """Who asked for a job, and in which call."""

    kind: str
    subject: str
    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job as stored. `claim` changes with each worker that takes it, so that an earlier one can't write any more."""

    id: str
    place: MenuPlace
    languages: tuple[str, ...]
    requester: Requester
    state: State
    total: int
    done: int
    error: str | None
    attempts: int
    claim: str
    created_at: datetime
    updated_at: datetime


def wait_before(attempts: int, asked_for_seconds: float | None) -> timedelta:
    """Return how long to wait after failures, longer each time, and at least what the provider asks for."""
    growing: timedelta = min(_FIRST_WAIT * 2 ** min(max(attempts - 1, 0), 10), _LONGEST_WAIT)
    return max(growing, timedelta(seconds=asked_for_seconds or 0))
