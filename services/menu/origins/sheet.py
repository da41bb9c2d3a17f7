"""A page to print: the codes of all tables, to be cut out."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

_STYLE = """
@page { size: A4; margin: 12mm }
body { font-family: sans-serif; margin: 0 }
h1 { font-size: 14pt }
ul { display: grid; grid-template-columns: repeat(3, 1fr); gap: 6mm; list-style: none; padding: 0 }
li { border: 1px dashed #999; break-inside: avoid; padding: 4mm; text-align: center }
li svg { width: 100%; height: auto }
li span { display: block; font-size: 16pt; font-weight: bold; overflow-wrap: anywhere }
"""


def table_sheet(restaurant: str, location: str, codes: Sequence[tuple[str, str]]) -> str:
    """Return the page as HTML, which loads and runs nothing; `codes` are labels and their codes as SVG elements."""
    title = escape(f"{restaurant}, {location}")
    items = "".join(
        f'<li><div role="img" aria-label="QR code of {escape(label)}">{svg}</div><span>{escape(label)}</span></li>'
        for label, svg in codes
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1><ul>{items}</ul></body></html>"
    )
