"""Where pictures are kept: Azure's blobs, or a folder of this machine."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pathlib
import re
import tempfile
from typing import Final, Protocol

from azure.core.exceptions import AzureError, ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import ContentSettings, PublicAccess
from azure.storage.blob.aio import BlobServiceClient, LinearRetry

from services.kit.errors import Unavailable
from services.kit.telemetry import log

CONTAINER: Final = "assets"
_FOR_EVER: Final = "public, max-age=31536000, immutable"
"""A name is never used for another picture."""
_SECONDS: Final = 2
_PAUSE_SECONDS: Final = 1
_LAST_PART: Final = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9]+)?")


class Blobs(Protocol):
    """Keeps pictures by name, such as `luna/menu/66….png`. All raise Unavailable when that can't be done now."""

    async def put(self, name: str, content: bytes, media_type: str) -> str:
        """Store a picture under a name that was never used; return its URL."""
        ...

    async def delete(self, url: str, prefix: str) -> None:
        """Delete the picture at a URL, when it is one of ours directly under a prefix. Leave anything else alone."""
        ...

    async def close(self) -> None:
        """End the connections."""
        ...


class AzureBlobs:
    """Keeps pictures in a public container. Make it in the loop that it serves."""

    def __init__(self, connection_string: str) -> None:
        # Azure's own policy begins with 15 seconds, when whoever uploads has gone.
        retry = LinearRetry(backoff=_PAUSE_SECONDS, retry_total=2, random_jitter_range=0)
        self._service = BlobServiceClient.from_connection_string(
            connection_string, retry_policy=retry, connection_timeout=_SECONDS, read_timeout=_SECONDS
        )
        self._container = self._service.get_container_client(CONTAINER)
        self._is_there = False

    async def put(self, name: str, content: bytes, media_type: str) -> str:
        """Store a picture."""
        settings = ContentSettings(content_type=media_type, cache_control=_FOR_EVER)
        try:
            await self._make_container()
            blob = self._container.get_blob_client(name)
            await blob.upload_blob(content, content_settings=settings, overwrite=False, timeout=_SECONDS)
        except AzureError as error:
            raise _away(error) from error
        return str(blob.url)

    async def _make_container(self) -> None:
        if self._is_there:
            return
        with contextlib.suppress(ResourceExistsError):
            await self._container.create_container(public_access=PublicAccess.BLOB, timeout=_SECONDS)
        self._is_there = True

    async def delete(self, url: str, prefix: str) -> None:
        """Delete one of our pictures."""
        name = _name(url, f"{self._container.url}/", prefix)
        if name is None:
            return
        try:
            await self._container.get_blob_client(name).delete_blob(timeout=_SECONDS)
        except ResourceNotFoundError:
            return
        except AzureError as error:
            raise _away(error) from error

    async def close(self) -> None:
        """End the connections."""
        await self._service.close()


def _name(url: str, base: str, prefix: str) -> str | None:
    """Return the name of a picture directly under a prefix, or None.

    People write these URLs: one that goes on with `../` leads to the pictures of others.
    """
    start = base + prefix
    last = url.removeprefix(start)
    return prefix + last if url.startswith(start) and _LAST_PART.fullmatch(last) else None


def _away(error: AzureError) -> Unavailable:
    log.warning("blobs_away", kind=type(error).__name__)
    return Unavailable("IMAGES_AWAY", "pictures can't be stored now", retry_after_seconds=1)


class FolderBlobs:
    """Keeps pictures in a folder, which the edge serves under /assets. For the embedded profile."""

    def __init__(self, folder: pathlib.Path, api_endpoint: str) -> None:
        self._folder = folder
        self._base = f"{api_endpoint.rstrip('/')}/{CONTAINER}/"

    async def put(self, name: str, content: bytes, media_type: str) -> str:  # noqa: ARG002  the name's extension tells
        """Store a picture."""
        try:
            await asyncio.to_thread(self._write, self._path(name), content)
        except OSError as error:
            log.warning("folder_not_written", kind=type(error).__name__)
            raise Unavailable("IMAGES_AWAY", "pictures can't be stored now") from error
        return self._base + name

    async def delete(self, url: str, prefix: str) -> None:
        """Delete one of our pictures."""
        name = _name(url, self._base, prefix)
        if name is None:
            return
        try:
            await asyncio.to_thread(self._path(name).unlink, missing_ok=True)
        except OSError as error:
            log.warning("folder_not_written", kind=type(error).__name__)
            raise Unavailable("IMAGES_AWAY", "pictures can't be deleted now") from error

    async def close(self) -> None:
        """Nothing is open."""

    def _path(self, name: str) -> pathlib.Path:
        path = (self._folder / name).resolve()
        if not path.is_relative_to(self._folder.resolve()):
            raise Unavailable("IMAGES_AWAY", "that is no name of a picture")
        return path

    @staticmethod
    def _write(path: pathlib.Path, content: bytes) -> None:
        """Write beside, then rename: nobody ever sees half a picture, and what failed leaves nothing."""
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent)
        temporary = pathlib.Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
