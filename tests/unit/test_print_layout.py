"""What stands on receipts, tickets and slips, line by line; and that every printer is sent the same."""

from __future__ import annotations

import io
import unicodedata
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from services.station.printing.layout import MOST_LINES, Form, Heading, Item, Sums, receipt, slip, ticket
from services.station.printing.paper import Line, Paper, Style, clean, width, wrap
from services.station.printing.picture import dots_across, draw_line, draw_png
from services.station.printing.render import RENDERERS, plain_text
from tests.servers.printer_agent import Printed, decode

AT = datetime(2026, 1, 15, 15, 30, tzinfo=ZoneInfo("America/New_York"))
HEADING = Heading("Luna Mar", "4F2A", "Mesa 12", "José", AT)
TACO = Item("Taco al pastor", "Grande", ("Salsa: Verde, Roja",), "sin piña", 525)
COFFEE = Item("Café", price_cents=250)


def lines(paper: Paper) -> list[str]:
    return [line.text for line in paper if line.style is not Style.CUT]


def test_a_receipt() -> None:
    paper = receipt(Form(32, "en"), HEADING, [TACO, COFFEE, TACO], Sums(1333, 133, 100, "Happy hour"))
    assert lines(paper) == [
        "Luna Mar",
        "Order 4F2A",
        "2026-01-15 15:30            José",
        "Mesa 12",
        "--------------------------------",
        "2 x Taco al pastor         10.50",
        "  Grande",
        "  + Salsa: Verde, Roja",
        "  ! sin piña",
        "1 x Café                    2.50",
        "--------------------------------",
        "Subtotal                   13.00",
        "Tax                         1.33",
        "Discount: Happy hour       -1.00",
        "Total                      13.33",
    ]
    assert [line.style for line in paper[:2] + paper[-2:]] == [Style.BOLD, Style.BIG, Style.BOLD, Style.CUT]


def test_a_receipt_in_portuguese_of_an_order_of_the_old_system() -> None:
    heading = Heading("", "0042", "", "", datetime(2026, 1, 15, 20, 30, tzinfo=UTC))
    paper = receipt(Form(24, "pt"), heading, [Item("Pão", price_cents=5), Item("?")], Sums(5), canceled=True)
    assert lines(paper) == [
        "Pedido 0042",
        "15/01/2026 20:30 UTC",
        "CANCELADO",
        "------------------------",
        "1 x Pão             0,05",
        "1 x ?",
        "------------------------",
        "Total               0,05",
    ]


def test_a_ticket_has_no_prices() -> None:
    paper = ticket(Form(24, "es"), HEADING, "", [TACO, TACO, COFFEE])
    assert lines(paper) == [
        "4F2A",
        "Mesa 12",
        "Sin estación",
        "15/01/2026 15:30    José",
        "------------------------",
        "2 x Taco al pastor",
        "  Grande",
        "  + Salsa: Verde, Roja",
        "  ! sin piña",
        "1 x Café",
        "------------------------",
    ]
    assert [line.style for line in paper[:3]] == [Style.BIG, Style.BIG, Style.BOLD]
    assert paper[8] == Line("  ! sin piña", Style.BOLD)


@pytest.mark.parametrize(
    ("language", "order", "wanted"),
    [
        ("en", False, ["TAKEN BACK", "Reason: burnt"]),
        ("es", False, ["ANULADO", "Motivo: burnt"]),
        ("en", True, ["ORDER CANCELED", "Reason: burnt"]),
        ("pt", True, ["PEDIDO CANCELADO", "Motivo: burnt"]),
    ],
)
def test_a_slip_says_what_not_to_make(language: str, order: bool, wanted: list[str]) -> None:
    paper = slip(Form(42, language), HEADING, "Grill", [COFFEE, COFFEE], "burnt", order=order)
    top, *_, item, _, reason = lines(paper)
    assert [top, reason] == wanted
    assert item == "-2 x Café"


def test_long_texts_wrap_and_nothing_is_cut_off() -> None:
    item = Item("Enchiladas suizas con crema", price_cents=123456789, notes="x" * 30)
    paper = receipt(Form(24, "en"), HEADING, [item], Sums(None))
    assert lines(paper)[5:-2] == [
        "1 x Enchiladas suizas",
        "    con crema",
        "              1234567.89",
        "  ! " + "x" * 20,
        "    " + "x" * 10,
    ]


def test_an_endless_order_ends_on_paper_and_says_so() -> None:
    items = [Item(f"Dish {number}", notes="水 " * 500, price_cents=100) for number in range(200)]
    heading = HEADING
    for paper in (
        receipt(Form(42, "en"), heading, items, Sums(total=20_000)),
        ticket(Form(42, "en"), heading, "Kitchen", items),
        slip(Form(42, "en"), heading, "Kitchen", items, "", order=True),
    ):
        texts = [line.text for line in paper]
        assert len(texts) < MOST_LINES + 60
        assert texts.count("TOO LONG FOR PAPER: SEE THE SCREEN") == 1
    assert any("Total" in line.text for line in receipt(Form(42, "en"), heading, items, Sums(total=20_000)))


def test_an_amount_that_leaves_no_room_stands_alone() -> None:
    paper = receipt(Form(24, "en"), HEADING, [Item("Gold", price_cents=2**62)], Sums(2**62))
    assert lines(paper)[5:7] == ["1 x Gold", "    46116860184273879.04"]


def test_what_people_typed_commands_no_printer() -> None:
    assert clean("\x1b@ no\x00 onion\r\n\x1d\x56\x00\u202ereversed\u200d") == "@ no onion V reversed"
    assert clean("e\u0301") == "é"
    assert clean("a\u00a0\u2028b\u0085c") == "a b c"


def test_width_is_what_is_seen() -> None:
    assert [width(text) for text in ("abc", "café", "中a", "😀", "n\u0303")] == [3, 4, 3, 2, 1]
    assert wrap("中中中", 5) == ["中中", "中"]


# -- every printer gets the same ---------------------------------------------------------------------------------------

TEXT = (
    st.text(max_size=60)
    | st.text(alphabet="aé €ñ\x1b\x1d中😀\n", max_size=60)
    | st.sampled_from(["", "Café €", "\x1b@"])
)
ITEM = st.builds(
    Item,
    name=TEXT,
    variant=TEXT,
    modifiers=st.lists(TEXT, max_size=3).map(tuple),
    notes=TEXT,
    price_cents=st.none() | st.integers(-(2**63), 2**63 - 1),
)
ITEMS = st.lists(ITEM, max_size=4)
FORM = st.builds(Form, columns=st.integers(24, 96), language=st.sampled_from(["en", "es", "pt"]))
HEADINGS = st.builds(Heading, place=TEXT, code=TEXT, origin=TEXT, customer=TEXT, at=st.just(AT))
CENTS = st.integers(-(2**63), 2**63 - 1)
PAPER = st.one_of(
    st.builds(receipt, FORM, HEADINGS, ITEMS, st.builds(Sums, CENTS, CENTS, CENTS, TEXT), canceled=st.booleans()),
    st.builds(ticket, FORM, HEADINGS, TEXT, ITEMS),
    st.builds(slip, FORM, HEADINGS, TEXT, ITEMS, TEXT, order=st.booleans()),
)


@given(FORM, HEADINGS, TEXT, ITEMS)
@settings(max_examples=200, deadline=None)
def test_no_line_is_too_wide_and_every_text_is_there(
    form: Form, heading: Heading, station: str, items: list[Item]
) -> None:
    paper = ticket(form, heading, station, items)
    for line in paper:
        assert width(line.text) <= (form.columns // 2 if line.style is Style.BIG else form.columns)
        assert not any(unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp") for char in line.text)
    seen = "".join(line.text for line in paper).replace(" ", "")
    for item in items:
        for text in (item.name, item.variant, *item.modifiers, item.notes):
            assert clean(text).replace(" ", "") in seen


def looks(line: Line) -> tuple[bool, bool]:
    return line.style is not Style.PLAIN, line.style is Style.BIG


@given(FORM, HEADINGS, ITEMS, st.builds(Sums, CENTS, CENTS, CENTS, TEXT))
@settings(max_examples=150, deadline=None)
def test_a_printer_prints_the_text_line_by_line(form: Form, heading: Heading, items: list[Item], sums: Sums) -> None:
    paper = receipt(form, heading, items, sums)
    *printed, end = decode(RENDERERS["ESC_POS"](paper, form.columns))
    texts = plain_text(paper).decode().split("\n")
    assert (end, len(printed)) == (Printed(cut=True), len(texts))
    for got, line, text in zip(printed, paper, texts, strict=False):
        assert line.text == text
        if got.picture is None:
            assert (got.text, (got.bold, got.double)) == (text, looks(line))
        else:
            assert not text.isascii()
            assert got.picture == picture_of(line, form.columns)


def picture_of(line: Line, columns: int) -> tuple[int, int, bytes]:
    image = draw_line(line, columns)
    black = Image.eval(image.convert("L"), lambda value: 255 - value).convert("1")
    return image.width, image.height, black.tobytes()


@pytest.mark.parametrize("text", ["Piñata à la crème, São João, ¿qué? ¡sí! ÑÜ", "5 € — “fine”", "Żółw naïve Ærø"])
def test_accents_are_printed_as_text(text: str) -> None:
    (printed,) = decode(RENDERERS["ESC_POS"]([Line(text)], 48))
    assert printed == Printed(text)


def test_what_no_code_page_has_is_printed_as_a_picture_of_its_line() -> None:
    printed = decode(RENDERERS["ESC_POS"]([Line("before"), Line("чай ☕", Style.BOLD), Line("after")], 48))
    assert [line.text for line in printed] == ["before", "", "after"]
    assert printed[1].picture == picture_of(Line("чай ☕", Style.BOLD), 48)
    assert any(printed[1].picture[2])


@pytest.mark.parametrize(("columns", "across"), [(24, 384), (32, 384), (42, 576), (48, 576), (96, 576)])
def test_a_picture_is_as_wide_as_the_paper(columns: int, across: int) -> None:
    paper = receipt(Form(columns, "es"), HEADING, [TACO], Sums(525))
    image = Image.open(io.BytesIO(draw_png(paper, columns)))
    assert (image.format, image.mode, image.width) == ("PNG", "1", dots_across(columns))
    assert image.width == across
    assert image.height == sum(draw_line(line, columns).height for line in paper if line.style is not Style.CUT)
    top = draw_line(paper[0], columns)
    assert image.crop((0, 0, across, top.height)).tobytes() == top.tobytes()


def test_the_font_has_the_letters_of_the_languages_and_more() -> None:
    nothing = draw_line(Line("\uffff"), 48).tobytes()
    for char in "éñãçõüÑÇ¿¡€ßŁжЩαΩ½“”…✓☕":
        drawn = draw_line(Line(char), 48).tobytes()
        assert drawn not in (nothing, draw_line(Line(" "), 48).tobytes()), char


def test_text_is_utf_8() -> None:
    assert RENDERERS["TEXT"]([Line("Café ☕"), Line("-", Style.BOLD), Line("", Style.CUT)], 32) == "Café ☕\n-".encode()
