"""How people can be reached, in one spelling each."""

from __future__ import annotations

from datetime import UTC, datetime

import phonenumbers


def phone_number(text: str) -> str | None:
    """Return an international number as E.164, `+12065550155`; None when there can be no such number."""
    try:
        parsed = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def contact_query(contact: str) -> dict[str, str] | None:
    """Return how somebody with this mail address or phone number is found; None when it is neither."""
    if "@" in contact:
        return {"email": contact.strip().lower()}
    number = phone_number(contact)
    return {"phoneNumber": number} if number else None


def signed_up_at(value: object) -> datetime | None:
    """Read when somebody signed up: milliseconds since 1970, or ISO text; None when it is neither."""
    try:
        if isinstance(value, str):
            parsed = datetime.fromisoformat(value)
            return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None
