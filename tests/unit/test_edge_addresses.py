"""Whose address a request counts for."""

from __future__ import annotations

import pytest

from edge.addresses import ClientAddresses, networks


def of(addresses: ClientAddresses, peer: str, *forwarded: str) -> str:
    headers = [(b"x-forwarded-for", line.encode()) for line in forwarded]
    return addresses.of({"client": (peer, 1), "headers": headers}, dict(headers))


@pytest.mark.parametrize(
    ("peer", "key"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_a_peer_is_its_address_or_its_network(peer: str, key: str) -> None:
    assert of(ClientAddresses(), peer) == key


def test_nobody_is_believed_unless_trusted() -> None:
    assert of(ClientAddresses(), "198.51.100.7", "203.0.113.1") == "198.51.100.7"
    proxies = ClientAddresses(networks("10.0.0.0/8"))
    assert of(proxies, "198.51.100.7", "203.0.113.1") == "198.51.100.7"


@pytest.mark.parametrize(
    ("forwarded", "key"),
    [
        (["203.0.113.1"], "203.0.113.1"),
        (["203.0.113.1:4711"], "203.0.113.1"),
        (["[2001:db8:1:2::9]:4711"], "2001:db8:1:2::/64"),
        (["2001:db8:1:2::9"], "2001:db8:1:2::/64"),
        (["1.1.1.1, 203.0.113.1"], "203.0.113.1"),  # what the client claims itself
        (["203.0.113.1, 10.9.9.9"], "203.0.113.1"),  # through two proxies
        (["1.1.1.1", "203.0.113.1, 10.9.9.9"], "203.0.113.1"),  # in two headers
        (["10.1.1.1"], "10.1.1.1"),  # a client of ours, inside
        (["nonsense"], "10.0.0.1"),
        (["203.0.113.1, nonsense"], "203.0.113.1"),
        ([""], "10.0.0.1"),
        ([], "10.0.0.1"),
        (["9.9.9.9," * 10_000 + "203.0.113.1"], "203.0.113.1"),
    ],
)
def test_behind_proxies_it_is_the_last_that_is_none(forwarded: list[str], key: str) -> None:
    assert of(ClientAddresses(networks("10.0.0.0/8, 192.0.2.1")), "10.0.0.1", *forwarded) == key


def test_who_comes_past_the_proxy_can_not_choose_an_address() -> None:
    addresses = ClientAddresses(networks("10.0.0.0/8"))
    assert {of(addresses, "198.51.100.7", f"203.0.113.{n}") for n in range(100)} == {"198.51.100.7"}


def test_what_is_no_network_is_named() -> None:
    with pytest.raises(ValueError, match=r"'10\.0\.0\.1/8' is no address or network"):
        networks("192.0.2.1, 10.0.0.1/8")
