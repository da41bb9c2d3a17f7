"""In which language a guest reads, by the names of what it ordered."""

from __future__ import annotations

from decimal import Decimal

import pytest

from services.ordering.cart import CartLine, Item, Menu
from services.ordering.guest_language import language_of


def item(name: str, *translations: str) -> Item:
    return Item(
        id=name,
        translations=translations,
        price_cents=100,
        is_available=True,
        station_tags=(),
        variants=(),
        modifiers=(),
    )


ITEMS = [item("tea", "Tea", "Té", "Chá"), item("taco", "Taco", "Taco", "Taco"), item("milk", "Milk", "Leche", "Leite")]
MENU = Menu(id="m", sales_tax_percent=Decimal(0), available=True, items={each.id: each for each in ITEMS})


@pytest.mark.parametrize(
    ("ordered", "language"),
    [
        ([("tea", "Té")], "es"),
        ([("tea", "Chá")], "pt"),
        ([("tea", "Tea")], "en"),
        ([("taco", "Taco")], ""),
        ([("tea", "")], ""),
        ([("tea", "Thé")], ""),
        ([("lobster", "Tea")], ""),
        ([("taco", "Taco"), ("milk", "Leite")], "pt"),
        ([("tea", "Té"), ("milk", "Leche"), ("milk", "Milk")], "es"),
        ([], ""),
    ],
)
def test_names_tell_the_language(ordered: list[tuple[str, str]], language: str) -> None:
    lines = [CartLine(id="", menu_item_id=key, name=name, notes="", variants=(), modifiers=()) for key, name in ordered]
    assert language_of([MENU], lines) == language
