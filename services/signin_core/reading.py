"""Reading what the SDK sends.

Only text passes where text is due: an object there would be a query operator to MongoDB. Of a contact there is exactly
one, for a filter without any would match everybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson

CONTACTS: Final = ("email", "phoneNumber")
_MOST_DIGITS: Final = 16

Json = dict[str, Any]


class BadInput(Exception):
    """The request can't be read; answered with 400."""


def parsed(body: bytes) -> Json:
    """Return a body's object; none is an empty one. Raises BadInput."""
    try:
        content = orjson.loads(body) if body else {}
    except orjson.JSONDecodeError as error:
        raise BadInput("Invalid Json Input") from error
    if not isinstance(content, dict):
        raise BadInput("Invalid Json Input")
    return content


def optional_text(body: Mapping[str, Any], name: str) -> str | None:
    """Return a text, or None when it is not there. Raises BadInput."""
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise BadInput(f"Field name '{name}' is invalid in JSON input")
    return value


def text(body: Mapping[str, Any], name: str) -> str:
    """Return a text that must be there. Raises BadInput."""
    value = optional_text(body, name)
    if value is None:
        raise BadInput(f"Field name '{name}' is missing in the request")
    return value


def optional_object(body: Mapping[str, Any], name: str) -> Json | None:
    """Return an object, or None when it is not there. Raises BadInput."""
    value = body.get(name)
    if value is not None and not isinstance(value, dict):
        raise BadInput(f"Field name '{name}' is invalid in JSON input")
    return value


def texts(body: Mapping[str, Any], name: str) -> list[str]:
    """Return a list of texts that must be there. Raises BadInput."""
    value = body.get(name)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise BadInput(f"Field name '{name}' is missing or invalid in the request")
    return value


def number(body: Mapping[str, Any], name: str, least: int, most: int, default: int) -> int:
    """Return a whole number within bounds. Raises BadInput."""
    value = str(body.get(name, default))
    if not value.isascii() or not value.isdigit() or len(value) > _MOST_DIGITS or not least <= int(value) <= most:
        raise BadInput(f"{name} must be a whole number from {least} to {most}")
    return int(value)


def contacts(body: Mapping[str, Any]) -> dict[str, str]:
    """Return the contacts that are there, each in its one spelling: mail addresses in lower case. Raises BadInput."""
    found = {name: value.strip() for name in CONTACTS if (value := optional_text(body, name))}
    return {name: value.lower() if name == "email" else value for name, value in found.items() if value}


def contact(body: Mapping[str, Any]) -> dict[str, str]:
    """Return the one contact that must be there. Raises BadInput."""
    found = contacts(body)
    if len(found) != 1:
        raise BadInput("Please provide exactly one of email or phoneNumber")
    return found
