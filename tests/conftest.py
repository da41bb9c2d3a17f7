"""The real database and real servers for tests."""

from __future__ import annotations

import pathlib
import tempfile
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime

import grpc
import pytest
from pymongo import AsyncMongoClient

from services.kit.clock import FixedClock
from services.kit.mongo import Database, Document, database
from services.kit.mongod import EmbeddedMongod
from services.kit.server import Build, Runtime, Server
from services.kit.settings import ServiceSettings
from tests.support import SECRET, Served, eventually

NOW = datetime(2026, 1, 15, 20, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def mongo_uri() -> Iterator[str]:
    """Connection string of a mongod of our own."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedMongod(pathlib.Path(folder)) as mongod:
        yield mongod.uri


@pytest.fixture
async def db(mongo_uri: str) -> AsyncIterator[Database]:
    """An empty database, dropped afterwards."""
    client: AsyncMongoClient[Document] = AsyncMongoClient(mongo_uri, tz_aware=True, tzinfo=UTC)
    name = f"test_{uuid.uuid4().hex[:12]}"
    try:
        yield database(client, name)
    finally:
        await client.drop_database(name)
        await client.close()


@pytest.fixture
def clock() -> FixedClock:
    """A clock that a test can set; servers of `serve` use it."""
    return FixedClock(NOW)


@pytest.fixture
def settings(mongo_uri: str, db: Database) -> ServiceSettings:
    """Settings of a service on the test's database."""
    return ServiceSettings.model_validate(
        {
            "DB_CONN_STRING": mongo_uri,
            "DB_NAME": db.name,
            "ORDERBUDDY_ASSERTION_SECRET": SECRET,
            "ORDERBUDDY_GRACE_SECONDS": 0.2,
        }
    )


@pytest.fixture
async def serve(
    settings: ServiceSettings, clock: FixedClock
) -> AsyncIterator[Callable[[str, Build], Awaitable[Served]]]:
    """Start services on free ports; each is stopped at the end of the test."""
    running: list[Served] = []

    async def start(name: str, build: Build, wait_until_serving: bool = True) -> Served:
        async def with_clock(runtime: Runtime) -> None:
            runtime.clock = clock
            await build(runtime)

        server = Server(name, settings, with_clock)
        await server.start("127.0.0.1:0")
        served = Served(server, grpc.aio.insecure_channel(f"127.0.0.1:{server.port}"))
        running.append(served)
        if wait_until_serving:
            await eventually(served.is_serving)
        return served

    yield start
    for served in reversed(running):
        await served.channel.close()
        await served.server.stop()
