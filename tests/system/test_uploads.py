"""Uploads through the edge and Azure's own SDK into Azurite: right ones are readable, wrong ones leave nothing."""

from __future__ import annotations

import asyncio
import pathlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from azure.storage.blob import BlobServiceClient
from pymongo import AsyncMongoClient

from tests.servers.azurite import Azurite, azurite
from tools.processes import Stack

CODE = "123456"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
JPEG, WEBP = b"\xff\xd8\xff\xe0" + b"\0" * 100, b"RIFF\0\0\0\0WEBP" + b"\0" * 100
LARGEST = 5 * 1024 * 1024
ITEM, LOGO = "/storage/upload/luna", "/origins/luna/undefined/logo"


class Uploader:
    """A signed-in owner of Luna."""

    def __init__(self, http: httpx.AsyncClient, server: Azurite, stack: Stack) -> None:
        self.http = http
        self.server = server
        self.stack = stack

    async def sign_in(self) -> str:
        begun = (await self.http.post("/login/signinup/code", json={"email": "ana@example.test"})).json()
        code = {name: begun[name] for name in ("deviceId", "preAuthSessionId")} | {"userInputCode": CODE}
        answer = await self.http.post("/login/signinup/code/consume", json=code)
        self.http.headers["authorization"] = f"Bearer {answer.headers['st-access-token']}"
        user_id: str = answer.json()["user"]["id"]
        return user_id

    async def post(self, path: str, files: Any, folder: str | None = "menu") -> httpx.Response:
        return await self.http.post(path, files=files, data={"folder": folder} if folder else None)

    def stored(self) -> list[str]:
        with BlobServiceClient.from_connection_string(self.server.connection_string) as service:
            container = service.get_container_client("assets")
            return sorted(container.list_blob_names()) if container.exists() else []


@pytest.fixture
async def uploader(tmp_path: pathlib.Path) -> AsyncIterator[Uploader]:
    with azurite() as server:
        env = {"ORDERBUDDY_LOGIN_CODE": CODE, "AZURE_STORAGE_CONNECTION_STRING": server.connection_string}
        with Stack(tmp_path / "data", env) as stack:
            stack.wait_ready()
            async with httpx.AsyncClient(base_url=stack.edge_url, timeout=30) as http:
                found = Uploader(http, server, stack)
                user_id = await found.sign_in()
                async with AsyncMongoClient[dict[str, Any]](stack.mongo_uri) as client:
                    db = client[stack.db_name]
                    await db["restaurants"].insert_one({"_id": "luna", "name": "Luna", "createdAt": "x"})
                    await db["users"].insert_one({"userId": user_id, "restaurants": ["luna"]})
                yield found


def file(content: bytes, name: str = "a.png", field: str = "file") -> list[tuple[str, tuple[str, bytes]]]:
    return [(field, (name, content))]


WRONG = {
    "no picture": (file(b"<svg/>"), 400),
    "another kind than its name says": (file(PNG, "a.WEBP"), 400),
    "a page called png": (file(b"<script>", "a.png"), 400),
    "no extension": (file(PNG, "a"), 400),
    "empty": (file(b""), 400),
    "too large": (file(PNG + b"\0" * LARGEST), 413),
    "two files": (file(PNG) + file(PNG), 400),
    "another field": (file(PNG, field="other"), 400),
    "no file": ([], 400),
}


async def test_uploads(uploader: Uploader) -> None:
    """One system for all of it: it takes seconds to start."""
    # Everything wrong is told, and nothing of it is stored.
    seen = {}
    for name, (files, _) in WRONG.items():
        for path in (ITEM, LOGO):
            answer = await uploader.post(path, files)
            seen[name, path] = (answer.status_code, bool(answer.json()["message"]))
    assert seen == {(name, path): (status, True) for name, (_, status) in WRONG.items() for path in (ITEM, LOGO)}
    for folder in ("..", "../x", "logo", "menu/..", None):
        assert (await uploader.post(ITEM, file(PNG), folder)).status_code == 400
    for restaurant in ("..", "%2e%2e", "sol", "luna%2f..%2fsol"):
        assert (await uploader.post(f"/storage/upload/{restaurant}", file(PNG))).status_code in (400, 403, 404)
    await _cut(uploader)
    assert uploader.stored() == []

    # What is right can be read by its URL; what the file is called elsewhere plays no part.
    for content, name, media_type in (
        (PNG, "../../etc/passwd.png", "image/png"),
        (JPEG, "a.JPEG", "image/jpeg"),
        (WEBP, "ä \0.webp", "image/webp"),
        (PNG + b"\0" * (LARGEST - len(PNG)), "large.png", "image/png"),
    ):
        answer = await uploader.post(ITEM, file(content, name))
        assert answer.status_code == 201, answer.text
        read = await uploader.http.get(answer.json()["imageUrl"])
        assert (read.content == content, read.headers["content-type"]) == (True, media_type)
    assert all(name.startswith("luna/menu/") for name in uploader.stored())

    # A new logo has a new URL, and the one before is gone.
    first = (await uploader.post(LOGO, file(PNG))).json()["data"]
    second = (await uploader.post(LOGO, file(JPEG, "b.jpg"))).json()["data"]
    details = await uploader.http.get("/restaurant/restaurants/luna/locationId/undefined/restaurantDetails")
    assert details.json()["data"]["logo"] == second
    assert [(await uploader.http.get(url)).status_code for url in (first, second)] == [404, 200]

    # Without the store there is a clear answer, and the restaurant keeps its logo.
    uploader.server.kill()
    away = await uploader.post(LOGO, file(PNG))
    assert (away.status_code, away.json()["message"]) == (503, "pictures can't be stored now")
    details = await uploader.http.get("/restaurant/restaurants/luna/locationId/undefined/restaurantDetails")
    assert details.json()["data"]["logo"] == second


async def _cut(uploader: Uploader) -> None:
    """Send half a form and hang up."""
    port = uploader.stack.parts["edge"].port
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    token = uploader.http.headers["authorization"]
    head = f"POST {ITEM} HTTP/1.1\r\nhost: x\r\nauthorization: {token}\r\ncontent-length: 5000\r\n"
    form = "content-type: multipart/form-data; boundary=b\r\n\r\n--b\r\n"
    part = 'content-disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    writer.write((head + form + part).encode() + PNG)
    await writer.drain()
    writer.close()
    await writer.wait_closed()
