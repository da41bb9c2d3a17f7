"""Questions to a language model, and answers that are none."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `instructions` are ours; `material` is what others have written, and only ever data."""

    instructions: str
    material: str
    searches_web: bool = False


class WrongAnswer(Exception):
    """The model's answer can't be used. The message goes to the log, so it must not hold texts of ours or of it."""
