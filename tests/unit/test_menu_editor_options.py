"""An option that is 86, from the document to the price."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.menu import mapping
from services.menu.mapping import View
from services.ordering.cart import Menu
from services.ordering.catalog import priced_menu
from services.ordering.pricing import PricingError, price
from tests.unit.carts import a_line, a_menu, a_modifier, an_item, pick


def stored(**option: Any) -> dict[str, Any]:
    """Return a menu as it is stored, with one option."""
    options = [{"id": "oat", "name": {"en": "Oat"}, "priceCents": 50, **option}]
    modifier = {"id": "milk", "name": {"en": "Milk"}, "maxChoices": 1, "options": options}
    latte = {"id": "latte", "name": {"en": "Latte"}, "priceCents": 400, "isAvailable": True, "modifiers": [modifier]}
    return {"_id": "m", "salesTax": 0, "available": True, "items": [latte]}


def priced(**option: Any) -> Menu:
    return priced_menu(mapping.menu(stored(**option), View.PRICING))


@pytest.mark.parametrize("option", [{}, {"isAvailable": True}, {"isAvailable": None}])
def test_an_option_is_sold_unless_it_is_86(option: dict[str, Any]) -> None:
    assert price([priced(**option)], [a_line("latte", pick("milk", "oat"))], None).total_cents == 450


def test_an_option_that_is_86_is_refused_where_it_was_chosen() -> None:
    with pytest.raises(PricingError) as caught:
        price([priced(isAvailable=False)], [a_line("latte", pick("milk", "oat"))], None)
    assert (caught.value.kind, caught.value.field) == ("not_found", "items.0.modifiers.0.options.0.id")


def test_the_item_is_sold_without_it() -> None:
    assert price([priced(isAvailable=False)], [a_line("latte")], None).total_cents == 400


@pytest.mark.parametrize(("view", "shown"), [(View.GUEST, 0), (View.COUNTER, 0), (View.STAFF, 1), (View.PRICING, 1)])
def test_only_those_who_cannot_order_it_do_not_see_it(view: View, shown: int) -> None:
    assert len(mapping.menu(stored(isAvailable=False), view).items[0].modifiers[0].options) == shown


def test_another_menu_that_has_the_option_sells_it() -> None:
    milk = a_modifier("milk", oat=50)
    off = replace(milk, options=tuple(replace(o, is_available=False) for o in milk.options))
    menus = [a_menu(an_item("latte", 400, off), key="a"), a_menu(an_item("latte", 410, milk), key="b")]
    cart = price(menus, [a_line("latte", pick("milk", "oat"))], None)
    assert (cart.menu_id, cart.total_cents) == ("b", 460)
