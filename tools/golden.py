"""Replay the old system's recordings against ours: `python -m tools.golden ../shared/golden [scenario[/id] ...]`.

Starts its own system on free ports with an empty database and a clock that the player sets, and plays the routes that
exist so far, with local servers in place of the vendors'. Missing: payment, stations, push.
"""

from __future__ import annotations

import pathlib
import subprocess
import sys
import tempfile

from tests.servers.twilio import ACCOUNT, NUMBER, TOKEN, Twilio
from tests.servers.vendors import in_thread
from tools.processes import Stack

SCENARIOS = ("global", "order-app.*", "payments.place-order", "menu-app", "login", "users", "web-push/subscribe*")

ENVIRONMENT = {
    "MENU_ENDPOINT": "http://localhost:5173",
    "STORE_ENDPOINT": "http://localhost:5174",
    "LOCALHOST_URL": "https://localhost",
    "USEEMULATOR": "true",
    "TAX_RATE": "0.065",
    "TWILIO_ACCOUNT_SID": ACCOUNT,
    "TWILIO_AUTH_TOKEN": TOKEN,
    "TWILIO_PHONE_NUMBER": NUMBER,
}
DATABASE = "golden"
LOGIN_CODE = "123456"


def play(golden: pathlib.Path, stack: Stack, clock: pathlib.Path, extra: list[str]) -> bool:
    """Run the player once; return whether nothing differed."""
    command = [sys.executable, str(golden / "replay.py"), "--base-url", stack.edge_url, "--mongo", stack.mongo_uri]
    command += [
        "--db",
        DATABASE,
        "--clock-file",
        str(clock),
        "--clock-wait",
        "0.1",
        "--also-empty",
        "request_results",
        "--also-empty",
        "audit",
    ]
    command += ["--login-code", LOGIN_CODE, "--reset-url", f"{stack.core_url}/reset"]
    print("+ replay", *extra, flush=True)
    return subprocess.run([*command, *extra], check=False).returncode == 0


def main() -> int:
    """Play everything; exit 1 when anything differed."""
    golden = pathlib.Path(sys.argv[1])
    wanted = sys.argv[2:]
    with tempfile.TemporaryDirectory() as folder:
        clock = pathlib.Path(folder) / "clock"
        clock.write_text("2026-01-15T20:30:00.000Z", encoding="ascii")
        env = ENVIRONMENT | {
            "DB_NAME": DATABASE,
            "ORDERBUDDY_DEMO": "0",
            "ORDERBUDDY_CLOCK": f"@{clock}",
            "ORDERBUDDY_LOGIN_CODE": LOGIN_CODE,
            "ORDERBUDDY_CORE_USERS": str((golden / "seed" / "_core_users.json").resolve()),
        }
        with (
            in_thread(Twilio().app) as twilio,
            Stack(data=pathlib.Path(folder) / "data", env=env | {"ORDERBUDDY_TWILIO_URL": twilio}) as stack,
        ):
            stack.wait_ready()
            if wanted:
                good = [play(golden, stack, clock, ["--db-changes", "--only", name]) for name in wanted]
            else:
                good = [play(golden, stack, clock, ["--db-changes", "--only", name]) for name in SCENARIOS]
                good.append(play(golden, stack, clock, ["--pricing", str(golden / "pricing.jsonl")]))
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
