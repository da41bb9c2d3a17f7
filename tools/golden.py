"""Replay the old system's recordings against ours: `python -m tools.golden ../shared/golden [scenario[/id] ...]`.

Starts its own system on free ports with an empty database and a clock that the player sets, with local servers in place
of the vendors', and plays all routes, and Socket.IO (`socketio[/scenario[/id]]`). What the vendors were asked to send
is held against the recordings, too.
"""

from __future__ import annotations

import contextlib
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator

from tests.servers.fcm import ADDRESS, PROJECT
from tests.servers.sendgrid import KEY
from tests.servers.twilio import ACCOUNT, NUMBER, TOKEN
from tests.servers.vendors import in_thread
from tools.golden_outbound import LOGIN_CODE, Vendors, differences, expected
from tools.processes import Stack

SCENARIOS = (
    *("global", "order-app.*", "payments", "payments.place-order", "menu-app", "pos", "guards"),
    *("login", "users", "restaurant", "restaurant.create", "restaurant.menu-edit"),
    *("location-settings", "storage-printers", "origins", "campaign*", "report", "web-push"),
)
WRITES_NOT_COMPARED = ("restaurant.order-status", "stations", "flow.order-life")
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
    "SENDGRID_API_KEY": KEY,
    "FROM_EMAIL": "hello@orderbuddy.test",
    "FIREBASE_PROJECT_ID": PROJECT,
    "FIREBASE_CLIENT_EMAIL": ADDRESS,
    "ALLOW_MESSAGE": "true",
    "ORDERBUDDY_DEMO": "0",
}
DEVIATION_LEFT_OUT = (
    '- {"defect": "B22", "why": "days are half-open; the rule that names this exchange lists steps, and not its step", '
    '"at": "flow.order-life/today", "extra": ["66e000000000000000000008"]}'
)
"""To the recordings' own deviations."""
SOCKETS = "socketio"
DATABASE = "golden"


@contextlib.contextmanager
def target(golden: pathlib.Path, folder: pathlib.Path, vendors: Vendors) -> Iterator[list[str]]:
    """Start what is played against; yield the player's command."""
    clock, deviations = folder / "clock", folder / "deviations.yaml"
    deviations.write_text((golden / "deviations.yaml").read_text(encoding="utf-8") + f"\n{DEVIATION_LEFT_OUT}\n")
    clock.write_text("2026-01-15T20:30:00.000Z", encoding="ascii")
    with contextlib.ExitStack() as servers:
        twilio, sendgrid, fcm, links = (
            servers.enter_context(in_thread(each.app))
            for each in (vendors.twilio, vendors.sendgrid, vendors.fcm, vendors.links)
        )
        env = ENVIRONMENT | {
            "DB_NAME": DATABASE,
            "ORDERBUDDY_CLOCK": f"@{clock}",
            "ORDERBUDDY_LOGIN_CODE": LOGIN_CODE,
            "ORDERBUDDY_CORE_USERS": str((golden / "seed" / "_core_users.json").resolve()),
            "ORDERBUDDY_TWILIO_URL": twilio,
            "ORDERBUDDY_SENDGRID_URL": sendgrid,
            "ORDERBUDDY_FCM_URL": fcm,
            "ORDERBUDDY_FCM_TOKEN_URL": f"{fcm}/token",
            "FIREBASE_PRIVATE_KEY": vendors.fcm.private_key,
            "SMART_SCAN_URL": links,
            "ORDERBUDDY_EMERGEPAY_ANY_TOKEN": "true",
        }
        stack = servers.enter_context(Stack(folder / "data", env))
        stack.wait_ready()
        command = [sys.executable, str(golden / "replay.py"), "--base-url", stack.edge_url]
        command += ["--mongo", stack.mongo_uri, "--db", DATABASE, "--clock-file", str(clock), "--clock-wait", "0.1"]
        for collection in ("request_results", "audit", "payments", "deliveries"):
            command += ["--also-empty", collection]
        command += [
            "--deviations",
            str(deviations),
            "--login-code",
            LOGIN_CODE,
            "--reset-url",
            f"{stack.core_url}/reset",
        ]
        yield [*command, "--reset-url", f"{stack.emergepay_url}/control/reset"]


def play(command: list[str], *extra: str) -> bool:
    """Run the player once; return whether nothing differed."""
    print("+ replay", *extra, flush=True)
    return subprocess.run([*command, *extra], check=False).returncode == 0


def play_scenario(
    command: list[str], golden: pathlib.Path, vendors: Vendors, name: str, *, writes: bool = True
) -> bool:
    """Play scenarios; return whether nothing differed, be it in answers, writes or what was sent to people."""
    vendors.clear()
    good = play(command, *(["--db-changes"] if writes else []), "--only", name)
    wanted = expected(golden, name)
    different = differences(wanted, vendors)
    print(f"  messages and links sent: {wanted.must.total()} wanted,", f"{len(different)} different")
    print("".join(f"    {each}\n" for each in different), end="", flush=True)
    return good and not different


def play_sockets(command: list[str], golden: pathlib.Path, only: str = "") -> bool:
    """Run the player of Socket.IO's recordings, which takes the other's options."""
    print("+ sockets", only, flush=True)
    sockets = [sys.executable, "-m", "tools.golden_sockets", str(golden), *command[2:]]
    return subprocess.run([*sockets, *(["--only", only] if only else [])], check=False).returncode == 0


def main() -> int:
    """Play everything, or what is named; exit 1 when anything differed."""
    golden, wanted, vendors = pathlib.Path(sys.argv[1]), sys.argv[2:], Vendors()
    with tempfile.TemporaryDirectory() as folder, target(golden, pathlib.Path(folder), vendors) as command:
        good = []
        for name in wanted or (*SCENARIOS, *WRITES_NOT_COMPARED):
            kind, _, only = name.partition("/")
            if kind == SOCKETS:
                good.append(play_sockets(command, golden, only))
            else:
                writes = kind not in WRITES_NOT_COMPARED
                good.append(play_scenario(command, golden, vendors, name, writes=writes))
        if not wanted:
            good.append(play(command, "--pricing", str(golden / "pricing.jsonl")))
            good.append(play_sockets(command, golden))
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
