"""Each channel with the vendor's library against a server that speaks the vendor's wire format."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from services.kit.errors import Unavailable
from services.kit.ports import free_port
from services.notification.adapters.fcm_pushes import FcmPushes
from services.notification.adapters.sendgrid_mails import SendGridMails
from services.notification.adapters.smtp_mails import SmtpMails
from services.notification.adapters.twilio_texts import TwilioTexts
from services.notification.adapters.web_pushes import WebPushes, is_push_service
from services.notification.outbound import Arrival, Attachment, BrowserPush, Fate, Mail, Push, Result, Sms
from tests.servers.fcm import ADDRESS, MALFORMED, PROJECT, UNREGISTERED, Fcm
from tests.servers.sendgrid import KEY, SendGrid
from tests.servers.smtp import MailServer, mail_server
from tests.servers.twilio import ACCOUNT, INVALID_NUMBER, NUMBER, TOKEN, Twilio
from tests.servers.vendors import in_thread
from tests.servers.web_push import WebPush

TO = "+12065550155"
SMS = Sms(TO, "OrderBuddy-Cuppa Co: your order #2AFA is ready for pickup")
MAIL = Mail(
    "ana@example.test",
    "Hello",
    "plain",
    "<p>rich <img src='cid:qr'></p>",
    [Attachment("a.png", "image/png", b"1", "qr")],
)
MINUTE = timedelta(minutes=1)


class TestTwilio:
    @pytest.fixture
    async def server(self) -> AsyncIterator[tuple[Twilio, TwilioTexts]]:
        twilio = Twilio()
        with in_thread(twilio.app) as url:
            texts = TwilioTexts(ACCOUNT, TOKEN, NUMBER, url)
            yield twilio, texts
            await texts.close()

    async def test_what_is_sent_is_what_the_old_system_sent(self, server: tuple[Twilio, TwilioTexts]) -> None:
        twilio, texts = server
        (result,) = await texts.send([SMS])
        assert twilio.sent == [{"To": TO, "From": NUMBER, "Body": SMS.text}]
        assert (result.fate, result.provider_id[:2], result.code) == (Fate.ACCEPTED, "SM", "")

    async def test_a_number_that_is_none_is_refused(self, server: tuple[Twilio, TwilioTexts]) -> None:
        assert await server[1].send([Sms(INVALID_NUMBER, "x")]) == [Result(Fate.REFUSED, code="21211")]

    async def test_a_provider_that_is_down_is_asked_later(self, server: tuple[Twilio, TwilioTexts]) -> None:
        twilio, texts = server
        twilio.failures.down, twilio.failures.retry_after = True, "60"
        assert await texts.send([SMS]) == [Result(Fate.LATER, code="20503", retry_after=MINUTE)]
        twilio.failures.retry_after = ""
        assert await texts.send([SMS]) == [Result(Fate.LATER, code="20503")]

    async def test_wrong_credentials_are_our_fault_and_not_the_recipients(
        self, server: tuple[Twilio, TwilioTexts]
    ) -> None:
        with in_thread(server[0].app) as url:
            texts = TwilioTexts(ACCOUNT, "wrong", NUMBER, url)
            assert await texts.send([SMS]) == [Result(Fate.LATER, code="20003")]
            await texts.close()

    async def test_what_became_of_a_message(self, server: tuple[Twilio, TwilioTexts]) -> None:
        twilio, texts = server
        (result,) = await texts.send([SMS])
        for said, arrival in (
            (("queued", None), (Arrival.PENDING, "")),
            (("delivered", None), (Arrival.DELIVERED, "")),
            (("undelivered", 30_003), (Arrival.FAILED, "30003")),
        ):
            twilio.statuses[result.provider_id] = said
            assert await texts.arrival(result.provider_id) == arrival
        twilio.failures.down = True
        with pytest.raises(Unavailable):
            await texts.arrival(result.provider_id)


class TestSendGrid:
    @pytest.fixture
    async def server(self) -> AsyncIterator[tuple[SendGrid, SendGridMails]]:
        sendgrid = SendGrid()
        with in_thread(sendgrid.app) as url:
            mails = SendGridMails(KEY, "hello@orderbuddy.test", url)
            yield sendgrid, mails
            await mails.close()

    async def test_a_mail(self, server: tuple[SendGrid, SendGridMails]) -> None:
        sendgrid, mails = server
        assert await mails.send([MAIL]) == [Result(Fate.ACCEPTED, "m1")]
        (sent,) = sendgrid.sent
        assert sent["attachments"] == [
            {"content": "MQ==", "type": "image/png", "filename": "a.png", "disposition": "inline", "content_id": "qr"}
        ]
        assert [part["type"] for part in sent["content"]] == ["text/plain", "text/html"]

    async def test_a_provider_that_is_down_is_asked_later(self, server: tuple[SendGrid, SendGridMails]) -> None:
        sendgrid, mails = server
        sendgrid.failures.down, sendgrid.failures.retry_after = True, "60"
        assert await mails.send([MAIL]) == [Result(Fate.LATER, code="503", retry_after=MINUTE)]


class TestSmtp:
    @pytest.fixture
    async def server(self) -> AsyncIterator[MailServer]:
        async with mail_server() as running:
            yield running

    async def test_a_mail_with_both_parts_and_its_image(self, server: MailServer) -> None:
        (result,) = await SmtpMails(server.url, "hello@orderbuddy.test").send([MAIL])
        (mail,) = server.mails
        assert (result.fate, f"<{result.provider_id}>") == (Fate.ACCEPTED, mail["Message-ID"])
        assert (mail["From"], mail["To"], mail["Subject"]) == ("hello@orderbuddy.test", "ana@example.test", "Hello")
        kinds = [part.get_content_type() for part in mail.walk()]
        assert kinds == ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"]
        (image,) = [part for part in mail.walk() if part.get_content_type() == "image/png"]
        assert (image["Content-ID"], image.get_payload(decode=True)) == ("<qr>", b"1")

    @pytest.mark.parametrize(("answer", "fate"), [("550 no such mailbox", Fate.REFUSED), ("451 try later", Fate.LATER)])
    async def test_refusals(self, server: MailServer, answer: str, fate: Fate) -> None:
        server.refuses = answer
        assert await SmtpMails(server.url, "a@b.test").send([MAIL]) == [Result(fate, code=answer[:3])]

    async def test_nobody_there(self) -> None:
        (result,) = await SmtpMails(f"smtp://127.0.0.1:{free_port()}", "a@b.test").send([MAIL])
        assert result.fate is Fate.LATER


def push(token: str, platform: str = "web") -> Push:
    return Push(token, platform, "New Order", "Order #2B13 received!")


class TestFcm:
    @pytest.fixture
    async def server(self) -> AsyncIterator[tuple[Fcm, FcmPushes]]:
        fcm = Fcm()
        with in_thread(fcm.app) as url:
            pushes = FcmPushes(PROJECT, ADDRESS, fcm.private_key, url, f"{url}/token")
            yield fcm, pushes
            await pushes.close()

    async def test_what_is_sent_is_what_the_old_system_sent(self, server: tuple[Fcm, FcmPushes]) -> None:
        fcm, pushes = server
        results = await pushes.send([push("and:token-1", "android"), push("web:token-1")])
        assert [result.fate for result in results] == [Fate.ACCEPTED] * 2
        notification = {"title": "New Order", "body": "Order #2B13 received!"}
        settings = {"priority": "high", "notification": {"sound": "default", "channel_id": "order_notifications"}}
        assert sorted(fcm.sent, key=lambda message: str(message["token"])) == [
            {"token": "and:token-1", "notification": notification, "android": settings},
            {"token": "web:token-1", "notification": notification},
        ]

    async def test_each_of_500_gets_its_own_result(self, server: tuple[Fcm, FcmPushes]) -> None:
        fcm, pushes = server
        tokens = [f"web:{n}" for n in range(pushes.most)]
        tokens[7], tokens[11] = UNREGISTERED, MALFORMED
        results = await pushes.send([push(token) for token in tokens])
        assert {n: r.fate for n, r in enumerate(results) if r.fate is not Fate.ACCEPTED} == {
            7: Fate.GONE,
            11: Fate.REFUSED,
        }
        assert (len(fcm.sent), fcm.tokens) == (498, 1)

    async def test_failures_use_up_no_connections(self, server: tuple[Fcm, FcmPushes]) -> None:
        fcm, pushes = server
        fcm.failures.down = True
        for _ in range(3):  # more than the library's pool has
            results = await pushes.send([push(f"web:{n}") for n in range(50)])
            assert {(result.fate, result.code) for result in results} == {(Fate.LATER, "UNAVAILABLE")}
        fcm.failures.down = False
        assert (await pushes.send([push("web:1")]))[0].fate is Fate.ACCEPTED

    async def test_a_token_endpoint_that_is_down_is_asked_later(self, server: tuple[Fcm, FcmPushes]) -> None:
        fcm, pushes = server
        fcm.token_failures.down = True
        results = await pushes.send([push("web:1"), push("web:2")])
        assert {result.fate for result in results} == {Fate.LATER}
        fcm.token_failures.down = False
        assert (await pushes.send([push("web:1")]))[0].fate is Fate.ACCEPTED

    async def test_a_hanging_token_endpoint_does_not_hold_up_the_loop(
        self, server: tuple[Fcm, FcmPushes], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("services.notification.adapters.fcm_pushes._TIMEOUT_SECONDS", 0.5)
        fcm, pushes = server
        fcm.token_failures.hanging = True
        sending = asyncio.create_task(pushes.send([push("web:1")]))
        longest, last = 0.0, time.monotonic()
        while not sending.done():
            await asyncio.sleep(0)
            now = time.monotonic()
            longest, last = max(longest, now - last), now
        assert (await sending)[0].fate is Fate.LATER
        assert longest < 0.3


class TestWebPush:
    @pytest.fixture
    async def server(self) -> AsyncIterator[tuple[WebPush, WebPushes, str]]:
        service = WebPush()
        with in_thread(service.app) as url:
            pushes = WebPushes(service.vapid_key, "mailto:ops@orderbuddy.test")
            yield service, pushes, url
            await pushes.close()

    @staticmethod
    def to(subscription: dict[str, str], **more: Any) -> BrowserPush:
        return BrowserPush(**{**subscription, **more}, title="New Order", body="Order #2B13 received!")

    async def test_a_browser_can_read_it(self, server: tuple[WebPush, WebPushes, str]) -> None:
        service, pushes, url = server
        assert await pushes.send([self.to(service.subscribe("ana", url))]) == [Result(Fate.ACCEPTED, "1")]
        assert service.shown["ana"] == [{"notification": {"title": "New Order", "body": "Order #2B13 received!"}}]

    async def test_an_expired_subscription_is_gone(self, server: tuple[WebPush, WebPushes, str]) -> None:
        service, pushes, url = server
        service.expired.add("ana")
        assert await pushes.send([self.to(service.subscribe("ana", url))]) == [Result(Fate.GONE, code="410")]

    async def test_a_service_that_is_down_is_asked_later(self, server: tuple[WebPush, WebPushes, str]) -> None:
        service, pushes, url = server
        service.failures.down, service.failures.retry_after = True, "60"
        assert await pushes.send([self.to(service.subscribe("ana", url))]) == [
            Result(Fate.LATER, code="503", retry_after=MINUTE)
        ]

    @pytest.mark.parametrize("keys", [{"p256dh": "AAAA"}, {"p256dh": "no key ä"}])
    async def test_keys_that_are_none_are_refused(
        self, server: tuple[WebPush, WebPushes, str], keys: dict[str, str]
    ) -> None:
        service, pushes, url = server
        (result,) = await pushes.send([self.to(service.subscribe("ana", url), **keys)])
        assert (result.fate, service.shown["ana"]) == (Fate.REFUSED, [])

    @pytest.mark.parametrize(
        ("endpoint", "known"),
        [
            ("https://fcm.googleapis.com/fcm/send/x", True),
            ("https://updates.push.services.mozilla.com/wpush/v2/x", True),
            ("https://web.push.apple.com/x", True),
            ("https://wns2-by3p.notify.windows.com/w/?token=x", True),
            ("http://fcm.googleapis.com/x", False),
            ("https://fcm.googleapis.com.evil.test/x", False),
            ("https://evilpush.apple.com/x", False),
            ("https://a@fcm.googleapis.com/x", False),
            ("http://169.254.169.254/latest", False),
            ("http://127.0.0.1:1/x", False),
            ("https://[", False),
        ],
    )
    def test_only_browsers_push_services_are_sent_to(self, endpoint: str, known: bool) -> None:
        assert is_push_service(endpoint) is known
