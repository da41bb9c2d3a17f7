"""Debian's Prometheus as a process of ours: it fetches a running system's metrics and evaluates PromQL over them."""

from __future__ import annotations

import json
import pathlib
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import httpx

from services.kit.child import spawn
from services.kit.ports import free_port
from tools.processes import ROOT

UNPACKED: Final = ROOT / "build" / "prometheus" / "usr" / "bin"
"""Where `make dashboard` unpacks Debian's package; installed, it would start a server of its own."""
_START_SECONDS: Final = 20.0


class PrometheusProblem(Exception):
    """It can't be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a query's answer."""

    labels: dict[str, str]
    points: list[tuple[float, float]]
    """Instants in seconds of the epoch, and values."""


def program(name: str) -> str:
    """Return the path of `prometheus` or `promtool`. Raises PrometheusProblem."""
    found = shutil.which(name, path=str(UNPACKED)) or shutil.which(name)
    if found is None:
        raise PrometheusProblem(f"{name} is not here; `make dashboard` fetches Debian's package")
    return found


def check_files(folder: pathlib.Path) -> None:
    """Check the configuration and the alerts, and run the alerts' tests. Raises PrometheusProblem."""
    for words in (("check", "config", "prometheus.yml"), ("test", "rules", "alerts_test.yml")):
        done = subprocess.run([program("promtool"), *words], cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise PrometheusProblem(f"promtool {' '.join(words)}:\n{done.stdout}{done.stderr}")


class Prometheus:
    """A server that fetches metrics of the given addresses, by the name of their job, every `seconds`."""

    def __init__(self, folder: pathlib.Path, addresses: Mapping[str, str], seconds: int = 1) -> None:
        self._folder = folder
        self._addresses = addresses
        self._seconds = seconds
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{self._port}", timeout=20)

    def __enter__(self) -> Self:
        config = self._folder / "prometheus.yml"
        jobs = [
            {"job_name": job, "static_configs": [{"targets": [address]}]} for job, address in self._addresses.items()
        ]
        # JSON is YAML.
        config.write_text(
            json.dumps({"global": {"scrape_interval": f"{self._seconds}s"}, "scrape_configs": jobs}), encoding="utf-8"
        )
        with (self._folder / "prometheus.log").open("wb") as log:
            self._process = spawn(
                [
                    program("prometheus"),
                    f"--config.file={config}",
                    f"--storage.tsdb.path={self._folder / 'prometheus-data'}",
                    f"--web.listen-address=127.0.0.1:{self._port}",
                ],
                output=log,
                cwd=self._folder,
                env={},
                new_session=True,
            )
        self._wait()
        return self

    def _wait(self) -> None:
        until = time.monotonic() + _START_SECONDS
        while True:
            try:
                if self._http.get("/-/ready").is_success:
                    return
            except httpx.TransportError:
                pass
            if time.monotonic() > until:
                self.__exit__()
                raise PrometheusProblem(f"Prometheus did not start: {self._folder / 'prometheus.log'}")
            time.sleep(0.1)

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
        self._http.close()

    def range(self, expression: str, since: float, until: float) -> list[Series]:
        """Evaluate PromQL over a time. Raises PrometheusProblem."""
        query: dict[str, Any] = {"query": expression, "start": since, "end": until, "step": self._seconds}
        answer = self._http.get("/api/v1/query_range", params=query).json()
        if answer["status"] != "success":
            raise PrometheusProblem(f"{expression}: {answer['error']}")
        return [
            Series(each["metric"], [(float(at), float(value)) for at, value in each["values"]])
            for each in answer["data"]["result"]
        ]
