"""Settings of pictures."""

from __future__ import annotations

import pathlib
from typing import Literal

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class ImageSettings(BaseSettings):
    """What pictures read. The names of the old deployment keep their meaning."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True, populate_by_name=True)

    profile: Literal["embedded", "production"] = Field("embedded", validation_alias="ORDERBUDDY_PROFILE")
    azure_storage_connection_string: SecretStr | None = Field(None, validation_alias="AZURE_STORAGE_CONNECTION_STRING")
    assets_folder: pathlib.Path = Field(pathlib.Path(".orderbuddy/assets"), validation_alias="ORDERBUDDY_ASSETS_FOLDER")
    """Where pictures are kept without Azure; embedded profile only."""
    api_endpoint: str = Field("http://localhost:8000", validation_alias="API_ENDPOINT")

    @model_validator(mode="after")
    def _azure_in_production(self) -> ImageSettings:
        if self.profile == "production" and self.azure_storage_connection_string is None:
            message = "AZURE_STORAGE_CONNECTION_STRING is needed: the production profile keeps pictures in Azure"
            raise ValueError(message)
        return self
