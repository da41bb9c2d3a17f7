"""The time of day. Everything that needs it is given a Clock, so that tests and rehearsals can set it."""

from __future__ import annotations

import pathlib
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present instant, in UTC, with milliseconds (what MongoDB stores)."""
        ...


def milliseconds(instant: datetime) -> datetime:
    """Cut an instant to whole milliseconds."""
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present instant."""
        return milliseconds(datetime.now(UTC))


class FixedClock:
    """A clock that stands still until it is set."""

    def __init__(self, instant: datetime) -> None:
        self._now = instant.astimezone(UTC)

    def now(self) -> datetime:
        """Return the instant that was set last."""
        return milliseconds(self._now)

    def set(self, instant: datetime) -> None:
        """Move the clock."""
        self._now = instant.astimezone(UTC)


class FileClock:
    """A clock that stands at the instant written in a file; the file is read again when it changes.

    One file moves the clocks of all processes. Writers replace the file (rename), so that nobody reads half an instant.
    """

    def __init__(self, path: pathlib.Path) -> None:
        self._path = path
        self._seen: tuple[int, int, int] | None = None
        self._now = datetime.fromtimestamp(0, UTC)

    def now(self) -> datetime:
        """Return the instant in the file."""
        stat = self._path.stat()
        seen = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
        if seen != self._seen:
            self._now = parse_instant(self._path.read_text(encoding="ascii").strip())
            self._seen = seen
        return milliseconds(self._now)


def parse_instant(text: str) -> datetime:
    """Read an ISO 8601 instant; without an offset it is UTC. Raises ValueError."""
    instant = datetime.fromisoformat(text)
    return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)


def make_clock(setting: str | None) -> Clock:
    """Make the clock that ORDERBUDDY_CLOCK asks for: unset, an ISO instant, or `@<file>`. Raises ValueError."""
    if not setting:
        return SystemClock()
    if setting.startswith("@"):
        return FileClock(pathlib.Path(setting[1:]))
    return FixedClock(parse_instant(setting))
