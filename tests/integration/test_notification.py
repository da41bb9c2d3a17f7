"""The Notification service with the vendors' SDKs against local servers, on the real database."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Iterator

import grpc
import pytest
from orderbuddy.notification.v1 import notification_service_pb2 as rpc
from orderbuddy.notification.v1 import notification_service_pb2_grpc as rpc_grpc

from services.kit.mongo import Database
from services.kit.principal import CallerKind, Principal, Role
from services.kit.server import Build
from services.kit.settings import ServiceSettings
from services.notification.__main__ import build
from services.notification.adapters import twilio_texts
from services.notification.settings import NotificationSettings
from tests.servers.sendgrid import KEY, SendGrid
from tests.servers.twilio import ACCOUNT, INVALID_NUMBER, NUMBER, TOKEN, Twilio
from tests.servers.vendors import in_thread
from tests.support import SECRET, Served, metadata_of, reason

EDGE = metadata_of(Principal(CallerKind.SERVICE, "edge"))
STAFF = metadata_of(Principal(CallerKind.STAFF, "u", {"luna": Role.STAFF}))
TO = "+12065550155"

Serve = Callable[[str, Build], Awaitable[Served]]


@pytest.fixture
def twilio() -> Twilio:
    return Twilio()


@pytest.fixture
def sendgrid() -> SendGrid:
    return SendGrid()


@pytest.fixture
def settings(mongo_uri: str, db: Database, twilio: Twilio, sendgrid: SendGrid) -> Iterator[ServiceSettings]:
    with in_thread(twilio.app) as sms_url, in_thread(sendgrid.app) as mail_url:
        yield NotificationSettings.model_validate(
            {
                "DB_CONN_STRING": mongo_uri,
                "DB_NAME": db.name,
                "ORDERBUDDY_ASSERTION_SECRET": SECRET,
                "ORDERBUDDY_GRACE_SECONDS": 0.2,
                "TWILIO_ACCOUNT_SID": ACCOUNT,
                "TWILIO_AUTH_TOKEN": TOKEN,
                "TWILIO_PHONE_NUMBER": NUMBER,
                "ORDERBUDDY_TWILIO_URL": sms_url,
                "SENDGRID_API_KEY": KEY,
                "FROM_EMAIL": "hello@orderbuddy.test",
                "ORDERBUDDY_SENDGRID_URL": mail_url,
            }
        )


@pytest.fixture
async def stub(serve: Serve) -> rpc_grpc.NotificationServiceStub:
    return rpc_grpc.NotificationServiceStub((await serve("notification", build)).channel)


async def refusal(call: Awaitable[object]) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    return refused.value.code(), reason(refused.value)


def code(**contact: str) -> rpc.SendLoginCodeRequest:
    return rpc.SendLoginCodeRequest(code="123456", lifetime_seconds=900, **contact)


async def test_a_login_code_goes_out_by_sms(stub: rpc_grpc.NotificationServiceStub, twilio: Twilio) -> None:
    await stub.SendLoginCode(code(phone_number=TO), metadata=EDGE)
    text = "OrderBuddy: your login code is 123456. It works for 15 minutes. Never tell it to anybody."
    assert twilio.sent == [{"To": TO, "From": NUMBER, "Body": text}]


async def test_a_login_code_goes_out_by_mail(stub: rpc_grpc.NotificationServiceStub, sendgrid: SendGrid) -> None:
    await stub.SendLoginCode(code(email="ana@example.test"), metadata=EDGE)
    (mail,) = sendgrid.sent
    assert (mail["from"], mail["subject"]) == ({"email": "hello@orderbuddy.test"}, "Your OrderBuddy login code")
    assert "123456" in mail["content"][0]["value"]


async def test_a_number_that_the_provider_refuses_is_told(
    stub: rpc_grpc.NotificationServiceStub, capfd: pytest.CaptureFixture[str]
) -> None:
    refused = await refusal(stub.SendLoginCode(code(phone_number=INVALID_NUMBER), metadata=EDGE))
    assert refused == (grpc.StatusCode.FAILED_PRECONDITION, "SMS_REFUSED")
    assert INVALID_NUMBER not in "".join(capfd.readouterr())


async def test_providers_that_are_down_are_told(
    stub: rpc_grpc.NotificationServiceStub, twilio: Twilio, sendgrid: SendGrid
) -> None:
    twilio.failures.down = sendgrid.failures.down = True
    assert await refusal(stub.SendLoginCode(code(phone_number=TO), metadata=EDGE)) == (
        grpc.StatusCode.UNAVAILABLE,
        "SMS_NOT_SENT",
    )
    assert await refusal(stub.SendLoginCode(code(email="ana@example.test"), metadata=EDGE)) == (
        grpc.StatusCode.UNAVAILABLE,
        "MAIL_NOT_SENT",
    )


async def test_a_code_that_may_have_been_sent_is_not_sent_again_by_itself(
    stub: rpc_grpc.NotificationServiceStub, twilio: Twilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twilio_texts, "_TIMEOUT_SECONDS", 0.2)
    twilio.failures.hanging = True
    assert await refusal(stub.SendLoginCode(code(phone_number=TO), metadata=EDGE)) == (
        grpc.StatusCode.ABORTED,
        "SMS_UNHEARD",
    )


async def test_an_origins_link_goes_out_with_its_image(
    stub: rpc_grpc.NotificationServiceStub, sendgrid: SendGrid
) -> None:
    request = rpc.SendOriginLinkRequest(
        restaurant_id="luna",
        location_id="6" * 24,
        to="owner@example.test",
        restaurant_name="Luna <Mar>",
        location_name="Pier",
        origin_name="Table 1",
        origin_type="table",
        link="https://q.example.test/abc",
        qr_png=b"\x89PNG",
    )
    await stub.SendOriginLink(request, metadata=EDGE)
    (mail,) = sendgrid.sent
    assert mail["subject"] == "QR Code Link for Table 1 at Pier"
    assert "Luna &lt;Mar&gt;" in mail["content"][1]["value"]
    attached, shown = mail["attachments"]
    image = {"filename": "Table 1.png", "type": "image/png", "content": base64.b64encode(b"\x89PNG").decode()}
    assert attached == image | {"disposition": "attachment"}
    assert shown == image | {"disposition": "inline", "content_id": "qr"}
    assert 'src="cid:qr"' in mail["content"][1]["value"]


async def test_a_device_is_subscribed_once_and_unsubscribed(
    stub: rpc_grpc.NotificationServiceStub, db: Database
) -> None:
    for platform, token in (("web", "w:1"), ("web", "w:1"), ("android", "a:1")):
        request = rpc.SubscribeDeviceRequest(restaurant_id="luna", token=token, platform=platform)
        await stub.SubscribeDevice(request, metadata=STAFF)
    assert await db["subscriptions"].find({}, {"_id": 0}).to_list() == [
        {"restaurantId": "luna", "fcmAndroid": ["a:1"], "fcmWeb": ["w:1"]}
    ]
    await stub.UnsubscribeDevice(rpc.UnsubscribeDeviceRequest(restaurant_id="luna", token="w:1"), metadata=STAFF)
    assert (await db["subscriptions"].find_one({}) or {})["fcmWeb"] == []


async def test_nobody_subscribes_a_device_to_another_restaurant(stub: rpc_grpc.NotificationServiceStub) -> None:
    request = rpc.SubscribeDeviceRequest(restaurant_id="sol", token="w:1", platform="web")
    assert await refusal(stub.SubscribeDevice(request, metadata=STAFF)) == (
        grpc.StatusCode.PERMISSION_DENIED,
        "FOREIGN_RESTAURANT",
    )
