"""What a cart costs: one pure function, `price`, exact to the cent.

What a client says of prices, names and stations is not believed: they come from the menu.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal

from services.ordering.cart import (
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
    PricedLine,
    PricedModifier,
    PricedOption,
    PricedVariant,
    PricingError,
    Variant,
)
from services.ordering.menu_choice import choose_menus

__all__ = [
    "MAX_CENTS",
    "CartLine",
    "CartModifier",
    "CartOption",
    "CartVariant",
    "Discount",
    "Item",
    "Menu",
    "Modifier",
    "Option",
    "PricedCart",
    "PricedLine",
    "PricedModifier",
    "PricedOption",
    "PricedVariant",
    "PricingError",
    "Variant",
    "price",
]

MAX_CENTS: Final = 2**53 - 1
"""No amount is larger, in either direction: beyond it JSON readers lose cents."""


def price(
    menus: Sequence[Menu],
    lines: Sequence[CartLine],
    campaign: Discount | None,
    menu_id: str | None = None,
    *,
    again: bool = False,
) -> PricedCart:
    """Price a cart from a location's menus, given in the order in which they were made.

    Tax is that of each line's menu, rounded once on the sum, halves up (-157.5 is -157). The campaign's flat amount, or
    its percentage rounded likewise, is taken off after tax, never below 0. With `again`, for a cart that was priced
    before, no choice is asked for that was not asked for then. Raises PricingError for the first line that cannot be
    priced.
    """
    if not lines:
        raise PricingError("invalid", "the cart is empty", field="items")
    chosen = choose_menus(menus, lines, menu_id)
    priced: list[PricedLine] = []
    subtotals: dict[str, tuple[Menu, int]] = {}
    for at, (line, menu) in enumerate(zip(lines, chosen, strict=True)):
        if menu is None:
            raise _refusal("not_found", at, "menu_item_id", f"item {line.menu_item_id!r} is not on the menu")
        priced.append(_price_line(at, line, menu, again=again))
        before = subtotals.get(menu.id, (menu, 0))[1]
        subtotals[menu.id] = (menu, before + priced[-1].price_cents)
    subtotal = sum(line.price_cents for line in priced)
    gross = _half_up(_with_tax(menu, cents) for menu, cents in subtotals.values())
    if max(abs(subtotal), abs(gross)) > MAX_CENTS:
        raise PricingError("unusable", "the sum is beyond all bounds", field="items")
    off = _taken_off(campaign, gross)
    discount = max(0, min(off, gross))
    return PricedCart(
        menu_id=next(iter(subtotals)),
        lines=tuple(priced),
        subtotal_cents=subtotal,
        tax_cents=gross - subtotal,
        discount_cents=discount,
        total_cents=max(0, gross - discount) if off else gross,
    )


def _taken_off(campaign: Discount | None, gross: int) -> int:
    if campaign is None:
        return 0
    if campaign.percent_off is not None:
        percent = max(Fraction(0), min(Fraction(campaign.percent_off), Fraction(100)))
        return max(0, _half_up([gross * percent / 100]))
    return max(0, campaign.flat_off_cents or 0)


def _tax_percent(menu: Menu) -> Decimal:
    percent = menu.sales_tax_percent
    if percent is None or not percent.is_finite():
        raise PricingError("unusable", f"menu {menu.id} has no usable sales tax", field="menu_id")
    return percent


def _with_tax(menu: Menu, cents: int) -> Fraction:
    return cents * (1 + Fraction(_tax_percent(menu)) / 100)


def _half_up(amounts: Iterable[Fraction]) -> int:
    return math.floor(sum(amounts, Fraction(1, 2)))


def _price_line(at: int, line: CartLine, menu: Menu, *, again: bool) -> PricedLine:
    """Price the line at position `at`: the variant's price or the item's, and what the modifiers add."""
    item = menu.items[line.menu_item_id]
    if not item.is_available:
        raise _refusal("not_found", at, "menu_item_id", f"item {item.id!r} is not available")
    variants = _variants(at, line, item)
    base = variants[0].price_cents if variants else _cents(item.price_cents, at, "menu_item_id", f"item {item.id!r}")
    modifiers = [_price_modifier(at, choice, item) for choice in _choices(line)]
    if not again:
        _check_required(at, item, [modifier for _, modifier in modifiers])
    return PricedLine(
        id=line.id,
        menu_item_id=item.id,
        name=_name(line.name, item),
        notes=line.notes,
        price_cents=_cents(base + sum(added for added, _ in modifiers), at, "menu_item_id", "the line"),
        variants=variants,
        modifiers=tuple(modifier for _, modifier in modifiers),
        station_tags=item.station_tags,
        tax_percent=_tax_percent(menu),
    )


def _variants(at: int, line: CartLine, item: Item) -> tuple[PricedVariant, ...]:
    """Return the chosen variant, if any."""
    if not line.variants:
        return ()
    if len(line.variants) > 1:
        raise _refusal("invalid", at, "variants", "only one variant can be chosen")
    path, wanted = "variants.0.id", line.variants[0].id
    for variant in item.variants:
        if variant.id == wanted:
            cents = _cents(variant.price_cents, at, path, f"variant {wanted!r} of item {item.id!r}")
            return (PricedVariant(id=variant.id, name=variant.name, price_cents=cents),)
    raise _refusal("not_found", at, path, f"item {item.id!r} has no variant {wanted!r}")


@dataclass(slots=True)
class _Choice:
    """What a line chose in one modifier: its options with their paths, and name and path of its first entry."""

    modifier_id: str
    name: str
    path: str
    options: list[tuple[str, CartOption]]


def _choices(line: CartLine) -> Iterable[_Choice]:
    """Return the line's choices; entries of the same modifier become one, so that limits count once."""
    choices: dict[str, _Choice] = {}
    for index, entry in enumerate(line.modifiers):
        path = f"modifiers.{index}"
        choice = choices.setdefault(entry.id, _Choice(entry.id, entry.name, f"{path}.id", []))
        choice.options += [(f"{path}.options.{place}.id", option) for place, option in enumerate(entry.options)]
    return choices.values()


def _price_modifier(at: int, choice: _Choice, item: Item) -> tuple[int, PricedModifier]:
    """Return what a choice adds to the line, and the options of it that count.

    Options beyond the maximum are left out (a negative maximum cuts from the end, as it always did). An option that is
    not on the menu is left out and costs nothing, but uses up its position.
    """
    modifier = _find_modifier(at, choice, item)
    options = {option.id: option for option in reversed(modifier.options)}
    added, kept = 0, []
    for position, (path, wanted) in enumerate(choice.options[: modifier.max_choices]):
        option = options.get(wanted.id)
        if option is not None and not option.is_available:
            raise _refusal("not_found", at, path, f"option {option.id!r} of item {item.id!r} is not available")
        if option is not None:
            added += _cents(_charge(modifier, option, position), at, path, f"option {option.id!r} of item {item.id!r}")
            kept.append(PricedOption(id=option.id, name=_name(wanted.name, option), price_cents=option.price_cents))
    return added, PricedModifier(id=modifier.id, name=_name(choice.name, modifier), options=tuple(kept))


def _find_modifier(at: int, choice: _Choice, item: Item) -> Modifier:
    """Return the menu's modifier for a choice; where options were chosen, it must be able to price them."""
    name = f"modifier {choice.modifier_id!r} of item {item.id!r}"
    modifier = next((modifier for modifier in item.modifiers if modifier.id == choice.modifier_id), None)
    if modifier is None:
        raise _refusal("not_found", at, choice.path, f"item {item.id!r} has no modifier {choice.modifier_id!r}")
    if choice.options and not modifier.usable:
        raise _refusal("unusable", at, choice.path, f"{name} has limits or prices that are no whole numbers")
    if choice.options and not modifier.options:
        raise _refusal("not_found", at, choice.options[0][0], f"{name} has no options")
    return modifier


def _charge(modifier: Modifier, option: Option, position: int) -> int | None:
    """Return what the option chosen at `position` costs; None when the menu has no proper price for it."""
    if position < modifier.free_choices:
        return 0
    if modifier.extra_choice_price_cents > 0:
        return modifier.extra_choice_price_cents
    return option.price_cents


def _check_required(at: int, item: Item, chosen: Iterable[PricedModifier]) -> None:
    """Refuse a line without an option of a required modifier, unless none can be chosen in it at all."""
    met = {modifier.id for modifier in chosen if modifier.options}
    for modifier in item.modifiers:
        if modifier.required and modifier.id not in met and modifier.options and modifier.max_choices != 0:
            reason = f"item {item.id!r} needs a choice in modifier {modifier.id!r}"
            raise _refusal("invalid", at, "modifiers", reason)


def _name(sent: str, named: Item | Modifier | Option) -> str:
    """Return the name that the guest saw if it is one of the menu's, else the first that there is (English leads)."""
    if sent in named.translations and sent:
        return sent
    return next(filter(None, named.translations), named.id)


def _cents(amount: int | None, at: int, path: str, what: str) -> int:
    """Return an amount that can be charged."""
    if amount is None or abs(amount) > MAX_CENTS:
        raise _refusal("unusable", at, path, f"{what} has no usable price")
    return amount


def _refusal(kind: Literal["not_found", "invalid", "unusable"], at: int, path: str, reason: str) -> PricingError:
    return PricingError(kind, f"line {at + 1}: {reason}", field=f"items.{at}.{path}", line=at)
