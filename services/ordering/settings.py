"""Settings of the Ordering service."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ReportSettings(BaseSettings):
    """What reports read."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True, populate_by_name=True)

    tax_rate: float = Field(0.0, ge=0, le=1, validation_alias="TAX_RATE")
    """Fraction, 0.065 is 6.5 %: for orders of the old system, which don't tell their tax."""
