"""QR codes as PNG and SVG, in the style that a location has chosen (contract part B, 5.3).

SVG shows colours and shapes of dots, corners and background, the margin, and a picture in the middle when the style
holds it (a data URL; pictures elsewhere are not fetched). PNG shows the colours and the margin. Neither uses `type`,
`data`, `shape`, `typeNumber`, `crossOrigin` or `hideBackgroundDots`. Stored styles may hold anything: what can't be
read is black on white, and colours too alike to scan are not used.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any, Final

import segno

from services.kit.values import number, obj, text
from services.menu.origins.qr_svg import Look, draw

_BLACK, _WHITE = "#000000", "#ffffff"
_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")
_IMAGE: Final = re.compile(r"data:image/(png|jpeg|webp);base64,[A-Za-z0-9+/=]+")
_LEVELS: Final = frozenset("LMQH")
_QUIET_ZONE: Final = 4
_LEAST_CONTRAST: Final = 2.0
_LARGEST_IMAGE: Final = 0.3
"""With the highest error correction a code can be read without so much of its width."""


def png(link: str, style: Mapping[str, Any], *, scale: int = 8) -> bytes:
    """Return a code as PNG; `scale` is pixels per module."""
    look, out = _look(style), io.BytesIO()
    colours = {"dark": look.dots, "light": look.ground, "finder_dark": look.squares}
    _code(link, style).save(out, kind="png", scale=scale, border=look.quiet_zone, **colours)
    return out.getvalue()


def svg(link: str, style: Mapping[str, Any], *, pixels: int = 300) -> str:
    """Return a code as an SVG element, `pixels` wide."""
    return draw([list(row) for row in _code(link, style).matrix], _look(style), pixels)


def _code(link: str, style: Mapping[str, Any]) -> segno.QRCode:
    level = text(obj(style.get("qrOptions")).get("errorCorrectionLevel")).upper()
    return segno.make_qr(link, error="H" if _image(style) else level if level in _LEVELS else "Q", boost_error=False)


def _image(style: Mapping[str, Any]) -> str:
    stored = text(style.get("image"))
    return stored if _IMAGE.fullmatch(stored) else ""


def _look(style: Mapping[str, Any]) -> Look:
    dots, ground = _colour(style, "dotsOptions", _BLACK), _colour(style, "backgroundOptions", _WHITE)
    if _contrast(dots, ground) < _LEAST_CONTRAST:
        dots, ground = _BLACK, _WHITE
    squares, corner_dots = (_colour(style, part, dots) for part in ("cornersSquareOptions", "cornersDotOptions"))
    share = number(obj(style.get("imageOptions")).get("imageSize"))
    return Look(
        dots=dots,
        dots_shape=_shape(style, "dotsOptions"),
        ground=ground,
        squares=squares if _contrast(squares, ground) >= _LEAST_CONTRAST else dots,
        squares_shape=_shape(style, "cornersSquareOptions"),
        corner_dots=corner_dots if _contrast(corner_dots, ground) >= _LEAST_CONTRAST else dots,
        corner_dots_shape=_shape(style, "cornersDotOptions"),
        quiet_zone=max(_QUIET_ZONE, min(round((number(style.get("margin")) or 0) / 10), 20)),
        image=_image(style),
        image_size=max(0.0, min(share if share is not None else _LARGEST_IMAGE, _LARGEST_IMAGE)),
    )


def _colour(style: Mapping[str, Any], part: str, default: str) -> str:
    stored = text(obj(style.get(part)).get("color"))
    return stored if _COLOUR.fullmatch(stored) else default


def _shape(style: Mapping[str, Any], part: str) -> str:
    return text(obj(style.get(part)).get("type"))


def _contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2 measures it: from 1 (the same) to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else float(((c + 0.055) / 1.055) ** 2.4) for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
