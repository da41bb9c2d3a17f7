"""Menu and ordering services that say what a test tells them to, over real gRPC."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, NoReturn

import grpc
from google.protobuf.message import Message
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_status import rpc_status
from orderbuddy.menu.v1 import menu_service_pb2 as menu_rpc
from orderbuddy.menu.v1 import menu_service_pb2_grpc
from orderbuddy.ordering.v1 import order_pb2, ordering_service_pb2_grpc
from orderbuddy.ordering.v1 import ordering_service_pb2 as ordering_rpc

from services.kit.channels import ACCEPTING
from services.kit.errors import NotFound, OrderBuddyError
from services.kit.status import to_status

HEARTBEAT_SECONDS = 0.05


@dataclass(frozen=True)
class Received:
    """A call that arrived."""

    method: str
    request: Any
    metadata: dict[str, str]


async def refuse(context: Any, error: OrderBuddyError) -> NoReturn:
    await context.abort_with_status(rpc_status.to_status(to_status(error)))
    raise AssertionError


class Answering:
    """Answers unary calls with what `answers` holds for the method: a response or an error."""

    def __init__(self) -> None:
        self.answers: dict[str, Message | OrderBuddyError | grpc.StatusCode] = {}
        self.calls: list[Received] = []

    def note(self, method: str, request: Any, context: Any) -> None:
        self.calls.append(Received(method, request, dict(context.invocation_metadata())))

    async def answer(self, method: str, request: Any, context: Any) -> Any:
        self.note(method, request, context)
        answer = self.answers.get(method)
        if answer is None:
            await refuse(context, NotFound("NOTHING", "there is nothing"))
        if isinstance(answer, OrderBuddyError):
            await refuse(context, answer)
        if isinstance(answer, grpc.StatusCode):
            await context.abort(answer, "a text of gRPC itself, with 10.0.0.7 in it")
        return answer


class Streaming:
    """A history that streams can follow and resume."""

    def __init__(self) -> None:
        self.history: list[Any] = []
        self.forgotten = 0
        self.held = False
        """While set, streams that are up to date hear of nothing new."""
        self.changed = asyncio.Condition()

    async def add(self, event: Any) -> str:
        async with self.changed:
            self.history.append(event)
            self.changed.notify_all()
        return self.token

    @property
    def token(self) -> str:
        return f"t{len(self.history)}"

    def place(self, token: str) -> int | None:
        """Return the place after a token; None when it is not known (any more)."""
        if not token.startswith("t") or not token[1:].isdecimal():
            return None
        at = int(token[1:])
        return at if self.forgotten <= at <= len(self.history) else None

    async def after(self, at: int) -> AsyncIterator[tuple[str, Any | None]]:
        """Yield each event with its token, and None now and then."""
        while True:
            while at < len(self.history) and not self.held:
                at += 1
                yield f"t{at}", self.history[at - 1]
            async with self.changed:
                try:
                    async with asyncio.timeout(HEARTBEAT_SECONDS):
                        await self.changed.wait()
                except TimeoutError:
                    yield f"t{at}", None


class ScriptedMenu(Answering, menu_service_pb2_grpc.MenuServiceServicer):
    """A catalog that a test writes."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: dict[str, menu_rpc.CatalogEntry] = {}
        self.stream = Streaming()
        self.before_synced = asyncio.Event()
        self.before_synced.set()

    async def put(self, entry: menu_rpc.CatalogEntry) -> None:
        self.entries[entry.key] = entry
        await self.stream.add(menu_rpc.WatchCatalogResponse(upsert=entry))

    async def remove(self, key: str) -> None:
        del self.entries[key]
        await self.stream.add(menu_rpc.WatchCatalogResponse(removed_key=key))

    async def WatchCatalog(self, request: Any, context: Any) -> AsyncIterator[menu_rpc.WatchCatalogResponse]:
        self.note("WatchCatalog", request, context)
        at = self.stream.place(request.resume_token) if request.resume_token else None
        if at is None:
            if request.resume_token:
                yield menu_rpc.WatchCatalogResponse(reset=menu_rpc.CatalogReset(reason="too old"))
            at = len(self.stream.history)
            for entry in list(self.entries.values()):
                yield menu_rpc.WatchCatalogResponse(upsert=entry)
            await self.before_synced.wait()
        else:
            for number in range(at, len(self.stream.history)):
                yield self._with_token(self.stream.history[number], f"t{number + 1}")
            at = len(self.stream.history)
        yield menu_rpc.WatchCatalogResponse(resume_token=f"t{at}", synced=menu_rpc.CatalogSynced())
        async for token, event in self.stream.after(at):
            if event is None:
                yield menu_rpc.WatchCatalogResponse(resume_token=token, heartbeat=menu_rpc.CatalogHeartbeat())
            else:
                yield self._with_token(event, token)

    @staticmethod
    def _with_token(event: menu_rpc.WatchCatalogResponse, token: str) -> menu_rpc.WatchCatalogResponse:
        message = menu_rpc.WatchCatalogResponse()
        message.CopyFrom(event)
        message.resume_token = token
        return message

    async def GetRestaurant(self, request: Any, context: Any) -> Any:
        return await self.answer("GetRestaurant", request, context)

    async def GetLocation(self, request: Any, context: Any) -> Any:
        return await self.answer("GetLocation", request, context)

    async def GetOrigin(self, request: Any, context: Any) -> Any:
        return await self.answer("GetOrigin", request, context)

    async def GetOriginCampaign(self, request: Any, context: Any) -> Any:
        return await self.answer("GetOriginCampaign", request, context)

    async def ListMenus(self, request: Any, context: Any) -> Any:
        return await self.answer("ListMenus", request, context)

    async def GetMenu(self, request: Any, context: Any) -> Any:
        return await self.answer("GetMenu", request, context)


class ScriptedOrdering(Answering, ordering_service_pb2_grpc.OrderingServiceServicer):
    """Orders that a test changes."""

    def __init__(self) -> None:
        super().__init__()
        self.orders: dict[str, order_pb2.Order] = {}
        self.versions: dict[str, int] = {}
        self.brought_up_to_date = 0
        self.stream = Streaming()

    async def change(self, order_id: str, status: str, *, counted: bool = True) -> str:
        """Set an order's status; return the token after it. Not counted: as the old system does it."""
        order = order_pb2.Order(id=order_id, order_code="A1B2", status=status)
        version = self.versions.get(order_id, 0) + int(counted)
        self.orders[order_id], self.versions[order_id] = order, version
        return await self.stream.add(
            order_pb2.OrderChange(
                order_id=order_id, version=version, status=status, order=order, keeps_version=not counted
            )
        )

    async def delete(self, order_id: str) -> None:
        del self.orders[order_id]
        await self.stream.add(order_pb2.OrderChange(order_id=order_id, removed=True))

    async def WatchOrder(self, request: Any, context: Any) -> AsyncIterator[ordering_rpc.WatchOrderResponse]:
        self.note("WatchOrder", request, context)
        if request.order_id not in self.orders:
            await refuse(context, NotFound("ORDER_NOT_FOUND", "there is no such order"))
        token = self.stream.token
        at = self.stream.place(request.resume_token) if request.resume_token else None
        if at is None:
            if request.resume_token:
                reset = ordering_rpc.WatchReset(reason="the resume token is too old")
                yield ordering_rpc.WatchOrderResponse(reset=reset)
            yield ordering_rpc.WatchOrderResponse(
                resume_token=token,
                snapshot=self.orders[request.order_id],
                snapshot_version=self.versions[request.order_id],
            )
        else:
            for number in range(at, len(self.stream.history)):
                change = self.stream.history[number]
                if change.order_id == request.order_id:
                    yield ordering_rpc.WatchOrderResponse(resume_token=f"t{number + 1}", change=change)
        self.brought_up_to_date += 1
        yield ordering_rpc.WatchOrderResponse(resume_token=token, heartbeat=ordering_rpc.WatchHeartbeat())

    async def WatchOrders(self, request: Any, context: Any) -> AsyncIterator[ordering_rpc.WatchOrdersResponse]:
        self.note("WatchOrders", request, context)
        at = self.stream.place(request.resume_token) if request.resume_token else None
        if at is None:
            at = len(self.stream.history)
            if request.resume_token:
                yield ordering_rpc.WatchOrdersResponse(reset=ordering_rpc.WatchReset(reason="too old"))
        yield ordering_rpc.WatchOrdersResponse(resume_token=f"t{at}", heartbeat=ordering_rpc.WatchHeartbeat())
        async for token, change in self.stream.after(at):
            if change is None:
                heartbeat = ordering_rpc.WatchHeartbeat()
                yield ordering_rpc.WatchOrdersResponse(resume_token=token, heartbeat=heartbeat)
            else:
                yield ordering_rpc.WatchOrdersResponse(resume_token=token, change=change)

    async def PreviewOrder(self, request: Any, context: Any) -> Any:
        return await self.answer("PreviewOrder", request, context)

    async def PlaceOrder(self, request: Any, context: Any) -> Any:
        return await self.answer("PlaceOrder", request, context)

    async def CreateCounterOrder(self, request: Any, context: Any) -> Any:
        return await self.answer("CreateCounterOrder", request, context)

    async def GetOrder(self, request: Any, context: Any) -> Any:
        return await self.answer("GetOrder", request, context)

    async def GetOrderStatus(self, request: Any, context: Any) -> Any:
        return await self.answer("GetOrderStatus", request, context)


class Restartable:
    """A gRPC server that can go away and come back at its address."""

    def __init__(self, servicer: ScriptedMenu | ScriptedOrdering) -> None:
        self.servicer = servicer
        self.port = 0
        self._server: grpc.aio.Server | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def start(self) -> None:
        server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
        checks = health.aio.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(checks, server)
        if isinstance(self.servicer, ScriptedMenu):
            name = "orderbuddy.menu.v1.MenuService"
            menu_service_pb2_grpc.add_MenuServiceServicer_to_server(self.servicer, server)
        else:
            name = "orderbuddy.ordering.v1.OrderingService"
            ordering_service_pb2_grpc.add_OrderingServiceServicer_to_server(self.servicer, server)
        for checked in (name, ACCEPTING):
            await checks.set(checked, health_pb2.HealthCheckResponse.SERVING)
        self.port = server.add_insecure_port(f"127.0.0.1:{self.port}")
        await server.start()
        self._server = server

    async def stop(self) -> None:
        if self._server is not None:
            await self._server.stop(None)
            self._server = None
