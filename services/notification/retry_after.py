"""The header Retry-After. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime


def retry_after(header: str, now: datetime) -> timedelta | None:
    """Read the header Retry-After: seconds, or a date. None when it is neither, or past."""
    text = header.strip()
    if text.isascii() and text.isdecimal() and len(text) <= 9:
        return timedelta(seconds=int(text))
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    if until.tzinfo is None:
        return None
    return until - now if until > now else None
