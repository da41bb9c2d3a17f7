"""Paper in the form that a printer takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from services.station.printing.commands import escpos
from services.station.printing.paper import Line, Style
from services.station.printing.picture import draw_png


def plain_text(lines: Sequence[Line], _columns: int = 0) -> bytes:
    """Return a paper as UTF-8, lines separated by line feeds."""
    return "\n".join(line.text for line in lines if line.style is not Style.CUT).encode()


RENDERERS: Final[dict[str, Callable[[Sequence[Line], int], bytes]]] = {
    "ESC_POS": escpos,
    "TEXT": plain_text,
    "PNG": draw_png,
}
"""By the name of PrintFormat without its prefix. They take CPU time: call them in a thread."""
