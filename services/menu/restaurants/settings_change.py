"""Changes of a location's settings: which are refused, and how they come into the document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class SettingsChange:
    """What is to change, in the documents' names; None (or no key): stays as it is."""

    timezone: str | None = None
    address: str | None = None
    auto_accept_order: bool | None = None
    ready_when_done: bool | None = None
    working_hours: Sequence[Mapping[str, Any]] | None = None
    order_timing: Mapping[str, float] = field(default_factory=dict)
    alert_numbers: Sequence[Mapping[str, Any]] | None = None
    email: str | None = None

    def problems(self) -> list[tuple[str, str]]:
        """Return what is wrong, as (proto field, description)."""
        found = []
        if self.timezone is not None and not is_time_zone(self.timezone):
            found.append(("timezone", "must be a time zone of the IANA database, such as America/New_York"))
        for position, day in enumerate(self.working_hours or ()):
            place = f"working_hours.{position}"
            if day["isOpen"] and (day["startTime"] is None or day["endTime"] is None):
                found.append((place, "must have startTime and endTime when it is open"))
        return found

    def apply(self, document: dict[str, Any]) -> None:
        """Change the document. Objects are merged, lists replaced."""
        for name, value in (
            ("timezone", self.timezone),
            ("address", self._address(document)),
            ("autoAcceptOrder", self.auto_accept_order),
            ("readyWhenDone", self.ready_when_done),
            ("workingHours", self.working_hours),
            ("alertNumbers", self.alert_numbers),
        ):
            if value is not None:
                document[name] = list(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
        if self.order_timing:
            document["orderTiming"] = {**_object(document.get("orderTiming")), **self.order_timing}
        if self.email is not None:
            document["contact"] = {**_object(document.get("contact")), "email": self.email}

    def _address(self, document: Mapping[str, Any]) -> str | None:
        """Return the new address.

        The Manage App saves its whole form each time, in which the address is empty because it never loads it. So an
        empty address that comes with the hours does not take a stored one away.
        """
        if self.address == "" and self.working_hours is not None and document.get("address"):
            return None
        return self.address


def is_time_zone(name: str) -> bool:
    """Tell whether there is such a time zone."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError):  # OSError: names of folders; ZoneInfoNotFoundError is a KeyError
        return False
    except KeyError:
        return False
    return True


def _object(value: object) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}
