"""What came of an evening with three replicas of everything (tools/cluster_test.py)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

STEADY, KILLS, UPGRADE, REST = "steady", "kills", "upgrade", "rest"
"""The evening's phases."""
_ENOUGH_CALLS: Final = 30
"""Of a service, to say how they spread."""


@dataclass
class Report:
    """What happened."""

    seed: int
    kills: list[str] = field(default_factory=list)
    previewed: set[str] = field(default_factory=set)
    acknowledged: list[str] = field(default_factory=list)
    watched: dict[str, list[int]] = field(default_factory=dict)
    recoveries: dict[str, list[float]] = field(default_factory=dict)
    spread: dict[str, list[int]] = field(default_factory=dict)
    """Calls of each service's replicas while nothing was wrong."""
    calls: Counter[str] = field(default_factory=Counter)
    """By phase."""
    failed: dict[str, list[str]] = field(default_factory=dict)
    """Calls that a process had taken and did not answer well, by phase."""
    restarted: int = 0
    lost: int = 0
    doubled: int = 0
    gaps: int = 0
    repeats: int = 0
    displays: int = 0
    kitchen: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)

    def good(self) -> bool:
        """Tell whether every promise was kept."""
        wrong = self.lost or self.doubled or self.gaps or self.repeats or self.kitchen or self.unexpected
        spread = all(min(calls) > 0.5 * max(calls) for calls in self.spread.values() if sum(calls) > _ENOUGH_CALLS)
        return not wrong and not self.failed.get(UPGRADE) and spread and bool(self.spread)

    def __str__(self) -> str:
        failed = self.failed.get(UPGRADE, [])
        lines = [
            f"seed {self.seed}: {len(self.kills)} kills ({Counter(kill.rpartition('-')[0] for kill in self.kills)})",
            f"orders acknowledged {len(self.acknowledged)}, lost {self.lost}, doubled {self.doubled}",
            f"watched orders {len(self.watched)}, gaps {self.gaps}, repeats {self.repeats}",
            f"displays {self.displays}, differences {len(self.kitchen)}",
            "calls: " + ", ".join(f"{phase} {count}" for phase, count in self.calls.items()),
            f"restarted in good order {self.restarted}, calls that failed meanwhile {len(failed)}",
            "calls of each replica: "
            + "; ".join(f"{name} {' / '.join(map(str, calls))}" for name, calls in self.spread.items()),
        ]
        for kind, times in self.recoveries.items():
            middle, longest = sorted(times)[len(times) // 2], max(times)
            lines.append(f"after a kill of {kind} an order went through: p50 {middle:.1f}, max {longest:.1f} s")
        return "\n".join([*lines, *failed[:10], *self.kitchen[:10], *self.unexpected[:10]])
