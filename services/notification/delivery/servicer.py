"""DeliveryService: RPCs in and out."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from typing import Final

from orderbuddy.notification.v1 import delivery_service_pb2 as rpc
from orderbuddy.notification.v1 import delivery_service_pb2_grpc as rpc_grpc

from services.kit.clock import Clock
from services.kit.context import current_call
from services.kit.errors import FieldViolation, InvalidInput, NotFound, Refused
from services.kit.interceptor import Context
from services.notification.delivery import mapping
from services.notification.delivery.planning import GIVEN_UP_AFTER, By, Device, Planned
from services.notification.delivery.recording import Devices, Recorder, Shops
from services.notification.delivery.repository import QUEUED, DeliveryRepository
from services.notification.phones import e164
from services.notification.words.facts import Facts, Kind

_PAGE: Final = 50
_LARGEST_PAGE: Final = 200


class DeliveryServicer(rpc_grpc.DeliveryServiceServicer):
    """Serves what became of messages."""

    def __init__(
        self,
        deliveries: DeliveryRepository,
        recorder: Recorder,
        shops: Shops,
        devices: Devices,
        clock: Clock,
        ring: Callable[[], None],
    ) -> None:
        self._deliveries = deliveries
        self._recorder = recorder
        self._shops = shops
        self._devices = devices
        self._clock = clock
        self._ring = ring

    async def ListDeliveries(self, request: rpc.ListDeliveriesRequest, context: Context) -> rpc.ListDeliveriesResponse:
        """Return a page of deliveries."""
        found, token = await self._deliveries.page(
            request.restaurant_id,
            order_id=request.order_id,
            states=mapping.state_names(list(request.states)),
            before=request.page_token,
            size=min(request.page_size or _PAGE, _LARGEST_PAGE),
        )
        return rpc.ListDeliveriesResponse(data=[mapping.delivery(each) for each in found], next_page_token=token)

    async def RetryDelivery(self, request: rpc.RetryDeliveryRequest, context: Context) -> rpc.RetryDeliveryResponse:
        """Queue a delivery once more."""
        until = self._clock.now() + GIVEN_UP_AFTER
        found = await self._deliveries.retry(request.restaurant_id, request.delivery_id, until)
        if found is None:
            raise NotFound("DELIVERY_NOT_FOUND", "there is no such delivery", metadata={"field": "delivery_id"})
        if found["state"] != QUEUED:
            raise Refused("DELIVERY_NOT_ENDED", "only what failed or was given up is sent again")
        self._ring()
        return rpc.RetryDeliveryResponse(data=mapping.delivery(found))

    async def SendTest(self, request: rpc.SendTestRequest, context: Context) -> rpc.SendTestResponse:
        """Queue a test."""
        # A repeated call has the same ids, whoever makes it: they are made of its own request id.
        said = f"{current_call().principal}\n{request.request_id or uuid.uuid4()}"
        test_id = f"test-{hashlib.sha256(said.encode()).hexdigest()[:24]}"
        recipients = await self._recipients(request)
        shop = await self._shops.shop(request.restaurant_id, "")
        facts = Facts(restaurant=shop.restaurant or request.restaurant_id)
        language, at = request.language, self._clock.now()
        tests = [Planned(kind=Kind.TEST, to=to, language=language, facts=facts, version=0, at=at) for to in recipients]
        await self._recorder.queue(tests, request.restaurant_id, location_id="", order_id="", message_id=test_id)
        queued = [each.id_of(test_id) for each in tests]
        return rpc.SendTestResponse(
            data=[mapping.delivery(each) for each in await self._deliveries.these(request.restaurant_id, queued)]
        )

    async def _recipients(self, request: rpc.SendTestRequest) -> list[Device]:
        if request.HasField("phone_number"):
            number = e164(request.phone_number)
            if not number:
                raise InvalidInput([FieldViolation("phone_number", "must be a phone number")])
            return [Device(by=By.SMS, recipient=number)]
        if request.HasField("email"):
            return [Device(by=By.MAIL, recipient=request.email)]
        return await self._devices.devices(request.restaurant_id)
