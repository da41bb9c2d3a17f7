"""WebhookService: RPCs in and out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from bson import ObjectId
from orderbuddy.notification.v1 import webhook_service_pb2 as rpc
from orderbuddy.notification.v1 import webhook_service_pb2_grpc as rpc_grpc

from services.kit.clock import Clock
from services.kit.context import current_call
from services.kit.errors import FieldViolation, InvalidInput, NotFound, Refused
from services.kit.interceptor import Context
from services.kit.mongo import Document
from services.notification.webhooks import mapping
from services.notification.webhooks.addresses import Unreachable
from services.notification.webhooks.bodies import body
from services.notification.webhooks.endpoints_repository import EndpointRepository
from services.notification.webhooks.happenings import TEST
from services.notification.webhooks.queue_repository import QueueRepository
from services.notification.webhooks.signing import MOST_SECRETS, Seals, event_id, in_use, new_secret

_STATE: Final = "WEBHOOK_EVENT_STATE_"
_PAGE: Final = 50
_MOST: Final = 100


class WebhookServicer(rpc_grpc.WebhookServiceServicer):
    """Serves endpoints and their events."""

    def __init__(
        self,
        endpoints: EndpointRepository,
        queue: QueueRepository,
        seals: Seals,
        clock: Clock,
        check_url: Callable[[str], None],
        ring: Callable[[], None],
    ) -> None:
        self._endpoints = endpoints
        self._queue = queue
        self._seals = seals
        self._clock = clock
        self._check_url = check_url
        self._ring = ring
        """Called when there is something to send."""

    async def CreateEndpoint(self, request: rpc.CreateEndpointRequest, context: Context) -> rpc.CreateEndpointResponse:
        """Add an endpoint and return its secret."""
        self._check(request.url)
        endpoint_id, secret, now = ObjectId(), new_secret(), self._clock.now()
        fields = {
            "url": request.url,
            "eventTypes": list(request.event_types),
            "description": request.description,
            "secrets": self._seals.add(str(endpoint_id), secret, [], now),
        }
        stored = await self._endpoints.add(request.restaurant_id, endpoint_id, fields)
        return rpc.CreateEndpointResponse(endpoint=mapping.endpoint(stored, now), secret=secret)

    async def ListEndpoints(self, request: rpc.ListEndpointsRequest, context: Context) -> rpc.ListEndpointsResponse:
        """Return a restaurant's endpoints."""
        found = await self._endpoints.of_restaurant(request.restaurant_id)
        return rpc.ListEndpointsResponse(endpoints=[self._endpoint(document) for document in found])

    async def UpdateEndpoint(self, request: rpc.UpdateEndpointRequest, context: Context) -> rpc.UpdateEndpointResponse:
        """Change what is set."""
        if request.HasField("url"):
            self._check(request.url)
        now = self._clock.now()

        def change(endpoint: Document) -> None:
            if request.HasField("url"):
                endpoint["url"] = request.url
            if request.event_types or "event_types" in request.update_mask.paths:
                endpoint["eventTypes"] = list(request.event_types)
            if request.HasField("description"):
                endpoint["description"] = request.description
            if request.HasField("enabled"):
                _enable(endpoint, now) if request.enabled else _disable(endpoint)

        version = request.version if request.HasField("version") else None
        stored = await self._endpoints.change(request.restaurant_id, request.endpoint_id, change, version)
        self._ring()
        return rpc.UpdateEndpointResponse(endpoint=self._endpoint(stored))

    async def DeleteEndpoint(self, request: rpc.DeleteEndpointRequest, context: Context) -> rpc.DeleteEndpointResponse:
        """Delete an endpoint and its events. Killed in between, the events expire by themselves."""
        endpoint_id = await self._endpoints.delete(request.restaurant_id, request.endpoint_id)
        await self._queue.forget(request.restaurant_id, endpoint_id)
        return rpc.DeleteEndpointResponse()

    async def RotateSecret(self, request: rpc.RotateSecretRequest, context: Context) -> rpc.RotateSecretResponse:
        """Give an endpoint a new secret and return it."""
        secret, now = new_secret(), self._clock.now()

        def change(endpoint: Document) -> None:
            if len(in_use(endpoint["secrets"], now)) >= MOST_SECRETS:
                text = "the secrets of earlier rotations are still in use; wait until they end"
                raise Refused("TOO_MANY_SECRETS", text, metadata={"limit": str(MOST_SECRETS)})
            endpoint["secrets"] = self._seals.add(str(endpoint["_id"]), secret, endpoint["secrets"], now)

        stored = await self._endpoints.change(request.restaurant_id, request.endpoint_id, change)
        return rpc.RotateSecretResponse(endpoint=self._endpoint(stored), secret=secret)

    async def SendTestEvent(self, request: rpc.SendTestEventRequest, context: Context) -> rpc.SendTestEventResponse:
        """Queue an event that tells of nothing."""
        endpoint = await self._endpoints.one(request.restaurant_id, request.endpoint_id)
        if not endpoint["enabled"]:
            raise Refused("ENDPOINT_DISABLED", "the endpoint is disabled: it would not be sent")
        # The id follows from the request's: a call that was killed half-way is not carried out twice.
        said = f"{current_call().principal}\n{request.request_id}" if request.request_id else str(ObjectId())
        key, now = event_id(f"test\n{said}", str(endpoint["_id"])), self._clock.now()
        text = body(TEST, now, {"endpointId": str(endpoint["_id"])})
        made = await self._queue.add(endpoint, key, TEST, now, text) or await self._queue.one(endpoint, key)
        if made is None:
            raise _no_event()
        self._ring()
        return rpc.SendTestEventResponse(event=mapping.event(made))

    async def ListEvents(self, request: rpc.ListEventsRequest, context: Context) -> rpc.ListEventsResponse:
        """Return a page of an endpoint's events."""
        endpoint = await self._endpoints.one(request.restaurant_id, request.endpoint_id)
        states = [rpc.WebhookEventState.Name(state).removeprefix(_STATE) for state in request.states]
        size = min(request.page_size or _PAGE, _MOST)
        found, more = await self._queue.page(endpoint, states, _place(request.page_token), size)
        head = await self._queue.head(endpoint)
        # Read after its events: of what was sent in the meantime too, it tells when it is sent again.
        endpoint = await self._endpoints.one(request.restaurant_id, request.endpoint_id)
        due: dict[Any, datetime] = {}
        if head is not None and endpoint["enabled"] and "dueAt" in endpoint["queue"]:
            due[head["_id"]] = endpoint["queue"]["dueAt"]
        return rpc.ListEventsResponse(
            events=[mapping.event(document, due.get(document["_id"])) for document in found],
            next_page_token="" if more is None else str(more),
        )

    async def ReplayEvents(self, request: rpc.ReplayEventsRequest, context: Context) -> rpc.ReplayEventsResponse:
        """Send events once more."""
        endpoint = await self._endpoints.one(request.restaurant_id, request.endpoint_id)
        if request.event_id:
            event = await self._queue.one(endpoint, request.event_id)
            if event is None:
                raise _no_event()
            replayed = await self._queue.replay_one(endpoint, event)
        else:
            replayed = await self._queue.replay_since(endpoint, _instant(request))
        self._ring()
        return rpc.ReplayEventsResponse(replayed=replayed)

    def _check(self, url: str) -> None:
        try:
            self._check_url(url)
        except Unreachable as problem:
            raise InvalidInput([FieldViolation("url", str(problem))]) from None

    def _endpoint(self, document: Document) -> rpc.WebhookEndpoint:
        return mapping.endpoint(document, self._clock.now())


def _enable(endpoint: Document, now: datetime) -> None:
    """Enable an endpoint, and send what waits at once."""
    endpoint["enabled"] = True
    endpoint.pop("disabledBecause", None)
    queue = endpoint["queue"]
    queue.pop("failingSince", None)
    queue |= {"seq": queue["seq"] + 1, "dueAt": now}


def _disable(endpoint: Document) -> None:
    if endpoint["enabled"]:
        endpoint |= {"enabled": False, "disabledBecause": "ASKED"}


def _instant(request: rpc.ReplayEventsRequest) -> datetime:
    try:
        return request.since.ToDatetime(tzinfo=UTC)
    except ValueError:
        raise InvalidInput([FieldViolation("since", "is not an instant")]) from None


def _place(token: str) -> int | None:
    if not token:
        return None
    if not (token.isascii() and token.isdecimal() and len(token) <= 18):
        raise InvalidInput([FieldViolation("page_token", "is not one of ours")])
    return int(token)


def _no_event() -> NotFound:
    return NotFound("EVENT_NOT_FOUND", "the endpoint has no such event", metadata={"field": "event_id"})
