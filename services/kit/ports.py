"""Free ports for what runs on this machine for a while: tests, benchmarks, the embedded profile."""

from __future__ import annotations

import fcntl
import os
import pathlib
import random
import socket
import tempfile
from collections import deque
from typing import Final

_PORTS: Final = range(10_000, 32_000)
"""Below those of outgoing connections, any of which could take a port before its server starts."""

_FOLDER: Final = pathlib.Path(tempfile.gettempdir()) / f"orderbuddy-ports-{os.getuid()}"
_MARKS: deque[int] = deque(maxlen=200)
"""Open files, whose locks end with this process or when this many further ports have been given."""


def free_port() -> int:
    """Return a port that is free now and that no other process gets from here while it is being put to use."""
    _FOLDER.mkdir(exist_ok=True)
    while True:
        port = random.choice(_PORTS)  # noqa: S311  not a secret
        if _is_free(port) and _mark(port):
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _mark(port: int) -> bool:
    """Lock the port's file; False when somebody has."""
    mark = os.open(_FOLDER / str(port), os.O_CREAT | os.O_WRONLY)
    try:
        fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(mark)
        return False
    if len(_MARKS) == _MARKS.maxlen:
        os.close(_MARKS.popleft())
    _MARKS.append(mark)
    return True
