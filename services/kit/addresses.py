"""Addresses of services in settings: where one is found, and where it listens."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Final, NamedTuple

_DNS: Final = "dns:///"
_MOST_PORT: Final = 65_535


class HostPort(NamedTuple):
    """One place. IPv6 addresses are without their brackets here."""

    host: str
    port: int


def host_port(text: str) -> HostPort:
    """Read `host:port` (`[host]:port` for IPv6). Raises ValueError."""
    host, colon, port = text.strip().rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    host = host[1:-1] if bracketed else host
    written = host and colon and port.isascii() and port.isdecimal() and int(port) <= _MOST_PORT
    if not written or (":" in host) != bracketed or any(c in host for c in "/ ,"):
        message = f"must be host:port, not {text.strip()!r}"
        raise ValueError(message)
    return HostPort(host, int(port))


def target_of(address: str) -> str:
    """Return gRPC's name for where a service is found.

    That is `host:port`; `dns:///host:port` for a name with one address per replica; or `ip:port,ip:port` for replicas
    that no name service knows. Raises ValueError.
    """
    places = hosts_of(address)
    if "," not in address:
        return address.strip()
    try:
        versions = {ipaddress.ip_address(place.host).version for place in places}
    except ValueError as error:
        message = "must list IP addresses, as 10.0.0.1:50051,10.0.0.2:50051; for a name use dns:///name:port"
        raise ValueError(message) from error
    if len(versions) > 1:
        message = "must list addresses of IPv4, or of IPv6, not both"
        raise ValueError(message)
    return f"ipv{versions.pop()}:{','.join(part.strip() for part in address.split(','))}"


def hosts_of(address: str) -> Sequence[HostPort]:
    """Return the places that an address names. Raises ValueError."""
    if "," in address:
        return [host_port(part) for part in address.split(",")]
    return [host_port(address.strip().removeprefix(_DNS))]


def listening_place(address: str) -> str:
    """Return where the service with that address listens, which must be one place. Raises ValueError."""
    if "," in address or address.strip().startswith(_DNS):
        message = "names where the service is found, not where it listens; set ORDERBUDDY_LISTEN too, as 0.0.0.0:50051"
        raise ValueError(message)
    host_port(address)
    return address.strip()
