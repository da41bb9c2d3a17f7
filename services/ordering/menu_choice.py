"""Which of a location's menus a cart is priced from."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from services.ordering.cart import CartLine, Menu, PricingError


class _Fit(IntEnum):
    """How well a menu that carries a line's item serves the line."""

    OFF = 0
    OTHERWISE = 1
    AS_CHOSEN = 2


def choose_menus(menus: Sequence[Menu], lines: Sequence[CartLine], menu_id: str | None) -> list[Menu | None]:
    """Choose for each line the menu that it is priced from; None where no menu carries the item.

    With `menu_id`, that menu. Otherwise the first menu that serves all lines as chosen; where none does, each line on
    its own gets the menu that serves it best. Where an available menu carries an item, the menus that are not available
    have no say in it: what is switched off there stays off. They do sell what no available menu carries: the old system
    takes such orders.

    Raises PricingError (not_found) when there is no menu `menu_id`.
    """
    if menu_id is not None:
        menus = [menu for menu in menus if menu.id == menu_id]
        if not menus:
            raise PricingError("not_found", f"there is no menu {menu_id!r} at this location", field="menu_id")
    sellers = [_sellers(menus, line) for line in lines]
    for menu in menus:
        if all(_serves(menu, line, candidates) for line, candidates in zip(lines, sellers, strict=True)):
            return [menu] * len(lines)
    return [candidates[0] if candidates else None for candidates in sellers]


def _sellers(menus: Sequence[Menu], line: CartLine) -> list[Menu]:
    """Return the menus that may sell a line's item, the best first."""
    carrying = [menu for menu in menus if line.menu_item_id in menu.items]
    deciding = [menu for menu in carrying if menu.available] or carrying
    return sorted(deciding, key=lambda menu: _fit(menu, line), reverse=True)


def _serves(menu: Menu, line: CartLine, sellers: Sequence[Menu]) -> bool:
    return menu in sellers and _fit(menu, line) is _Fit.AS_CHOSEN


def _fit(menu: Menu, line: CartLine) -> _Fit:
    item = menu.items[line.menu_item_id]
    if not item.is_available:
        return _Fit.OFF
    known = {variant.id for variant in item.variants}, {modifier.id for modifier in item.modifiers}
    chosen = {variant.id for variant in line.variants}, {modifier.id for modifier in line.modifiers}
    off = {(modifier.id, o.id) for modifier in item.modifiers for o in modifier.options if not o.is_available}
    options = {(modifier.id, option.id) for modifier in line.modifiers for option in modifier.options}
    has_all = chosen[0] <= known[0] and chosen[1] <= known[1] and not options & off
    return _Fit.AS_CHOSEN if has_all else _Fit.OTHERWISE
