"""QR codes drawn as SVG, module by module, in the shapes and colours of the contract's style options."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

_FINDER = 7
"""Modules that a corner's square is wide."""
_ROUND = frozenset({"dots", "dot"})
_ROUNDED = frozenset({"rounded", "extra-rounded", "classy", "classy-rounded"})


@dataclass(frozen=True, slots=True)
class Look:
    """How a code looks: colours as `#rrggbb`, shapes as the style options name them (anything else is square)."""

    dots: str
    dots_shape: str
    ground: str
    squares: str
    squares_shape: str
    corner_dots: str
    corner_dots_shape: str
    quiet_zone: int
    image: str = ""
    """A picture in the middle, as a data URL; empty: none."""
    image_size: float = 0.0
    """Its share of the code's width."""


def draw(matrix: Sequence[Sequence[int]], look: Look, pixels: int) -> str:
    """Return a code as an SVG element, `pixels` wide, from its modules (1 is dark)."""
    size = len(matrix)
    whole = size + 2 * look.quiet_zone
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{pixels}" height="{pixels}" '
            f'viewBox="{-look.quiet_zone} {-look.quiet_zone} {whole} {whole}" role="img">'
        ),
        f'<rect x="{-look.quiet_zone}" y="{-look.quiet_zone}" width="{whole}" height="{whole}" fill="{look.ground}"/>',
        f'<g fill="{look.dots}">',
        *(_shape(x, y, 1, look.dots_shape) for x, y in _dots(matrix)),
        "</g>",
        *(_finder(x, y, look) for x, y in ((0, 0), (size - _FINDER, 0), (0, size - _FINDER))),
    ]
    if look.image:
        parts.append(_image(size, look))
    return "".join(parts) + "</svg>"


def _dots(matrix: Sequence[Sequence[int]]) -> Iterator[tuple[int, int]]:
    """Yield where dark modules are, but for the three corners."""
    last = len(matrix) - _FINDER
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            in_corner = (x < _FINDER and y < _FINDER) or (x >= last and y < _FINDER) or (x < _FINDER and y >= last)
            if dark and not in_corner:
                yield x, y


def _shape(x: float, y: float, size: int, shape: str) -> str:
    if shape in _ROUND:
        half = size / 2
        return f'<circle cx="{x + half}" cy="{y + half}" r="{half}"/>'
    radius = f' rx="{size * 0.3:g}"' if shape in _ROUNDED else ""
    return f'<rect x="{x}" y="{y}" width="{size}" height="{size}"{radius}/>'


def _finder(x: int, y: int, look: Look) -> str:
    """Draw a corner: a ring one module wide, and a square of three in it."""
    radius = 3.0 if look.squares_shape in _ROUND else 1.8 if look.squares_shape in _ROUNDED else 0.0
    ring = (
        f'<rect x="{x + 0.5}" y="{y + 0.5}" width="6" height="6" rx="{radius:g}" fill="none" '
        f'stroke="{look.squares}" stroke-width="1"/>'
    )
    return f'{ring}<g fill="{look.corner_dots}">{_shape(x + 2, y + 2, 3, look.corner_dots_shape)}</g>'


def _image(size: int, look: Look) -> str:
    width = size * look.image_size
    at = (size - width) / 2
    place = f'x="{at:.3f}" y="{at:.3f}" width="{width:.3f}" height="{width:.3f}"'
    return f'<rect {place} fill="{look.ground}"/><image {place} href={quoteattr(look.image)}/>'
