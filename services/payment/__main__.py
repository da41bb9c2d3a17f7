"""Run the Payment service: `python -m services.payment`."""

from __future__ import annotations

from typing import Final

from services.kit.crash import CrashPoints
from services.kit.server import Runtime, run
from services.kit.settings import load
from services.payment.adapters.emergepay import EmergePay
from services.payment.adapters.emergepay_wire import Limits
from services.payment.settings import PaymentSettings
from services.payment.wiring import assemble

LIMITS: Final = Limits(silence=12.0, whole=18.0)
"""Shorter than a guest's call, so that they hear what became of it."""


async def build(runtime: Runtime) -> None:
    """Put the service together."""
    settings = runtime.settings
    assert isinstance(settings, PaymentSettings)
    emergepay = EmergePay(settings.emergepay_url, limits=LIMITS)
    assemble(runtime, emergepay, settings.keys(), CrashPoints(settings.crash_at))
    runtime.closing.append(emergepay.close)


if __name__ == "__main__":
    run("payment", load(PaymentSettings), build)
