"""How long an emoji is."""

from __future__ import annotations

from typing import Final

LONGEST: Final = 4
"""In UTF-16 code units, as the old system and JavaScript count: one flag, or two simple emojis."""


def utf16_units(text: str) -> int:
    """Return how many UTF-16 code units a text has."""
    return sum(2 if ord(character) > 0xFFFF else 1 for character in text)
