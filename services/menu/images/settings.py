"""Settings of pictures."""

from __future__ import annotations

import pathlib
from typing import Annotated

from pydantic import Field, SecretStr

from services.kit.production import BLOBS, FOLDER, needed
from services.kit.settings import Settings


class ImageSettings(Settings):
    """What pictures read. The names of the old deployment keep their meaning."""

    azure_storage_connection_string: Annotated[SecretStr | None, needed("pictures are kept in Azure"), BLOBS] = Field(
        None, validation_alias="AZURE_STORAGE_CONNECTION_STRING"
    )
    assets_folder: Annotated[pathlib.Path, FOLDER] = Field(
        pathlib.Path(".orderbuddy/assets"), validation_alias="ORDERBUDDY_ASSETS_FOLDER"
    )
    """Where pictures are kept without Azure; embedded profile only."""
    api_endpoint: str = Field("http://localhost:8000", validation_alias="API_ENDPOINT")
