"""EmergePay on a local port (services/emergepay_local): in a test's own process, or as one of its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pathlib
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import uvicorn

from services.emergepay_local.app import BASE, LocalEmergePay
from services.emergepay_local.faults import Fault, FaultKind, Faults
from services.emergepay_local.journal import Journal
from services.emergepay_local.ledger import Habits, Ledger
from services.kit.ports import free_port
from services.payment.gateway import Account
from tests.support import SECRET, eventually
from tools.processes import ROOT

OID = "1234567890"
AUTH = "the-locations-own-secret-token"
ACCOUNT = Account(OID, AUTH)
OTHER = Account("9876543210", "another-locations-secret-token")
RECORDINGS = Habits(any_token=True, auto_card=True)
"""As the recordings of the old system need it; merchants are not to be named then."""


@dataclass
class EmergePayServer:
    """The running server."""

    origin: str
    local: LocalEmergePay = field(repr=False)

    @property
    def url(self) -> str:
        """What goes into EMERGEPAY_ENVIRONMENT_URL."""
        return self.origin + BASE

    @property
    def ledger(self) -> Ledger:
        return self.local.ledger

    @property
    def faults(self) -> Faults:
        return self.local.faults

    @property
    def calls(self) -> list[str]:
        return self.local.calls.seen

    def next(self, kind: FaultKind, *, after: bool = False, call: str | None = None, times: int = 1) -> None:
        """Let the next calls go wrong."""
        self.faults.script.append(Fault(kind, after, call, times=times))

    def moved(self) -> list[tuple[str, str, int]]:
        """Return what moved: kind, external id, cents."""
        return [(r.kind, r.external_id, r.cents) for r in self.ledger.records if r.approved]


@contextlib.asynccontextmanager
async def serve_emergepay(
    habits: Habits | None = None, journal: Journal | None = None, port: int = 0, *, trusting: bool = False
) -> AsyncIterator[EmergePayServer]:
    """Run it in this loop, on a free port if none is given, for two merchants or, trusting, for whoever comes."""
    merchants = None if trusting else {a.organisation_id: a.auth_token for a in (ACCOUNT, OTHER)}
    local = LocalEmergePay(journal, habits, merchants)
    listening = socket.create_server(("127.0.0.1", port))
    config = uvicorn.Config(local.app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    await eventually(lambda: server.started)
    try:
        yield EmergePayServer(f"http://127.0.0.1:{listening.getsockname()[1]}", local)
    finally:
        server.should_exit = True
        await serving
        listening.close()


@dataclass
class EmergePayProcess:
    """The server as a process of its own, which outlives whatever is killed beside it, and keeps its ledger itself."""

    ledger_path: pathlib.Path
    port: int = field(default_factory=free_port)
    settings: dict[str, str] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """What goes into EMERGEPAY_ENVIRONMENT_URL."""
        return self.origin + BASE

    def start(self) -> None:
        environment = os.environ | {
            "ORDERBUDDY_ASSERTION_SECRET": SECRET,
            "ORDERBUDDY_EMERGEPAY_PORT": str(self.port),
            "ORDERBUDDY_EMERGEPAY_LEDGER": str(self.ledger_path),
            "ORDERBUDDY_LOG_LEVEL": "ERROR",
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "gen")]),
        }
        command = [sys.executable, "-m", "services.emergepay_local"]
        self._process = subprocess.Popen(command, env=environment | self.settings, cwd=ROOT)
        until = time.monotonic() + 15
        while True:
            with contextlib.suppress(httpx.TransportError):
                httpx.get(self.origin)
                return
            assert self._process.poll() is None, "it ended at its start"
            assert time.monotonic() < until, "it did not start"
            time.sleep(0.05)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def faults(self, *faults: dict[str, Any]) -> None:
        """Let calls go wrong, as POST /control/faults takes it."""
        httpx.post(f"{self.origin}/control/faults", json=faults).raise_for_status()

    def at_random(self, share: float, seed: int) -> None:
        """Let this share of the calls that move money go wrong."""
        httpx.post(f"{self.origin}/control/faults", json={"share": share, "seed": seed}).raise_for_status()

    def behave(self) -> None:
        httpx.delete(f"{self.origin}/control/faults").raise_for_status()

    def reset(self) -> None:
        """Let it forget everything."""
        httpx.post(f"{self.origin}/control/reset").raise_for_status()

    def ledger(self) -> dict[str, Any]:
        """Return its transactions and totals, as GET /control/ledger tells them."""
        found: dict[str, Any] = httpx.get(f"{self.origin}/control/ledger").raise_for_status().json()
        return found


@contextlib.contextmanager
def emergepay_process(folder: pathlib.Path, **settings: str) -> Iterator[EmergePayProcess]:
    """Run it as a process; its ledger is a file in a folder."""
    process = EmergePayProcess(folder / "emergepay.jsonl", settings=settings)
    try:
        process.start()
        yield process
    finally:
        process.kill()
