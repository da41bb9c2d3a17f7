"""QR codes as PNG and SVG, in the style that a location has chosen (contract part B, 5.3).

Effective are `margin`, `qrOptions.errorCorrectionLevel`, and the colours (#rrggbb) of `dotsOptions`,
`backgroundOptions`, `cornersSquareOptions` and `cornersDotOptions`; in SVG also `dotsOptions.type` (`dots` and
`rounded`; any other is drawn as squares) and `image` with `imageOptions.imageSize`, when it is a small PNG, JPEG or
WebP in a data URL: nothing is loaded from elsewhere. Without effect are `width`, `height`, `type`, `data`, `shape`,
`qrOptions.typeNumber`, the other image options and the types of corners.

Stored styles may hold anything: what can't be read is black on white, and colours too alike to scan are not used.
"""

from __future__ import annotations

import math
import re
import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import segno
from segno import consts

from services.kit.values import number, obj, text

_BLACK, _WHITE = "#000000", "#ffffff"
_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")
_LEAST_CONTRAST: Final = 2.0
_LEVELS: Final = frozenset("LMQH")
_QUIET_ZONE: Final = 4
"""Modules; with fewer, many readers don't find the code."""
_STYLED_WIDTH: Final = 300
_LARGEST_MARGIN: Final = 100
_LOGO: Final = re.compile(r"data:image/(?:png|jpeg|webp);base64,[A-Za-z0-9+/]+={0,2}")
_LONGEST_LOGO: Final = 30_000
"""Characters; a sheet holds the logo once for each table."""
_LARGEST_LOGO: Final = 0.3
"""Of the code's width; a larger one hides more than the highest error correction restores."""

_GROUND, _DOTS, _GUIDE, _SQUARE, _EYE = range(5)
"""What a module belongs to: background, data, alignment and timing, and the outer and inner part of a corner."""

_GUIDES: Final = frozenset({consts.TYPE_ALIGNMENT_PATTERN_DARK, consts.TYPE_TIMING_DARK})
_DARK: Final = frozenset(
    {consts.TYPE_DATA_DARK, consts.TYPE_FORMAT_DARK, consts.TYPE_VERSION_DARK, consts.TYPE_DARKMODULE}
)


class _Look(NamedTuple):
    """A style as far as it can be used; `colours` are by what a module belongs to."""

    colours: tuple[str, str, str, str, str]
    shape: str
    margin: float
    level: str
    logo: str
    logo_size: float


def png(link: str, style: Mapping[str, Any], *, scale: int = 8) -> bytes:
    """Return a code as PNG; `scale` is pixels per module."""
    look = _look(style)
    rows = _modules(link, look)
    pixels = b"".join((b"\0" + bytes(part for part in row for _ in range(scale))) * scale for row in rows)
    size = len(rows) * scale
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 3, 0, 0, 0)),
        (b"PLTE", b"".join(bytes.fromhex(colour[1:]) for colour in look.colours)),
        (b"IDAT", zlib.compress(pixels)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def svg(link: str, style: Mapping[str, Any], *, pixels: int = 300) -> str:
    """Return a code as an SVG element, `pixels` wide."""
    look = _look(style)
    look = look._replace(level="H") if look.logo else look
    rows = _modules(link, look)
    size = len(rows)
    dots = _SHAPES.get(look.shape, _squares)(rows, look.colours[_DOTS])
    # Readers find their way by these: as circles, many codes could not be read.
    guides = "".join(_squares(rows, look.colours[part], part) for part in (_GUIDE, _SQUARE, _EYE))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{pixels}" height="{pixels}" viewBox="0 0 {size} {size}"'
        f' role="img" aria-label="QR code"><path fill="{look.colours[_GROUND]}" d="M0 0h{size}v{size}h-{size}z"/>'
        f"{dots}{guides}{_logo(rows, look)}</svg>"
    )


def _squares(rows: Sequence[bytes], colour: str, part: int = _DOTS) -> str:
    runs = (
        f"M{run.start()} {y}h{run.end() - run.start()}v1h-{run.end() - run.start()}z"
        for y, row in enumerate(rows)
        for run in re.finditer(bytes([part]) + b"+", row)
    )
    return f'<path fill="{colour}" shape-rendering="crispEdges" d="{"".join(runs)}"/>'


def _circles(rows: Sequence[bytes], colour: str) -> str:
    # A line of no length with round ends is a circle, and by far the shortest way to write one.
    path = "".join(f"M{x}.5 {y}.5h0" for x, y in _places(rows))
    return f'<path stroke="{colour}" stroke-linecap="round" d="{path}"/>'


def _rounded(rows: Sequence[bytes], colour: str) -> str:
    path = "".join(f"M{x}.25 {y}.25h.5v.5h-.5z" for x, y in _places(rows))
    return f'<path fill="{colour}" stroke="{colour}" stroke-width=".5" stroke-linejoin="round" d="{path}"/>'


_SHAPES: Final[Mapping[str, Callable[[Sequence[bytes], str], str]]] = {"dots": _circles, "rounded": _rounded}


def _places(rows: Sequence[bytes]) -> list[tuple[int, int]]:
    return [(x, y) for y, row in enumerate(rows) for x, part in enumerate(row) if part == _DOTS]


def _logo(rows: Sequence[bytes], look: _Look) -> str:
    if not look.logo:
        return ""
    border = next(y for y, row in enumerate(rows) if any(row))
    side = round((len(rows) - 2 * border) * look.logo_size, 2)
    corner = round((len(rows) - side) / 2, 2)
    return f'<image x="{corner}" y="{corner}" width="{side}" height="{side}" href="{look.logo}"/>'


def _modules(link: str, look: _Look) -> list[bytes]:
    """Return what each module belongs to, row by row, with the quiet zone around."""
    code = segno.make_qr(link, error=look.level)
    size = len(code.matrix)
    border = max(_QUIET_ZONE, math.ceil(look.margin * size / (_STYLED_WIDTH - 2 * look.margin)))
    kinds = enumerate(code.matrix_iter(border=border, verbose=True), -border)
    return [bytes(_part(kind, x, y, size) for x, kind in enumerate(row, -border)) for y, row in kinds]


def _part(kind: int, x: int, y: int, size: int) -> int:
    """Return what a module belongs to; the inner part of a corner is 3 modules wide, 2 from the edges."""
    if kind == consts.TYPE_FINDER_PATTERN_DARK:
        return _EYE if 2 <= min(x, size - 1 - x) <= 4 and 2 <= min(y, size - 1 - y) <= 4 else _SQUARE
    if kind in _GUIDES:
        return _GUIDE
    return _DOTS if kind in _DARK else _GROUND


def _look(style: Mapping[str, Any]) -> _Look:
    level = text(obj(style.get("qrOptions")).get("errorCorrectionLevel")).upper()
    image, wanted = text(style.get("image")), number(obj(style.get("imageOptions")).get("imageSize"))
    return _Look(
        colours=_colours(style),
        shape=text(obj(style.get("dotsOptions")).get("type")),
        margin=min(max(number(style.get("margin")) or 0, 0), _LARGEST_MARGIN),
        level=level if level in _LEVELS else "Q",
        logo=image if len(image) <= _LONGEST_LOGO and _LOGO.fullmatch(image) else "",
        logo_size=min(wanted, _LARGEST_LOGO) if wanted is not None and wanted > 0 else _LARGEST_LOGO,
    )


def _colours(style: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
    dots, ground = _colour(style, "dotsOptions", _BLACK), _colour(style, "backgroundOptions", _WHITE)
    if _contrast(dots, ground) < _LEAST_CONTRAST:
        dots, ground = _BLACK, _WHITE
    wanted = (_colour(style, part, dots) for part in ("cornersSquareOptions", "cornersDotOptions"))
    square, eye = (colour if _contrast(colour, ground) >= _LEAST_CONTRAST else dots for colour in wanted)
    return ground, dots, dots, square, eye


def _colour(style: Mapping[str, Any], part: str, default: str) -> str:
    stored = text(obj(style.get(part)).get("color"))
    return stored if _COLOUR.fullmatch(stored) else default


def _contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2 measures it: from 1 (the same) to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
