"""Documents as messages: for guests and staff with the gaps filled, for pricing with nothing made up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from orderbuddy.common.v1 import common_pb2
from orderbuddy.menu.v1 import catalog_pb2
from orderbuddy.menu.v1 import menu_service_pb2 as rpc

from services.kit.values import (
    nearest,
    number,
    obj,
    objects,
    struct,
    text,
    text_or_none,
    texts,
    timestamp,
    whole,
)
from services.kit.versions import version_of
from services.menu import opening_hours

Stored = Mapping[str, Any]


class View(Enum):
    """For whom a menu is mapped."""

    GUEST = "guest"
    """What can be ordered, and numbers that a page can show."""
    PRICING = "pricing"
    """Everything; what is no proper number is left unset."""
    STAFF = "staff"
    """Everything, and numbers that a page can show."""
    COUNTER = "counter"
    """The same of what can be ordered."""

    @property
    def only_available(self) -> bool:
        """Tell whether what is 86'd is left out."""
        return self in (View.GUEST, View.COUNTER)


def localized(value: object) -> common_pb2.LocalizedText:
    """Return a text in three languages; what was never translated repeats the English one."""
    if isinstance(value, str):
        return common_pb2.LocalizedText(en=value, es=value, pt=value)
    stored = obj(value)
    english = text(stored.get("en")) or text(stored.get("es")) or text(stored.get("pt"))
    translations = (stored.get("es"), stored.get("pt"))
    es, pt = (t if isinstance(t, str) else english for t in translations)
    return common_pb2.LocalizedText(en=english, es=es, pt=pt)


def restaurant(document: Stored) -> catalog_pb2.Restaurant:
    """Map a restaurant."""
    return catalog_pb2.Restaurant(
        id=text(document["_id"]),
        name=text(document.get("name")),
        concept=text(document.get("concept")),
        logo=text_or_none(document.get("logo")),
    )


def location(document: Stored, now: datetime) -> catalog_pb2.Location:
    """Map a location as it is at an instant."""
    payment = obj(document.get("payment"))
    return catalog_pb2.Location(
        id=text(document["_id"]),
        location_slug=text(document.get("locationSlug")),
        name=text(document.get("name")),
        is_active=document.get("isActive") is True,
        accept_payment=payment.get("acceptPayment") is True,
        emergepay_wallets_public_id=text(payment.get("emergepayWalletsPublicId")),
        is_open=opening_hours.is_open(opening_hours.from_document(document), now),
    )


def catalog_location(document: Stored, now: datetime, *, full: bool) -> rpc.CatalogLocation:
    """Map a location for the catalog's stream."""
    entry = rpc.CatalogLocation(restaurant_id=text(document.get("restaurantId")), location=location(document, now))
    if full:
        entry.timezone = text(document.get("timezone"))
        entry.auto_accept_order = document.get("autoAcceptOrder") is True
        entry.ready_when_done = document.get("readyWhenDone") is True
    return entry


def origin(document: Stored) -> catalog_pb2.Origin:
    """Map an origin."""
    return catalog_pb2.Origin(
        id=text(document["_id"]),
        restaurant_id=text(document.get("restaurantId")),
        location_id=text(document.get("locationId")),
        label=text(document.get("label")),
        type=text_or_none(document.get("type")),
    )


def campaign(document: Stored) -> catalog_pb2.Campaign:
    """Map a campaign."""
    return catalog_pb2.Campaign(
        name=text(document.get("name")), type=text(document.get("type")), reward=struct(document.get("reward"))
    )


def percent_off(document: Stored) -> float | None:
    """Return what a campaign takes off in percent; None for those of the old system, where it has no effect."""
    percent = number(obj(document.get("reward")).get("percentOff"))
    return percent if document.get("percentApplies") is True else None


def summary(document: Stored) -> catalog_pb2.MenuSummary:
    """Map a menu without its items."""
    return catalog_pb2.MenuSummary(
        id=text(document["_id"]),
        menu_slug=text(document.get("menuSlug")),
        name=localized(document.get("name")),
        available=document.get("available") is True,
    )


def menu(document: Stored, view: View) -> catalog_pb2.Menu:
    """Map a menu."""
    items = objects(document.get("items"))
    tax = document.get("salesTax")
    known_tax = 0.0 if tax is None and "salesTax" in document else number(tax)
    return catalog_pb2.Menu(
        id=text(document["_id"]),
        restaurant_id=text(document.get("restaurantId")),
        location_id=text(document.get("locationId")),
        menu_slug=text(document.get("menuSlug")),
        name=localized(document.get("name")),
        categories=[_category(c) for c in objects(document.get("categories"))],
        items=[_item(i, view) for i in items if not view.only_available or i.get("isAvailable") is True],
        sales_tax=known_tax if view is View.PRICING else known_tax or 0.0,
        available=document.get("available") is True,
        schedule=struct(document.get("schedule")),
        tags=texts(document.get("tags")),
        service_fee_cents=whole(document.get("serviceFeeCents")),
        created_at=timestamp(document.get("createdAt")),
        updated_at=timestamp(document.get("updatedAt")),
        version=version_of(document) if view is View.STAFF else None,
    )


def _category(category: Stored) -> catalog_pb2.MenuCategory:
    return catalog_pb2.MenuCategory(
        id=text(category.get("id")),
        name=localized(category.get("name")),
        description=localized(category.get("description")),
        sort_order=number(category.get("sortOrder")) or 0.0,
        emoji=text_or_none(category.get("emoji")),
        image_url=text_or_none(category.get("imageUrl")),
    )


def _cents(value: object, view: View) -> int | None:
    return whole(value) if view is View.PRICING else nearest(value)


def _item(item: Stored, view: View) -> catalog_pb2.MenuItem:
    return catalog_pb2.MenuItem(
        id=text(item.get("id")),
        name=localized(item.get("name")),
        description=localized(item.get("description")),
        image_urls=texts(item.get("imageUrls")),
        category_id=text(item.get("categoryId")),
        price_cents=_cents(item.get("priceCents"), view),
        making_cost_cents=0 if view is View.GUEST else whole(item.get("makingCostCents")) or 0,
        is_available=item.get("isAvailable") is True,
        station_tags=texts(item.get("stationTags")),
        variants=[
            catalog_pb2.MenuVariant(
                id=text(v.get("id")),
                name=text(v.get("name")),
                price_cents=_cents(v.get("priceCents"), view),
                default=v.get("default") is True,
            )
            for v in objects(item.get("variants"))
        ],
        modifiers=[_modifier(m, view) for m in objects(item.get("modifiers"))],
        unavailable_until=None if view is View.GUEST else timestamp(item.get("unavailableUntil")),
        version=version_of(item) if view is View.STAFF else None,
    )


_LIMITS = ("maxChoices", "freeChoices", "extraChoicePriceCents")


def _modifier(modifier: Stored, view: View) -> catalog_pb2.MenuModifier:
    # Where a limit is no number, no option's price can be told: all are left unset, and pricing refuses the line.
    broken = any(modifier.get(name) is not None and whole(modifier.get(name)) is None for name in _LIMITS)
    stored = objects(modifier.get("options"))
    shown = [o for o in stored if not view.only_available or o.get("isAvailable") is not False]
    options = [_option(o, view, broken=broken) for o in shown]
    limit = whole(modifier.get("maxChoices"))
    return catalog_pb2.MenuModifier(
        id=text(modifier.get("id")),
        name=localized(modifier.get("name")),
        type=text(modifier.get("type")) or "standard",
        required=modifier.get("required") is True,
        selection_mode=text(modifier.get("selectionMode")) or "multiple",
        max_choices=_int32(limit if view is View.PRICING or limit is not None else len(options)),
        free_choices=0 if broken else _int32(whole(modifier.get("freeChoices"))) or 0,
        extra_choice_price_cents=0 if broken else whole(modifier.get("extraChoicePriceCents")) or 0,
        options=options,
    )


def _option(option: Stored, view: View, *, broken: bool) -> catalog_pb2.MenuOption:
    price = None if view is View.PRICING and broken else _cents(option.get("priceCents"), view)
    return catalog_pb2.MenuOption(
        id=text(option.get("id")),
        name=localized(option.get("name")),
        price_cents=price,
        is_available=False if option.get("isAvailable") is False and view is not View.GUEST else None,
    )


def _int32(value: int | None) -> int | None:
    return None if value is None else max(-(2**31), min(value, 2**31 - 1))
