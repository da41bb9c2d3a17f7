from __future__ import annotations

from dataclasses import replace

import pytest

from services.ordering.pricing import (
    CartModifier,
    CartOption,
    Modifier,
    PricedModifier,
    PricedOption,
    PricedVariant,
    price,
)
from tests.unit.carts import a_line, a_menu, a_modifier, an_item, flat, of_prices, pick


def kept(result: PricedModifier) -> list[str]:
    return [option.id for option in result.options]


# --- modifier surcharge, contract part A 5.2

FREE3 = a_modifier(limit=5, free=3, extra=50, a=10, b=20, c=30, d=40, e=60, f=70)
FREE0 = a_modifier(limit=2, x=100, y=150, z=200)
FREE1 = a_modifier(limit=3, free=1, x=100, y=150, z=200)
EXTRA = a_modifier(limit=3, extra=75, x=100, y=0)


@pytest.mark.parametrize(
    ("modifier", "chosen", "surcharge", "counted"),
    [
        (FREE3, "", 0, ""),
        (FREE3, "a", 0, "a"),
        (FREE3, "abc", 0, "abc"),
        (FREE3, "abcd", 50, "abcd"),
        (FREE3, "abcde", 100, "abcde"),
        (FREE3, "abcdef", 100, "abcde"),
        (FREE3, "eeeee", 100, "eeeee"),
        (FREE3, "?abc", 50, "abc"),
        (FREE3, "abc?", 0, "abc"),
        (FREE0, "x", 100, "x"),
        (FREE0, "xz", 300, "xz"),
        (FREE0, "xyz", 250, "xy"),
        (FREE0, "zyx", 350, "zy"),
        (FREE0, "?xy", 100, "x"),
        (FREE1, "z", 0, "z"),
        (FREE1, "zx", 100, "zx"),
        (FREE1, "xz", 200, "xz"),
        (FREE1, "xyz", 350, "xyz"),
        (EXTRA, "x", 75, "x"),
        (EXTRA, "y", 75, "y"),
        (EXTRA, "xy", 150, "xy"),
        (a_modifier(limit=0, extra=75, x=100), "x", 0, ""),
        (a_modifier(limit=2, free=5, extra=75, x=100, y=150, z=200), "xyz", 0, "xy"),
        (a_modifier(x=100, y=150, z=200), "xyz", 450, "xyz"),
        (a_modifier(limit=3, extra=-50, x=100), "x", 100, "x"),
        (a_modifier(limit=-1, x=100, y=150, z=200), "xyz", 250, "xy"),
        (a_modifier(limit=3, x=-125, y=25), "xy", -100, "xy"),
    ],
)
def test_a_modifier_adds_its_surcharge(modifier: Modifier, chosen: str, surcharge: int, counted: str) -> None:
    cart = price([a_menu(an_item("item", 1000, modifier))], [a_line("item", pick("mod", *chosen))], None)
    assert cart.total_cents == 1000 + surcharge
    assert kept(cart.lines[0].modifiers[0]) == list(counted)


def test_entries_of_the_same_modifier_count_together() -> None:
    cart = price([a_menu(an_item("item", 1000, FREE1))], [a_line("item", pick("mod", "x"), pick("mod", "y"))], None)
    assert cart.total_cents == 1150
    assert [kept(modifier) for modifier in cart.lines[0].modifiers] == [["x", "y"]]


def test_the_maximum_counts_over_all_entries_of_a_modifier() -> None:
    lines = [a_line("item", pick("mod", "z", "y"), pick("mod", "x"))]
    cart = price([a_menu(an_item("item", 1000, FREE0))], lines, None)
    assert cart.total_cents == 1350
    assert kept(cart.lines[0].modifiers[0]) == ["z", "y"]


def test_a_modifier_without_choice_adds_nothing_and_is_kept() -> None:
    cart = price([a_menu(an_item("item", 1000, a_modifier()))], [a_line("item", pick("mod"))], None)
    assert cart.total_cents == 1000
    assert cart.lines[0].modifiers == (PricedModifier(id="mod", name="Mod", options=()),)


def test_an_option_carries_the_menus_own_price_even_when_it_is_free() -> None:
    cart = price([a_menu(an_item("item", 1000, FREE1))], [a_line("item", pick("mod", "z"))], None)
    assert cart.lines[0].modifiers[0].options == (PricedOption(id="z", name="Z", price_cents=200),)


# --- tax and rounding, contract part A 5.3


@pytest.mark.parametrize(
    ("cents", "tax", "total"),
    [
        ([995], "0", 995),
        ([995], "5", 1045),
        ([995], "6.5", 1060),
        ([995], "10", 1095),
        ([995], "10.25", 1097),
        ([995], "10.35", 1098),
        ([333, 1999, 2550], "8.875", 5315),
        ([333, 1999, 2550], "10.25", 5382),
        ([333, 1999, 2550], "0.5", 4906),
        ([333] * 20, "8.875", 7251),
        ([10], "5", 11),
        ([10, 10, 10], "5", 32),
        ([100], "6.5", 107),
        ([5], "10", 6),
        ([200], "7.25", 215),
        ([600], "10.25", 662),
        ([200], "10.25", 221),
        ([1250], "8.6", 1358),
        ([1150, 2550], "0.5", 3719),
        ([-150], "5", -157),
        ([995], "-10", 896),
        ([0], "100", 0),
        ([9007199254740990], "0", 9007199254740990),
    ],
)
def test_tax_is_rounded_once_on_the_sum_halves_up(cents: list[int], tax: str, total: int) -> None:
    cart = of_prices(*cents, tax=tax)
    assert (cart.subtotal_cents, cart.tax_cents, cart.total_cents) == (sum(cents), total - sum(cents), total)


# --- campaign, contract part A 5.4


@pytest.mark.parametrize(
    ("cents", "tax", "off", "discount", "total"),
    [
        (995, "10", 100, 100, 995),
        (995, "10", 5000, 1095, 0),
        (100, "10", 100, 100, 10),
        (725, "10.25", 200, 200, 599),
        (0, "10", 100, 0, 0),
        (995, "10", 0, 0, 1095),
        (995, "10", -100, 0, 1095),
        (995, "10", None, 0, 1095),
        (-150, "10", 100, 0, 0),
        (-150, "10", 0, 0, -165),
    ],
)
def test_a_flat_campaign_takes_off_after_tax(cents: int, tax: str, off: int | None, discount: int, total: int) -> None:
    cart = of_prices(cents, tax=tax, campaign=flat(off))
    assert (cart.discount_cents, cart.total_cents) == (discount, total)


# --- whole orders, contract part A 5.5

LATTE = an_item(
    "latte",
    400,
    a_modifier("milk", limit=1, required=True, whole=0, oat=60, almond=50),
    a_modifier("syrups", limit=3, free=1, extra=40, vanilla=50, caramel=50, hazelnut=55),
    small=400,
    large=550,
)
ADD_ONS = a_modifier("add_ons", limit=3, cheese=100, jalapenos=75, avocado=150)
TOPPINGS = a_modifier("toppings", limit=5, free=3, extra=50, banana=0, berry=0, mango=0, granola=0, coco=0)
LAB = an_item("lab", 1000, FREE3, a_modifier("own", limit=2, x=100, y=150), half=600)


def test_a_large_latte_with_oat_milk_and_two_syrups_and_a_muffin() -> None:
    latte = a_line("latte", pick("milk", "oat"), pick("syrups", "vanilla", "caramel"), variants=["large"])
    cart = price([a_menu(LATTE, an_item("muffin", 325), tax="10.25")], [latte, a_line("muffin")], None)
    assert [line.price_cents for line in cart.lines] == [650, 325]
    assert cart.total_cents == 1075


def test_a_burger_with_three_add_ons_fries_and_a_milkshake() -> None:
    menu = a_menu(an_item("burger", 895, ADD_ONS), an_item("fries", 350), an_item("shake", 495), tax="10.35")
    burger = a_line("burger", pick("add_ons", "cheese", "jalapenos", "avocado"))
    cart = price([menu], [burger, a_line("fries"), a_line("shake")], None)
    assert [line.price_cents for line in cart.lines] == [1220, 350, 495]
    assert cart.total_cents == 2279


def test_a_large_bowl_with_five_toppings() -> None:
    menu = a_menu(an_item("bowl", 995, TOPPINGS, large=1195), tax="10.35")
    line = a_line("bowl", pick("toppings", "banana", "berry", "mango", "granola", "coco"), variants=["large"])
    assert price([menu], [line], None).total_cents == 1429


@pytest.mark.parametrize(("tax", "toppings", "total"), [("0", "", 850), ("8.875", "abcde", 1034)])
def test_surcharges_are_added_to_the_variants_price(tax: str, toppings: str, total: int) -> None:
    line = a_line("lab", pick("own", "x", "y"), pick("mod", *toppings), variants=["half"])
    assert price([a_menu(LAB, tax=tax)], [line], None).total_cents == total


def test_without_variant_the_item_has_its_own_price() -> None:
    cart = price([a_menu(an_item("item", 400, small=300))], [a_line("item")], None)
    assert (cart.total_cents, cart.lines[0].variants) == (400, ())


def test_a_variant_may_be_free_and_needs_no_price_of_the_item() -> None:
    cart = price([a_menu(an_item("item", None, free=0))], [a_line("item", variants=["free"])], None)
    assert cart.total_cents == 0
    assert cart.lines[0].variants == (PricedVariant(id="free", name="Free", price_cents=0),)


# --- what is kept of a line


def test_names_are_kept_as_sent_only_if_they_are_translations() -> None:
    item = an_item("latte", 400, a_modifier("milk", whole=0, oat=60))
    options = (CartOption(id="oat", name="Oat (pt)"), CartOption(id="whole", name="GOLD"))
    modifier = CartModifier(id="milk", name="Milk (es)", options=options)
    cart = price([a_menu(item)], [a_line("latte", modifier, name="HACKED")], None)
    line = cart.lines[0]
    assert line.name == "Latte"
    assert line.modifiers[0].name == "Milk (es)"
    assert [option.name for option in line.modifiers[0].options] == ["Oat (pt)", "Whole"]


@pytest.mark.parametrize(
    ("translations", "sent", "name"),
    [(("", "Café", ""), "", "Café"), (("", "", ""), "Coffee", "item"), (("", "Café"), "Café", "Café")],
)
def test_a_name_is_the_first_that_there_is(translations: tuple[str, ...], sent: str, name: str) -> None:
    item = replace(an_item("item"), translations=translations)
    assert price([a_menu(item)], [a_line("item", name=sent)], None).lines[0].name == name


def test_a_line_keeps_its_id_and_notes_and_gets_the_menus_stations() -> None:
    line = price([a_menu(an_item("item", 100, tags=("grill", "bar")))], [a_line("item")], None).lines[0]
    assert (line.id, line.menu_item_id, line.notes, line.station_tags) == (
        "line-item",
        "item",
        "no ice",
        ("grill", "bar"),
    )
