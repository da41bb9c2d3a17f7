"""Paper as pictures of dots: whole for printers that take pictures, by the line for what no code page has."""

from __future__ import annotations

import importlib.resources
import io
from collections.abc import Sequence
from functools import cache
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from services.station.printing.paper import Line, Style, char_width

_WIDE_PAPER: Final = 576
"""Dots across paper of 80 mm, at 8 to the millimetre."""
_NARROW_PAPER: Final = 384
"""The same of 58 mm."""
_NARROW_COLUMNS: Final = 32
_ADVANCE: Final = 0.602
"""How wide a character of the font is, in its size."""
_LEADING: Final = 1.3
_BLACK, _WHITE = 0, 1


def dots_across(columns: int) -> int:
    """Return how wide the paper is that has so many columns."""
    return _NARROW_PAPER if columns <= _NARROW_COLUMNS else _WIDE_PAPER


@cache
def _font(cell: int) -> ImageFont.FreeTypeFont:
    """Return the font whose characters fill cells of so many dots: DejaVu Sans Mono, which python-barcode carries."""
    data = (importlib.resources.files("barcode") / "fonts" / "DejaVuSansMono.ttf").read_bytes()
    return ImageFont.truetype(io.BytesIO(data), cell / _ADVANCE)


def draw_line(line: Line, columns: int) -> Image.Image:
    """Draw one line across the paper."""
    across = dots_across(columns)
    cell = across // columns * (2 if line.style is Style.BIG else 1)
    font = _font(cell)
    image = Image.new("1", (across, round(cell / _ADVANCE * _LEADING)), _WHITE)
    draw = ImageDraw.Draw(image)
    draw.fontmode = "1"
    at = 0
    for char in line.text:
        if char_width(char) == 0:
            _draw(draw, at - cell, char, font, line.style)
            continue
        _draw(draw, at, char, font, line.style)
        at += cell * char_width(char)
    return image


def _draw(draw: ImageDraw.ImageDraw, at: int, char: str, font: ImageFont.FreeTypeFont, style: Style) -> None:
    draw.text((at, 0), char, _BLACK, font)
    if style is not Style.PLAIN:
        draw.text((at + 1, 0), char, _BLACK, font)  # the font has no bold


def draw_png(lines: Sequence[Line], columns: int) -> bytes:
    """Draw a whole paper; where it is cut, it ends."""
    drawn = [draw_line(line, columns) for line in lines if line.style is not Style.CUT]
    image = Image.new("1", (dots_across(columns), max(1, sum(part.height for part in drawn))), _WHITE)
    top = 0
    for part in drawn:
        image.paste(part, (0, top))
        top += part.height
    target = io.BytesIO()
    image.save(target, "PNG")
    return target.getvalue()
