"""Settings from the environment. Names that the old deployment used keep working.

Each process has its own subclass. What one profile forbids is checked here, so that every process refuses the same.
"""

from __future__ import annotations

import hashlib
import sys
from typing import Literal, TypeVar

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.kit.clock import make_clock
from services.kit.vault import read_keys

SECRET_LENGTH = 32
"""Characters that the assertion secret must have at least (256 bits in base16 have 64)."""

SettingsType = TypeVar("SettingsType", bound="CommonSettings")


class CommonSettings(BaseSettings):
    """What every process reads."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True, populate_by_name=True)

    profile: Literal["embedded", "production"] = Field("embedded", validation_alias="ORDERBUDDY_PROFILE")
    assertion_secret: SecretStr = Field(validation_alias="ORDERBUDDY_ASSERTION_SECRET")
    clock: str | None = Field(None, validation_alias="ORDERBUDDY_CLOCK")
    crash_at: str | None = Field(None, validation_alias="ORDERBUDDY_CRASH_AT")
    """Where the process dies, for tests (services/kit/crash.py)."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", validation_alias="ORDERBUDDY_LOG_LEVEL")
    log_format: Literal["json", "human"] = Field("json", validation_alias="ORDERBUDDY_LOG_FORMAT")
    menu_address: str = Field("127.0.0.1:50051", validation_alias="ORDERBUDDY_MENU_ADDRESS")
    ordering_address: str = Field("127.0.0.1:50052", validation_alias="ORDERBUDDY_ORDERING_ADDRESS")
    payment_address: str = Field("127.0.0.1:50053", validation_alias="ORDERBUDDY_PAYMENT_ADDRESS")
    station_address: str = Field("127.0.0.1:50054", validation_alias="ORDERBUDDY_STATION_ADDRESS")
    notification_address: str = Field("127.0.0.1:50055", validation_alias="ORDERBUDDY_NOTIFICATION_ADDRESS")

    @field_validator("assertion_secret")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value()) < SECRET_LENGTH:
            message = f"must have at least {SECRET_LENGTH} characters"
            raise ValueError(message)
        return value

    @field_validator("clock")
    @classmethod
    def _readable_clock(cls, value: str | None) -> str | None:
        make_clock(value)
        return value

    @model_validator(mode="after")
    def _nothing_for_tests_in_production(self) -> CommonSettings:
        for name, value in (("ORDERBUDDY_CLOCK", self.clock), ("ORDERBUDDY_CRASH_AT", self.crash_at)):
            if self.profile == "production" and value:
                message = f"{name} is for tests; the production profile refuses it"
                raise ValueError(message)
        return self


class ServiceSettings(CommonSettings):
    """What every gRPC service reads."""

    db_conn_string: str = Field(validation_alias="DB_CONN_STRING")
    db_name: str = Field("orderbuddy", validation_alias="DB_NAME", min_length=1)
    deadline_seconds: float = Field(10.0, gt=0, validation_alias="ORDERBUDDY_DEADLINE_SECONDS")
    """For calls that bring no deadline."""
    grace_seconds: float = Field(5.0, ge=0, validation_alias="ORDERBUDDY_GRACE_SECONDS")
    """How long calls under way may go on after SIGTERM."""
    metrics_port: int | None = Field(None, validation_alias="ORDERBUDDY_METRICS_PORT")
    """Where /metrics is served in Prometheus form; unset: nowhere."""


class SealingSettings(ServiceSettings):
    """What services read that keep other systems' secrets (services/kit/vault.py)."""

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
    def _keys_in_production(self) -> SealingSettings:
        if self.profile == "production" and self.credential_keys is None:
            message = "ORDERBUDDY_CREDENTIAL_KEYS is required in the production profile"
            raise ValueError(message)
        return self

    def keys(self) -> list[bytes]:
        """Return the keys; in the embedded profile one made from the secret that its parts share."""
        if self.credential_keys is not None:
            return read_keys(self.credential_keys.get_secret_value())
        return [hashlib.sha256(b"credentials\0" + self.assertion_secret.get_secret_value().encode()).digest()]


def load(settings: type[SettingsType]) -> SettingsType:
    """Read the settings, or end the process with one message that names everything wrong with them."""
    try:
        return settings()
    except ValidationError as error:
        lines = [f"  {'.'.join(str(p) for p in e['loc']) or 'settings'}: {e['msg']}" for e in error.errors()]
        sys.exit("Can't start, the settings are wrong:\n" + "\n".join(lines))
