"""Whose request it is, as far as limits are concerned: an address, behind proxies that are trusted to say so."""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Iterable, Mapping
from typing import Any, Final

_FORWARDED: Final = b"x-forwarded-for"
_LONGEST: Final = 1_000
"""Bytes of the header that are looked at, from its end: what is before was added by whoever likes to."""
_REMEMBERED: Final = 20_000
_NETWORK_BITS: Final = 64
"""Of an IPv6 address: what a provider gives one customer at least, who can then be any address in it."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks(text: str) -> tuple[Network, ...]:
    """Read addresses and networks (CIDR), separated by commas. Raises ValueError that names the wrong one."""
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        try:
            found.append(ipaddress.ip_network(part))
        except ValueError as error:
            raise ValueError(f"{part!r} is no address or network such as 10.0.0.0/8: {error}") from error
    return tuple(found)


class ClientAddresses:
    """Tells a client's key: its IPv4 address, or the /64 of its IPv6 address."""

    def __init__(self, trusted: Iterable[Network] = ()) -> None:
        """`trusted`: proxies of ours, which append the address that called them to X-Forwarded-For."""
        self._trusted = tuple(trusted)
        self._of_peer = functools.lru_cache(_REMEMBERED)(_key)
        self._behind = functools.lru_cache(_REMEMBERED)(self._behind_proxies)

    def of(self, scope: Mapping[str, Any], headers: Mapping[bytes, bytes]) -> str:
        """Return the key of who sent a request. `headers`: of several equal ones the last."""
        peer: tuple[str, int] | None = scope["client"]
        host = peer[0] if peer else ""
        if not self._trusted:
            return self._of_peer(host)
        # Where a proxy added a header of its own instead of appending, all of them count, in their order.
        forwarded = b",".join(value for name, value in scope["headers"] if name == _FORWARDED)
        return self._behind(host, forwarded[-_LONGEST:]) if _FORWARDED in headers else self._of_peer(host)

    def is_proxy(self, host: str) -> bool:
        """Tell whether connections from an address bring many clients."""
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return False
        return any(address in network for network in self._trusted)

    def _behind_proxies(self, peer: str, forwarded: bytes) -> str:
        """Go back from the peer for as long as it is a proxy of ours; the first that is none is the client."""
        client = peer
        for hop in reversed(forwarded.decode("latin-1").split(",")):
            if not self.is_proxy(client):
                break
            client = _without_port(hop.strip()) or client
        return self._of_peer(client)


def _without_port(hop: str) -> str:
    """Return the address of `1.2.3.4:5678` or `[::1]:5678`, as some proxies write it; empty when it is none."""
    host = hop[1:].partition("]")[0] if hop.startswith("[") else hop.partition(":")[0] if hop.count(":") == 1 else hop
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return ""
    return host


def _key(host: str) -> str:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host  # a socket that has no address
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, _NETWORK_BITS), strict=False))
