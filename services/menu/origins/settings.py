"""Settings of origins."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class OriginSettings(BaseSettings):
    """What origins read. The names of the old deployment keep their meaning."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True, populate_by_name=True)

    menu_endpoint: str = Field("http://localhost:5173", validation_alias="MENU_ENDPOINT")
    """Where the Order App is."""
    api_endpoint: str = Field("http://localhost:8000", validation_alias="API_ENDPOINT")
    """Where the edge is reached; our own short links lead there."""
    smart_scan_url: str | None = Field(None, validation_alias="SMART_SCAN_URL")
    """A short-link service; unset: the edge serves the links itself."""
