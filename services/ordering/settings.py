"""Settings of the Ordering service."""

from __future__ import annotations

from pydantic import Field

from services.kit.settings import ServiceSettings, Settings


class ReportSettings(Settings):
    """What reports read."""

    tax_rate: float = Field(0.0, ge=0, le=1, validation_alias="TAX_RATE")
    """Fraction, 0.065 is 6.5 %: for orders of the old system, which don't tell their tax."""


SETTINGS = (ServiceSettings, ReportSettings)
"""All that the Ordering service reads, the process's own first."""
