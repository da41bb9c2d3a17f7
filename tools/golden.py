"""Replay the old system's recordings against ours: `python -m tools.golden ../shared/golden [scenario[/id] ...]`.

Starts its own system on free ports with an empty database and a clock that the player sets, with local servers in place
of the vendors', and plays the routes that exist so far, and Socket.IO (`socketio[/scenario[/id]]`). Missing: payment,
push.
"""

from __future__ import annotations

import contextlib
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator

from tests.servers.short_links import ShortLinkServer
from tests.servers.twilio import ACCOUNT, NUMBER, TOKEN, Twilio
from tests.servers.vendors import in_thread
from tools.processes import Stack

SCENARIOS = (
    *("global", "order-app.*", "payments", "payments.place-order", "menu-app", "pos", "guards"),
    *("login", "users", "restaurant", "restaurant.create", "restaurant.menu-edit"),
    *("location-settings", "storage-printers", "origins", "campaign*", "report", "web-push/subscribe*"),
)
WRITES_NOT_COMPARED = ("restaurant.order-status", "stations")
"""At an order's second step the player takes our `history`, which the first step has added, for a field of the old
system's. What is written there: tests/integration/test_ordering.py, test_order_lines.py and test_reports.py."""

ENVIRONMENT = {
    "MENU_ENDPOINT": "http://localhost:5173",
    "STORE_ENDPOINT": "http://localhost:5174",
    "LOCALHOST_URL": "https://localhost",
    "USEEMULATOR": "true",
    "TAX_RATE": "0.065",
    "TWILIO_ACCOUNT_SID": ACCOUNT,
    "TWILIO_AUTH_TOKEN": TOKEN,
    "TWILIO_PHONE_NUMBER": NUMBER,
    "ORDERBUDDY_DEMO": "0",
}
SOCKETS = "socketio"
DATABASE = "golden"
LOGIN_CODE = "123456"


@contextlib.contextmanager
def target(golden: pathlib.Path, folder: pathlib.Path) -> Iterator[list[str]]:
    """Start what is played against; yield the player's command."""
    clock = folder / "clock"
    clock.write_text("2026-01-15T20:30:00.000Z", encoding="ascii")
    with in_thread(Twilio().app) as twilio, in_thread(ShortLinkServer().app) as links:
        env = ENVIRONMENT | {
            "DB_NAME": DATABASE,
            "ORDERBUDDY_CLOCK": f"@{clock}",
            "ORDERBUDDY_LOGIN_CODE": LOGIN_CODE,
            "ORDERBUDDY_CORE_USERS": str((golden / "seed" / "_core_users.json").resolve()),
            "ORDERBUDDY_TWILIO_URL": twilio,
            "SMART_SCAN_URL": links,
            "ORDERBUDDY_EMERGEPAY_ANY_TOKEN": "true",
        }
        with Stack(folder / "data", env) as stack:
            stack.wait_ready()
            command = [sys.executable, str(golden / "replay.py"), "--base-url", stack.edge_url]
            command += ["--mongo", stack.mongo_uri, "--db", DATABASE, "--clock-file", str(clock), "--clock-wait", "0.1"]
            command += ["--also-empty", "request_results", "--also-empty", "audit", "--also-empty", "payments"]
            yield [*command, "--login-code", LOGIN_CODE, "--reset-url", f"{stack.core_url}/reset"]


def play(command: list[str], *extra: str) -> bool:
    """Run the player once; return whether nothing differed."""
    print("+ replay", *extra, flush=True)
    return subprocess.run([*command, *extra], check=False).returncode == 0


def play_sockets(command: list[str], golden: pathlib.Path, only: str = "") -> bool:
    """Run the player of Socket.IO's recordings, which takes the other's options."""
    print("+ sockets", only, flush=True)
    sockets = [sys.executable, "-m", "tools.golden_sockets", str(golden), *command[2:]]
    return subprocess.run([*sockets, *(["--only", only] if only else [])], check=False).returncode == 0


def play_named(command: list[str], golden: pathlib.Path, name: str) -> bool:
    """Play what a name on the command line means."""
    kind, _, only = name.partition("/")
    if kind == SOCKETS:
        return play_sockets(command, golden, only)
    return play(command, "--db-changes", "--only", name)


def main() -> int:
    """Play everything, or what is named; exit 1 when anything differed."""
    golden, wanted = pathlib.Path(sys.argv[1]), sys.argv[2:]
    with tempfile.TemporaryDirectory() as folder, target(golden, pathlib.Path(folder)) as command:
        if wanted:
            good = [play_named(command, golden, name) for name in wanted]
        else:
            good = [play(command, "--db-changes", "--only", name) for name in SCENARIOS]
            good += [play(command, "--only", name) for name in WRITES_NOT_COMPARED]
            good.append(play(command, "--pricing", str(golden / "pricing.jsonl")))
            good.append(play_sockets(command, golden))
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
