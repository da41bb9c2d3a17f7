"""What there is to say."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

LANGUAGES: Final = ("en", "es", "pt")


class Kind(StrEnum):
    """What a message says."""

    ORDER_ACCEPTED = "order_accepted"
    ORDER_READY = "order_ready"
    ORDER_DELAYED = "order_delayed"
    ORDER_CANCELED = "order_canceled"
    NEW_ORDER = "new_order"
    """To staff."""
    ORIGIN_LINK = "origin_link"
    LOGIN_CODE = "login_code"
    TEST = "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a message tells; each kind uses some of it."""

    restaurant: str = ""
    location: str = ""
    order_code: str = ""
    link: str = ""
    """The order's status page, or where an origin leads."""
    reason: str = ""
    """Why an order was canceled; may be empty."""
    minutes: int = 0
    """How much later an order will be ready, or how long a login code works."""
    origin: str = ""
    origin_type: str = ""
    """`table`, `parking` or `campaign`."""
    code: str = ""
    """A login code."""
