"""Lines over time as SVG, for panels of a dashboard."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Final

from tools.prometheus import Series

WIDTH, HEIGHT = 620, 300
_LEFT, _RIGHT, _TOP, _PLOT = 62, 12, 40, 150
_COLOURS: Final = (
    "#3366cc", "#dc3912", "#ff9900", "#109618", "#990099", "#0099c6", "#dd4477", "#66aa00", "#b82e2e", "#316395",
)  # fmt: skip
_SHOWN: Final = 10


def chart(title: str, unit: str, lines: Sequence[tuple[str, Series]], since: float, until: float) -> str:
    """Draw lines with their names and greatest values."""
    points = [value for _, series in lines for _, value in series.points if math.isfinite(value)]
    top = max(points, default=0.0) or 1.0

    def at(instant: float, value: float) -> str:
        x = _LEFT + (instant - since) / (until - since) * (WIDTH - _LEFT - _RIGHT)
        return f"{x:.1f},{_TOP + _PLOT * (1 - value / top):.1f}"

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff" stroke="#ddd"/>',
        f'<text x="12" y="22" font-size="14" font-weight="bold">{escape(title)}</text>',
    ]
    for share in (0.0, 0.5, 1.0):
        y = _TOP + _PLOT * (1 - share)
        parts.append(f'<path d="M{_LEFT} {y}H{WIDTH - _RIGHT}" stroke="#e5e5e5"/>')
        parts.append(
            f'<text x="{_LEFT - 6}" y="{y + 4}" font-size="10" text-anchor="end">{written(top * share, unit)}</text>'
        )
    if not lines:
        parts.append(f'<text x="{WIDTH / 2}" y="{_TOP + _PLOT / 2}" text-anchor="middle" fill="#999">no series</text>')
    for number, (name, series) in enumerate(lines):
        colour = _COLOURS[number % len(_COLOURS)]
        path = " ".join(at(instant, value) for instant, value in series.points if math.isfinite(value))
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        if number < _SHOWN:
            x, y = 14 + 304 * (number % 2), _TOP + _PLOT + 22 + 17 * (number // 2)
            highest = max((v for _, v in series.points if math.isfinite(v)), default=math.nan)
            words = escape(_short(f"{name or 'value'}  max {written(highest, unit)}"))
            parts.append(f'<rect x="{x}" y="{y - 8}" width="9" height="9" fill="{colour}"/>')
            parts.append(f'<text x="{x + 14}" y="{y}" font-size="10">{words}</text>')
    return "".join([*parts, "</svg>"])


def _short(text: str) -> str:
    return text if len(text) <= 52 else f"{text[:22]}…{text[-29:]}"


def written(value: float, unit: str) -> str:
    """Write a value for a person, in one of Grafana's units."""
    if not math.isfinite(value):
        return "?"
    match unit:
        case "s":
            return f"{value * 1000:.3g} ms" if value < 1 else f"{value:.3g} s"
        case "bytes":
            return f"{value / 2**20:.0f} MiB"
        case "percentunit":
            return f"{value * 100:.3g} %"
        case "reqps" | "ops":
            return f"{value:.3g}/s"
        case _:
            return f"{value:.4g}"
