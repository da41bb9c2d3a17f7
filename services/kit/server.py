"""The server that every service runs in: interceptor, health, reflection, followers, graceful stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import grpc
import uvloop
from google.protobuf import descriptor_pool
from google.protobuf.descriptor import FileDescriptor, ServiceDescriptor
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from prometheus_client import start_http_server
from pymongo.errors import PyMongoError

from services.kit import tracing
from services.kit.channels import MESSAGE_BYTES, Connections
from services.kit.clock import Clock, make_clock
from services.kit.device_lookup import StationDevices
from services.kit.devices import DeviceKeys, DeviceLookup
from services.kit.idempotency import INDEXES as IDEMPOTENCY_INDEXES
from services.kit.idempotency import Idempotency
from services.kit.interceptor import Interceptor
from services.kit.loop_lag import watch_loop
from services.kit.metrics import keep_asking
from services.kit.mongo import Database, Index, connect, database, ensure_indexes
from services.kit.principal import Assertions
from services.kit.protection import Protection
from services.kit.settings import ServiceSettings
from services.kit.telemetry import configure_logging, log

OPTIONS: Final[Sequence[tuple[str, int]]] = (
    ("grpc.max_receive_message_length", 6 * 1024 * 1024),  # requests: an image of 5 MiB is the largest
    ("grpc.max_send_message_length", MESSAGE_BYTES),
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    # Streams move to other replicas now and then, so resuming is daily business and not an emergency.
    ("grpc.max_connection_age_ms", 20 * 60_000),
    ("grpc.max_connection_age_grace_ms", 30_000),
    ("grpc.so_reuseport", 0),  # a port taken by another process is an error, not a coin toss
)

_PROBE_SECONDS: Final = 3.0
"""How often the database is asked whether it is there; each process does, also at rest."""

_PROBE_AWAY_SECONDS: Final = 0.1
"""As much while it is not there."""

_ANSWER_SECONDS: Final = 1.0
_AGAIN_SECONDS: Final = 1.0
_CONCURRENT_RPCS: Final = 10_000
"""Streams included; how many other calls are served at a time, services/kit/protection.py says."""


class _MethodsToo:
    """The descriptors for reflection: methods are found by name as well, as `grpcurl describe` asks for them."""

    def __init__(self, pool: descriptor_pool.DescriptorPool) -> None:
        self._pool = pool

    def FindFileContainingSymbol(self, symbol: str) -> FileDescriptor:  # noqa: N802  the pool's name
        try:
            return self._pool.FindFileContainingSymbol(symbol)
        except KeyError:
            return self._pool.FindFileContainingSymbol(symbol.rpartition(".")[0])

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pool, name)


Task = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Registration:
    """A servicer and what is needed to serve it."""

    descriptor: ServiceDescriptor
    add: Callable[[Any, grpc.aio.Server], None]
    servicer: object


@dataclass(slots=True)
class Runtime:
    """What a service is built from; its `build` function adds what the service consists of."""

    settings: ServiceSettings
    db: Database
    clock: Clock
    assertions: Assertions
    connections: Connections = field(default_factory=Connections)
    """To other services."""
    registrations: list[Registration] = field(default_factory=list)
    indexes: list[Index] = field(default_factory=list)
    tasks: dict[str, Task] = field(default_factory=dict)
    """Run for ever beside the server: followers, clients of other services. Begun when the indexes are there."""
    backlogs: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    """Each asks the database what waits, and sets gauges: every 15 s where metrics are fetched. Raises PyMongoError."""
    ready: list[Callable[[], str | None]] = field(default_factory=list)
    """Each returns why the service can't serve yet, or None."""
    closing: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    """Run when the service stops: connections to systems that are not ours."""
    devices: DeviceLookup | None = None
    """Who knows the keys of devices; None: the Station service is asked."""

    def serve(self, file: FileDescriptor, add: Callable[[Any, grpc.aio.Server], None], servicer: object) -> None:
        """Register the servicer of a file's one service."""
        (descriptor,) = file.services_by_name.values()
        self.registrations.append(Registration(descriptor, add, servicer))


Build = Callable[[Runtime], Awaitable[None]]


class Server:
    """A running service."""

    def __init__(self, name: str, settings: ServiceSettings, build: Build) -> None:
        self.name = name
        self.port = 0
        self._settings = settings
        self._build = build
        self._client = connect(settings)
        self._runtime = Runtime(
            settings,
            database(self._client, settings.db_name),
            make_clock(settings.clock),
            Assertions(settings.assertion_secret.get_secret_value()),
        )
        self._running: list[asyncio.Task[None]] = []
        self._prepared = False

    async def start(self, address: str) -> None:
        """Serve at an address (`host:port`, port 0 for any).

        Raises UndeclaredAccess, or OSError when the port is taken.
        """
        try:
            await self._start(address)
        except BaseException:
            await self._client.close()
            raise

    async def _start(self, address: str) -> None:
        runtime = self._runtime
        await self._build(runtime)
        services = [r.descriptor for r in runtime.registrations]
        idempotency = Idempotency(runtime.db, runtime.clock)
        interceptor = Interceptor(
            services,
            runtime.assertions,
            self._device_keys(),
            idempotency,
            self._settings.deadline_seconds,
            Protection(self._settings.most_calls, self._settings.device_calls_per_second),
        )
        self._server = grpc.aio.server(
            interceptors=[interceptor], options=OPTIONS, maximum_concurrent_rpcs=_CONCURRENT_RPCS
        )
        for registration in runtime.registrations:
            registration.add(registration.servicer, self._server)
        self._health = health.aio.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        self._service_names = ["", *(s.full_name for s in services)]
        reflection.enable_server_reflection(
            [*self._service_names[1:], health.SERVICE_NAME, reflection.SERVICE_NAME],
            self._server,
            _MethodsToo(descriptor_pool.Default()),
        )
        try:
            self.port = self._server.add_insecure_port(address)
        except RuntimeError as error:
            raise OSError(f"can't serve {self.name} at {address}: {error}") from error
        await self._say(serving=False)
        await self._server.start()
        self._running = [asyncio.create_task(self._prepare()), asyncio.create_task(self._probe())]
        log.info("serving", service=self.name, port=self.port)

    def _device_keys(self) -> DeviceKeys:
        runtime = self._runtime
        lookup = runtime.devices
        if lookup is None:
            lookup = StationDevices(runtime.connections, self._settings.station_address, runtime.assertions, self.name)
        keys = DeviceKeys(lookup)
        runtime.closing.insert(0, keys.close)
        return keys

    async def stop(self) -> None:
        """Say NOT_SERVING, let calls under way finish within the grace time, end the rest."""
        await self._health.enter_graceful_shutdown()
        await self._server.stop(self._settings.grace_seconds)
        await self._end_tasks()
        for close in self._runtime.closing:
            await close()
        await self._runtime.connections.close()
        await self._client.close()

    async def _end_tasks(self) -> None:
        """Cancel until all are done: the driver can turn a cancellation into an error, and then a task goes on."""
        while pending := {task for task in self._running if not task.done()}:
            for task in pending:
                task.cancel()
            await asyncio.wait(pending, timeout=0.2)

    async def _prepare(self) -> None:
        """Create the indexes, however long the database is away, then begin the tasks."""
        while not self._prepared:
            try:
                await ensure_indexes(self._runtime.db, [*self._runtime.indexes, *IDEMPOTENCY_INDEXES])
                self._prepared = True
            except PyMongoError as error:
                log.warning("indexes_not_ready", service=self.name, error=type(error).__name__)
                await asyncio.sleep(_AGAIN_SECONDS)
        tasks = dict(self._runtime.tasks)
        if self._settings.metrics_port is not None:
            tasks |= {f"backlog {n}": partial(keep_asking, ask) for n, ask in enumerate(self._runtime.backlogs)}
            tasks["loop"] = watch_loop
        self._running += [asyncio.create_task(self._keep(name, run)) for name, run in tasks.items()]

    async def _keep(self, name: str, run: Task) -> None:
        """Run a task; one that fails is a bug, is logged, and begins again so that the service stays of use."""
        while True:
            try:
                await run()
            except Exception as error:  # noqa: BLE001  a background task has no caller who could be told
                log.error("task_failed", task=name, exc_info=error)
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _probe(self) -> None:
        """Keep the health answers true."""
        was: str | None = "starting"
        while True:
            problem = await self._problem()
            if problem != was:
                log.info("health", service=self.name, serving=problem is None, because=problem)
                await self._say(serving=problem is None)
                was = problem
            await asyncio.sleep(_PROBE_SECONDS if was is None else _PROBE_AWAY_SECONDS)

    async def _problem(self) -> str | None:
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                await self._client.admin.command("ping")  # goes to the primary
        except (PyMongoError, TimeoutError):
            return "the database is away"
        if not self._prepared:
            return "indexes are being made"
        return next((problem for check in self._runtime.ready if (problem := check()) is not None), None)

    async def _say(self, *, serving: bool) -> None:
        state = health_pb2.HealthCheckResponse.SERVING if serving else health_pb2.HealthCheckResponse.NOT_SERVING
        for name in self._service_names:
            await self._health.set(name, state)


def run(name: str, settings: ServiceSettings, build: Build) -> None:
    """Run a service until SIGTERM or SIGINT, or end the process with a message when it can't know where to listen."""
    address = settings.listening_place(name)
    configure_logging(settings, name)
    tracing.start(settings, name)
    if settings.metrics_port is not None:
        start_http_server(settings.metrics_port)
    uvloop.run(_serve(name, settings, address, build))


async def _serve(name: str, settings: ServiceSettings, address: str, build: Build) -> None:
    server = Server(name, settings, build)
    await server.start(address)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()
    await server.stop()
    await asyncio.to_thread(tracing.finish)
