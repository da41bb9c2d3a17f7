"""Phone numbers in one spelling. Pure."""

from __future__ import annotations

from typing import Final

import phonenumbers

HOME: Final = "US"
"""Where a number is from that says no country: the old system glued +1 to all."""


def e164(text: str) -> str:
    """Return a number as E.164, such as +12065550155; empty for what can be no phone number."""
    try:
        number = phonenumbers.parse(text, HOME)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
