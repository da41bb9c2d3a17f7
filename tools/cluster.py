"""The system as it runs on several machines, on this one: three mongods, three replicas of each service, three edges.

Every connection between edge and services is mTLS, and nothing tells a replica of its like: each process has the
addresses of all services, as lists.
"""

from __future__ import annotations

import pathlib
import subprocess
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final

import grpc
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from services.kit.channels import Connections
from services.kit.child import spawn
from services.kit.mongod import find_binary
from services.kit.ports import free_port
from services.kit.tls import read_tls
from tools.certificates import Authority
from tools.processes import CORE, EMERGEPAY, SERVICES, Part, Stack, StackProblem

COPIES: Final = 3
_REPLICA_SET: Final = "cluster"
_PATIENCE_SECONDS: Final = 60.0
_DRAIN_SECONDS: Final = "1"


class Member(Part):
    """A mongod of the replica set."""

    def __init__(self, name: str, folder: pathlib.Path) -> None:
        super().__init__(name, "", free_port())
        self._folder = folder

    def start(self) -> None:
        """Start the process."""
        self._folder.mkdir(parents=True, exist_ok=True)
        command = [
            *(str(find_binary()), "--dbpath", str(self._folder), "--port", str(self.port), "--bind_ip", "127.0.0.1"),
            *("--replSet", _REPLICA_SET, "--oplogSize", "256", "--wiredTigerCacheSizeGB", "0.5"),
            *("--wiredTigerEngineConfigString", "log=(prealloc=false,file_max=10MB)"),
            *("--unixSocketPrefix", str(self._folder), "--logpath", str(self._folder / "mongod.log"), "--logappend"),
        ]
        self.process = spawn(command, output=subprocess.DEVNULL)


class Database:
    """A replica set of three."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.members = [Member(f"mongod-{n}", folder / f"mongod-{n}") for n in range(1, COPIES + 1)]

    @property
    def uri(self) -> str:
        """Connection string."""
        hosts = ",".join(f"127.0.0.1:{member.port}" for member in self.members)
        return f"mongodb://{hosts}/?replicaSet={_REPLICA_SET}"

    def start(self) -> None:
        """Start all three, and wait for a primary."""
        for member in self.members:
            member.start()
        hosts = [{"_id": n, "host": f"127.0.0.1:{member.port}"} for n, member in enumerate(self.members)]
        # What was acknowledged must survive its primary: an election within two seconds, instead of ten.
        settings = {"electionTimeoutMillis": 2_000, "heartbeatIntervalMillis": 500}
        config = {"_id": _REPLICA_SET, "members": hosts, "settings": settings}
        direct = f"mongodb://127.0.0.1:{self.members[0].port}/?directConnection=true"
        until = time.monotonic() + _PATIENCE_SECONDS
        with MongoClient[dict[str, Any]](direct, serverSelectionTimeoutMS=500) as client:
            while time.monotonic() < until:
                try:
                    client.admin.command("replSetInitiate", config)
                    break
                except PyMongoError:
                    time.sleep(0.1)
        self.primary()

    def primary(self) -> Member:
        """Return who is primary, as soon as there is one. Raises StackProblem."""
        with MongoClient[dict[str, Any]](self.uri, serverSelectionTimeoutMS=500) as client:
            until = time.monotonic() + _PATIENCE_SECONDS
            while time.monotonic() < until:
                try:
                    client.admin.command("ping")
                    found = client.primary
                except PyMongoError:
                    continue
                if found is not None:
                    return next(member for member in self.members if member.port == found[1])
        raise StackProblem("the replica set has no primary")

    def stop(self) -> None:
        """Stop all three."""
        for member in self.members:
            if member.process is not None and member.running:
                member.process.kill()
                member.process.wait()


class Cluster(Stack):
    """The system with three replicas of everything but the local sign-in core and gateway."""

    def __init__(self, data: pathlib.Path, env: Mapping[str, str]) -> None:
        self.database = Database(data)
        certificates = _certificates(data)
        settings = {**env, **certificates, "ORDERBUDDY_DRAIN_SECONDS": _DRAIN_SECONDS}
        super().__init__(data, settings, mongo_uri=self.database.uri)
        ca, cert, key = (pathlib.Path(certificates[f"ORDERBUDDY_TLS_{name}"]) for name in ("CA", "CERT", "KEY"))
        self._tls = read_tls(ca, cert, key)
        single = {name: self.parts[name] for name in (CORE, EMERGEPAY)}
        self.replicas = {
            name: [Part(f"{name}-{n}", f"services.{name}", free_port()) for n in range(1, COPIES + 1)]
            for name in SERVICES
        }
        self.replicas["edge"] = [Part(f"edge-{n}", "edge", free_port()) for n in range(1, COPIES + 1)]
        for part in (part for name in SERVICES for part in self.replicas[name]):
            part.metrics_port = free_port()
        self.parts = single | {part.name: part for replicas in self.replicas.values() for part in replicas}

    def start(self) -> None:
        """Start everything, the database first."""
        self.database.start()
        super().start()

    def start_part(self, name: str, env: Mapping[str, str] | None = None) -> None:
        """Start one replica."""
        part = self.parts[name]
        own = {"PORT": str(part.port), "ORDERBUDDY_LISTEN": f"127.0.0.1:{part.port}"}
        super().start_part(name, {**own, **(env or {})})

    def address(self, service: str) -> str:
        """Return the addresses of a service's replicas, or a replica's own."""
        if service in self.replicas:
            return ",".join(f"127.0.0.1:{part.port}" for part in self.replicas[service])
        return f"127.0.0.1:{self.parts[service].port}"

    def channel(self, service: str) -> grpc.aio.Channel:
        """Open a channel to all replicas of a service."""
        return Connections(self._tls).open(self.address(service))

    def _health_channel(self, name: str) -> grpc.Channel:
        return grpc.secure_channel(self.address(name), self._tls.channel_credentials())

    @property
    def edge_url(self) -> str:
        """Where an edge answers."""
        return self.edge_urls[0]

    @property
    def edge_urls(self) -> list[str]:
        """Where the edges answer."""
        return [f"http://127.0.0.1:{part.port}" for part in self.replicas["edge"]]

    def rolling(self) -> Iterator[str]:
        """Yield the replicas in the order in which they are restarted: as an upgrade goes, services before edges."""
        for name in (*SERVICES, "edge"):
            for part in self.replicas[name]:
                yield part.name

    def stop(self) -> None:
        """Stop everything, the database last."""
        super().stop()
        self.database.stop()


def _certificates(folder: pathlib.Path) -> dict[str, str]:
    """Make an authority and one certificate for all, and write them down; return the settings that name them."""
    folder.mkdir(parents=True, exist_ok=True)
    authority = Authority("cluster test", days=1)
    certificate, key = authority.sign("orderbuddy", "127.0.0.1", "localhost")
    settings = {}
    for name, content in (("CA", authority.pem), ("CERT", certificate), ("KEY", key)):
        path = folder / f"{name.lower()}.pem"
        path.write_bytes(content)
        settings[f"ORDERBUDDY_TLS_{name}"] = str(path)
    return settings
