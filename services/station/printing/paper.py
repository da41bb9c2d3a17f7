"""A strip of paper as lines of text that fit its width. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_NARROW: Final = 12
"""Columns that a text keeps beside an amount; with fewer the amount gets a line of its own."""


class Style(StrEnum):
    """How a line looks."""

    PLAIN = "plain"
    BOLD = "bold"
    BIG = "big"
    """Bold, and twice as wide and high."""
    CUT = "cut"
    """No line: the paper is cut here."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line, no wider than the paper."""

    text: str
    style: Style = Style.PLAIN


Paper = list[Line]


def clean(text: str) -> str:
    """Return a text as one line of printable characters.

    What people typed goes to a machine that takes commands in between its text: nothing that is not itself printed,
    control characters above all, may pass. Characters that only steer others (joiners, directions, emoji variants)
    go too: no printer knows them.
    """
    kept = []
    for char in text:
        category = unicodedata.category(char)
        if category in ("Cc", "Zs", "Zl", "Zp"):
            kept.append(" ")
        elif category not in ("Cf", "Cs") and not "\ufe00" <= char <= "\ufe0f":
            kept.append(char)
    return unicodedata.normalize("NFC", " ".join("".join(kept).split()))


def char_width(char: str) -> int:
    """Return how many columns a character takes."""
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def width(text: str) -> int:
    """Return how many columns a text takes."""
    return len(text) if text.isascii() else sum(map(char_width, text))


def wrap(text: str, columns: int) -> list[str]:
    """Break a text into lines: between words, or within one that is longer than a line. Nothing is lost but spaces."""
    lines, line = [], ""
    for word in text.split():
        joined = f"{line} {word}" if line else word
        if width(joined) <= columns:
            line = joined
            continue
        if line:
            lines.append(line)
        *full, line = _pieces(word, columns)
        lines += full
    return [*lines, line] if line else lines


def _pieces(word: str, columns: int) -> Iterator[str]:
    piece, used = "", 0
    for char in word:
        more = char_width(char)
        if used + more > columns:
            yield piece
            piece, used = "", 0
        piece += char
        used += more
    yield piece


class Strip:
    """Collects lines for paper of so many columns."""

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self.lines: Paper = []

    def text(self, text: str, style: Style = Style.PLAIN, prefix: str = "") -> None:
        """Add a text, on as many lines as it needs; those after the first stand under it. An empty one adds none."""
        room = self.columns // 2 if style is Style.BIG else self.columns
        indent = prefix
        for line in wrap(clean(text), room - len(prefix)):
            self.lines.append(Line(indent + line, style))
            indent = " " * len(prefix)

    def pair(self, left: str, right: str, style: Style = Style.PLAIN, prefix: str = "") -> None:
        """Add a text at the left and another at the right edge of its first line."""
        left, right = clean(left), clean(right)
        room = self.columns - width(right) - 1
        if room < len(prefix) + _NARROW:
            self.text(left, style, prefix)
            self.lines += [Line(" " * (self.columns - width(line)) + line, style) for line in wrap(right, self.columns)]
            return
        first, *more = wrap(left, room - len(prefix)) or [""]
        first = prefix + first
        gap = self.columns - width(first) - width(right)
        self.lines.append(Line((first + " " * gap + right).rstrip(), style))
        self.lines += [Line(" " * len(prefix) + line, style) for line in more]

    def rule(self) -> None:
        """Add a line across."""
        self.lines.append(Line("-" * self.columns))

    def cut(self) -> None:
        """End the piece of paper."""
        self.lines.append(Line("", Style.CUT))
