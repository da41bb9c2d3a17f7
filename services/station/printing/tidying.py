"""Ending print jobs that nobody takes: those that are too old, and those beyond what may wait for one printer."""

from __future__ import annotations

import asyncio
from typing import Final

from pymongo.errors import PyMongoError

from services.kit.telemetry import log
from services.station.printing.repository import JobRepository

_SECONDS: Final = 5.0
_ROUNDS_TO_SURPLUS: Final = 6


async def tidy(jobs: JobRepository) -> None:
    """Do so for ever. Every replica does; what one has ended the others don't find any more."""
    rounds = 0
    while True:
        try:
            expired = await jobs.expire()
            dropped = await jobs.drop_surplus() if rounds % _ROUNDS_TO_SURPLUS == 0 else 0
            if expired or dropped:
                log.warning("print_jobs_expired", too_old=expired, too_many=dropped)
        except PyMongoError as error:
            log.warning("print_jobs_not_tidied", error=type(error).__name__)
        rounds += 1
        await asyncio.sleep(_SECONDS)
