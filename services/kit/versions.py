"""Versions of what people edit: whoever changes something may say which version they read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.kit.errors import Conflict
from services.kit.values import whole


def version_of(document: Mapping[str, Any]) -> int:
    """Return a document's version; what the old system wrote has none, which is 0."""
    return whole(document.get("version")) or 0


def check_version(document: Mapping[str, Any], expected: int | None) -> None:
    """Raise Conflict when somebody has changed it since the caller read `expected`; None: the caller doesn't care."""
    current = version_of(document)
    if expected is not None and expected != current:
        raise Conflict(
            "VERSION_CHANGED",
            "somebody else has changed it in the meantime; read it again",
            metadata={"current_version": str(current), "expected_version": str(expected)},
        )
