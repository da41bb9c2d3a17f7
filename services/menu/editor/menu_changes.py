"""Changes of a menu's document, in place. What can't be done is raised, and the whole edit is undone."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.kit.errors import FieldViolation, InvalidInput, NotFound, Refused
from services.kit.values import number, objects, text
from services.kit.versions import check_version, version_of
from services.menu.editor.kept import merged_item, merged_texts

Menu = dict[str, Any]
NewId = Callable[[], str]


def _list(menu: Menu, name: str) -> list[dict[str, Any]]:
    """Return a menu's list of objects, ready to change."""
    menu[name] = [dict(e) for e in objects(menu.get(name))]
    found: list[dict[str, Any]] = menu[name]
    return found


def _by_id(elements: Sequence[dict[str, Any]], element_id: str, kind: str) -> dict[str, Any]:
    """Return an element. Raises NotFound naming the kind (`item`: reason UNKNOWN_ITEM, field item_id)."""
    for element in elements:
        if text(element.get("id")) == element_id:
            return element
    reason, field = f"UNKNOWN_{kind.upper()}", f"{kind}_id"
    raise NotFound(reason, f"the menu has no such {kind}", metadata={"field": field})


def save_category(menu: Menu, category_id: str, fields: Mapping[str, Any], new_id: NewId) -> str:
    """Change a category, or add one at the end when the id is empty; return its id. Raises NotFound."""
    categories = _list(menu, "categories")
    if category_id:
        category = _by_id(categories, category_id, "category")
        category.update(merged_texts(category, fields))
        return category_id
    added = {"id": new_id(), **fields, "sortOrder": _free_sort_order(categories)}
    categories.append(added)
    return str(added["id"])


def _free_sort_order(categories: Sequence[Mapping[str, Any]]) -> int:
    """Return the place of a new category: by the count, as in the old system; where that is taken, after the last."""
    taken = {place for c in categories if (place := number(c.get("sortOrder"))) is not None}
    by_count = len(categories) + 1
    return by_count if by_count not in taken else math.floor(max(taken)) + 1


def delete_category(menu: Menu, category_id: str) -> None:
    """Delete a category. Raises NotFound, Refused (CATEGORY_IN_USE)."""
    categories = _list(menu, "categories")
    categories.remove(_by_id(categories, category_id, "category"))
    used = sum(text(i.get("categoryId")) == category_id for i in objects(menu.get("items")))
    if used:
        raise Refused("CATEGORY_IN_USE", f"{used} items are in this category; move or delete them first")


def sort_category(menu: Menu, category_id: str, sort_order: float) -> None:
    """Move one category. Raises NotFound."""
    _by_id(_list(menu, "categories"), category_id, "category")["sortOrder"] = _whole_if_possible(sort_order)


def sort_categories(menu: Menu, category_ids: Sequence[str]) -> None:
    """Put all categories into an order. Raises InvalidInput unless exactly the menu's categories are named."""
    categories = _list(menu, "categories")
    if {text(c.get("id")) for c in categories} != set(category_ids):
        raise InvalidInput([FieldViolation("category_ids", "must name each of the menu's categories once")])
    for position, category_id in enumerate(category_ids, start=1):
        _by_id(categories, category_id, "category")["sortOrder"] = position


def save_item(
    menu: Menu, item_id: str, fields: Mapping[str, Any], version: int | None, new_id: NewId
) -> tuple[str, int]:
    """Change an item, or add one when the id is empty; return its id and version. Raises NotFound, Conflict.

    An item keeps what `fields` does not name; a new one starts with the old system's defaults, which do not make it
    available.
    """
    items = _list(menu, "items")
    if item_id:
        item = _by_id(items, item_id, "item")
        check_version(item, version)
        was_off = item.get("isAvailable") is False
        item.update(merged_item(item, fields))
        if not was_off or item["isAvailable"] is not False:
            item.pop("unavailableUntil", None)  # belongs to being off just now, and to nothing later
    else:
        item = {"id": new_id(), "makingCostCents": 0, "variants": [], "modifiers": [], **fields}
        items.append(item)
    return str(item["id"]), _next_version(item)


def _next_version(item: dict[str, Any]) -> int:
    item["version"] = version_of(item) + 1
    return int(item["version"])


def delete_item(menu: Menu, item_id: str) -> None:
    """Delete an item. Raises NotFound."""
    items = _list(menu, "items")
    items.remove(_by_id(items, item_id, "item"))


def set_availability(menu: Menu, item_id: str, *, available: bool, until: datetime | None) -> None:
    """Take an item off, if wished until an instant, or put it back. Raises NotFound."""
    item = _by_id(_list(menu, "items"), item_id, "item")
    before = dict(item)
    item["isAvailable"] = available
    item.pop("unavailableUntil", None)
    if until is not None and not available:
        item["unavailableUntil"] = until
    if item != before:
        _next_version(item)


def set_option_availability(menu: Menu, item_id: str, modifier_id: str, option_id: str, *, available: bool) -> None:
    """Take an option off, or put it back. Raises NotFound."""
    item = _by_id(_list(menu, "items"), item_id, "item")
    modifier = _by_id(_list(item, "modifiers"), modifier_id, "modifier")
    option = _by_id(_list(modifier, "options"), option_id, "option")
    if option.get("isAvailable", True) != available:
        option["isAvailable"] = available
        _next_version(item)


def put_back(menu: Menu, now: datetime) -> None:
    """Put back the items whose time off has passed."""
    for item in _list(menu, "items"):
        until = item.get("unavailableUntil")
        if isinstance(until, datetime) and until <= now:
            del item["unavailableUntil"]
            item["isAvailable"] = True
            _next_version(item)


def copied(menu: Mapping[str, Any], new_id: NewId) -> Menu:
    """Return what a copy of a menu holds: the same, with new ids for categories and items, not yet available."""
    names = {text(c.get("id")): new_id() for c in objects(menu.get("categories"))}
    left_out = {"_id", "version", "createdAt", "updatedAt", "translatedFrom"}  # the last goes by the old ids
    copy: Menu = {name: value for name, value in menu.items() if name not in left_out}
    copy["available"] = False
    copy["categories"] = [{**c, "id": names[text(c.get("id"))]} for c in objects(menu.get("categories"))]
    copy["items"] = [
        {
            **{k: v for k, v in item.items() if k != "version"},
            "id": new_id(),
            "categoryId": names.get(text(item.get("categoryId")), text(item.get("categoryId"))),
        }
        for item in objects(menu.get("items"))
    ]
    return copy


def _whole_if_possible(value: float) -> float:
    return int(value) if float(value).is_integer() else value
