"""What the Order App passes on of a wallet (Apple Pay, Google Pay), read with care."""

from __future__ import annotations

from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Value

from services.kit.errors import FieldViolation, InvalidInput
from services.payment.gateway import Wallet

_FIELD = "transaction_details"


def read_wallet(value: Value) -> tuple[Wallet, str]:
    """Return what a wallet gave, and what makes it the same when it is sent again. Raises InvalidInput.

    Whether it is a sandbox's is not the phone's to say: that goes by the gateway that is configured.
    """
    details: Any = MessageToDict(value)
    if not isinstance(details, dict):
        raise InvalidInput([FieldViolation(_FIELD, "must be an object")])
    token, kind = details.get("token"), details.get("type")
    data = token.get("data") if isinstance(token, dict) else None
    wrong = [
        FieldViolation(f"{_FIELD}.{name}", "must be an object")
        for name in ("billing", "card")
        if details.get(name) is not None and not isinstance(details[name], dict)
    ]
    if wrong or not isinstance(kind, str) or not kind or not isinstance(data, str) or not data:
        if not isinstance(kind, str) or not kind:
            wrong.append(FieldViolation(f"{_FIELD}.type", "must be a string"))
        if not isinstance(data, str) or not data:
            wrong.append(FieldViolation(f"{_FIELD}.token.data", "must be a string"))
        raise InvalidInput(wrong)
    assert isinstance(token, dict)
    return Wallet(type=kind, token=token, billing=details.get("billing"), card=details.get("card")), data
