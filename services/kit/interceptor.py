"""What happens around every RPC, in this order: who calls, may they, is the request well formed, was it made before.

One interceptor does it all, because each further one costs every call; each step lives in its own module.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias, cast

import grpc
import pymongo
from google.protobuf import message_factory
from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.message import Message
from grpc_status import rpc_status

from services.kit import tracing
from services.kit.access import AccessRule, rules_of
from services.kit.context import CURRENT, Call
from services.kit.device_streams import while_valid
from services.kit.devices import DeviceKeys, key_in
from services.kit.draining import OpenStreams
from services.kit.errors import OrderBuddyError, Unauthenticated
from services.kit.idempotency import Idempotency
from services.kit.metrics import RPC_IN_FLIGHT, RPC_SECONDS
from services.kit.principal import GUEST, METADATA_KEY, Assertions, InvalidAssertion, Principal
from services.kit.protection import Protection
from services.kit.status import to_status, translate
from services.kit.telemetry import log
from services.kit.validation import Validation

REQUEST_ID_KEY: Final = "x-request-id"
REPLAYED_KEY: Final = "idempotent-replayed"
_OURS: Final = "/orderbuddy."
_SLOW_SECONDS: Final = 1.0
_REQUEST_ID_LENGTH: Final = 200

# Subscriptable only for type checkers.
Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"
Unary = Callable[..., Awaitable[Any]]
Stream = Callable[..., AsyncIterator[Any]]
Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"
Metadata = Mapping[str, str | bytes]


class Interceptor(grpc.aio.ServerInterceptor):
    """Wraps each method once, at its first call. Raises UndeclaredAccess when a method does not say who may call it."""

    def __init__(
        self,
        services: Sequence[ServiceDescriptor],
        assertions: Assertions | None,
        devices: DeviceKeys,
        idempotency: Idempotency,
        deadline_seconds: float,
        protection: Protection,
        streams: OpenStreams,
    ) -> None:
        """Without `assertions` only devices and guests are let in."""
        self._rules = rules_of(services)
        self._responses = {
            f"/{service.full_name}/{method.name}": message_factory.GetMessageClass(method.output_type)
            for service in services
            for method in service.methods
        }
        self._assertions = assertions
        self._devices = devices
        self._idempotency = idempotency
        self._deadline_seconds = deadline_seconds
        self._protection = protection
        self._streams = streams
        self._validation = Validation()
        self._wrapped: dict[str, Handler] = {}

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler | None:
        """Return the method's handler with everything around it."""
        method = handler_call_details.method
        wrapped = self._wrapped.get(method)
        if wrapped is not None:
            return wrapped
        handler = await continuation(handler_call_details)
        if handler is None or not method.startswith(_OURS):
            return handler
        self._wrapped[method] = self._wrap(method, handler)
        return self._wrapped[method]

    def _wrap(self, method: str, handler: Handler) -> Handler:
        rule = self._rules[method]
        codecs = {
            "request_deserializer": handler.request_deserializer,
            "response_serializer": handler.response_serializer,
        }
        # The type stubs know only handlers of the threaded server; ours are coroutines.
        if handler.response_streaming:
            stream = self._stream(rule, cast("Stream", handler.unary_stream))
            return grpc.unary_stream_rpc_method_handler(cast("Any", stream), **codecs)
        unary = self._unary(rule, cast("Unary", handler.unary_unary))
        return grpc.unary_unary_rpc_method_handler(unary, **codecs)

    def _unary(self, rule: AccessRule, serve: Unary) -> Unary:
        in_flight = RPC_IN_FLIGHT.labels(rule.method)

        async def behaviour(request: Message, context: Context) -> Message | None:
            started = time.perf_counter()
            code, entered = "OK", False
            in_flight.inc()
            try:
                metadata = _metadata(context)
                entered = self._protection.enter(is_guest=METADATA_KEY not in metadata)
                remaining = context.time_remaining() or self._deadline_seconds
                # The database gets what is left of the caller's time, and no operation goes on after it.
                async with asyncio.timeout(remaining):
                    with pymongo.timeout(remaining):
                        call = await self._begin(rule, request, metadata, _device_key(metadata))
                        return await self._once(call, rule, request, context, serve)
            except asyncio.CancelledError:
                code = "CANCELLED"
                raise
            except TimeoutError:
                code = "DEADLINE_EXCEEDED"
                await context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, "the call took longer than its caller waits")
            except Exception as error:  # noqa: BLE001  the one border where exceptions become a Status
                failure = _understand(error)
                code = failure.code.name
                await context.abort_with_status(rpc_status.to_status(to_status(failure)))
            finally:
                in_flight.dec()
                if entered:
                    self._protection.leave()
                _measure(rule.method, code, time.perf_counter() - started)
            return None

        return behaviour

    def _stream(self, rule: AccessRule, serve: Stream) -> Stream:
        in_flight = RPC_IN_FLIGHT.labels(rule.method)

        async def behaviour(request: Message, context: Context) -> AsyncIterator[Message]:
            started = time.perf_counter()
            code = "OK"
            in_flight.inc()
            try:
                metadata = _metadata(context)
                key = _device_key(metadata)
                call = await self._begin(rule, request, metadata, key)
                stream = serve(request, context)
                valid = stream if key is None else while_valid(stream, key, self._devices)
                async for message in self._streams.until_the_end(valid):
                    rule.confirm(call)
                    yield message
            except (asyncio.CancelledError, GeneratorExit):
                code = "CANCELLED"
                raise
            except Exception as error:  # noqa: BLE001  the one border where exceptions become a Status
                failure = _understand(error)
                code = failure.code.name
                await context.abort_with_status(rpc_status.to_status(to_status(failure)))
            finally:
                in_flight.dec()
                RPC_SECONDS.labels(rule.method, code).observe(time.perf_counter() - started)

        return behaviour

    async def _begin(self, rule: AccessRule, request: Message, metadata: Metadata, device_key: str | None) -> Call:
        """Find out who calls, let them in or not, and check the request, in this order."""
        if device_key is None:
            principal = self._principal(metadata.get(METADATA_KEY))
        else:
            principal = await self._devices.principal(device_key)
            self._protection.count_device(principal.subject)
        request_id = str(metadata.get(REQUEST_ID_KEY) or uuid.uuid4())[:_REQUEST_ID_LENGTH]
        call = Call(rule.method, principal, request_id, rule.least_role)
        CURRENT.set(call)
        tracing.note(tracing.REQUEST_ID, request_id)
        rule.check(call, request)
        self._validation.check(request)
        return call

    def _principal(self, header: str | bytes | None) -> Principal:
        if not header:
            return GUEST
        if self._assertions is None:
            # Somebody outside who has got hold of an assertion must not be able to use it.
            raise Unauthenticated("DEVICE_KEY_NEEDED", "only keys of devices are taken here")
        scheme, _, assertion = str(header).partition(" ")
        try:
            if scheme.lower() != "bearer":
                raise InvalidAssertion(scheme)
            return self._assertions.verify(assertion)
        except InvalidAssertion as error:
            raise Unauthenticated("INVALID_ASSERTION", "the caller's assertion is not valid (any more)") from error

    async def _once(self, call: Call, rule: AccessRule, request: Message, context: Context, serve: Unary) -> Message:
        async def served() -> Message:
            response = cast("Message", await serve(request, context))
            rule.confirm(call)
            self._note_order(request, response)
            return response

        request_id: str = getattr(request, "request_id", "")
        if not request_id:
            return await served()
        kind = self._responses[call.method]
        response, replayed = await self._idempotency.run(call, request_id, request, served, kind)
        if replayed:
            context.set_trailing_metadata(((REPLAYED_KEY, "true"),))
        return response

    @staticmethod
    def _note_order(request: Message, response: Message) -> None:
        """Tell the span which order the call was about."""
        if tracing.active() is not None:
            order_id = getattr(request, "order_id", "") or getattr(response, "order_id", "")
            if isinstance(order_id, str) and order_id:
                tracing.note(tracing.ORDER_ID, order_id)


def _metadata(context: Context) -> Metadata:
    return {str(key): value for key, value in context.invocation_metadata() or ()}


def _device_key(metadata: Metadata) -> str | None:
    """Return the key that a device has sent in place of an assertion; None when it has not."""
    header = metadata.get(METADATA_KEY)
    return key_in(header) if isinstance(header, str) else None


def _understand(error: Exception) -> OrderBuddyError:
    """Return what an exception means to a caller; log what is a bug or an outage."""
    known = translate(error)
    if known is None:
        log.error("rpc_failed", exc_info=error)
        return OrderBuddyError("INTERNAL", "internal error")
    if known.code is grpc.StatusCode.UNAVAILABLE:
        log.warning("rpc_unavailable", reason=known.reason)
    return known


def _measure(method: str, code: str, seconds: float) -> None:
    RPC_SECONDS.labels(method, code).observe(seconds)
    if code != "OK" and (traces := tracing.active()) is not None:
        traces.failed(code)
    if seconds > _SLOW_SECONDS:
        log.warning("rpc_slow", seconds=round(seconds, 3), code=code)
