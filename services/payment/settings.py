"""What the Payment service reads besides what every service reads."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from services.kit.production import ENCRYPTED, needed
from services.kit.settings import SealingSettings

LOCAL_GATEWAY: Final = "http://127.0.0.1:3198/virtualterminal/v1"


class PaymentSettings(SealingSettings):
    """Settings of the Payment service."""

    emergepay_url: Annotated[str, needed("the gateway that moves the money"), ENCRYPTED] = Field(
        LOCAL_GATEWAY, validation_alias="EMERGEPAY_ENVIRONMENT_URL", pattern=r"^https?://"
    )
    """Base of the gateway's API; by default the local one, which moves no money."""
