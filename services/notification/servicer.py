"""NotificationService: RPCs in and out."""

from __future__ import annotations

from orderbuddy.notification.v1 import notification_service_pb2 as rpc
from orderbuddy.notification.v1 import notification_service_pb2_grpc as rpc_grpc

from services.kit.interceptor import Context
from services.notification import messages
from services.notification.adapters.channels import Attachment, Mail, Mails, Sms, Texts
from services.notification.repository import SubscriptionRepository


class NotificationServicer(rpc_grpc.NotificationServiceServicer):
    """Sends what somebody waits for, and keeps the devices that are told of orders."""

    def __init__(self, subscriptions: SubscriptionRepository, mails: Mails, texts: Texts) -> None:
        self._subscriptions = subscriptions
        self._mails = mails
        self._texts = texts

    async def SendLoginCode(self, request: rpc.SendLoginCodeRequest, context: Context) -> rpc.SendLoginCodeResponse:
        """Send a one-time code."""
        text = messages.login_code_text(request.code, request.lifetime_seconds)
        if request.WhichOneof("contact") == "email":
            await self._mails.send(Mail(request.email, messages.login_code_subject(), text))
        else:
            await self._texts.send(Sms(request.phone_number, text))
        return rpc.SendLoginCodeResponse()

    async def SendOriginLink(self, request: rpc.SendOriginLinkRequest, context: Context) -> rpc.SendOriginLinkResponse:
        """Mail the link and QR code of an origin."""
        text = messages.origin_link_text(
            request.restaurant_name, request.location_name, request.origin_name, request.origin_type, request.link
        )
        image = Attachment(f"{request.origin_name or 'qrcode'}.png", "image/png", request.qr_png)
        subject = messages.origin_link_subject(request.origin_name, request.location_name)
        html = messages.origin_link_html(text, request.link)
        await self._mails.send(Mail(request.to, subject, text, html, [image]))
        return rpc.SendOriginLinkResponse()

    async def SubscribeDevice(
        self, request: rpc.SubscribeDeviceRequest, context: Context
    ) -> rpc.SubscribeDeviceResponse:
        """Let a device be told of new orders."""
        await self._subscriptions.subscribe(request.restaurant_id, request.token, request.platform)
        return rpc.SubscribeDeviceResponse(message="subscribed")

    async def UnsubscribeDevice(
        self, request: rpc.UnsubscribeDeviceRequest, context: Context
    ) -> rpc.UnsubscribeDeviceResponse:
        """End that."""
        await self._subscriptions.unsubscribe(request.restaurant_id, request.token)
        return rpc.UnsubscribeDeviceResponse()
