"""Settings of the local core."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import Field, SecretStr

from services.kit.settings import ServiceSettings


class CoreSettings(ServiceSettings):
    """What the local core reads."""

    port: int = Field(3567, ge=0, le=65535, validation_alias="ORDERBUDDY_CORE_PORT")
    api_key: SecretStr | None = Field(None, validation_alias="SUPERTOKENS_API_KEY")
    """When set, whoever calls must send it."""

    @property
    def core_db_name(self) -> str:
        """Name of the core's own database."""
        return f"{self.db_name}_signin"

    @classmethod
    def production_problems(cls, given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Refuse to start at all."""
        yield from super().production_problems(given)
        problem = "this core is for development and tests; the production profile needs a real SuperTokens core"
        yield "ORDERBUDDY_PROFILE", problem
