"""Our ids of what we ask gateways for: made from the payment, so that every retry repeats the same one."""

from __future__ import annotations

import uuid
from typing import Final

_OURS: Final = uuid.UUID("5e2f6c1e-2a55-4c3c-9a0e-0b6d9f1d7a11")


def of_payment(payment_id: str) -> str:
    """Return the external id of a payment."""
    return str(uuid.uuid5(_OURS, payment_id))


def of_reversal(payment_id: str, number: int) -> str:
    """Return the external id of a payment's nth reversal, counted from 1."""
    return str(uuid.uuid5(_OURS, f"{payment_id}/{number}"))
