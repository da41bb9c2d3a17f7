"""Ask a process beside us whether it can serve: `python -m services.kit.healthcheck URL`. Exit 0: it can.

grpc://HOST:PORT           a service, by grpc.health.v1; by TLS where ORDERBUDDY_TLS_CA, _CERT and _KEY are set
http://HOST:PORT/PATH      the edge: 200 is yes

With --alive any answer will do: a service that says NOT_SERVING waits for its database and must not be killed for it.
For HEALTHCHECK in containers and probes in Kubernetes, without curl.
"""

from __future__ import annotations

import http.client
import os
import pathlib
import sys
from typing import Final
from urllib.parse import urlsplit

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from services.kit import tls

_SECONDS: Final = 3.0
_OK: Final = 200


def main(arguments: list[str]) -> int:
    """Ask, and say on standard error what is wrong."""
    alive = "--alive" in arguments
    match [word for word in arguments if not word.startswith("--")]:
        case [url]:
            problem = _ask(url, alive=alive)
        case _:
            problem = "give one URL: grpc://HOST:PORT or http://HOST:PORT/PATH"
    if problem:
        print(problem, file=sys.stderr)
    return 1 if problem else 0


def _ask(url: str, *, alive: bool) -> str | None:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = None
    if parts.scheme not in {"grpc", "http"} or not parts.hostname or port is None:
        return f"{url} is neither grpc://HOST:PORT nor http://HOST:PORT/PATH"
    if parts.scheme == "grpc":
        return _ask_service(f"{parts.hostname}:{port}", alive=alive)
    return _ask_edge(parts.hostname, port, parts.path or "/", alive=alive)


def _ask_edge(host: str, port: int, path: str, *, alive: bool) -> str | None:
    connection = http.client.HTTPConnection(host, port, timeout=_SECONDS)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        said = answer.read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as error:
        return f"no answer: {type(error).__name__}"
    finally:
        connection.close()
    return None if alive or answer.status == _OK else f"{answer.status}: {said}"


def _channel(address: str) -> grpc.Channel:
    """Connect as the process beside us would to others. Raises OSError, ValueError for files that are no good."""
    paths = [pathlib.Path(path) for name in (tls.CA, tls.CERT, tls.KEY) if (path := os.environ.get(name))]
    if not paths:
        return grpc.insecure_channel(address)
    ca, cert, key = paths
    ours = tls.read_tls(ca, cert, key)
    # It shows the certificate that we have, too, whatever names are in it: none of them need be this machine's.
    name = next(iter(tls.names_in(ours.own.chain)))
    options = [("grpc.ssl_target_name_override", name)]
    return grpc.secure_channel(address, ours.channel_credentials(), options=options)


def _ask_service(address: str, *, alive: bool) -> str | None:
    try:
        channel = _channel(address)
    except (OSError, ValueError) as error:
        return f"no certificate to show: {error}"
    with channel:
        try:
            answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=_SECONDS)
        except grpc.RpcError as error:
            return f"no answer: {error.code().name}"
    serves = answer.status == health_pb2.HealthCheckResponse.SERVING
    return None if alive or serves else health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
