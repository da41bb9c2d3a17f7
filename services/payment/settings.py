"""What the Payment service reads besides what every service reads."""

from __future__ import annotations

from typing import Final

from pydantic import Field, model_validator

from services.kit.settings import SealingSettings

LOCAL_GATEWAY: Final = "http://127.0.0.1:3198/virtualterminal/v1"


class PaymentSettings(SealingSettings):
    """Settings of the Payment service."""

    emergepay_url: str = Field(LOCAL_GATEWAY, validation_alias="EMERGEPAY_ENVIRONMENT_URL", pattern=r"^https?://")
    """Base of the gateway's API; by default the local one, which moves no money."""

    @model_validator(mode="after")
    def _real_in_production(self) -> PaymentSettings:
        if self.profile == "production" and "emergepay_url" not in self.model_fields_set:
            message = "EMERGEPAY_ENVIRONMENT_URL is required in the production profile"
            raise ValueError(message)
        return self
