"""Menus and carts for the tests of pricing."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from services.ordering.pricing import (
    CartLine,
    CartModifier,
    CartOption,
    CartVariant,
    Discount,
    Item,
    Menu,
    Modifier,
    Option,
    PricedCart,
    Variant,
    price,
)


def names(english: str) -> tuple[str, ...]:
    """Return a name in three languages."""
    return (english, f"{english} (es)", f"{english} (pt)")


def a_modifier(
    key: str = "mod",
    *,
    limit: int | None = None,
    free: int = 0,
    extra: int = 0,
    required: bool = False,
    usable: bool = True,
    **options: int | None,
) -> Modifier:
    """Make a modifier; its options are given as id=price."""
    return Modifier(
        id=key,
        translations=names(key.title()),
        required=required,
        max_choices=limit,
        free_choices=free,
        extra_choice_price_cents=extra,
        options=tuple(Option(id=k, translations=names(k.title()), price_cents=v) for k, v in options.items()),
        usable=usable,
    )


def an_item(
    key: str = "item",
    cents: int | None = 1000,
    *modifiers: Modifier,
    available: bool = True,
    tags: tuple[str, ...] = ("bar",),
    **variants: int | None,
) -> Item:
    """Make an item; its variants are given as id=price."""
    return Item(
        id=key,
        translations=names(key.title()),
        price_cents=cents,
        is_available=available,
        station_tags=tags,
        variants=tuple(Variant(id=k, name=k.title(), price_cents=v) for k, v in variants.items()),
        modifiers=modifiers,
    )


def a_menu(*items: Item, tax: str | None = "0", key: str = "menu", available: bool = True) -> Menu:
    """Make a menu."""
    return Menu(
        id=key,
        sales_tax_percent=None if tax is None else Decimal(tax),
        available=available,
        items={item.id: item for item in items},
    )


def pick(key: str, *options: str, name: str = "") -> CartModifier:
    """Choose options in a modifier."""
    return CartModifier(id=key, name=name, options=tuple(CartOption(id=option, name="") for option in options))


def a_line(item: str = "item", *modifiers: CartModifier, variants: Sequence[str] = (), name: str = "") -> CartLine:
    """Make a line of a cart."""
    return CartLine(
        id=f"line-{item}",
        menu_item_id=item,
        name=name,
        notes="no ice",
        variants=tuple(CartVariant(id=variant) for variant in variants),
        modifiers=modifiers,
    )


def flat(cents: int | None) -> Discount:
    """Make a campaign with a flat reward."""
    return Discount(name="Spring", type="flat", flat_off_cents=cents)


def of_prices(*cents: int, tax: str, campaign: Discount | None = None) -> PricedCart:
    """Price a cart of items with these prices."""
    items = [an_item(f"item-{index}", amount) for index, amount in enumerate(cents)]
    return price([a_menu(*items, tax=tax)], [a_line(item.id) for item in items], campaign)
