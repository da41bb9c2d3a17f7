from __future__ import annotations

import socket
import subprocess
import sys

import pytest

from services.kit import ports
from services.kit.ports import free_port


def test_no_port_is_given_twice_even_before_it_is_used() -> None:
    command = [
        sys.executable,
        "-c",
        "from services.kit.ports import free_port\nfor _ in range(60): print(free_port())\ninput()",
    ]
    others = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    try:
        given = [free_port() for _ in range(60)]
        for other in others:
            assert other.stdout is not None
            given += [int(other.stdout.readline()) for _ in range(60)]
    finally:
        for other in others:
            other.communicate("\n", timeout=10)
    assert len(set(given)) == 180


def test_a_port_that_is_taken_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken, socket.socket() as left:
        for each in (taken, left):
            each.bind(("127.0.0.1", 0))
        choice = [each.getsockname()[1] for each in (taken, left)]
        left.close()
        monkeypatch.setattr(ports, "_PORTS", choice)
        assert free_port() == choice[1]
