"""Settings of origins."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services.kit.production import ENCRYPTED, needed
from services.kit.settings import Settings


class OriginSettings(Settings):
    """What origins read. The names of the old deployment keep their meaning."""

    menu_endpoint: Annotated[str, needed("where the Order App is"), ENCRYPTED] = Field(
        "http://localhost:5173", validation_alias="MENU_ENDPOINT"
    )
    """Where the Order App is."""
    api_endpoint: Annotated[str, needed("where clients reach the edge"), ENCRYPTED] = Field(
        "http://localhost:8000", validation_alias="API_ENDPOINT"
    )
    """Where the edge is reached; our own short links lead there."""
    smart_scan_url: Annotated[str | None, ENCRYPTED] = Field(None, validation_alias="SMART_SCAN_URL")
    """A short-link service; unset: the edge serves the links itself."""
