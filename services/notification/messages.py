"""What is said. Plain English until the templates of all languages exist (missing)."""

from __future__ import annotations

import html
from typing import Final

APP: Final = "OrderBuddy"


def login_code_text(code: str, lifetime_seconds: int) -> str:
    """Return the text that carries a one-time code: app, code, how long it works."""
    minutes = max(1, lifetime_seconds // 60)
    return f"{APP}: your login code is {code}. It works for {minutes} minutes. Never tell it to anybody."


def login_code_subject() -> str:
    """Return the subject of the mail with a one-time code."""
    return f"Your {APP} login code"


def origin_link_subject(origin_name: str, location_name: str) -> str:
    """Return the subject of the mail with an origin's link (contract part B, 5.5)."""
    return f"QR Code Link for {origin_name} at {location_name}"


def origin_link_text(restaurant: str, location: str, origin: str, origin_type: str, link: str) -> str:
    """Return the text part of the mail with an origin's link."""
    return (
        f"Hello from {restaurant},\n\nhere is the link for {origin} ({origin_type}) at {location}:\n{link}\n\n"
        "The QR code is attached. This message was sent automatically."
    )


def origin_link_html(text: str, link: str) -> str:
    """Return the same as HTML, with the image that is attached as `qr`."""
    paragraphs = "".join(f"<p>{html.escape(part)}</p>" for part in text.split("\n\n"))
    return f'{paragraphs}<p><a href="{html.escape(link)}">{html.escape(link)}</a></p>'
