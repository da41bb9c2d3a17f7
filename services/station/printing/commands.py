"""Paper as commands of receipt printers (ESC/POS)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

from escpos.image import EscposImage
from escpos.magicencode import Encoder, MagicEncode
from escpos.printer import Dummy
from PIL import Image

from services.station.printing.paper import Line, Style
from services.station.printing.picture import draw_line

_CODE_PAGES: Final = {"CP437": 0, "CP850": 2, "CP860": 3, "CP1252": 16, "CP852": 18, "CP858": 19}
"""Those that printers of every make have under these numbers; lines with other characters are printed as pictures."""


class _Printer(Dummy):  # type: ignore[misc]
    """Collects commands."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder(dict(_CODE_PAGES))
        self.magic = MagicEncode(self, encoder=self.encoder)

    def can_print(self, text: str) -> bool:
        """Tell whether every character is in some code page."""
        return all(self.encoder.find_suitable_encoding(char) for char in text)

    def style(self, style: Style) -> None:
        """Change how text looks from here on."""
        big = style is Style.BIG
        self.set(bold=style is not Style.PLAIN, normal_textsize=not big, double_width=big, double_height=big)

    def picture(self, image: Image.Image) -> None:
        """Print dots (the library's own `image` writes to the console)."""
        raster = EscposImage(image)
        self._raw(b"\x1dv0\0" + struct.pack("<HH", raster.width_bytes, raster.height) + raster.to_raster_format())


def escpos(lines: Sequence[Line], columns: int) -> bytes:
    """Return the commands that print a paper."""
    printer = _Printer()
    printer.hw("INIT")
    style = Style.PLAIN
    for line in lines:
        if line.style is Style.CUT:
            printer.cut(feed=False)  # as far as the knife the printer feeds by itself
        elif not printer.can_print(line.text):
            printer.picture(draw_line(line, columns))
        else:
            if line.style is not style:
                style = line.style
                printer.style(style)
            printer.text(f"{line.text}\n")
    return bytes(printer.output)
