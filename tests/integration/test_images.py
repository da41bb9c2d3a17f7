"""Pictures over gRPC, kept in a folder, on the real database."""

from __future__ import annotations

import asyncio
import pathlib
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2
from orderbuddy.menu.v1 import image_service_pb2 as rpc
from orderbuddy.menu.v1 import image_service_pb2_grpc as rpc_grpc

from services.kit.clock import FixedClock
from services.kit.editing import Editing
from services.kit.errors import Conflict, Unavailable
from services.kit.mongo import Database
from services.kit.principal import CallerKind, Principal, Role
from services.kit.server import Build, Runtime
from services.menu.adapters.blobs import FolderBlobs
from services.menu.images.settings import ImageSettings
from services.menu.images.storing import Images
from services.menu.images.wiring import build_images
from services.menu.restaurants.repository import RestaurantRepository
from tests.support import Served, detail, metadata_of, reason

API = "http://api.test"
LUNA, SOL, NOWHERE = "luna", "sol", "nowhere"
MANAGED = {LUNA: Role.MANAGER, NOWHERE: Role.MANAGER, "..": Role.MANAGER, "a/b": Role.MANAGER}
MANAGER = metadata_of(Principal(CallerKind.STAFF, "bo", MANAGED))
STAFF = metadata_of(Principal(CallerKind.STAFF, "cy", {LUNA: Role.STAFF}))
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
JPEG, WEBP = b"\xff\xd8\xff\xe0" + b"\0" * 20, b"RIFF\0\0\0\0WEBP" + b"\0" * 20
LARGEST = 5 * 1024 * 1024

Serve = Callable[[str, Build], Awaitable[Served]]


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> pathlib.Path:
    """Where the service keeps pictures."""
    return tmp_path / "assets"


@pytest.fixture
async def stub(serve: Serve, db: Database, folder: pathlib.Path) -> rpc_grpc.ImageServiceStub:
    await db["restaurants"].insert_many([{"_id": LUNA, "name": "Luna"}, {"_id": SOL, "name": "Sol"}])

    async def build(runtime: Runtime) -> None:
        build_images(runtime, ImageSettings(assets_folder=folder, api_endpoint=API))

    return rpc_grpc.ImageServiceStub((await serve("menu", build)).channel)


def stored(folder: pathlib.Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def put_in_the_way(folder: pathlib.Path) -> None:
    """Let a folder be a file; permissions would not stop a test that runs as root."""
    folder.write_text("a file")


def name_of(url: str) -> str:
    assert url.startswith(f"{API}/assets/")
    return url.removeprefix(f"{API}/assets/")


def item(content: bytes = PNG, file_name: str = "a.png", **others: Any) -> rpc.UploadItemImageRequest:
    fields = {"restaurant_id": LUNA, "folder": "menu", **others}
    return rpc.UploadItemImageRequest(content=content, file_name=file_name, **fields)


def logo(content: bytes = PNG, file_name: str = "a.png", **others: Any) -> rpc.UploadLogoRequest:
    fields = {"restaurant_id": LUNA, "location_id": "undefined", **others}
    return rpc.UploadLogoRequest(content=content, file_name=file_name, **fields)


async def refusal(call: Awaitable[Any]) -> tuple[grpc.StatusCode, str, list[str]]:
    """Return how a call was refused: code, reason, and the fields that are wrong."""
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    bad = detail(refused.value, error_details_pb2.BadRequest)
    fields = [violation.field for violation in bad.field_violations] if bad else []
    return refused.value.code(), reason(refused.value), fields


class TestPicturesOfItems:
    @pytest.mark.parametrize(
        ("content", "file_name", "extension"),
        [
            (PNG, "a.png", "png"),
            (JPEG, "photo of today.JPEG", "jpg"),
            (JPEG, "a.jpg", "jpg"),
            (WEBP, "a.b.WebP", "webp"),
            (PNG, "../../etc/passwd.png", "png"),
            (PNG + b"\0" * (LARGEST - len(PNG)), "largest.png", "png"),
        ],
    )
    async def test_a_picture_is_stored_under_a_name_of_ours(
        self, stub: rpc_grpc.ImageServiceStub, folder: pathlib.Path, content: bytes, file_name: str, extension: str
    ) -> None:
        answer = await stub.UploadItemImage(item(content, file_name), metadata=MANAGER)
        (name,) = stored(folder)
        assert (name_of(answer.image_url), (folder / name).read_bytes()) == (name, content)
        parent, _, last = name.rpartition("/")
        stem, _, ending = last.partition(".")
        assert (parent, len(bytes.fromhex(stem)), ending) == ("luna/menu", 12, extension)

    @pytest.mark.parametrize(
        ("content", "file_name", "field"),
        [
            (b"", "a.png", "content"),
            (PNG + b"\0" * LARGEST, "a.png", "content"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.png", "content"),
            (b"GIF89a", "a.gif", "content"),
            (PNG, "a.jpg", "file_name"),
            (PNG, "a.svg", "file_name"),
            (PNG, "a", "file_name"),
            (PNG, "png", "file_name"),
            (PNG, "", "file_name"),
        ],
    )
    async def test_anything_else_is_refused_and_not_stored(
        self, stub: rpc_grpc.ImageServiceStub, folder: pathlib.Path, content: bytes, file_name: str, field: str
    ) -> None:
        for call in (
            stub.UploadItemImage(item(content, file_name), metadata=MANAGER),
            stub.UploadLogo(logo(content, file_name), metadata=MANAGER),
        ):
            code, _, fields = await refusal(call)
            assert (code, fields) == (grpc.StatusCode.INVALID_ARGUMENT, [field])
        assert stored(folder) == []

    @pytest.mark.parametrize("wanted", ["", "logo", "..", "menu/..", "Menu", "menu/"])
    async def test_there_is_one_folder(
        self, stub: rpc_grpc.ImageServiceStub, folder: pathlib.Path, wanted: str
    ) -> None:
        code, _, fields = await refusal(stub.UploadItemImage(item(folder=wanted), metadata=MANAGER))
        assert (code, fields, stored(folder)) == (grpc.StatusCode.INVALID_ARGUMENT, ["folder"], [])

    @pytest.mark.parametrize("restaurant_id", ["..", "a/b"])
    async def test_a_restaurants_id_is_no_path(
        self, stub: rpc_grpc.ImageServiceStub, db: Database, folder: pathlib.Path, restaurant_id: str
    ) -> None:
        await db["restaurants"].insert_one({"_id": restaurant_id})
        for call in (
            stub.UploadItemImage(item(restaurant_id=restaurant_id), metadata=MANAGER),
            stub.UploadLogo(logo(restaurant_id=restaurant_id), metadata=MANAGER),
        ):
            code, _, fields = await refusal(call)
            assert (code, fields) == (grpc.StatusCode.INVALID_ARGUMENT, ["restaurant_id"])
        assert stored(folder) == []

    async def test_nothing_is_stored_for_a_restaurant_that_is_not_there(
        self, stub: rpc_grpc.ImageServiceStub, folder: pathlib.Path
    ) -> None:
        for call in (
            stub.UploadItemImage(item(restaurant_id=NOWHERE), metadata=MANAGER),
            stub.UploadLogo(logo(restaurant_id=NOWHERE), metadata=MANAGER),
        ):
            assert (await refusal(call))[:2] == (grpc.StatusCode.NOT_FOUND, "INVALID_RESTAURANT")
        assert stored(folder) == []

    async def test_it_takes_a_manager_of_the_restaurant(
        self, stub: rpc_grpc.ImageServiceStub, folder: pathlib.Path
    ) -> None:
        for call in (
            stub.UploadItemImage(item(), metadata=STAFF),
            stub.UploadLogo(logo(), metadata=STAFF),
            stub.UploadItemImage(item(restaurant_id=SOL), metadata=MANAGER),
            stub.UploadLogo(logo(restaurant_id=SOL), metadata=MANAGER),
        ):
            assert (await refusal(call))[0] == grpc.StatusCode.PERMISSION_DENIED
        assert stored(folder) == []

    async def test_the_same_call_again_stores_nothing_more(
        self, stub: rpc_grpc.ImageServiceStub, folder: pathlib.Path
    ) -> None:
        first, again = [await stub.UploadItemImage(item(request_id="r1"), metadata=MANAGER) for _ in range(2)]
        assert first.image_url == again.image_url
        assert stored(folder) == [name_of(first.image_url)]

    async def test_a_folder_that_can_not_be_written_is_told(
        self, stub: rpc_grpc.ImageServiceStub, db: Database, folder: pathlib.Path
    ) -> None:
        put_in_the_way(folder)
        for call in (
            stub.UploadItemImage(item(), metadata=MANAGER),
            stub.UploadLogo(logo(), metadata=MANAGER),
        ):
            assert (await refusal(call))[:2] == (grpc.StatusCode.UNAVAILABLE, "IMAGES_AWAY")
        assert await db["restaurants"].find_one({"_id": LUNA}) == {"_id": LUNA, "name": "Luna"}


class TestLogos:
    async def test_a_restaurant_names_its_new_logo_and_somebody_is_on_record_for_it(
        self, stub: rpc_grpc.ImageServiceStub, db: Database
    ) -> None:
        url = (await stub.UploadLogo(logo(), metadata=MANAGER)).data
        assert name_of(url).startswith("luna/logo/")
        document = await db["restaurants"].find_one({"_id": LUNA})
        updated_at = "2026-01-15T20:30:00.000Z"
        assert document == {"_id": LUNA, "name": "Luna", "logo": url, "updatedAt": updated_at, "version": 1}
        (record,) = await db["audit"].find().to_list()
        assert (record["action"], record["changes"]) == ("UploadLogo", [{"path": "logo", "from": None, "to": url}])

    async def test_the_logo_before_is_deleted(self, stub: rpc_grpc.ImageServiceStub, folder: pathlib.Path) -> None:
        urls = [
            (await stub.UploadLogo(logo(*file), metadata=MANAGER)).data for file in ((PNG, "a.png"), (JPEG, "b.jpg"))
        ]
        assert urls[0] != urls[1]
        assert stored(folder) == [name_of(urls[1])]

    async def test_logos_sent_at_once_leave_the_one_that_is_named(
        self, stub: rpc_grpc.ImageServiceStub, db: Database, folder: pathlib.Path
    ) -> None:
        await asyncio.gather(*(stub.UploadLogo(logo(), metadata=MANAGER) for _ in range(4)))
        restaurant = await db["restaurants"].find_one({"_id": LUNA})
        assert restaurant is not None
        assert stored(folder) == [name_of(restaurant["logo"])]

    @pytest.mark.parametrize(
        "before",
        [
            f"{API}/assets/sol/logo/theirs.png",
            f"{API}/assets/luna/logo/../../sol/logo/theirs.png",
            f"{API}/assets/luna/logo/..",
            f"{API}/assets/luna/logo/",
            f"{API}/assets/luna/menu/soup.png",
            "https://elsewhere.example.test/luna/logo/a.png",
            "",
            None,
            7,
        ],
    )
    async def test_only_a_logo_of_ones_own_is_deleted(
        self, stub: rpc_grpc.ImageServiceStub, db: Database, folder: pathlib.Path, before: object
    ) -> None:
        for name in ("sol/logo/theirs.png", "luna/menu/soup.png"):
            (folder / name).parent.mkdir(parents=True)
            (folder / name).write_bytes(PNG)
        await db["restaurants"].update_one({"_id": LUNA}, {"$set": {"logo": before}})
        url = (await stub.UploadLogo(logo(), metadata=MANAGER)).data
        assert stored(folder) == sorted(["luna/menu/soup.png", "sol/logo/theirs.png", name_of(url)])

    async def test_a_logo_of_the_old_system_is_deleted_too(
        self, stub: rpc_grpc.ImageServiceStub, db: Database, folder: pathlib.Path
    ) -> None:
        (folder / "luna/logo").mkdir(parents=True)
        (folder / "luna/logo/logo.PNG").write_bytes(PNG)
        await db["restaurants"].update_one({"_id": LUNA}, {"$set": {"logo": f"{API}/assets/luna/logo/logo.PNG"}})
        url = (await stub.UploadLogo(logo(), metadata=MANAGER)).data
        assert stored(folder) == [name_of(url)]

    async def test_a_change_that_fails_leaves_the_old_logo_and_no_new_one(
        self, db: Database, clock: FixedClock, folder: pathlib.Path
    ) -> None:
        blobs = FolderBlobs(folder, API)
        old = await blobs.put("luna/logo/old.png", PNG, "image/png")
        await db["restaurants"].insert_one({"_id": LUNA, "logo": old})
        with pytest.raises(Conflict):
            await Images(blobs, _Contended(db, Editing(db, clock), clock)).change_logo(LUNA, "a.png", PNG)
        assert stored(folder) == ["luna/logo/old.png"]

    async def test_the_refusal_is_told_though_the_new_logo_can_not_be_deleted(
        self, db: Database, clock: FixedClock, folder: pathlib.Path
    ) -> None:
        class Kept(FolderBlobs):
            async def delete(self, url: str, prefix: str) -> None:
                raise Unavailable("IMAGES_AWAY", f"{url} under {prefix} can't be deleted now")

        await db["restaurants"].insert_one({"_id": LUNA})
        with pytest.raises(Conflict):
            await Images(Kept(folder, API), _Contended(db, Editing(db, clock), clock)).change_logo(LUNA, "a.png", PNG)

    async def test_a_logo_that_might_be_named_is_kept(
        self, db: Database, clock: FixedClock, folder: pathlib.Path
    ) -> None:
        await db["restaurants"].insert_one({"_id": LUNA})
        restaurants = _Unheard(db, Editing(db, clock), clock)
        with pytest.raises(ConnectionError):
            await Images(FolderBlobs(folder, API), restaurants).change_logo(LUNA, "a.png", PNG)
        named = (await db["restaurants"].find_one({"_id": LUNA}) or {})["logo"]
        assert stored(folder) == [name_of(named)]

    async def test_what_could_not_be_put_in_its_place_leaves_nothing(self, folder: pathlib.Path) -> None:
        (folder / "luna/logo/a.png/in the way").mkdir(parents=True)
        with pytest.raises(Unavailable):
            await FolderBlobs(folder, API).put("luna/logo/a.png", PNG, "image/png")
        assert stored(folder) == []


class _Contended(RestaurantRepository):
    """Restaurants that somebody else always changes first."""

    async def change_logo(self, *_: object) -> str:
        raise Conflict("VERSION_CHANGED", "somebody else was faster")


class _Unheard(RestaurantRepository):
    """A change is written, but the answer is lost on the way."""

    async def change_logo(self, restaurant_id: str, url: str) -> str:
        await super().change_logo(restaurant_id, url)
        raise ConnectionError
