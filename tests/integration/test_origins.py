"""Origins, their codes and campaigns, over gRPC, on the real database."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import grpc
import pytest
from bson import ObjectId
from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Value
from google.protobuf.timestamp_pb2 import Timestamp
from orderbuddy.menu.v1 import campaign_service_pb2, campaign_service_pb2_grpc, menu_service_pb2, menu_service_pb2_grpc
from orderbuddy.menu.v1 import origin_service_pb2 as rpc
from orderbuddy.menu.v1 import origin_service_pb2_grpc as rpc_grpc
from orderbuddy.notification.v1 import notification_service_pb2_grpc

from services.kit.clock import FixedClock
from services.kit.errors import Unavailable
from services.kit.mongo import Database
from services.kit.principal import CallerKind, Principal, Role
from services.kit.server import Build
from services.kit.settings import ServiceSettings
from services.menu.__main__ import build
from tests.conftest import NOW
from tests.servers.scripted import refuse
from tests.servers.short_links import ShortLinkServer
from tests.servers.vendors import in_thread
from tests.support import Served, metadata_of, reason

LUNA, PLACE = "luna", ObjectId()
MANAGER = metadata_of(Principal(CallerKind.STAFF, "bo", {LUNA: Role.MANAGER}))
WHERE: dict[str, Any] = {"restaurant_id": LUNA, "location_id": str(PLACE)}

Serve = Callable[[str, Build], Awaitable[Served]]


class Mails(notification_service_pb2_grpc.NotificationServiceServicer):
    """Takes mails, or refuses them."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.down = False

    async def SendOriginLink(self, request: Any, context: Any) -> Any:
        from orderbuddy.notification.v1 import notification_service_pb2  # noqa: PLC0415

        if self.down:
            await refuse(context, Unavailable("MAIL_NOT_SENT", "down"))
        self.sent.append(request)
        return notification_service_pb2.SendOriginLinkResponse()


@pytest.fixture
def mails() -> Mails:
    return Mails()


@pytest.fixture
async def channel(serve: Serve, db: Database, settings: ServiceSettings, mails: Mails) -> Any:
    await db["restaurants"].insert_one({"_id": LUNA, "name": "Luna & Sol"})
    await db["locations"].insert_one(
        {"_id": PLACE, "restaurantId": LUNA, "name": "Pier", "contact": {"email": "p@x.test"}}
    )
    server = grpc.aio.server()
    notification_service_pb2_grpc.add_NotificationServiceServicer_to_server(mails, server)
    settings.notification_address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    yield (await serve("menu", build)).channel
    await server.stop(None)


@pytest.fixture
def stub(channel: grpc.aio.Channel) -> rpc_grpc.OriginServiceStub:
    return rpc_grpc.OriginServiceStub(channel)


async def refusal(call: Awaitable[Any]) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    return refused.value.code(), reason(refused.value)


def styled(flag: Any) -> rpc.SaveQrStyleRequest:
    """Return a style with a flag that may be anything."""
    dots = ParseDict(flag, Value())
    options = rpc.QrImageOptions(hide_background_dots=dots, image_size=0, margin=5, cross_origin="anonymous")
    style = rpc.QrStyle(width=300, height=300, type="svg", data="x", margin=5, shape="square", image_options=options)
    return rpc.SaveQrStyleRequest(**WHERE, qr_code_image="", qr_code_style=style)


async def table(stub: rpc_grpc.OriginServiceStub, name: str = "Table 1") -> rpc.OriginDetails:
    request = rpc.CreateOriginRequest(**WHERE, name=name, type="table")
    answer: rpc.CreateOriginResponse = await stub.CreateOrigin(request, metadata=MANAGER)
    return answer.data


class TestOrigins:
    async def test_a_new_table_has_a_link_that_leads_to_its_page(self, stub: rpc_grpc.OriginServiceStub) -> None:
        made = await table(stub)
        assert base64.b64decode(made.qr_code.removeprefix("data:image/png;base64,"))[:4] == b"\x89PNG"
        led = await stub.ResolveShortLink(rpc.ResolveShortLinkRequest(short_id=made.qr_code_id))
        assert led.location == f"http://localhost:5173/entry/{made.id}?name=Luna%20%26%20Sol"

    async def test_an_unknown_link_leads_nowhere(self, stub: rpc_grpc.OriginServiceStub) -> None:
        refused = await refusal(stub.ResolveShortLink(rpc.ResolveShortLinkRequest(short_id="nope")))
        assert refused == (grpc.StatusCode.NOT_FOUND, "UNKNOWN_LINK")

    async def test_origins_are_listed_with_the_style(self, stub: rpc_grpc.OriginServiceStub) -> None:
        empty = (await stub.ListOrigins(rpc.ListOriginsRequest(**WHERE), metadata=MANAGER)).data
        assert (list(empty.origin_data), empty.HasField("qr_code_style")) == ([], False)
        made = await table(stub)
        part = rpc.QrPartStyle(color="#112233", type="dots")
        style = rpc.QrStyle(width=300, height=300, type="svg", data="x", margin=5, shape="square", dots_options=part)
        for _ in range(2):
            request = rpc.SaveQrStyleRequest(**WHERE, qr_code_image="", qr_code_style=style)
            await stub.SaveQrStyle(request, metadata=MANAGER)
        listed = (await stub.ListOrigins(rpc.ListOriginsRequest(**WHERE), metadata=MANAGER)).data
        assert [o.id for o in listed.origin_data] == [made.id]
        assert listed.qr_code_style["dotsOptions"]["color"] == "#112233"

    @pytest.mark.parametrize(
        "flag", [1e300, -1e300, {}, {"$x": 1}, {"": 1}, {".": 1}, {"a\0b": 1}, [{"$x": 1}], "x" * 51], ids=str
    )
    async def test_a_flag_that_is_none_is_refused(
        self, stub: rpc_grpc.OriginServiceStub, db: Database, flag: Any
    ) -> None:
        before = await db["locations"].find_one({"_id": PLACE})
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await stub.SaveQrStyle(styled(flag), metadata=MANAGER)
        assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert refused.value.details() == (
            "qr_code_style.image_options.hide_background_dots must be true, false, or a short text or number"
        )
        assert await db["locations"].find_one({"_id": PLACE}) == before

    @pytest.mark.parametrize("flag", [True, False, 1, "yes"])
    async def test_a_style_replaces_whatever_was_stored(
        self, stub: rpc_grpc.OriginServiceStub, db: Database, flag: Any
    ) -> None:
        strange = {"$x": 1, "": 2, "a.b": 3, "margin": 4}
        await db["locations"].update_one(
            {"_id": PLACE}, {"$set": {"qrCodeStyle": {"imageOptions": strange, "qrOptions": {"": {"a": 1}}}}}
        )
        await stub.SaveQrStyle(styled(flag), metadata=MANAGER)
        stored = (await db["locations"].find_one({"_id": PLACE}) or {})["qrCodeStyle"]
        options = {"hideBackgroundDots": flag, "imageSize": 0, "margin": 5, "crossOrigin": "anonymous"}
        assert (stored["imageOptions"], "qrOptions" in stored) == (options, False)

    async def test_a_table_is_renamed_and_deleted(self, stub: rpc_grpc.OriginServiceStub) -> None:
        made = await table(stub)
        one: dict[str, Any] = {**WHERE, "origin_id": made.id}
        renamed = await stub.RenameOrigin(rpc.RenameOriginRequest(**one, name="Window"), metadata=MANAGER)
        assert (renamed.data.label, renamed.data.qr_code_id) == ("Window", made.qr_code_id)
        await stub.DeleteOrigin(rpc.DeleteOriginRequest(**one), metadata=MANAGER)
        again = await refusal(stub.DeleteOrigin(rpc.DeleteOriginRequest(**one), metadata=MANAGER))
        assert again == (grpc.StatusCode.NOT_FOUND, "UNKNOWN_ORIGIN")

    async def test_a_location_has_at_most_500_origins_however_they_are_made(
        self, stub: rpc_grpc.OriginServiceStub, channel: grpc.aio.Channel, db: Database
    ) -> None:
        campaigns = campaign_service_pb2_grpc.CampaignServiceStub(channel)
        reward = campaign_service_pb2.CampaignRewardChange(flat_off_cents=100)
        flyer = campaign_service_pb2.CreateCampaignRequest(**WHERE, name="Flyer", type="flat", reward=reward)
        there = {"restaurantId": LUNA, "locationId": PLACE}
        elsewhere = [{"restaurantId": LUNA, "locationId": ObjectId()} for _ in range(2)]
        await db["origins"].insert_many([*({**there} for _ in range(497)), *elsewhere])
        made = await asyncio.gather(
            *(table(stub, f"Table {n}") for n in range(4)),
            *(campaigns.CreateCampaign(flyer, metadata=MANAGER) for _ in range(4)),
            return_exceptions=True,
        )
        refused = [(m.code(), reason(m)) for m in made if isinstance(m, grpc.aio.AioRpcError)]
        assert refused == [(grpc.StatusCode.INVALID_ARGUMENT, "TOO_MANY_ORIGINS")] * 5
        assert await db["origins"].count_documents(there) == 500
        (listed, *_) = (await stub.ListOrigins(rpc.ListOriginsRequest(**WHERE), metadata=MANAGER)).data.origin_data
        await stub.DeleteOrigin(rpc.DeleteOriginRequest(**WHERE, origin_id=listed.id), metadata=MANAGER)
        await table(stub)

    async def test_codes_are_drawn_as_png_svg_and_on_a_sheet(self, stub: rpc_grpc.OriginServiceStub) -> None:
        made = await table(stub, "Table <1>")
        for kind, media_type, start in (("png", "image/png", b"\x89PNG"), ("svg", "image/svg+xml", b"<svg")):
            request = rpc.RenderOriginQrRequest(**WHERE, origin_id=made.id, format=kind)
            image = (await stub.RenderOriginQr(request, metadata=MANAGER)).image
            assert (image.content_type, image.data[: len(start)]) == (media_type, start)
        page = (await stub.RenderTableSheet(rpc.RenderTableSheetRequest(**WHERE), metadata=MANAGER)).page
        text = page.data.decode()
        assert ("Table &lt;1&gt;" in text, "<script" in text, text.count("<svg")) == (True, False, 1)

    async def test_the_link_is_mailed_to_the_location(self, stub: rpc_grpc.OriginServiceStub, mails: Mails) -> None:
        made = await table(stub)
        request = rpc.SendOriginLinkRequest(**WHERE, origin_id=made.id)
        await stub.SendOriginLink(request, metadata=MANAGER)
        (mail,) = mails.sent
        assert (mail.to, mail.origin_name, mail.link[-len(made.qr_code_id) :]) == (
            "p@x.test",
            "Table 1",
            made.qr_code_id,
        )
        mails.down = True
        assert await refusal(stub.SendOriginLink(request, metadata=MANAGER)) == (
            grpc.StatusCode.UNAVAILABLE,
            "MAIL_NOT_SENT",
        )

    async def test_a_location_without_address_is_told(self, stub: rpc_grpc.OriginServiceStub, db: Database) -> None:
        made = await table(stub)
        await db["locations"].update_one({"_id": PLACE}, {"$unset": {"contact": ""}})
        request = rpc.SendOriginLinkRequest(**WHERE, origin_id=made.id)
        assert (await refusal(stub.SendOriginLink(request, metadata=MANAGER)))[1] == "NO_ADDRESS"


class TestShortLinkService:
    @pytest.fixture
    def server(self) -> ShortLinkServer:
        return ShortLinkServer()

    @pytest.fixture
    def channel_with_service(self, server: ShortLinkServer, monkeypatch: pytest.MonkeyPatch) -> Any:
        with in_thread(server.app) as url:
            monkeypatch.setenv("SMART_SCAN_URL", url)
            yield url

    async def test_a_configured_service_makes_the_links(
        self,
        channel_with_service: str,  # noqa: ARG002  sets the environment
        server: ShortLinkServer,
        serve: Serve,
        db: Database,
    ) -> None:
        await db["restaurants"].insert_one({"_id": LUNA, "name": "Luna"})
        await db["locations"].insert_one({"_id": PLACE, "restaurantId": LUNA})
        stub = rpc_grpc.OriginServiceStub((await serve("menu", build)).channel)
        made = await table(stub)
        assert server.targets == {"qr000001": f"http://localhost:5173/entry/{made.id}?name=Luna"}
        server.status = 500
        request = rpc.CreateOriginRequest(**WHERE, name="Table 2", type="table")
        assert (await refusal(stub.CreateOrigin(request, metadata=MANAGER)))[1] == "NO_SHORT_LINK"
        assert await db["origins"].count_documents({}) == 1
        await db["origins"].insert_many([{"restaurantId": LUNA, "locationId": PLACE} for _ in range(499)])
        # A full location does not even ask for a link.
        assert (await refusal(stub.CreateOrigin(request, metadata=MANAGER)))[1] == "TOO_MANY_ORIGINS"


class TestCampaigns:
    @pytest.fixture
    def campaigns(self, channel: grpc.aio.Channel) -> campaign_service_pb2_grpc.CampaignServiceStub:
        return campaign_service_pb2_grpc.CampaignServiceStub(channel)

    async def make(self, stub: Any, **fields: Any) -> campaign_service_pb2.CampaignDetails:
        given = {"type": "flat", "reward": campaign_service_pb2.CampaignRewardChange(flat_off_cents=200), **fields}
        request = campaign_service_pb2.CreateCampaignRequest(**WHERE, name="Spring", **given)
        answer: campaign_service_pb2.CreateCampaignResponse = await stub.CreateCampaign(request, metadata=MANAGER)
        return answer.data

    async def test_a_campaign_comes_with_its_origin_and_goes_alone(
        self,
        campaigns: campaign_service_pb2_grpc.CampaignServiceStub,
        stub: rpc_grpc.OriginServiceStub,
        db: Database,
    ) -> None:
        made = await self.make(campaigns)
        one: dict[str, Any] = {**WHERE, "origin_id": made.origin_id}
        refused = await refusal(stub.DeleteOrigin(rpc.DeleteOriginRequest(**one), metadata=MANAGER))
        assert (refused[1], made.is_active, made.reward.flat_off_cents) == ("ORIGIN_IN_USE", True, 200)
        delete = campaign_service_pb2.DeleteCampaignRequest(**WHERE, campaign_id=made.id)
        await campaigns.DeleteCampaign(delete, metadata=MANAGER)
        await stub.DeleteOrigin(rpc.DeleteOriginRequest(**one), metadata=MANAGER)
        assert await db["origins"].count_documents({}) == 0

    @pytest.mark.parametrize(
        "fields",
        [
            {"type": "bogo"},
            {"type": "percent"},
            {"reward": campaign_service_pb2.CampaignRewardChange()},
            {"reward": campaign_service_pb2.CampaignRewardChange(flat_off_cents=-1)},
            {"active_from": Timestamp(seconds=2), "active_until": Timestamp(seconds=1)},
        ],
    )
    async def test_a_campaign_without_effect_is_refused(
        self, campaigns: campaign_service_pb2_grpc.CampaignServiceStub, db: Database, fields: dict[str, Any]
    ) -> None:
        refused = await refusal(self.make(campaigns, **fields))
        assert (refused[0], await db["origins"].count_documents({})) == (grpc.StatusCode.INVALID_ARGUMENT, 0)

    @pytest.mark.parametrize("field", ["active_from", "active_until"])
    @pytest.mark.parametrize(
        "instant",
        [
            Timestamp(seconds=253_402_300_800),
            Timestamp(seconds=-62_135_596_801),
            Timestamp(seconds=2**62),
            Timestamp(nanos=-1),
            Timestamp(nanos=10**9),
        ],
    )
    async def test_an_instant_that_can_not_be_is_refused(
        self, campaigns: campaign_service_pb2_grpc.CampaignServiceStub, db: Database, field: str, instant: Timestamp
    ) -> None:
        made = await self.make(campaigns)
        before = await db["campaigns"].find().to_list()
        fields: dict[str, Any] = {**WHERE, "campaign_id": made.id, field: instant}
        change = campaign_service_pb2.UpdateCampaignRequest(**fields)
        for call in (self.make(campaigns, **{field: instant}), campaigns.UpdateCampaign(change, metadata=MANAGER)):
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await call
            assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
            assert refused.value.details() == f"{field} must be an instant of the years 1 to 9999"
        assert await db["campaigns"].find().to_list() == before

    async def test_guests_see_a_campaign_from_its_beginning_to_its_end(
        self, campaigns: campaign_service_pb2_grpc.CampaignServiceStub, channel: grpc.aio.Channel, clock: FixedClock
    ) -> None:
        begin, end = Timestamp(), Timestamp()
        begin.FromDatetime(NOW + timedelta(hours=1))
        end.FromDatetime(NOW + timedelta(hours=2))
        reward = campaign_service_pb2.CampaignRewardChange(percent_off=10)
        made = await self.make(campaigns, type="percent", reward=reward, active_from=begin, active_until=end)
        service = metadata_of(Principal(CallerKind.SERVICE, "ordering"))
        stream = menu_service_pb2_grpc.MenuServiceStub(channel).WatchCatalog(
            menu_service_pb2.WatchCatalogRequest(view=menu_service_pb2.CATALOG_VIEW_FULL), metadata=service
        )
        told: list[str] = []

        async def until(condition: str) -> None:
            async for message in stream:
                if message.WhichOneof("event") == "upsert" and message.upsert.HasField("campaign"):
                    told.append(f"on {message.upsert.campaign.percent_off}")
                # That it is not on yet may be told, too, when the service learns of it only now.
                if told and message.WhichOneof("event") == "removed_key" and made.origin_id in message.removed_key:
                    told.append("off")
                if condition in (*told[-1:], message.WhichOneof("event")):
                    return

        await until("synced")
        clock.set(NOW + timedelta(hours=1))
        await until("on 10.0")
        clock.set(NOW + timedelta(hours=2))
        await until("off")
        stream.cancel()
        assert told == ["on 10.0", "off"]

    async def test_a_campaign_is_switched_off_and_on(
        self, campaigns: campaign_service_pb2_grpc.CampaignServiceStub, channel: grpc.aio.Channel
    ) -> None:
        made = await self.make(campaigns)
        guests = menu_service_pb2_grpc.MenuServiceStub(channel)
        read = menu_service_pb2.GetOriginCampaignRequest(**WHERE, origin_id=made.origin_id)
        seen = []
        for version, active in enumerate((False, True)):
            update = campaign_service_pb2.UpdateCampaignRequest(
                **WHERE, campaign_id=made.id, is_active=active, version=version
            )
            await campaigns.UpdateCampaign(update, metadata=MANAGER)
            seen.append((await guests.GetOriginCampaign(read)).HasField("data"))
        stale = campaign_service_pb2.UpdateCampaignRequest(**WHERE, campaign_id=made.id, is_active=False, version=0)
        assert (await refusal(campaigns.UpdateCampaign(stale, metadata=MANAGER)))[1] == "VERSION_CHANGED"
        assert seen == [False, True]
