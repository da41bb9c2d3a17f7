"""Settings of the assistant. The key's name is the old deployment's."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, SecretStr

from services.kit.production import ENCRYPTED
from services.kit.settings import Settings


class AssistantSettings(Settings):
    """Which provider and model; without a key there is no assistant."""

    openai_api_key: SecretStr | None = Field(None, validation_alias="OPENAI_API_KEY")
    openai_url: Annotated[str | None, ENCRYPTED] = Field(
        None, validation_alias="ORDERBUDDY_OPENAI_URL", pattern=r"^https?://"
    )
    """Base URL of the API, such as `https://api.openai.com/v1`, which it is when unset."""
    openai_model: str = Field("gpt-4.1", validation_alias="ORDERBUDDY_OPENAI_MODEL", min_length=1)
