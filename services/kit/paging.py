"""Pages of what is listed newest first: the token of the next one says after which document it begins."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime, timedelta
from typing import Final

from bson import ObjectId

from services.kit.errors import FieldViolation, InvalidInput
from services.kit.mongo import Document

_EPOCH: Final = datetime.fromtimestamp(0, UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


def token_after(at: datetime, last: ObjectId) -> str:
    """Return the token of the page after a document with this time and id."""
    return base64.urlsafe_b64encode(f"{(at - _EPOCH) // _MILLISECOND}.{last}".encode()).decode()


def after(token: str, field: str) -> Document:
    """Return the condition for what comes after a token, by the time in `field`. Raises InvalidInput: page_token."""
    try:
        milliseconds, _, last = base64.urlsafe_b64decode(token.encode("ascii")).decode("ascii").partition(".")
        at, last_id = _EPOCH + int(milliseconds) * _MILLISECOND, ObjectId(last)
    except (ValueError, TypeError, OverflowError, binascii.Error) as error:
        raise InvalidInput([FieldViolation("page_token", "is not one of ours")]) from error
    return {"$or": [{field: {"$lt": at}}, {field: at, "_id": {"$lt": last_id}}]}
