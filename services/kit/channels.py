"""The one seam for connections to services: how their replicas are found, tried again and used in turn.

gRPC does all of it: its resolver finds the addresses, `round_robin` spreads the calls over those that answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import grpc
import orjson
from google.protobuf.descriptor import FileDescriptor, MethodDescriptor

from services.kit.addresses import target_of
from services.kit.tls import Tls

MESSAGE_BYTES: Final = 16 * 1024 * 1024
"""Largest message, either way: a snapshot of a busy location's orders has room."""

ACCEPTING: Final = "orderbuddy.accepting"
"""Name under which a replica's health says whether calls should go to it: from when it first could serve until it
stops. Not whether it can serve just now: that all are without database should be told by them, not by silence."""

_OPTIONS: Final = (
    ("grpc.max_receive_message_length", MESSAGE_BYTES),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.max_pings_without_data", 0),
    # A restarted replica is found again within a second; the default backs off up to two minutes.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 1_000),
    ("grpc.max_reconnect_backoff_ms", 1_000),
    # Names are looked up again whenever a connection ends, at most so often; the default waits for 30 s.
    ("grpc.dns_min_time_between_resolutions_ms", 1_000),
)
_RETRY: Final = {
    "maxAttempts": 4,
    "initialBackoff": "0.1s",
    "maxBackoff": "1s",
    "backoffMultiplier": 2,
    "retryableStatusCodes": ["UNAVAILABLE"],
}
# Tokens that failures cost and successes earn back: retries stop when a service is more away than there.
_THROTTLING: Final = {"maxTokens": 100, "tokenRatio": 0.1}

_ONCE: Final = frozenset({"orderbuddy.station.v1.DeviceService.IssueDeviceKey"})
"""Each call makes a device of its own."""


def may_be_repeated(method: MethodDescriptor) -> bool:
    """Tell whether the same call may be made again when it is not known whether it arrived.

    Every method that changes something takes a `request_id`, unless it is idempotent by itself (design, section 3), or
    its answer holds a secret that must be kept nowhere.
    """
    streams = method.client_streaming or method.server_streaming
    return not streams and "request_id" not in method.input_type.fields_by_name and method.full_name not in _ONCE


def service_config(files: Iterable[FileDescriptor]) -> str:
    """Return gRPC's service config: how replicas are chosen, which methods of the files are retried, and how."""
    names = [
        {"service": service.full_name, "method": method.name}
        for file in files
        for service in file.services_by_name.values()
        for method in service.methods
        if may_be_repeated(method)
    ]
    config = {
        "loadBalancingConfig": [{"round_robin": {}}],
        "methodConfig": [{"name": names, "retryPolicy": _RETRY}] if names else [],
        "retryThrottling": _THROTTLING,
        "healthCheckConfig": {"serviceName": ACCEPTING},
    }
    return orjson.dumps(config).decode()


class Connections:
    """Opens channels to services, and closes all of them."""

    def __init__(self, tls: Tls | None = None) -> None:
        """Without `tls` nothing is encrypted."""
        self._tls = tls
        self._credentials = None if tls is None else tls.channel_credentials()
        self._channels: list[grpc.aio.Channel] = []

    def open(self, address: str, *files: FileDescriptor) -> grpc.aio.Channel:
        """Return a channel for the loop that runs, which connects at the first call.

        `files` declare the services to be called there: calls that may be repeated are. Raises ValueError.
        """
        target = target_of(address)
        options: list[tuple[str, str | int]] = [*_OPTIONS, ("grpc.service_config", service_config(files))]
        if self._tls is None or self._credentials is None:
            channel = grpc.aio.insecure_channel(target, options=options)
        else:
            if name := self._tls.name_at(address):
                options.append(("grpc.ssl_target_name_override", name))
            channel = grpc.aio.secure_channel(target, self._credentials, options=options)
        self._channels.append(channel)
        return channel

    async def close(self) -> None:
        """End all calls and connections."""
        while self._channels:
            await self._channels.pop().close()
