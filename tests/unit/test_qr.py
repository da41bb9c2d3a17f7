"""QR codes, read back module by module and compared with the matrix of the library that makes them."""

from __future__ import annotations

import base64
import re
import struct
import xml.etree.ElementTree as ET
import zlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st
from segno import consts

from services.menu.origins import qr

LINK = "https://luna.example.test/q/Ab3dE6gH"
SVG = "{http://www.w3.org/2000/svg}"
BLACK, WHITE = "#000000", "#ffffff"
LOGO = "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n...").decode()
STYLED = {
    "dotsOptions": {"color": "#112233", "type": "rounded"},
    "backgroundOptions": {"color": "#ffeedd"},
    "cornersSquareOptions": {"color": "#880000", "type": "dot"},
    "cornersDotOptions": {"color": "#004400", "type": "dot"},
}

Grid = list[list[str]]
"""Colours, row by row."""


class Image(NamedTuple):
    """A PNG, read back."""

    pixels: Grid
    scale: int

    @property
    def modules(self) -> Grid:
        return [row[:: self.scale] for row in self.pixels[:: self.scale]]


def read_png(content: bytes, scale: int) -> Image:
    """Read a PNG with a palette and one byte for each pixel."""
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    chunks, at = {}, 8
    while at < len(content):
        (length,) = struct.unpack_from(">I", content, at)
        kind, body = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", content, at + 8 + length) == (zlib.crc32(kind + body),)
        chunks[kind] = body
        at += 12 + length
    assert list(chunks) == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
    width, height, *kind_of = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert kind_of == [8, 3, 0, 0, 0]
    palette = ["#" + chunks[b"PLTE"][i : i + 3].hex() for i in range(0, len(chunks[b"PLTE"]), 3)]
    data = zlib.decompress(chunks[b"IDAT"])
    assert len(data) == height * (width + 1)
    rows = [data[y * (width + 1) : (y + 1) * (width + 1)] for y in range(height)]
    assert all(row[0] == 0 for row in rows)
    return Image([[palette[pixel] for pixel in row[1:]] for row in rows], scale)


def png_of(style: Mapping[str, Any], scale: int = 1) -> Image:
    return read_png(qr.png(LINK, style, scale=scale), scale)


def read_svg(source: str) -> Grid:
    """Return the colour of each module's middle."""
    root = ET.fromstring(source)
    size = int(root.attrib["viewBox"].split()[2])
    ground, *paths = root.iter(f"{SVG}path")
    grid = [[ground.attrib["fill"]] * size for _ in range(size)]
    for path in paths:
        colour = path.get("fill") or path.attrib["stroke"]
        for x, y, width in re.findall(r"M([\d.]+) ([\d.]+)h([\d.]+)", path.attrib["d"]):
            for column in range(int(float(x)), int(float(x)) + max(1, int(float(width)))):
                grid[int(float(y))][column] = colour
    return grid


def border_of(grid: Grid) -> int:
    ground = grid[0][0]
    return next(y for y, row in enumerate(grid) if any(colour != ground for colour in row))


def dark(grid: Grid) -> list[list[int]]:
    """Return the modules without the quiet zone, 1 is dark."""
    border, ground = border_of(grid), grid[0][0]
    inside = [row[border : len(grid) - border] for row in grid[border : len(grid) - border]]
    return [[int(colour != ground) for colour in row] for row in inside]


def matrix(level: str) -> list[list[int]]:
    return [list(row) for row in segno.make_qr(LINK, error=level).matrix]


@pytest.mark.parametrize("level", ["L", "M", "Q", "H"])
def test_a_png_shows_the_code_in_the_level_of_error_correction_asked_for(level: str) -> None:
    assert dark(png_of({"qrOptions": {"errorCorrectionLevel": level}}).modules) == matrix(level)


@pytest.mark.parametrize("shape", ["square", "dots", "rounded", "classy", ""])
def test_an_svg_shows_the_code_in_every_shape(shape: str) -> None:
    assert dark(read_svg(qr.svg(LINK, {"dotsOptions": {"type": shape}}))) == matrix("Q")


def test_shapes_differ() -> None:
    drawn = {shape: qr.svg(LINK, {"dotsOptions": {"type": shape}}) for shape in ("square", "dots", "rounded", "classy")}
    assert len(set(drawn.values())) == 3
    assert drawn["classy"] == drawn["square"]


@pytest.mark.parametrize("shape", ["dots", "rounded"])
def test_what_readers_find_their_way_by_is_squares_in_every_shape(shape: str) -> None:
    # As circles, half of such codes could not be read.
    root = ET.fromstring(qr.svg(LINK, {"dotsOptions": {"type": shape}}))
    squares = [path for path in root.iter(f"{SVG}path") if path.get("shape-rendering") == "crispEdges"]
    drawn = {
        (int(x) + i - 4, int(y) - 4)
        for path in squares
        for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)", path.attrib["d"])
        for i in range(int(width))
    }
    rows = segno.make_qr(LINK, error="Q").matrix_iter(border=0, verbose=True)
    guides = {consts.TYPE_FINDER_PATTERN_DARK, consts.TYPE_ALIGNMENT_PATTERN_DARK, consts.TYPE_TIMING_DARK}
    assert drawn == {(x, y) for y, row in enumerate(rows) for x, kind in enumerate(row) if kind in guides}


def test_a_module_is_as_many_pixels_as_asked_for() -> None:
    large, small = png_of(STYLED, 5), png_of(STYLED)
    assert large.modules == small.pixels
    assert large.pixels == [[c for c in row for _ in range(5)] for row in small.pixels for _ in range(5)]


def test_an_svg_is_as_wide_as_asked_for() -> None:
    root = ET.fromstring(qr.svg(LINK, {}, pixels=120))
    assert (root.attrib["width"], root.attrib["height"]) == ("120", "120")


def test_png_and_svg_have_the_same_modules_in_the_same_colours() -> None:
    assert png_of(STYLED).modules == read_svg(qr.svg(LINK, STYLED))


def test_every_part_has_its_colour() -> None:
    grid = png_of(STYLED).modules
    code = [row[4:-4] for row in grid[4:-4]]
    size = len(code)
    for x, y in ((0, 0), (size - 7, 0), (0, size - 7)):
        corner = [row[x : x + 7] for row in code[y : y + 7]]
        assert {corner[i][j] for i in (0, 6) for j in range(7)} == {"#880000"}
        assert {corner[i][j] for i in range(2, 5) for j in range(2, 5)} == {"#004400"}
        assert {corner[1][j] for j in range(1, 6)} == {"#ffeedd"}
    assert {colour for row in code[7:-7] for colour in row} == {"#112233", "#ffeedd"}
    assert {colour for row in code[-7:] for colour in row[-7:]} == {"#112233", "#ffeedd"}


def test_corners_are_like_the_dots_when_nothing_else_is_said() -> None:
    grid = png_of({"dotsOptions": {"color": "#112233"}}).modules
    assert {colour for row in grid for colour in row} == {"#112233", WHITE}


@pytest.mark.parametrize(
    ("margin", "modules"),
    # The code is 33 modules wide: 39 pixels on both sides leave 222 for them, so they are 5.8 modules.
    [(None, 4), (-50, 4), (0, 4), (10, 4), (39, 6), (50, 9), (100, 33), (1000, 33), ("x", 4)],
)
def test_the_margin_is_in_pixels_of_300_and_never_less_than_a_reader_needs(margin: object, modules: int) -> None:
    style = {"margin": margin}
    assert len(matrix("Q")) == 33
    assert border_of(png_of(style).modules) == border_of(read_svg(qr.svg(LINK, style))) == modules


@pytest.mark.parametrize(
    ("dots", "ground", "drawn"),
    [
        ("#000000", "#000000", {BLACK, WHITE}),
        ("#ffffff", "#ffffff", {BLACK, WHITE}),
        ("#777777", "#888888", {BLACK, WHITE}),
        ("#ffff00", "#ffffff", {BLACK, WHITE}),
        ("#4267b2", "#e9ebee", {"#4267b2", "#e9ebee"}),
        ("#ffffff", "#202020", {"#ffffff", "#202020"}),
    ],
)
def test_colours_too_alike_to_scan_are_black_on_white(dots: str, ground: str, drawn: set[str]) -> None:
    style = {"dotsOptions": {"color": dots}, "backgroundOptions": {"color": ground}}
    assert {colour for row in png_of(style).modules for colour in row} == drawn


def test_a_corner_that_could_not_be_seen_is_like_the_dots() -> None:
    style = {"dotsOptions": {"color": "#112233"}, "cornersSquareOptions": {"color": "#fefefe"}}
    assert {colour for row in png_of(style).modules for colour in row} == {"#112233", WHITE}


@pytest.mark.parametrize(
    "colour", ["red", "#fff", "#12345", "#1234567", "#12345g", '#000000"/><script>', "#000000\n", "", None, 7, {}, []]
)
def test_what_is_no_colour_is_black_or_white(colour: object) -> None:
    style = {part: {"color": colour} for part in STYLED}
    assert (qr.svg(LINK, style), qr.png(LINK, style)) == (qr.svg(LINK, {}), qr.png(LINK, {}))


def image_of(style: Mapping[str, Any]) -> Mapping[str, str] | None:
    found = ET.fromstring(qr.svg(LINK, style)).find(f"{SVG}image")
    return None if found is None else found.attrib


def test_a_logo_is_in_the_middle_and_the_error_correction_highest() -> None:
    style = {"image": LOGO, "imageOptions": {"imageSize": 0.2}, "qrOptions": {"errorCorrectionLevel": "L"}}
    # The code is 37 modules wide, with 4 around: the middle is at 22.5.
    assert image_of(style) == {"x": "18.8", "y": "18.8", "width": "7.4", "height": "7.4", "href": LOGO}
    assert dark(read_svg(qr.svg(LINK, style))) == matrix("H")


@pytest.mark.parametrize("wanted", [0.4, 1, 100, None, 0, -1, "x"])
def test_a_logo_never_hides_more_than_can_be_restored(wanted: object) -> None:
    image = image_of({"image": LOGO, "imageOptions": {"imageSize": wanted}})
    assert image is not None
    assert float(image["width"]) == round(len(matrix("H")) * 0.3, 2)


@pytest.mark.parametrize(
    "image",
    [
        "https://elsewhere.example.test/logo.png",
        "data:image/svg+xml;base64,PHN2Zy8+",
        "data:text/html;base64,PGI+",
        "data:image/png,plain",
        'data:image/png;base64,AAAA"/><script/>',
        "javascript:alert(1)",
        "data:image/png;base64," + "A" * 30_000,
        "",
        None,
        7,
    ],
)
def test_anything_but_a_small_picture_in_a_data_url_is_no_logo(image: object) -> None:
    assert qr.svg(LINK, {"image": image}) == qr.svg(LINK, {})


def test_a_png_has_no_logo() -> None:
    assert qr.png(LINK, {"image": LOGO}) == qr.png(LINK, {})


def test_the_link_is_not_in_the_svg_as_text() -> None:
    assert "script" not in qr.svg("https://x.test/<script>alert(1)</script>", {})


NAMES = ["width", "margin", "image", "type", "data", "qrOptions", "imageOptions", *STYLED]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just('"/><script>x</script>'),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["color", "type", "imageSize", "errorCorrectionLevel"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(style=st.dictionaries(st.sampled_from(NAMES), VALUES))
def test_whatever_is_stored_the_code_is_there_and_nothing_else(style: Mapping[str, Any]) -> None:
    source = qr.svg(LINK, style)
    root = ET.fromstring(source)
    assert {element.tag for element in root.iter()} == {f"{SVG}svg", f"{SVG}path"}
    assert dark(read_svg(source)) == dark(png_of(style).modules)
    assert dark(read_svg(source)) in [matrix(level) for level in "LMQH"]
