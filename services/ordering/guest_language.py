"""In which language a guest reads. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from services.ordering.cart import CartLine, Menu

_LANGUAGES: Final = ("en", "es", "pt")
"""In the order of an item's translations."""


def language_of(menus: Sequence[Menu], lines: Sequence[CartLine]) -> str:
    """Return the language of the items' names as the guest saw them; empty when they don't tell.

    The Order App says no language, but it names each item as it showed it.
    """
    found: Counter[str] = Counter()
    for line in lines:
        item = next((menu.items[line.menu_item_id] for menu in menus if line.menu_item_id in menu.items), None)
        named = item.translations if item is not None else ()
        if line.name and named.count(line.name) == 1:  # a name that is the same in two languages tells nothing
            found[_LANGUAGES[named.index(line.name)]] += 1
    return found.most_common(1)[0][0] if found else ""
