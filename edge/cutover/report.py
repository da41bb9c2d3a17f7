"""What shadow mode has found: by route and field, counted, with one example that tells no values. Bounded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from edge.cutover.comparing import Difference

_MOST_ROUTES: Final = 300
_MOST_FIELDS: Final = 200
_LONGEST_PATH: Final = 200
BEYOND: Final = "(others)"
"""Collects what is beyond the limits."""


@dataclass(slots=True)
class _Field:
    count: int
    example: Difference


@dataclass(slots=True)
class _Route:
    equal: int = 0
    different: int = 0
    fields: dict[str, _Field] = field(default_factory=dict)


class Report:
    """Collects."""

    def __init__(self) -> None:
        self._routes: dict[str, _Route] = {}
        self.skipped: Counter[str] = Counter()
        """Reads that were to be compared and were not, by reason."""

    def note(self, route: str, found: Iterable[Difference]) -> None:
        """Add a comparison: no difference, or some."""
        name = route if route in self._routes or len(self._routes) < _MOST_ROUTES else BEYOND
        entry = self._routes.setdefault(name, _Route())
        is_equal = True
        for difference in found:
            is_equal = False
            path = difference.path[:_LONGEST_PATH]
            if path not in entry.fields and len(entry.fields) >= _MOST_FIELDS:
                path = BEYOND
            known = entry.fields.setdefault(path, _Field(0, difference))
            known.count += 1
        if is_equal:
            entry.equal += 1
        else:
            entry.different += 1

    def as_json(self) -> dict[str, Any]:
        """Return all of it."""
        routes = {
            route: {
                "equal": entry.equal,
                "different": entry.different,
                "fields": {
                    path: {"count": f.count, "example": {"served": f.example.served, "other": f.example.other}}
                    for path, f in sorted(entry.fields.items(), key=lambda item: -item[1].count)
                },
            }
            for route, entry in sorted(self._routes.items())
        }
        return {"routes": routes, "skipped": dict(self.skipped)}

    def as_text(self) -> str:
        """Return it for a terminal."""
        lines = []
        for route, entry in sorted(self._routes.items()):
            lines.append(f"{route}: {entry.equal} equal, {entry.different} different")
            for path, f in sorted(entry.fields.items(), key=lambda item: -item[1].count):
                lines.append(f"  {f.count} x {path}: {f.example.served} served, {f.example.other} at the other side")
        lines += [f"not compared: {count} {reason}" for reason, count in sorted(self.skipped.items())]
        return "\n".join(lines or ["nothing was compared yet"]) + "\n"
