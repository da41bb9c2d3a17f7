from __future__ import annotations

import pytest

from services.ordering.pricing import PricingError, price
from tests.unit.carts import a_line, a_menu, a_modifier, an_item, pick

TEA = an_item("tea", 100)
OFF_TEA = an_item("tea", 100, available=False)
WRAP = an_item("wrap", 200)


def test_the_first_menu_that_has_all_lines_is_taken() -> None:
    menus = [a_menu(TEA, key="a", tax="1"), a_menu(TEA, WRAP, key="b", tax="10"), a_menu(TEA, WRAP, key="c")]
    cart = price(menus, [a_line("tea"), a_line("wrap")], None)
    assert (cart.menu_id, cart.total_cents) == ("b", 330)


def test_a_menu_where_a_line_is_switched_off_is_passed_over() -> None:
    menus = [a_menu(OFF_TEA, WRAP, key="a"), a_menu(TEA, WRAP, key="b")]
    assert price(menus, [a_line("tea"), a_line("wrap")], None).menu_id == "b"


def test_a_menu_that_lacks_the_chosen_variant_is_passed_over() -> None:
    menus = [a_menu(TEA, key="a"), a_menu(an_item("tea", 100, large=150), key="b")]
    cart = price(menus, [a_line("tea", variants=["large"])], None)
    assert (cart.menu_id, cart.total_cents) == ("b", 150)


def test_a_menu_that_lacks_the_chosen_modifier_is_passed_over() -> None:
    menus = [a_menu(TEA, key="a"), a_menu(an_item("tea", 100, a_modifier(x=5)), key="b")]
    assert price(menus, [a_line("tea", pick("mod", "x"))], None).menu_id == "b"


def test_available_menus_come_first() -> None:
    menus = [a_menu(TEA, key="a", available=False), a_menu(TEA, key="b")]
    assert price(menus, [a_line("tea")], None).menu_id == "b"


def test_a_menu_that_is_not_available_still_sells_where_there_is_no_other() -> None:
    assert price([a_menu(TEA, key="a", tax="5", available=False)], [a_line("tea")], None).total_cents == 105


def test_an_item_switched_off_on_an_available_menu_is_not_sold_from_another_that_is_not() -> None:
    menus = [a_menu(OFF_TEA, key="a"), a_menu(TEA, key="b", available=False)]
    with pytest.raises(PricingError) as caught:
        price(menus, [a_line("tea")], None)
    assert (caught.value.kind, caught.value.message) == ("not_found", "line 1: item 'tea' is not available")


def test_lines_of_several_menus_are_priced_each_from_its_own() -> None:
    menus = [a_menu(OFF_TEA, WRAP, key="a"), a_menu(TEA, key="b")]
    cart = price(menus, [a_line("tea"), a_line("wrap")], None)
    assert (cart.menu_id, cart.total_cents) == ("b", 300)


def test_menus_with_different_taxes_are_taxed_each_at_its_own_rate_and_rounded_once() -> None:
    menus = [a_menu(an_item("tea", 10), key="a", tax="5"), a_menu(an_item("wrap", 30), key="b", tax="15")]
    cart = price(menus, [a_line("tea"), a_line("wrap")], None)
    assert (cart.subtotal_cents, cart.tax_cents, cart.total_cents) == (40, 5, 45)  # 10.5 + 34.5, not 11 + 35


def test_menus_with_the_same_tax_are_taxed_as_one() -> None:
    menus = [a_menu(an_item("tea", 10), key="a", tax="5"), a_menu(an_item("wrap", 10), key="b", tax="5.0")]
    assert price(menus, [a_line("tea"), a_line("wrap")], None).total_cents == 21


def test_the_tax_of_a_menu_that_is_not_used_does_not_matter() -> None:
    assert price([a_menu(WRAP, key="a", tax=None), a_menu(TEA, key="b")], [a_line("tea")], None).total_cents == 100


def test_a_named_menu_is_taken() -> None:
    menus = [a_menu(TEA, key="a"), a_menu(TEA, key="b", tax="10", available=False)]
    cart = price(menus, [a_line("tea")], None, "b")
    assert (cart.menu_id, cart.total_cents) == ("b", 110)


def test_a_named_menu_must_have_the_lines() -> None:
    with pytest.raises(PricingError) as caught:
        price([a_menu(TEA, key="a"), a_menu(WRAP, key="b")], [a_line("tea")], None, "b")
    assert (caught.value.kind, caught.value.field) == ("not_found", "items.0.menu_item_id")


def test_a_named_menu_that_does_not_exist_is_refused() -> None:
    with pytest.raises(PricingError) as caught:
        price([a_menu(TEA, key="a")], [a_line("tea")], None, "z")
    assert (caught.value.kind, caught.value.line, caught.value.field) == ("not_found", None, "menu_id")
    assert caught.value.message == "there is no menu 'z' at this location"


def test_without_any_menu_the_first_line_is_not_on_it() -> None:
    with pytest.raises(PricingError) as caught:
        price([], [a_line("tea")], None)
    assert (caught.value.kind, caught.value.field) == ("not_found", "items.0.menu_item_id")
