"""`make up` reads its ports: what is wrong is said in one line that names the variable."""

from __future__ import annotations

import pytest

from services.kit.ports import free_port
from tools.processes import StackProblem
from tools.up import wanted_ports


@pytest.fixture(autouse=True)
def own_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ports that nobody has, so that a system that runs here is not in the way."""
    monkeypatch.setenv("PORT", str(free_port()))
    for name in ("MENU", "ORDERING", "PAYMENT", "STATION", "NOTIFICATION"):
        monkeypatch.setenv(f"ORDERBUDDY_{name}_ADDRESS", f"127.0.0.1:{free_port()}")
    monkeypatch.setenv("ORDERBUDDY_CORE_PORT", str(free_port()))
    monkeypatch.setenv("ORDERBUDDY_EMERGEPAY_PORT", str(free_port()))


def test_ports_are_taken_from_numbers_and_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    edge, menu = free_port(), free_port()
    monkeypatch.setenv("PORT", str(edge))
    monkeypatch.setenv("ORDERBUDDY_MENU_ADDRESS", f"127.0.0.1:{menu}")
    ports = wanted_ports()
    assert (ports["edge"], ports["menu"]) == (edge, menu)


@pytest.mark.parametrize("variable", ["PORT", "ORDERBUDDY_MENU_ADDRESS", "ORDERBUDDY_CORE_PORT"])
@pytest.mark.parametrize("text", ["", "abc", "0", "65536", "-1", "8000.5", "²", "localhost", "localhost:"])
def test_what_is_no_port_is_named(monkeypatch: pytest.MonkeyPatch, variable: str, text: str) -> None:
    monkeypatch.setenv(variable, text)
    with pytest.raises(StackProblem) as problem:
        wanted_ports()
    assert str(problem.value) == f"{variable}={text!r} has no port: a number from 1 to 65535"
