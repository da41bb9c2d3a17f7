"""Run the local core: `python -m services.signin_core`."""

from __future__ import annotations

import uvicorn

from services.kit.settings import load
from services.kit.telemetry import configure_logging, log
from services.signin_core.app import make_app
from services.signin_core.settings import CoreSettings

if __name__ == "__main__":
    settings = load(CoreSettings)
    configure_logging(settings, "signin_core")
    log.info("serving", port=settings.port)
    uvicorn.run(make_app(settings), host="127.0.0.1", port=settings.port, log_config=None, access_log=False)
