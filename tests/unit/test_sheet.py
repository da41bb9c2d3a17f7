"""The page of all tables' codes."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from services.menu.origins import qr
from services.menu.origins.sheet import table_sheet

SVG = "{http://www.w3.org/2000/svg}"


def page(restaurant: str = "Luna", location: str = "Pier", *labels: str) -> ET.Element:
    """Return a sheet as XML: it is written so that it is that, too."""
    codes = [(label, f'<svg xmlns="http://www.w3.org/2000/svg" id="{i}"/>') for i, label in enumerate(labels)]
    source = table_sheet(restaurant, location, codes)
    assert source.startswith("<!doctype html>")
    return ET.fromstring(source.removeprefix("<!doctype html>").replace('<meta charset="utf-8">', ""))


def test_each_table_has_its_label_under_its_code_in_order() -> None:
    items = list(page("Luna", "Pier", "Table 1", "Table 2").iter("li"))
    assert [[part.tag for part in item] for item in items] == [["div", "span"]] * 2
    assert [
        (item.find(f"div/{SVG}svg[@id='{i}']") is not None, item.findtext("span")) for i, item in enumerate(items)
    ] == [
        (True, "Table 1"),
        (True, "Table 2"),
    ]


def test_labels_and_names_are_text_whatever_they_hold() -> None:
    evil = "</title></span><script>alert('1')</script>&amp;\"<!--"
    found = page(evil, evil, evil)
    assert found.findtext("head/title") == found.findtext("body/h1") == f"{evil}, {evil}"
    assert found.findtext(".//span") == evil
    assert "script" not in {element.tag for element in found.iter()}


def test_the_page_says_its_language_and_what_it_is() -> None:
    found = page()
    assert (found.attrib["lang"], found.findtext("head/title")) == ("en", "Luna, Pier")


def test_who_hears_the_page_is_told_whose_code_each_is() -> None:
    code = page("Luna", "Pier", 'Table "1" & <2>').find(".//li/div")
    assert code is not None
    assert code.attrib == {"role": "img", "aria-label": 'QR code of Table "1" & <2>'}


def test_the_page_loads_and_runs_nothing() -> None:
    source = table_sheet("Luna", "Pier", [("Table 1", qr.svg("https://x.test/q/1", {}))])
    assert [word for word in ("<script", "<link", "src=", "href=", "@import", "url(") if word in source] == []
    assert "http" not in source.replace("http://www.w3.org/2000/svg", "")


def test_a_code_is_never_cut_by_the_end_of_a_printed_page() -> None:
    style = page().findtext("head/style")
    assert style is not None
    assert "@page { size: A4; margin: 12mm }" in style
    assert "break-inside: avoid" in style


def test_no_table_is_a_page_without_codes() -> None:
    assert list(page().iter("li")) == []
