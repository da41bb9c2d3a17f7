"""What every service gets from the kit: access, validation, errors, deadlines, health, reflection."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from orderbuddy.ordering.v1 import ordering_service_pb2 as rpc
from orderbuddy.ordering.v1 import ordering_service_pb2_grpc as rpc_grpc
from pymongo.errors import AutoReconnect, NetworkTimeout

from services.kit.context import current_call
from services.kit.errors import Exhausted, FieldViolation, InvalidInput
from services.kit.listening import Registration
from services.kit.principal import CallerKind, Principal, Role
from services.kit.server import Build, Runtime, Server
from services.kit.settings import ServiceSettings
from tests.support import Served, detail, eventually, metadata_of, reason

NAME = "orderbuddy.ordering.v1.OrderingService"
Serve = Callable[[str, Build], Awaitable[Served]]


class Servicer(rpc_grpc.OrderingServiceServicer):
    """Answers GetOrderStatus as each test says."""

    def __init__(self) -> None:
        self.answer: Callable[[], Any] = lambda: rpc.GetOrderStatusResponse(status="CREATED")
        self.calls: list[tuple[str, str]] = []

    async def GetOrderStatus(self, _request: rpc.GetOrderStatusRequest, _context: object) -> Any:
        call = current_call()
        self.calls.append((str(call.principal), call.request_id))
        result = self.answer()
        return await result if asyncio.iscoroutine(result) else result


@pytest.fixture
def servicer() -> Servicer:
    return Servicer()


@pytest.fixture
async def served(serve: Serve, servicer: Servicer) -> Served:
    async def build(runtime: Runtime) -> None:
        runtime.registrations.append(
            Registration(
                rpc.DESCRIPTOR.services_by_name["OrderingService"],
                rpc_grpc.add_OrderingServiceServicer_to_server,
                servicer,
            )
        )

    return await serve("ordering", build)


@pytest.fixture
def stub(served: Served) -> rpc_grpc.OrderingServiceStub:
    return rpc_grpc.OrderingServiceStub(served.channel)


REQUEST = rpc.GetOrderStatusRequest(order_id="1")


async def failing(call: Awaitable[Any]) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    return refused.value


async def test_a_guest_is_let_in_and_the_request_id_is_the_callers(
    stub: rpc_grpc.OrderingServiceStub, servicer: Servicer
) -> None:
    await stub.GetOrderStatus(REQUEST, metadata=(("x-request-id", "mine"),))
    assert servicer.calls == [("anyone", "mine")]


async def test_a_call_without_a_request_id_gets_one(stub: rpc_grpc.OrderingServiceStub, servicer: Servicer) -> None:
    await stub.GetOrderStatus(REQUEST)
    await stub.GetOrderStatus(REQUEST)
    first, second = (request_id for _, request_id in servicer.calls)
    assert len(first) == 36
    assert first != second


async def test_access_is_decided_before_the_request_is_validated(
    stub: rpc_grpc.OrderingServiceStub,
) -> None:
    error = await failing(stub.AcceptOrder(rpc.AcceptOrderRequest()))
    assert error.code() is grpc.StatusCode.UNAUTHENTICATED
    metadata = metadata_of(Principal(CallerKind.STAFF, "u", {"luna": Role.OWNER}))
    error = await failing(stub.AcceptOrder(rpc.AcceptOrderRequest(), metadata=metadata))
    assert error.code() is grpc.StatusCode.PERMISSION_DENIED


async def test_a_spoilt_assertion_is_refused_even_where_guests_may_call(
    stub: rpc_grpc.OrderingServiceStub, servicer: Servicer
) -> None:
    for value in ("Bearer x.y.z", "Basic abc", "nonsense"):
        error = await failing(stub.GetOrderStatus(REQUEST, metadata=(("authorization", value),)))
        assert error.code() is grpc.StatusCode.UNAUTHENTICATED
    assert servicer.calls == []


async def test_every_violation_is_named_with_its_path(stub: rpc_grpc.OrderingServiceStub) -> None:
    error = await failing(stub.PreviewOrder(rpc.PreviewOrderRequest(restaurant_id="luna", items=[{}])))
    bad = detail(error, error_details_pb2.BadRequest)
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert bad is not None
    assert [v.field for v in bad.field_violations] == [
        "location_id",
        "location_slug",
        "origin",
        "customer",
        "items.0.menu_item_id",
        "get_sms",
    ]


@pytest.mark.parametrize(
    ("raised", "code", "why"),
    [
        (InvalidInput([FieldViolation("a", "is wrong")]), grpc.StatusCode.INVALID_ARGUMENT, "INVALID_INPUT"),
        (Exhausted("LIMIT", "too much", retry_after_seconds=2), grpc.StatusCode.RESOURCE_EXHAUSTED, "LIMIT"),
        (AutoReconnect("gone"), grpc.StatusCode.UNAVAILABLE, "DATABASE_AWAY"),
        (NetworkTimeout("slow"), grpc.StatusCode.UNAVAILABLE, "DATABASE_AWAY"),
        (KeyError("secret-value"), grpc.StatusCode.INTERNAL, "INTERNAL"),
    ],
    ids=["bad-input", "limit", "database-away", "database-slow", "bug"],
)
async def test_exceptions_become_statuses_and_bugs_tell_nothing(
    stub: rpc_grpc.OrderingServiceStub, servicer: Servicer, raised: Exception, code: grpc.StatusCode, why: str
) -> None:
    def fail() -> None:
        raise raised

    servicer.answer = fail
    error = await failing(stub.GetOrderStatus(REQUEST))
    assert (error.code(), reason(error)) == (code, why)
    assert "secret-value" not in str(error)


async def test_retry_info_travels(stub: rpc_grpc.OrderingServiceStub, servicer: Servicer) -> None:
    def fail() -> None:
        raise Exhausted("LIMIT", "too much", retry_after_seconds=2)

    servicer.answer = fail
    info = detail(await failing(stub.GetOrderStatus(REQUEST)), error_details_pb2.RetryInfo)
    assert info is not None
    assert info.retry_delay.ToMilliseconds() == 2000


async def test_a_call_ends_with_its_deadline(stub: rpc_grpc.OrderingServiceStub, servicer: Servicer) -> None:
    ended = asyncio.Event()

    async def hang() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    servicer.answer = hang
    error = await failing(stub.GetOrderStatus(REQUEST, timeout=0.05))
    assert error.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    async with asyncio.timeout(5):
        await ended.wait()


async def test_a_call_under_way_finishes_when_the_service_stops(settings: ServiceSettings, servicer: Servicer) -> None:
    settings.grace_seconds = 10
    release, begun = asyncio.Event(), asyncio.Event()

    async def slow() -> rpc.GetOrderStatusResponse:
        begun.set()
        await release.wait()
        return rpc.GetOrderStatusResponse(status="READY")

    servicer.answer = slow

    async def build(runtime: Runtime) -> None:
        descriptor = rpc.DESCRIPTOR.services_by_name["OrderingService"]
        add = rpc_grpc.add_OrderingServiceServicer_to_server
        runtime.registrations.append(Registration(descriptor, add, servicer))

    server = Server("ordering", settings, build)
    await server.start("127.0.0.1:0")
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        stub = rpc_grpc.OrderingServiceStub(channel)
        call = asyncio.ensure_future(stub.GetOrderStatus(REQUEST))
        await begun.wait()
        stopping = asyncio.create_task(server.stop())

        async def refuses() -> bool:
            answer = await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest())
            return bool(answer.status == health_pb2.HealthCheckResponse.NOT_SERVING)

        release.set()
        assert (await call).status == "READY"
        await stopping


async def test_a_taken_port_is_an_error(served: Served, settings: ServiceSettings) -> None:
    async def build(_runtime: Runtime) -> None:
        return

    server = Server("other", settings, build)
    with pytest.raises(OSError, match="can't serve other"):
        await server.start(served.address)


async def test_reflection_lists_and_describes_the_service(served: Served) -> None:
    stub = reflection_pb2_grpc.ServerReflectionStub(served.channel)
    call = stub.ServerReflectionInfo()
    await call.write(reflection_pb2.ServerReflectionRequest(list_services=""))
    listed = await call.read()
    assert {s.name for s in listed.list_services_response.service} == {
        NAME,
        "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection",
    }
    await call.write(reflection_pb2.ServerReflectionRequest(file_containing_symbol=f"{NAME}.AcceptOrder"))
    assert (await call.read()).file_descriptor_response.file_descriptor_proto
    await call.done_writing()


async def test_health_names_the_service(served: Served) -> None:
    stub = health_pb2_grpc.HealthStub(served.channel)
    for name in ("", NAME):
        answer = await stub.Check(health_pb2.HealthCheckRequest(service=name))
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
    error = await failing(stub.Check(health_pb2.HealthCheckRequest(service="nobody")))
    assert error.code() is grpc.StatusCode.NOT_FOUND


async def test_a_service_that_is_not_ready_says_so(serve: Any) -> None:
    problem: list[str | None] = ["the menus are not loaded yet"]

    async def build(runtime: Runtime) -> None:
        runtime.ready.append(lambda: problem[0])

    served = await serve("ordering", build, wait_until_serving=False)
    answer = await health_pb2_grpc.HealthStub(served.channel).Check(health_pb2.HealthCheckRequest())
    assert answer.status == health_pb2.HealthCheckResponse.NOT_SERVING
    problem[0] = None
    await eventually(served.is_serving)
