"""How the local EmergePay misbehaves when it is told to: which calls, how often, by whose chance."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

MOVING: Final = frozenset({"checkout", "wallets", "void", "refund"})
"""The calls that move money; faults are theirs unless they name another call."""
CALLS: Final = MOVING | {"start", "find", "acknowledge", "cancel"}


class FaultKind(StrEnum):
    """What goes wrong. Those marked * happen before the call is carried out, or after."""

    DECLINE = "DECLINE"
    NO_ANSWER = "NO_ANSWER"
    """* Nothing is said until the client hangs up."""
    CARRIED_OUT_LATE = "CARRIED_OUT_LATE"
    """Nothing is said until the client hangs up; only then the call is carried out."""
    LATE = "LATE"
    """Carried out and answered after `seconds`."""
    SERVER_ERROR = "SERVER_ERROR"
    """* HTTP 500."""
    GARBAGE = "GARBAGE"
    """* A web page, as a proxy in between might say, with HTTP 200."""
    NO_VERDICT = "NO_VERDICT"
    """* The right form, without saying whether it was approved."""
    RESET = "RESET"
    """* The connection is reset without an answer."""
    HALF = "HALF"
    """* The connection is closed in the middle of the answer."""
    TWICE = "TWICE"
    """The call is delivered twice, and answered twice on the same connection."""
    HUGE = "HUGE"
    """* An answer without end."""
    SLOW = "SLOW"
    """* An answer that comes in drops, without end."""
    RATE_LIMIT = "RATE_LIMIT"
    """HTTP 429."""
    ANOTHER = "ANOTHER"
    """Carried out; the answer speaks of another transaction."""
    OTHER_AMOUNT = "OTHER_AMOUNT"
    """Half of the amount is charged or given back, and the answer says so; a void is carried out as it is."""
    TELLTALE = "TELLTALE"
    """Refused, with the caller's own token in the message."""


@dataclass(frozen=True)
class Fault:
    """One thing to go wrong."""

    kind: FaultKind
    after: bool = False
    """Only after the call was carried out."""
    call: str | None = None
    """Which call, of CALLS; None: whichever moves money."""
    external_id: str | None = None
    """Only calls about this transaction."""
    times: int = 1
    seconds: float | None = None

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> Fault:
        """Read a fault from JSON. Raises ValueError, KeyError, TypeError."""
        if unknown := body.keys() - {"kind", "after", "call", "external_id", "times", "seconds"}:
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
        call, seconds = body.get("call"), body.get("seconds")
        if call is not None and call not in CALLS:
            raise ValueError(f"call must be one of {', '.join(sorted(CALLS))}")
        return cls(
            FaultKind(body["kind"]),
            bool(body.get("after")),
            call,
            body.get("external_id"),
            int(body.get("times", 1)),
            None if seconds is None else float(seconds),
        )

    def concerns(self, call: str, external_id: str) -> bool:
        """Tell whether it is meant for a call."""
        if self.external_id is not None and self.external_id != external_id:
            return False
        return call == self.call if self.call else call in MOVING


LIKELY: Final = (
    Fault(FaultKind.DECLINE),
    Fault(FaultKind.SERVER_ERROR),
    Fault(FaultKind.SERVER_ERROR, after=True),
    Fault(FaultKind.RESET),
    Fault(FaultKind.RESET, after=True),
    Fault(FaultKind.GARBAGE, after=True),
    Fault(FaultKind.HALF, after=True),
    Fault(FaultKind.NO_ANSWER),
    Fault(FaultKind.NO_ANSWER, after=True),
    Fault(FaultKind.CARRIED_OUT_LATE),
    Fault(FaultKind.RATE_LIMIT),
    Fault(FaultKind.TWICE),
)
"""What happens under load, when faults are wanted at random and none are named."""


@dataclass
class Faults:
    """What will go wrong: first what was asked for, in its order, then what chance says."""

    script: list[Fault] = field(default_factory=list)
    _share: float = 0.0
    _seed: int = 0
    _likely: tuple[Fault, ...] = LIKELY
    _seen: Counter[tuple[str, str]] = field(default_factory=Counter)

    def take(self, call: str, external_id: str) -> Fault | None:
        """Return what goes wrong with a call, once."""
        for number, fault in enumerate(self.script):
            if fault.concerns(call, external_id):
                left = replace(fault, times=fault.times - 1)
                self.script[number : number + 1] = [left] if left.times > 0 else []
                return fault
        return self._by_chance(call, external_id)

    def at_random(self, share: float, seed: int, likely: Iterable[Fault] = ()) -> None:
        """Let this share of the calls go wrong.

        Whether a call does depends on the seed, the transaction's name and how often it was tried: not on which call
        happens to come first, so that a run with many callers at once can be repeated.
        """
        self._share, self._seed, self._likely = share, seed, tuple(likely) or LIKELY
        self._seen.clear()

    def _by_chance(self, call: str, external_id: str) -> Fault | None:
        likely = [fault for fault in self._likely if fault.concerns(call, external_id)]
        if not self._share or not likely:
            return None
        self._seen[call, external_id] += 1
        source = random.Random(f"{self._seed}/{call}/{external_id}/{self._seen[call, external_id]}")  # noqa: S311
        return source.choice(likely) if source.random() < self._share else None

    def clear(self) -> None:
        """Behave from now on."""
        self.script.clear()
        self._share = 0.0
