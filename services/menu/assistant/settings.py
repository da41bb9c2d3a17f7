"""Settings of the assistant. The key's name is the old deployment's."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class AssistantSettings(BaseSettings):
    """Which provider and model; without a key there is no assistant."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True, populate_by_name=True)

    openai_api_key: SecretStr | None = Field(None, validation_alias="OPENAI_API_KEY")
    openai_url: str | None = Field(None, validation_alias="ORDERBUDDY_OPENAI_URL", pattern=r"^https?://")
    """Base URL of the API, such as `https://api.openai.com/v1`, which it is when unset."""
    openai_model: str = Field("gpt-4.1", validation_alias="ORDERBUDDY_OPENAI_MODEL", min_length=1)
