"""Run the Station service: `python -m services.station`."""

from __future__ import annotations

from services.kit.server import Runtime, run
from services.kit.settings import ServiceSettings, load


async def build(runtime: Runtime) -> None:
    """Put the service together."""


if __name__ == "__main__":
    settings = load(ServiceSettings)
    run("station", settings, settings.station_address, build)
