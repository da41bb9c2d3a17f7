"""Run the local EmergePay: `python -m services.emergepay_local`."""

from __future__ import annotations

import uvicorn

from services.emergepay_local.app import BASE, LocalEmergePay
from services.emergepay_local.journal import Journal
from services.emergepay_local.ledger import Habits
from services.emergepay_local.settings import LocalEmergePaySettings
from services.kit.settings import load
from services.kit.telemetry import configure_logging, log

if __name__ == "__main__":
    settings = load(LocalEmergePaySettings)
    configure_logging(settings, "emergepay_local")
    habits = Habits(settings.any_token, settings.auto_card, settings.decline_cents)
    url = f"http://127.0.0.1:{settings.port}"
    log.warning("serving", note="NO REAL MONEY: this is a local EmergePay", page=f"{url}/", api=url + BASE)
    app = LocalEmergePay(Journal(settings.ledger_path), habits).app
    uvicorn.run(app, host="127.0.0.1", port=settings.port, log_config=None, access_log=False)
