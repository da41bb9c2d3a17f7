"""The Menu service's campaigns, asked one by one."""

from __future__ import annotations

from typing import Final

import grpc
from orderbuddy.menu.v1 import campaign_service_pb2, campaign_service_pb2_grpc

from services.kit.channels import Connections
from services.kit.errors import Unavailable
from services.kit.interceptor import REQUEST_ID_KEY
from services.kit.principal import METADATA_KEY, Assertions, CallerKind, Principal

_SECONDS: Final = 2.0


class CampaignReader:
    """Asks for campaigns. Make it in the loop that it serves."""

    def __init__(self, connections: Connections, address: str, assertions: Assertions) -> None:
        channel = connections.open(address, campaign_service_pb2.DESCRIPTOR)
        self._stub = campaign_service_pb2_grpc.CampaignServiceStub(channel)
        self._assertions = assertions

    async def origin_of(self, restaurant_id: str, location_id: str, campaign_id: str, request_id: str) -> str | None:
        """Return a campaign's origin; None when there is no such campaign. Raises Unavailable."""
        request = campaign_service_pb2.GetCampaignRequest(
            restaurant_id=restaurant_id, location_id=location_id, campaign_id=campaign_id
        )
        assertion = self._assertions.sign(Principal(CallerKind.SERVICE, "ordering"))
        metadata = ((METADATA_KEY, f"Bearer {assertion}"), (REQUEST_ID_KEY, request_id))
        try:
            answer = await self._stub.GetCampaign(request, metadata=metadata, timeout=_SECONDS)
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.NOT_FOUND:
                return None
            raise Unavailable("CAMPAIGNS_AWAY", "the menu service is away", retry_after_seconds=1) from error
        return str(answer.data.origin_id)
