"""Pictures in Azure's blobs, with Azure's own SDK and server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from azure.storage.blob.aio import BlobServiceClient

from services.kit.errors import Unavailable
from services.menu.adapters.blobs import CONTAINER, AzureBlobs
from tests.servers.azurite import Azurite, azurite

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


@pytest.fixture
def server() -> Iterator[Azurite]:
    with azurite() as running:
        yield running


@pytest.fixture
async def blobs(server: Azurite) -> AsyncIterator[AzureBlobs]:
    made = AzureBlobs(server.connection_string)
    yield made
    await made.close()


async def put(blobs: AzureBlobs, name: str, content: bytes = PNG) -> str:
    return await blobs.put(name, content, "image/png")


async def get(url: str, **params: Any) -> httpx.Response:
    async with httpx.AsyncClient() as http:
        return await http.get(url, params=params or None)


async def stored(server: Azurite) -> list[str]:
    async with BlobServiceClient.from_connection_string(server.connection_string) as service:
        return [name async for name in service.get_container_client(CONTAINER).list_blob_names()]


async def test_anybody_can_read_a_picture_by_its_url_and_keep_it(blobs: AzureBlobs) -> None:
    answer = await get(await put(blobs, "luna/menu/a.png"))
    assert (answer.status_code, answer.content) == (200, PNG)
    kept = "public, max-age=31536000, immutable"
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("image/png", kept)


async def test_nobody_else_can_list_pictures(server: Azurite, blobs: AzureBlobs) -> None:
    url = await put(blobs, "luna/menu/a.png")
    answer = await get(url.removesuffix("/luna/menu/a.png"), restype="container", comp="list")
    assert answer.status_code in {401, 403, 404}
    assert await stored(server) == ["luna/menu/a.png"]


async def test_a_container_that_is_there_is_used(server: Azurite, blobs: AzureBlobs) -> None:
    await put(blobs, "luna/menu/a.png")
    restarted = AzureBlobs(server.connection_string)
    await put(restarted, "luna/menu/b.png")
    await restarted.close()
    assert await stored(server) == ["luna/menu/a.png", "luna/menu/b.png"]


async def test_a_name_is_never_used_for_another_picture(blobs: AzureBlobs) -> None:
    url = await put(blobs, "luna/menu/a.png")
    with pytest.raises(Unavailable):
        await put(blobs, "luna/menu/a.png", b"another")
    assert (await get(url)).content == PNG


async def test_a_deleted_picture_is_gone_and_deleting_it_again_does_no_harm(blobs: AzureBlobs) -> None:
    url = await put(blobs, "luna/logo/a.png")
    for _ in range(2):
        await blobs.delete(url, "luna/logo/")
    assert (await get(url)).status_code == 404


async def test_only_what_is_directly_under_the_prefix_is_deleted(server: Azurite, blobs: AzureBlobs) -> None:
    names = ["luna/logo/deep/a.png", "luna/menu/a.png", "sol/logo/a.png"]
    urls = [await put(blobs, name) for name in names]
    base = urls[2].removesuffix("sol/logo/a.png")
    tricks = ("luna/logo/../../sol/logo/a.png", "luna/logo/%2e%2e/%2e%2e/sol/logo/a.png", "luna/logo/", "luna/logo/..")
    others = ["", "https://elsewhere.example.test/assets/luna/logo/a.png", "luna/logo/a.png"]
    for url in [*urls, *(base + trick for trick in tricks), *others]:
        await blobs.delete(url, "luna/logo/")
    assert await stored(server) == names


async def test_an_outage_is_told_as_one(server: Azurite, blobs: AzureBlobs) -> None:
    url = await put(blobs, "luna/logo/a.png")
    server.kill()
    with pytest.raises(Unavailable) as on_put:
        await put(blobs, "luna/logo/b.png")
    with pytest.raises(Unavailable) as on_delete:
        await blobs.delete(url, "luna/logo/")
    assert on_put.value.reason == on_delete.value.reason == "IMAGES_AWAY"
