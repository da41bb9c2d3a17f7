"""TLS between edge and services: who shows what gets in, and who does not, on real sockets."""

from __future__ import annotations

import asyncio
import pathlib
from collections.abc import AsyncIterator

import grpc
import pytest
from orderbuddy.ordering.v1 import ordering_service_pb2 as rpc
from orderbuddy.ordering.v1 import ordering_service_pb2_grpc as rpc_grpc

from services.kit import tls
from services.kit.channels import Connections
from services.kit.healthcheck import main as healthcheck
from services.kit.settings import ServiceSettings
from tests.certificates import Authority, Files
from tests.integration.replicas import KEY, SERVICE, Replica
from tests.support import eventually, metadata_of, reason

REQUEST = rpc.GetOrderStatusRequest(order_id="0123456789abcdef01234567")
SECONDS = 5.0


def believing(files: Files, name: str = "") -> tls.Tls:
    return tls.read_tls(files.ca, files.cert, files.key, name)


@pytest.fixture
def authority(tmp_path: pathlib.Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def guest_facing(tmp_path: pathlib.Path) -> Files:
    return Authority(tmp_path, "public-ca").sign("public", "127.0.0.1")


@pytest.fixture
async def replica(settings: ServiceSettings, authority: Authority, guest_facing: Files) -> AsyncIterator[Replica]:
    files = authority.sign("ordering", "ordering.internal", "127.0.0.1")
    settings.tls_ca, settings.tls_cert, settings.tls_key = files.ca, files.cert, files.key
    settings.public_listen = "127.0.0.1:0"
    settings.public_tls_cert, settings.public_tls_key = guest_facing.cert, guest_facing.key
    serving = Replica("a", settings)
    await serving.start()
    yield serving
    await serving.stop()


async def status_of(
    channel: grpc.aio.Channel, metadata: tuple[tuple[str, str], ...] = (), *, wait: bool = False
) -> str:
    stub = rpc_grpc.OrderingServiceStub(channel)
    return str((await stub.GetOrderStatus(REQUEST, metadata=metadata, timeout=SECONDS, wait_for_ready=wait)).status)


async def test_the_health_check_shows_its_certificate(
    replica: Replica, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"grpc://127.0.0.1:{replica.server.port}"
    assert await asyncio.to_thread(healthcheck, [url]) == 1
    for name, value in authority.sign("ordering", "ordering.internal").env.items():
        monkeypatch.setenv(name, value)

    async def serves() -> bool:
        return await asyncio.to_thread(healthcheck, [url]) == 0

    await eventually(serves)


async def test_who_shows_a_certificate_of_the_authority_gets_in(replica: Replica, authority: Authority) -> None:
    port = replica.server.port
    connections = Connections(believing(authority.sign("edge", "edge.internal")))
    assert await status_of(connections.open(f"127.0.0.1:{port}"), metadata_of(SERVICE), wait=True) == "a"
    listed = connections.open(f"127.0.0.1:{port},127.0.0.1:{port}")
    assert await status_of(listed, metadata_of(SERVICE), wait=True) == "a"
    await connections.close()

    named = Connections(believing(authority.sign("edge", "edge.internal"), "ordering.internal"))
    assert await status_of(named.open(f"127.0.0.1:{port},127.0.0.2:{port}"), wait=True) == "a"
    await named.close()


async def test_nobody_else_gets_in(replica: Replica, authority: Authority, tmp_path: pathlib.Path) -> None:
    address = f"127.0.0.1:{replica.server.port}"
    elsewhere = Authority(tmp_path, "other-ca").sign("stranger", "edge.internal")
    ours = authority.path.read_bytes()
    stranger = grpc.ssl_channel_credentials(ours, elsewhere.key.read_bytes(), elsewhere.cert.read_bytes())
    for channel in (
        grpc.aio.insecure_channel(address),
        grpc.aio.secure_channel(address, grpc.ssl_channel_credentials(ours)),
        grpc.aio.secure_channel(address, stranger),
    ):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await status_of(channel)
        assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
        await channel.close()


async def test_a_server_with_another_s_name_is_not_believed(replica: Replica, authority: Authority) -> None:
    connections = Connections(believing(authority.sign("edge", "edge.internal"), "payment.internal"))
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await status_of(connections.open(f"127.0.0.1:{replica.server.port}"))
    assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
    await connections.close()
    with pytest.raises(ValueError, match="ORDERBUDDY_TLS_SERVER_NAME"):
        believing(authority.sign("edge", "edge.internal")).name_at("127.0.0.1:1,127.0.0.2:1")


async def test_outside_devices_and_guests_are_served_but_no_assertion_is_taken(
    replica: Replica, guest_facing: Files
) -> None:
    credentials = grpc.ssl_channel_credentials(guest_facing.ca.read_bytes())
    async with grpc.aio.secure_channel(f"127.0.0.1:{replica.server.public_port}", credentials) as channel:
        assert await status_of(channel) == "a"
        assert await status_of(channel, (("authorization", f"Device {KEY}"),)) == "a"
        for metadata in (metadata_of(SERVICE), (("authorization", "Basic bm9ib2R5"),)):
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await status_of(channel, metadata)
            assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
            assert reason(refused.value) == "DEVICE_KEY_NEEDED"
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await (
                rpc_grpc.OrderingServiceStub(channel)
                .WatchOrders(rpc.WatchOrdersRequest(), metadata=metadata_of(SERVICE), timeout=SECONDS)
                .read()
            )
        assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
