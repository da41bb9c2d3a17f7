"""Run the Station service: `python -m services.station`."""

from __future__ import annotations

from services.kit.server import Runtime, run
from services.kit.settings import ServiceSettings, load
from services.station.devices.wiring import build_devices


async def build(runtime: Runtime) -> None:
    """Put the service together."""
    build_devices(runtime)


if __name__ == "__main__":
    settings = load(ServiceSettings)
    run("station", settings, settings.station_address, build)
