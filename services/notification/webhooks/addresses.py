"""Where events may be sent: never into a network that only we can reach. Pure.

A URL is looked at when it is set; the addresses of its host each time that it is called, by whoever connects.
"""

from __future__ import annotations

import ipaddress
from typing import Final
from urllib.parse import urlsplit

_PORTS: Final = frozenset({80, 443, 8443})
_FREE_PORTS: Final = 1024
_PUBLIC_6: Final = ipaddress.ip_network("2000::/3")
_TRANSLATED: Final = ipaddress.ip_network("64:ff9b::/96")
"""How networks with IPv6 alone write IPv4 addresses."""

_WITHIN_6: Final = tuple(
    map(
        ipaddress.ip_network,
        (
            "2001::/23",  # protocols' own, Teredo among them
            "2001:db8::/32",  # examples
            "2002::/16",  # 6to4: any IPv4 address can stand in it
            "3fff::/20",  # examples
        ),
    )
)
_WITHIN_4: Final = tuple(
    map(
        ipaddress.ip_network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",  # shared by a provider's customers (CGNAT)
            "127.0.0.0/8",
            "169.254.0.0/16",  # link-local: metadata of clouds
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, broadcast
        ),
    )
)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Unreachable(Exception):
    """What we send nothing to; the text says why, for the endpoint's owner."""


def is_public(address: Address) -> bool:
    """Tell whether an address is reached through the internet, and not within some network of ours."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _WITHIN_4)
    if address in _TRANSLATED:
        return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return address in _PUBLIC_6 and not any(address in network for network in _WITHIN_6)


def check_address(text: str, *, loopback: bool) -> None:
    """Raise Unreachable unless events may be sent to the address; `loopback`: to this machine itself, too."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        raise Unreachable("the host has no address that can be used") from None
    if is_public(address) or (loopback and address.is_loopback):
        return
    raise Unreachable("the address is not public")


def check_url(url: str, *, plain: bool, loopback: bool) -> None:
    """Raise Unreachable unless events may be sent to the URL; `plain`: without encryption, too."""
    if any(ord(char) <= 0x20 or ord(char) >= 0x7F for char in url) or "\\" in url:
        raise Unreachable("must be ASCII without spaces and backslashes (write other characters encoded)")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Unreachable("is not a URL") from None
    if parts.scheme not in (("https", "http") if plain else ("https",)):
        raise Unreachable("must begin with https://")
    if not host:
        raise Unreachable("must name a host")
    if "@" in parts.netloc:
        raise Unreachable("must not hold a user or password")
    if parts.fragment or url.endswith("#"):
        raise Unreachable("must not hold a fragment")
    if port is not None and port not in _PORTS and port <= _FREE_PORTS:
        raise Unreachable("must have port 443, 80, 8443 or one above 1024")
    _check_host(host, loopback=loopback)


def _check_host(host: str, *, loopback: bool) -> None:
    """Refuse at once what can be told from the name; all else is looked up when it is called."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        name = host.rstrip(".")
        if not loopback and (name == "localhost" or name.endswith(".localhost")):
            raise Unreachable("the address is not public") from None
        return
    check_address(host, loopback=loopback)
