"""Settings of the local core."""

from __future__ import annotations

import pathlib

from pydantic import Field, SecretStr, model_validator

from services.kit.settings import ServiceSettings


class CoreSettings(ServiceSettings):
    """What the local core reads."""

    port: int = Field(3567, ge=0, le=65535, validation_alias="ORDERBUDDY_CORE_PORT")
    api_key: SecretStr | None = Field(None, validation_alias="SUPERTOKENS_API_KEY")
    """When set, whoever calls must send it."""
    login_code: str | None = Field(None, validation_alias="ORDERBUDDY_LOGIN_CODE")
    """For tests: the code of everybody, instead of random ones."""
    users_file: pathlib.Path | None = Field(None, validation_alias="ORDERBUDDY_CORE_USERS")
    """For tests: accounts with given ids, as JSON."""

    @property
    def core_db_name(self) -> str:
        """Name of the core's own database."""
        return f"{self.db_name}_signin"

    @model_validator(mode="after")
    def _never_in_production(self) -> CoreSettings:
        if self.profile == "production":
            message = "this core is for development and tests; the production profile needs a real SuperTokens core"
            raise ValueError(message)
        return self
