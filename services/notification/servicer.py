"""NotificationService: RPCs in and out."""

from __future__ import annotations

from orderbuddy.notification.v1 import notification_service_pb2 as rpc
from orderbuddy.notification.v1 import notification_service_pb2_grpc as rpc_grpc

from services.kit.errors import Conflict, FieldViolation, InvalidInput, Refused, Unavailable
from services.kit.interceptor import Context
from services.kit.telemetry import log
from services.notification.adapters.web_pushes import is_push_service, public_key
from services.notification.channels import Channels
from services.notification.outbound import Attachment, Fate, Mail, Result, Sms
from services.notification.repository import SubscriptionRepository
from services.notification.settings import NotificationSettings
from services.notification.words.facts import Facts, Kind
from services.notification.words.wording import Wording


class NotificationServicer(rpc_grpc.NotificationServiceServicer):
    """Sends what somebody waits for, and keeps the devices that are told of orders."""

    def __init__(
        self,
        subscriptions: SubscriptionRepository,
        channels: Channels,
        wording: Wording,
        settings: NotificationSettings,
    ) -> None:
        self._subscriptions = subscriptions
        self._channels = channels
        self._wording = wording
        self._settings = settings

    async def SendLoginCode(self, request: rpc.SendLoginCodeRequest, context: Context) -> rpc.SendLoginCodeResponse:
        """Send a one-time code."""
        facts = Facts(code=request.code, minutes=max(1, request.lifetime_seconds // 60))
        if request.WhichOneof("contact") == "email":
            subject, text, html = self._wording.mail(Kind.LOGIN_CODE, request.language, facts)
            (result,) = await self._channels.mail.send([Mail(request.email, subject, text, html)])
            _check(result, "MAIL")
        else:
            text = self._wording.sms(Kind.LOGIN_CODE, request.language, facts)
            (result,) = await self._channels.sms.send([Sms(request.phone_number, text)])
            _check(result, "SMS")
        return rpc.SendLoginCodeResponse()

    async def SendOriginLink(self, request: rpc.SendOriginLinkRequest, context: Context) -> rpc.SendOriginLinkResponse:
        """Mail the link and QR code of an origin."""
        facts = Facts(
            restaurant=request.restaurant_name,
            location=request.location_name,
            origin=request.origin_name,
            origin_type=request.origin_type,
            link=request.link,
        )
        subject, text, html = self._wording.mail(Kind.ORIGIN_LINK, request.language, facts)
        name = f"{request.origin_name or 'qrcode'}.png"
        images = [Attachment(name, "image/png", request.qr_png), Attachment(name, "image/png", request.qr_png, "qr")]
        (result,) = await self._channels.mail.send([Mail(request.to, subject, text, html, images)])
        _check(result, "MAIL")
        return rpc.SendOriginLinkResponse()

    async def SubscribeDevice(
        self, request: rpc.SubscribeDeviceRequest, context: Context
    ) -> rpc.SubscribeDeviceResponse:
        """Let a device be told of new orders."""
        await self._subscriptions.subscribe(request.restaurant_id, request.token, request.platform)
        return rpc.SubscribeDeviceResponse(message="subscribed")

    async def SubscribeBrowser(
        self, request: rpc.SubscribeBrowserRequest, context: Context
    ) -> rpc.SubscribeBrowserResponse:
        """Let a browser be told of new orders."""
        if not is_push_service(request.endpoint, loopback=self._settings.push_to_loopback):
            raise InvalidInput([FieldViolation("endpoint", "must be of a browser's push service")])
        await self._subscriptions.subscribe_browser(
            request.restaurant_id, request.endpoint, request.p256dh, request.auth
        )
        return rpc.SubscribeBrowserResponse(message="subscribed")

    async def GetWebPushKey(self, request: rpc.GetWebPushKeyRequest, context: Context) -> rpc.GetWebPushKeyResponse:
        """Return the key with which browsers subscribe."""
        if self._settings.vapid_private_key is None:
            raise Refused("WEB_PUSH_OFF", "notifications to browsers are not set up here")
        return rpc.GetWebPushKeyResponse(key=public_key(self._settings.vapid_private_key.get_secret_value()))

    async def UnsubscribeDevice(
        self, request: rpc.UnsubscribeDeviceRequest, context: Context
    ) -> rpc.UnsubscribeDeviceResponse:
        """End that."""
        await self._subscriptions.unsubscribe(request.restaurant_id, request.token)
        return rpc.UnsubscribeDeviceResponse()


def _check(result: Result, channel: str) -> None:
    """Raise unless the provider took it: whoever waits must learn that nothing comes.

    Unavailable says that it surely was not sent, and callers may try again by themselves; else they must not: a second
    message could follow the first, or be refused as it was.
    """
    if result.fate is Fate.ACCEPTED:
        return
    log.warning("message_not_sent", channel=channel, fate=str(result.fate), code=result.code)
    match result.fate:
        case Fate.LATER:
            raise Unavailable(f"{channel}_NOT_SENT", "the provider is away")
        case Fate.UNHEARD:
            raise Conflict(f"{channel}_UNHEARD", "the provider's answer was lost: the message may have been sent")
        case _:
            raise Refused(f"{channel}_REFUSED", "the provider refuses the recipient")
