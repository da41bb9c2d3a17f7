"""What pricing and placing need of the menus, kept in memory as the Menu service streams it."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from google.protobuf.struct_pb2 import Struct
from orderbuddy.common.v1 import common_pb2
from orderbuddy.menu.v1 import catalog_pb2, menu_service_pb2

from services.kit.errors import Unavailable
from services.ordering import cart

STALE_SECONDS: Final = 300.0
"""How long we go on with what we have while the Menu service is away; after that a price may be wrong for too long."""

_UTC: Final = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Location:
    """A location, as far as ordering needs it."""

    restaurant_id: str
    location_id: str
    slug: str
    accept_payment: bool
    is_open: bool
    auto_accept: bool
    timezone: ZoneInfo


class Catalog:
    """The present menus, locations and campaigns. A snapshot takes effect when it is complete."""

    def __init__(self) -> None:
        self._entries: dict[str, menu_service_pb2.CatalogEntry] = {}
        self._incoming: dict[str, menu_service_pb2.CatalogEntry] | None = {}
        self._menus: dict[str, cart.Menu] = {}
        self._lost_at: float | None = None
        self.loaded = False

    @classmethod
    def of(cls, entries: Iterable[menu_service_pb2.CatalogEntry]) -> Catalog:
        """Make a catalog of entries that were read just now."""
        catalog = cls()
        catalog._entries = {entry.key: entry for entry in entries}
        catalog._incoming = None
        catalog.loaded = True
        return catalog

    def apply(self, message: menu_service_pb2.WatchCatalogResponse) -> None:
        """Take in one message of WatchCatalog."""
        kind = message.WhichOneof("event")
        target = self._entries if self._incoming is None else self._incoming
        if kind == "upsert":
            target[message.upsert.key] = message.upsert
            self._menus.pop(message.upsert.key, None)
        elif kind == "removed_key":
            target.pop(message.removed_key, None)
            self._menus.pop(message.removed_key, None)
        elif kind == "reset":
            self._incoming = {}
        elif kind == "synced" and self._incoming is not None:
            self._entries, self._incoming = self._incoming, None
            self._menus.clear()
            self.loaded = True

    def connected(self, is_connected: bool) -> None:  # noqa: FBT001  a state, not an option
        """Note that the stream has come back or gone."""
        if is_connected:
            self._lost_at = None
        elif self._lost_at is None:
            self._lost_at = time.monotonic()

    def problem(self) -> str | None:
        """Return why nothing can be priced now, or None."""
        if not self.loaded:
            return "the menus are not loaded yet"
        if self._lost_at is not None and time.monotonic() - self._lost_at > STALE_SECONDS:
            return "the menu service has been away for too long"
        return None

    def _entry(self, key: str) -> menu_service_pb2.CatalogEntry | None:
        if problem := self.problem():
            raise Unavailable("MENUS_AWAY", problem, retry_after_seconds=1)
        return self._entries.get(key)

    def location(self, restaurant_id: str, location_id: str) -> Location | None:
        """Return a location of a restaurant. Raises Unavailable."""
        entry = self._entry(f"locations/{location_id.lower()}")
        if entry is None or entry.location.restaurant_id != restaurant_id:
            return None
        found = entry.location
        return Location(
            restaurant_id,
            found.location.id,
            found.location.location_slug,
            found.location.accept_payment,
            found.location.is_open,
            found.auto_accept_order,
            _zone(found.timezone),
        )

    def ready_when_done(self, restaurant_id: str, location_id: str) -> bool:
        """Tell whether an order there is ready as soon as its last line is made.

        By what was last heard, however long ago: the kitchen goes on without the Menu service.
        """
        entry = self._entries.get(f"locations/{location_id.lower()}")
        return entry is not None and entry.location.restaurant_id == restaurant_id and entry.location.ready_when_done

    def time_zone(self, restaurant_id: str, location_id: str) -> str | None:
        """Return the name of a location's time zone, empty when none is set; None without location.

        Raises Unavailable.
        """
        entry = self._entry(f"locations/{location_id.lower()}")
        return None if entry is None or entry.location.restaurant_id != restaurant_id else entry.location.timezone

    def menus(self, restaurant_id: str, location_id: str) -> list[cart.Menu]:
        """Return a location's menus in the order in which they were made. Raises Unavailable."""
        entry = self._entry(f"menu-lists/{location_id.lower()}")
        if entry is None or entry.menu_list.restaurant_id != restaurant_id:
            return []
        menus = (self._menu(f"menus/{summary.id}") for summary in entry.menu_list.menus)
        return [menu for menu in menus if menu is not None]

    def _menu(self, key: str) -> cart.Menu | None:
        if key not in self._menus:
            entry = self._entries.get(key)
            if entry is None:
                return None
            self._menus[key] = priced_menu(entry.menu)
        return self._menus[key]

    def campaign(self, restaurant_id: str, location_id: str, origin_id: str) -> cart.Discount | None:
        """Return the active campaign of an origin, or None. Raises Unavailable."""
        entry = self._entry(f"campaigns/{restaurant_id}/{location_id.lower()}/{origin_id.lower()}")
        if entry is None:
            return None
        campaign = entry.campaign.campaign
        percent = Decimal(repr(entry.campaign.percent_off)) if entry.campaign.HasField("percent_off") else None
        flat = _flat_off_cents(campaign.reward)
        return cart.Discount(name=campaign.name, type=campaign.type, flat_off_cents=flat, percent_off=percent)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name) if name else _UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return _UTC


def _flat_off_cents(reward: Struct) -> int | None:
    """Read a flat reward. Part of a cent is nobody's: the guest gets whole ones."""
    amount: Any = reward.fields["flatOffCents"].number_value if "flatOffCents" in reward.fields else None
    return math.floor(amount) if isinstance(amount, float) and math.isfinite(amount) and amount > 0 else None


def _names(text: common_pb2.LocalizedText) -> tuple[str, ...]:
    return (text.en, text.es, text.pt)


def _cents(message: catalog_pb2.MenuItem | catalog_pb2.MenuVariant | catalog_pb2.MenuOption) -> int | None:
    return message.price_cents if message.HasField("price_cents") else None


def priced_menu(menu: catalog_pb2.Menu) -> cart.Menu:
    """Map a menu for cart. The tax is taken as it is written, not as the nearest binary fraction."""
    return cart.Menu(
        id=menu.id,
        sales_tax_percent=Decimal(repr(menu.sales_tax)) if menu.HasField("sales_tax") else None,
        available=menu.available,
        items={item.id: _item(item) for item in menu.items},
    )


def _item(item: catalog_pb2.MenuItem) -> cart.Item:
    return cart.Item(
        id=item.id,
        translations=_names(item.name),
        price_cents=_cents(item),
        is_available=item.is_available,
        station_tags=tuple(item.station_tags),
        variants=tuple(cart.Variant(id=v.id, name=v.name, price_cents=_cents(v)) for v in item.variants),
        modifiers=tuple(_modifier(m) for m in item.modifiers),
    )


def _modifier(modifier: catalog_pb2.MenuModifier) -> cart.Modifier:
    return cart.Modifier(
        id=modifier.id,
        translations=_names(modifier.name),
        required=modifier.required,
        max_choices=modifier.max_choices if modifier.HasField("max_choices") else None,
        free_choices=modifier.free_choices,
        extra_choice_price_cents=modifier.extra_choice_price_cents,
        options=tuple(_option(o) for o in modifier.options),
    )


def _option(option: catalog_pb2.MenuOption) -> cart.Option:
    return cart.Option(
        id=option.id,
        translations=_names(option.name),
        price_cents=_cents(option),
        is_available=not option.HasField("is_available") or option.is_available,
    )
