"""What the Payment service reads besides what every service reads."""

from __future__ import annotations

import hashlib
from typing import Final

from pydantic import Field, SecretStr, field_validator, model_validator

from services.kit.settings import ServiceSettings
from services.payment.credentials import read_keys

LOCAL_GATEWAY: Final = "http://127.0.0.1:3198/virtualterminal/v1"


class PaymentSettings(ServiceSettings):
    """Settings of the Payment service."""

    emergepay_url: str = Field(LOCAL_GATEWAY, validation_alias="EMERGEPAY_ENVIRONMENT_URL", pattern=r"^https?://")
    """Base of the gateway's API; by default the local one, which moves no money."""
    credential_keys: SecretStr | None = Field(None, validation_alias="ORDERBUDDY_CREDENTIAL_KEYS")
    """Keys of 32 bytes in base64, separated by commas; the first seals. Required in production."""

    @field_validator("credential_keys")
    @classmethod
    def _readable(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not read_keys(value.get_secret_value()):
            message = "must hold at least one key"
            raise ValueError(message)
        return value

    @model_validator(mode="after")
    def _real_in_production(self) -> PaymentSettings:
        if self.profile == "production" and self.credential_keys is None:
            message = "ORDERBUDDY_CREDENTIAL_KEYS is required in the production profile"
            raise ValueError(message)
        if self.profile == "production" and "emergepay_url" not in self.model_fields_set:
            message = "EMERGEPAY_ENVIRONMENT_URL is required in the production profile"
            raise ValueError(message)
        return self

    def keys(self) -> list[bytes]:
        """Return the keys; in the embedded profile one made from the secret that its parts share."""
        if self.credential_keys is not None:
            return read_keys(self.credential_keys.get_secret_value())
        return [hashlib.sha256(b"credentials\0" + self.assertion_secret.get_secret_value().encode()).digest()]
