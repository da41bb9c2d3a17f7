"""Waking the streams of printers that have something to print: one change stream and one question per process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from pymongo.errors import PyMongoError

from services.kit.changes import Change, Follower
from services.kit.telemetry import log
from services.station.printing.repository import JobRepository

_LEASES_SECONDS = 1.0
"""How often jobs are looked for whose lease has run out."""


class Bell:
    """Rings for the printers that listen in this process."""

    def __init__(self, jobs: JobRepository) -> None:
        self._jobs = jobs
        self._listening: dict[tuple[str, str], set[asyncio.Event]] = {}
        self._by_printer: dict[str, tuple[str, str]] = {}

    @contextmanager
    def listening(self, restaurant_id: str, printer_id: str) -> Iterator[asyncio.Event]:
        """Return an event that is set whenever the printer may have something to print."""
        ring, key = asyncio.Event(), (restaurant_id, printer_id)
        self._listening.setdefault(key, set()).add(ring)
        self._by_printer[printer_id] = key
        try:
            yield ring
        finally:
            rings = self._listening[key]
            rings.discard(ring)
            if not rings:
                del self._listening[key], self._by_printer[printer_id]

    def ring(self, printer_id: str) -> None:
        """Ring for one printer, if it listens here."""
        for ring in self._listening.get(self._by_printer.get(printer_id, ("", "")), ()):
            ring.set()

    async def follow(self) -> None:
        """Ring for new jobs, for ever."""

        async def on_change(_token: str, change: Change) -> None:
            self.ring(change["fullDocument"]["printerId"])

        follower = Follower(
            "print_jobs",
            self._jobs.added(),
            on_change=on_change,
            on_idle=lambda _token: None,
            on_reset=self._ring_for_all,
        )
        await follower.run()

    async def _ring_for_all(self) -> None:
        for printer_id in self._by_printer:
            self.ring(printer_id)

    async def watch_leases(self) -> None:
        """Ring for jobs that were not acknowledged in time, for ever."""
        while True:
            await asyncio.sleep(_LEASES_SECONDS)
            if not self._listening:
                continue
            try:
                for printer_id in await self._jobs.overdue(self._listening.keys()):
                    self.ring(printer_id)
            except PyMongoError as error:
                log.warning("print_leases_unknown", error=type(error).__name__)
