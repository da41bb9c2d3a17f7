"""The whole system as processes on this machine: for `make up`, tests of whole flows, faults and benchmarks."""

from __future__ import annotations

import http.client
import os
import pathlib
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Self

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from services.kit.channels import MESSAGE_BYTES
from services.kit.child import spawn
from services.kit.mongod import EmbeddedMongod
from services.kit.ports import free_port

ROOT = pathlib.Path(__file__).resolve().parent.parent
READY_SECONDS = 30.0
STOP_SECONDS = 8.0
SERVICES = ("menu", "ordering", "payment", "station", "notification")
CORE = "signin_core"
"""The local core of SuperTokens, unless the environment names another one."""
EMERGEPAY = "emergepay_local"
"""The local payment gateway, which moves no money, unless the environment names another one."""
EMERGEPAY_BASE = "/virtualterminal/v1"
_HEALTH_PATHS = {"edge": "/readyz", CORE: "/hello", EMERGEPAY: "/control/ledger"}

_CHANNEL_OPTIONS = (("grpc.max_receive_message_length", MESSAGE_BYTES),)
_MANY = "1000000"
PROTECTION = {
    "ORDERBUDDY_LIMITS": f"all={_MANY}/{_MANY}",
    "ORDERBUDDY_SOCKETS_PER_ADDRESS": _MANY,
    "ORDERBUDDY_CONNECTIONS_PER_ADDRESS": _MANY,
    "ORDERBUDDY_DEVICE_CALLS_PER_SECOND": _MANY,
}
"""Tests and benchmarks are thousands of clients with one address. `make up` has the published limits."""

VAPID_KEY = ROOT / "build" / "vapid-key"


class StackProblem(Exception):
    """The system can't be started; the message says what to change."""


@dataclass
class Part:
    """One process."""

    name: str
    module: str
    port: int
    metrics_port: int | None = None
    """Where a service's metrics are; the edge has them at its own port."""
    process: subprocess.Popen[bytes] | None = None

    @property
    def kind(self) -> str:
        """What it is a replica of: `edge`, a service, or a local stand-in."""
        return self.module.rpartition(".")[2]

    @property
    def running(self) -> bool:
        """Tell whether it is there."""
        return self.process is not None and self.process.poll() is None


def _metrics_at(part: Part) -> dict[str, str]:
    return {} if part.metrics_port is None else {"ORDERBUDDY_METRICS_PORT": str(part.metrics_port)}


class Stack:
    """Database, services and edge. Ports of 0 are chosen freely; `mongo_uri` given: that database is used.

    With `metrics` the services serve theirs, each at a port of its own.
    """

    def __init__(
        self,
        data: pathlib.Path,
        env: Mapping[str, str] | None = None,
        *,
        edge_port: int = 0,
        service_ports: Mapping[str, int] | None = None,
        mongo_uri: str | None = None,
        metrics: bool = False,
    ) -> None:
        self.data = data.resolve()
        self.mongod = None if mongo_uri else EmbeddedMongod(self.data / "mongodb")
        self._mongo_uri = mongo_uri
        ports = service_ports or {}
        self.parts = {name: Part(name, f"services.{name}", ports.get(name) or free_port()) for name in SERVICES}
        if metrics:
            for part in self.parts.values():
                part.metrics_port = free_port()
        self._env = {**os.environ, "DB_NAME": "orderbuddy", **(env or {})}
        if "SUPERTOKENS_CONNECTION_URI" not in self._env:
            self.parts[CORE] = Part(CORE, f"services.{CORE}", ports.get(CORE) or free_port())
        if "EMERGEPAY_ENVIRONMENT_URL" not in self._env:
            self.parts[EMERGEPAY] = Part(EMERGEPAY, f"services.{EMERGEPAY}", ports.get(EMERGEPAY) or free_port())
        self.parts["edge"] = Part("edge", "edge", edge_port or free_port())
        self.secret = self._secret()
        self._logs: dict[str, IO[bytes]] = {}

    @property
    def edge_url(self) -> str:
        """Where the edge answers."""
        return f"http://127.0.0.1:{self.parts['edge'].port}"

    @property
    def core_url(self) -> str:
        """Where the local sign-in core answers."""
        return f"http://127.0.0.1:{self.parts[CORE].port}"

    @property
    def emergepay_url(self) -> str:
        """Where the local gateway answers, and shows its ledger."""
        return f"http://127.0.0.1:{self.parts[EMERGEPAY].port}"

    @property
    def mongo_uri(self) -> str:
        """Connection string of the database."""
        if self._mongo_uri:
            return self._mongo_uri
        assert self.mongod is not None
        return self.mongod.uri

    @property
    def db_name(self) -> str:
        """Name of the database."""
        return self._env["DB_NAME"]

    def address(self, service: str) -> str:
        """Return a service's gRPC address."""
        return f"127.0.0.1:{self.parts[service].port}"

    def metrics_addresses(self) -> dict[str, str]:
        """Return where each process's /metrics is, by its name; with `metrics` only."""
        services = {p.name: f"127.0.0.1:{p.metrics_port}" for p in self.parts.values() if p.metrics_port is not None}
        return services | {"edge": f"127.0.0.1:{self.parts['edge'].port}"}

    def channel(self, service: str) -> grpc.aio.Channel:
        """Open a channel to a service."""
        return grpc.aio.insecure_channel(self.address(service), options=_CHANNEL_OPTIONS)

    def _health_channel(self, name: str) -> grpc.Channel:
        """Open a channel to one process."""
        return grpc.insecure_channel(self.address(name))

    def log_path(self, name: str) -> pathlib.Path:
        """Return where a part's log is."""
        return self.data / "logs" / f"{name}.log"

    def start(self) -> None:
        """Start everything, without waiting for the services. Raises StackProblem, MongodProblem."""
        (self.data / "logs").mkdir(parents=True, exist_ok=True)
        if self.mongod is not None:
            self.mongod.start()
        for name in self.parts:
            self.start_part(name)

    def start_part(self, name: str, env: Mapping[str, str] | None = None) -> None:
        """Start one process, with more environment than the others have."""
        part = self.parts[name]
        if name not in self._logs:
            self._logs[name] = self.log_path(name).open("ab")
        part.process = spawn(
            [sys.executable, "-m", part.module],
            output=self._logs[name],
            cwd=ROOT,
            env={**self._environment(), **_metrics_at(part), **(env or {})},
            new_session=True,  # Ctrl-C is for the supervisor alone, which stops its parts in order
        )

    def _environment(self) -> dict[str, str]:
        edge = self.edge_url.rpartition(":")[2]
        path = os.pathsep.join([str(ROOT), str(ROOT / "gen"), self._env.get("PYTHONPATH", "")]).rstrip(os.pathsep)
        addresses = {f"ORDERBUDDY_{name.upper()}_ADDRESS": self.address(name) for name in SERVICES}
        defaults = {
            **PROTECTION,
            "API_ENDPOINT": f"http://localhost:{edge}",
            "ORDERBUDDY_PROFILE": "embedded",
            "ORDERBUDDY_ASSETS_FOLDER": str(self.data / "assets"),
        }
        if CORE in self.parts:
            port = str(self.parts[CORE].port)
            defaults |= {"SUPERTOKENS_CONNECTION_URI": f"http://127.0.0.1:{port}", "ORDERBUDDY_CORE_PORT": port}
        if EMERGEPAY in self.parts:
            defaults |= {
                "EMERGEPAY_ENVIRONMENT_URL": f"{self.emergepay_url}{EMERGEPAY_BASE}",
                "ORDERBUDDY_EMERGEPAY_PORT": str(self.parts[EMERGEPAY].port),
                "ORDERBUDDY_EMERGEPAY_LEDGER": str(self.data / "emergepay-ledger.jsonl"),
            }
        return {
            **defaults,
            **self._env,
            **addresses,
            "PYTHONPATH": path,
            "GRPC_VERBOSITY": "ERROR",  # it tells of every peer that stops, in a form of its own
            "PORT": edge,
            "DB_CONN_STRING": self.mongo_uri,
            "ORDERBUDDY_ASSERTION_SECRET": self.secret,
            **self._vapid_key(),
        }

    def _vapid_key(self) -> dict[str, str]:
        """Return the key that `make setup` has made, unless there is another one."""
        known = "ORDERBUDDY_VAPID_PRIVATE_KEY" in self._env or not VAPID_KEY.exists()
        return {} if known else {"ORDERBUDDY_VAPID_PRIVATE_KEY": VAPID_KEY.read_text(encoding="ascii")}

    def _secret(self) -> str:
        """Return the secret that edge and services share; made once."""
        path = self.data / "assertion-secret"
        self.data.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(32), encoding="ascii")
        return path.read_text(encoding="ascii")

    def wait_ready(self, timeout_seconds: float = READY_SECONDS) -> None:
        """Wait until everything serves. Raises StackProblem, with the part's last words."""
        until = time.monotonic() + timeout_seconds
        waiting = dict.fromkeys(self.parts)
        while waiting:
            for name in list(waiting):
                if self.is_ready(name):
                    del waiting[name]
                elif not self.parts[name].running:
                    raise StackProblem(f"{name} ended at its start:\n{self._last_words(name)}")
            if time.monotonic() > until:
                words = "\n".join(f"{name}:\n{self._last_words(name)}" for name in waiting)
                raise StackProblem(f"not ready after {timeout_seconds:.0f} s:\n{words}")
            time.sleep(0.05)

    def _last_words(self, name: str) -> str:
        lines = self.log_path(name).read_text(errors="replace").splitlines()
        return "\n".join(lines[-15:])

    def is_ready(self, name: str) -> bool:
        """Tell whether a part serves."""
        part = self.parts[name]
        if part.kind in _HEALTH_PATHS:
            connection = http.client.HTTPConnection("127.0.0.1", part.port, timeout=2)
            try:
                connection.request("GET", _HEALTH_PATHS[part.kind])
                return connection.getresponse().status == http.HTTPStatus.OK
            except (OSError, http.client.HTTPException):
                return False
            finally:
                connection.close()
        with self._health_channel(name) as channel:
            try:
                answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=1)
            except grpc.RpcError:
                return False
            return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)

    def stop_part(self, name: str) -> None:
        """Stop one process in good order."""
        process = self.parts[name].process
        assert process is not None
        process.terminate()
        process.wait(STOP_SECONDS)

    def ended(self, name: str, timeout_seconds: float) -> int | None:
        """Wait for the end of a process and return its exit code; None when it does not end."""
        process = self.parts[name].process
        assert process is not None
        try:
            return process.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            return None

    def kill(self, name: str) -> None:
        """End a part as a crash would (`mongod` too)."""
        if name == "mongod":
            assert self.mongod is not None
            self.mongod.kill()
            return
        process = self.parts[name].process
        assert process is not None
        process.kill()
        process.wait()

    def restart(self, name: str) -> None:
        """Start a part again, on the same port."""
        if name == "mongod":
            assert self.mongod is not None
            self.mongod.start()
        else:
            self.start_part(name)

    def stop(self) -> None:
        """Stop everything in good order: the edge first, the database last."""
        for part in reversed(self.parts.values()):
            if part.process is None:
                continue
            if part.running:
                part.process.send_signal(signal.SIGTERM)
            try:
                part.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                part.process.kill()
                part.process.wait()
        for log in self._logs.values():
            log.close()
        self._logs.clear()
        if self.mongod is not None:
            self.mongod.stop()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
