"""QR codes as PNG and SVG, in the style that a location has chosen (contract part B, 5.3).

Effective are the colours of dots, background and corners, the margin and the error correction. Stored styles may hold
anything: what can't be read is black on white, and colours too alike to scan are not used.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any, Final

import segno

from services.kit.values import number, obj, text

_BLACK, _WHITE = "#000000", "#ffffff"
_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")
_LEVELS: Final = frozenset("LMQH")
_QUIET_ZONE: Final = 4
_LEAST_CONTRAST: Final = 2.0


def png(link: str, style: Mapping[str, Any], *, scale: int = 8) -> bytes:
    """Return a code as PNG; `scale` is pixels per module."""
    out = io.BytesIO()
    _code(link, style).save(out, kind="png", scale=scale, **_options(style))
    return out.getvalue()


def svg(link: str, style: Mapping[str, Any], *, pixels: int = 300) -> str:
    """Return a code as an SVG element, `pixels` wide."""
    code, options = _code(link, style), _options(style)
    out = io.BytesIO()
    width = code.symbol_size(border=options["border"])[0]
    code.save(out, kind="svg", scale=pixels / width, xmldecl=False, svgns=True, omitsize=False, **options)
    return out.getvalue().decode()


def _code(link: str, style: Mapping[str, Any]) -> segno.QRCode:
    level = text(obj(style.get("qrOptions")).get("errorCorrectionLevel")).upper()
    return segno.make_qr(link, error=level if level in _LEVELS else "Q")


def _options(style: Mapping[str, Any]) -> dict[str, Any]:
    dots, ground = _colour(style, "dotsOptions", _BLACK), _colour(style, "backgroundOptions", _WHITE)
    if _contrast(dots, ground) < _LEAST_CONTRAST:
        dots, ground = _BLACK, _WHITE
    corners = {
        "finder_dark": _colour(style, "cornersSquareOptions", dots),
        "alignment_dark": _colour(style, "cornersDotOptions", dots),
    }
    readable = {name: c if _contrast(c, ground) >= _LEAST_CONTRAST else dots for name, c in corners.items()}
    margin = round((number(style.get("margin")) or 0) / 10)
    return {"dark": dots, "light": ground, "border": max(_QUIET_ZONE, min(margin, 20)), **readable}


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
