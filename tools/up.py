"""Run the whole system here, in the foreground: `python -m tools.up`, behind `make up`.

Reads PORT, DB_CONN_STRING (that database instead of the embedded one), ORDERBUDDY_DATA, ORDERBUDDY_DEMO=0 (no demo
restaurant) and ORDERBUDDY_<SERVICE>_ADDRESS; everything else in the environment goes on to the parts. Starts again what
ends by itself.
"""

from __future__ import annotations

import asyncio
import os
import pathlib
import signal
import socket
import sys
import threading
import time

from pymongo import AsyncMongoClient

from services.kit.mongo import Document
from services.kit.mongod import MongodProblem
from tools.demo_data import DEMO, load
from tools.processes import CORE, EMERGEPAY, PROTECTION, SERVICES, Stack, StackProblem

DEFAULT_PORTS = {
    "edge": 8000,
    "menu": 50051,
    "ordering": 50052,
    "payment": 50053,
    "station": 50054,
    "notification": 50055,
    CORE: 3567,
    EMERGEPAY: 3198,
}
RESTART_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)
STEADY_SECONDS = 30.0
"""A part that ran this long before it ended starts again at once."""


def wanted_ports() -> dict[str, int]:
    """Read the ports from the environment. Raises StackProblem for what is no port, and for one that is taken."""
    ports = {"edge": _port("PORT", DEFAULT_PORTS["edge"])}
    for name in SERVICES:
        ports[name] = _port(f"ORDERBUDDY_{name.upper()}_ADDRESS", DEFAULT_PORTS[name])
    if "SUPERTOKENS_CONNECTION_URI" not in os.environ:
        ports[CORE] = _port("ORDERBUDDY_CORE_PORT", DEFAULT_PORTS[CORE])
    if "EMERGEPAY_ENVIRONMENT_URL" not in os.environ:
        ports[EMERGEPAY] = _port("ORDERBUDDY_EMERGEPAY_PORT", DEFAULT_PORTS[EMERGEPAY])
    others = {"edge": "PORT", CORE: "ORDERBUDDY_CORE_PORT", EMERGEPAY: "ORDERBUDDY_EMERGEPAY_PORT"}
    for name, port in ports.items():
        variable = others.get(name) or f"ORDERBUDDY_{name.upper()}_ADDRESS"
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise StackProblem(f"port {port} ({name}) is taken; choose another one with {variable}") from error
    return ports


def _port(variable: str, default: int) -> int:
    """Read a port, or the port of an address."""
    text = os.environ.get(variable, str(default))
    port = text.rpartition(":")[2]
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65_536):
        raise StackProblem(f"{variable}={text!r} has no port: a number from 1 to 65535")
    return int(port)


async def load_demo(stack: Stack) -> None:
    """Load the demo restaurant into an empty database."""
    async with AsyncMongoClient[Document](stack.mongo_uri) as client:
        await load(client[stack.db_name])


def greeting(stack: Stack) -> str:
    """Say where everything is and what to try."""
    url, place = stack.edge_url, f"restaurants/{DEMO.restaurant_id}/locations/{DEMO.location_id}"
    lines = [
        "",
        "OrderBuddy runs.",
        f"  edge       {url}        docs {url}/docs   health {url}/readyz   metrics {url}/metrics",
        *(f"  {name:<10} {stack.address(name)}  (gRPC, with reflection)" for name in SERVICES),
        *([f"  gateway    {stack.emergepay_url} (NO REAL MONEY: its ledger)"] if EMERGEPAY in stack.parts else []),
        f"  database   {stack.mongo_uri} ({stack.db_name})",
        f"  data, logs {stack.data}",
        f'  kitchen    {url}/kitchen (asks for a device key: see README, "The kitchen")',
        f"  sign-in    {url}/login; codes are shown in {stack.log_path('notification')}",
    ]
    if os.environ.get("ORDERBUDDY_DEMO") != "0":
        lines += [
            "",
            "Try, in another terminal (`make demo` plays it all):",
            f"  curl {url}/order-app/restaurants/{DEMO.restaurant_id}",
            f"  curl {url}/order-app/{place}",
            f"  curl {url}/order-app/{place}/menus",
            f"  curl {url}/order-app/{place}/menus/{DEMO.menu_ids[0]}",
            f"  curl {url}/order-app/restaurants/origins/{DEMO.origin_id}",
            f"  curl -H 'content-type: application/json' -d @docs/example-cart.json {url}/order-app/cart/preview-order",
            "  curl -H 'content-type: application/json' -d '{\"previewOrderId\":\"<the id it answered>\"}' \\",
            f"       {url}/payments/place-order-without-payment",
            f"  curl -X POST {url}/payments/start-transaction/{DEMO.restaurant_id}",
            "  curl -H 'content-type: application/json' \\",
            '       -d \'{"previewOrderId":"<another one>","transactionToken":"<the token>"}\' \\',
            f"       {url}/payments/complete-transaction",
            f"  .venv/bin/buf curl --protocol grpc --http2-prior-knowledge --list-methods http://{stack.address('menu')}",
        ]
    return "\n".join([*lines, "", "Ctrl-C ends it.", ""])


def watch_over(stack: Stack, stop: threading.Event) -> None:
    """Start again what ends by itself, until told to stop."""
    failures = dict.fromkeys(stack.parts, 0)
    started = dict.fromkeys(stack.parts, time.monotonic())
    while not stop.wait(0.3):
        for name, part in stack.parts.items():
            if part.running:
                continue
            steady = time.monotonic() - started[name] > STEADY_SECONDS
            failures[name] = 0 if steady else failures[name] + 1
            pause = RESTART_SECONDS[min(failures[name], len(RESTART_SECONDS) - 1)]
            print(f"{name} ended and starts again; its log: {stack.log_path(name)}", flush=True)
            if stop.wait(pause):
                return
            stack.restart(name)
            started[name] = time.monotonic()
        if stack.mongod is not None and not stack.mongod.running:
            print("the database ended and starts again", flush=True)
            stack.mongod.start()


def main() -> int:
    """Run until SIGINT or SIGTERM."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    data = pathlib.Path(os.environ.get("ORDERBUDDY_DATA", ".orderbuddy"))
    env = {"ORDERBUDDY_LOG_FORMAT": os.environ.get("ORDERBUDDY_LOG_FORMAT", "human")}
    env |= {name: os.environ.get(name, "") for name in PROTECTION}  # unset: as published
    try:
        ports = wanted_ports()
        stack = Stack(
            data, env, edge_port=ports["edge"], service_ports=ports, mongo_uri=os.environ.get("DB_CONN_STRING")
        )
        with stack:
            if os.environ.get("ORDERBUDDY_DEMO") != "0":
                asyncio.run(load_demo(stack))
            stack.wait_ready()
            print(greeting(stack), flush=True)
            watch_over(stack, stop)
            print("stopping", flush=True)
    except (StackProblem, MongodProblem) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
