"""Mails with an origin's link, which the Notification service sends."""

from __future__ import annotations

from typing import Final

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from orderbuddy.notification.v1 import notification_service_pb2, notification_service_pb2_grpc

from services.kit.channels import Connections
from services.kit.errors import Unavailable
from services.kit.interceptor import REQUEST_ID_KEY
from services.kit.principal import METADATA_KEY, Assertions, CallerKind, Principal

_SECONDS: Final = 5.0


class LinkMails:
    """Has links mailed. Make it in the loop that it serves."""

    def __init__(self, connections: Connections, address: str, assertions: Assertions) -> None:
        channel = connections.open(address, notification_service_pb2.DESCRIPTOR)
        self._stub = notification_service_pb2_grpc.NotificationServiceStub(channel)
        self._assertions = assertions

    async def send(self, mail: notification_service_pb2.SendOriginLinkRequest, request_id: str) -> None:
        """Have a link mailed. Raises Unavailable."""
        assertion = self._assertions.sign(Principal(CallerKind.SERVICE, "menu"))
        metadata = ((METADATA_KEY, f"Bearer {assertion}"), (REQUEST_ID_KEY, request_id))
        try:
            await self._stub.SendOriginLink(mail, metadata=metadata, timeout=_SECONDS)
        except grpc.aio.AioRpcError as error:
            raise Unavailable(_reason(error) or "MAIL_NOT_SENT", "the mail could not be sent") from error


def _reason(error: grpc.aio.AioRpcError) -> str:
    status, info = rpc_status.from_call(error), error_details_pb2.ErrorInfo()
    return next((info.reason for packed in (status.details if status else ()) if packed.Unpack(info)), "")
