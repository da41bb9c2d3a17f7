"""Where services are found and where they listen, as settings say it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.addresses import HostPort, host_port, hosts_of, listening_place, target_of
from services.kit.settings import ServiceSettings, problems_of
from tests.support import SECRET

IPV4 = st.ip_addresses(v=4).map(str)
PORTS = st.integers(1, 65_535)


@given(st.lists(st.tuples(IPV4, PORTS), min_size=2, max_size=5))
def test_a_list_of_addresses_is_one_target(places: list[tuple[str, int]]) -> None:
    parts = [f"{host}:{port}" for host, port in places]

    assert target_of(", ".join(parts)) == "ipv4:" + ",".join(parts)
    assert hosts_of(",".join(parts)) == [HostPort(*place) for place in places]


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("menu:50051", "menu:50051"),
        ("[::1]:50051", "[::1]:50051"),
        ("dns:///menu.shop.svc:50051", "dns:///menu.shop.svc:50051"),
        ("[::1]:1,[::2]:2", "ipv6:[::1]:1,[::2]:2"),
    ],
)
def test_names_and_ipv6(address: str, target: str) -> None:
    assert target_of(address) == target


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("menu", "must be host:port"),
        (":50051", "must be host:port"),
        ("menu:port", "must be host:port"),
        ("menu:65536", "must be host:port"),
        ("::1:50051", "must be host:port"),
        ("http://menu:50051", "must be host:port"),
        ("dns://8.8.8.8/menu:50051", "must be host:port"),
        ("10.0.0.1:1,", "must be host:port"),
        ("a:1,b:2", "for a name use dns:///name:port"),
        ("10.0.0.1:1,[::1]:2", "not both"),
    ],
)
def test_what_is_no_address(address: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        target_of(address)


def test_a_service_listens_at_its_own_address_or_where_it_is_told() -> None:
    assert host_port("0.0.0.0:0") == HostPort("0.0.0.0", 0)
    assert listening_place("127.0.0.1:50051") == "127.0.0.1:50051"
    base = {"DB_CONN_STRING": "mongodb://x", "ORDERBUDDY_ASSERTION_SECRET": SECRET}
    many = base | {"ORDERBUDDY_MENU_ADDRESS": "10.0.0.1:1,10.0.0.2:1"}

    assert ServiceSettings.model_validate(base).listening_place("menu") == "127.0.0.1:50051"
    told = ServiceSettings.model_validate(many | {"ORDERBUDDY_LISTEN": "0.0.0.0:50051"})
    assert told.listening_place("menu") == "0.0.0.0:50051"
    with pytest.raises(SystemExit, match=r"ORDERBUDDY_MENU_ADDRESS: names where .* set ORDERBUDDY_LISTEN too"):
        ServiceSettings.model_validate(many).listening_place("menu")


def test_settings_say_which_address_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_CONN_STRING", "mongodb://x")
    monkeypatch.setenv("ORDERBUDDY_ASSERTION_SECRET", SECRET)
    monkeypatch.setenv("ORDERBUDDY_ORDERING_ADDRESS", "ordering")
    monkeypatch.setenv("ORDERBUDDY_LISTEN", "dns:///menu:50051")

    assert dict(problems_of(ServiceSettings)).keys() == {"ORDERBUDDY_ORDERING_ADDRESS", "ORDERBUDDY_LISTEN"}
