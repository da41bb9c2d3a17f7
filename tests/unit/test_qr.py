"""QR codes: what is drawn is the code, in the style, whatever the style holds."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from services.menu.origins import qr, sheet

LINK = "https://q.example.test/q/Ab3dEf9hIj"
PIXEL = "data:image/png;base64,iVBORw0KGgo="
SVG = "{http://www.w3.org/2000/svg}"


def style(**fields: Any) -> dict[str, Any]:
    return {"margin": 10, "qrOptions": {"errorCorrectionLevel": "Q"}, **fields}


def drawn(svg: str) -> set[tuple[int, int]]:
    """Return the modules that are drawn outside the corners."""
    root = ElementTree.fromstring(svg)
    dots = root.find(f"{SVG}g")
    assert dots is not None
    rects = {(int(r.attrib["x"]), int(r.attrib["y"])) for r in dots.findall(f"{SVG}rect")}
    circles = {
        (int(float(c.attrib["cx"]) - 0.5), int(float(c.attrib["cy"]) - 0.5)) for c in dots.findall(f"{SVG}circle")
    }
    return rects | circles


def expected(level: str) -> set[tuple[int, int]]:
    matrix = segno.make_qr(LINK, error=level, boost_error=False).matrix
    size = len(matrix)
    corners = {(x, y) for x in (*range(7), *range(size - 7, size)) for y in (*range(7), *range(size - 7, size))}
    corners -= {(x, y) for x in range(size - 7, size) for y in range(size - 7, size)}
    return {(x, y) for y, row in enumerate(matrix) for x, bit in enumerate(row) if bit} - corners


@pytest.mark.parametrize("shape", ["square", "dots", "rounded", "extra-rounded", "nonsense", ""])
def test_every_dark_module_is_drawn_in_whatever_shape(shape: str) -> None:
    assert drawn(qr.svg(LINK, style(dotsOptions={"color": "#112233", "type": shape}))) == expected("Q")


def test_colours_and_shapes_are_those_of_the_style() -> None:
    svg = qr.svg(
        LINK,
        style(
            dotsOptions={"color": "#110000", "type": "dots"},
            backgroundOptions={"color": "#eeeeff"},
            cornersSquareOptions={"color": "#220000", "type": "extra-rounded"},
            cornersDotOptions={"color": "#330000", "type": "dot"},
        ),
    )
    assert all(colour in svg for colour in ("#110000", "#eeeeff", 'stroke="#220000"', '<g fill="#330000"><circle'))


def test_colours_too_alike_to_scan_are_not_used() -> None:
    svg = qr.svg(LINK, style(dotsOptions={"color": "#ffff00"}, backgroundOptions={"color": "#ffffff"}))
    assert ("#ffff00" in svg, 'fill="#000000"' in svg) == (False, True)


def test_a_picture_is_shown_only_when_it_is_in_the_style_itself() -> None:
    with_picture = qr.svg(LINK, style(image=PIXEL, imageOptions={"imageSize": 0.9}))
    assert PIXEL in with_picture
    assert drawn(with_picture) == expected("H")
    for elsewhere in ("https://x.example/logo.png", "data:text/html;base64,AAAA", 'data:image/png;base64,A" onload="x'):
        assert "<image" not in qr.svg(LINK, style(image=elsewhere))


def test_a_png_is_a_png_of_the_right_size() -> None:
    content = qr.png(LINK, style(), scale=3)
    size = segno.make_qr(LINK, error="Q", boost_error=False).symbol_size(scale=3, border=4)[0]
    assert (content[:8], int.from_bytes(content[16:20])) == (b"\x89PNG\r\n\x1a\n", size)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
PARTS = ("dotsOptions", "backgroundOptions", "cornersSquareOptions", "cornersDotOptions", "imageOptions", "qrOptions")


@given(st.dictionaries(st.sampled_from([*PARTS, "margin", "image"]), JSON))
def test_whatever_is_stored_a_code_that_can_be_scanned_comes_out(stored: dict[str, Any]) -> None:
    assert drawn(qr.svg(LINK, stored)) in [expected(level) for level in "LMQH"]
    assert qr.png(LINK, stored)[:4] == b"\x89PNG"


def test_a_sheet_holds_all_codes_and_runs_nothing() -> None:
    codes = [(label, qr.svg(LINK, {})) for label in ("Table 1", "<script>alert(1)</script>")]
    page = sheet.table_sheet("Luna & Sol", "Pier", codes)
    assert ("<script" in page, page.count("<svg"), "Luna &amp; Sol, Pier" in page) == (False, 2, True)
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
