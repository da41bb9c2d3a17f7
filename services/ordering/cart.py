"""What pricing takes, gives and refuses: menus, carts, priced carts, PricingError. All amounts are whole cents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One choice in a modifier. A price of None means that what is stored is no whole number."""

    id: str
    translations: tuple[str, ...]
    price_cents: int | None
    is_available: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Modifier:
    """A group of options. `usable` is false when what is stored as limits or extra price is no whole number."""

    id: str
    translations: tuple[str, ...]
    required: bool
    max_choices: int | None
    free_choices: int
    extra_choice_price_cents: int
    options: tuple[Option, ...]
    usable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A size or kind. Its price replaces the item's; None as in Option."""

    id: str
    name: str
    price_cents: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Something that can be ordered. `translations` begin with English; the price is None as in Option."""

    id: str
    translations: tuple[str, ...]
    price_cents: int | None
    is_available: bool
    station_tags: tuple[str, ...]
    variants: tuple[Variant, ...]
    modifiers: tuple[Modifier, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """A menu of a location, its items by id. A tax of None means that none is stored, or no number."""

    id: str
    sales_tax_percent: Decimal | None
    available: bool
    items: Mapping[str, Item]


@dataclass(frozen=True, slots=True, kw_only=True)
class CartOption:
    """A chosen option; `name` as the guest saw it."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CartModifier:
    """What was chosen in a modifier, in the order of choosing."""

    id: str
    name: str
    options: tuple[CartOption, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CartVariant:
    """The chosen variant."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CartLine:
    """One unit of an item, as a client asks for it."""

    id: str
    menu_item_id: str
    name: str
    notes: str
    variants: tuple[CartVariant, ...]
    modifiers: tuple[CartModifier, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount:
    """The active campaign of the cart's origin: what it takes off in cents or in percent, None where it does not."""

    name: str
    type: str
    flat_off_cents: int | None
    percent_off: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedOption:
    """A kept option with the menu's own price for it, which is not always what it added to the line."""

    id: str
    name: str
    price_cents: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedModifier:
    """A chosen modifier with the options that count."""

    id: str
    name: str
    options: tuple[PricedOption, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedVariant:
    """The chosen variant with the menu's name and price."""

    id: str
    name: str
    price_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedLine:
    """A line with its price before tax, how it is taxed, and the tags of the stations that make it."""

    id: str
    menu_item_id: str
    name: str
    notes: str
    price_cents: int
    variants: tuple[PricedVariant, ...]
    modifiers: tuple[PricedModifier, ...]
    station_tags: tuple[str, ...]
    tax_percent: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedCart:
    """A priced cart. `menu_id` is the menu of the first line; total = subtotal + tax - discount.

    One exception: where a campaign meets a sum below 0 (the menu has negative prices), total and discount are 0.
    """

    menu_id: str
    lines: tuple[PricedLine, ...]
    subtotal_cents: int
    tax_cents: int
    discount_cents: int
    total_cents: int


class PricingError(Exception):
    """A cart that cannot be priced, with a message for people that names the line.

    `kind`: what it names is not there (not_found), it breaks a rule (invalid), or the menu holds no proper number
    (unusable). `line`: position in the cart, from 0; None when no single line is at fault. `field`: path into the
    request, such as `items.0.variants.0.id`.
    """

    def __init__(
        self, kind: Literal["not_found", "invalid", "unusable"], message: str, *, field: str, line: int | None = None
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.field = field
        self.line = line
