"""The life of an order: which state can follow which.

CREATED → ACCEPTED → READY_FOR_PICKUP → PICKED_UP, and CANCELED from any of them but the last.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_WAY: Final = ("CREATED", "ACCEPTED", "READY_FOR_PICKUP", "PICKED_UP")
_FOLLOWERS: Final[Mapping[str, tuple[str, ...]]] = {
    "CREATED": ("ACCEPTED", "CANCELED"),
    "ACCEPTED": ("READY_FOR_PICKUP", "CANCELED"),
    "READY_FOR_PICKUP": ("PICKED_UP", "CANCELED"),
    "PICKED_UP": (),
    "CANCELED": (),
}

STATUSES: Final = tuple(_FOLLOWERS)
"""All states, as stored."""

OPEN_STATUSES: Final = tuple(status for status, followers in _FOLLOWERS.items() if followers)
"""The states in which an order still has work ahead."""


class TransitionRefused(Exception):
    """A state cannot follow the present one; `allowed` are those that can."""

    def __init__(self, current: str, target: str, allowed: tuple[str, ...]) -> None:
        super().__init__(f"{target} cannot follow {current}")
        self.current = current
        self.target = target
        self.allowed = allowed


def allowed_next(status: str) -> tuple[str, ...]:
    """Return the states that can follow.

    None can follow a status that is not ours: the old checkout route wrote `pending` into documents that are no orders
    (no restaurant, no price), and other texts came from callers.
    """
    return _FOLLOWERS.get(status, ())


def allowed_ahead(status: str) -> tuple[str, ...]:
    """Return the states that lie ahead on the way to the guest, for callers who may skip some."""
    return _WAY[_WAY.index(status) + 1 :] if status in _WAY else ()


def is_open(status: str) -> bool:
    """Tell whether an order in this state still has work ahead."""
    return status in OPEN_STATUSES


def check(current: str, target: str, *, may_skip: bool = False) -> None:
    """Raise TransitionRefused unless `target` can follow `current`, or with `may_skip` lies ahead of it."""
    allowed = allowed_ahead(current) if may_skip else allowed_next(current)
    if target not in allowed:
        raise TransitionRefused(current, target, allowed)


def check_delay(current: str) -> None:
    """Raise TransitionRefused unless an order in this state can still take longer than was thought."""
    if current not in ("CREATED", "ACCEPTED"):
        raise TransitionRefused(current, "delayed", allowed_next(current))
