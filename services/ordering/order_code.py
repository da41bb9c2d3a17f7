"""The four characters that are called out at the counter."""

from __future__ import annotations

import hashlib
from typing import Final

_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No 0, O, 1, I, L and no U: what looks or sounds alike is left out."""

_LENGTH: Final = 4


def order_code(order_id_hex: str, attempt: int) -> str:
    """Return an order's code; with the same id and attempt always the same.

    Attempt 0 is the end of the id, as in the old system. Where that code is taken at the location that day, attempts 1,
    2, … give others, spread evenly over 810,000.
    """
    order_id = order_id_hex.lower()
    if attempt == 0:
        return order_id[-_LENGTH:].upper()
    digest = hashlib.sha256(f"{order_id}/{attempt}".encode()).digest()
    number = int.from_bytes(digest[:8], "big")
    code = ""
    for _ in range(_LENGTH):
        number, place = divmod(number, len(_ALPHABET))
        code += _ALPHABET[place]
    return code
