"""The process that every service runs in: database, listeners, health, followers, graceful stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import grpc
import uvloop
from google.protobuf.descriptor import FileDescriptor
from prometheus_client import start_http_server
from pymongo.errors import PyMongoError

from services.kit import tracing
from services.kit.channels import Connections
from services.kit.clock import Clock, make_clock
from services.kit.device_lookup import StationDevices
from services.kit.devices import DeviceKeys, DeviceLookup
from services.kit.draining import OpenStreams
from services.kit.idempotency import INDEXES as IDEMPOTENCY_INDEXES
from services.kit.idempotency import Idempotency
from services.kit.interceptor import Interceptor
from services.kit.listening import Listeners, Registration
from services.kit.loop_lag import watch_loop
from services.kit.metrics import keep_asking
from services.kit.mongo import Database, Index, connect, database, ensure_indexes
from services.kit.principal import Assertions
from services.kit.protection import Protection
from services.kit.settings import ServiceSettings
from services.kit.telemetry import configure_logging, log

_PROBE_SECONDS: Final = 3.0
"""How often the database is asked whether it is there; each process does, also at rest."""

_PROBE_AWAY_SECONDS: Final = 0.1
"""As much while it is not there."""

_ANSWER_SECONDS: Final = 1.0
_AGAIN_SECONDS: Final = 1.0
_PATIENCE_SECONDS: Final = 3.0
"""After its start a replica takes calls as soon as it can serve, but so late at the latest: what does not need what it
lacks should work."""

Task = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class Runtime:
    """What a service is built from; its `build` function adds what the service consists of."""

    settings: ServiceSettings
    db: Database
    clock: Clock
    assertions: Assertions
    connections: Connections
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
        self.public_port = 0
        """Where devices and guests are served; 0: nowhere."""
        self._settings = settings
        self._build = build
        self._client = connect(settings)
        self._runtime = Runtime(
            settings,
            database(self._client, settings.db_name),
            make_clock(settings.clock),
            Assertions(settings.assertion_secret.get_secret_value()),
            Connections(settings.between_services()),
        )
        self._streams = OpenStreams()
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
        self._listeners = Listeners(self.name, runtime.registrations)
        tls, public = self._settings.between_services(), self._settings.public_listen
        intercept = self._interceptor()
        self.port = self._listeners.add(
            address, intercept(runtime.assertions), None if tls is None else tls.server_credentials()
        )
        if public is not None:
            shown = self._settings.public_certificate()
            self.public_port = self._listeners.add(
                public, intercept(None), None if shown is None else shown.for_everybody()
            )
        await self._listeners.start()
        self._running = [asyncio.create_task(step()) for step in (self._prepare, self._probe, self._accept)]
        log.info("serving", service=self.name, port=self.port, public_port=self.public_port or None)

    def _interceptor(self) -> Callable[[Assertions | None], Interceptor]:
        """Return what makes interceptors for the listeners, by whose assertions they take."""
        settings, runtime = self._settings, self._runtime
        services, devices = [r.descriptor for r in runtime.registrations], self._device_keys()
        idempotency = Idempotency(runtime.db, runtime.clock)
        protection = Protection(settings.most_calls, settings.device_calls_per_second)

        def intercept(assertions: Assertions | None) -> Interceptor:
            return Interceptor(
                services, assertions, devices, idempotency, settings.deadline_seconds, protection, self._streams
            )

        return intercept

    def _device_keys(self) -> DeviceKeys:
        runtime = self._runtime
        lookup = runtime.devices
        if lookup is None:
            lookup = StationDevices(runtime.connections, self._settings.station_address, runtime.assertions, self.name)
        keys = DeviceKeys(lookup)
        runtime.closing.insert(0, keys.close)
        return keys

    async def stop(self) -> None:
        """Say NOT_SERVING and serve on for a while; then end the streams and let calls finish within the grace time."""
        await self._listeners.drain(self._settings.drain_seconds)
        self._streams.end()
        await self._listeners.stop(self._settings.grace_seconds)
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
                await self._listeners.say(serving=problem is None)
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

    async def _accept(self) -> None:
        await asyncio.sleep(_PATIENCE_SECONDS)
        await self._listeners.accept()


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
